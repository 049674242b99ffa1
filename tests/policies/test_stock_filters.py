"""Filters that say what counts as stock: the life it must have left, what is kept back, and safety stock."""

from __future__ import annotations

from typing import Any

import pytest

from policies import HasStock, IgnoreSafetyStock, KeepBack, Rule, RuleSet, ShelfLifeLeft
from sim.errors import PolicyError

MILK = "{id: milk, shelf_life_days: 30}"


def rule(filters: str, more: str = "otherwise: cancel") -> str:
    return f"rules:\n  - {{filters: [{filters}], {more}}}\n"


# -- shelf_life_left ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires", "chosen"),
    [("07T10:00:00", "near"), ("07T09:59:59", "far")],  # two days after delivery, to the second
)
def test_a_lot_counts_that_lives_exactly_as_long_as_asked(counter: Any, expires: str, chosen: str) -> None:
    stock = f"near milk:1//2026-01-{expires}; far milk:1//2026-01-30"
    filters = "{shelf_life_left: 2}, {has_stock: all}"
    assert counter.play(rule(filters), "A 05T10:00 milk", stock=stock, items=MILK).sites("A") == [chosen]


@pytest.mark.parametrize(("minimum", "chosen"), [(0, "near"), (5, "near")])
def test_the_life_asked_for_stands_in_the_place_of_the_minimum_of_the_item(
    counter: Any, minimum: int, chosen: str
) -> None:
    """An item wants 5 days, a rule for an outlet is content with 2: it may sell what has 3 left."""
    stock = "near milk:1//2026-01-08T10:00; far milk:1//2026-01-30"
    items = f"{{id: milk, shelf_life_days: 30, min_life_at_delivery_days: {minimum}}}"
    answers = counter.play(rule("{shelf_life_left: 2}"), "A 05T10:00 milk", stock=stock, items=items)
    assert answers.sites("A") == [chosen]
    plain = counter.play(rule("is_up"), "A 05T10:00 milk", stock=stock, items=items)
    assert plain.sites("A") == [{0: "near", 5: "far"}[minimum]]


def test_life_is_counted_from_the_expected_delivery(counter: Any) -> None:
    services = "{id: parcel, transit_days: 3}"
    chosen = {}
    for day in ("10T10:00:00", "10T09:59:59"):  # 5 January, three days on the road, two days left
        stock = f"near milk:1//2026-01-{day}; far milk:1//2026-01-30"
        answers = counter.play(
            rule("{shelf_life_left: {days: 2}}"),
            "A 05T10:00 milk",
            stock=stock,
            items=MILK,
            services=services,
        )
        chosen[day] = answers.sites("A")
    assert chosen == {"10T10:00:00": ["near"], "10T09:59:59": ["far"]}


def test_the_shipment_gets_the_lot_that_the_rule_counted(counter: Any) -> None:
    """The older lot leaves first by the order of the site, but not for this rule."""
    stock = "near milk:1/2025-12-31T10:00/2026-01-06 milk:1/2026-01-03T10:00/2026-01-20"
    ages = {}
    for filters in ("{shelf_life_left: 2}", "is_up"):
        answers = counter.play(rule(filters), "A 05T10:00 milk", stock=stock, items=MILK)
        ages[filters] = answers.shipments["stock_age_d"].tolist()
    assert ages == {"{shelf_life_left: 2}": [2.0], "is_up": [5.0]}


def test_a_backorder_waits_for_units_that_live_long_enough(counter: Any) -> None:
    """The unit that lies there has three days left. One that comes at noon of the 6th has six."""
    stock = "near milk:1//2026-01-08T10:00"
    replenish = "replenish: [{warehouses: [near], arrivals: {every_days: 1.5, units: 1}}]"
    backorder = "otherwise: {backorder: {give_up_after_hours: 60}}"
    answers = counter.play(
        rule("{shelf_life_left: 4}", backorder),
        "A 05T10:00 milk",
        stock=stock,
        stock_rules=replenish,
        sites={"near": "at: [0, 1]"},
        items="{id: milk, shelf_life_days: 6}",
    )
    row = answers.shipments.iloc[0]
    assert (row["state"], row["released_at"].strftime("%dT%H:%M")) == ("delivered", "06T12:00")
    assert row["stock_age_d"] == 0


