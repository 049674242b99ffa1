"""Limits on what a warehouse is given: inclusive or strict, by calendar window at the site, of several things."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

TWO = {"near": "at: [0, 1]", "far": "at: [0, 3]"}


def rule(limit: str) -> str:
    """Return a rule that fills the nearest warehouse up to a limit, and gives the rest to whatever else there is."""
    filters = f"{{below_limit: {limit}}}" if limit else "below_limit"
    return f"rules:\n  - {{filters: [{filters}]}}\n  - {{sites: [far]}}\n"


def given(answers: Any) -> Counter[str]:
    return Counter(answers.shipments["warehouse"])


def burst(count: int, lines: str = "mug", at: str = "05T10:00") -> str:
    return "\n".join(f"o{number} {at} {lines}" for number in range(count))


@pytest.mark.parametrize(("limit", "near"), [("{n: 10}", 10), ("{n: 10, strict: true}", 9), ("{n: 0}", 0)])
def test_a_limit_of_10_admits_10_and_strictly_9(counter: Any, limit: str, near: int) -> None:
    sites = {"near": "at: [0, 1]", "far": "at: [0, 3]"}
    answers = counter.play(rule(limit), burst(12), sites=sites)
    assert given(answers)["near"] == near
    assert given(answers)["far"] == 12 - near


@pytest.mark.parametrize(
    ("limit", "near"),
    [
        ("{n: 3, of: orders}", 3),
        ("{n: 6, of: lines}", 3),  # two lines an order
        ("{n: 5, of: lines}", 2),
        ("{n: 9, of: units}", 3),  # three units
        ("{n: 8.9, of: units}", 2),
        (
            "{n: 0.9, of: value}",
            3,
        ),  # 2 x 0.10 + 0.10; 0.3 + 0.3 + 0.3 is less than 0.9 in binary, 0.1 x 9 more
        ("{n: 0.89, of: value}", 2),
        ("{n: 3.6, of: weight_kg}", 3),  # 2 x 0.1 + 1 kg
        ("{n: 3.599, of: weight_kg}", 2),
    ],
)
def test_what_a_limit_counts(counter: Any, limit: str, near: int) -> None:
    items = "{id: mug, price: 0.10, weight_kg: 0.1}, {id: tea, price: 0.10, weight_kg: 1}"
    answers = counter.play(rule(limit), burst(5, "mug:2,tea"), sites=TWO, items=items)
    assert given(answers)["near"] == near


@pytest.mark.parametrize(("most", "near"), [("300000", 1), ("299999.99", 0)])
def test_value_is_counted_to_the_cent(counter: Any, most: str, near: int) -> None:
    answers = counter.play(
        rule(f"{{n: {most}, of: value}}"), "A 05T10:00 mug:3", sites=TWO, items="{id: mug, price: 100000}"
    )
    assert given(answers)["near"] == near


def test_without_n_the_limit_is_what_the_scenario_says_of_the_site(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1], order_limit_per_day: 2",
        "mid": "at: [0, 2], order_limit_per_day: 3",
        "far": "at: [0, 3]",
    }
    answers = counter.play(rule(""), burst(9), sites=sites)
    assert given(answers) == {"near": 2, "mid": 3, "far": 4}


def admitted(answers: Any) -> str:
    """Return for each order, in turn, whether near took it."""
    return "".join("x" if answers.sites(order) == ["near"] else "." for order in answers.orders)


@pytest.mark.parametrize(
    ("zone", "moments", "wanted"),
    [
        # New York, ordinary: midnight is 05:00 UTC.
        ("America/New_York", "2026-01-06T04:59:57 2026-01-06T04:59:59 2026-01-06T05:00:00", "x.x"),
        # The clock goes forward on 8 March at 02:00: that day has 23 hours, and ends at 04:00 UTC.
        ("America/New_York", "2026-03-08T05:00:00 2026-03-09T03:59:59 2026-03-09T04:00:00", "x.x"),
        ("America/New_York", "2026-03-08T04:59:59 2026-03-08T05:00:00 2026-03-09T03:59:59", "xx."),
        # It goes back on 1 November: that day has 25 hours, from 04:00 to 05:00 UTC.
        ("America/New_York", "2026-11-01T04:00:00 2026-11-02T04:59:59 2026-11-02T05:00:00", "x.x"),
        # A zone with half an hour: midnight is 18:30 UTC.
        ("Asia/Kolkata", "2026-01-05T18:29:58 2026-01-05T18:29:59 2026-01-05T18:30:00", "x.x"),
        # In Beirut the clock went from 00:00 to 01:00 on 27 March 2022: the day began at 22:00 UTC all the same.
        ("Asia/Beirut", "2022-03-26T21:59:58 2022-03-26T21:59:59 2022-03-26T22:00:00", "x.x"),
    ],
)
def test_a_day_begins_at_the_midnight_of_the_site(counter: Any, zone: str, moments: str, wanted: str) -> None:
    orders = "\n".join(f"o{number} {moment} mug" for number, moment in enumerate(moments.split()))
    sites = {**TWO, "near": f"at: [0, 1], timezone: {zone}"}
    assert admitted(counter.play(rule("{n: 1}"), orders, sites=sites)) == wanted


@pytest.mark.parametrize(
    ("per", "moments", "wanted"),
    [
        ("hour", "05T10:00:00 05T10:59:59 05T11:00:00 05T11:30:00 05T13:00:00", "x.x.x"),
        ("day", "05T10:00:00 05T23:59:59 06T00:00:00", "x.x"),
        ("week", "05T00:00:00 11T23:59:59 12T00:00:00", "x.x"),  # 5 January 2026 is a Monday
        ("month", "05T00:00:00 31T23:59:59 2026-02-01T00:00:00 2026-02-28T23:59:59", "x.x."),
    ],
)
def test_a_window_is_of_the_calendar(counter: Any, per: str, moments: str, wanted: str) -> None:
    orders = "\n".join(f"o{number} {moment} mug" for number, moment in enumerate(moments.split()))
    assert admitted(counter.play(rule(f"{{n: 1, per: {per}}}"), orders, sites=TWO)) == wanted


@pytest.mark.parametrize(
    ("zone", "moments", "wanted"),
    [
        # New York turns the clock back at 06:00 UTC, from 02:00 to 01:00: 01:59:59 is followed by another 01:00.
        (
            "America/New_York",
            "2026-11-01T05:00 2026-11-01T05:59:59 2026-11-01T06:00 2026-11-01T07:00",
            "x.xx",
        ),
        # Lord Howe by half an hour at 15:00 UTC, from 02:00 to 01:30.
        (
            "Australia/Lord_Howe",
            "2026-04-04T14:00 2026-04-04T14:59:59 2026-04-04T15:00 2026-04-04T15:30",
            "x.xx",
        ),
        # And in New York forward at 07:00 UTC, from 02:00 to 03:00.
        (
            "America/New_York",
            "2026-03-08T06:00 2026-03-08T06:59:59 2026-03-08T07:00 2026-03-08T08:00",
            "x.xx",
        ),
    ],
)
def test_an_hour_that_the_clock_shows_twice_is_two_hours(
    counter: Any, zone: str, moments: str, wanted: str
) -> None:
    orders = "\n".join(f"o{number} {moment} mug" for number, moment in enumerate(moments.split()))
    sites = {**TWO, "near": f"at: [0, 1], timezone: {zone}"}
    assert admitted(counter.play(rule("{n: 1, per: hour}"), orders, sites=sites)) == wanted


@pytest.mark.parametrize(("teas", "mug"), [(1, "near"), (2, "far"), (3, "far")])
def test_what_any_rule_allocates_counts(counter: Any, teas: int, mug: str) -> None:
    """A stop-gap rule for what the van takes knows no limit, and uses up what the next rule may give."""
    rules = """\
