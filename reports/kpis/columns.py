"""Journal columns as numpy arrays of whole numbers.

Journals store kilometres and money as floats of whole metres and cents. They are turned back here, because
sums of whole numbers are exact: a KPI is the same to the last bit, however its journal was cut into blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sim.journal import Journal

Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_FOLD_AT = 1_000_000  # numbers that wait to be counted: 4 MB

ABSENT = -(2**52)
"""The second that stands for a time that is not there."""


def seconds(column: pa.Array) -> Integers:
    """Return times as whole seconds since 1970 UTC, `ABSENT` for null."""
    milliseconds = column.cast(pa.int64()).fill_null(ABSENT * 1000)
    return np.asarray(milliseconds.to_numpy(zero_copy_only=False)) // 1000


def whole(column: pa.Array, scale: int = 1) -> Integers:
    """Return numbers times `scale` as integers: 100 for cents, 1000 for metres and grams, 86,400 for days.

    Raises ValueError where one is missing.
    """
    if column.null_count:
        raise ValueError("a number is missing")
    values = np.asarray(column.to_numpy(zero_copy_only=False))
    return values if scale == 1 else np.rint(values * scale).astype(np.int64)


def words(journal: Journal, table: str, column: str) -> tuple[str, ...]:
    """Return the words that a column of ids may hold, in the order of the scenario; none of a table without rows."""
    for batch in journal.batches(table, (column,)):
        return tuple(batch.column(column).dictionary.to_pylist())
    return ()


def flags(column: pa.Array) -> Flags:
    """Return booleans."""
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)


def positions(column: pa.Array, words: Sequence[str]) -> Integers:
    """Return the position of each text in `words`, -1 for null and for any other text."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    place = {word: position for position, word in enumerate(words)}
    # Blocks of one file need not share a dictionary; the last entry answers for index -1, a null.
    lookup = np.array([*(place.get(word, -1) for word in column.dictionary.to_pylist()), -1], dtype=np.int64)
    result: Integers = lookup[column.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    return result


class Spread:
    """Whole numbers, of which is kept how often each occurs: memory grows with how many differ.

    Ten million lead times are seconds of a week or two: a million different numbers at most.
    """

    def __init__(self) -> None:
        self._values = np.empty(0, dtype=np.int64)
        self._counts = np.empty(0, dtype=np.int64)
        self._new: list[Integers] = []
        self._waiting = 0

    def add(self, values: Integers) -> None:
        """Take in some more."""
        self._new.append(values.astype(np.int32))
        self._waiting += len(values)
        if self._waiting >= _FOLD_AT:
            self._fold()

    def _fold(self) -> None:
        if not self._waiting:
            return
        new, more = np.unique(np.concatenate(self._new), return_counts=True)
        values = np.union1d(self._values, new)
        counts = np.zeros(len(values), dtype=np.int64)
        counts[np.searchsorted(values, self._values)] = self._counts
        counts[np.searchsorted(values, new)] += more
        self._values, self._counts, self._waiting = values, counts, 0
        self._new.clear()

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return int(self._counts.sum()) + self._waiting

    @property
    def total(self) -> int:
        """Their sum."""
        self._fold()
        return int(self._values @ self._counts)

    def above(self, value: int) -> int:
        """Return how many are greater than a value."""
        self._fold()
        return int(self._counts[self._values > value].sum())

    def quantile(self, share: float) -> float:
        """Return what `numpy.quantile` says of them all, to the last bit; NaN where there are none."""
        self._fold()
        if not len(self):
            return float("nan")
        place = share * (len(self) - 1)
        lower = int(place)
        ends = np.searchsorted(np.cumsum(self._counts), (lower, min(lower + 1, len(self) - 1)), side="right")
        return float(np.quantile(self._values[ends], place - lower))
