"""Ranks: which of the warehouses that may take an order is preferred, and by how much."""

from __future__ import annotations

from typing import Any

import pytest


def by(*keys: str, more: str = "") -> str:
    return f"rules:\n  - {{rank: {{by: [{', '.join(keys)}]}}{more}}}\n"


def cost(keys: str, more: str = "") -> str:
    return f"rules:\n  - {{rank: {{cost: {{{keys}}}}}{more}}}\n"


def sites(near: str = "", mid: str = "", far: str = "") -> dict[str, str]:
    found = {}
    for degrees, (name, keys) in enumerate({"near": near, "mid": mid, "far": far}.items(), start=1):
        found[name] = f"at: [0, {degrees}]" + (f", {keys}" if keys else "")
    return found


COSTS = sites(*(f"costs: {{per_shipment: {amount}}}" for amount in ("0.90", "0.80", "0.70")))


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("landed_cost",), "far"),
        (("{landed_cost: {band: 0.09}}", "distance_km"), "far"),
        (
            ("{landed_cost: {band: 0.10}}", "distance_km"),
            "mid",
        ),  # exactly at the band: 0.70 + 0.10 < 0.80 in binary
        (("{landed_cost: {band: 0.19}}", "distance_km"), "mid"),
        (("{landed_cost: {band: 0.20}}", "distance_km"), "near"),
        (("{landed_cost: {descending: true}}",), "near"),
        (("{landed_cost: {descending: true, band: 0.1}}", "{distance_km: {descending: true}}"), "mid"),
        # The band is that of the best which remains, not of the one before: mid ties with far, and wins by rank.
        (
            ("{landed_cost: {band: 0.1}}", "{distance_km: {band: 200}}", "{site_id: {descending: true}}"),
            "mid",
        ),
        (("{site_rank: {band: 5}}", "{landed_cost: {band: 5}}", "site_id"), "far"),  # f < m < n
        (("{site_id: {descending: true}}",), "near"),
    ],
)
def test_keys_are_compared_in_turn_and_values_within_a_band_tie(
    counter: Any, keys: tuple[str, ...], chosen: str
) -> None:
    assert counter.play(by(*keys), sites=COSTS).sites("A") == [chosen]


@pytest.mark.parametrize(
    ("key", "chosen"),
    [
        ("distance_km", "near"),
        ("landed_cost", "mid"),  # 3 + 1 < 6 + 0, 1 + 4
        ("freight", "far"),
        ("handling", "near"),
        ("transit_days", "mid"),
        ("site_rank", "far"),
        ("site_id", "far"),
    ],
)
def test_every_key_says_what_it_is_called(counter: Any, key: str, chosen: str) -> None:
    world = sites(
        "site_rank: 3, costs: {per_shipment: 0}",
        "site_rank: 2, costs: {per_line: 1}",
        "site_rank: 1, costs: {per_unit: 4}",
    )
    services = "{id: parcel, zones_km: [150, 300], transit_days: [3, 1, 2], rates: {base: [6, 3, 1]}}"
    answers = counter.play(by(key), sites=world, services=services)
    assert answers.sites("A") == [chosen]


def test_backlog_is_the_shipments_in_the_building(counter: Any) -> None:
    """Work takes a day: orders go where fewest wait, and to the nearest of equals."""
    world = sites(*("work_minutes: 1440",) * 3)
    orders = "\n".join(f"o{n} 05T10:0{n} mug" for n in range(6))
    answers = counter.play(by("backlog", "distance_km"), orders, sites=world)
    assert [answers.sites(f"o{n}") for n in range(6)] == [["near"], ["mid"], ["far"]] * 2
    # A band of 1: of (1, 0, 0) near, of (2, 0, 0) mid, of (2, 1, 0) mid, of (2, 2, 0) far, of (2, 2, 1) near again.
    banded = counter.play(by("{backlog: {band: 1}}", "distance_km"), orders, sites=world)
    assert [banded.sites(f"o{n}") for n in range(6)] == [
        ["near"],
        ["near"],
        ["mid"],
        ["mid"],
        ["far"],
        ["near"],
    ]


def test_cost_adds_keys_up_in_money(counter: Any) -> None:
    # near 0.90 + 1.11195 w, mid 0.80 + 2.2239 w, far 0.70 + 3.33585 w: near is dearer by 0.10, nearer by 111.195 km.
    assert counter.play(cost("landed_cost: 1, distance_km: 0.0008"), sites=COSTS).sites("A") == ["far"]
    assert counter.play(cost("landed_cost: 1, distance_km: 0.0010"), sites=COSTS).sites("A") == ["near"]
    assert counter.play(cost("landed_cost: 1, distance_km: 0"), sites=COSTS).sites("A") == ["far"]
    assert counter.play(cost("distance_km: -1"), sites=COSTS).sites("A") == ["far"]
    assert counter.play(cost("landed_cost: {weight: -1}"), sites=COSTS).sites("A") == ["near"]


