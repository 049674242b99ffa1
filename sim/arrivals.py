"""Supply that nobody orders: it comes to each cell at times of its own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from simpy import Event

from sim import randomness
from sim.catalogue import Catalogue
from sim.clock import DAY, STOCK, Clock
from sim.inbound import Inbound, Load, Purchase
from sim.inventory import Inventory

MICROSECONDS = 1_000_000


class Arrivals:
    """Lets the goods of rules with `arrivals` come in: to every cell by facts of its own."""

    def __init__(
        self, clock: Clock, catalogue: Catalogue, inventory: Inventory, inbound: Inbound, seed: int, replication: int
    ) -> None:
        self._clock = clock
        self._inventory = inventory
        self._inbound = inbound
        root = randomness.root(seed, replication, randomness.SUPPLY_FACTS)
        held = np.where(inventory.limited, catalogue.replenished_by, -1)
        for number, rule in enumerate(catalogue.scenario.stock.replenish):
            if rule.arrivals is None:
                continue
            gap_days = randomness.quantile(rule.arrivals.every_days)
            for item, site in np.argwhere(held == number).tolist():
                key = int(randomness.keys(np.array([item * len(catalogue.site_ids) + site]), root)[0])
                clock.process(self._arrive(item, site, rule.arrivals.units, gap_days, key))

    def _arrive(
        self, item: int, site: int, units: int, gap_days: randomness.Quantile, key: int
    ) -> Generator[Event, Any, None]:
        """Receive units again and again; times are the floors of the sums of gaps."""
        purchase = Purchase(0, site, -1, -1)
        number = moment = 0
        while True:
            bits = randomness.draw(key, randomness.code(number, randomness.ARRIVAL))
            moment += round(float(gap_days(randomness.unit(bits))) * DAY * MICROSECONDS)
            yield self._clock.due(moment // MICROSECONDS, STOCK)
            goods = [self._inventory.fresh(item, units)]
            self._inbound.receive(Load(purchase, goods, -1, is_new=True))
            number += 1
