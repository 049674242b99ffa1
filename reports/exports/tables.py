"""The tables of a result, and of a journal that it kept, as plain CSV."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from reports.breakdown import read_breakdown
from reports.kept import KeptJournal
from reports.sweeps.table import FILE_NAME as SWEEP
from sim.journal import TABLES, Journal
from sim.writing import copy_file

_AS_THEY_ARE = ("kpis.csv", "comparison.csv", "reconciliation.csv", SWEEP)
_OPTIONS = pyarrow.csv.WriteOptions(quoting_style="needed")


def write_tables(out: Path, folder: Path, kept: KeptJournal | None) -> list[str]:
    """Write every table as a CSV file, and return their names.

    Times are UTC, such as 2026-01-05 09:30:00; what is missing is an empty cell, and an empty text is "". The tables
    of the journal are written block by block, whatever their length.

    Args:
        out: a folder that is there. Tables of the journal go to a folder `journal` in it.
        folder: of the result.
        kept: the journal; None: tables of the result alone.

    """
    written = []
    for name in _AS_THEY_ARE:
        if (folder / name).is_file():
            copy_file(folder / name, out / name)
            written.append(name)
    sums = read_breakdown(folder)
    if sums is not None:
        written.append("breakdown.csv")
        pyarrow.csv.write_csv(sums, out / written[-1], _OPTIONS)
    if kept is not None:
        (out / "journal").mkdir()
        for table in TABLES:
            written.append(f"journal/{table}.csv")
            _write_table(out / written[-1], kept.journal, table)
    return written


def _write_table(path: Path, journal: Journal, table: str) -> None:
    schema = pa.schema([(field.name, _plain(field.type)) for field in journal.schema(table)])
    with pyarrow.csv.CSVWriter(path, schema, write_options=_OPTIONS) as writer:
        for batch in journal.batches(table):
            writer.write_table(pa.Table.from_batches([batch]).cast(schema))


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type in which a column is written: names as text, times to the second."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return pa.timestamp("s") if pa.types.is_timestamp(kind) else kind
