"""Filters by what a warehouse is, where it is, and what is known of its near future."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import PolicyError

FARTHEST = "rank: {by: [{distance_km: {descending: true}}]}"


def rule(filters: str) -> str:
    return f"rules:\n  - {{filters: [{filters}], {FARTHEST}}}\n"


PLACES = {
    "near": "at: [0, 1], kind: store, zone: east, groups: [town, coast]",
    "mid": "at: [0, 2], kind: fulfilment_centre, zone: west, groups: [coast]",
    "far": "at: [0, 3], kind: drop_ship",
}


@pytest.mark.parametrize(
    ("filter_", "farthest"),
    [
        ("{kind: {any_of: [store]}}", "near"),
        ("{kind: [store, fulfilment_centre]}", "mid"),
        ("{kind: [store, drop_ship]}", "far"),
        ("{site: {any_of: [near]}}", "near"),
        ("{site: [near, mid]}", "mid"),
        ("{in_group: {any_of: [town]}}", "near"),
        ("{in_group: [town, coast]}", "mid"),
    ],
)
def test_warehouses_by_kind_id_and_group(counter: Any, filter_: str, farthest: str) -> None:
    assert counter.play(rule(filter_), sites=PLACES).sites("A") == [farthest]


REGIONS = "{id: here, at: [0, 0], zone: east}, {id: there, at: [0, 0], zone: west}, {id: nowhere, at: [0, 0]}"


def test_the_same_zone_is_that_of_the_region(counter: Any) -> None:
    orders = "A 05T10:00 mug standard here\nB 05T10:00 mug standard there\nC 05T10:00 mug standard nowhere"
    answers = counter.play(rule("same_zone"), orders, sites=PLACES, regions=REGIONS)
    assert [answers.sites(order) for order in "ABC"] == [["near"], ["mid"], []]
    # A warehouse without a zone is in no region's, and a region without one has no warehouse.
    assert [answers.first("removed", order) for order in "ABC"] == [
        "same_zone=2",
        "same_zone=2",
        "same_zone=3",
    ]


def test_names_in_python_are_checked_when_a_run_begins(counter: Any) -> None:
    from policies import AnySite, InAnyGroup, Rule, RuleSet, SameZone

    for part, says in (
        (
            AnySite(any_of=("near", "fra")),
            "filter site: there is no such warehouse as 'fra'; did you mean 'far'?",
        ),
        (
            InAnyGroup(any_of=("twon",)),
            "filter in_group: there is no such group as 'twon'; did you mean 'town'?",
        ),
        (SameZone(), "filter same_zone compares zones, and no warehouse is in the zone of any region"),
    ):
        with pytest.raises(PolicyError) as caught:
            counter.play(RuleSet(rules=(Rule(filters=(part,)),)), sites=PLACES)
        assert says in str(caught.value)


# -- downtime -----------------------------------------------------------------------------------------------


def closing(announced: str = "", **more: str) -> dict[str, str]:
    """Return near with a downtime from 16:00 to 18:00, and far."""
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    downtime = f"{{begins: 2026-01-05T16:00, hours: 2{announced}{extra}}}"
    return {"near": f"at: [0, 1], downtime: [{downtime}]", "far": "at: [0, 3]"}


@pytest.mark.parametrize(
    ("at", "site"),
    [
        ("12:00:00", "near"),  # four hours are over when it begins
        ("12:00:01", "far"),
        ("16:00:00", "far"),  # down
        ("17:59:59", "far"),
        ("18:00:00", "near"),
    ],
)
def test_no_downtime_within_hours(counter: Any, at: str, site: str) -> None:
    rules = "rules:\n  - {filters: [{no_downtime_within: {hours: 4}}]}\n"
    assert counter.play(rules, f"A 05T{at} mug", sites=closing()).sites("A") == [site]


@pytest.mark.parametrize(("at", "site"), [("12:00:00", "near"), ("12:00:01", "far")])
def test_a_downtime_elsewhere_does_not_change_when_one_is_within_hours(
    counter: Any, at: str, site: str
) -> None:
    sites = closing() | {"mid": "at: [0, 2], downtime: [{begins: 2026-01-05T09:00, hours: 9}]"}
    rules = "rules:\n  - {filters: [{no_downtime_within: {hours: 4}}]}\n"
    assert counter.play(rules, f"A 05T{at} mug", sites=sites).sites("A") == [site]


@pytest.mark.parametrize(("at", "site"), [("13:59:59", "near"), ("14:00:00", "far")])
def test_a_downtime_counts_from_its_announcement_on(counter: Any, at: str, site: str) -> None:
    rules = "rules:\n  - {filters: [{no_downtime_within: {hours: 4}}]}\n"
    sites = closing(", announced_hours: 2")
    assert counter.play(rules, f"A 05T{at} mug", sites=sites).sites("A") == [site]


def test_a_downtime_that_leaves_stations_is_none(counter: Any) -> None:
    rules = "rules:\n  - {filters: [{no_downtime_within: {hours: 4}}]}\n"
    sites = closing(factor="0.5")
    assert counter.play(rules, "A 05T15:00 mug", sites=sites).sites("A") == ["near"]


def test_of_several_downtimes_the_next_counts(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1], downtime: [{begins: 2026-01-05T20:00, hours: 1}, {begins: 2026-01-05T12:00, hours: 1}]",
        "far": "at: [0, 3]",
    }
    rules = "rules:\n  - {filters: [{no_downtime_within: {hours: 4}}]}\n"
    moments = {
        "07:59": "near",
        "08:01": "far",
        "12:30": "far",
        "13:00": "near",
        "16:01": "far",
        "21:00": "near",
    }
    for at, site in moments.items():
        assert counter.play(rules, f"A 05T{at} mug", sites=sites).sites("A") == [site]


def test_who_waits_for_a_downtime_to_pass_is_decided_at_its_end(counter: Any) -> None:
    rules = "rules:\n  - {sites: [near], filters: [{no_downtime_within: {hours: 4}}], otherwise: wait}\n"
    answers = counter.play(rules, "A 05T14:00 mug", sites=closing())
    assert answers.times("A") == ["05T14:00:00", "05T18:00:00"]


def test_who_waits_for_a_warehouse_that_is_back_soon_is_decided_when_it_is_soon(counter: Any) -> None:
    sites = {"near": "at: [0, 1], downtime: [{begins: 2026-01-05T08:00, hours: 9}]"}
    rules = "rules:\n  - {filters: [{is_up: {within_hours: 3}}], otherwise: wait}\n"
    answers = counter.play(rules, "A 05T10:00 mug", sites=sites)
    assert answers.times("A") == ["05T10:00:00", "05T14:00:00"]
    assert answers.sites("A") == ["near"]


@pytest.mark.parametrize(("at", "removed"), [("13:59:59", "is_up=1"), ("14:00:00", ""), ("17:00:00", "")])
def test_a_warehouse_passes_that_is_back_within_hours_to_the_second(
    counter: Any, at: str, removed: str
) -> None:
    sites = {"near": "at: [0, 1], downtime: [{begins: 2026-01-05T08:00, hours: 9}]"}
    rules = "rules:\n  - {filters: [{is_up: {within_hours: 3}}], otherwise: wait}\n"
    assert counter.play(rules, f"A 05T{at} mug", sites=sites).first("removed") == removed


def test_the_first_warehouse_that_is_back_soon_wakes_who_waits(counter: Any) -> None:
    """Of those that may take the order: west, which is back before, is not one of them."""
    sites = {
        "west": "at: [0, 9], downtime: [{begins: 2026-01-05T08:00, hours: 7}]",
        "near": "at: [0, 1], downtime: [{begins: 2026-01-05T08:00, hours: 9}]",
        "far": "at: [0, 3], downtime: [{begins: 2026-01-05T08:00, hours: 8}]",
    }
    rules = "rules:\n  - {sites: [near, far], filters: [{is_up: {within_hours: 3}}], otherwise: wait}\n"
    answers = counter.play(rules + "attempts: {after: []}\n", "A 05T10:00 mug", sites=sites)
    assert answers.times("A") == ["05T10:00:00", "05T13:00:00"]
    assert answers.sites("A") == ["far"]


# -- promises and failures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("promise_days", "sites"), [("2", ["far"]), ("1.99999", ["near"]), ("0.9", [])])
def test_a_promise_can_be_met_to_the_second(counter: Any, promise_days: str, sites: list[str]) -> None:
    services = "{id: parcel, zones_km: [300], transit_days: [1, 2]}"
    places = {"near": "at: [0, 1]", "far": "at: [0, 3]"}
    segments = f"{{id: standard, promise_days: {promise_days}}}"
    answers = counter.play(rule("promise_can_be_met"), sites=places, services=services, segments=segments)
    assert answers.sites("A") == sites


def test_without_a_promise_it_can_be_met(counter: Any) -> None:
    assert counter.play(rule("promise_can_be_met")).first("removed") == ""


def test_what_waits_at_a_warehouse_may_break_the_promise(counter: Any) -> None:
    """Five hours of work wait at near, its own takes an hour, and the promise is six: one more order is too many."""
    sites = {"near": "at: [0, 1], work_minutes: 60", "far": "at: [0, 3]"}
    segments = "{id: standard, promise_days: 0.25}"
    rules = "rules:\n  - {filters: [promise_can_be_met], rank: {by: [distance_km]}}\n"
    orders = "\n".join(f"o{i} 05T10:00 mug" for i in range(8))
    answers = counter.play(rules, orders, sites=sites, segments=segments)
    # Work in hand does not count as waiting: o0 is at the station, o1 to o6 wait 0 to 5 hours before their own.
    assert [answers.sites(f"o{i}")[0] for i in range(8)] == ["near"] * 7 + ["far"]


def test_a_warehouse_that_failed_an_order_is_not_tried_again(counter: Any) -> None:
    """Every unit on near's record is missing: the order comes back from there, and goes to far."""
    sites = {"near": "at: [0, 1], accuracy: {stock: 0}", "far": "at: [0, 3]"}
    for filters, taken in (("not_tried", ["near", "far"]), ("is_up", ["near", "near"])):
        answers = counter.play(
            f"rules:\n  - {{filters: [{filters}, {{has_stock: all}}]}}\n",
            "A 05T10:00 mug",
            sites=sites,
            stock="near mug:2; far mug:1",
        )
        assert answers.sites("A")[:2] == taken


