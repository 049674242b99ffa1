"""How busy warehouses are, as filters and rank keys see it."""

from __future__ import annotations

from typing import Any

import pytest

# Each order is an hour's work for one of near's stations; far never has anything to do.
SITES = {"near": "at: [0, 1], stations: 1, work_minutes: 60", "far": "at: [0, 3]"}
ALL_NEAR = "rules:\n  - {sites: [near], when: {order: {segment: [bulk]}}}\n"


def burst(count: int, at: str = "05T10:00", segment: str = "bulk") -> str:
    """Return orders of a segment that always goes to one place, bulk to near: of n, n - 1 wait."""
    return "\n".join(f"{segment[0]}{number} {at} mug {segment} here" for number in range(count))


def play(counter: Any, rules: str, orders: str, **world: Any) -> Any:
    """Play a rule after the one that sends bulk to near."""
    world.setdefault("sites", SITES)
    segments = "{id: standard}, {id: bulk}"
    return counter.play(ALL_NEAR + rules, orders, segments=segments, **world)


@pytest.mark.parametrize(
    ("waiting", "sites"),
    [(12, ["near"]), (13, ["far"])],  # 12 hours of work for one station are exactly half a day
)
def test_below_backlog_takes_what_lies_exactly_at_its_bound(
    counter: Any, waiting: int, sites: list[str]
) -> None:
    rules = "  - {filters: [{below_backlog: {days: 0.5}}]}\n"
    answers = play(counter, rules, burst(1 + waiting) + "\nA 05T10:00 mug")
    assert answers.sites("A") == sites
    assert answers.first("removed", "A").endswith("below_backlog=1") == (sites == ["far"])


@pytest.mark.parametrize(("waiting", "sites"), [(4, ["near"]), (5, ["far"])])
def test_backlog_runs_down_the_opening_hours(counter: Any, waiting: int, sites: list[str]) -> None:
    """Monday 22:00, open until midnight and from 6 to 8: the next 24 hours hold 4 hours of work."""
    hours = '{mon: "00:00-24:00", tue: "06:00-08:00", wed: "06:00-10:00"}'
    world = {**SITES, "near": f"{SITES['near']}, hours: {hours}"}
    rules = "  - {filters: [{below_backlog: {days: 1}}]}\n"
    answers = play(counter, rules, burst(1 + waiting, "05T22:00") + "\nA 05T22:00 mug", sites=world)
    assert answers.sites("A") == sites


@pytest.mark.parametrize(("days", "sites"), [(3.24, ["far"]), (3.25, ["near"])])
def test_a_closed_day_counts_as_a_whole_one(counter: Any, days: float, sites: list[str]) -> None:
    """Friday 10:00, ten hours wait: 4 until 14:00, none up to Sunday 10:00, 4 on Monday, and 2 of the 8 after 10:00."""
    world = {**SITES, "near": SITES["near"] + ', hours: {mon-fri: "06:00-14:00"}'}
    rules = f"  - {{filters: [{{below_backlog: {{days: {days}}}}}]}}\n"
    answers = play(counter, rules, burst(11, "09T10:00") + "\nA 09T10:00 mug", sites=world)
    assert answers.sites("A") == sites


@pytest.mark.parametrize(
    ("announced", "sites"), [("announced_hours: 24", ["far"]), ("announced_hours: 0", ["near"])]
)
def test_only_announced_downtime_counts(counter: Any, announced: str, sites: list[str]) -> None:
    """From 12:00 near is closed for maintenance for a day: of eight hours two are done by then."""
    downtime = f"downtime: [{{begins: 2026-01-05T12:00, hours: 24, {announced}}}]"
    world = {**SITES, "near": f"{SITES['near']}, {downtime}"}
    rules = "  - {filters: [{below_backlog: {days: 0.5}}]}\n"
    answers = play(counter, rules, burst(9) + "\nA 05T10:00 mug", sites=world)
    assert answers.sites("A") == sites


def test_who_waits_for_a_backlog_is_decided_when_it_is_worked_off(counter: Any) -> None:
    """Six hours of work wait, an eighth of a day of it may: three hours later it does."""
    rules = "  - {sites: [near], filters: [{below_backlog: {days: 0.125}}], otherwise: wait}\n"
    answers = play(counter, rules, burst(7) + "\nA 05T10:00 mug")
    assert answers.sites("A") == ["near"]
    times = answers.times("A")
    assert (times[0], times[-1]) == ("05T10:00:00", "05T13:00:00")
    assert len(times) <= 3  # nothing polls


