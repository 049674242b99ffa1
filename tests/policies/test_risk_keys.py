"""Rank keys in money for what may become of stock: a credit for what would spoil, a cost of what would be missed."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest
from scipy import stats

from policies.poisson import left_over, saved

TWO = {"near": "at: [0, 1]", "far": "at: [0, 3]"}
ZONES = "{{id: parcel, zones_km: [150], transit_days: {transit}, rates: {{base: {base}}}}}"


def cost(keys: str, filters: str = "is_up, {has_stock: all}") -> str:
    return f"rules:\n  - {{filters: [{filters}], rank: {{cost: {{{keys}}}}}}}\n"


# -- the formulas ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0, 0.3, 4, 55.5])
@pytest.mark.parametrize("stock", [0, 1, 5, 40, 300])
def test_what_is_left_over_is_the_sum_over_all_demands(stock: int, mean: float) -> None:
    demand = np.arange(400)
    expected = (np.maximum(stock - demand, 0) * stats.poisson.pmf(demand, mean)).sum()
    assert left_over(stock, mean) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("stock", "taken", "mean"), [(1, 1, 2.5), (5, 2, 3.2), (9, 3, 6), (9, 4, 6), (40, 40, 55.5), (7, 0, 3)]
)
def test_what_is_saved_is_the_probability_that_each_unit_would_be_left(
    stock: int, taken: int, mean: float
) -> None:
    expected = sum(stats.poisson.cdf(k - 1, mean) for k in range(stock - taken + 1, stock + 1))
    assert saved(stock, taken, mean) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("taken", [3, 4])
def test_no_more_is_saved_than_there_is(taken: int) -> None:
    assert saved([2, 0], taken, 1.5) == pytest.approx([stats.poisson.cdf([0, 1], 1.5).sum(), 0])


# -- spoilage_credit ---------------------------------------------------------------------------------------

# Two units a day are asked for in all, so one a day at each warehouse. A parcel travels a day, so a lot can be sold
# until a day before it expires. That of far cannot be sold to anybody later: it would spoil for sure, and cost 42.66.
# That of near can be sold for another 4 d 6 h 44 min 25 s = 4.28084 days, and will not be with exp(-4.28084) =
# 0.01383: 0.59.
MARKDOWN: dict[str, Any] = {
    "orders": "A 05T10:00 milk\nB 05T23:00 milk",
    "sites": TWO,
    "items": "{id: milk, cost: 42.66, price: 60, shelf_life_days: 90}",
    "stock": "near milk:1//2026-01-10T16:44:25; far milk:1//2026-01-06T10:00:00",
    "services": ZONES.format(transit=1, base="[7.64, 8.42]"),
}


def test_a_far_site_with_the_credit_beats_a_near_one(counter: Any) -> None:
    """The markdown example of IBM Sterling: -34.24 (8.42 - 42.66) against 7.05 (7.64 - 0.59), a margin of 41.29."""
    answers = counter.play(cost("landed_cost: 1, spoilage_credit: 1"), **MARKDOWN)
    assert (answers.sites("A"), answers.first("runner_up")) == (["far"], "near")
    assert answers.first("margin") == pytest.approx(41.29, abs=0.005)


def test_without_the_credit_the_near_site_wins(counter: Any) -> None:
    answers = counter.play(cost("landed_cost: 1"), **MARKDOWN)
    assert (answers.sites("A"), answers.first("margin")) == (["near"], pytest.approx(8.42 - 7.64))


def credit(counter: Any, near: str, orders: str, transit: float = 0, item: str = "", more: str = "") -> float:
    """Return the credit of near for the first order: far has fresh goods without a date, at no risk."""
    world = {**MARKDOWN, "services": ZONES.format(transit=transit, base="0"), "orders": orders}
    items = f"{{id: milk, cost: 10, price: 60{item}}}"
    rules = cost(f"spoilage_credit: {{weight: 1{more}}}")
    answers = counter.play(rules, **world | {"items": items, "stock": f"near {near}; far milk:9"})
    assert answers.sites("A") == ["near"]
    return -float(answers.first("margin", "A"))


def test_the_credit_is_cost_times_the_probability_that_units_are_left(counter: Any) -> None:
    """Six units a day, three at each. Of 8 units with two days to go, the last two are left with P(D < 7), P(D < 8)."""
    orders = "A 05T10:00 milk:2\nB 05T23:00 milk:4"
    found = credit(counter, "milk:8//2026-01-07T10:00", orders)
    expected = stats.poisson.cdf([6, 7], 6).sum()
    assert found == pytest.approx(-10 * expected, abs=1e-6)


def test_life_that_the_item_must_have_left_is_not_time_to_sell(counter: Any) -> None:
    """Half a day on the road and a minimum of a day and a half: of four days two are left."""
    orders = "A 05T10:00 milk:2\nB 05T23:00 milk:4"
    item = ", min_life_at_delivery_days: 1.5"
    found = credit(counter, "milk:8//2026-01-09T10:00", orders, transit=0.5, item=item)
    assert found == pytest.approx(-10 * stats.poisson.cdf([6, 7], 6).sum(), abs=1e-6)


def test_what_cannot_be_sold_later_is_at_risk_for_sure(counter: Any) -> None:
    """Exactly as old as it may be when it is delivered: if this order does not take it, nobody may."""
    found = credit(
        counter, "milk:8//2026-01-06T22:00", "A 05T10:00 milk:2", item=", min_life_at_delivery_days: 1.5"
    )
    assert found == -20


def test_each_lot_has_its_own_risk(counter: Any) -> None:
    """Two units of a lot with a day, then one of a lot of four with two days; three a day are asked for here.

    The first two are left with P(D1 < 1) and P(D1 < 2); of the six up to the second lot one with P(D2 < 6).
    """
    orders = "A 05T10:00 milk:3\nB 05T23:00 milk:3"
    found = credit(counter, "milk:2//2026-01-06T10:00 milk:4//2026-01-07T10:00", orders)
    expected = stats.poisson.cdf([0, 1], 3).sum() + stats.poisson.cdf(5, 6)
    assert found == pytest.approx(-10 * expected, abs=1e-6)


def test_of_lots_with_and_without_a_date_only_those_with_one_count(counter: Any) -> None:
    orders = "A 05T10:00 milk:3\nB 05T23:00 milk:3"
    found = credit(counter, "milk:2//2026-01-06T10:00 milk:4", orders)
    assert found == pytest.approx(-10 * stats.poisson.cdf([0, 1], 3).sum(), abs=1e-6)


def test_sales_velocity_may_stand_for_the_forecast(counter: Any) -> None:
    """Nothing was sold for a half-life of two days before the order, so half of the forecast is left: 3 a day to 1.5.

    Eight days hold 24 units, a day 3, and each warehouse is expected to provide half of that.
    """
    orders = "A 07T00:00 milk:2\nB 12T23:00 milk:22\nZ 05T00:00 tea:1"
    world = {**MARKDOWN, "services": ZONES.format(transit=0, base="0"), "orders": orders}
    world |= {
        "items": "{id: milk, cost: 10}, {id: tea}",
        "stock": "near milk:8//2026-01-09T00:00; far milk:9 tea:9",
    }
    for more, mean in (("", 3.0), (", demand: velocity, half_life_days: 2", 1.5)):
        rules = cost(f"spoilage_credit: {{weight: 1{more}}}")
        answers = counter.play(rules, **world)
        expected = 10 * stats.poisson.cdf([6, 7], mean).sum()  # two days until the lot expires
        assert answers.first("margin", "A") == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("stock", [None, "near mug:5; far mug:5"])
def test_what_lasts_or_never_ends_is_at_no_risk(counter: Any, stock: str | None) -> None:
    """The item has a shelf life in the first world, but its stock never ends; in the second it has none."""
    items = "{id: mug, cost: 9, shelf_life_days: 2}" if stock is None else "{id: mug, cost: 9}"
    rules = "rules:\n  - {rank: {by: [spoilage_credit]}}\n"
    assert counter.play(rules, sites=TWO, items=items, stock=stock).first("margin") == 0


# -- stockout_cost -----------------------------------------------------------------------------------------

GAIN = "{id: mug, price: 8, cost: 3}"


def missed(
    counter: Any, near: int, orders: str = "A 05T10:00 mug\nB 05T23:00 mug", horizon: float = 1, **world: Any
) -> float:
    """Return what others are expected to lose if the first order takes its units from near; far has more than enough."""
    rules = cost(f"stockout_cost: {{weight: 1, horizon_days: {horizon}}}")
    stock = f"near mug:{near}; far mug:1000000"
    answers = counter.play(rules, orders, sites=TWO, items=GAIN, stock=stock, **world)
    assert answers.sites("A") == ["far"]
    return float(answers.first("margin", "A"))


def test_the_last_unit_costs_the_margin_times_the_probability_that_it_is_wanted(counter: Any) -> None:
    """Two mugs a day, one at each warehouse: in a day it is wanted with 1 - exp(-1), and then 5 are lost."""
    assert missed(counter, 1) == pytest.approx(5 * (1 - exp(-1)), abs=1e-6)


def test_the_more_there_is_the_less_a_unit_is_missed(counter: Any) -> None:
    for units in (2, 3, 7):
        assert missed(counter, units) == pytest.approx(5 * stats.poisson.sf(units - 1, 1), abs=1e-6)


def test_several_units_are_missed_one_after_the_other(counter: Any) -> None:
    """Four a day, two at each: of 5 units 3 are taken, the third to the fifth."""
    found = missed(counter, 5, "A 05T10:00 mug:3\nB 05T23:00 mug")
    assert found == pytest.approx(5 * stats.poisson.sf([2, 3, 4], 2).sum(), abs=1e-6)


def test_without_replenishment_the_horizon_counts(counter: Any) -> None:
    assert missed(counter, 9, horizon=7) == pytest.approx(5 * stats.poisson.sf(8, 7), abs=1e-6)
    assert missed(counter, 9, horizon=28) == pytest.approx(5 * stats.poisson.sf(8, 28), abs=1e-6)


def test_only_demand_until_stock_comes_next_counts(counter: Any) -> None:
    """At 10:00 of the first day the next review is 1 d 14 h ahead, and the lead time half a day."""
    review = "review: {every_days: 2, order_up_to: {units: 0}}"
    replenish = f"replenish: [{{warehouses: [near], from: farm, lead_days: 0.5, {review}}}]"
    found = missed(
        counter, 2, horizon=28, stock_rules=replenish, more="suppliers: [{id: farm, lead_days: 9}]\n"
    )
    assert found == pytest.approx(5 * stats.poisson.sf(1, 2 - 10 / 24 + 0.5), abs=1e-6)


def test_units_on_their_way_count_as_there(counter: Any) -> None:
    """At midnight 3 units are ordered, which come in nine days: 2 lie there, and 5 stand against 9 days of demand."""
    replenish = "replenish: [{warehouses: [near], from: farm, review: {order_up_to: {units: 5}}}]"
    found = missed(
        counter, 2, horizon=28, stock_rules=replenish, more="suppliers: [{id: farm, lead_days: 9}]\n"
    )
    assert found == pytest.approx(5 * stats.poisson.sf(4, 9), abs=1e-6)


def test_no_margin_is_lost_where_there_is_none(counter: Any) -> None:
    rules = "rules:\n  - {rank: {by: [stockout_cost]}}\n"
    items = "{id: mug, price: 3, cost: 8}"
    answers = counter.play(rules, items=items, sites=TWO, stock="near mug:1; far mug:9")
    assert (answers.sites("A"), answers.first("margin")) == (["near"], 0)


def test_the_last_unit_is_kept_for_those_who_are_near(counter: Any) -> None:
    """Freight 1.00 less, but the last mug of near is worth 5 x (1 - exp(-0.5)) = 1.97, of which far has ten."""
    services = ZONES.format(transit=0, base="[1, 2]")
    chosen = {}
    for keys in ("landed_cost: 1", "landed_cost: 1, stockout_cost: {weight: 1, horizon_days: 1}"):
        answers = counter.play(
            cost(keys), items=GAIN, sites=TWO, services=services, stock="near mug:1; far mug:10"
        )
        chosen[keys[-3:]] = answers.sites("A")
    assert list(chosen.values()) == [["near"], ["far"]]
