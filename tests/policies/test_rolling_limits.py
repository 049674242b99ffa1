"""Limits in rolling windows, what is left of a limit, and when those who wait for one are decided again."""

from __future__ import annotations

from typing import Any

import pytest

TWO = {"near": "at: [0, 1]", "far": "at: [0, 3]"}


def admitted(counter: Any, limit: str, moments: str) -> str:
    """Return for each order, in turn, whether near took it, or far, which knows no limit."""
    rules = f"rules:\n  - {{filters: [{{below_limit: {limit}}}], sites: [near]}}\n  - {{sites: [far]}}\n"
    orders = "\n".join(f"o{number} {moment} mug" for number, moment in enumerate(moments.split()))
    answers = counter.play(rules, orders, sites=TWO)
    return "".join("x" if answers.sites(order) == ["near"] else "." for order in answers.orders)


@pytest.mark.parametrize(
    ("per", "moments", "wanted"),
    [
        # 3,600 s later to the second there is room again, whatever the hour of the day.
        ("hour", "05T10:30:00 05T11:00:00 05T11:29:59 05T11:30:00 05T12:29:59", "x..x."),
        ("day", "05T10:00:00 06T00:00:00 06T09:59:59 06T10:00:00", "x..x"),
        ("week", "05T10:00:00 12T09:59:59 12T10:00:00", "x.x"),
        # 30 days, not a month of the calendar.
        ("month", "05T10:00:00 2026-02-01T00:00:00 2026-02-04T09:59:59 2026-02-04T10:00:00", "x..x"),
    ],
)
def test_a_rolling_window_begins_with_each_allocation(
    counter: Any, per: str, moments: str, wanted: str
) -> None:
    assert admitted(counter, f"{{n: 1, per: {per}, rolling: true}}", moments) == wanted


def test_a_day_that_the_clock_changes_has_24_rolling_hours_all_the_same(counter: Any) -> None:
    """On 8 March the day of New York has 23 hours; a rolling one has 86,400 seconds."""
    moments = "2026-03-08T00:00:00 2026-03-08T23:59:59 2026-03-09T00:00:00"
    assert admitted(counter, "{n: 1, rolling: true}", moments) == "x.x"


@pytest.mark.parametrize(("strict", "wanted"), [("false", "xxx..x"), ("true", "xx...x")])
def test_a_rolling_limit_is_inclusive_or_strict(counter: Any, strict: str, wanted: str) -> None:
    moments = "05T10:00:00 05T10:01:00 05T10:02:00 05T10:03:00 05T10:04:00 05T11:00:00"
    limit = f"{{n: 3, per: hour, rolling: true, strict: {strict}}}"
    assert admitted(counter, limit, moments) == wanted


def test_rolling_and_calendar_limits_hold_together(counter: Any) -> None:
    rules = """\
rules:
  - sites: [near]
    filters: [{below_limit: {n: 3}}, {below_limit: {n: 1, per: hour, rolling: true}}]
  - {sites: [far]}
"""
    moments = "05T20:30 05T21:00 05T21:30 05T23:15 05T23:30 06T00:00 06T00:15"
    orders = "\n".join(f"o{number} {moment} mug" for number, moment in enumerate(moments.split()))
    answers = counter.play(rules, orders, sites=TWO)
    # The hour is full at 21:00, the day at 23:30, the hour at midnight, when the day has begun anew.
    sites = [answers.sites(order)[0] for order in answers.orders]
    assert sites == ["near", "far", "near", "near", "far", "far", "near"]


def test_what_is_given_back_makes_room_in_a_rolling_window(counter: Any) -> None:
    rules = """\
rules:
  - filters: [{below_limit: {n: 1, rolling: true}}, {has_stock: all}]
    otherwise: {backorder: {give_up_after_hours: 2}}
"""
    orders = "A 05T10:00 mug:5\nB 05T11:59:59 mug\nC 05T12:00:01 mug\nD 06T10:00:01 mug"
    answers = counter.play(rules, orders, sites={"near": "at: [0, 1]"}, stock="near mug:3")
    assert answers.orders["A"]["cancel_reason"] == "gave_up"
    assert answers.first("removed", "B") == "below_limit=1"
    assert answers.orders["C"]["state"] == "delivered"
    # When A would have left the window it is gone already: C still fills it.
    assert answers.first("removed", "D") == "below_limit=1"


