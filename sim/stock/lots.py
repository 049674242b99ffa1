"""Lots: units of one item received together at one warehouse, in the order in which the warehouse issues them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Ints
from sim.clock import NEVER


class Lot:
    """Units of one item received together at one warehouse.

    Attributes:
        units: on hand.
        reserved: of these, promised to shipments.
        received_at, expires_at: seconds since start; a lot is dead at `expires_at`, NEVER for goods that last.
        cost: of one unit, in millionths of the currency.
        holders: of a lot that expires: who reserved units of it and has not taken them, first come first.

    """

    __slots__ = ("cost", "expires_at", "holders", "received_at", "reserved", "units")

    def __init__(self, units: int, received_at: int, expires_at: int, cost: int) -> None:
        self.units = units
        self.reserved = 0
        self.received_at = received_at
        self.expires_at = expires_at
        self.cost = cost
        self.holders: dict[Hashable, None] = {}


Pick = tuple[int, int, Lot | None]
"""Item, units and the lot they are bound to; None is the opening lot of a cell without lots, or unlimited stock."""


class Goods(NamedTuple):
    """Units of one item with what they bring along wherever they lie: their age, their expiry and their cost.

    Attributes:
        received_at, expires_at: seconds since start.
        cost: of one unit, in millionths of the currency.

    """

    item: int
    units: int
    received_at: int
    expires_at: int
    cost: int


ISSUE: dict[str, Callable[[Lot], tuple[int, int]]] = {
    "fifo": lambda lot: (lot.received_at, lot.expires_at),
    "fefo": lambda lot: (lot.expires_at, lot.received_at),
    "lifo": lambda lot: (-lot.received_at, -lot.expires_at),
}
"""Which lot leaves first: the one with the least key."""


class LotTerms(NamedTuple):
    """Which units a shipment may have of what lies at its warehouse.

    Attributes:
        issue: which lots leave first, a key of `ISSUE`; None: as the warehouse does.
        least_life_s: seconds that goods should live after delivery; None: the minimum of the item.
        safety_stock: whether safety stock may be promised, too.

    """

    issue: str | None = None
    least_life_s: int | None = None
    safety_stock: bool = False


USUAL = LotTerms()


class Lots:
    """The lots of the cells that have any.

    Args:
        issue: for each warehouse a key of `ISSUE`.

    Attributes:
        cells: lots in the order of issue, by item x warehouses + warehouse; not of a cell that never had one.

    """

    def __init__(self, issue: list[str]) -> None:
        self._sites = len(issue)
        self._issue = [ISSUE[order] for order in issue]
        self.cells: dict[int, list[Lot]] = {}
        # By item that expires: when the first unit does that may be promised, by warehouse.
        self._first_expiry: dict[int, Ints] = {}
        self._watched: list[set[int]] = []

    def __iter__(self) -> Iterator[tuple[int, int, list[Lot]]]:
        """Yield item, warehouse and lots of each cell that has lots, or had them."""
        for cell, lots in self.cells.items():
            item, site = divmod(cell, self._sites)
            yield item, site, lots

    def of(self, item: int, site: int) -> list[Lot] | None:
        """Return the lots of a cell in the order of issue; None where it never had one."""
        return self.cells.get(item * self._sites + site)

    def begin(self, item: int, site: int) -> None:
        """Let a cell have lots from now on."""
        self.cells[item * self._sites + site] = []

    def insert(self, item: int, site: int, lot: Lot) -> None:
        """Put a lot into its place. The cell must have begun to have lots."""
        insort(self.cells[item * self._sites + site], lot, key=self._issue[site])
        if lot.expires_at < NEVER and item not in self._first_expiry:
            self._first_expiry[item] = np.full(self._sites, NEVER, np.int64)
        self.note_change(item, site)

    def watch(self) -> set[int]:
        """Return the cells with lots. From now on those are added whose free units changed; empty it when told."""
        cells = set(self.cells)
        self._watched.append(cells)
        return cells

    def picture(self, lots: Lots, cell: int) -> None:
        """Hold what may be promised of a cell's lots elsewhere, as it is now: item x warehouses + warehouse."""
        if cell not in lots.cells:
            return
        item, site = divmod(cell, self._sites)
        self.cells[cell] = [
            Lot(lot.units - lot.reserved, lot.received_at, lot.expires_at, lot.cost)
            for lot in lots.cells[cell]
        ]
        if item in lots._first_expiry and item not in self._first_expiry:
            self._first_expiry[item] = np.full(self._sites, NEVER, np.int64)
        self.note_change(item, site)

    def remove(self, item: int, site: int, lot: Lot) -> None:
        """Take a lot away."""
        self.cells[item * self._sites + site].remove(lot)
        self.note_change(item, site)

    def bind(
        self,
        item: int,
        site: int,
        lots: list[Lot],
        units: int,
        holder: Hashable,
        alive_at: int,
        issue: str | None = None,
    ) -> list[Pick]:
        """Reserve units in the order of issue, the site's or another; lots that are dead at `alive_at` come last.

        Raises AssertionError when there are not that many: a bug of the engine.
        """
        picks: list[Pick] = []
        if issue is not None:
            lots = sorted(lots, key=ISSUE[issue])
        for too_old in (False, True):
            for lot in lots:
                free = min(units, lot.units - lot.reserved)
                if free > 0 and (lot.expires_at < alive_at) is too_old:
                    lot.reserved += free
                    picks.append((item, free, lot))
                    if lot.expires_at < NEVER:
                        lot.holders[holder] = None
                    units -= free
                    if not units:
                        self.note_change(item, site)
                        return picks
        raise AssertionError("reserved more than there is")

    def withdraw(
        self, item: int, site: int, lots: list[Lot], units: int, received_before: int
    ) -> list[Goods]:
        """Let up to so many unreserved units leave lots received before a second, in the order of issue."""
        goods = []
        for lot in list(lots):
            free = min(units, lot.units - lot.reserved)
            if free > 0 and lot.received_at < received_before:
                goods.append(Goods(item, free, lot.received_at, lot.expires_at, lot.cost))
                units -= free
                lot.units -= free
                if not lot.units:
                    lots.remove(lot)
        self.note_change(item, site)
        return goods

    def note_change(self, item: int, site: int) -> None:
        """Note that the free units of a cell's lots changed, and when the first of them expires."""
        first = self._first_expiry.get(item)
        if first is not None:
            lots = self.cells[item * self._sites + site]
            first[site] = min([lot.expires_at for lot in lots if lot.units > lot.reserved], default=NEVER)
        for cells in self._watched:
            cells.add(item * self._sites + site)

    def alive(self, item: int, available: NDArray[np.int32], until: Ints) -> NDArray[np.int32]:
        """Return how many of an item's available units, by warehouse, live until a second, by warehouse."""
        first = self._first_expiry.get(item)
        if first is None:
            return available
        dying = np.flatnonzero(first < until)
        if len(dying):
            available = available.copy()
            for site in dying.tolist():
                available[site] = self.alive_at(item, site, int(available[site]), int(until[site]))
        return available

    def alive_at(self, item: int, site: int, available: int, until: int) -> int:
        """Return how many of the available units of a cell live until a second."""
        lots = self.of(item, site)
        if lots is None:
            return available
        return min(available, sum([lot.units - lot.reserved for lot in lots if lot.expires_at >= until]))
