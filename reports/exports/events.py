"""A journal as an event log for process mining: a row is something that happened to one order.

The life of an order, in its activities: placed; decided, and decided again; for each shipment backordered, released,
picking started, packed, picked up, and delivered, shipment cancelled or shipment lost; for each line that comes back
sent back, return received and inspected; at the end cancelled, or closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from reports.exports.cases import Cases
from reports.exports.spill import Spill
from sim.journal import Journal
from sim.writing import SCRATCH, replacing

COLUMNS = {
    "case": pa.utf8(), "activity": pa.utf8(), "timestamp": pa.timestamp("s"), "resource": pa.utf8(),
    "policy": pa.utf8(), "region": pa.utf8(), "segment": pa.utf8(), "counted": pa.bool_(),
    "shipment": pa.int64(), "warehouse": pa.utf8(), "service": pa.utf8(), "item": pa.utf8(),
    "units": pa.int64(), "value": pa.float64(), "cost": pa.float64(), "cause": pa.utf8(), "outcome": pa.utf8(),
}  # fmt: skip
"""Columns of the log, and their types. Times are UTC; what an event does not have is empty."""

_SORTED_BY = ("timestamp", "place", "rank", "shipment")
_SPILLED = pa.schema({**COLUMNS, "place": pa.int64(), "rank": pa.int64()})

# What comes first in one second of an order's life: what ends comes before the decision that it causes, and that before
# what it decides; what ends in the second in which it began comes after that.
_PLACED, _DECIDED, _ENDED, _RECEIVED, _INSPECTED, _AGAIN, _BACKORDERED, _RELEASED, _STARTED, _PACKED, _PICKED_UP = (
    range(11)
)  # fmt: skip
_AT_ONCE, _CLOSED = 20, 30

_STEPS = (
    "picked_up_at",
    "packed_at",
    "started_at",
    "released_at",
    "allocated_at",
)  # of a shipment, the last first
_ENDS = {"delivered": "delivered", "cancelled": "shipment cancelled", "lost": "shipment lost"}
_FIRST_CAUSES = ("placed", "corrected")
_CANCELLED_BY = {"impatience": "customer", "declined": "payment"}


def write_event_log(path: Path, journal: Journal, policy: str) -> int:
    """Write the events of a journal as CSV, sorted by time, and return how many there are.

    Events of one second stand order by order, and within an order by what comes first in its life. The journal is
    read block by block: memory is for some tens of bytes an order, and for the events of one day (of a run of more
    than two hundred days, a two-hundredth of it).

    Args:
        path: of the file; it is replaced in one step.
        journal: whose orders are the cases.
        policy: the name of what decided; the resource of decisions that name no rule.

    """
    cases = Cases(journal)
    parts = chain(
        _orders(journal, policy), _decisions(journal, policy), _shipments(journal), _returns(journal)
    )
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    number = 0
    with replacing(path) as beside, TemporaryDirectory(dir=path.parent, prefix=SCRATCH) as scratch:
        spill = Spill(Path(scratch), _SPILLED, "timestamp", journal.about["start"], journal.about["end"])
        for part in parts:
            known = cases.facts(part["case"])
            columns = {**known, "policy": pa.repeat(policy, len(part["case"])), **part}
            spill.add(_table(columns))
        with pyarrow.csv.CSVWriter(beside, pa.schema(COLUMNS), write_options=options) as writer:
            for events in spill.read():
                keys = [pc.fill_null(events[key].cast(pa.int64()), 0).to_numpy() for key in _SORTED_BY]
                writer.write_table(events.select(list(COLUMNS)).take(np.lexsort(keys[::-1])))
                number += len(events)
    return number


_Columns = dict[str, Any]


def _table(columns: _Columns) -> pa.Table:
    """Return events with all columns of the log; what they do not have is null."""
    number = len(columns["case"])
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(number, field.type)
        for field in _SPILLED
    ]
    return pa.table(arrays, schema=_SPILLED)


def _events(batch: pa.RecordBatch, activity: Any, at: str, rank: Any, resource: Any, **more: Any) -> _Columns:
    """Return an event for each row of a table that has a time of it.

    Args:
        batch: rows of a table of the journal.
        activity: its name, or a column of names.
        at: the column of its times.
        rank: what of one second it comes after.
        resource: a name, or a column of names.
        more: other columns of the log, each the name of a column of the table, or a column.

    """
    there = batch.column(at).is_valid()
    columns = {"case": "order", "timestamp": at, "rank": rank, **more}
    found = {name: batch.column(of) if isinstance(of, str) else of for name, of in columns.items()}
    found |= {"activity": activity, "resource": resource}
    return {
        name: (of if isinstance(of, pa.Array) else pa.repeat(of, len(batch))).filter(there)
        for name, of in found.items()
    }


def _words(column: pa.Array) -> pa.Array:
    return column.cast(pa.utf8())


def _orders(journal: Journal, policy: str) -> Iterator[_Columns]:
    costs = ("cost_late", "cost_payment", "cost_care")
    columns = ["order", "placed_at", "ended_at", "units", "value", "state", "cancel_reason", *costs]
    for batch in journal.batches("orders", columns):
        yield _events(batch, "placed", "placed_at", _PLACED, "customer", units="units", value="value")
        state, reason = _words(batch.column("state")), _words(batch.column("cancel_reason"))
        cancelled = pc.equal(state, "cancelled")
        by = pa.array([_CANCELLED_BY.get(word, policy) for word in reason.to_pylist()], pa.utf8())
        late, payment, care = (batch.column(name) for name in costs)
        yield _events(
            batch, pc.if_else(cancelled, "cancelled", "closed"), "ended_at", _CLOSED,
            pc.if_else(cancelled, by, "settlement"), outcome=state, cause=reason,
            cost=pc.add(pc.add(late, payment), care),
        )  # fmt: skip


def _decisions(journal: Journal, policy: str) -> Iterator[_Columns]:
    for batch in journal.batches("decisions", ["order", "at", "rule", "cause", "outcome", "chosen"]):
        first = pc.is_in(batch.column("cause"), pa.array(_FIRST_CAUSES))
        named = pc.fill_null(pc.not_equal(batch.column("rule"), ""), False)
        yield _events(
            batch, pc.if_else(first, "decided", "decided again"), "at", pc.if_else(first, _DECIDED, _AGAIN),
            pc.if_else(named, batch.column("rule"), policy), warehouse="chosen", cause="cause", outcome="outcome",
        )  # fmt: skip


def _shipments(journal: Journal) -> Iterator[_Columns]:
    columns = ["order", "shipment", "warehouse", "service", "units", "allocated_at", "released_at", "started_at",
               "packed_at", "picked_up_at", "ended_at", "state", "cost_handling", "cost_freight"]  # fmt: skip
    for batch in journal.batches("shipments", columns):
        site, service = _words(batch.column("warehouse")), _words(batch.column("service"))
        of = {"shipment": "shipment", "warehouse": site, "service": service, "units": "units"}
        released, ended = batch.column("released_at"), batch.column("ended_at")
        waited = pc.fill_null(pc.greater(released, batch.column("allocated_at")), True)
        yield _events(batch.filter(waited), "backordered", "allocated_at", _BACKORDERED, site.filter(waited),
                      **{**of, "warehouse": site.filter(waited), "service": service.filter(waited)})  # fmt: skip
        yield _events(batch, "released", "released_at", _RELEASED, site, **of)
        yield _events(batch, "picking started", "started_at", _STARTED, site, **of)
        yield _events(batch, "packed", "packed_at", _PACKED, site, **of, cost="cost_handling")
        yield _events(batch, "picked up", "picked_up_at", _PICKED_UP, service, **of, cost="cost_freight")
        states = _words(batch.column("state")).to_pylist()
        begun = pc.coalesce(*(batch.column(at) for at in _STEPS))
        rank = pc.if_else(pc.equal(begun, ended), _AT_ONCE, _ENDED)
        on_road = batch.column("picked_up_at").is_valid()
        yield _events(batch, pa.array([_ENDS.get(state) for state in states], pa.utf8()), "ended_at", rank,
                      pc.if_else(on_road, service, site), **of)  # fmt: skip


def _returns(journal: Journal) -> Iterator[_Columns]:
    columns = ["order", "shipment", "warehouse", "item", "units", "reason", "sent_at", "received_at", "inspected_at",
               "outcome", "cost"]  # fmt: skip
    for batch in journal.batches("returns", columns):
        site = _words(batch.column("warehouse"))
        of = {"shipment": "shipment", "warehouse": site, "item": "item", "units": "units", "cause": "reason"}
        at_once = pc.equal(batch.column("sent_at"), batch.column("received_at"))
        late = pc.fill_null(pc.multiply(at_once.cast(pa.int64()), _AT_ONCE), 0)
        yield _events(batch, "sent back", "sent_at", _AT_ONCE, "customer", **of)
        yield _events(batch, "return received", "received_at", pc.add(late, _RECEIVED), site, **of)
        yield _events(batch, "inspected", "inspected_at", pc.add(late, _INSPECTED), site, **of,
                      outcome="outcome", cost="cost")  # fmt: skip
