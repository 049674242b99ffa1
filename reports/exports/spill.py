"""Rows that come in any order and leave sorted by time, without ever being in memory together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from reports.kpis.columns import seconds
from sim.clock import DAY

_FILES = 200  # open at a time: systems allow some hundreds


class Spill:
    """Keeps rows in files, one for each stretch of time.

    Args:
        folder: for the files; who made it removes it.
        schema: of the rows.
        by: the column of their times.
        start: of the first stretch, in seconds since 1970 UTC.
        end: of the last one, in seconds after that; rows may be earlier or later nevertheless.

    """

    def __init__(self, folder: Path, schema: pa.Schema, by: str, start: int, end: int) -> None:
        self._folder = folder
        self._schema = schema
        self._by = by
        self._start = start
        self._stretch = max(DAY, -(-end // _FILES))
        self._last = max(0, (end - 1) // self._stretch)
        self._writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}

    def add(self, rows: pa.Table) -> None:
        """Keep some rows."""
        at = seconds(rows[self._by].combine_chunks())
        stretch = np.clip((at - self._start) // self._stretch, 0, self._last)
        for number in np.unique(stretch).tolist():
            self._writer(number).write_table(rows.filter(pa.array(stretch == number)))

    def _writer(self, number: int) -> pa.ipc.RecordBatchStreamWriter:
        writer = self._writers.get(number)
        if writer is None:
            options = pa.ipc.IpcWriteOptions(compression="zstd")
            writer = pa.ipc.new_stream(self._folder / str(number), self._schema, options=options)
            self._writers[number] = writer
        return writer

    def read(self) -> Iterator[pa.Table]:
        """Yield the rows, stretch by stretch; within one they stand as they came. Nothing may be added any more."""
        for writer in self._writers.values():
            writer.close()
        for number in sorted(self._writers):
            path = self._folder / str(number)
            with pa.ipc.open_stream(path) as reader:
                yield reader.read_all()
            path.unlink()
