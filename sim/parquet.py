"""Parquet files of a result folder, which may come from anybody: what cannot be read is told in a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError, Problem

MOST_ROWS = 2_000_000_000
"""Of one table: a row takes next to nothing where all are alike, so that a file of some bytes may hold any number."""

Fields = Sequence[tuple[str, pa.DataType]]


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise as InputError that a file cannot be read, but for one that is not there: FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise InputError([Problem(str(path), f"cannot be read: {error}")]) from error


@contextmanager
def of_a_run(folder: Path) -> Iterator[None]:
    """Raise as InputError what goes wrong with tables that have the right columns, and values that no run writes."""
    try:
        yield
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, pa.ArrowException) as error:
        rule = f"holds what no run wrote: {type(error).__name__}: {error}"
        raise InputError([Problem(str(folder), rule)]) from error


def check_file(path: Path, fields: Fields, *, at_most: int = MOST_ROWS) -> None:
    """Refuse a file that is not Parquet with these columns, or has more rows than any run writes.

    Raises InputError, or FileNotFoundError when there is none.
    """
    if path.exists() and not path.is_file():  # a pipe may never say anything
        raise InputError([Problem(str(path), "must be a file")])
    with reading(path):
        found = pq.read_metadata(path)
        columns = [(field.name, field.type) for field in found.schema.to_arrow_schema()]
    rule = ""
    if columns != list(fields):
        rule = "its columns are others"
    elif found.num_rows > at_most:
        rule = f"it has {found.num_rows:,} rows, and {at_most:,} are the most"
    if rule:
        raise InputError([Problem(str(path), f"is not what a run wrote: {rule}")])
