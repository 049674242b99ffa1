"""What each shipped rule set promises in its comments, in a world of three warehouses and a few orders."""

from __future__ import annotations

from typing import Any

import pytest

from policies import shipped_rule_sets
from sim.document import read

PRICED = "{id: mug, price: 30}, {id: tea, price: 12}, {id: pot, price: 80}"


@pytest.mark.parametrize("name", shipped_rule_sets())
def test_every_rule_has_a_name_and_the_file_says_what_it_is_for(name: str) -> None:
    path = shipped_rule_sets()[name]
    assert path.read_text(encoding="utf-8").startswith("# ")
    rules = read(path).tree["rules"]
    assert all(rule["name"] for rule in rules)  # type: ignore[index, union-attr]


# -- split control --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "parcels"),
    [
        ("mug,tea", []),  # 42 is less than 50: whole, or not today
        ("pot,tea", []),  # a part of 12 is worth no parcel
        ("pot,mug", ["far", "near"]),  # 80 and 30
    ],
)
def test_split_control_divides_what_is_worth_two_parcels(
    counter: Any, lines: str, parcels: list[str]
) -> None:
    stock = "near mug:9 tea:9; far pot:9" if lines != "mug,tea" else "near mug:9; far tea:9"
    at_once = counter.play("split_control", f"A 05T10:00 {lines}", items=PRICED, stock=stock, drain_days=0.2)
    assert sorted(at_once.sites("A")) == parcels
    later = counter.play("split_control", f"A 05T10:00 {lines}", items=PRICED, stock=stock, drain_days=3)
    assert sorted(later.sites("A")) == ["far", "near"]  # after a day, from wherever it lies


def test_split_control_cuts_a_quantity_up_only_after_a_day(counter: Any) -> None:
    answers = counter.play("split_control", "A 05T10:00 mug:8", items=PRICED, stock="near mug:5; far mug:5")
    assert sorted(answers.sites("A")) == ["far", "near"]
    assert answers.times("A") == ["05T10:00:00", "06T10:00:00"]


# -- cost ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("penalty", "chosen"), [("1.90", "far"), ("2.10", "near")])
def test_cost_based_weighs_lateness_against_freight(counter: Any, penalty: str, chosen: str) -> None:
    """Near brings it in a day for 5, far in three for 3, when the promise is two days."""
    services = """{id: van, sites: [near], transit_days: 1, rates: {base: 5}}, \
{id: truck, sites: [far], transit_days: 3, rates: {base: 3}}"""
    segments = f"{{id: standard, promise_days: 2, late_penalty: {penalty}}}"
    answers = counter.play("cost_based", services=services, segments=segments)
    assert answers.sites("A") == [chosen]


@pytest.mark.parametrize(("handling", "parcels"), [("0.40", ["far", "near"]), ("0.60", ["far"])])
def test_cost_based_pays_half_a_unit_for_every_box(counter: Any, handling: str, parcels: list[str]) -> None:
    """Near handles the mug for nothing, and far for 2 x the line; a second parcel must save more than 0.50."""
    sites = {"near": "at: [0, 1]", "far": f"at: [0, 3], costs: {{per_line: {1 - float(handling):.2f}}}"}
    answers = counter.play(
        "cost_based", "A 05T10:00 mug,tea", sites=sites, stock="near mug:9; far mug:9 tea:9"
    )
    assert sorted(answers.sites("A")) == parcels


# -- inventory age -----------------------------------------------------------------------------------------------


def test_inventory_age_ships_from_where_goods_would_spoil(counter: Any) -> None:
    """Far's mugs expire tomorrow and nobody will buy ninety of them there: they leave first, for 3 more freight."""
    scenario = counter.scenario(
        "A 05T10:00 mug",
        items="{id: mug, price: 9, cost: 6, shelf_life_days: 9}",
        services="{id: parcel, zones_km: [200], rates: {base: [2, 5]}}",
        stock="near mug:1; far mug:90",
    )
    table = scenario.path.parent / "stock.csv"
    table.write_text(
        "warehouse,item,units,received_at,expires_at\n"
        "near,mug,1,2026-01-04T00:00,2026-01-13T00:00\nfar,mug,90,2025-12-28T00:00,2026-01-06T00:00\n"
    )
    world = counter.stage.scenario(scenario.path.read_text())
    played = {
        rules: counter.answers(counter.stage.play(world, rules)) for rules in ("cheapest", "inventory_age")
    }
    assert {rules: answers.sites("A") for rules, answers in played.items()} == {
        "cheapest": ["near"],
        "inventory_age": ["far"],
    }