def test_goods_that_last_live_long_enough(counter: Any) -> None:
    assert counter.play(rule("{shelf_life_left: 900}"), stock="near mug:1").sites("A") == ["near"]


# -- keep_back ---------------------------------------------------------------------------------------------

SEGMENTS = "{id: standard}, {id: gold}, {id: silver}"


@pytest.mark.parametrize(
    ("segment", "units", "chosen"),
    [
        ("standard", 2, "near"),  # 7 less 5
        ("standard", 3, "far"),
        ("gold", 7, "near"),
        ("gold", 8, "far"),
        ("silver", 3, "far"),
    ],
)
def test_units_are_kept_back_for_some_segments(counter: Any, segment: str, units: int, chosen: str) -> None:
    answers = counter.play(
        rule("{keep_back: {units: 5, for: [gold]}}"),
        f"A 05T10:00 mug:{units} {segment}",
        stock="near mug:7; far mug:99",
        segments=SEGMENTS,
    )
    assert answers.sites("A") == [chosen]


@pytest.mark.parametrize(("segment", "most"), [("standard", 9 - 5 - 3), ("silver", 9 - 5), ("gold", 9 - 3)])
def test_what_is_kept_back_adds_up(counter: Any, segment: str, most: int) -> None:
    filters = "{keep_back: {units: 5, for: [gold]}}, {keep_back: {units: 3, for: [silver]}}"
    for units, state in ((most, "delivered"), (most + 1, "cancelled")):
        answers = counter.play(
            rule(filters), f"A 05T10:00 mug:{units} {segment}", stock="near mug:9", segments=SEGMENTS
        )
        assert answers.orders["A"]["state"] == state


def test_of_what_is_fit_to_sell_so_much_stays_that_is_kept_back(counter: Any) -> None:
    """Of 7 units 4 live long enough: those who may not have the 2 that are kept back see 2."""
    stock = "near milk:3//2026-01-05T12:00 milk:4//2026-01-20"
    filters = "{shelf_life_left: 1}, {keep_back: {units: 2, for: [gold]}}"
    for units, state in ((2, "delivered"), (3, "cancelled")):
        answers = counter.play(
            rule(filters), f"A 05T10:00 milk:{units}", stock=stock, items=MILK, segments=SEGMENTS
        )
        assert answers.orders["A"]["state"] == state


def test_stock_that_never_ends_is_enough_for_all(counter: Any) -> None:
    answers = counter.play(rule("{keep_back: {units: 5, for: [gold]}}"), segments=SEGMENTS)
    assert answers.sites("A") == ["near"]


def test_a_soft_reserve_is_given_up_when_nothing_else_is_left(counter: Any) -> None:
    filters = "{soft: {keep_back: {units: 5, for: [gold]}}}, {has_stock: all}"
    answers = counter.play(rule(filters), "A 05T10:00 mug:3", stock="near mug:7", segments=SEGMENTS)
    assert answers.sites("A") == ["near"]


def test_what_is_kept_back_stays_so_when_soft_filters_are_dropped(counter: Any) -> None:
    filters = "{keep_back: {units: 5, for: [gold]}}, {soft: {within: {km: 1}}}, {has_stock: all}"
    stock = "near mug:7; far mug:99"
    answers = counter.play(rule(filters), "A 05T10:00 mug:3", stock=stock, segments=SEGMENTS)
    assert answers.sites("A") == ["far"]


def test_units_count_only_where_they_may_be_sent_from(counter: Any) -> None:
    """Far has mugs for others alone, and kept the soft filter from being dropped."""
    filters = "is_up, {has_stock: units}, {soft: {site: [far]}}"
    answers = counter.play(
        rule(filters),
        regions="{id: here, at: [0, 0]}, {id: there, at: [0, 9]}",
        sites={"near": "at: [0, 1]", "far": "at: [0, 2], serves: [there]"},
        stock="near mug:9; far mug:9",
    )
    assert answers.sites("A") == ["near"]


