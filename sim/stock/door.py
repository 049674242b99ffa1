"""The door of a warehouse that is full: what does not fit waits there, first come first served."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from simpy import Event

from sim.catalogue import Catalogue
from sim.clock import NEVER, STOCK, Clock
from sim.stock.disposals import Disposals
from sim.stock.inventory import Inventory
from sim.stock.lots import Goods


class Queued:
    """Goods of one lot at the door.

    Attributes:
        units: of them, those that still wait.
        flow: why they came, for the check of conservation.

    """

    __slots__ = ("flow", "goods", "units")

    def __init__(self, goods: Goods, flow: str) -> None:
        self.goods = goods
        self.units = goods.units
        self.flow = flow


class Door:
    """Goods that came to warehouses with a limited volume and do not fit.

    Units that fit go in, the rest of a lot waits, and nothing overtakes it, however small. Goods at the door count as
    on order, and expire there as they would on the shelf. They go in as soon as enough volume has left.

    Attributes:
        let_in: called with a warehouse in a second in which volume left it.
        waiting: units at the door, int32, item x warehouse.
        millilitres: their volume by warehouse, int64.

    """

    def __init__(
        self, clock: Clock, catalogue: Catalogue, inventory: Inventory, disposals: Disposals
    ) -> None:
        self._clock = clock
        self._inventory = inventory
        self._disposals = disposals
        self._limits = [
            None if site.storage_l is None else round(site.storage_l * 1000)
            for site in catalogue.scenario.warehouses
        ]
        self._millilitres: list[int] = catalogue.millilitres.tolist()
        self._queues: dict[int, deque[Queued]] = {}
        self._is_due: set[int] = set()
        self.let_in: Callable[[int], None]
        self.waiting = np.zeros(inventory.on_hand.shape, np.int32)
        self.millilitres = np.zeros(len(self._limits), np.int64)
        if any(limit is not None for limit in self._limits):
            inventory.on_room = self._note_room

    def arrive(self, site: int, goods: Sequence[Goods], flow: str) -> list[tuple[Goods, str]]:
        """Return what may go in now, each with its flow: of what waited before, then of goods that just came."""
        if self._limits[site] is None:
            return [(lot, flow) for lot in goods]
        limited = self._inventory.limited[:, site]  # stock that never ends takes no room
        entered = [(lot, flow) for lot in goods if not limited[lot.item]]
        lots = [Queued(lot, flow) for lot in goods if limited[lot.item]]
        self._queues.setdefault(site, deque()).extend(lots)
        for queued in lots:
            self._count(site, queued.goods.item, queued.units)
        entered += self.enter(site)
        for queued in lots:
            if queued.units and queued.goods.expires_at < NEVER:
                expires_at = max(queued.goods.expires_at, self._clock.now)
                self._clock.due(expires_at, STOCK, self._expire, (site, queued))
        return entered

    def enter(self, site: int) -> list[tuple[Goods, str]]:
        """Return what may go in now of what waits at a warehouse; it waits no longer."""
        queue, limit = self._queues.get(site), self._limits[site]
        if not queue or limit is None:
            return []
        room = limit - int(self._inventory.site_millilitres[site])
        entered = []
        while queue:
            queued = queue[0]
            item = queued.goods.item
            if queued.units and queued.goods.expires_at <= self._clock.now:
                self._spoil(site, queued)
            volume = self._millilitres[item]
            units = min(queued.units, max(0, room) // volume) if volume else queued.units
            if units:
                entered.append((queued.goods._replace(units=units), queued.flow))
                queued.units -= units
                room -= units * volume
                self._count(site, item, -units)
            if queued.units:
                break
            queue.popleft()
        return entered

    def _count(self, site: int, item: int, units: int) -> None:
        self.waiting[item, site] += units
        self._inventory.on_order[item, site] += units
        self.millilitres[site] += units * self._millilitres[item]

    def _note_room(self, site: int) -> None:
        if self._queues.get(site) and site not in self._is_due:
            self._is_due.add(site)
            self._clock.due(self._clock.now, STOCK, self._open, site)

    def _open(self, event: Event) -> None:
        site = cast(int, event.value)
        self._is_due.discard(site)
        self.let_in(site)

    def _expire(self, event: Event) -> None:
        site, queued = cast(tuple[int, Queued], event.value)
        if queued.units:
            self._spoil(site, queued)
            self._note_room(site)  # who stood behind it may fit

    def _spoil(self, site: int, queued: Queued) -> None:
        """Write off goods that die at the door: they were received, and are gone."""
        units, queued.units = queued.units, 0
        item, cost = queued.goods.item, queued.goods.cost
        self._count(site, item, -units)
        self._inventory.record(queued.flow, item, site, -units)
        self._disposals.write_off(site, item, units, "spoiled", units * cost)
        if self._inventory.on_fall is not None:
            self._inventory.on_fall(item, site)
