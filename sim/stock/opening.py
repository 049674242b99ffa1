"""The opening stock and the safety stock of every cell, from what the scenario says of them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sim.arrays import Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER
from sim.scenario.levels import DaysOfDemand
from sim.scenario.stock import Opening
from sim.scenario.stocktable import StockTable
from sim.stock.inventory import UNLIMITED, Inventory, OpeningLot
from sim.stock.levels import Levels


def open_stock(catalogue: Catalogue, inventory: Inventory) -> None:
    """Fill the inventory as the scenario's `stock` and `safety_stock` ask."""
    levels = Levels(catalogue)
    shape = (len(catalogue.item_ids), len(catalogue.site_ids))
    units = np.zeros(shape, np.int64)
    lots: dict[tuple[int, int], list[OpeningLot]] = {}
    stock = catalogue.scenario.stock
    if stock.opening is None:
        units[...] = UNLIMITED
        for number, rule in enumerate(stock.replenish):
            cells = catalogue.replenished_by == number
            units[cells] = 0 if rule.review is None else levels.full(rule.review)[cells]
    else:
        for opening in stock.opening:
            _open_as_told(opening, catalogue, levels, units, lots)
    units[~catalogue.keeps] = 0
    kept = [cell for cell in sorted(lots) if catalogue.keeps[cell]]
    safety = np.zeros(shape, np.int64)
    for number, site in enumerate(catalogue.scenario.warehouses):
        if site.safety_stock is not None:
            safety[:, number] = levels.units(site.safety_stock)[:, number]
    inventory.open(units, safety, [lot for cell in kept for lot in lots[cell]])


def _open_as_told(
    opening: Opening,
    catalogue: Catalogue,
    levels: Levels,
    units: Ints,
    lots: dict[tuple[int, int], list[OpeningLot]],
) -> None:
    if opening.table is not None:
        _open_from_table(opening.table, catalogue, units, lots)
        return
    cells = catalogue.cells(opening.items, opening.warehouses)
    for item, site in [cell for cell in lots if cells[cell]]:
        del lots[item, site]
    if opening.unlimited:
        units[cells] = UNLIMITED
    elif opening.days_of_demand is not None:
        units[cells] = levels.units(DaysOfDemand(days_of_demand=opening.days_of_demand))[cells]
    else:
        units[cells] = opening.units or 0


def _open_from_table(
    table: StockTable,
    catalogue: Catalogue,
    units: Ints,
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
    for cell in zip(table.item.tolist(), table.warehouse.tolist(), strict=True):
        lots.pop(cell, None)
    for cell, rows in found.items():
        if len(rows) == 1 and rows[0][3:] == (0, NEVER):
            units[cell] = rows[0][2]
        else:
            lots[cell] = rows