def test_equal_sums_of_cost_are_equal_whatever_they_are_made_of(counter: Any) -> None:
    """0.1 + 0.2 and 0.3 differ in binary; the alphabet of ids decides."""
    world = sites("costs: {per_shipment: 0.30}", "costs: {per_shipment: 0.10}, site_rank: 2", "site_rank: 3")
    answers = counter.play(cost("landed_cost: 1, site_rank: 0.1"), sites=world)
    assert answers.sites("A") == ["far"]  # 0.30 + 0 = 0.10 + 0.2 = 0 + 0.3
    assert answers.first("margin") == pytest.approx(0, abs=1e-6)
    assert answers.first("runner_up") == "mid"


def test_all_scores_equal_takes_the_first_of_the_scenario(counter: Any) -> None:
    answers = counter.play(by("site_rank"), "A 05T10:00 mug\nB 05T10:00 tea,pot")
    assert answers.sites("A") == answers.sites("B") == ["near"]
    assert answers.first("margin") == 0


def test_a_lone_candidate_has_no_runner_up(counter: Any) -> None:
    answers = counter.play(by("distance_km"), stock="mid mug:1")
    assert (answers.first("chosen"), answers.first("runner_up")) == ("mid", "")
    assert answers.first("margin") != answers.first("margin")  # unknown


@pytest.mark.parametrize(
    ("keys", "runner_up", "margin"),
    [
        (("distance_km",), "mid", 111.195),
        (("landed_cost",), "mid", 0.10),
        # Mid wins by distance among those that tie in cost, and far comes next: it is nearer by 111.195 km. (That
        # mid is dearer by 0.10 was not what decided.)
        (("{landed_cost: {band: 0.10}}", "distance_km"), "far", 111.195),
        (("{landed_cost: {descending: true}}", "site_id"), "mid", 0.10),
    ],
)
def test_the_margin_is_told_in_the_unit_of_the_key_that_decided(
    counter: Any, keys: tuple[str, ...], runner_up: str, margin: float
) -> None:
    answers = counter.play(by(*keys), sites=COSTS)
    assert answers.first("runner_up") == runner_up
    assert answers.first("margin") == pytest.approx(margin)


def test_a_rule_without_a_rank_takes_the_nearest_then_the_alphabet(counter: Any) -> None:
    world = {"b": "at: [0, 1]", "a": "at: [0, -1]", "c": "at: [0, 0.5]"}
    assert counter.play("rules:\n  - {}\n", sites=world).sites("A") == ["c"]
    assert counter.play("rules:\n  - {}\n", sites=world, stock="a mug:1; b mug:1").sites("A") == ["a"]


@pytest.mark.parametrize("degrees", [0.1, 0.3, 0.7, 1.1, 2.3])
def test_distances_of_a_split_are_not_told_apart_by_the_order_in_which_they_are_added(
    counter: Any, degrees: float
) -> None:
    """3 d and d + d + d may differ in the last bit: the number of parcels decides, not that bit."""
    rules = "rules:\n  - {rank: {by: [distance_km, fewest_shipments]}, split: {max_shipments: 3}}\n"
    world = {"p": f"at: [0, {degrees}]", "q": f"at: [0, -{degrees}]", "r": f"at: [{degrees}, 0]"}
    assert len(counter.play(rules, "A 05T10:00 mug,tea,pot", sites=world).sites("A")) == 1


# -- missing coordinates: an error, never a distance of 0 ------------------------------------------------


@pytest.mark.parametrize(
    "policy", [by("distance_km"), "rules:\n  - {filters: [{within: {km: 9}}]}\n", "nearest"]
)
def test_a_missing_place_is_an_error_when_distances_are_asked_for(counter: Any, policy: str) -> None:
    from sim.errors import ScenarioError

    world = {"near": "at: [0, 1]", "nowhere": "stations: 1"}
    with pytest.raises(ScenarioError) as caught:
        counter.play(policy, sites=world, regions="{id: here}")
    rule = "is missing: the policy asks for distances"
    problems = caught.value.problems
    assert [(problem.key, problem.rule) for problem in problems] == [
        ("regions.here.at", rule),
        ("warehouses.nowhere.at", rule),
    ]
    assert all(
        problem.file.endswith("world.yaml") and problem.line and problem.column for problem in problems
    )


def test_a_missing_place_does_no_harm_where_nobody_asks_for_distances(counter: Any) -> None:
    world = {"near": "site_rank: 2", "nowhere": "site_rank: 1"}
    answers = counter.play(by("site_rank"), sites=world, regions="{id: here}")
    assert answers.sites("A") == ["nowhere"]
    assert answers.shipments["distance_km"].isna().all()
