"""What an event log says of the order that an event belongs to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sim.journal import Journal

_NUMBER = "^(0|[1-9][0-9]{0,17})$"  # 007 and 7 are two orders


class Cases:
    """The orders of a journal by their names, with region, segment and whether they are counted.

    Args:
        journal: from which these columns are read, and kept.

    """

    def __init__(self, journal: Journal) -> None:
        orders = journal.table("orders", ["order", "region", "segment", "counted"]).combine_chunks()
        self._facts = {name: orders[name] for name in ("region", "segment", "counted")}
        names = orders["order"]
        self._numbered = bool(pc.all(pc.match_substring_regex(names, _NUMBER)).as_py())
        self._index = pd.Index(self._keys(names))
        if not self._index.is_unique:
            raise ValueError("an order stands twice in the journal")

    def _keys(self, orders: Any) -> np.ndarray[Any, Any]:
        keys = orders.cast(pa.int64()) if self._numbered else orders
        found: np.ndarray[Any, Any] = keys.to_numpy(zero_copy_only=False)
        return found

    def facts(self, orders: pa.Array) -> dict[str, pa.Array]:
        """Return columns beside one of orders: `place`, their row in the journal, and what is known of them."""
        places = pa.array(self._index.get_indexer(self._keys(orders)), pa.int64())
        return {
            "place": places,
            **{name: _whole(column.take(places)) for name, column in self._facts.items()},
        }


def _whole(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined.dictionary_decode() if pa.types.is_dictionary(combined.type) else combined
