"""Journal columns as numpy arrays of whole numbers.

Journals store kilometres and money as floats of whole metres and cents. They are turned back here, because
sums of whole numbers are exact: a KPI is the same to the last bit, however its journal was cut into blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

ABSENT = -(2**52)
"""The second that stands for a time that is not there."""


def seconds(column: pa.Array) -> Integers:
    """Return times as whole seconds since 1970 UTC, `ABSENT` for null."""
    milliseconds = column.cast(pa.int64()).fill_null(ABSENT * 1000)
    return np.asarray(milliseconds.to_numpy(zero_copy_only=False)) // 1000


def whole(column: pa.Array, scale: int = 1) -> Integers:
    """Return numbers times `scale` as integers: 100 for cents, 1000 for metres and grams, 86,400 for days."""
    values = np.asarray(column.to_numpy(zero_copy_only=False))
    return values if scale == 1 else np.rint(values * scale).astype(np.int64)


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


class OrderTally:
    """Counts how often each order occurs, in about eight bytes an occurrence."""

    def __init__(self) -> None:
        self._numbers: list[Integers] = []
        self._texts: list[pa.Array] = []

    def add(self, orders: pa.Array) -> None:
        """Count every order of a column once more."""
        # A number is only taken for one where it is written as str() writes it: 007 and 7 are two orders.
        plain = pc.match_substring_regex(orders, "^(0|[1-9][0-9]{0,17})$")
        self._numbers.append(np.asarray(orders.filter(plain).cast(pa.int64()).to_numpy(zero_copy_only=False)))
        texts = orders.filter(pc.invert(plain))
        if len(texts):
            self._texts.append(texts)

    def at_least(self, times: int) -> int:
        """Return how many orders occurred that often."""
        numbers = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *self._numbers]))
        # Sorted, an order begins where the number changes, and occurs that often if it is still there
        # `times - 1` places further.
        begins = np.concatenate([[True], numbers[1:] != numbers[:-1]])
        lasts = numbers[times - 1 :] == numbers[: max(len(numbers) - times + 1, 0)]
        found = int(np.count_nonzero(lasts & begins[: len(lasts)]))
        if self._texts:
            counts = pa.chunked_array(self._texts).value_counts().field("counts")
            found += int(np.count_nonzero(counts.to_numpy(zero_copy_only=False) >= times))
        return found
