"""Claims: who waits for units of an item at a warehouse, first come first served."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count

import numpy as np

from sim.stock.inventory import Inventory


class Claim:
    """Units of one item that somebody wants from one warehouse.

    Attributes:
        item, site: of the cell.
        number: its place among those who claim: who came first has the least.
        units: still wanted; 0 when it is satisfied or void.
        grant: called with the claim and a number of free units, which it must reserve or withdraw at once.
        usable: how many of the free units are good enough; None: all.

    """

    __slots__ = ("grant", "item", "number", "site", "units", "usable")

    def __init__(
        self,
        item: int,
        site: int,
        units: int,
        grant: Callable[[Claim, int], None],
        usable: Callable[[], int] | None,
        number: int,
    ) -> None:
        self.number = number
        self.item = item
        self.site = site
        self.units = units
        self.grant = grant
        self.usable = usable


class Claims:
    """The queues of all cells.

    Attributes:
        owed: units that are claimed of each cell and not granted yet, int32, item x warehouse.

    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._queues: dict[tuple[int, int], deque[Claim]] = {}
        self._numbers = count()
        self._serving: set[tuple[int, int]] = set()
        self.owed = np.zeros(inventory.on_hand.shape, np.int32)

    def add(
        self,
        item: int,
        site: int,
        units: int,
        grant: Callable[[Claim, int], None],
        usable: Callable[[], int] | None = None,
        *,
        number: int | None = None,
    ) -> Claim:
        """Note a claim behind those before it, or by a number that one had before; `serve` grants what there is."""
        claim = Claim(item, site, units, grant, usable, next(self._numbers) if number is None else number)
        queue = self._queues.setdefault((item, site), deque())
        later = (place for place, other in enumerate(queue) if other.number > claim.number)
        queue.insert(len(queue) if number is None else next(later, len(queue)), claim)
        self.owed[item, site] += units
        if self._inventory.on_fall is not None:
            self._inventory.on_fall(item, site)
        return claim

    def void(self, claim: Claim) -> None:
        """Give up what a claim still wants; its place in the queue is passed over later."""
        self.owed[claim.item, claim.site] -= claim.units
        claim.units = 0

    def serve(self, item: int, site: int) -> None:
        """Grant free units of a cell in the order of the claims; nobody passes a claim that finds none good enough."""
        cell = (item, site)
        queue = self._queues.get(cell)
        if queue is None or cell in self._serving:
            return  # who is granted units may give others back at once: the loop below finds those
        self._serving.add(cell)
        while queue:
            claim = queue[0]
            if claim.units:
                free = self._inventory.free(item, site) if claim.usable is None else claim.usable()
                units = min(claim.units, free)
                if not units:
                    break
                claim.units -= units
                self.owed[item, site] -= units
                claim.grant(claim, units)
            if not claim.units:
                queue.remove(claim)  # not the first any more where one was put before it meanwhile
        self._serving.remove(cell)
        if not queue:
            del self._queues[cell]