# -- when those who wait are decided again ----------------------------------------------------------------


def waits(counter: Any, limit: str, orders: str, sites: str = "at: [0, 1]") -> Any:
    """Play a rule that lets orders wait for the limit of the only warehouse; attempts come by the clock alone."""
    rules = f"rules:\n  - {{filters: [{{below_limit: {limit}}}], otherwise: wait}}\nattempts: {{after: []}}\n"
    return counter.play(rules, orders, sites={"near": sites})


@pytest.mark.parametrize(
    ("limit", "at"),
    [
        ("{n: 1}", "06T00:00:00"),
        ("{n: 1, per: hour}", "05T11:00:00"),
        ("{n: 1, per: week}", "12T00:00:00"),
        ("{n: 1, per: hour, rolling: true}", "05T11:30:00"),
        ("{n: 1, rolling: true}", "06T10:30:00"),
        ("{n: 2, strict: true, per: hour, rolling: true}", "05T11:30:00"),
    ],
)
def test_who_waits_for_a_limit_is_decided_when_it_is_reset_and_not_before(
    counter: Any, limit: str, at: str
) -> None:
    drained = counter.scenario("A 05T10:30 mug\nB 05T10:40 mug", sites={"near": "at: [0, 1]"}, drain_days=9)
    rules = f"rules:\n  - {{filters: [{{below_limit: {limit}}}], otherwise: wait}}\nattempts: {{after: []}}\n"
    answers = counter.answers(counter.stage.play(drained, rules))
    assert answers.times("B") == ["05T10:40:00", at]
    assert answers.orders["B"]["state"] == "delivered"


def test_a_limit_of_the_site_is_reset_at_its_own_midnight(counter: Any) -> None:
    answers = waits(
        counter, "{n: 1}", "A 05T10:30 mug\nB 05T10:40 mug", "at: [0, 1], timezone: America/New_York"
    )
    assert answers.times("B") == ["05T10:40:00", "06T05:00:00"]


def test_of_a_rolling_window_so_much_must_leave_that_the_order_fits(counter: Any) -> None:
    """Five of six units are taken; the order of three fits once the second of three allocations has left."""
    orders = "A 05T10:00 mug\nB 05T10:20 mug:2\nC 05T10:40 mug:2\nD 05T10:50 mug:3"
    answers = waits(counter, "{n: 6, of: units, per: hour, rolling: true}", orders)
    assert answers.times("D") == ["05T10:50:00", "05T11:20:00"]


def test_an_order_that_no_limit_takes_is_not_decided_again_and_again(counter: Any) -> None:
    answers = waits(counter, "{n: 5, of: units, per: hour}", "A 05T10:00 mug:6\nB 05T10:00 mug:5")
    assert answers.times("A") == ["05T10:00:00"]
    assert answers.orders["B"]["state"] == "delivered"


def test_the_first_warehouse_whose_window_ends_counts(counter: Any) -> None:
    sites = {"near": "at: [0, 1]", "east": "at: [0, 2], timezone: Asia/Kolkata"}
    rules = "rules:\n  - {filters: [{below_limit: {n: 1}}], otherwise: wait}\n"
    answers = counter.play(rules, "A 05T10:00 mug\nB 05T10:00 mug\nC 05T10:00 mug", sites=sites)
    assert answers.times("C") == ["05T10:00:00", "05T18:30:00"]
    assert answers.sites("C") == ["east"]