def test_what_is_kept_back_twice_is_kept_back_twice(counter: Any) -> None:
    back = "{keep_back: {units: 2, for: [gold]}}"
    for filters, state in ((f"is_up, {back}", "delivered"), (f"is_up, {back}, {back}", "cancelled")):
        answers = counter.play(rule(filters), stock="near mug:4", segments=SEGMENTS)
        assert answers.orders["A"]["state"] == state


# -- ignore_safety_stock -----------------------------------------------------------------------------------

FLOOR = {"near": "at: [0, 1], safety_stock: {units: 5}", "far": "at: [0, 3]"}


@pytest.mark.parametrize(("units", "chosen"), [(2, "near"), (3, "near"), (7, "near"), (8, "far")])
def test_safety_stock_may_be_taken_down_to_the_last_unit(counter: Any, units: int, chosen: str) -> None:
    stock = "near mug:7; far mug:99"
    orders = f"A 05T10:00 mug:{units}"
    assert counter.play(rule("ignore_safety_stock"), orders, stock=stock, sites=FLOOR).sites("A") == [chosen]
    plain = counter.play(rule("is_up"), orders, stock=stock, sites=FLOOR)
    assert plain.sites("A") == ["near" if units <= 2 else "far"]


def test_who_comes_after_finds_less_than_nothing_available_and_takes_none(counter: Any) -> None:
    """A takes 6 of 7, of which 5 are a floor; B may not have the last one, C may."""
    rules = """\
rules:
  - {when: {order: {segment: [gold]}}, filters: [ignore_safety_stock], otherwise: cancel}
  - {otherwise: cancel}
"""
    orders = "A 05T10:00 mug:6 gold\nB 05T10:01 mug:1 standard\nC 05T10:02 mug:1 gold\nD 05T10:03 mug:1 gold"
    answers = counter.play(
        rules, orders, stock="near mug:7", sites={"near": FLOOR["near"]}, segments=SEGMENTS
    )
    states = {name: order["state"] for name, order in answers.orders.items()}
    assert states == {"A": "delivered", "B": "cancelled", "C": "delivered", "D": "cancelled"}


def test_safety_stock_of_what_expires_counts_as_far_as_it_lives_long_enough(counter: Any) -> None:
    stock = "near milk:4//2026-01-05T12:00 milk:3//2026-01-20"
    filters = "ignore_safety_stock, {shelf_life_left: 1}"
    for units, state in ((3, "delivered"), (4, "cancelled")):
        answers = counter.play(
            rule(filters), f"A 05T10:00 milk:{units}", stock=stock, items=MILK, sites={"near": FLOOR["near"]}
        )
        assert answers.orders["A"]["state"] == state


def test_a_backorder_may_be_met_from_safety_stock_too(counter: Any) -> None:
    """Five lie behind the floor: six that are wanted wait for one unit only."""
    replenish = "replenish: [{warehouses: [near], arrivals: {every_days: 1, units: 1}}]"
    sites = {"near": FLOOR["near"]}
    released = {}
    for filters in ("ignore_safety_stock", "is_up"):
        answers = counter.play(
            rule(filters, "otherwise: backorder"),
            "A 05T10:00 mug:6",
            stock="near mug:5",
            stock_rules=replenish,
            sites=sites,
        )
        at = answers.shipments.iloc[0]["released_at"]
        released[filters] = None if at != at else at.strftime("%dT%H:%M")
    assert released == {"ignore_safety_stock": "06T00:00", "is_up": None}


def test_safety_stock_may_be_asked_of_a_stale_picture(counter: Any) -> None:
    """Stock is shown every hour: B is placed where the floor seems to be, finds A was first, and goes elsewhere."""
    orders = "A 05T10:10 mug:5\nB 05T10:20 mug:5"
    answers = counter.play(
        rule("ignore_safety_stock"),
        orders,
        stock="near mug:7; far mug:9",
        sites=FLOOR,
        more="visibility: {sync_minutes: 60}\n",
    )
    assert (answers.sites("A"), answers.sites("B")) == (["near"], ["far"])
    decisions = answers.decisions[answers.decisions["order"] == "B"]
    assert decisions["cause"].tolist() == ["placed", "stale_stock"]


