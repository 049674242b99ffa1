"""The journal: what happened in one replication, as tables that are written in blocks and never changed.

A `Recorder` takes rows of plain integers while the simulation runs (seconds since the start, positions in the
scenario's lists, cents, grams, metres) and turns every block of rows into one Arrow batch with readable
columns: UTC times, names, currency, kilograms. A `Journal` is a finished one, in memory or in a folder of
Parquet files, and is all that KPIs, figures and pages ever read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

BLOCK_ROWS = 10_000
_CHUNK_ROWS = 512  # rows that wait as Python objects: few enough to stay in a processor's cache

STATES = ("delivered", "cancelled", "lost", "open")
SHIPMENT_STATES = (
    "delivered", "cancelled", "lost", "queued", "in_work", "packed", "in_transit", "backordered",
)  # fmt: skip
CANCEL_REASONS = ("policy", "no_stock", "gave_up", "impatience", "declined")
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
        "notifications": "int", "told_at": "time",
    },
    "shipments": {
        "order": "order", "shipment": "int", "warehouse": "warehouse", "service": "service", "region": "region",
        "lines": "int", "units": "int", "weight_kg": "kg", "distance_km": "km", "stock_age_d": "days",
        "allocated_at": "time", "released_at": "time", "started_at": "time", "packed_at": "time",
        "picked_up_at": "time", "delivered_at": "time", "state": "shipment_state", "replaces": "int?", "rebound": "int",
        "counted": "bool", "cost_freight": "money", "cost_handling": "money", "co2e_kg": "kg",
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
# In supply, a row is a lot that was received from a supplier or another warehouse, or that came without an order (no
# purchase, no source); then, when the run ends, what is under way (no arrived_at) or owed by a warehouse (no sent_at).
# The first row of a purchase has what the order itself cost; new goods and freight are paid for at arrival.
# In warehouse_hours, door_l is the volume that waits at the door because it does not fit, and out_of_stock
# is the number of items the warehouse keeps that have no unit on hand at the end of the hour, of `cells` items that it
# keeps.

_SCALE = {"money": 100.0, "kg": 1000.0, "km": 1000.0, "days": 86_400.0}
_ARROW = {
    "time": pa.timestamp("ms"), "order": pa.utf8(), "text": pa.utf8(), "int": pa.int64(), "int?": pa.int64(),
    "bool": pa.bool_(), "float": pa.float64(), **dict.fromkeys(_SCALE, pa.float64()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows of a journal refer to, and what its reader must know beside them.

    Attributes:
        start: the first instant, in seconds since 1970 UTC; times in rows count from it.
        window: orders placed in [begin, end) are counted; seconds since start.
        end: when the run ended at the latest; seconds since start.
        names: per word (region, warehouse, ...) the ids in file order.
        order_ids: maps 0-based positions in the order book to the texts of the column `order`.
        about: title, currency, time zone: whatever else a page wants to say.

    """

    start: int
    window: tuple[int, int]
    end: int
    names: Mapping[str, Sequence[str]]
    order_ids: Callable[[np.ndarray[Any, Any]], pa.Array]
    about: Mapping[str, str]

    def metadata(self) -> dict[str, Any]:
        """What is stored beside the rows, so that a journal can be read without its scenario."""
        return {"start": self.start, "window": list(self.window), "end": self.end, **self.about}


def numbered(orders: np.ndarray[Any, Any]) -> pa.Array:
    """Name generated orders by their 1-based number."""
    return pa.array(orders + 1).cast(pa.utf8())


