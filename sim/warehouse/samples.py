"""The hourly look at every warehouse, and the daily bill for what it stores."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from simpy import Event

from sim.catalogue import Catalogue
from sim.clock import DAY, HOUR, SAMPLE, Clock, ends_of
from sim.ledger import CASH, STORAGE, Ledger, post_at_site
from sim.money import cents, micros
from sim.recorder import Recorder
from sim.stock.door import Door
from sim.stock.inventory import Inventory
from sim.warehouse.warehouses import Warehouses


class HourlySamples:
    """Samples the state of all warehouses at the end of each hour since the start.

    Storage costs what lies there, or waits at the door, at the end of each hour, for that hour, and is posted once a
    day and at both ends of the window that KPIs count: rounded cumulated cost less what was posted before.
    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        door: Door,
        warehouses: Warehouses,
        ledger: Ledger,
        recorder: Recorder,
    ) -> None:
        self._clock = clock
        self._window = catalogue.window
        self._inventory = inventory
        self._door = door
        self._warehouses = warehouses
        self._ledger = ledger
        self._recorder = recorder
        costs = [site.costs for site in catalogue.scenario.warehouses]
        self._rate = [micros(cost.storage_per_l_day) for cost in costs]
        self._door_rate = [
            rate if cost.door_per_l_day is None else micros(cost.door_per_l_day)
            for rate, cost in zip(self._rate, costs, strict=True)
        ]
        self._stored = np.zeros(len(self._rate), np.int64)  # millilitre-seconds since the start
        self._waited = np.zeros(len(self._rate), np.int64)  # the same, at the door
        self._posted = [0] * len(self._rate)
        clock.process(self._sample())

    def _sample(self) -> Generator[Event, Any, None]:
        hour = 0
        for until in ends_of(HOUR, self._window):
            yield self._clock.due(until, SAMPLE)
            self._write(hour, until)
            if until % DAY == 0 or until in self._window:
                self._bill(until)
            hour = until

    def _write(self, hour: int, now: int) -> None:
        inventory = self._inventory
        self._stored += inventory.site_millilitres * (now - hour)
        self._waited += self._door.millilitres * (now - hour)
        states = zip(
            inventory.site_units.tolist(),
            inventory.site_millilitres.tolist(),
            self._door.millilitres.tolist(),
            inventory.site_empty.tolist(),
            inventory.site_cells.tolist(),
            strict=True,
        )
        samples = self._warehouses.hour_rows(now, hour)
        for site, (sample, (units, stored, waiting, empty, cells)) in enumerate(
            zip(samples, states, strict=True)
        ):
            row = (site, hour, *sample, units, stored / 1000, waiting / 1000, empty, cells)
            self._recorder.add("warehouse_hours", row)

    def _bill(self, now: int) -> None:
        columns = (self._rate, self._stored.tolist(), self._door_rate, self._waited.tolist())
        for site, (rate, stored, door_rate, waited) in enumerate(zip(*columns, strict=True)):
            amount = cents((rate * stored + door_rate * waited) // (1000 * DAY)) - self._posted[site]
            if amount:
                self._posted[site] += amount
                post_at_site(self._ledger, now, site, STORAGE, CASH, amount)
