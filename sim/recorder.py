"""The recorder: rows of plain integers in, while the simulation runs; the blocks of a journal out.

It takes rows as the engine has them (seconds since the start, positions in the scenario's lists, cents, grams,
metres) and turns every block of rows into one Arrow batch with readable columns: UTC times, names, currency,
kilograms.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.journal import (
    ACCOUNTS,
    CANCEL_REASONS,
    SHIPMENT_STATES,
    SPLIT_REASONS,
    STATES,
    TABLES,
    Journal,
    arrow_fields,
)

BLOCK_ROWS = 10_000
_BLOCK_STEP = 512  # a block of whole numbers is a multiple of it: blocks are seen in the files

_SCALE = {"money": 100.0, "kg": 1000.0, "km": 1000.0, "days": 86_400.0}


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


class Rows:
    """Rows that wait until they make a block.

    Args:
        block_rows: how many that are.

    """

    def __init__(self, block_rows: int) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._block_rows = block_rows

    def add(self, row: tuple[Any, ...]) -> bool:
        """Take a row, and tell whether there is a block."""
        rows = self._rows
        rows.append(row)
        return len(rows) >= self._block_rows

    def take(self) -> Sequence[Any]:
        """Return the columns of the rows that wait, empty without any, and forget the rows."""
        columns = list(zip(*self._rows, strict=True))
        self._rows.clear()
        return columns


class Numbers:
    """Rows of whole numbers that wait until they make a block, as the bytes of an array.

    A row of 32 numbers is packed in 0.5 us; an array of rows takes 1.6 us for each, and the rows more memory.

    Args:
        block_rows: how many make a block.
        columns: how many numbers a row has.

    """

    def __init__(self, block_rows: int, columns: int) -> None:
        row = Struct(f"{columns}q")
        self._pack = row.pack
        self._columns = columns
        self._bytes = bytearray()
        self._block_bytes = row.size * block_rows

    def add(self, row: tuple[Any, ...]) -> bool:
        """Take a row, and tell whether there is a block."""
        self._bytes += self._pack(*row)
        return len(self._bytes) >= self._block_bytes

    def take(self) -> Sequence[Any]:
        """Return the columns of the rows that wait, empty without any, and forget the rows."""
        rows = self.take_rows()
        return list(rows.T) if len(rows) else ()

    def take_rows(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the rows that wait, and forget them."""
        rows = np.frombuffer(self._bytes, np.int64).reshape(-1, self._columns)
        self._bytes = bytearray()
        return rows


def _texts(values: Sequence[str]) -> pa.Array:
    """Return texts; what none can hold, such as half a character that a policy gives for a reason, is a ?."""
    try:
        return pa.array(values, pa.utf8())
    except UnicodeEncodeError:
        return pa.array([value.encode(errors="replace").decode() for value in values], pa.utf8())


class _File(pq.ParquetWriter):  # type: ignore[misc]
    """A file of a table. One that nobody closes is of a run that ended early, and of no use."""

    def __del__(self) -> None:
        """Do not complete it: that would fail, and be heard, when the disk is full."""


class Recorder:
    """Takes rows, and hands on one Arrow batch for each table and block.

    Args:
        facts: what the integers in the rows stand for.
        folder: where `TABLE.parquet` files go; None keeps the batches in memory.
        block_rows: rows per batch, about. It changes neither rows nor their order.

    """

    def __init__(self, facts: Facts, folder: Path | None = None, block_rows: int = BLOCK_ROWS) -> None:
        self.facts = facts
        self._folder = folder
        whole_rows = -(-block_rows // _BLOCK_STEP) * _BLOCK_STEP
        self._waiting: dict[str, Rows | Numbers] = {
            name: Rows(block_rows)
            if {"text", "float"} & set(columns.values())
            else Numbers(whole_rows, len(columns))
            for name, columns in TABLES.items()
        }
        self._batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
        self._writers: dict[str, pq.ParquetWriter] = {}
        names: dict[str, Sequence[str]] = {
            "state": STATES, "shipment_state": SHIPMENT_STATES, "cancel_reason": CANCEL_REASONS,
            "split_reason": SPLIT_REASONS, "account": ACCOUNTS, **facts.names,
        }  # fmt: skip
        self._dictionaries = {word: pa.array(list(values), pa.utf8()) for word, values in names.items()}
        metadata = {b"orderlab": json.dumps(facts.metadata(), sort_keys=True).encode()}
        self._schemas = {name: pa.schema(arrow_fields(name), metadata) for name in TABLES}

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        """Append one row, its values in the order of `TABLES[table]`."""
        if self._waiting[table].add(row):
            self.flush(table)

    def flush(self, table: str) -> None:
        """Turn the rows that wait in one table into a batch and hand it on."""
        columns = self._waiting[table].take()
        if columns:
            self.write(table, dict(zip(TABLES[table], columns, strict=True)))

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
        return _File(folder / f"{table}.parquet", self._schemas[table], compression="zstd")

    def _array(self, kind: str, values: Any) -> pa.Array:
        if kind == "float":
            return pa.array(values, pa.float64())
        if kind == "text":
            return _texts(values)
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
