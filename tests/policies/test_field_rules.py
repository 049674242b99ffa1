"""Numbers and edges that are known of the field's systems: where each is tested, and those that are tested here."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]

HELD = {
    # -- numbers -------------------------------------------------------------------------------------------
    "a maximum of three splits is four shipments": "policies/test_field_rules.py::test_three_splits_are_four_shipments",
    "a money floor of 50: 60 + 60, 20 + 20, 120 + 20": "policies/test_split_bounds.py::test_a_money_floor_holds_for_both_parts_of_a_split",
    "days of backlog: 0.8 and 5.4775": "engine/test_days_of_backlog.py::test_forty_units_are_four_fifths_of_a_day_and_1036_are_5_4775",
    "the spoilage credit: -34.24 beats 7.05": "policies/test_risk_keys.py::test_a_far_site_with_the_credit_beats_a_near_one",
    "without the credit 7.64 beats 8.42": "policies/test_risk_keys.py::test_without_the_credit_the_near_site_wins",
    "a limit of 10 admits 10, strictly 9": "policies/test_limits.py::test_a_limit_of_10_admits_10_and_strictly_9",
    "a limit is reset at the site's midnight": "policies/test_limits.py::test_a_day_begins_at_the_midnight_of_the_site",
    "fewest splits are a set cover": "policies/test_split_search.py::test_the_fewest_shipments_are_those_of_the_smallest_set_cover",
    "beyond a cap the search is greedy": "policies/test_split_search.py::test_beyond_8_lines_the_search_is_greedy",
    # -- edges ---------------------------------------------------------------------------------------------
    "all candidates excluded": "policies/test_edges.py::test_all_candidates_excluded",
    "all scores equal": "policies/test_ranks.py::test_all_scores_equal_takes_the_first_of_the_scenario",
    "all scores equal, on every kind of scale": "policies/test_field_rules.py::test_all_scores_equal_on_every_kind_of_scale",
    "value exactly at a threshold": "policies/test_split_bounds.py::test_an_order_may_be_split_from_a_value_on",
    "a part below the floor that would never ship later": "policies/test_split_bounds.py::test_a_last_remainder_below_the_floor_ships_alone",
    "site goes down between ranking and commit": "policies/test_field_rules.py::test_a_site_that_goes_down_in_the_second_of_the_order_is_not_chosen",
    "site goes down after the commit": "policies/test_field_rules.py::test_a_site_that_goes_down_a_second_later_keeps_what_it_was_given",
    "stock only behind the safety floor": "policies/test_edges.py::test_stock_only_behind_the_safety_floor",
    "a night of zero capacity in the look-ahead": "engine/test_days_of_backlog.py::test_a_night_of_zero_capacity_counts_as_a_whole_day",
    "missing coordinates": "policies/test_ranks.py::test_a_missing_place_is_an_error_when_distances_are_asked_for",
    "a stop-gap order larger than any limit": "policies/test_edges.py::test_an_order_larger_than_any_limit_waits_and_harms_nobody",
    "quantity larger than any single site's stock": "policies/test_split_units.py::test_a_quantity_larger_than_any_single_sites_stock_leaves_several",
    "two orders in the same second for the last unit": "policies/test_edges.py::test_two_orders_in_one_second_for_the_last_unit",
    "the policy raises": "engine/test_wrong_policies.py::test_what_was_raised_is_the_cause",
    "the policy answers for a line that is not in the order": "engine/test_wrong_policies.py::test_a_wrong_answer_is_refused",
}  # fmt: skip


@pytest.mark.parametrize("held", HELD.values(), ids=list(HELD))
def test_every_number_and_edge_of_the_field_is_held_by_a_test(held: str) -> None:
    path, _, name = held.partition("::")
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


# -- what other systems call a split ---------------------------------------------------------------------------

FIVE = {f"w{number}": f"at: [0, {number}]" for number in range(1, 6)}
GOODS = [f"i{number}" for number in range(1, 6)]


@pytest.mark.parametrize(("lines", "ships"), [(1, True), (4, True), (5, False)])
def test_three_splits_are_four_shipments(counter: Any, lines: int, ships: bool) -> None:
    """Each item lies at a site of its own. Fluent and Salesforce would write a maximum of 3, Kibo one of 4 sites."""
    answers = counter.play(
        "rules:\n  - {split: {max_shipments: 4}, on_partial: cancel}\n",
        f"A 05T10:00 {','.join(GOODS[:lines])}",
        items=", ".join(f"{{id: {item}}}" for item in GOODS),
        sites=FIVE,
        stock="; ".join(f"w{number} i{number}:1" for number in range(1, 6)),
    )
    assert answers.orders["A"]["state"] == ("delivered" if ships else "cancelled")
    assert len(answers.sites("A")) == (lines if ships else 0)


def test_one_site_that_sends_two_parcels_counts_as_two_shipments(counter: Any) -> None:
    """Sites are what Kibo counts; here it is parcels: what one carrier may not take together is two."""
    services = "{id: dry, carries: [ambient]}, {id: cool, carries: [cold]}"
    items = "{id: mug}, {id: fish, handling: [cold]}"
    for most, parcels in ((1, 0), (2, 2)):
        rules = f"rules:\n  - {{split: {{max_shipments: {most}}}}}\n"
        answers = counter.play(
            rules, "A 05T10:00 mug,fish", items=items, services=services, sites={"near": "at: [0, 1]"}
        )
        assert answers.sites("A") == ["near"] * parcels


# -- scores that are all equal -------------------------------------------------------------------------------

SAME = {"near": "at: [0, 1]", "mid": "at: [1, 0]", "far": "at: [0, -1]"}


@pytest.mark.parametrize(
    "rank",
    [
        "{by: [distance_km]}",
        "{by: [{distance_km: {descending: true}}]}",
        "{by: [{landed_cost: {band: 1}}]}",
        "{cost: {distance_km: 0.01, landed_cost: 1}}",
        "{penalty: {distance_km: 1, landed_cost: 1}}",  # a scale whose ends are the same
        "{penalty: {distance_km: {weight: 1, low: 5}, backlog: {weight: 1, high: 0.5}}}",
        "{cost: {distance_km: -0.01, stockout_cost: 1, spoilage_credit: 1, lateness_cost: 1}}",
        "{by: [weeks_of_supply, sales_velocity, available_units, overstock_units, stock_age_days, utilisation]}",
    ],
)
def test_all_scores_equal_on_every_kind_of_scale(counter: Any, rank: str) -> None:
    """Keys alone leave it to the scenario's order, sums to the alphabet; the margin is nothing."""
    answers = counter.play(f"rules:\n  - {{rank: {rank}}}\n", sites=SAME)
    assert answers.sites("A") == ["near" if rank.startswith("{by") else "far"]
    assert answers.first("margin") == 0


