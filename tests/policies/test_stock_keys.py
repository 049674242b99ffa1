"""Rank keys by stock: how much there is, how old it is, how fast it goes, how long it lasts."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import RuleSetError

MILK = "{id: milk, shelf_life_days: 60}, {id: mug}, {id: tea}"


def by(*keys: str, more: str = "") -> str:
    return f"rules:\n  - {{rank: {{by: [{', '.join(keys)}]}}{more}}}\n"


def most(key: str) -> str:
    return by(f"{{{key}: {{descending: true}}}}")


# -- available_units -----------------------------------------------------------------------------------------


def test_available_units_are_those_of_all_lines_together(counter: Any) -> None:
    stock = "near mug:9 tea:2; mid mug:5 tea:7; far mug:3 tea:8"
    few, many = by("available_units"), most("available_units")
    assert counter.play(many, "A 05T10:00 mug", stock=stock).sites("A") == ["near"]
    assert counter.play(many, "A 05T10:00 mug,tea", stock=stock).sites("A") == ["mid"]  # 12 against 11 and 11
    assert counter.play(few, "A 05T10:00 mug", stock=stock).sites("A") == ["far"]
    assert counter.play(many, "A 05T10:00 mug,tea", stock=stock).first("margin") == 1


def test_available_units_are_what_may_be_promised(counter: Any) -> None:
    """Safety stock is not, and what others hold is not."""
    sites = {"near": "at: [0, 1], safety_stock: {units: 3}", "mid": "at: [0, 2]", "far": "at: [0, 3]"}
    orders = "A 05T10:00 mug\nB 05T10:01 mug\nC 05T10:02 mug"
    answers = counter.play(
        most("available_units"), orders, sites=sites, stock="near mug:9; mid mug:7; far mug:5"
    )
    # 6, 7, 5; then 6, 6, 5: near is the first of equals; then 5, 6, 5.
    assert [answers.sites(order) for order in "ABC"] == [["mid"], ["near"], ["mid"]]


def test_available_units_follow_the_terms_of_the_rule(counter: Any) -> None:
    sites = {"near": "at: [0, 1], safety_stock: {units: 3}", "mid": "at: [0, 2]"}
    rank = "rank: {by: [{available_units: {descending: true}}]}"
    stock = "near mug:9; mid mug:7"
    for filters, chosen in (("is_up", "mid"), ("ignore_safety_stock", "near")):
        rules = f"rules:\n  - {{filters: [{filters}], {rank}}}\n"
        assert counter.play(rules, sites=sites, stock=stock).sites("A") == [chosen]


# -- overstock_units ---------------------------------------------------------------------------------------

SUPPLIERS = "suppliers: [{id: farm, lead_days: 90}]\n"


def test_overstock_is_what_lies_above_the_level_that_is_filled_up_to(counter: Any) -> None:
    """Near has 6 above 10, mid 7 above 5 + 8, and far has no target, so never too much."""
    replenish = (
        "replenish: [{warehouses: [near], from: farm, review: {every_days: 90, order_up_to: {units: 10}}}, "
        "{warehouses: [mid], from: farm, review: {reorder_point: {units: 5}, order_units: 8}}]"
    )
    stock = "near mug:16 tea:10; mid mug:20 tea:12; far mug:999 tea:999"
    world = {"stock": stock, "stock_rules": replenish, "more": SUPPLIERS}
    answers = counter.play(most("overstock_units"), "A 05T10:00 mug\nB 05T10:01 mug\nC 05T10:02 mug", **world)
    assert answers.sites("A") == ["mid"]
    assert answers.first("margin", "A") == 1  # 7 against 6
    assert answers.sites("B") == ["near"]  # 6 and 6: the first of equals
    assert answers.sites("C") == ["mid"]  # 5 and 6
    none = counter.play(most("overstock_units"), "A 05T10:00 tea", **world)  # nowhere above: the nearest
    assert (none.sites("A"), none.first("margin")) == (["near"], 0)


def test_stock_that_never_ends_is_never_too_much(counter: Any) -> None:
    assert counter.play(most("overstock_units")).first("margin") == 0


# -- stock_age_days ----------------------------------------------------------------------------------------

# On the 12th at 10:00, three units come from lots of so many days:
#   near 11, 2, 2: oldest 11, mean of lots 6.5, mean of units 5
#   mid   6, 6, 6: 6, 6, 6
#   far  10, 10, 1: 10, 5.5, 7
LOTS = (
    "near milk:1/2026-01-01T10:00/ milk:5/2026-01-10T10:00/; mid milk:4/2026-01-06T10:00/; "
    "far milk:2/2026-01-02T10:00/ milk:5/2026-01-11T10:00/"
)


@pytest.mark.parametrize(
    ("of", "youngest", "margin", "oldest", "lead"),
    [("oldest", "mid", 4, "near", 1), ("mean", "far", 0.5, "near", 0.5), ("weighted", "near", 1, "far", 1)],
)
def test_the_age_of_stock_is_that_of_the_lots_that_would_be_used(
    counter: Any, of: str, youngest: str, margin: float, oldest: str, lead: float
) -> None:
    world: dict[str, Any] = {"stock": LOTS, "items": MILK}
    orders = "A 12T10:00 milk:3"
    up = counter.play(by(f"{{stock_age_days: {of}}}"), orders, **world)
    assert (up.sites("A"), up.first("margin")) == ([youngest], pytest.approx(margin))
    down = counter.play(by(f"{{stock_age_days: {{of: {of}, descending: true}}}}"), orders, **world)
    assert (down.sites("A"), down.first("margin")) == ([oldest], pytest.approx(lead))


def test_ages_of_lines_together_are_over_all_their_lots(counter: Any) -> None:
    """Near: 8 days and 2 days for 1 + 3 units; mid: 6 and 3. So 8, 5, 3.5 against 6, 4.5, 3.75."""
    stock = "near milk:9/2026-01-02T10:00/ tea:9/2026-01-08T10:00/; mid milk:9/2026-01-04T10:00/ tea:9/2026-01-07T10:00/"
    for of, chosen, margin in (("oldest", "mid", 2), ("mean", "mid", 0.5), ("weighted", "near", 0.25)):
        rules = by(f"{{stock_age_days: {of}}}")
        answers = counter.play(rules, "A 10T10:00 milk,tea:3", stock=stock, items=MILK)
        assert (answers.sites("A"), answers.first("margin")) == ([chosen], pytest.approx(margin)), of


def test_the_order_of_issue_decides_which_age_counts(counter: Any) -> None:
    """Near: 5 days old, or 1; mid: 3. The rule's order of issue comes before that of the site."""
    stock = "near milk:2/2026-01-05/ milk:2/2026-01-09/; mid milk:9/2026-01-07/"
    chosen = {}
    for site in ("fifo", "lifo"):
        for issue in ("", ", issue: fifo", ", issue: lifo"):
            sites = {"near": f"at: [0, 1], issue: {site}", "mid": "at: [0, 2]"}
            rules = by("stock_age_days", more=issue)
            answers = counter.play(rules, "A 10T00:00 milk", stock=stock, items=MILK, sites=sites)
            chosen[site, issue[-4:]] = answers.sites("A")[0]
    assert chosen == {
        ("fifo", ""): "mid", ("fifo", "fifo"): "mid", ("fifo", "lifo"): "near",
        ("lifo", ""): "near", ("lifo", "fifo"): "mid", ("lifo", "lifo"): "near",
    }  # fmt: skip


