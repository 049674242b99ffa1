"""What of a scenario the orders hang on: equal there, the same orders are counted; different, others are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim import load_scenario
from sim.catalogue import Catalogue
from sim.orderbook.book import OrderBook, made_of
from sim.scenario import Scenario

QUICK = ["days=0.5"]
OTHERS = {
    "days": ["days=0.6"],
    "start": ["start=2026-01-06"],
    "warm-up": ["warm_up_days=0.2"],
    "zone": ["timezone=Asia/Tokyo"],
    "rate": ["demand.orders_per_day=90"],
    "hours": [f"demand.hourly=[{', '.join(['1'] * 12 + ['2'] * 12)}]"],
    "regions": ["regions.new_york.share=40"],
    "lines": ["demand.lines_per_order={1: 1, 2: 5}"],
    "units": ["demand.units_per_line={3: 1}"],
}
SAME = {
    "stations": ["warehouses.newark.stations=5"],
    "drain": ["drain_days=9"],
    "currency": ["currency=EUR"],
    "name": ["name=another"],
}


def counted(world: Scenario) -> list[list[int]]:
    """Return when every counted order is placed, and all that it asks for."""
    catalogue = Catalogue(world)
    begin, end = catalogue.window
    orders = []
    for block in OrderBook(catalogue, 1, 0).blocks():
        for place, (first, last) in enumerate(pairwise(block.line_offsets)):
            at = int(block.placed_at[place])
            if begin <= at < end:
                lines = np.concatenate([block.line_item[first:last], block.line_units[first:last]]).tolist()
                orders.append(
                    [catalogue.start + at, int(block.region[place]), int(block.segment[place]), *lines]
                )
    return orders


@pytest.mark.parametrize("changes", [*OTHERS.values(), *SAME.values()], ids=[*OTHERS, *SAME])
def test_worlds_made_of_the_same_meet_the_same_orders(changes: list[str]) -> None:
    usual, other = load_scenario("hello", QUICK), load_scenario("hello", [*QUICK, *changes])
    same = made_of(usual) == made_of(other)
    assert same is (changes in SAME.values())
    assert (counted(usual) == counted(other)) is same
