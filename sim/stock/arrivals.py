"""Supply that nobody orders: it comes to each cell at times of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import count
from typing import Any

import numpy as np
from simpy import Event

from sim import randomness
from sim.catalogue import Catalogue
from sim.clock import DAY, STOCK, Clock
from sim.quantiles import Quantile, quantile_of
from sim.stock.inbound import Inbound, Load, Purchase
from sim.stock.inventory import Inventory

MICROSECONDS = 1_000_000


def begin_arrivals(
    clock: Clock, catalogue: Catalogue, inventory: Inventory, inbound: Inbound, root: int
) -> None:
    """Let the goods of rules with `arrivals` come in from now on: to every cell by facts of its own.

    Args:
        root: of the replication's supply facts.

    """
    held = np.where(inventory.limited, catalogue.replenished_by, -1)
    for number, rule in enumerate(catalogue.scenario.stock.replenish):
        if rule.arrivals is None:
            continue
        gap_days = quantile_of(rule.arrivals.every_days)
        for item, site in np.argwhere(held == number).tolist():
            key = int(randomness.keys(np.array([item * len(catalogue.site_ids) + site]), root)[0])
            seconds = _instants(gap_days, key)
            clock.process(_arrive(clock, inventory, inbound, item, site, rule.arrivals.units, seconds))


def _instants(gap_days: Quantile, key: int) -> Iterator[int]:
    """Yield the floors of the sums of gaps, which are facts of a cell."""
    moment = 0
    for number in count():
        bits = randomness.draw(key, randomness.code(number, randomness.ARRIVAL))
        moment += round(float(gap_days(randomness.unit(bits))) * DAY * MICROSECONDS)
        yield moment // MICROSECONDS


def _arrive(
    clock: Clock,
    inventory: Inventory,
    inbound: Inbound,
    item: int,
    site: int,
    units: int,
    instants: Iterator[int],
) -> Generator[Event, Any, None]:
    nobodys = Purchase(0, site, -1, -1)
    for at in instants:
        yield clock.due(at, STOCK)
        inbound.receive(Load(nobodys, [inventory.fresh(item, units)], -1, is_new=True))
