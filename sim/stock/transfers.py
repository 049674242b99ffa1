"""Transfers: regular moves of stock from one warehouse to another, because it ages or because the other runs short."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from simpy import Event

from sim import randomness
from sim.arrays import Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER, RETRY, Clock, rounds
from sim.money import micros
from sim.scenario.stock import Ageing, Transfer
from sim.stock.inbound import Inbound, Load
from sim.stock.inventory import UNLIMITED, Inventory
from sim.stock.levels import Levels
from sim.stock.lots import Goods
from sim.stock.supplier import LeadTimes
from sim.stock.supply import Supply


class Transfers:
    """Makes the transfers of a scenario in their time.

    What moves is free: nobody reserved it, nobody waits for it, and it is no safety stock. It keeps its age, and
    counts as on order where it goes.
    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        inventory: Inventory,
        inbound: Inbound,
        supply: Supply,
        levels: Levels,
        root: int,
    ) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._inventory = inventory
        self._inbound = inbound
        self._supply = supply
        self._levels = levels
        for number, transfer in enumerate(catalogue.scenario.stock.transfers):
            leads = LeadTimes(
                transfer.lead_days, number, randomness.TRANSFER_TIME, len(catalogue.site_ids), root
            )
            clock.process(self._repeat(transfer, leads))

    def _repeat(self, transfer: Transfer, leads: LeadTimes) -> Generator[Event, Any, None]:
        catalogue, inventory = self._catalogue, self._inventory
        source, site = catalogue.site_index[transfer.from_], catalogue.site_index[transfer.to]
        items = np.flatnonzero(
            catalogue.cells(transfer.items, (transfer.to,))[:, site]
            & catalogue.keeps[:, site]
            & inventory.limited[:, site]
        )
        keep = None if transfer.keep is None else self._levels.units(transfer.keep)[items, source]
        for at in rounds(transfer.every_days, 1):
            yield self._clock.due(at, RETRY)
            goods = self._load(transfer, items, source, site, keep)
            if goods:
                position = len(catalogue.scenario.suppliers) + source
                purchase = self._inbound.purchase(site, position, micros(transfer.cost_per_kg))
                for lot in goods:
                    self._inbound.expect(site, lot.item, lot.units)
                self._inbound.send(Load(purchase, goods, at, is_new=False), at + leads.draw(site))

    def _load(
        self,
        transfer: Transfer,
        items: Ints,
        source: int,
        site: int,
        keep: Ints | None,
    ) -> list[Goods]:
        """Take out of the source what a transfer moves now."""
        inventory = self._inventory
        units = inventory.available[items, source].astype(np.int64)
        if keep is not None:
            limited = inventory.limited[items, source]
            units = np.where(
                limited, np.minimum(units, units + inventory.safety[items, source] - keep), units
            )
        before = NEVER
        if isinstance(transfer.when, Ageing):
            before = self._clock.now - round(transfer.when.older_than_days * DAY)
            units[units >= UNLIMITED] = 0  # stock that never ends does not age
        else:
            cells = items * len(self._catalogue.site_ids) + site
            missing = self._levels.units(transfer.when.below)[items, site] - self._supply.positions(cells)
            units = np.minimum(units, missing)
        goods: list[Goods] = []
        for number in np.flatnonzero(units > 0).tolist():
            goods += self._inbound.load(int(items[number]), source, int(units[number]), before)
        return goods