# -- units of a line from several warehouses ---------------------------------------------------------------


def test_units_of_safety_stock_make_up_a_line_together(counter: Any) -> None:
    """Nine mugs: five and four lie there, all but two of them behind floors."""
    sites = {"near": FLOOR["near"], "far": "at: [0, 3], safety_stock: {units: 2}"}
    split = "split: {max_shipments: 2, max_sites_per_line: 2}, on_partial: cancel, otherwise: cancel"
    world: dict[str, Any] = {"sites": sites, "stock": "near mug:5; far mug:4"}
    answers = counter.play(
        rule("ignore_safety_stock, {has_stock: units}", split), "A 05T10:00 mug:9", **world
    )
    assert answers.shipments[["warehouse", "units"]].values.tolist() == [["near", 5], ["far", 4]]
    plain = counter.play(rule("{has_stock: units}", split), "A 05T10:00 mug:9", **world)
    assert plain.orders["A"]["state"] == "cancelled"


def test_units_that_are_kept_back_are_left_at_each_warehouse(counter: Any) -> None:
    split = "split: {max_shipments: 2, max_sites_per_line: 2}, on_partial: {assign_units: cancel}, otherwise: cancel"
    filters = "{keep_back: {units: 2, for: [gold]}}, {has_stock: units}"
    sent = {}
    for segment in ("standard", "gold"):
        answers = counter.play(
            rule(filters, split),
            f"A 05T10:00 mug:9 {segment}",
            stock="near mug:5; far mug:4",
            segments=SEGMENTS,
        )
        sent[segment] = answers.shipments[["warehouse", "units"]].values.tolist()
    assert sent == {"standard": [["near", 3], ["far", 2]], "gold": [["near", 5], ["far", 4]]}


# -- the same in Python ------------------------------------------------------------------------------------


def test_the_filters_of_stock_in_python(counter: Any) -> None:
    rules = RuleSet(
        rules=(
            Rule(
                filters=(
                    ShelfLifeLeft(days=1),
                    KeepBack(units=2, for_=("gold",)),
                    IgnoreSafetyStock(),
                    HasStock(lines="all"),
                )
            ),
        )
    )
    assert counter.play(rules, "A 05T10:00 mug:5", stock="near mug:6; far mug:7", segments=SEGMENTS).sites(
        "A"
    ) == ["far"]


def test_an_unknown_segment_in_python_is_told_with_the_nearest(counter: Any) -> None:
    rules = RuleSet(rules=(Rule(filters=(KeepBack(units=2, for_=("golt",)),)),))
    with pytest.raises(
        PolicyError, match=r"^keep_back: there is no such segment as 'golt'; did you mean 'gold'\?$"
    ):
        counter.play(rules, segments=SEGMENTS)


def test_what_comes_in_under_the_floor_is_a_reason_to_ask_again(counter: Any) -> None:
    replenish = "replenish: [{warehouses: [near], arrivals: {every_days: 1, units: 1}}]"
    rules = rule("ignore_safety_stock", "otherwise: wait")
    answers = counter.play(rules, stock="far mug:0", stock_rules=replenish, sites=FLOOR)
    assert answers.times("A") == ["05T10:00:00", "06T00:00:00"]
    assert answers.sites("A") == ["near"]


def test_what_comes_in_under_the_floor_has_a_backorder_moved(counter: Any) -> None:
    replenish = "replenish: [{warehouses: [near], arrivals: {every_days: 1, units: 1}}]"
    rules = rule(
        "ignore_safety_stock", "otherwise: backorder, rank: {by: [{distance_km: {descending: true}}]}"
    )
    rules += "reallocate: {after: [receipt]}\n"
    answers = counter.play(rules, stock="far mug:0", stock_rules=replenish, sites=FLOOR)
    assert answers.sites("A") == ["far", "near"]
