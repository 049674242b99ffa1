"""Offers: what is estimated for all warehouses at once is what each would say alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policies import load_policy
from sim import Allocation, Network, load_scenario, simulate
from sim.carrier.ratecard import UNSERVED
from sim.policy import Policy, Request
from sim.view.offer import cheapest


class Sceptic:
    """Decides as another policy does, and recomputes what it was offered, warehouse by warehouse."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy
        self.looked = self.waits = 0

    def prepare(self, network: Network) -> None:
        self._decides: Policy = self._policy.prepare(network)

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.looked += 1
        if self.looked % 7 == 0:
            self._look(order, network)
        return self._decides.allocate(order, network)

    def _look(self, order: Request, network: Network) -> None:
        warehouses, carriers = network._warehouses, network._carriers
        parcel = network.parcel(order, order.open)
        lane = carriers.lanes[order.region, parcel.tags]
        self.waits += int(network.work_s.any())
        for service in range(len(network.services)):
            offer = network.offer(order.region, parcel, order.promised_at, (service,))
            for site in np.flatnonzero(offer.possible).tolist():
                ready = warehouses.ready_at_site(site, parcel.lines, parcel.units, parcel.tags)
                pickup = carriers.pickups.after(service, site, ready)
                assert offer.arrives_at[site] == carriers.arrives_at(lane, service, site, pickup)
                cents = carriers.price(
                    service, site, order.region, parcel.grams, parcel.millilitres, parcel.tags
                )
                assert offer.freight[site] == cents
                assert offer.landed[site] == (cents + network.handling(parcel)[site]) / 100


@pytest.mark.parametrize(
    ("scenario", "changes"),
    [
        ("us_parcel", ["demand.orders_per_day=4000", "warm_up_days=0", "days=0.3", "drain_days=2"]),
        ("downtime", ["days=4"]),
        ("strike", ["days=4"]),
    ],
)
def test_estimates_are_what_each_calendar_says(scenario: str, changes: list[str]) -> None:
    sceptic = Sceptic(load_policy("balanced"))
    simulate(load_scenario(scenario, changes), sceptic)
    assert sceptic.looked > 500
    assert sceptic.waits, "no work waits: the estimate was never put to the test"


@pytest.mark.parametrize("sites", [3, 249, 251, 1_003])
@pytest.mark.parametrize("is_late", [False, True])
def test_of_many_warehouses_each_has_the_service_that_it_would_have_alone(
    sites: int, *, is_late: bool
) -> None:
    draws = np.random.Generator(np.random.PCG64(5))
    prices = draws.integers(1, 4, (4, sites)) * 1_000_000_000  # many are equal
    prices[draws.random(prices.shape) < 0.3] = UNSERVED
    late = draws.random(prices.shape) < 0.4 if is_late else None
    together = cheapest(prices, late)
    for site in range(sites):
        alone = cheapest(prices[:, [site]], None if late is None else late[:, [site]])
        assert together.service[site] == alone.service[0]
        assert together.freight[site] == alone.freight[0]
        missed = together.missed is not None and together.missed[site]
        assert missed == (alone.missed is not None)