@pytest.mark.parametrize(("issue", "age"), [("", 5), (", issue: fifo", 5), (", issue: lifo", 1)])
def test_a_shipment_takes_its_lots_in_the_order_of_issue_of_the_rule(
    counter: Any, issue: str, age: float
) -> None:
    stock = "near milk:2/2026-01-05/ milk:2/2026-01-09/"
    rules = by("distance_km", more=issue)
    answers = counter.play(rules, "A 10T00:00 milk", stock=stock, items=MILK)
    assert answers.shipments["stock_age_d"].tolist() == [age]


def test_lots_that_are_held_or_too_old_do_not_count(counter: Any) -> None:
    """Near has lots of 9 (too old in two days), 6, 2 days; A takes the one of 6. Mid: 4. B: 2 against 4."""
    stock = "near milk:1/2026-01-01/2026-01-11 milk:1/2026-01-04/2026-02-01 milk:1/2026-01-08/2026-02-01; mid milk:9/2026-01-06/2026-02-01"
    rules = (
        "rules:\n  - {filters: [{shelf_life_left: 2}], rank: {by: [{stock_age_days: {descending: true}}]}}\n"
    )
    answers = counter.play(rules, "A 10T00:00 milk\nB 10T00:01 milk", stock=stock, items=MILK)
    assert (answers.sites("A"), answers.first("margin", "A")) == (["near"], pytest.approx(2))
    assert answers.sites("B") == ["mid"]
    assert answers.first("margin", "B") == pytest.approx(2)


