"""Sales over the counter: customers who walk into a store, and compete with orders for what lies there."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from simpy import Event

from sim.catalogue import Catalogue
from sim.clock import DAY, ORDER, SAMPLE, Clock, ends_of
from sim.journal import ACCOUNTS
from sim.ledger import CASH, PURCHASE, REVENUE, STOCK, Ledger
from sim.money import cents
from sim.orderbook.walk_ins import sales
from sim.recorder import Recorder
from sim.stock.inventory import Inventory
from sim.warehouse.warehouses import Warehouses


class WalkIns:
    """The counters of all stores.

    A customer takes a unit that no order has reserved, safety stock too; without one the sale is lost, as it is
    while the site is in a downtime and its counter closed. Money is summed by site and posted once a day, and at
    both ends of the window that KPIs count: rounded cumulated amounts less what was posted before.
    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        seed: int,
        replication: int,
        inventory: Inventory,
        warehouses: Warehouses,
        ledger: Ledger,
        recorder: Recorder,
    ) -> None:
        self._clock = clock
        self._window = catalogue.window
        self._inventory = inventory
        self._warehouses = warehouses
        self._ledger = ledger
        self._recorder = recorder
        self._price: list[int] = catalogue.price.tolist()
        entries = enumerate(catalogue.scenario.warehouses)
        sites = [site for site, entry in entries if entry.walk_ins is not None]
        # Takings, cost of what came from stock, cost of what stock that never ends was bought for; millionths.
        self._sums = {site: [0, 0, 0] for site in sites}
        self._posted = {site: [0, 0, 0] for site in sites}
        for site in sites:
            clock.process(self._serve(site, sales(catalogue, seed, replication, site)))
        if sites:
            clock.process(self._post_daily())

    def _serve(self, site: int, asked: Iterator[tuple[int, int]]) -> Generator[Event, Any, None]:
        clock, add = self._clock, self._recorder.add
        for at, item in asked:
            yield clock.due(at, ORDER)
            sold = int(self._warehouses.up[site] and self._inventory.unreserved(item, site) > 0)
            if sold:
                self._sell(item, site)
            add("walk_ins", (at, site, item, sold, 1 - sold))

    def _sell(self, item: int, site: int) -> None:
        inventory, sums = self._inventory, self._sums[site]
        sums[0] += self._price[item]
        (goods,) = inventory.withdraw(item, site, 1)
        sums[1 if inventory.limited[item, site] else 2] += goods.cost
        inventory.record("sold", item, site, 1)

    def _post_daily(self) -> Generator[Event, Any, None]:
        for at in ends_of(DAY, self._window):
            yield self._clock.due(at, SAMPLE)
            self.post()

    def post(self) -> None:
        """Post what was sold since the last time."""
        for site, sums in self._sums.items():
            amounts = [cents(total) for total in sums]
            taken, stock, bought = (a - b for a, b in zip(amounts, self._posted[site], strict=True))
            if amounts != self._posted[site]:
                self._posted[site] = amounts
                posts = [0] * len(ACCOUNTS)
                posts[REVENUE] -= taken
                posts[PURCHASE] += stock + bought
                posts[STOCK] -= stock
                posts[CASH] += taken - bought
                self._ledger.settle(self._clock.now, -1, posts, site)
