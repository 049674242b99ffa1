"""What becomes of lines that a rule does not ship: next, wait, backorder, cancel; and when an order is tried again."""

from __future__ import annotations

from typing import Any

import pytest

NEAR = {"near": "at: [0, 1]"}


def otherwise(action: str, more: str = "") -> str:
    return f"rules:\n  - {{otherwise: {action}}}\n{more}"


def partial(action: str, most: int = 2) -> str:
    return f"rules:\n  - {{split: {{max_shipments: {most}}}, on_partial: {action}}}\n"


# -- next, and nothing left ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cost", "cents"), [("0.125", 0.13), ("0.145", 0.15), ("1.005", 1.01), ("2", 2.0)])
def test_customer_care_costs_cents_rounded_half_away_from_zero(counter: Any, cost: str, cents: float) -> None:
    rules = f"rules:\n  - {{on_full: {{care: {{hours: 1, cost: {cost}}}}}}}\n  - {{otherwise: cancel}}\n"
    assert counter.play(rules).orders["A"]["cost_care"] == cents


def test_lines_go_on_from_rule_to_rule_and_wait_after_the_last(counter: Any) -> None:
    answers = counter.play(
        "rules:\n  - {sites: [near]}\n  - {sites: [mid]}\n", stock="far mug:1", drain_days=1
    )
    assert answers.orders["A"]["state"] == "open"
    assert answers.first("removed") == "sites=2 has_stock=1; sites=2 has_stock=1"
    assert answers.times("A") == ["05T10:00:00"]


def test_the_rule_that_placed_the_order_is_named(counter: Any) -> None:
    rules = "rules:\n  - {name: first, sites: [near]}\n  - {name: second, sites: [mid]}\n  - {name: third}\n"
    assert counter.play(rules, stock="mid mug:1").first("rule") == "second"
    assert counter.play(rules, stock="mid mug:1").first("outcome") == "full"


# -- wait and cancel -------------------------------------------------------------------------------------------


def test_waiting_ends_so_many_hours_after_placing_and_then_does_what_it_says(counter: Any) -> None:
    answers = counter.play(otherwise("{wait: {up_to_hours: 4.5, then: cancel}}"), stock="near mug:0")
    assert answers.orders["A"]["state"] == "cancelled"
    assert answers.orders["A"]["cancel_reason"] == "no_stock"
    assert answers.times("A") == ["05T10:00:00", "05T14:30:00"]
    assert answers.decisions["outcome"].tolist() == ["none, wait", "none, cancel"]


def test_while_lines_wait_no_later_rule_is_tried_for_them(counter: Any) -> None:
    rules = (
        "rules:\n  - {sites: [near], otherwise: {wait: {up_to_hours: 2, then: next}}}\n  - {sites: [far]}\n"
    )
    answers = counter.play(rules, stock="far mug:1")
    assert answers.times("A") == ["05T10:00:00", "05T12:00:00"]
    assert answers.sites("A") == ["far"]
    assert answers.orders["A"]["units_first_attempt"] == 0


def test_waiting_then_backorder(counter: Any) -> None:
    rules = otherwise("{wait: {up_to_hours: 2, then: {backorder: {give_up_after_hours: 3}}}}")
    answers = counter.play(rules, stock="near mug:0")
    assert answers.decisions["outcome"].tolist() == ["none, wait", "none, backorder"]
    assert answers.orders["A"]["cancel_reason"] == "gave_up"


def test_a_bare_wait_has_no_end(counter: Any) -> None:
    answers = counter.play(otherwise("wait"), stock="near mug:0", drain_days=1)
    assert answers.orders["A"]["state"] == "open"
    assert answers.times("A") == ["05T10:00:00"]


@pytest.mark.parametrize(
    ("action", "times"),
    [
        ("cancel", ["05T10:00:00"]),
        ("{cancel: 3}", ["05T10:00:00", "05T13:00:00"]),
        ("{cancel: {after_hours: 3}}", ["05T10:00:00", "05T13:00:00"]),
    ],
)
def test_cancelling_at_once_or_some_hours_after_placing(counter: Any, action: str, times: list[str]) -> None:
    answers = counter.play(otherwise(action), stock="near mug:0")
    assert answers.orders["A"]["state"] == "cancelled"
    assert answers.orders["A"]["cancel_reason"] == "no_stock"
    assert answers.times("A") == times
    assert answers.sites("A") == []


def test_what_has_waited_is_shipped_when_it_can_be_before_its_time_is_over(counter: Any) -> None:
    """The order is tried again every six hours, and at midnight, when the limit of near starts over."""
    rules = """\
rules:
  - {sites: [near], filters: [{below_limit: {n: 1}}], otherwise: {wait: {up_to_hours: 20, then: cancel}}}
attempts: {every_minutes: 360}
"""
    answers = counter.play(rules, "A 05T10:00 mug\nB 05T10:00 mug")
    assert answers.times("B") == ["05T10:00:00", "05T16:00:00", "05T22:00:00", "06T00:00:00"]
    assert answers.sites("B") == ["near"]


# -- part of an order ------------------------------------------------------------------------------------------