rules:
  - {name: by van, sites: [near], service: [van]}
  - {name: by parcel, filters: [{below_limit: {n: 2}}]}
"""
    items = "{id: mug, handling: [fragile]}, {id: tea, handling: [dry]}"
    services = "{id: van, carries: [dry]}, {id: parcel}"
    orders = burst(teas, "tea") + "\nM 05T10:00 mug"
    answers = counter.play(rules, orders, sites=TWO, items=items, services=services)
    assert given(answers) == Counter({"near": teas}) + Counter({mug: 1})


def test_a_backorder_counts_when_it_is_committed_and_is_given_back_when_it_gives_up(counter: Any) -> None:
    rules = """\
rules:
  - filters: [{below_limit: {n: 1}}, {has_stock: all}]
    otherwise: {backorder: {give_up_after_hours: 2}}
"""
    orders = "A 05T10:00 mug:5\nB 05T11:59:59 mug\nC 05T12:00:01 mug"
    answers = counter.play(rules, orders, sites={"near": "at: [0, 1]"}, stock="near mug:3")
    assert answers.orders["A"]["cancel_reason"] == "gave_up"
    # While A waits, near has had its one order of the day: B finds no warehouse to wait for.
    assert answers.first("removed", "B") == "below_limit=1"
    assert answers.sites("C") == ["near"]
    assert answers.orders["C"]["state"] == "delivered"


def test_what_was_given_back_on_another_day_does_not_raise_the_limit(counter: Any) -> None:
    rules = """\
rules:
  - {sites: [near], filters: [{below_limit: {n: 2}}], otherwise: {backorder: {give_up_after_hours: 24}}}
