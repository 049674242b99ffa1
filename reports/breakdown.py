"""`breakdown.parquet`: who pays, waits and is split: sums over the counted orders of every replication, by slice.

A worker breaks each journal down where it was made; the table of a result is these, one below the other. All is in
whole numbers, so that slices may be added up: what is true of two segments together is the ratio of their sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from reports.kpis.columns import Flags, Integers, flags, positions, seconds, whole, words
from reports.kpis.orders import COST_COLUMNS, late_orders, own_costs
from sim.clock import DAY
from sim.execution.experiment import Task, digest_of
from sim.journal import SPLIT_REASONS, STATES, Journal
from sim.parquet import check_file, reading
from sim.writing import replacing

FILE_NAME = "breakdown.parquet"

BY = ("day", "region", "segment", "split_reason")
"""What orders are sliced by; a day is one of the window, from 0, and only split orders have a split reason."""

SUMS = (
    "orders", "cost_cents", "delivered", "lead_s", "promised", "late", "split", "shipments", "age_s", "spoiled_units",
)  # fmt: skip
"""Counted orders; their own costs, without those of sites; those delivered, and their lead times; those with a promise;
late and split ones. Then, of days alone: shipments picked that day, the age of what they picked, units that spoiled."""

_TEXTS = [(name, pa.string()) for name in ("by", "slice")]
_FIELDS = [
    ("policy", pa.string()),
    ("replication", pa.int32()),
    *_TEXTS,
    *((name, pa.int64()) for name in SUMS),
]
_MOST_ROWS = 50_000_000  # it is read whole

_ORDERS = ("placed_at", "promised_at", "delivered_at", "region", "segment", "split_reason", "shipments", "state",
           "counted", *COST_COLUMNS)  # fmt: skip


def break_down(journal: Journal) -> pa.Table:
    """Return the slices of one replication: by, slice, and a column for each of `SUMS`.

    Slices stand in the order of the scenario, days in that of time; a region without orders has no row.
    """
    begin, end = (journal.about["start"] + second for second in journal.about["window"])
    known = {
        "region": words(journal, "orders", "region"),
        "segment": words(journal, "orders", "segment"),
        "split_reason": SPLIT_REASONS,
        "day": tuple([str(day) for day in range(-(-(end - begin) // DAY))]),
    }
    sums = {by: np.zeros((len(SUMS), len(known[by])), dtype=np.int64) for by in BY}
    for batch in journal.batches("orders", _ORDERS):
        ours = batch.filter(batch.column("counted"))
        amounts = _amounts(ours, journal.about["start"] + journal.about["end"])
        place = {by: positions(ours.column(by), known[by]) for by in BY if by != "day"}
        place["day"] = (seconds(ours.column("placed_at")) - begin) // DAY
        for by, total in sums.items():
            for row, amount in enumerate(amounts):
                total[row] += _added(place[by], amount, total.shape[1])
    for name, amount in (_picked(journal, begin, end) | _spoiled(journal, begin, end)).items():
        sums["day"][SUMS.index(name)] += amount
    return pa.concat_tables(_table(by, known[by], sums[by]) for by in BY)


def read_breakdown(folder: Path) -> pa.Table | None:
    """Return the table of a result folder, None where it has none.

    Raises:
        InputError: it cannot be read, or is not what a run wrote.

    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    check_file(path, _FIELDS, at_most=_MOST_ROWS)
    with reading(path):
        return pq.read_table(path)


def gather(folder: Path, tasks: Iterable[Task]) -> None:
    """Write the table of a result from what workers left of each task, one row group a task, in this order."""
    tables = (_of_task(folder, task) for task in tasks)
    first = next(tables, None)
    if first is None:
        return
    with (
        replacing(folder / FILE_NAME) as beside,
        pq.ParquetWriter(beside, first.schema, compression="zstd") as writer,
    ):
        for table in chain([first], tables):
            writer.write_table(table)


def _of_task(folder: Path, task: Task) -> pa.Table:
    path = digest_of(task, folder)
    with reading(path):
        table = pq.read_table(path)
    head = {
        "policy": pa.array([task.variant] * len(table), pa.string()),
        "replication": pa.array([task.replication] * len(table), pa.int32()),
    }
    return pa.table({**head, **dict(zip(table.column_names, table.columns, strict=True))})


def _amounts(batch: pa.RecordBatch, end: int) -> list[Integers]:
    """Return what each order adds to the first of `SUMS`."""
    delivered: Flags = positions(batch.column("state"), STATES) == STATES.index("delivered")
    lead = seconds(batch.column("delivered_at")) - seconds(batch.column("placed_at"))
    split: Flags = whole(batch.column("shipments")) > 1
    promised = flags(batch.column("promised_at").is_valid())
    columns = (np.ones(len(batch)), own_costs(batch), delivered, np.where(delivered, lead, 0), promised,
               late_orders(batch, end), split)  # fmt: skip
    return [np.asarray(column).astype(np.int64) for column in columns]


def _added(place: Integers, amount: Integers, number: int) -> Integers:
    inside = (place >= 0) & (place < number)
    # Sums below 2**53 are exact in float.
    return np.bincount(place[inside], amount[inside], number).astype(np.int64)


def _picked(journal: Journal, begin: int, end: int) -> dict[str, Integers]:
    """Return the shipments picked on each day of the window, and the summed mean ages of what they picked."""
    days = -(-(end - begin) // DAY)
    shipments, age = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
    for batch in journal.batches("shipments", ("started_at", "stock_age_d", "state")):
        started = seconds(batch.column("started_at"))
        was_taken = positions(batch.column("state"), ("cancelled",)) < 0
        inside = (started >= begin) & (started < end) & was_taken
        day = (started[inside] - begin) // DAY
        shipments += np.bincount(day, minlength=days)
        age += _added(day, whole(batch.column("stock_age_d"), DAY)[inside], days)
    return {"shipments": shipments, "age_s": age}


def _spoiled(journal: Journal, begin: int, end: int) -> dict[str, Integers]:
    days = -(-(end - begin) // DAY)
    units = np.zeros(days, dtype=np.int64)
    for batch in journal.batches("disposals", ("at", "units", "reason")):
        at = seconds(batch.column("at"))
        inside = (at >= begin) & (at < end) & (positions(batch.column("reason"), ("spoiled",)) == 0)
        units += _added((at[inside] - begin) // DAY, whole(batch.column("units"))[inside], days)
    return {"spoiled_units": units}


def _table(by: str, words: Sequence[str], sums: Integers) -> pa.Table:
    some = np.flatnonzero(sums.any(axis=0))
    return pa.table(
        {
            "by": pa.array([by] * len(some), pa.string()),
            "slice": pa.array([words[place] for place in some.tolist()], pa.string()),
            **dict(zip(SUMS, sums[:, some], strict=True)),
        }
    )
