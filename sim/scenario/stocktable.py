"""Opening stock from a CSV table, one row a lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Ints
from sim.document import Whole
from sim.document.columns import Columns
from sim.errors import Problem, ScenarioError
from sim.scenario.instants import NONE, read_instants
from sim.scenario.levels import MOST_STOCK

_UNITS = Whole(at_most=MOST_STOCK)


@dataclass(frozen=True, eq=False)
class StockTable:
    """Lots as arrays, in the order of the rows.

    Attributes:
        warehouse, item: positions in the scenario's lists, int32.
        units: int64.
        received_at, expires_at: seconds since 1970 UTC, int64; -1 where the table has none.

    """

    warehouse: NDArray[np.int32]
    item: NDArray[np.int32]
    units: Ints
    received_at: Ints
    expires_at: Ints

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StockTable) and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__
        )

    __hash__ = None  # type: ignore[assignment]


def read_stock(path: Path, *, warehouses: Sequence[str], items: Sequence[str], timezone: str) -> StockTable:
    """Read a table with the columns warehouse, item, units and, if wanted, received_at and expires_at.

    Moments are scenario-local. Raises ScenarioError with every wrong value and its row.
    """
    moments = ("received_at", "expires_at")
    table = Columns(path, str(path), ("warehouse", "item", "units"), moments)
    rule = "is not a column here; valid are warehouse, item, units, received_at, expires_at"
    table.problems += [Problem(table.name, rule, column, line=1) for column in table.unused]
    if table.problems:
        raise ScenarioError(table.problems)
    zone = ZoneInfo(timezone)
    received, expires = (
        read_instants(table, column, zone, may_be_empty=True)
        if column in table
        else np.full(table.rows, NONE, np.int64)
        for column in moments
    )
    stock = StockTable(
        warehouse=table.positions("warehouse", warehouses, "warehouse"),
        item=table.positions("item", items, "item"),
        units=table.values("units", lambda cell: _UNITS.read(cell), np.int64),
        received_at=received,
        expires_at=expires,
    )
    early = np.flatnonzero((received != NONE) & (expires != NONE) & (expires <= received))
    if len(early) and not table.problems:  # a moment that cannot be read is no moment
        table.refuse(early, "expires_at", "must be later than received_at")
    if table.problems:
        raise ScenarioError(table.problems)
    return stock