"""
    # A is committed on the 5th and gives up on the 6th, on which B and C use up the limit: D must not pass.
    orders = "A 05T10:00 mug:5\nB 06T08:00 tea\nC 06T09:00 tea\nD 06T11:00 tea"
    answers = counter.play(rules, orders, stock="near tea:9 mug:3", sites=TWO)
    assert [answers.orders[order]["state"] for order in "ABC"] == ["cancelled", "delivered", "delivered"]
    assert answers.first("removed", "D") == "sites=1 below_limit=1"
    assert answers.first("outcome", "D") == "none, wait"


def test_the_split_of_an_order_counts_at_each_of_its_sites(counter: Any) -> None:
    rules = "rules:\n  - {filters: [{below_limit: {n: 1}}], split: {max_shipments: 2}, otherwise: cancel}\n"
    orders = "A 05T10:00 mug,tea\nB 05T10:00 mug\nC 05T10:00 tea\nD 06T10:00 tea"
    answers = counter.play(rules, orders, sites=TWO, stock="near mug:9; far tea:9")
    assert sorted(answers.sites("A")) == ["far", "near"]
    assert [answers.orders[order]["state"] for order in "BCD"] == ["cancelled", "cancelled", "delivered"]
    assert answers.orders["A"]["split_reason"] == "no_stock"


def test_an_order_split_because_a_site_is_full_says_so(counter: Any) -> None:
    rules = "rules:\n  - {filters: [{below_limit: {n: 1}}, {has_stock: any}], split: {max_shipments: 2}}\n"
    stock = "near mug:9 tea:9; mid mug:9; far tea:9"
    answers = counter.play(rules, "A 05T10:00 mug,tea\nB 05T10:00 mug,tea", stock=stock)
    assert answers.sites("A") == ["near"]
    assert sorted(answers.sites("B")) == ["far", "mid"]
    assert answers.orders["B"]["split_reason"] == "capacity"


def test_what_earlier_rules_give_in_the_same_decision_counts(counter: Any) -> None:
    """Near used to get both: ten units of six."""
    limit = "filters: [{below_limit: {n: 6, of: units}}, {has_stock: any}]"
    rules = f"rules:\n  - {{when: {{line: {{item: mug}}}}, {limit}}}\n  - {{{limit}, split: {{max_shipments: 2}}}}\n"
    assert counter.play(rules, "A 05T10:00 mug:5,tea:5").sites("A") == ["near", "mid"]
    assert counter.play(rules, "A 05T10:00 mug:3,tea:3").sites("A") == ["near", "near"]


def test_an_order_of_which_a_site_may_keep_a_part_waits_for_its_limit(counter: Any) -> None:
    rules = (
        "rules: [{filters: [is_up, handles_items, {below_limit: {n: 1}}, {has_stock: any}], split: {max_shipments: 2},"
        " on_partial: {assign: wait}, otherwise: wait}]\n"
    )
    answers = counter.play(
        rules,
        "A 05T10:00 mug\nB 05T11:00 mug,ice",
        items="{id: mug}, {id: ice, handling: [cold]}",
        stock="near mug:9; far ice:0",
        sites={"near": "at: [0, 1], handling: [ambient]", "far": "at: [0, 2], handling: [cold]"},
    )
    assert answers.times("B")[1] == "06T00:00:00"


def test_what_has_left_already_does_not_keep_the_rest_from_its_limit(counter: Any) -> None:
    rules = """\
rules:
  - {sites: [far], filters: [{has_stock: units}], split: {max_shipments: 3}, on_partial: {assign_units: next}}
  - {sites: [near], filters: [{below_limit: {n: 4, of: units, per: hour}}, {has_stock: any}], split: {max_shipments: 3}}
"""
    answers = counter.play(rules, "A 05T10:00 tea:4\nB 05T10:10 mug:8", stock="near mug:9 tea:9; far mug:5")
    assert answers.times("B") == ["05T10:10:00", "05T11:00:00"]
    assert answers.orders["B"]["state"] == "delivered"


def test_a_soft_limit_that_starts_over_is_a_reason_to_ask_again(counter: Any) -> None:
    rules = "rules: [{filters: [is_up, {soft: {below_limit: {n: 1}}}, {has_stock: any}]}]\n"
    answers = counter.play(rules, "A 05T10:00 mug\nB 05T11:00 mug,tea", stock="near mug:9 tea:9; far mug:9")
    assert answers.times("B") == ["05T11:00:00", "06T00:00:00"]
    assert answers.orders["B"]["state"] == "delivered"


def test_limits_count_for_a_policy_that_asks_a_rule_set_by_itself(counter: Any) -> None:
    """`RuleSet.allocate` without `prepare` used to look at counts that nobody kept."""
    from policies import BelowLimit, Rule, RuleSet

    class Wrapped:
        rules = RuleSet(rules=(Rule(filters=(BelowLimit(n=2),)), Rule(sites=("far",))))

        def allocate(self, order: Any, network: Any) -> Any:
            return self.rules.allocate(order, network)

    assert given(counter.play(Wrapped(), burst(5), sites=TWO)) == {"near": 2, "far": 3}
