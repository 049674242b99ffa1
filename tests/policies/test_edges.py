"""Edges that have bitten real systems, a test each."""

from __future__ import annotations

from typing import Any

import pytest


def test_two_orders_in_one_second_for_the_last_unit(counter: Any) -> None:
    """The one that comes first in the file has it; the other is told at once, and the world stays whole."""
    rules = "rules:\n  - {otherwise: cancel}\n"
    answers = counter.play(rules, "B 05T10:00 mug\nA 05T10:00 mug\nC 05T10:00 mug", stock="near mug:1")
    assert {name: order["state"] for name, order in answers.orders.items()} == {
        "B": "delivered",
        "A": "cancelled",
        "C": "cancelled",
    }


def test_two_orders_in_one_second_for_the_last_unit_at_the_nearest_site(counter: Any) -> None:
    answers = counter.play("nearest", "A 05T10:00 mug\nB 05T10:00 mug", stock="near mug:1; far mug:1")
    assert (answers.sites("A"), answers.sites("B")) == (["near"], ["far"])


def test_all_candidates_excluded(counter: Any) -> None:
    rules = """\
rules:
  - filters: [is_up, handles_items, {within: {km: 250}}, {below_limit: {n: 0}}, {has_stock: all}]
    otherwise: cancel
"""
    answers = counter.play(rules)
    assert answers.orders["A"]["state"] == "cancelled"
    assert answers.first("removed") == "within=1 below_limit=2"
    assert (answers.first("chosen"), answers.first("runner_up")) == ("", "")


@pytest.mark.parametrize(("units", "ships"), [(1, True), (2, True), (3, False)])
def test_stock_behind_the_safety_floor_is_not_promised(counter: Any, units: int, ships: bool) -> None:
    """Of seven mugs five are a floor: two may be promised."""
    sites = {"near": "at: [0, 1], safety_stock: {units: 5}"}
    rules = "rules:\n  - {otherwise: cancel}\n"
    answers = counter.play(rules, f"A 05T10:00 mug:{units}", sites=sites, stock="near mug:7")
    assert (answers.orders["A"]["state"] == "delivered") == ships


def test_stock_only_behind_the_safety_floor(counter: Any) -> None:
    sites = {"near": "at: [0, 1], safety_stock: {units: 5}", "far": "at: [0, 3]"}
    answers = counter.play("nearest", sites=sites, stock="near mug:5; far mug:1")
    assert answers.sites("A") == ["far"]
    waiting = counter.play("nearest", sites=sites, stock="near mug:4", drain_days=1)
    assert waiting.shipments[["warehouse", "state"]].values.tolist() == [["near", "backordered"]]


@pytest.mark.parametrize("has_stock", ["all", "any", "units"])
def test_a_quantity_larger_than_any_single_stock_is_not_cut_up(counter: Any, has_stock: str) -> None:
    rules = f"rules:\n  - {{filters: [{{has_stock: {has_stock}}}], split: {{max_shipments: 3}}, otherwise: cancel}}\n"
    answers = counter.play(rules, "A 05T10:00 mug:8", stock="near mug:5; mid mug:5; far mug:7")
    assert answers.orders["A"]["state"] == "cancelled"
    assert answers.sites("A") == []


def test_an_order_larger_than_any_limit_waits_and_harms_nobody(counter: Any) -> None:
    rules = """\
rules:
  - {filters: [{below_limit: {n: 5, of: units}}], otherwise: {wait: {up_to_hours: 30, then: cancel}}}
"""
    answers = counter.play(rules, "A 05T10:00 mug:6\nB 05T10:01 mug:5", stock="near mug:99")
    assert {name: order["state"] for name, order in answers.orders.items()} == {
        "A": "cancelled",
        "B": "delivered",
    }


def test_exactly_the_stock_that_there_is(counter: Any) -> None:
    answers = counter.play("nearest", "A 05T10:00 mug:7,tea:3", stock="near mug:7 tea:3")
    assert answers.orders["A"]["state"] == "delivered"


def test_an_item_twice_in_an_order_is_one_line(counter: Any) -> None:
    answers = counter.play("nearest", "A 05T10:00 mug:2,tea,mug:3", stock="near mug:5 tea:1")
    assert answers.shipments[["lines", "units"]].values.tolist() == [[2, 6]]
    rules = "rules:\n  - {otherwise: cancel, on_partial: cancel}\n"
    short = counter.play(rules, "A 05T10:00 mug:2,mug:3", stock="near mug:4")
    assert short.orders["A"]["state"] == "cancelled"


def test_a_promise_kept_to_the_second_is_kept(counter: Any) -> None:
    services = "{id: slow, transit_days: 3}, {id: fast, transit_days: 1, rates: {base: 9}}"
    for promise, taken in (("3", "slow"), ("2.99999", "fast")):
        segments = f"{{id: standard, promise_days: {promise}, late_penalty: 5}}"
        answers = counter.play("nearest", segments=segments, services=services)
        assert answers.shipments["service"].tolist() == [taken]
        assert answers.orders["A"]["cost_late"] == 0


def test_orders_that_wait_at_the_end_are_rows_too(counter: Any) -> None:
    answers = counter.play(
        "rules:\n  - {otherwise: wait}\n", "A 05T10:00 mug", stock="near mug:0", drain_days=1
    )
    assert answers.orders["A"]["state"] == "open"
    assert answers.orders["A"]["counted"]
    assert answers.orders["A"]["shipments"] == 0


def test_one_warehouse_needs_no_place(counter: Any) -> None:
    answers = counter.play("nearest", sites={"only": "stations: 1"}, regions="{id: here}")
    assert answers.sites("A") == ["only"]
