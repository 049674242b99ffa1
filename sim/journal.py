"""The journal: what happened in one replication, as tables that are written in blocks and never changed.

A finished one, in memory or in a folder of Parquet files, is all that KPIs, figures and pages ever read. It is
written by a `sim.recorder.Recorder`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from sim.document import nearest
from sim.document.files import parsed_json
from sim.errors import InputError, Problem
from sim.parquet import check_file, reading

if TYPE_CHECKING:
    import pandas as pd

STATES = ("delivered", "cancelled", "lost", "open")
SHIPMENT_STATES = (
    "delivered", "cancelled", "lost", "queued", "in_work", "packed", "in_transit", "backordered",
)  # fmt: skip
POLICY_CANCEL_REASONS = ("policy", "no_stock", "gave_up")
CANCEL_REASONS = (*POLICY_CANCEL_REASONS, "impatience", "declined")
SPLIT_REASONS = ("no_stock", "capacity", "downtime", "cheaper", "faster", "policy")
ACCOUNTS = (
    "revenue", "refund", "payment_fee", "freight", "handling", "packaging", "storage", "purchase", "stock",
    "spoilage", "late", "returns", "care", "cash",
)  # fmt: skip

# What a column holds while the simulation runs, and what it becomes:
#   time    seconds since start, -1 for none  -> timestamp[ms], UTC without zone
#   order   0-based position in the book      -> the source's id, or the 1-based number, as text
#   money   cents                             -> float64, in the currency
#   kg, days       grams, seconds             -> float64
#   km      metres, -1 for unknown            -> float64
#   int, float, bool, text                    -> as they are; int -1 in a column marked `int?` is null
#   anything else   position in the list of names of that word, -1 for none -> dictionary of text
TABLES: dict[str, dict[str, str]] = {
    "orders": {
        "order": "order", "placed_at": "time", "region": "region", "segment": "segment", "lines": "int",
        "units": "int", "value": "money", "promised_at": "time", "state": "state",
        "cancel_reason": "cancel_reason", "picked_up_at": "time", "delivered_at": "time", "shipments": "int",
        "split_reason": "split_reason", "reallocations": "int", "attempts": "int", "units_first_attempt": "int",
        "units_shipped": "int", "counted": "bool", "cost_freight": "money", "cost_handling": "money",
        "cost_late": "money", "cost_returns": "money", "cost_payment": "money", "cost_care": "money",
        "cost_goods": "money", "revenue": "money", "refunded": "money", "returned_units": "int",
        "notifications": "int", "told_at": "time", "ended_at": "time",
    },
    "shipments": {
        "order": "order", "shipment": "int", "warehouse": "warehouse", "service": "service", "region": "region",
        "lines": "int", "units": "int", "weight_kg": "kg", "distance_km": "km", "stock_age_d": "days",
        "allocated_at": "time", "released_at": "time", "started_at": "time", "packed_at": "time",
        "picked_up_at": "time", "delivered_at": "time", "state": "shipment_state", "replaces": "int?", "rebound": "int",
        "counted": "bool", "cost_freight": "money", "cost_handling": "money", "co2e_kg": "kg",
        "ended_at": "time",
    },
    "decisions": {
        "order": "order", "at": "time", "attempt": "int", "rule": "text", "outcome": "text", "chosen": "text",
        "runner_up": "text", "margin": "float", "removed": "text", "cause": "text",
        "capped": "bool",
    },
    "supply": {
        "purchase": "int?", "ordered_at": "time", "sent_at": "time", "arrived_at": "time", "warehouse": "warehouse",
        "source": "source", "item": "item", "units": "int", "cost_goods": "money", "cost_order": "money",
        "cost_freight": "money",
    },
    "walk_ins": {
        "at": "time", "warehouse": "warehouse", "item": "item", "units": "int", "lost_units": "int",
    },
    "returns": {
        "order": "order", "shipment": "int", "warehouse": "warehouse", "item": "item", "units": "int",
        "reason": "text", "sent_at": "time", "received_at": "time", "inspected_at": "time", "outcome": "text",
        "remedy": "text", "cost": "money", "counted": "bool",
    },
    "disposals": {
        "at": "time", "warehouse": "warehouse", "item": "item", "units": "int", "reason": "text", "cost": "money",
    },
    "warehouse_hours": {
        "warehouse": "warehouse", "hour": "time", "backlog": "float", "busy_s": "int", "open_s": "int",
        "down_s": "int", "on_hand": "int", "stock_l": "float", "door_l": "float", "out_of_stock": "int",
        "cells": "int",
    },
    "outages": {
        "warehouse": "warehouse", "begins_at": "time", "ends_at": "time", "stations_left": "float", "reason": "text",
    },
    "ledger": {
        "at": "time", "order": "order", "warehouse": "warehouse", "account": "account", "amount_cents": "int",
    },
    "reconciliation": {"book": "text", "entry": "text", "amount": "int"},
}  # fmt: skip
# In orders, picked_up_at and delivered_at speak of the last shipment of what was ordered: what replaces a line that
# the customer had and sent back comes later. refunded is no part of revenue any more.
# ended_at is when nothing more could happen to an order; of a shipment, when it was delivered or cancelled, or its loss
# was known. Neither is there for what was still under way when the run ended.
# In supply, a row is a lot that was received from a supplier or another warehouse, or that came without an order (no
# purchase, no source); then, when the run ends, what is under way (no arrived_at) or owed by a warehouse (no sent_at).
# The first row of a purchase has what the order itself cost; new goods and freight are paid for at arrival.
# In warehouse_hours, door_l is the volume that waits at the door because it does not fit, and out_of_stock
# is the number of items the warehouse keeps that have no unit on hand at the end of the hour, of `cells` items that it
# keeps.

_ARROW = {
    "time": pa.timestamp("ms"), "order": pa.utf8(), "text": pa.utf8(), "int": pa.int64(), "int?": pa.int64(),
    "bool": pa.bool_(), "float": pa.float64(), **dict.fromkeys(("money", "kg", "km", "days"), pa.float64()),
}  # fmt: skip


def arrow_fields(table: str) -> list[tuple[str, pa.DataType]]:
    """Return the columns of a table, each with its type; names are dictionaries of text."""
    names = pa.dictionary(pa.int32(), pa.utf8())
    return [(column, _ARROW.get(kind, names)) for column, kind in TABLES[table].items()]


_LATEST = 1 << 34
"""A moment, or a length, in seconds that lies beyond all calendars: some five centuries."""

_UNITS = {
    # by what a column holds
    "time": "UTC", "money": "money", "kg": "kg", "km": "km", "days": "d",
    # by its name
    "units": "units", "units_first_attempt": "units", "units_shipped": "units", "returned_units": "units",
    "lost_units": "units", "on_hand": "units", "out_of_stock": "items", "cells": "items", "backlog": "shipments",
    "busy_s": "s", "open_s": "s", "down_s": "s", "stock_l": "l", "door_l": "l", "stations_left": "share",
    "amount_cents": "0.01 money",
}  # fmt: skip


class Journal:
    """A finished journal, in memory or on disk. Reading never loads more than the columns asked for.

    Attributes:
        about: what a reader must know beside the rows: start, window, end, title, scenario, currency, timezone.

    Example:
        >>> from policies import load_policy
        >>> from sim import load_scenario, simulate
        >>> journal = simulate(load_scenario("hello", ["days=1", "warm_up_days=0"]), load_policy("nearest"))
        >>> journal.about["currency"], f"{journal.start:%Y-%m-%d}"
        ('USD', '2026-01-05')
        >>> orders = journal.frame("orders")
        >>> len(orders), orders["state"].unique().tolist()
        (353, ['delivered'])

    """

    def __init__(self, tables: Mapping[str, pa.Table] | None = None, folder: Path | None = None) -> None:
        self._tables = tables
        self._folder = folder
        metadata = self.schema("orders").metadata or {}
        self.about: dict[str, Any] = parsed_json(metadata.get(b"orderlab", b"{}").decode())

    @classmethod
    def open(cls, folder: str | Path) -> Journal:
        """Open the Parquet files of a folder, such as `journal/POLICY/REPLICATION` of a result.

        Raises:
            FileNotFoundError: there are none.
            InputError: they are not what a run wrote.

        Example:
            >>> from policies import load_policy
            >>> from sim import Journal, load_scenario, simulate
            >>> world = load_scenario("hello", ["days=0.1", "warm_up_days=0"])
            >>> played = simulate(world, load_policy("nearest"), folder="nearest/0")
            >>> Journal.open("nearest/0").frame("orders").equals(played.frame("orders"))
            True

        """
        folder = Path(folder)
        for table in TABLES:
            check_file(folder / f"{table}.parquet", arrow_fields(table))
        try:
            journal = cls(folder=folder)
            _check_about(journal.about)
        except (ValueError, KeyError, TypeError) as error:
            rule = "is not what a run wrote: it does not say of which run it is"
            raise InputError([Problem(str(folder / "orders.parquet"), rule)]) from error
        return journal

    @property
    def start(self) -> datetime:
        """The first instant of the run, UTC."""
        return datetime.fromtimestamp(self.about["start"], UTC)

    def frame(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table as a tidy DataFrame: a row is one order, one shipment, one warehouse in one hour, ...

        Times are UTC without zone, names are categories in the order of the scenario, and what is missing is NaN,
        NaT or None. `frame.attrs["units"]` has the unit of every column that has one (`units`).

        Args:
            name: a key of `sim.journal.TABLES`.
            columns: those wanted, in this order; None: all.

        Raises:
            InputError: there is no such table, or no such column.

        Example:
            >>> from policies import load_policy
            >>> from sim import load_scenario, simulate
            >>> journal = simulate(load_scenario("hello", ["days=1", "warm_up_days=0"]), load_policy("nearest"))
            >>> shipments = journal.frame("shipments", ["warehouse", "cost_freight", "stock_age_d"])
            >>> shipments.groupby("warehouse", observed=True)["cost_freight"].mean().round(2).to_dict()
            {'newark': 6.79, 'louisville': 9.11}
            >>> shipments.attrs["units"]
            {'cost_freight': 'USD', 'stock_age_d': 'd'}

        """
        found: pd.DataFrame = self.table(name, columns).to_pandas()
        units = self.units(name)
        found.attrs["units"] = {column: units[column] for column in found.columns if column in units}
        return found

    def units(self, name: str) -> dict[str, str]:
        """Return the unit of each column of a table; names, numbers of orders and plain counts have none.

        Raises InputError when there is no such table.

        Example:
            >>> from policies import load_policy
            >>> from sim import load_scenario, simulate
            >>> journal = simulate(load_scenario("hello", ["days=0.1"]), load_policy("nearest"))
            >>> journal.units("walk_ins")
            {'at': 'UTC', 'units': 'units', 'lost_units': 'units'}

        """
        return units_of(name, self.about.get("currency", "money"))

    def schema(self, name: str) -> pa.Schema:
        """Columns and types of a table."""
        _check(name, TABLES, "is no table of a journal")
        if self._tables is not None:
            return self._tables[name].schema
        with reading(self._path(name)):
            return pq.read_schema(self._path(name))

    def rows(self, name: str) -> int:
        """Return how many rows a table has."""
        _check(name, TABLES, "is no table of a journal")
        if self._tables is not None:
            return int(self._tables[name].num_rows)
        return int(pq.read_metadata(self._path(name)).num_rows)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a whole table, or some of its columns, as Arrow has it.

        Raises InputError when there is no such table, or no such column.
        """
        columns = self._columns(name, columns)
        if self._tables is not None:
            table = self._tables[name]
            return table if columns is None else table.select(columns)
        with reading(self._path(name)):
            return pq.read_table(self._path(name), columns=columns)

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield a table block by block, so that a year of orders need not fit in memory.

        Raises InputError when there is no such table, or no such column.
        """
        if self._tables is not None:
            yield from self.table(name, columns).to_batches()
            return
        columns = self._columns(name, columns)
        # Arrow would fetch all columns of all blocks ahead: 23 bytes an order.
        with reading(self._path(name)), pq.ParquetFile(self._path(name), pre_buffer=False) as file:
            if file.num_row_groups:  # Arrow 18 fails on a file that has no rows
                yield from file.iter_batches(columns=columns)

    def _columns(self, name: str, columns: Sequence[str] | None) -> list[str] | None:
        known = self.schema(name).names
        for column in columns or ():
            _check(column, known, f"is no column of the table {name}")
        return None if columns is None else list(columns)

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}.parquet"


def _check_about(about: Mapping[str, Any]) -> None:
    """Raise ValueError, KeyError or TypeError for what is not the facts of a run."""
    begin, until = about["window"]
    right = 0 <= begin <= until <= about["end"] < _LATEST and 0 <= about["start"] < _LATEST
    texts = (about[name] for name in ("title", "scenario", "currency", "timezone"))
    if not right or not all(isinstance(text, str) for text in texts):
        raise ValueError(about)
    ZoneInfo(about["timezone"])


def units_of(name: str, currency: str) -> dict[str, str]:
    """Return the unit of each column of a table that has one, with what is told as the currency.

    Raises InputError when there is no such table.
    """
    _check(name, TABLES, "is no table of a journal")
    found = {column: _UNITS.get(kind) or _UNITS.get(column) for column, kind in TABLES[name].items()}
    return {column: unit.replace("money", currency) for column, unit in found.items() if unit}


def _check(name: str, known: Collection[str], rule: str) -> None:
    if name not in known:
        raise InputError([Problem("journal", rule, value=name, nearest=nearest(name, known))])
