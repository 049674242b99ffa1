"""Where ordered goods come from: suppliers with their terms and outages, and warehouses that ship what they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from sim import randomness
from sim.calendar import Calendar
from sim.catalogue import Catalogue
from sim.clock import DAY, Clock
from sim.downtime import outages
from sim.money import cents, micros
from sim.quantiles import duration, quantile_of
from sim.scenario.distributions import AnyDistribution
from sim.scenario.stock import Supplier as Terms
from sim.stock.claims import Claim, Claims
from sim.stock.inbound import Inbound, Load, Purchase
from sim.stock.inventory import Inventory
from sim.stock.lots import Goods


class LeadTimes:
    """Draws how long goods travel: a fact of the rule, the warehouse and how many loads came there before.

    Args:
        days: the distribution.
        rule: position of the rule, or of the transfer, among its like.
        kind: kind of supply fact, from `randomness`.
        sites: number of warehouses.
        root: of the replication's supply facts.

    """

    def __init__(self, days: AnyDistribution, rule: int, kind: int, sites: int, root: int) -> None:
        self._quantile = quantile_of(days)
        self._kind = kind
        self._keys: list[int] = randomness.keys(np.arange(sites) + rule * sites, root).tolist()
        self._drawn = [0] * sites

    def draw(self, site: int) -> int:
        """Return the seconds that the next load to a warehouse travels."""
        number = self._drawn[site]
        self._drawn[site] += 1
        bits = randomness.draw(self._keys[site], randomness.code(number, self._kind))
        return duration(self._quantile, DAY, bits)


class Source(Protocol):
    """What a rule orders from."""

    position: int
    """In `Inbound.sources`."""

    def rounded(self, units: Any) -> Any:
        """Return the units that must be ordered of an item where some are wanted; numbers or arrays."""

    def order(self, purchase: Purchase, lines: Sequence[tuple[int, int]], leads: LeadTimes) -> None:
        """Send items and units, which already count as on order."""


class Supplier:
    """Sends everything that is ordered, all items of an order together.

    An order that is placed in an outage leaves at its end; its lead time begins then.
    """

    def __init__(
        self,
        position: int,
        terms: Terms,
        outages: Calendar,
        clock: Clock,
        inventory: Inventory,
        inbound: Inbound,
    ) -> None:
        self.position = position
        self._minimum = terms.minimum_units
        self._multiple = terms.multiple_units
        self._per_order = cents(micros(terms.costs.per_order))
        self._outages = outages
        self._clock = clock
        self._inventory = inventory
        self._inbound = inbound

    def rounded(self, units: Any) -> Any:
        """Return at least the minimum, in multiples: terms hold for each item of an order."""
        return -(-np.maximum(units, self._minimum) // self._multiple) * self._multiple

    def order(self, purchase: Purchase, lines: Sequence[tuple[int, int]], leads: LeadTimes) -> None:
        """Send the goods, new, after the outage if there is one."""
        now = self._clock.now
        sent_at = self._outages.window(now)[1] if self._outages.is_open(now) else now
        self._inbound.charge(purchase, self._per_order)
        goods = [self._inventory.fresh(item, units) for item, units in lines]
        self._inbound.send(Load(purchase, goods, sent_at, is_new=True), sent_at + leads.draw(purchase.site))


class Depot:
    """A warehouse that supplies others: it ships what it has free, at once, and owes the rest.

    What it owes it ships as soon as it comes in, first come first served, customers' backorders among them. Safety
    stock stays. Each part that leaves travels its own lead time.
    """

    def __init__(self, position: int, site: int, clock: Clock, claims: Claims, inbound: Inbound) -> None:
        self.position = position
        self._site = site
        self._clock = clock
        self._claims = claims
        self._inbound = inbound
        self._present: Purchase | None = None
        self._loading: list[Goods] = []
        self._orders: dict[Claim, tuple[Purchase, LeadTimes]] = {}

    def rounded(self, units: Any) -> Any:
        """Return the units as they are: a warehouse ships any number."""
        return units

    def order(self, purchase: Purchase, lines: Sequence[tuple[int, int]], leads: LeadTimes) -> None:
        """Ship what there is of all items together, and owe the rest."""
        self._present = purchase
        for item, units in lines:
            claim = self._claims.add(item, self._site, units, self._grant)
            self._orders[claim] = purchase, leads
            self._inbound.owe(claim, purchase)
            self._claims.serve(item, self._site)
        self._present = None
        goods, self._loading = self._loading, []
        if goods:
            self._dispatch(purchase, goods, leads)

    def _grant(self, claim: Claim, units: int) -> None:
        goods = self._inbound.load(claim.item, self._site, units)
        purchase, leads = self._orders[claim]
        if not claim.units:
            del self._orders[claim]
            self._inbound.paid(claim)
        if purchase is self._present:
            self._loading += goods
        else:
            self._dispatch(purchase, goods, leads)

    def _dispatch(self, purchase: Purchase, goods: Sequence[Goods], leads: LeadTimes) -> None:
        now = self._clock.now
        self._inbound.send(Load(purchase, goods, now, is_new=False), now + leads.draw(purchase.site))


def supplier_calendar(terms: Terms, number: int, catalogue: Catalogue, root: int) -> Calendar:
    """Return the times in which nothing leaves a supplier.

    Args:
        number: position of the supplier.
        root: of the replication's supply facts.

    """
    key = int(randomness.keys(np.array([number]), root)[0])
    found = outages(terms.downtime, catalogue.zone_info, catalogue.start, catalogue.end, key)
    return Calendar([(outage.begin, outage.end) for outage in found])