PART = {"stock": "near mug:9; far mug:9", "orders": "A 05T10:00 mug,tea"}


@pytest.mark.parametrize(
    ("rest", "state", "reason", "parcels"),
    [
        ("cancel", "delivered", "no_stock", ["near"]),
        ("{cancel: 2}", "delivered", "no_stock", ["near"]),
        ("{wait: {up_to_hours: 2, then: cancel}}", "delivered", "no_stock", ["near"]),
        ("{backorder: {give_up_after_hours: 2}}", "delivered", "gave_up", ["near", "near"]),
        ("wait", "open", None, ["near"]),
        ("backorder", "open", None, ["near", "near"]),
        ("next", "open", None, ["near"]),
    ],
)
def test_assign_ships_whole_lines_that_fit_and_an_action_takes_the_rest(
    counter: Any, rest: str, state: str, reason: str | None, parcels: list[str]
) -> None:
    answers = counter.play(partial(f"{{assign: {rest}}}"), **PART)
    order = answers.orders["A"]
    assert (order["state"], order["cancel_reason"]) == (state, reason)
    assert answers.sites("A") == parcels
    assert (order["units_first_attempt"], order["units_shipped"]) == (1, 1)
    assert order["revenue"] == 0  # items without a price
    if rest.startswith("{wait"):
        assert answers.decisions["outcome"].tolist() == ["partial, wait", "partial, cancel"]


@pytest.mark.parametrize(
    ("action", "state"), [("next", "open"), ("wait", "open"), ("cancel", "cancelled"), ("backorder", "open")]
)
def test_without_assign_an_action_takes_all_lines(counter: Any, action: str, state: str) -> None:
    answers = counter.play(partial(action), **PART)
    assert answers.orders["A"]["state"] == state
    assert answers.first("outcome") == ("partial" if action == "next" else f"partial, {action}")
    assert answers.orders["A"]["units_shipped"] == 0
    assert answers.sites("A") == (["near"] if action == "backorder" else [])


def test_what_is_shipped_in_part_leaves_a_parcel_for_the_rest_unless_the_rest_is_given_up(
    counter: Any,
) -> None:
    orders, stock = "A 05T10:00 mug,tea,pot", "near mug:1; far tea:1"
    kept = counter.play(partial("{assign: wait}"), orders, stock=stock, drain_days=1)
    assert len(kept.sites("A")) == 1
    given_up = counter.play(partial("{assign: cancel}"), orders, stock=stock)
    assert sorted(given_up.sites("A")) == ["far", "near"]


def test_a_line_that_lies_where_no_service_goes_is_in_nobodys_stock(counter: Any) -> None:
    """It used to count as a part that could be shipped, so that `otherwise` was never done."""
    services = "{id: parcel, sites: [far]}"
    answers = counter.play(otherwise("cancel"), stock="near mug:1", services=services)
    assert answers.orders["A"]["state"] == "cancelled"
    assert answers.first("outcome") == "none, cancel"


# -- backorders --------------------------------------------------------------------------------------------------


def test_a_backorder_waits_at_the_site_that_would_rank_first_with_stock(counter: Any, moment: Any) -> None:
    rules = "rules:\n  - {rank: {by: [site_rank]}, otherwise: {backorder: {give_up_after_hours: 6}}}\n"
    sites = {"near": "at: [0, 1], site_rank: 2", "mid": "at: [0, 2], site_rank: 1"}
    answers = counter.play(rules, "A 05T10:00 mug:3", sites=sites, stock="near mug:2; mid mug:1")
    (row,) = answers.shipments.to_dict("records")
    assert (row["warehouse"], row["state"], row["allocated_at"]) == ("mid", "cancelled", moment("05T10:00"))
    assert row["released_at"] != row["released_at"]  # never
    assert row["cost_freight"] == 0
    order = answers.orders["A"]
    assert (order["state"], order["cancel_reason"], order["shipments"]) == ("cancelled", "gave_up", 0)


def test_what_a_backorder_had_bound_serves_the_next_in_line_when_it_gives_up(
    counter: Any, moment: Any
) -> None:
    """Of three mugs A binds all and wants two more; B and C queue behind it, and get two and one at noon."""
    orders = "A 05T10:00 mug:5\nB 05T10:30 mug:2\nC 05T11:00 mug:3\nD 05T11:30 mug:1"
    rules = otherwise("{backorder: {give_up_after_hours: 2}}")
    answers = counter.play(rules, orders, sites=NEAR, stock="near mug:3")
    started = {row["order"]: row["started_at"] for row in answers.shipments.to_dict("records")}
    assert started["B"] == moment("05T12:00:00")
    states = {name: order["state"] for name, order in answers.orders.items()}
    # C (wants 3, has 1) gives up at 13:00, and its mug goes to D.
    assert states == {"A": "cancelled", "B": "delivered", "C": "cancelled", "D": "delivered"}
    assert started["D"] == moment("05T13:00:00")