# -- throttling ----------------------------------------------------------------------------------------------------

BURST = "\n".join(f"o{number:02} 05T10:00 mug" for number in range(12))


def test_throttled_keeps_to_the_limit_of_a_warehouse(counter: Any) -> None:
    sites = {"near": "at: [0, 1], order_limit_per_day: 5", "far": "at: [0, 3]"}
    assert list(counter.play("throttled", BURST, sites=sites).shipments["warehouse"]).count("near") == 5


def test_throttled_passes_over_three_quarters_of_a_day_of_work(counter: Any) -> None:
    """A shipment takes two hours: one is in work, and nine that wait are 18 hours, which is exactly still within."""
    sites = {"near": "at: [0, 1], work_minutes: 120", "far": "at: [0, 3], work_minutes: 120"}
    answers = counter.play("throttled", BURST, sites=sites)
    assert list(answers.shipments["warehouse"]).count("near") == 11
    alone = counter.play("throttled", BURST, sites=sites, stock="near mug:99")
    assert set(alone.shipments["warehouse"]) == {"near"}  # still taken where nobody else has the goods


def test_load_balanced_spreads_work_until_it_is_too_far(counter: Any) -> None:
    sites = {"near": "at: [0, 1], work_minutes: 120", "far": "at: [0, 3], work_minutes: 120"}
    shares = list(counter.play("load_balanced", BURST, sites=sites).shipments["warehouse"])
    assert 5 <= shares.count("near") <= 7
    abroad = {
        "near": "at: [0, 1], work_minutes: 60",
        "far": "at: [0, 40], work_minutes: 60",
    }  # 4,448 km, or 20 h
    assert set(counter.play("load_balanced", BURST, sites=abroad).shipments["warehouse"]) == {"near"}


# -- items -----------------------------------------------------------------------------------------------------------

KINDS = {"near": "at: [0, 1], kind: store", "far": "at: [0, 3], kind: fulfilment_centre"}


@pytest.mark.parametrize(
    ("tea", "sites"),
    [
        ("handling: [ambient]", ["near"]),
        ("handling: [bulky]", ["far"]),  # with the mug
        ("handling: [hazmat]", ["near", "near"]),  # without it
        ("price: 500", ["far"]),  # near has no mug left, but a valuable order comes whole
        ("price: 499", ["far", "near"]),
    ],
)
def test_item_specific_has_rules_for_what_has_needs(counter: Any, tea: str, sites: list[str]) -> None:
    items = f"{{id: mug}}, {{id: tea, {tea}}}"
    stock = "near mug:9 tea:9; far mug:9 tea:9" if "price" not in tea else "near tea:9; far mug:9 tea:9"
    answers = counter.play("item_specific", "A 05T10:00 mug,tea", items=items, sites=KINDS, stock=stock)
    assert sorted(answers.sites("A")) == sites


# -- proximity -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed", "chosen"), [("05T10:00", "near"), ("06T10:00", "far"), ("08T10:00", "near")]
)
def test_proximity_sees_the_strike_of_today(counter: Any, placed: str, chosen: str) -> None:
    """The van stands still from the 6th to the 8th: one day becomes three, and far's truck takes two."""
    services = """{id: van, sites: [near], transit_days: 1, disruptions: [{begins: 2026-01-06T00:00, days: 2, \
transit_factor: 3, announced_hours: 0}]}, {id: truck, sites: [far], transit_days: 2}"""
    sites = {"near": "at: [0, 1]", "far": "at: [0, 3]"}
    orders = f"A {placed} mug\nZ 09T10:00 mug"
    answers = counter.play("proximity", orders, services=services, sites=sites)
    assert answers.sites("A") == [chosen]


def test_proximity_does_not_cross_the_country_for_half_a_day(counter: Any) -> None:
    services = "{id: van, sites: [near], transit_days: 1.5}, {id: jet, sites: [far], transit_days: DAYS}"
    for days, chosen in (("1", "near"), ("0.9", "far")):
        answers = counter.play("proximity", services=services.replace("DAYS", days))
        assert answers.sites("A") == [chosen]


