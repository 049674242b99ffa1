"""Stock: units on hand and available as dense arrays, and the lots they came in.

A cell is one item at one warehouse. Most cells only ever hold the units they opened with; such a cell has no lot
objects. A cell gets a list of lots when it opens with, or receives, more than one.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.clock import NEVER

UNLIMITED = 1 << 30
"""On hand and available of a cell whose stock never ends; real quantities stay below."""


class Lot:
    """Units of one item received together at one warehouse.

    Attributes:
        units: on hand. reserved: of these, promised to shipments.
        cost: of one unit, in millionths of the currency.

    """

    __slots__ = ("cost", "expires_at", "received_at", "reserved", "units")

    def __init__(self, units: int, received_at: int, expires_at: int, cost: int) -> None:
        self.units = units
        self.reserved = 0
        self.received_at = received_at
        self.expires_at = expires_at
        self.cost = cost


Pick = tuple[int, int, Lot | None]
"""Item, units and the lot they are bound to; None is the opening lot of a cell without lots, or unlimited stock."""

OpeningLot = tuple[int, int, int, int, int]
"""Item, warehouse, units, received at, expires at."""

ISSUE: dict[str, Callable[[Lot], tuple[int, int]]] = {
    "fifo": lambda lot: (lot.received_at, lot.expires_at),
    "fefo": lambda lot: (lot.expires_at, lot.received_at),
    "lifo": lambda lot: (-lot.received_at, -lot.expires_at),
}
"""Which lot leaves first: the one with the least key."""


class Inventory:
    """The stock of all warehouses.

    Attributes:
        on_hand, available, safety: int32, item x warehouse. available = on hand - reserved - safety stock.
        site_units, site_millilitres, site_empty: int64 by warehouse: units and volume on hand, and the cells
            that are kept, limited and at zero.
        site_cells: cells that are kept and limited.
        opening: units on hand at the start. limited: whether these can end, bool.
        flows: units that left, by reason; those that came are negative.

    """

    def __init__(self, catalogue: Catalogue) -> None:
        shape = (len(catalogue.item_ids), len(catalogue.site_ids))
        self._catalogue = catalogue
        self._sites = shape[1]
        self._millilitres: list[int] = catalogue.millilitres.tolist()
        self.on_hand = np.zeros(shape, np.int32)
        self.safety = np.zeros(shape, np.int32)
        self.available = np.zeros(shape, np.int32)
        self._lots: dict[int, list[Lot]] = {}
        self.flows: dict[str, NDArray[np.int32]] = {}
        self._flow_cells: dict[str, memoryview] = {}
        self.opening = self.on_hand
        # Scalar updates through a memoryview cost 217 ns against 545 ns by array index.
        self._on_hand_cell = self.on_hand.reshape(-1).data
        self._available_cell = self.available.reshape(-1).data
        self._issue = [ISSUE[site.issue] for site in catalogue.scenario.warehouses]

    def open(
        self,
        units: NDArray[np.int64],
        safety: NDArray[np.int64],
        lots: Sequence[OpeningLot] = (),
    ) -> None:
        """Set the opening stock.

        Args:
            units: item x warehouse, received at second 0; UNLIMITED for stock that never ends.
            safety: units that no order may take, item x warehouse.
            lots: (item, warehouse, units, received at, expires at) of lots beside those.

        """
        self.on_hand[...] = units
        self.safety[...] = np.where(units >= UNLIMITED, 0, safety)
        for item, site, count, received_at, expires_at in lots:
            self._add_lot(item, site, Lot(count, received_at, expires_at, int(self._catalogue.cost[item])))
            self.on_hand[item, site] += count
        self.available[...] = self.on_hand - self.safety
        self.opening = self.on_hand.copy()
        self.limited = self.on_hand < UNLIMITED
        held = np.where(self.limited, self.on_hand, 0).astype(np.int64)
        self.site_units = held.sum(0)
        self.site_millilitres = (held * self._catalogue.millilitres[:, None]).sum(0)
        kept = self.limited & self._catalogue.keeps
        self.site_cells = kept.sum(0)
        self.site_empty = (kept & (held == 0)).sum(0)
        self._units_site = self.site_units.data
        self._millilitres_site = self.site_millilitres.data
        self._empty_site = self.site_empty.data

    def values(self) -> NDArray[np.int64]:
        """Return what the stock at each warehouse cost, in millionths of the currency."""
        held = np.where(self.limited, self.on_hand, 0).astype(np.int64)
        values: NDArray[np.int64] = (held * self._catalogue.cost[:, None]).sum(0)
        return values

    def reserve(self, item: int, site: int, units: int) -> list[Pick]:
        """Bind units to a shipment, lot by lot in the site's order of issue. There must be that many free."""
        cell = item * self._sites + site
        if self._available_cell[cell] >= UNLIMITED:
            return [(item, units, None)]
        self._available_cell[cell] -= units
        lots = self._lots.get(cell)
        if lots is None:
            return [(item, units, None)]
        picks: list[Pick] = []
        for lot in lots:
            free = min(units, lot.units - lot.reserved)
            if free > 0:
                lot.reserved += free
                picks.append((item, free, lot))
                units -= free
                if not units:
                    break
        assert not units, "reserved more than there is"
        return picks

    def release(self, site: int, pick: Pick) -> None:
        """Give back what `reserve` bound."""
        item, units, lot = pick
        cell = item * self._sites + site
        if self._on_hand_cell[cell] < UNLIMITED:
            self._available_cell[cell] += units
            if lot is not None:
                lot.reserved -= units

    def take(self, site: int, pick: Pick) -> bool:
        """Let bound units leave the stock: their work starts. False for stock that never ends."""
        item, units, lot = pick
        cell = item * self._sites + site
        on_hand = self._on_hand_cell[cell]
        if on_hand >= UNLIMITED:
            return False
        self._on_hand_cell[cell] = on_hand = on_hand - units
        self._units_site[site] -= units
        self._millilitres_site[site] -= units * self._millilitres[item]
        if not on_hand:
            self._empty_site[site] += 1
        if lot is not None:
            lot.units -= units
            lot.reserved -= units
            if not lot.units:
                self._lots[cell].remove(lot)
        return True

    def put_back(self, site: int, pick: Pick) -> None:
        """Return taken units to the lot they came from: they are as old as before."""
        item, units, lot = pick
        cell = item * self._sites + site
        on_hand = self._on_hand_cell[cell]
        if on_hand >= UNLIMITED:
            return
        self._on_hand_cell[cell] = on_hand + units
        self._available_cell[cell] += units
        self._units_site[site] += units
        self._millilitres_site[site] += units * self._millilitres[item]
        if not on_hand:
            self._empty_site[site] -= 1
        if lot is not None:
            if not lot.units:
                insort(self._lots[cell], lot, key=self._issue[site])
            lot.units += units

    def free(self, item: int, site: int) -> int:
        """Return the units of a cell that may be promised, at least 0."""
        return max(0, self._available_cell[item * self._sites + site])

    def record(self, flow: str, item: int, site: int, units: int) -> None:
        """Note units that left a cell (or came, as a negative number), for the check of conservation."""
        cells = self._flow_cells.get(flow)
        if cells is None:
            flows = self.flows[flow] = np.zeros_like(self.on_hand)
            cells = self._flow_cells[flow] = flows.reshape(-1).data
        cells[item * self._sites + site] += units

    def _add_lot(self, item: int, site: int, lot: Lot) -> None:
        cell = item * self._sites + site
        lots = self._lots.get(cell)
        if lots is None:
            lots = self._lots[cell] = []
            opening = int(self.on_hand[item, site])
            if opening:
                lots.append(Lot(opening, 0, NEVER, int(self._catalogue.cost[item])))
        insort(lots, lot, key=self._issue[site])

    def check_conservation(self, reserved: NDArray[np.int64], staged: NDArray[np.int64]) -> None:
        """Check units by item and warehouse: opening = on hand + in work or on the dock + what left.

        Args:
            reserved: units that open shipments are promised and have not taken, item x warehouse.
            staged: units that open shipments have taken and that no carrier has picked up.

        Raises AssertionError with the first cell that is wrong: a bug of the engine.
        """
        left = staged.astype(np.int64)
        for flows in self.flows.values():
            left += flows
        wrong = self.limited & (self.opening != self.on_hand + left)
        wrong |= self.limited & (self.on_hand - self.available - self.safety != reserved)
        wrong |= self.on_hand < 0
        for cell, lots in self._lots.items():
            item, site = divmod(cell, self._sites)
            wrong[item, site] |= sum(lot.units for lot in lots) != self.on_hand[item, site]
        if wrong.any():
            item, site = (int(i) for i in np.argwhere(wrong)[0])
            raise AssertionError(
                f"units not conserved: item {self._catalogue.item_ids[item]} at "
                f"{self._catalogue.site_ids[site]}: opening {self.opening[item, site]}, on hand "
                f"{self.on_hand[item, site]}, left {left[item, site]}, reserved {reserved[item, site]}"
            )