def test_only_warehouses_that_could_take_the_order_wake_it(counter: Any) -> None:
    """East's day ends first, but the rule does not send anything there; nor would it to far, whose day is next."""
    sites = {
        "near": "at: [0, 1]",
        "east": "at: [0, 2], timezone: Asia/Kolkata",
        "far": "at: [0, 9], timezone: Asia/Dubai",
    }
    rules = """\
rules:
  - {sites: [east], when: {order: {segment: [one]}}, filters: [{below_limit: {n: 1}}]}
  - {sites: [far], when: {order: {segment: [two]}}, filters: [{below_limit: {n: 1}}]}
  - {sites: [near, far], filters: [is_up, {within: {km: 300}}, {below_limit: {n: 1}}], otherwise: wait}
"""
    segments = "{id: standard}, {id: one}, {id: two}"
    orders = "E 05T10:00 mug one here\nF 05T10:00 mug two here\nA 05T10:00 mug\nB 05T10:00 mug"
    answers = counter.play(rules, orders, sites=sites, segments=segments)
    assert [answers.sites(order) for order in "EFA"] == [["east"], ["far"], ["near"]]
    assert answers.times("B") == ["05T10:00:00", "06T00:00:00"]


def test_a_warehouse_without_stock_may_have_some_when_its_limit_is_reset(counter: Any) -> None:
    """A takes the only mug of near, and its day. At noon the next one comes, and at midnight B may have it."""
    rules = """\
rules:
  - {filters: [{has_stock: all}, {below_limit: {n: 1}}], otherwise: wait}
attempts: {after: []}
"""
    replenish = "replenish: [{warehouses: [near], arrivals: {every_days: 0.5, units: 1}}]"
    answers = counter.play(
        rules,
        "A 05T10:00 mug\nB 05T10:00 mug",
        sites={"near": "at: [0, 1]"},
        stock="near mug:1",
        stock_rules=replenish,
        items="{id: mug}",
    )
    assert answers.times("B") == ["05T10:00:00", "06T00:00:00"]
    assert answers.sites("B") == ["near"]


# -- what is left ---------------------------------------------------------------------------------------


def test_the_most_room_left_comes_first(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1], order_limit_per_day: 2",
        "mid": "at: [0, 2], order_limit_per_day: 4",
        "far": "at: [0, 3], order_limit_per_day: 3",
    }
    rules = "rules:\n  - {filters: [], rank: {by: [{remaining_limit: {descending: true}}, distance_km]}}\n"
    orders = "\n".join(f"o{i} 05T10:00 mug" for i in range(11))
    answers = counter.play(rules, orders, sites=sites)
    # mid has 4 left; mid 3, as far; ... of 2, 2 and 2 the nearest; after nine all are full, and go on below 0.
    wanted = ["mid", "mid", "far", "near", "mid", "far", "near", "mid", "far", "near", "mid"]
    assert [answers.sites(f"o{i}")[0] for i in range(11)] == wanted


def test_without_a_limit_everything_remains(counter: Any) -> None:
    sites = {"near": "at: [0, 1], order_limit_per_day: 1000000000", "far": "at: [0, 3]"}
    rules = "rules:\n  - {rank: {by: [{remaining_limit: {descending: true}}, {distance_km: {descending: true}}]}}\n"
    assert counter.play(rules, sites=sites).sites("A") == ["far"]
    rules = "rules:\n  - {rank: {cost: {remaining_limit: -1, distance_km: 0.001}}}\n"
    assert counter.play(rules, sites=sites).sites("A") == ["near"]


def test_what_is_left_counts_what_the_key_says(counter: Any) -> None:
    rules = """\
rules:
  - rank: {by: [{remaining_limit: {n: 10, of: units, per: hour, rolling: true, descending: true}}, distance_km]}
"""
    orders = (
        "A 05T10:00 mug:4\nB 05T10:10 mug\nC 05T10:20 mug:4\nD 05T10:30 mug\nE 05T11:00 mug\nF 05T11:10 mug"
    )
    answers = counter.play(rules, orders, sites=TWO)
    # A near (6 left); B far (9); C far (5); D near (5); E: near has 9 now, far 5; F: near 8, far 6.
    assert [answers.sites(order)[0] for order in "ABCDEF"] == ["near", "far", "far", "near", "near", "near"]
