"""Which parcels are lost is a fact of the order's shipment, whatever a policy does."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import randomness
from sim.carrier.carriers import Carriers
from sim.catalogue import Catalogue
from sim.clock import Clock
from sim.order import QUEUED, Order, Shipment
from sim.orderbook.luck import Luck

WORLD = """\
start: 2026-01-05T00:00
days: 1
items: [{id: thing}]
regions: [{id: here}]
demand: {orders_per_day: 10}
warehouses: [{id: one}, {id: two}]
carriers:
  - id: post
    services: [{id: plain, lost_share: 0.01}, {id: careless, lost_share: 0.02}, {id: careful}]
"""
ORDERS = 20_000


def lost(carriers: Carriers, site: int, service: int, number: int, replication: int = 0) -> set[int]:
    """Return the orders whose shipment of a number is lost."""
    keys = randomness.keys(
        np.arange(ORDERS), randomness.root(1, replication, randomness.ORDER_NOISE)
    ).tolist()
    found, lane, luck = set(), carriers.lanes[0, 0], Luck(0, np.zeros(0, np.uint64))
    for order_number, key in enumerate(keys):
        order = Order(order_number, key, luck, 0, 0, 0, (0,), (1,), 0, True, 0, 0, 0, 0)
        shipment = Shipment(None, order, number, site, service, ((0, 0, 1),), 1, 0, 0, 0, lane, 0, QUEUED)
        if carriers.is_lost(shipment):
            found.add(order_number)
    return found


def test_the_share_that_is_lost(stage: Any) -> None:
    carriers = Carriers(Clock(), Catalogue(stage.scenario(WORLD)))
    for service, share in enumerate((0.01, 0.02, 0.0)):
        found = len(lost(carriers, 0, service, 1))
        assert abs(found - ORDERS * share) <= 4 * np.sqrt(ORDERS * share * (1 - share))


def test_the_same_parcel_is_lost_wherever_it_leaves_from(stage: Any) -> None:
    carriers = Carriers(Clock(), Catalogue(stage.scenario(WORLD)))
    first = lost(carriers, 0, 0, 1)
    assert first == lost(carriers, 1, 0, 1)
    assert first < lost(carriers, 1, 1, 1)  # a less careful service loses these too
    # Another shipment of the order, and another replication, have luck of their own.
    for other in (lost(carriers, 0, 0, 2), lost(carriers, 0, 0, 1, replication=1)):
        assert len(first & other) < 20


def test_two_policies_lose_the_same_parcels(stage: Any, frame: Any) -> None:
    world = stage.scenario(WORLD.replace("{orders_per_day: 10}", "{orders_per_day: 2000}"))
    lost = []
    for site in ("one", "two"):
        rules = f"name: to\nrules:\n  - {{name: to, sites: [{site}], service: [plain]}}\n"
        shipments = frame(stage.play(world, rules), "shipments")
        assert set(shipments["warehouse"]) == {site}
        lost.append(set(shipments.loc[shipments["state"] == "lost", "order"]))
    assert lost[0] == lost[1]
    assert 5 < len(lost[0]) < 40
