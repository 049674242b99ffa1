"""The opening stock and the safety stock of every cell, from what the scenario says of them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER
from sim.demand import demand_by_cell
from sim.inventory import UNLIMITED, Inventory, OpeningLot
from sim.scenario.levels import DaysOfDemand, Level
from sim.scenario.stock import Opening, Replenish
from sim.scenario.stocktable import StockTable


class Levels:
    """Turns levels of stock into units by cell."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._daily: NDArray[np.float64] | None = None

    def units(self, level: Level) -> NDArray[np.int64] | int:
        """Return the units of a level: one number for all cells, or item x warehouse; half a unit goes up."""
        if isinstance(level, DaysOfDemand):
            if self._daily is None:
                self._daily = demand_by_cell(self._catalogue)
            return np.floor(self._daily * level.days_of_demand + 0.5).astype(np.int64)
        return level.units

    def cells(self, items: str | tuple[str, ...], warehouses: str | tuple[str, ...]) -> NDArray[np.bool_]:
        """Return the cells that a choice of items and warehouses means: item x warehouse."""
        catalogue = self._catalogue
        rows = np.array([items == "all" or id_ in items for id_ in catalogue.item_ids])
        columns = np.array([warehouses == "all" or id_ in warehouses for id_ in catalogue.site_ids])
        cells: NDArray[np.bool_] = rows[:, None] & columns
        return cells


def open_stock(catalogue: Catalogue, inventory: Inventory) -> None:
    """Fill the inventory as the scenario's `stock` and `safety_stock` ask."""
    levels = Levels(catalogue)
    shape = (len(catalogue.item_ids), len(catalogue.site_ids))
    units = np.zeros(shape, np.int64)
    lots: dict[tuple[int, int], list[OpeningLot]] = {}
    stock = catalogue.scenario.stock
    if stock.opening is None:
        units[...] = UNLIMITED
        for rule in stock.replenish:
            _open_by_review(rule, levels, units)
    else:
        for opening in stock.opening:
            _open_as_told(opening, catalogue, levels, units, lots)
    units[~catalogue.keeps] = 0
    safety = np.zeros(shape, np.int64)
    for number, site in enumerate(catalogue.scenario.warehouses):
        if site.safety_stock is not None:
            level = levels.units(site.safety_stock)
            safety[:, number] = level[:, number] if isinstance(level, np.ndarray) else level
    inventory.open(units, safety, [lot for cell in sorted(lots) for lot in lots[cell]])


def _open_by_review(rule: Replenish, levels: Levels, units: NDArray[np.int64]) -> None:
    cells = levels.cells(rule.items, rule.warehouses)
    if rule.review is None:
        units[cells] = 0
        return
    if rule.review.order_up_to is not None:
        level = levels.units(rule.review.order_up_to)
    else:
        assert rule.review.reorder_point is not None
        assert rule.review.order_units is not None
        level = levels.units(rule.review.reorder_point) + rule.review.order_units
    units[cells] = np.broadcast_to(level, units.shape)[cells]


def _open_as_told(
    opening: Opening,
    catalogue: Catalogue,
    levels: Levels,
    units: NDArray[np.int64],
    lots: dict[tuple[int, int], list[OpeningLot]],
) -> None:
    if opening.table is not None:
        _open_from_table(opening.table, catalogue, units, lots)
        return
    cells = levels.cells(opening.items, opening.warehouses)
    for item, site in [cell for cell in lots if cells[cell]]:
        del lots[item, site]
    if opening.unlimited:
        units[cells] = UNLIMITED
    elif opening.days_of_demand is not None:
        level = levels.units(DaysOfDemand(days_of_demand=opening.days_of_demand))
        units[cells] = np.broadcast_to(level, units.shape)[cells]
    else:
        units[cells] = opening.units or 0


def _open_from_table(
    table: StockTable,
    catalogue: Catalogue,
    units: NDArray[np.int64],
    lots: dict[tuple[int, int], list[OpeningLot]],
) -> None:
    found: dict[tuple[int, int], list[OpeningLot]] = defaultdict(list)
    columns = (table.item, table.warehouse, table.units, table.received_at, table.expires_at)
    for item, site, count, received_at, expires_at in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        received = 0 if received_at < 0 else received_at - catalogue.start
        life_days = catalogue.scenario.items[item].shelf_life_days
        if expires_at >= 0:
            expires = expires_at - catalogue.start
        else:
            expires = NEVER if life_days is None else received + round(life_days * DAY)
        if count:
            found[item, site].append((item, site, count, received, expires))
    units[table.item, table.warehouse] = 0
    for cell, rows in found.items():
        lots.pop(cell, None)
        if len(rows) == 1 and rows[0][3:] == (0, NEVER):
            units[cell] = rows[0][2]
        else:
            lots[cell] = rows