def test_the_least_busy_warehouse_that_may_take_an_order_wakes_it(counter: Any) -> None:
    """Eight hours of work wait at near, six at mid, of which three may; idle is not one of the rule's."""
    rules = """\
  - {sites: [mid], when: {order: {segment: [few]}}}
  - {sites: [near, mid], filters: [{below_backlog: {days: 0.125}}], otherwise: wait}
attempts: {after: []}
"""
    sites = {"idle": "at: [0, 9]", "near": SITES["near"], "mid": SITES["near"]}
    orders = f"{burst(9)}\n{burst(7, segment='few')}\nA 05T10:00 mug"
    segments = "{id: standard}, {id: bulk}, {id: few}"
    answers = counter.play(ALL_NEAR + rules, orders, sites=sites, segments=segments)
    assert answers.sites("A") == ["mid"]
    assert (answers.times("A")[0], answers.times("A")[-1]) == ("05T10:00:00", "05T13:00:00")


def test_who_waits_for_a_backlog_looks_again_after_five_minutes_at_the_soonest(counter: Any) -> None:
    """Four hours wait, of which 3.96 may: what is too much would be worked off in 144 s, but a job takes an hour."""
    rules = "  - {sites: [near], filters: [{below_backlog: {days: 0.165}}], otherwise: wait}\n"
    answers = play(counter, rules, burst(5) + "\nA 05T10:00 mug")
    assert answers.times("A")[:3] == ["05T10:00:00", "05T10:05:00", "05T10:10:00"]
    assert answers.times("A")[-1] == "05T11:00:00"


def test_who_waits_for_stock_is_not_woken_by_a_backlog_within_its_bound(counter: Any) -> None:
    rules = "  - {filters: [{below_backlog: {days: 1}}, {has_stock: all}], otherwise: wait}\nattempts: {after: []}\n"
    answers = play(counter, rules, burst(3) + "\nA 05T10:00 tea", stock="near mug:9; far mug:9")
    assert answers.times("A") == ["05T10:00:00"]


def test_backlog_days_rank_by_time_and_not_by_shipments(counter: Any) -> None:
    """Ten hours for ten stations are less than two hours for one."""
    sites = {
        "big": "at: [0, 1], stations: 10, work_minutes: 60",
        "small": "at: [0, 3], stations: 1, work_minutes: 60",
    }
    rules = """\
rules:
  - {sites: [big], when: {order: {segment: [bulk]}}}
  - {sites: [small], when: {order: {segment: [few]}}}
"""
    orders = burst(20) + "\nf1 05T10:00 mug few here\nf2 05T10:00 mug few here\nf3 05T10:00 mug few here"
    segments = "{id: standard}, {id: bulk}, {id: few}"
    for key, wanted in (("backlog_days", "big"), ("backlog", "small")):
        ranked = rules + f"  - {{rank: {{by: [{key}]}}}}\n"
        answers = counter.play(ranked, orders + "\nA 05T10:00 mug", sites=sites, segments=segments)
        assert answers.sites("A") == [wanted]
    assert answers.first("margin", "A") == 20 - 3
    ranked = rules + "  - {rank: {by: [backlog_days]}}\n"
    answers = counter.play(ranked, orders + "\nA 05T10:00 mug", sites=sites, segments=segments)
    assert answers.first("margin", "A") == pytest.approx(2 / 24 - 10 / 240, abs=1e-9)


def test_backlog_days_cost_what_they_are_worth(counter: Any) -> None:
    """A parcel from far costs 2 more; a day of backlog is worth 8: six hours tip the balance."""
    services = "{id: parcel, zones_km: [200], rates: {base: [3, 5]}}"
    rules = "  - {rank: {cost: {landed_cost: 1, backlog_days: 8}}}\n"
    for waiting, wanted in ((5, "near"), (7, "far")):
        answers = play(counter, rules, burst(1 + waiting) + "\nA 05T10:00 mug", services=services)
        assert answers.sites("A") == [wanted]
        assert answers.first("margin", "A") == pytest.approx(abs(2 - waiting / 3), abs=1e-6)


def test_utilisation_is_the_share_of_busy_stations(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1], stations: 4, work_minutes: 60",
        "mid": "at: [0, 2], stations: 0",
        "far": "at: [0, 3], stations: 2, work_minutes: 60",
    }
    rules = "rules:\n  - {filters: [], rank: {by: [utilisation, site_id]}}\n"
    # far 0 < near 0; ties go by id: far 1/2, then near up to 1/2, far (equal) full, near full, then all are.
    answers = counter.play(rules, "\n".join(f"o{i} 05T10:00 mug" for i in range(8)), sites=sites)
    assert [answers.sites(f"o{i}")[0] for i in range(8)] == [
        "far", "near", "near", "far", "near", "near", "far", "far",
    ]  # fmt: skip