# -- a site that goes down ---------------------------------------------------------------------------------------


def down_from(second: str) -> dict[str, str]:
    near = f"at: [0, 1], downtime: [{{begins: 2026-01-05T{second}, hours: 2, announced_hours: 0}}], work_minutes: 30"
    return {"near": near, "far": "at: [0, 3]"}


def test_a_site_that_goes_down_in_the_second_of_the_order_is_not_chosen(counter: Any) -> None:
    """Sites change before orders are decided: nothing lies between ranking and commit."""
    answers = counter.play("nearest", "A 05T10:00:00 mug\nB 05T09:59:59 mug", sites=down_from("10:00:00"))
    assert (answers.sites("A"), answers.sites("B")) == (["far"], ["near"])
    assert answers.first("removed", "A") == "is_up=1"


def test_a_site_that_goes_down_a_second_later_keeps_what_it_was_given(counter: Any, moment: Any) -> None:
    """Nobody knew: the work pauses for two hours, and is done."""
    answers = counter.play("nearest", "A 05T10:00:00 mug", sites=down_from("10:00:01"))
    (row,) = answers.shipments.to_dict("records")
    assert (row["warehouse"], row["packed_at"]) == ("near", moment("05T12:30:00"))


@pytest.mark.parametrize("stock", ["near mug:5; far mug:7", "near mug:5"])
def test_a_quantity_larger_than_any_stock_waits_whole_for_who_accepts_no_split(
    counter: Any, stock: str
) -> None:
    rules = "rules:\n  - {filters: [is_up, {has_stock: units}], split: {max_shipments: 3, max_sites_per_line: 3}}\n"
    answers = counter.play(
        rules, "A 05T10:00 mug:8", stock=stock, segments="{id: standard, split: never}", drain_days=1
    )
    assert (answers.orders["A"]["state"], answers.sites("A")) == ("open", [])