# -- keys that speak of the way ------------------------------------------------------------------------------

PENALTIES = "{id: standard, promise_days: 2, late_penalty: 3.00, late_penalty_per_day: 0.50}"


@pytest.mark.parametrize(
    ("transit", "cost"),
    [("2", 0), ("2.00002", 3.5), ("3", 3.5), ("3.00002", 4), ("5", 4.5), ("1", 0)],
)
def test_lateness_costs_the_penalty_and_each_started_day(counter: Any, transit: str, cost: float) -> None:
    """The margin over a warehouse that is in time is what it costs to be late, as it is at settlement."""
    sites = {"near": "at: [0, 1]", "far": "at: [0, 3]"}
    services = f"{{id: parcel, zones_km: [300], transit_days: [{transit}, 2]}}"
    ranked = "rules:\n  - {rank: {cost: {lateness_cost: 1}}}\n"
    answers = counter.play(ranked, sites=sites, services=services, segments=PENALTIES, drain_days=9)
    assert answers.sites("A") == ["far"]  # which also comes first in the alphabet
    assert not cost or answers.first("margin") == cost
    late = counter.play(
        "rules:\n  - {sites: [near]}\n", sites=sites, services=services, segments=PENALTIES, drain_days=9
    )
    assert late.orders["A"]["cost_late"] == cost


