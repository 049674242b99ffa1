"""Filters: who may take an order. Bounds are inclusive."""

from __future__ import annotations

from typing import Any

import pytest

ONE_DEGREE_KM = 111.195  # of 6,371.0088 km x pi / 180 = 111.19508, kept in whole metres


def rule(filters: str, more: str = "") -> str:
    return (
        f"rules:\n  - {{filters: [{filters}], rank: {{by: [{{distance_km: {{descending: true}}}}]}}{more}}}\n"
    )


@pytest.mark.parametrize(
    ("bound", "farthest"),
    [
        (f"km: {ONE_DEGREE_KM}", "near"),  # exactly at the bound
        (f"km: {3 * ONE_DEGREE_KM}", "far"),
        (f"km: {3 * ONE_DEGREE_KM - 0.001}", "mid"),  # a metre less
        ("zone: 1", "near"),  # 111.195 km is the upper bound of zone 1 and belongs to it
        ("zone: 2", "mid"),
        ("zone: 3", "far"),
        ("transit_days: 1", "near"),
        ("transit_days: 2.4999", "near"),
        ("transit_days: 2.5", "mid"),
        ("transit_days: 4", "far"),
    ],
)
def test_within_takes_what_lies_exactly_at_its_bound(counter: Any, bound: str, farthest: str) -> None:
    services = "{id: parcel, zones_km: [111.195, 300], transit_days: [1, 2.5, 4]}"
    answers = counter.play(rule(f"{{within: {{{bound}}}}}"), services=services)
    assert answers.sites("A") == [farthest]


def test_within_speaks_of_the_service_that_the_rule_takes(counter: Any) -> None:
    services = "{id: slow, transit_days: 5, rates: {base: 1}}, {id: fast, transit_days: 1, rates: {base: 9}}"
    filters = "{within: {transit_days: 2}}"
    assert counter.play(rule(filters), services=services).sites("A") == []
    assert counter.play(rule(filters, ", service: fastest"), services=services).sites("A") == ["far"]


def test_nothing_within_reach_leaves_the_order_to_otherwise(counter: Any) -> None:
    answers = counter.play(rule("{within: {km: 111}}", ", otherwise: cancel"))
    assert answers.orders["A"]["state"] == "cancelled"
    assert answers.first("removed") == "within=3"


def test_goods_go_only_where_every_tag_is_handled(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1], handling: [ambient]",
        "mid": "at: [0, 2], handling: [cold]",
        "far": "at: [0, 3], handling: [cold, fragile]",
        "last": "at: [0, 4]",  # absent: everything
    }
    items = "{id: mug}, {id: fish, handling: [cold]}, {id: egg, handling: [cold, fragile]}"
    nearest = "rules:\n  - {filters: [handles_items]}\n"
    orders = "A 05T10:00 mug\nB 05T10:00 fish\nC 05T10:00 egg"
    answers = counter.play(nearest, orders, sites=sites, items=items)
    assert [answers.sites(order) for order in "ABC"] == [["near"], ["mid"], ["far"]]
    assert [answers.first("removed", order) for order in "ABC"] == [
        "handles_items=2",  # an item without tags is ambient
        "handles_items=1",
        "handles_items=2",
    ]


def test_a_warehouse_stays_that_handles_one_of_the_lines(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1], handling: [ambient]",
        "mid": "at: [0, 2], handling: [cold]",
        "far": "at: [0, 3], handling: [fragile]",
    }
    rules = "rules:\n  - {filters: [handles_items]}\n"
    items = "{id: mug}, {id: fish, handling: [cold]}"
    answers = counter.play(rules, "A 05T10:00 mug,fish", sites=sites, items=items)
    assert answers.first("removed") == "handles_items=1"


def test_goods_go_only_where_they_are_handled_even_without_the_filter(counter: Any) -> None:
    sites = {"near": "at: [0, 1], handling: [ambient]", "far": "at: [0, 3], handling: [cold]"}
    answers = counter.play("rules:\n  - {filters: []}\n", sites=sites, items="{id: mug, handling: [cold]}")
    assert answers.sites("A") == ["far"]


def test_a_warehouse_that_does_not_serve_the_region_is_no_candidate(counter: Any) -> None:
    sites = {"near": "at: [0, 1], serves: none", "mid": "at: [0, 2], serves: [there]", "far": "at: [0, 3]"}
    regions = "{id: here, at: [0, 0]}, {id: there, at: [0, 0]}"
    answers = counter.play("rules:\n  - {filters: []}\n", sites=sites, regions=regions)
    assert answers.sites("A") == ["far"]


STOCK = "near mug:1; mid mug:2; far mug:2 tea:1"


@pytest.mark.parametrize(
    ("lines", "removed"),
    [
        ("all", "has_stock=2"),  # far alone has both
        ("any", "has_stock=1"),  # near has no whole line: 1 of 2 mugs
        ("units", ""),  # near has a mug
    ],
)
def test_has_stock_asks_for_all_lines_any_whole_line_or_any_unit(
    counter: Any, lines: str, removed: str
) -> None:
    answers = counter.play(
        f"rules:\n  - {{filters: [{{has_stock: {lines}}}]}}\n", "A 05T10:00 mug:2,tea", stock=STOCK
    )
    assert answers.first("removed") == removed
    assert answers.sites("A") == ["far"]  # whatever passes, only far can ship it


@pytest.mark.parametrize(
    ("lines", "removed"),
    [
        ("all", "has_stock=4"),
        ("any", "has_stock=2"),  # mid has the tea, last the pots
        ("units", "has_stock=1"),  # far has one of two mugs, near has nothing
    ],
)
def test_any_line_may_be_the_one_that_is_there(counter: Any, lines: str, removed: str) -> None:
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "far": "at: [0, 3]", "last": "at: [0, 4]"}
    answers = counter.play(
        f"rules:\n  - {{filters: [{{has_stock: {lines}}}]}}\n",
        "A 05T10:00 mug:2,tea,pot:2",
        sites=sites,
        stock="mid tea:1; far mug:1; last pot:2",
    )
    assert answers.first("removed") == removed


def test_every_filter_counts_what_it_took_away_itself(counter: Any) -> None:
    rules = """\
rules:
  - sites: [near, mid]
    filters: [is_up, {within: {km: 150}}, {has_stock: all}]
  - filters: [{has_stock: all}]
"""
    answers = counter.play(rules, stock="near tea:1; mid mug:1; far mug:0")
    # Of three: `sites` leaves out far, the distance mid, the stock near; the second rule finds the mug at mid.
    assert answers.first("removed") == "sites=1 within=1 has_stock=1; has_stock=2"
    assert answers.sites("A") == ["mid"]


def test_no_filter_at_all_still_ships_only_what_is_there(counter: Any) -> None:
    answers = counter.play("rules:\n  - {filters: []}\n", stock="far mug:1")
    assert answers.sites("A") == ["far"]


def test_the_filters_of_a_rule_that_names_none(counter: Any) -> None:
    sites = {"near": "at: [0, 1], handling: [cold]", "mid": "at: [0, 2]", "far": "at: [0, 3]"}
    answers = counter.play("rules:\n  - {}\n", sites=sites, stock="near mug:1; far mug:1")
    assert answers.first("removed") == "handles_items=1 has_stock=1"
    assert answers.sites("A") == ["far"]
