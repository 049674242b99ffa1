"""Which warehouses a rule considers, and which service it takes from each."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import RuleSetError

KINDS = {
    "near": "at: [0, 1], kind: store, groups: [town]",
    "mid": "at: [0, 2], kind: fulfilment_centre, groups: [town, coast]",
    "far": "at: [0, 3]",
}


@pytest.mark.parametrize(
    ("sites", "chosen"),
    [
        ("all", ["near"]),
        ("[far]", ["far"]),
        ("[far, mid]", ["mid"]),  # ranked, not in the order written
        ("{kind: store}", ["near"]),
        ("{kind: fulfilment_centre}", ["mid"]),  # the kind of a warehouse that names none, too
        ("{kind: drop_ship}", []),
        ("{group: town}", ["near"]),
        ("{group: coast}", ["mid"]),
    ],
)
@pytest.mark.filterwarnings("default")
def test_a_rule_considers_warehouses_by_id_kind_or_group(counter: Any, sites: str, chosen: list[str]) -> None:
    assert counter.play(f"rules:\n  - {{sites: {sites}}}\n", sites=KINDS).sites("A") == chosen


def test_ids_are_read_as_written(counter: Any) -> None:
    """`NO` is no boolean, and `006` no number."""
    sites = {"NO": "at: [0, 1]", "006": "at: [0, 2]", "6": "at: [0, 0.5]"}
    assert counter.play("rules:\n  - {sites: [NO]}\n", sites=sites).sites("A") == ["NO"]
    assert counter.play("rules:\n  - {sites: [006]}\n", sites=sites).sites("A") == ["006"]


# Ground is cheap and takes three days, air dear and takes one, express dearer and takes one, too.
SERVICES = """\
{id: ground, transit_days: 3, rates: {base: 5}}, {id: express, transit_days: 1, rates: {base: 20}}, \
{id: air, transit_days: 1, rates: {base: 15}, sites: [mid, far]}"""
SEGMENTS = """\
{id: standard}, {id: week, promise_days: 7}, {id: three, promise_days: 3}, {id: two, promise_days: 2}, \
{id: hour, promise_days: 0.04}"""


@pytest.mark.parametrize(
    ("service", "segment", "site", "taken"),
    [
        ("cheapest_in_time", "standard", "near", "ground"),  # no promise: the cheapest
        ("cheapest_in_time", "week", "near", "ground"),
        ("cheapest_in_time", "three", "near", "ground"),  # exactly at the promise
        ("cheapest_in_time", "two", "near", "express"),  # air does not collect there
        ("cheapest_in_time", "two", "mid", "air"),
        ("cheapest_in_time", "hour", "near", "express"),  # nothing is in time: the fastest
        ("cheapest_in_time", "hour", "mid", "air"),  # the cheaper of two that are as fast
        ("cheapest", "hour", "mid", "ground"),
        ("fastest", "week", "near", "express"),
        ("fastest", "standard", "mid", "air"),
        ("[express]", "week", "mid", "express"),
        ("[air, ground]", "week", "mid", "air"),  # the first that is possible, whatever it costs
        ("[air, ground]", "week", "near", "ground"),
        ("[ground, air]", "hour", "mid", "ground"),
    ],
)
def test_the_service_goes_with_the_site(
    counter: Any, service: str, segment: str, site: str, taken: str
) -> None:
    rules = f"rules:\n  - {{sites: [{site}], service: {service}}}\n"
    answers = counter.play(rules, f"A 05T10:00 mug {segment}", services=SERVICES, segments=SEGMENTS)
    assert answers.shipments["service"].tolist() == [taken]


@pytest.mark.parametrize("service", ["cheapest", "cheapest_in_time"])
@pytest.mark.parametrize(("first", "second"), [("slow", "quick"), ("quick", "slow")])
def test_of_services_of_one_price_the_first_of_the_scenario_is_taken(
    counter: Any, service: str, first: str, second: str
) -> None:
    named = {"slow": "{id: slow, transit_days: 3}", "quick": "{id: quick, transit_days: 1}"}
    services = f"{named[first]}, {named[second]}"
    answers = counter.play(f"rules:\n  - {{service: {service}}}\n", services=services)
    assert answers.shipments["service"].tolist() == [first]


def test_a_service_that_does_not_collect_at_a_site_rules_the_site_out(counter: Any) -> None:
    """It used to be chosen, and the engine refused: "service air does not take this parcel"."""
    answers = counter.play("rules:\n  - {service: [air]}\n", services=SERVICES)
    assert answers.sites("A") == ["mid"]
    both = counter.play(
        "rules:\n  - {service: [air], split: {max_shipments: 2}}\n",
        "A 05T10:00 mug,tea",
        services=SERVICES,
        stock="near mug:1 tea:1; mid mug:1; far tea:1",
    )
    assert sorted(both.sites("A")) == ["far", "mid"]
    late = counter.play(
        "rules:\n  - {service: [air], otherwise: backorder}\n",
        services=SERVICES,
        stock="near mug:1; mid tea:1",
    )
    assert late.sites("A") == ["mid"]


def test_a_service_that_may_not_carry_the_goods_is_not_taken(counter: Any) -> None:
    services = "{id: dry, carries: [ambient], rates: {base: 1}}, {id: cool, carries: [ambient, cold], rates: {base: 9}}"
    items = "{id: mug}, {id: fish, handling: [cold]}"
    rules = "rules:\n  - {service: cheapest, split: {max_shipments: 2}}\n"
    answers = counter.play(
        rules, "A 05T10:00 mug\nB 05T10:00 fish\nC 05T10:00 mug,fish", services=services, items=items
    )
    assert answers.shipments["service"].tolist() == ["dry", "cool", "cool"]


def test_a_parcel_beyond_the_last_weight_of_a_card_is_split_where_that_is_allowed(
    stage: Any, counter: Any
) -> None:
    stage.write("rates.csv", "zone,up_to_kg,price\n1,5,3\n")
    services = "{id: parcel, rates: {file: rates.csv}}"
    items = "{id: mug, weight_kg: 3}, {id: tea, weight_kg: 3}"
    order = "A 05T10:00 mug,tea"
    whole = counter.play("rules:\n  - {otherwise: cancel}\n", order, services=services, items=items)
    assert whole.sites("A") == []
    heavy = (
        "rules:\n  - {on_partial: wait, otherwise: cancel}\n"  # and no part of an order where it never fits
    )
    none = counter.play(heavy, "A 05T10:00 mug", services=services, items=items.replace("3", "6"))
    assert none.first("outcome") == "none, cancel"
    rules = "rules:\n  - {split: {max_shipments: 2}}\n"
    split = counter.play(rules, order, services=services, items=items)
    assert split.sites("A") == ["near", "near"]


def test_a_service_of_two_carriers_is_named_with_its_carrier(stage: Any, counter: Any) -> None:
    """It used to pass the check of the rule set, and to fail in the run."""
    scenario = counter.scenario("A 05T10:00 mug")
    text = scenario.path.read_text().replace(
        "carriers: [", "carriers: [{id: rival, services: [{id: parcel, rates: {base: 4}}]}, "
    )
    world = stage.scenario(text)
    rules = "rules:\n  - service: [rival/parcel]\n"
    assert counter.answers(stage.play(world, rules)).shipments["service"].tolist() == ["rival/parcel"]
    with pytest.raises(RuleSetError, match="there is no such service; did you mean 'post/parcel'"):
        stage.play(world, "rules:\n  - service: [parcel]\n")
