"""What rank keys say in numbers, warehouse by warehouse: their units, their edges, and several lines together."""

from __future__ import annotations

from typing import Any

import pytest

from policies import (
    AvailableUnits,
    DistanceKm,
    Freight,
    Handling,
    LatenessCost,
    OverstockUnits,
    SalesVelocity,
    SpoilageCredit,
    StockAgeDays,
    StockoutCost,
    TransitDays,
    WeeksOfSupply,
)
from policies.case import Case, Terms
from policies.keys import Key
from sim.policy import Allocation, Request
from sim.view.network import Network

MILK = "{id: milk, shelf_life_days: 60}, {id: mug}, {id: tea}"
SUPPLIERS = "suppliers: [{id: farm, lead_days: 90}]\n"


class Asks:
    """Lets every order wait, and keeps what a key says of it when it is placed."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self.said: dict[int, list[float]] = {}

    def prepare(self, network: Network) -> Asks:
        self._column = self._key.bind(network)
        return self

    def allocate(self, order: Request, network: Network) -> Allocation:
        case = Case(network, order, order.open, Terms())
        self.said.setdefault(order.order, self._column(case).tolist())
        return Allocation()


def numbers(counter: Any, key: Key, orders: str = "A 05T10:00 mug", **world: Any) -> list[float]:
    """Return what a key says of the last order, by warehouse: near, mid and far."""
    asks = Asks(key)
    counter.play(asks, orders, **world)
    return asks.said[max(asks.said)]


# -- stock -------------------------------------------------------------------------------------------------


def test_what_is_not_there_is_available_in_no_number_and_lasts_no_week(counter: Any) -> None:
    """Near's floor is above its stock: less than nothing may be promised."""
    world = {
        "sites": {"near": "at: [0, 1], safety_stock: {units: 9}", "mid": "at: [0, 2]", "far": "at: [0, 3]"},
        "stock": "near mug:7; mid mug:0; far mug:14",
        "orders": "A 05T10:00 mug:6",
    }
    assert numbers(counter, AvailableUnits(), **world) == [0, 0, 14]
    assert numbers(counter, WeeksOfSupply(), **world) == [0, 0, 1]


def test_stock_without_demand_lasts_ten_years_and_none_lasts_no_time(counter: Any) -> None:
    """In five days the velocity halves fifty times."""
    orders = "Z 05T00:00 tea\nA 10T00:00 mug"
    key = WeeksOfSupply(demand="velocity", half_life_days=0.1)
    assert numbers(counter, key, orders, stock="near mug:1; mid mug:0; far mug:2") == [520, 0, 520]


def test_stock_that_never_ends_lasts_ten_years_whatever_the_demand(counter: Any) -> None:
    """The 2 ** 30 units that stand for it would last 460 weeks at a third of a million a day."""
    assert numbers(counter, WeeksOfSupply(), "A 05T10:00 mug:1000000") == [520, 520, 520]


def test_overstock_counts_what_is_free_of_all_lines_the_safety_stock_too(counter: Any) -> None:
    """Near: 6 mugs above 10, and 2 teas. Mid: 7 mugs above 5 + 8, and less tea than its target. Far: no target."""
    replenish = (
        "replenish: [{warehouses: [near], from: farm, review: {every_days: 90, order_up_to: {units: 10}}}, "
        "{warehouses: [mid], from: farm, review: {reorder_point: {units: 5}, order_units: 8}}]"
    )
    world = {
        "sites": {"near": "at: [0, 1], safety_stock: {units: 3}", "mid": "at: [0, 2]", "far": "at: [0, 3]"},
        "stock": "near mug:16 tea:12; mid mug:20 tea:12; far mug:999 tea:999",
        "stock_rules": replenish,
        "more": SUPPLIERS,
    }
    assert numbers(counter, OverstockUnits(), "A 05T10:00 mug,tea", **world) == [8, 7, 0]


def test_stock_that_never_ends_is_above_no_target(counter: Any) -> None:
    stock = (
        "stock:\n  opening: [{units: 12}, {warehouses: [near], unlimited}]\n"
        "  replenish: [{from: farm, review: {every_days: 90, order_up_to: {units: 10}}}]\n"
    )
    assert numbers(counter, OverstockUnits(), more=stock + SUPPLIERS) == [0, 2, 2]


def test_a_mean_age_is_over_all_lots_of_all_lines(counter: Any) -> None:
    """Near: lots of 10 days (one unit of milk), and of 3 and 1 days (two and one of tea). Mid: 6 and 2 (four units)."""
    stock = (
        "near milk:5/2026-01-02T10:00/ tea:2/2026-01-09T10:00/ tea:5/2026-01-11T10:00/; "
        "mid milk:5/2026-01-06T10:00/ tea:5/2026-01-10T10:00/"
    )
    for of, near, mid in (("oldest", 10, 6), ("mean", 14 / 3, 4), ("weighted", 17 / 4, 3)):
        found = numbers(counter, StockAgeDays(of=of), "A 12T10:00 milk,tea:3", stock=stock, items=MILK)
        assert found == pytest.approx([near, mid, 0]), of