def test_ages_are_right_after_lots_came_and_went(counter: Any) -> None:
    """At near A takes the oldest lot, the next one expires and new ones come; far keeps what came on the 5th."""
    replenish = "replenish: [{warehouses: [near], arrivals: {every_days: 1, units: 1}}]"
    stock = "near milk:1/2026-01-03/ milk:1/2026-01-04/2026-01-07T09:00; far milk:9/2026-01-05/"
    rules = by("{stock_age_days: {descending: true}}")
    answers = counter.play(
        rules,
        "A 06T10:00 milk\nB 07T10:00 milk",
        stock=stock,
        stock_rules=replenish,
        items=MILK,
        drain_days=1,
    )
    assert (answers.sites("A"), answers.first("margin", "A")) == (
        ["near"],
        pytest.approx(2),
    )  # 3 and 1 days, and 10 h
    assert (answers.sites("B"), answers.first("margin", "B")) == (["far"], pytest.approx(2))  # 2 and 0


def test_stock_that_never_ends_has_no_age(counter: Any) -> None:
    answers = counter.play(by("{stock_age_days: {descending: true}}"), "A 09T10:00 mug")
    assert (answers.sites("A"), answers.first("margin")) == (["near"], 0)


def test_stock_is_as_old_as_the_run_where_nothing_says_when_it_came(counter: Any) -> None:
    """The replay begins at midnight of the 5th."""
    stock = "near mug:1/2026-01-04/; mid mug:1"
    answers = counter.play(
        by("stock_age_days"), "A 05T10:00 tea\nB 09T12:00 mug", stock=f"{stock}; far tea:1"
    )
    assert (answers.sites("B"), answers.first("margin", "B")) == (["mid"], pytest.approx(1))


def test_age_has_a_weight_in_a_cost(counter: Any) -> None:
    """Oldest first at 0.35 a day: 5 days older are worth 1.75 of freight."""
    stock = "near milk:9/2026-01-07/; mid milk:9/2026-01-02/"
    chosen = {}
    for base in ("[1, 2.74]", "[1, 2.76]"):
        services = f"{{id: parcel, zones_km: [150], rates: {{base: {base}}}}}"
        rules = "rules:\n  - {rank: {cost: {landed_cost: 1, stock_age_days: {weight: -0.35, of: oldest}}}}\n"
        answers = counter.play(rules, "A 10T00:00 milk", stock=stock, items=MILK, services=services)
        chosen[base] = answers.sites("A")[0]
    assert chosen == {"[1, 2.74]": "mid", "[1, 2.76]": "near"}


def test_ages_are_as_of_the_last_sync(counter: Any) -> None:
    """A takes the old tin at 10:10. B is still shown it at 10:20; C, after the sync at 11:00, is not."""
    stock = "near mug:1/2026-01-01T00:00/ mug:9/2026-01-04T00:00/; mid mug:9/2026-01-03T00:00/"
    rules = by("{stock_age_days: {descending: true}}")
    answers = counter.play(
        rules,
        "A 05T10:10 mug\nB 05T10:20 mug\nC 05T11:10 mug",
        stock=stock,
        more="visibility: {sync_minutes: 60}\n",
    )
    assert [answers.sites(order)[0] for order in "ABC"] == ["near", "near", "mid"]


# -- weeks_of_supply ---------------------------------------------------------------------------------------


