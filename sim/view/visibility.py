"""How old the stock is that policies see: as it is, or as of the last inventory sync."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import count
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from sim.arrays import Ints
from sim.catalogue import Catalogue
from sim.clock import MINUTE, SITE, Clock
from sim.order import Order
from sim.policy import Part
from sim.stock.inventory import Inventory
from sim.stock.lots import Lots


class StockView(Protocol):
    """Stock as policies see it: `Inventory` itself, or what it was at the last sync."""

    @property
    def on_hand(self) -> NDArray[np.int32]:
        """Units, item x warehouse."""
        ...

    @property
    def available(self) -> NDArray[np.int32]:
        """Units that may be promised, item x warehouse."""
        ...

    @property
    def on_order(self) -> NDArray[np.int32]:
        """Units that will come in, item x warehouse."""
        ...

    @property
    def safety(self) -> NDArray[np.int32]:
        """Units that no order may take unless it says so, item x warehouse."""
        ...

    @property
    def lots(self) -> Lots:
        """The lots of the cells that have any."""
        ...

    @property
    def on_sale(self) -> list[Callable[[int, int, int], None]]:
        """Told of item, warehouse and units that left for a customer, as it happens."""
        ...

    def alive(self, item: int, until: Ints, *, safety_stock: bool = False) -> NDArray[np.int32]:
        """Return the units of an item that may be promised and live until a second, given by warehouse."""
        ...


class LastSync:
    """The stock of all warehouses as of the last sync: at the start and every `visibility.sync_minutes` after it.

    What was decided since then does not show either. A warehouse that is asked for units that it does not have
    reports at once what it has; the rest of the picture stays as old as it is.

    Args:
        on_receipt: are told of items that a warehouse received when that shows: with the next sync.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        on_receipt: Sequence[Callable[[Iterable[int], int], None]],
    ) -> None:
        self._clock = clock
        self._inventory = inventory
        self._on_receipt = on_receipt
        self.on_hand = inventory.on_hand.copy()
        self.available = inventory.available.copy()
        self.on_order = inventory.on_order.copy()
        self.safety = inventory.safety
        self.on_sale = inventory.on_sale
        self.lots = Lots([site.issue for site in catalogue.scenario.warehouses])
        self._changed = inventory.lots.watch()
        self._received: list[tuple[list[int], int]] = []
        self._sync()
        # Syncs fall on whole seconds, so no two of them on one.
        clock.process(self._sync_every(max(1.0, catalogue.scenario.visibility.sync_minutes * MINUTE)))

    def _sync_every(self, seconds: float) -> Generator[Event, Any, None]:
        for number in count():
            yield self._clock.due(round(number * seconds), SITE)
            self._sync()
            received = self._received
            self._received = []
            for items, site in received:
                for told in self._on_receipt:
                    told(items, site)

    def _sync(self) -> None:
        np.copyto(self.on_hand, self._inventory.on_hand)
        np.copyto(self.available, self._inventory.available)
        np.copyto(self.on_order, self._inventory.on_order)
        for cell in self._changed:
            self.lots.picture(self._inventory.lots, cell)
        self._changed.clear()

    def received(self, items: Iterable[int], site: int) -> None:
        """Note that a warehouse received items."""
        self._received.append((list(items), site))

    def alive(self, item: int, until: Ints, *, safety_stock: bool = False) -> NDArray[np.int32]:
        """Return the units of an item that may be promised and live until a second, given by warehouse."""
        available = self.available[item]
        return self.lots.alive(item, available + self.safety[item] if safety_stock else available, until)

    def comes_up_short(self, order: Order, part: Part) -> bool:
        """Tell whether a warehouse has less than it is asked for; if so it reports what it has of these items."""
        site, short = part.warehouse, False
        for line, units in part.lines:
            item = order.items[line]
            if self._inventory.free(item, site, safety_stock=part.safety_stock) < units:
                short = True
                self.on_hand[item, site] = self._inventory.on_hand[item, site]
                self.available[item, site] = self._inventory.available[item, site]
                self.lots.picture(self._inventory.lots, item * len(self.on_hand[0]) + site)
        return short