def test_utilisation_counts_what_pauses_at_a_closed_site(counter: Any) -> None:
    sites = {
        "near": 'at: [0, 1], work_minutes: 60, hours: {mon-fri: "08:00-18:00"}',
        "far": 'at: [0, 3], work_minutes: 60, hours: {mon-fri: "08:00-18:00"}',
    }
    rules = "rules:\n  - {rank: {by: [utilisation, distance_km]}}\n"
    answers = counter.play(rules, "A 05T17:30 mug\nB 05T20:00 mug", sites=sites)
    assert (answers.sites("A"), answers.sites("B")) == (["near"], ["far"])


def test_warehouses_take_turns(counter: Any) -> None:
    rules = "rules:\n  - {rank: {by: [least_recently_used]}}\n"
    orders = "\n".join(f"o{i} 05T10:00 mug" for i in range(7))
    answers = counter.play(rules, orders)
    turns = [answers.sites(f"o{i}")[0] for i in range(7)]
    assert turns == ["near", "mid", "far", "near", "mid", "far", "near"]


def test_who_has_no_stock_misses_its_turn_and_is_next_when_it_has(counter: Any) -> None:
    rules = "rules:\n  - {rank: {by: [least_recently_used]}}\n"
    orders = "A 05T10:00 mug\nB 05T10:01 tea\nC 05T10:02 tea\nD 05T10:03 mug"
    answers = counter.play(rules, orders, stock="near mug:1 tea:9; mid mug:9; far tea:9")
    assert [answers.sites(order)[0] for order in "ABCD"] == ["near", "far", "near", "mid"]


def test_a_turn_that_came_to_nothing_was_a_turn(counter: Any) -> None:
    rules = """\
rules:
  - {filters: [{has_stock: all}], rank: {by: [least_recently_used]}, otherwise: {backorder: {give_up_after_hours: 1}}}
"""
    # A is committed to near and gives up there; B finds near used, and mid not.
    answers = counter.play(rules, "A 05T10:00 mug:9\nB 05T12:00 mug", stock="near mug:3; mid mug:3")
    assert answers.orders["A"]["cancel_reason"] == "gave_up"
    assert answers.sites("B") == ["mid"]


def test_chance_is_even_and_the_same_in_each_run(counter: Any) -> None:
    rules = "rules:\n  - {rank: {by: [random]}}\n"
    orders = "\n".join(f"o{i} 05T10:00 mug" for i in range(600))
    first, second = (list(counter.play(rules, orders).shipments["warehouse"]) for _ in range(2))
    assert first == second
    # 200 each; the standard deviation of a count is (600 x 1/3 x 2/3) ** 0.5 = 11.5.
    assert all(abs(first.count(site) - 200) < 4 * 11.5 for site in ("near", "mid", "far"))


def test_chance_does_not_hang_on_the_order_of_the_warehouses(counter: Any) -> None:
    rules = "rules:\n  - {rank: {by: [random]}}\n"
    orders = "\n".join(f"o{i} 05T10:00 mug" for i in range(50))
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "far": "at: [0, 3]"}
    turned = dict(reversed(sites.items()))
    one, other = (counter.play(rules, orders, sites=given) for given in (sites, turned))
    assert [one.sites(f"o{i}") for i in range(50)] == [other.sites(f"o{i}") for i in range(50)]


@pytest.mark.parametrize(
    ("effect", "rank", "sites"),
    [
        ("last", "{by: [distance_km]}", ["far"]),
        # A parcel from far costs 2 more: what is too busy may still be cheaper.
        ("{penalty: 1.99}", "{cost: {landed_cost: 1}}", ["near"]),
        ("{penalty: 2.01}", "{cost: {landed_cost: 1}}", ["far"]),
    ],
)
def test_a_warehouse_beyond_its_backlog_may_only_be_put_back(
    counter: Any, effect: str, rank: str, sites: list[str]
) -> None:
    services = "{id: parcel, zones_km: [200], rates: {base: [3, 5]}}"
    rules = f"  - {{filters: [{{below_backlog: {{days: 0.5, effect: {effect}}}}}], rank: {rank}}}\n"
    orders = burst(14) + "\nA 05T10:00 mug"
    assert play(counter, rules, orders, services=services).sites("A") == sites
    alone = {"near": SITES["near"]}
    assert play(counter, rules, orders, services=services, sites=alone).sites("A") == ["near"]