@pytest.mark.parametrize("of", ["oldest", "mean", "weighted"])
def test_what_is_too_old_or_never_ends_has_no_age(counter: Any, of: Any) -> None:
    """Two days of life are left at near, of five that a customer must have."""
    items = "{id: milk, min_life_at_delivery_days: 5}"
    stock = "near milk:5/2026-01-02T10:00/2026-01-14T10:00; far milk:5/2026-01-04T10:00/2026-01-24"
    found = numbers(counter, StockAgeDays(of=of), "A 12T10:00 milk:2", stock=stock, items=items)
    assert found == [0, 0, 8]
    assert numbers(counter, StockAgeDays(of=of), "A 12T10:00 mug") == [0, 0, 0]


# -- the way, money, and demand ----------------------------------------------------------------------------


def test_the_way_is_told_in_km_and_days_and_what_it_costs_in_the_currency(counter: Any) -> None:
    sites = {"near": "at: [0, 1], costs: {per_shipment: 0.90, per_unit: 0.05}", "far": "at: [0, 3]"}
    services = "{id: parcel, zones_km: [200], transit_days: [0.5, 2], rates: {base: [4.25, 6]}}"
    told = {DistanceKm: [111.195, 333.585], TransitDays: [0.5, 2], Freight: [4.25, 6], Handling: [1.05, 0]}
    for key, values in told.items():
        assert numbers(counter, key(), "A 05T10:00 mug:3", sites=sites, services=services) == values


def test_a_lone_warehouse_has_a_number_for_its_distance_wherever_it_is(counter: Any) -> None:
    world = {"sites": {"only": "stations: 1"}, "regions": "{id: here}"}
    assert len(numbers(counter, DistanceKm(), **world)) == 1


def test_a_second_late_is_late_and_a_day_and_a_second_are_two_days(counter: Any) -> None:
    """Equal penalties, once and for each started day, are both owed. A second is 0.0000116 days."""
    services = "{id: parcel, zones_km: [150, 300], transit_days: [2, 2.0000116, 3.0000116]}"
    segments = "{id: standard, promise_days: 2, late_penalty: 1.50, late_penalty_per_day: 1.50}"
    assert numbers(counter, LatenessCost(), services=services, segments=segments) == [0, 3, 4.5]


def test_sales_velocity_is_that_of_all_lines_together(counter: Any) -> None:
    """It begins at the forecast: of a mug and three teas a day a third each."""
    assert numbers(counter, SalesVelocity(), "A 05T00:00 mug,tea:3") == pytest.approx([4 / 3] * 3, abs=1e-5)


# -- risk --------------------------------------------------------------------------------------------------

DEAR = "{id: milk, cost: 10}, {id: mug}, {id: tea}"


def test_what_expires_on_delivery_is_lost_for_sure_whatever_the_demand(counter: Any) -> None:
    """A million units a day are asked for, twelve a second. Two come from one lot at near, from two lots at mid."""
    stock = (
        "near milk:8//2026-01-06T10:00; mid milk:1//2026-01-06T10:00 milk:5//2026-01-06T10:00; "
        "far milk:8//2026-01-06T10:01"
    )
    world = {"stock": stock, "items": DEAR, "services": "{id: parcel, transit_days: 1}"}
    found = numbers(counter, SpoilageCredit(), "B 05T09:00 milk:1000000\nA 05T10:00 milk:2", **world)
    assert found == pytest.approx([-20, -20, 0])


def test_what_has_no_date_is_at_no_risk_even_if_nobody_wants_it(counter: Any) -> None:
    """Of three units near has one with a date; in five days the velocity has halved fifty times."""
    stock = "near milk:1//2026-01-20 milk:9; mid milk:9; far milk:9//2026-01-20"
    key = SpoilageCredit(demand="velocity", half_life_days=0.1)
    found = numbers(counter, key, "Z 05T00:00 tea\nA 10T00:00 milk:3", stock=stock, items=DEAR)
    assert found == [-10, 0, -30]


def test_only_what_is_there_and_has_a_margin_is_missed_of_all_lines_together(counter: Any) -> None:
    """A hundred of each are asked for in a day: every unit is wanted. Tea is sold at a loss."""
    items = "{id: mug, price: 8, cost: 3}, {id: pot, price: 9, cost: 2}, {id: tea, price: 3, cost: 8}"
    orders = "B 05T09:00 mug:300,pot:300,tea:300\nA 05T10:00 mug,pot:2,tea"
    stock = "near mug:5 pot:5 tea:5; mid mug:0 pot:1 tea:1; far mug:1 pot:0"
    found = numbers(counter, StockoutCost(horizon_days=1), orders, stock=stock, items=items)
    assert found == [5 + 2 * 7, 7, 5]


def test_stock_that_never_ends_is_never_missed(counter: Any) -> None:
    """A third of a million a day for a hundred years is more than the 2 ** 30 units that stand for it."""
    key = StockoutCost(horizon_days=36500)
    found = numbers(counter, key, "A 05T10:00 mug:1000000", items="{id: mug, price: 8, cost: 3}")
    assert found == [0, 0, 0]
