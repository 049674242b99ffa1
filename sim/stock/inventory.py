"""Stock: units on hand and available as dense arrays, and the lots they came in.

A cell is one item at one warehouse. Most cells only ever hold the units they opened with; such a cell has no lot
objects. A cell gets a list of lots when it opens with more than one or with goods that expire, or receives any.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER, Clock
from sim.stock.lots import Goods, Lot, Lots, Pick

UNLIMITED = 1 << 30
"""On hand and available of a cell whose stock never ends; real quantities stay below."""

OpeningLot = tuple[int, int, int, int, int]
"""Item, warehouse, units, received at, expires at."""


class Inventory:
    """The stock of all warehouses.

    Attributes:
        on_hand, available, safety: int32, item x warehouse. available = on hand - reserved - safety stock.
        site_units, site_millilitres, site_empty: int64 by warehouse: units and volume on hand, and the cells
            that are kept, limited and at zero.
        site_cells: cells that are kept and limited.
        opening: units on hand at the start.
        limited: whether these can end, bool.
        flows: units that left, by reason; those that came are negative.
        lots: of the cells that have any.
        on_order: units that will come in, int32, item x warehouse: ordered or at the door.
        on_fall: told of item and warehouse when units of a cell were promised or left.
        on_room: told of a warehouse when volume left it.
        on_sale: told of item, warehouse and units that left for a customer.

    """

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        shape = (len(catalogue.item_ids), len(catalogue.site_ids))
        self._clock = clock
        self._catalogue = catalogue
        self._sites = shape[1]
        self._millilitres: list[int] = catalogue.millilitres.tolist()
        self._cost: list[int] = catalogue.cost.tolist()
        self._life_s: list[int | None] = [
            None if item.shelf_life_days is None else round(item.shelf_life_days * DAY)
            for item in catalogue.scenario.items
        ]
        self.on_hand = np.zeros(shape, np.int32)
        self.safety = np.zeros(shape, np.int32)
        self.available = np.zeros(shape, np.int32)
        self.on_order = np.zeros(shape, np.int32)
        self.lots = Lots([site.issue for site in catalogue.scenario.warehouses])
        self._opening_lots: dict[int, Lot] = {}
        self.flows = {"shipped": np.zeros(shape, np.int32)}
        self._flow_cells: dict[str, memoryview] = {}
        self._shipped_cell = self.flows["shipped"].reshape(-1).data
        # A scalar update through a memoryview costs 217 ns, by array index 545 ns.
        self._on_hand_cell = self.on_hand.reshape(-1).data
        self._available_cell = self.available.reshape(-1).data
        self._safety_cell = self.safety.reshape(-1).data
        self._on_lot: Callable[[int, int, Lot], None] | None = None
        self.on_fall: Callable[[int, int], None] | None = None
        self.on_room: Callable[[int], None] | None = None
        self.on_sale: list[Callable[[int, int, int], None]] = []

    def open(self, units: Ints, safety: Ints, lots: Sequence[OpeningLot] = ()) -> None:
        """Set the opening stock.

        Args:
            units: item x warehouse, received at second 0; UNLIMITED for stock that never ends.
            safety: units that no order may take, item x warehouse.
            lots: (item, warehouse, units, received at, expires at) of lots beside those.

        """
        expiring = [
            (item, site, int(units[item, site]), 0, life_s)
            for item, life_s in enumerate(self._life_s)
            if life_s is not None
            for site in np.flatnonzero((units[item] > 0) & (units[item] < UNLIMITED)).tolist()
        ]
        self.on_hand[...] = units
        for item, site, *_ in expiring:
            self.on_hand[item, site] = 0
        np.copyto(self.safety, safety, where=units < UNLIMITED)
        self.available[...] = self.on_hand - self.safety
        for item, site, count, received_at, expires_at in (*expiring, *lots):
            self._add_lot(item, site, Lot(count, received_at, expires_at, self._cost[item]))
            self.on_hand[item, site] += count
        self.available[...] = self.on_hand - self.safety
        self.opening, self.limited = self.on_hand.copy(), self.on_hand < UNLIMITED
        self.site_units = self._held(np.ones_like(self._catalogue.cost))
        self.site_millilitres = self._held(self._catalogue.millilitres)
        kept = self.limited & self._catalogue.keeps
        self.site_cells = kept.sum(0)
        self.site_empty = (kept & (self.on_hand == 0)).sum(0)
        self._units_site = self.site_units.data
        self._millilitres_site = self.site_millilitres.data
        self._empty_site = self.site_empty.data

    def watch_lots(self, on_lot: Callable[[int, int, Lot], None]) -> None:
        """Have a callback told of every lot that expires: of those that lie there already, and of new ones."""
        self._on_lot = on_lot
        for item, site, lots in self.lots:
            for lot in lots:
                if lot.expires_at < NEVER:
                    on_lot(item, site, lot)

    def values(self) -> Ints:
        """Return what the stock at each warehouse cost, in millionths of the currency."""
        return self._held(self._catalogue.cost)

    def _held(self, each: Ints) -> Ints:
        """Return the sum of all units on hand that can end, by warehouse, a unit counted as `each` says of its item."""
        # An array of products, of 80 MB where there are ten million cells, takes three times as long.
        held: Ints = np.einsum("i,ij->j", each, np.where(self.limited, self.on_hand, 0))
        return held

    # -- what orders hold -------------------------------------------------------------------------------

    def reserve(
        self, item: int, site: int, units: int, holder: Hashable = None, alive_at: int = -NEVER,
        issue: str | None = None,
    ) -> list[Pick]:  # fmt: skip
        """Bind units to a shipment, lot by lot in the order of issue. There must be that many unreserved.

        Lots that are dead at `alive_at` are taken last. `issue` is a key of `lots.ISSUE`; None is the site's own.
        """
        cell = item * self._sites + site
        if self._available_cell[cell] >= UNLIMITED:
            return [(item, units, None)]
        self._available_cell[cell] -= units
        picks: list[Pick] = [(item, units, None)]
        lots = self.lots.cells.get(cell)
        if lots is not None:
            picks = self.lots.bind(item, site, lots, units, holder, alive_at, issue)
        if self.on_fall is not None:
            self.on_fall(item, site)
        return picks

    def release(self, site: int, pick: Pick, holder: Hashable = None) -> None:
        """Give back what `reserve` bound."""
        item, units, lot = pick
        cell = item * self._sites + site
        if self._on_hand_cell[cell] >= UNLIMITED:
            return
        self._available_cell[cell] += units
        lot = lot or self._opening_lots.get(cell)
        if lot is not None:
            lot.reserved -= units
            lot.holders.pop(holder, None)
            self.lots.note_change(item, site)

    def take(self, site: int, pick: Pick, holder: Hashable = None) -> bool:
        """Let bound units leave the stock: their work starts. False for stock that never ends."""
        item, units, lot = pick
        cell = item * self._sites + site
        if self._on_hand_cell[cell] >= UNLIMITED:
            return False
        self._change(item, site, -units)
        lot = lot or self._opening_lots.get(cell)
        if lot is not None:
            lot.units -= units
            lot.reserved -= units
            lot.holders.pop(holder, None)
            if not lot.units:
                self.lots.remove(item, site, lot)
        return True

    def put_back(self, site: int, pick: Pick) -> None:
        """Return taken units to the lot they came from: they are as old as before."""
        item, units, lot = pick
        cell = item * self._sites + site
        if self._on_hand_cell[cell] >= UNLIMITED:
            return
        self._change(item, site, units)
        self._available_cell[cell] += units
        lot = lot or self._opening_lots.get(cell)
        if lot is not None:
            if not lot.units:
                self.lots.insert(item, site, lot)
            lot.units += units
            self.lots.note_change(item, site)
            if lot.expires_at <= self._clock.now:
                self._tell(item, site, lot)

    # -- what comes and goes without an order -----------------------------------------------------------

    def fresh(self, item: int, units: int) -> Goods:
        """Return goods that are received now."""
        now, life_s = self._clock.now, self._life_s[item]
        return Goods(item, units, now, NEVER if life_s is None else now + life_s, self._cost[item])

    def add(self, site: int, goods: Goods) -> None:
        """Put goods on the shelf as a lot of their own. Stock that never ends does not grow."""
        item, units, received_at, expires_at, cost = goods
        cell = item * self._sites + site
        if self._on_hand_cell[cell] >= UNLIMITED:
            return
        lot = Lot(units, received_at, expires_at, cost)
        self._add_lot(item, site, lot)
        self._change(item, site, units)
        self._available_cell[cell] += units
        if expires_at < NEVER:
            self._tell(item, site, lot)

    def _tell(self, item: int, site: int, lot: Lot) -> None:
        if self._on_lot is not None:
            self._on_lot(item, site, lot)

    def withdraw(self, item: int, site: int, units: int, received_before: int = NEVER) -> list[Goods]:
        """Let units that nobody reserved leave at once, lot by lot in the site's order of issue.

        There must be that many unreserved; of lots received before a second there may be fewer, and then fewer
        leave. Stock that never ends gives fresh goods.
        """
        cell = item * self._sites + site
        if self._on_hand_cell[cell] >= UNLIMITED:
            return [self.fresh(item, units)]
        lots = self.lots.of(item, site)
        if lots is None:
            goods = [Goods(item, units, 0, NEVER, self._cost[item])] if received_before > 0 else []
        else:
            goods = self.lots.withdraw(item, site, lots, units, received_before)
        left = sum(found.units for found in goods)
        if left:
            self._change(item, site, -left)
            self._available_cell[cell] -= left
            if self.on_fall is not None:
                self.on_fall(item, site)
        return goods

    def remove(self, item: int, site: int, lot: Lot) -> None:
        """Let a whole lot leave, what is reserved of it too."""
        cell = item * self._sites + site
        self._available_cell[cell] -= lot.units - lot.reserved
        self._change(item, site, -lot.units)
        self.lots.remove(item, site, lot)
        lot.units = lot.reserved = 0
        lot.holders.clear()  # units taken before may come back to it, and expire again
        if self.on_fall is not None:
            self.on_fall(item, site)

    # -- what there is ----------------------------------------------------------------------------------

    def free(self, item: int, site: int, alive_at: int = -NEVER, *, safety_stock: bool = False) -> int:
        """Return the units of a cell that may be promised, safety stock too or not, and live until a second."""
        cell = item * self._sites + site
        free = max(0, self._available_cell[cell] + (self._safety_cell[cell] if safety_stock else 0))
        return free if alive_at <= 0 else self.lots.alive_at(item, site, free, alive_at)

    def unreserved(self, item: int, site: int) -> int:
        """Return the units of a cell that nobody reserved, safety stock included."""
        cell = item * self._sites + site
        return self._available_cell[cell] + self._safety_cell[cell]

    def alive(self, item: int, until: Ints, *, safety_stock: bool = False) -> NDArray[np.int32]:
        """Return the units of an item that may be promised and live until a second, given by warehouse."""
        available = self.available[item]
        return self.lots.alive(item, available + self.safety[item] if safety_stock else available, until)

    # -- books ------------------------------------------------------------------------------------------

    def record(self, flow: str, item: int, site: int, units: int) -> None:
        """Note units that left a cell but by `ship` (or came, as a negative number), for the check of conservation."""
        cells = self._flow_cells.get(flow)
        if cells is None:
            flows = self.flows[flow] = np.zeros(self.on_hand.shape, np.int32)
            cells = self._flow_cells[flow] = flows.reshape(-1).data
        cells[item * self._sites + site] += units
        if flow == "sold":
            for tell in self.on_sale:
                tell(item, site, units)

    def ship(self, site: int, lines: Iterable[tuple[int, int, int]]) -> None:
        """Note that a carrier has the units of some (line, item, units)."""
        for _, item, units in lines:
            self._shipped_cell[item * self._sites + site] += units
            for tell in self.on_sale:
                tell(item, site, units)

    def _change(self, item: int, site: int, units: int) -> None:
        """Let units come, or go as a negative number."""
        cell = item * self._sites + site
        before = self._on_hand_cell[cell]
        self._on_hand_cell[cell] = after = before + units
        self._units_site[site] += units
        self._millilitres_site[site] += units * self._millilitres[item]
        if not after:
            self._empty_site[site] += 1
        elif not before:
            self._empty_site[site] -= 1
        if units < 0 and self.on_room is not None:
            self.on_room(site)

    def _add_lot(self, item: int, site: int, lot: Lot) -> None:
        if self.lots.of(item, site) is None:
            self.lots.begin(item, site)
            # Units that lie there, or come back from work that is called off, have been there from the beginning.
            cell = item * self._sites + site
            opening = self._on_hand_cell[cell]
            self._opening_lots[cell] = first = Lot(opening, 0, NEVER, self._cost[item])
            first.reserved = opening - self.unreserved(item, site)
            if opening:
                self.lots.insert(item, site, first)
        self.lots.insert(item, site, lot)