class Recorder:
    """Takes rows, and hands on one Arrow batch for each table and block.

    Args:
        facts: what the integers in the rows stand for.
        folder: where `TABLE.parquet` files go; None keeps the batches in memory.
        block_rows: rows per batch. It changes neither rows nor their order.

    """

    def __init__(self, facts: Facts, folder: Path | None = None, block_rows: int = BLOCK_ROWS) -> None:
        self.facts = facts
        self._folder = folder
        self._block_rows = block_rows
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self._chunks: dict[str, list[np.ndarray[Any, Any]]] = {name: [] for name in TABLES}
        self._is_whole = {
            name: not {"text", "float"} & set(columns.values()) for name, columns in TABLES.items()
        }
        self._batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
        self._writers: dict[str, pq.ParquetWriter] = {}
        names: dict[str, Sequence[str]] = {
            "state": STATES, "shipment_state": SHIPMENT_STATES, "cancel_reason": CANCEL_REASONS,
            "split_reason": SPLIT_REASONS, "account": ACCOUNTS, **facts.names,
        }  # fmt: skip
        self._dictionaries = {word: pa.array(list(values), pa.utf8()) for word, values in names.items()}
        metadata = {b"orderlab": json.dumps(facts.metadata(), sort_keys=True).encode()}
        self._schemas = {
            name: pa.schema(
                [
                    (column, _ARROW.get(kind) or pa.dictionary(pa.int32(), pa.utf8()))
                    for column, kind in columns.items()
                ],
                metadata,
            )
            for name, columns in TABLES.items()
        }

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        """Append one row, its values in the order of `TABLES[table]`."""
        rows = self._rows[table]
        rows.append(row)
        if len(rows) >= _CHUNK_ROWS:
            self._compact(table)

    def _compact(self, table: str) -> None:
        """Turn rows of whole numbers into one array, and hand on a batch when there are enough of them."""
        rows, chunks = self._rows[table], self._chunks[table]
        waiting = len(rows) + sum(map(len, chunks))
        if self._is_whole[table]:
            chunks.append(np.array(rows, np.int64))
            rows.clear()
        if waiting >= self._block_rows:
            self.flush(table)

    def flush(self, table: str) -> None:
        """Turn the rows that wait in one table into a batch and hand it on."""
        rows, chunks = self._rows[table], self._chunks[table]
        if self._is_whole[table]:
            if rows:
                chunks.append(np.array(rows, np.int64))
            if not chunks:
                return
            columns: Any = np.concatenate(chunks).T
            chunks.clear()
        elif rows:
            columns = zip(*rows, strict=True)
        else:
            return
        self.write(table, dict(zip(TABLES[table], columns, strict=True)))
        rows.clear()

    def write(self, table: str, columns: Mapping[str, Any]) -> None:
        """Hand on one batch given by columns of plain integers; rows that wait in the table must not exist."""
        batch = pa.RecordBatch.from_arrays(
            [self._array(kind, columns[name]) for name, kind in TABLES[table].items()],
            schema=self._schemas[table],
        )
        if self._folder is None:
            self._batches[table].append(batch)
            return
        writer = self._writers.get(table)
        if writer is None:
            writer = self._writers[table] = self._open(table, self._folder)
        writer.write_batch(batch)

    def _open(self, table: str, folder: Path) -> pq.ParquetWriter:
        return pq.ParquetWriter(folder / f"{table}.parquet", self._schemas[table], compression="zstd")

    def _array(self, kind: str, values: Any) -> pa.Array:
        if kind in ("text", "float"):
            return pa.array(values, _ARROW[kind])
        if kind == "bool":
            return pa.array(np.asarray(values, bool))
        numbers = np.asarray(values, dtype=np.int64)
        if kind == "int":
            return pa.array(numbers)
        if kind in _SCALE and kind != "km":
            return pa.array(numbers / _SCALE[kind])
        missing = numbers < 0
        mask = missing if missing.any() else None
        if kind == "km":
            return pa.array(numbers / 1000, mask=mask)
        if kind == "time":
            return pa.array((numbers + self.facts.start) * 1000, mask=mask).cast(pa.timestamp("ms"))
        if kind == "int?":
            return pa.array(numbers, mask=mask)
        if kind == "order":
            names = self.facts.order_ids(numbers)
            return (
                names
                if mask is None
                else pa.array(names.to_numpy(zero_copy_only=False), pa.utf8(), mask=mask)
            )
        indices = pa.array(numbers.astype(np.int32), mask=mask)
        return pa.DictionaryArray.from_arrays(indices, self._dictionaries[kind])

    def close(self) -> Journal:
        """Write what waits, close the files, and return the finished journal."""
        for table in TABLES:
            self.flush(table)
        if self._folder is None:
            return Journal(
                {
                    table: pa.Table.from_batches(self._batches[table], schema=self._schemas[table])
                    for table in TABLES
                }
            )
        for table in TABLES:
            writer = self._writers.pop(table, None) or self._open(table, self._folder)
            writer.close()
        return Journal.open(self._folder)


class Journal:
    """A finished journal, in memory or on disk. Reading never loads more than the columns asked for."""

    def __init__(self, tables: Mapping[str, pa.Table] | None = None, folder: Path | None = None) -> None:
        self._tables = tables
        self._folder = folder
        metadata = self.schema("orders").metadata or {}
        self.about: dict[str, Any] = json.loads(metadata.get(b"orderlab", b"{}"))

    @classmethod
    def open(cls, folder: Path) -> Journal:
        """Open the Parquet files of a folder. Raises FileNotFoundError when there are none."""
        return cls(folder=folder)

    @property
    def start(self) -> datetime:
        """The first instant of the run, UTC."""
        return datetime.fromtimestamp(self.about["start"], UTC)

    def schema(self, name: str) -> pa.Schema:
        """Columns and types of a table."""
        if self._tables is not None:
            return self._tables[name].schema
        return pq.read_schema(self._path(name))

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a whole table, or some of its columns."""
        if self._tables is not None:
            table = self._tables[name]
            return table if columns is None else table.select(list(columns))
        return pq.read_table(self._path(name), columns=None if columns is None else list(columns))

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield a table block by block, so that a year of orders need not fit in memory."""
        if self._tables is not None:
            yield from self.table(name, columns).to_batches()
            return
        with pq.ParquetFile(self._path(name)) as file:
            yield from file.iter_batches(columns=None if columns is None else list(columns))

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}.parquet"