def test_lateness_weighs_against_freight(counter: Any) -> None:
    """A day late costs 3.50, and express 3.40 or 3.60 more than that."""
    sites = {"near": "at: [0, 1]", "far": "at: [0, 3]"}
    for price, site in (("13.40", "far"), ("13.60", "near")):
        services = f"{{id: parcel, zones_km: [300], transit_days: [3, 2], rates: {{base: [10, {price}]}}}}"
        rules = "rules:\n  - {rank: {cost: {landed_cost: 1, lateness_cost: 1}}}\n"
        answers = counter.play(rules, sites=sites, services=services, segments=PENALTIES)
        assert answers.sites("A") == [site]
        assert answers.first("margin") == pytest.approx(0.1)


def test_nobody_is_late_without_a_promise_or_a_penalty(counter: Any) -> None:
    services = "{id: parcel, transit_days: 30}"
    rules = "rules:\n  - {rank: {by: [lateness_cost, distance_km]}}\n"
    for segment in ("{id: standard, late_penalty: 9}", "{id: standard, promise_days: 1}"):
        answers = counter.play(rules, services=services, segments=segment)
        assert answers.sites("A") == ["near"]


def test_emissions_are_those_of_the_journal(counter: Any) -> None:
    """A lorry from afar may emit less than an aeroplane from nearby."""
    sites = {"near": "at: [0, 1]", "far": "at: [0, 3]"}
    services = """\
{id: air, sites: [near], co2e_g_per_tonne_km: 900}, {id: road, sites: [far], co2e_g_per_tonne_km: 90}"""
    items = "{id: mug, weight_kg: 2}"
    rules = "rules:\n  - {rank: {by: [co2e_kg]}}\n"
    answers = counter.play(rules, sites=sites, services=services, items=items)
    assert answers.sites("A") == ["far"]
    road = 90 * 0.002 * 333.585 / 1000  # g a tonne and km, tonnes, km
    air = 900 * 0.002 * 111.195 / 1000
    assert answers.first("margin") == pytest.approx(round(air, 3) - round(road, 3), abs=1e-9)
    assert answers.shipments["co2e_kg"].tolist() == [pytest.approx(round(road, 3))]


def test_without_emissions_nobody_needs_coordinates(counter: Any) -> None:
    rules = "rules:\n  - {rank: {by: [co2e_kg, site_id]}}\n"
    answers = counter.play(rules, sites={"b": "stations: 1", "a": "stations: 1"}, regions="{id: here}")
    assert answers.sites("A") == ["a"]


def test_emissions_without_coordinates_are_an_error(counter: Any) -> None:
    from sim.errors import ScenarioError

    rules = "rules:\n  - {rank: {by: [co2e_kg, site_id]}}\n"
    services = "{id: air, co2e_g_per_tonne_km: 900}"
    with pytest.raises(ScenarioError):
        counter.play(
            rules, sites={"b": "stations: 1", "a": "stations: 1"}, regions="{id: here}", services=services
        )