def test_green_takes_the_slow_way_where_it_is_in_time(counter: Any) -> None:
    services = "{id: road, transit_days: 3, rates: {base: 5}}, {id: air, transit_days: 1, rates: {base: 5.5}}"
    segments = "{id: standard, promise_days: 5}, {id: express, promise_days: 2}"
    orders = "A 05T10:00 mug standard\nB 05T10:00 mug express"
    answers = counter.play("green", orders, services=services, segments=segments)
    assert answers.shipments.set_index("order")["service"].to_dict() == {"A": "road", "B": "air"}


@pytest.mark.parametrize(("grams", "chosen"), [(399, "near"), (401, "far")])
def test_green_has_a_price_for_emissions(counter: Any, grams: int, chosen: str) -> None:
    """A tonne over 111.195 km by van, or over 333.585 km by rail for 11.12 more: 44.48 kg at 0.25 are that."""
    services = f"""{{id: van, sites: [near], co2e_g_per_tonne_km: {grams}}}, \
{{id: rail, sites: [far], rates: {{base: 11.12}}}}"""
    answers = counter.play("green", items="{id: mug, weight_kg: 1000}", services=services)
    assert answers.sites("A") == [chosen]


# -- customers, and downtime -------------------------------------------------------------------------------------------

TIERS = "{id: standard, priority: 2}, {id: fast, priority: 1, tags: [priority]}"


def test_priority_tiers_decide_who_pays_for_speed_first(counter: Any) -> None:
    orders = "A 05T10:01 mug standard\nB 05T10:09 mug fast"
    answers = counter.play("priority_tiers", orders, segments=TIERS, stock="near mug:1", drain_days=1)
    assert answers.sites("B") == ["near"]
    assert answers.times("A")[0] == answers.times("B")[0] == "05T10:15:00"
    assert answers.orders["A"]["state"] == "open"


@pytest.mark.parametrize(("segment", "sites"), [("standard", ["far"]), ("fast", ["near"])])
def test_priority_tiers_keep_safety_stock_for_them(counter: Any, segment: str, sites: list[str]) -> None:
    world = {"near": "at: [0, 1], safety_stock: {units: 5}", "far": "at: [0, 3]"}
    answers = counter.play(
        "priority_tiers",
        f"A 05T10:00 mug {segment}",
        segments=TIERS,
        sites=world,
        stock="near mug:5; far mug:5",
    )
    assert answers.sites("A") == sites


@pytest.mark.parametrize(("hours", "sites"), [(35, ["near"]), (37, ["near", "far"])])
def test_downtime_aware_leaves_a_warehouse_that_stays_down(
    counter: Any, hours: int, sites: list[str]
) -> None:
    """Near works on A when it breaks down at noon, and has not begun B."""
    near = f"at: [0, 1], work_minutes: 180, downtime: [{{begins: 2026-01-05T12:00, hours: {hours}, announced_hours: 0}}]"
    answers = counter.play(
        "downtime_aware", "A 05T10:00 mug\nB 05T10:01 mug", sites={"near": near, "far": "at: [0, 3]"}
    )
    assert answers.sites("A") == ["near"]
    assert answers.sites("B") == sites


def test_downtime_aware_waits_for_a_warehouse_that_is_back_soon(counter: Any) -> None:
    for hours, chosen in ((36, "near"), (37, "far")):
        near = f"at: [0, 1], downtime: [{{begins: 2026-01-05T10:00, hours: {hours}}}]"
        answers = counter.play("downtime_aware", sites={"near": near, "far": "at: [0, 3]"})
        assert answers.sites("A") == [chosen]


# -- everything ----------------------------------------------------------------------------------------------------------


def test_everything_has_a_very_large_order_looked_at_and_ships_it(counter: Any) -> None:
    items = "{id: mug, price: 500}"
    answers = counter.play("everything", "A 05T10:00 mug:5\nB 05T10:00 mug:4", items=items)
    assert answers.orders["A"]["cost_care"] == 4
    assert answers.orders["B"]["cost_care"] == 0
    assert answers.times("A") == ["05T10:00:00", "05T12:00:00"]
    assert {order["state"] for order in answers.orders.values()} == {"delivered"}