def test_weeks_of_supply_are_stock_over_a_week_of_expected_demand(counter: Any) -> None:
    """14 mugs a day over two warehouses: 49 a week each. Near has 98, two weeks; mid 147, three."""
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]"}
    orders = "A 05T10:00 mug:7\nB 05T11:00 mug:7"
    world: dict[str, Any] = {"sites": sites, "stock": "near mug:98; mid mug:147"}
    answers = counter.play(most("weeks_of_supply"), orders, **world)
    assert (answers.sites("A"), answers.first("margin", "A")) == (["mid"], pytest.approx(1))
    assert answers.first("margin", "B") == pytest.approx(1 - 7 / 49)
    assert counter.play(by("weeks_of_supply"), orders, **world).sites("A") == ["near"]


def test_weeks_of_supply_of_several_lines_are_those_of_the_scarcest(counter: Any) -> None:
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]"}
    stock = "near mug:98 tea:7; mid mug:14 tea:14"  # 28 and 2 weeks; 4 and 4
    answers = counter.play(most("weeks_of_supply"), "A 05T10:00 mug,tea", sites=sites, stock=stock)
    assert (answers.sites("A"), answers.first("margin")) == (["mid"], pytest.approx(2))


def test_weeks_of_supply_end_at_ten_years(counter: Any) -> None:
    """Nobody asks for tea but one: stock without end, and stock for ages, last equally long."""
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]"}
    answers = counter.play(most("weeks_of_supply"), sites=sites, stock="near mug:999999; mid mug:9999999")
    assert (answers.sites("A"), answers.first("margin")) == (["near"], 0)


# -- sales_velocity ----------------------------------------------------------------------------------------


def test_sales_velocity_counts_what_left_and_forgets_by_half(counter: Any) -> None:
    """Both warehouses begin at the same forecast. Of a half-life of a day a unit adds ln 2 = 0.6931, and half a day later.

    A takes two mugs at near; when B comes a day later, near is ahead by one of them.
    """
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]"}
    rules = """\
rules:
  - {when: {order: {units_at_least: 2}}, sites: [near], otherwise: next}
  - {rank: {by: [{sales_velocity: 1}]}}
"""
    answers = counter.play(rules, "A 05T10:00 mug:2\nB 06T10:00 mug", sites=sites)
    assert (answers.sites("A"), answers.sites("B")) == (["near"], ["mid"])
    assert answers.first("margin", "B") == pytest.approx(0.693147, abs=1e-5)


def test_sales_over_the_counter_count_too(counter: Any) -> None:
    """Both shops are expected to sell 50 a day. Mid is closed for two half-lives: a quarter of it is left."""
    shop = "walk_ins: {units_per_day: 50}"
    sites = {
        "near": f"at: [0, 1], {shop}",
        "mid": f"at: [0, 2], {shop}, downtime: [{{begins: 2026-01-05T00:00, hours: 48}}]",
    }
    rules = by("{sales_velocity: 1}")
    answers = counter.play(
        rules, "A 05T00:00 tea\nB 07T00:00 mug", sites=sites, items="{id: mug}, {id: tea, popularity: 0}"
    )
    assert answers.sites("B") == ["mid"]
    assert answers.first("margin", "B") == pytest.approx(50 - 50 / 4, abs=15)  # Poisson, some 60 sales count


# -- what people get wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("{stock_age_days: youngest}", "value 'youngest': must be oldest, mean or weighted"),
        ("{stock_age_days: {off: mean}}", "stock_age_days.off: is not a key here; did you mean 'of'?"),
        ("{sales_velocity: 0}", "value '0': must be greater than 0"),
        ("{weeks_of_supply: {half_life_days: 3}}", "half_life_days: value '3': belongs to demand: velocity"),
        ("{weeks_of_supply: {demand: forcast}}", "must be forecast or velocity; did you mean 'forecast'?"),
        ("{stockout_cost: {horizon_days: -1}}", "horizon_days: value '-1': must be at least 0"),
        ("{available_units: 3}", "must be a mapping"),
    ],
)
def test_wrong_parameters_of_keys_are_told(counter: Any, key: str, message: str) -> None:
    with pytest.raises(RuleSetError) as caught:
        counter.play(by(key))
    assert message in str(caught.value)