def test_a_later_order_does_not_overtake_a_backorder(counter: Any) -> None:
    """One mug is there, A waits for a second one: the first is A's, and B finds nothing."""
    rules = "rules:\n  - {otherwise: backorder}\n"
    answers = counter.play(
        rules, "A 05T10:00 mug:2\nB 05T10:01 mug:1", sites=NEAR, stock="near mug:1", drain_days=1
    )
    assert {row["order"]: row["state"] for row in answers.shipments.to_dict("records")} == {
        "A": "backordered",
        "B": "backordered",
    }


def test_a_backorder_is_committed_only_where_the_other_filters_pass(counter: Any) -> None:
    rules = """\
rules:
  - filters: [{within: {km: 300}}, {has_stock: any}]
    rank: {by: [{distance_km: {descending: true}}]}
    otherwise: {backorder: {give_up_after_hours: 1}}
"""
    assert counter.play(rules, stock="near mug:0").sites("A") == ["mid"]
    nowhere = counter.play(rules.replace("300", "50"), stock="near mug:0")
    assert nowhere.sites("A") == []
    assert nowhere.orders["A"]["cancel_reason"] == "gave_up"  # it waited without a site, and no longer
    assert nowhere.times("A") == ["05T10:00:00", "05T11:00:00"]


# -- attempts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "times", "state"),
    [
        ("{every_minutes: 30, at_most: 3}", ["10:00", "10:30", "11:00"], "cancelled"),
        ("{every_minutes: 30, give_up_after_hours: 1.25}", ["10:00", "10:30", "11:00", "11:15"], "cancelled"),
        ("{every_minutes: 30, give_up_after_hours: 1}", ["10:00", "10:30", "11:00"], "cancelled"),
        ("{every_minutes: 30, at_most: 3, then: wait}", ["10:00", "10:30", "11:00"], "open"),
        ("{give_up_after_hours: 1}", ["10:00", "11:00"], "cancelled"),
        ("{at_most: 1}", ["10:00"], "cancelled"),
        ("{after: []}", ["10:00"], "open"),
    ],
)
def test_an_order_is_tried_again_on_a_timer_until_it_is_given_up(
    counter: Any, attempts: str, times: list[str], state: str
) -> None:
    answers = counter.play(otherwise("wait", f"attempts: {attempts}\n"), stock="near mug:0", drain_days=1)
    assert answers.times("A") == [f"05T{time}:00" for time in times]
    assert answers.orders["A"]["state"] == state
    assert answers.orders["A"]["cancel_reason"] == ("gave_up" if state == "cancelled" else None)
    assert answers.orders["A"]["attempts"] == len(times)


@pytest.mark.parametrize(
    ("action", "times"),
    [
        ("{wait: {up_to_hours: 5, then: cancel}}", ["10:00", "12:00", "15:00"]),
        ("{cancel: 5}", ["10:00", "12:00", "15:00"]),
        ("{backorder: {give_up_after_hours: 5}}", ["10:00"]),
    ],
)
def test_the_hours_of_an_action_win_over_those_of_attempts(
    counter: Any, action: str, times: list[str]
) -> None:
    """`wait: {up_to_hours: 5}` used to be cut short by `give_up_after_hours: 2`."""
    answers = counter.play(otherwise(action, "attempts: {give_up_after_hours: 2}\n"), stock="near mug:0")
    assert answers.times("A") == [f"05T{time}:00" for time in times]
    assert answers.orders["A"]["state"] == "cancelled"


def test_the_hours_of_an_action_win_for_its_own_lines_only(counter: Any) -> None:
    """Tea waits five hours by its rule; the pot, for which the last rule has nothing to say, is given up after two."""
    rules = """\
rules:
  - {sites: [near], service: [van], otherwise: next, on_partial: next}
  - split: {max_shipments: 3}
    on_partial: {assign: {wait: {up_to_hours: 5, then: cancel}}}
attempts: {give_up_after_hours: 2}
"""
    answers = counter.play(
        rules, "A 05T10:00 mug,tea\nB 05T10:00 pot", stock="near mug:9", services="{id: van}, {id: parcel}"
    )
    assert answers.times("A") == ["05T10:00:00", "05T12:00:00", "05T15:00:00"]
    assert answers.orders["A"]["cancel_reason"] == "no_stock"
    assert answers.times("B") == ["05T10:00:00", "05T12:00:00"]
    assert answers.orders["B"]["cancel_reason"] == "gave_up"


@pytest.mark.parametrize(
    ("rule", "stock", "reason"),
    [
        ("on_full: cancel", "near mug:9", "policy"),
        ("filters: [{within: {km: 1}}], otherwise: {cancel: 2}", "near mug:9", "policy"),
        ("sites: [mid], otherwise: cancel", "near mug:9", "policy"),
        ("sites: [mid], otherwise: cancel", "near mug:1", "no_stock"),
    ],
)
def test_what_a_rule_gives_up_although_it_is_there_is_not_cancelled_for_want_of_stock(
    counter: Any, rule: str, stock: str, reason: str
) -> None:
    answers = counter.play(f"rules:\n  - {{{rule}}}\n", "A 05T10:00 mug:2", stock=stock)
    assert answers.orders["A"]["cancel_reason"] == reason
