"""A warm-up that is too short is told from chance, and from nights and weekends."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from reports.course import Course
from reports.warmups.rhythm import Rhythm
from reports.warmups.warmup import (
    ENOUGH,
    TOO_SHORT,
    UNKNOWN,
    UNSETTLED,
    WarmUp,
    advice,
    as_told,
    days,
    judge,
    judged,
    over_cycles,
    sentence,
    too_short,
    whole_days,
)

SEED, DAY, WEEK = 20260105, 24, 168
WARNS = (TOO_SHORT, UNSETTLED)


def noise(replications: int, values: int, memory: float, rng: np.random.Generator) -> np.ndarray:
    """Return stationary noise of mean 0 and variance 1: each value remembers so much of the one before."""
    found = rng.standard_normal((replications, values))
    for place in range(1, values):
        found[:, place] = memory * found[:, place - 1] + np.sqrt(1 - memory**2) * found[:, place]
    return found


def shape(values: int, width: int) -> np.ndarray:
    """Return what nights and Sundays do to a course: it trebles by day, and on Sundays there is next to nothing."""
    hours = np.arange(values) * width
    return (2 + np.sin(2 * np.pi * hours / DAY)) * np.where(hours // DAY % 7 == 6, 0.1, 1.0)


def busy_queue(replications: int, relaxations: float, values: int, rng: np.random.Generator) -> np.ndarray:
    """Return the number in an M/M/1 that begins empty, at a load of 0.95, by its embedded random walk.

    The relaxation time of M/M/1 is 1 / (mu (1 - sqrt(rho))^2) (Cohen 1982, "The single server queue", III.7.3); there are
    1 + rho events in the mean time of one service.
    """
    load = 0.95
    length = int(relaxations * (1 + load) / (1 - np.sqrt(load)) ** 2 / values)
    queue, found = np.zeros(replications, int), np.zeros((replications, values))
    for place in range(values):
        for _ in range(length):
            arrives = rng.random(replications) < load / (1 + load)
            queue = np.maximum(queue + np.where(arrives, 1, -1), 0)
            found[:, place] += queue
    return found / length


@pytest.mark.parametrize("memory", [0.0, 0.8, 0.97])
@pytest.mark.parametrize(("cycle", "width"), [(1, 1), (DAY, 2), (WEEK, 4)])
def test_a_course_without_a_transient_seldom_calls_for_a_warm_up(
    memory: float, cycle: int, width: int
) -> None:
    """300 experiments of 10 replications; two in a hundred are expected, and at most 5 % + 2 s.e. allowed."""
    rng = np.random.default_rng(SEED)
    false = 0
    for _ in range(300):
        values = 20 * shape(180, width) * (cycle > 1) + 20 + 5 * noise(10, 180, memory, rng)
        false += judge(Course(width, values), 0, cycle, 180 * width).verdict in WARNS
    assert false / 300 < 0.05 + 2 * np.sqrt(0.05 * 0.95 / 300)


def test_without_cycles_a_sunday_at_the_beginning_would_fool_mser_5() -> None:
    from_sunday = shape(162, 4)[36:]
    values = 20 * from_sunday + noise(10, 126, 0.5, np.random.default_rng(SEED))
    assert judge(Course(4, values), 0, WEEK, 504).verdict == ENOUGH
    assert judge(Course(4, values), 0, DAY, 504).verdict in WARNS


def test_a_busy_queue_that_begins_empty_needs_a_warm_up() -> None:
    """40 experiments of 20 replications, each as long as two relaxation times."""
    values = busy_queue(800, 8, 600, np.random.default_rng(SEED)).reshape(40, 20, 600)
    cold = [judge(Course(1, one[:, :150], begins_empty=True), 0, 1, 150).verdict in WARNS for one in values]
    warm = [judge(Course(1, one[:, -150:], begins_empty=True), 0, 1, 150).verdict in WARNS for one in values]
    assert np.mean(cold) > 0.9
    assert np.mean(warm) < 0.12


def falling(to: float, after_days: float, width: int = 4, run_days: int = 30) -> np.ndarray:
    """Return stock that falls from 1000 to a level, and is reviewed daily from then on."""
    at = np.arange(run_days * DAY // width) * width
    level = np.maximum(1000 - (1000 - to) * at / (after_days * DAY), to)
    return level + 5 * shape(len(at), width) + noise(3, len(at), 0.5, np.random.default_rng(SEED))


def test_stock_above_its_level_needs_a_warm_up_until_it_is_there() -> None:
    course = Course(4, falling(to=300, after_days=6))
    found = judge(course, 0, DAY, 720)
    assert found.verdict == TOO_SHORT
    assert found.cut_days == pytest.approx(6, abs=1)
    assert found.bias > 0.05
    assert found.p_value < 1e-3
    assert judge(course, 3, DAY, 720).verdict == TOO_SHORT
    assert judge(course, 7, DAY, 720).verdict == ENOUGH


def test_stock_that_falls_to_the_end_never_settles() -> None:
    course = Course(4, falling(to=100, after_days=30))
    assert judge(course, 0, DAY, 720).verdict == UNSETTLED
    assert judge(course, 20, DAY, 720).verdict == UNSETTLED


def test_what_is_too_little_to_matter_calls_for_nothing() -> None:
    values = 1000 + 0.01 * noise(10, 180, 0.0, np.random.default_rng(SEED))
    values[:, :20] -= 50  # half a per cent of the mean
    found = judge(Course(4, values), 0, 1, 720)
    assert (found.verdict, found.cut_days) == (ENOUGH, pytest.approx(20 * 4 / 24))
    assert found.p_value < 1e-6
    assert -0.01 < found.bias < 0


@pytest.mark.parametrize(("begin", "end", "warm_up_days"), [(0, 7, 1.75), (0, 7, 2), (50, 56, 14)])
def test_what_was_over_before_the_counted_days_calls_for_nothing(
    begin: int, end: int, warm_up_days: float
) -> None:
    """The mean of nothing used to be divided by."""
    values = np.zeros((2, 168))
    values[0, begin:end] = 1.0
    assert judge(Course(6, values, begins_empty=True), warm_up_days, 1, 1008).verdict == ENOUGH


def test_a_course_that_begins_empty_is_not_called_to_fall() -> None:
    course = Course(4, falling(to=300, after_days=6), begins_empty=True)
    assert judge(course, 0, DAY, 720).verdict == ENOUGH


def test_a_run_of_two_cycles_at_least_is_needed() -> None:
    values = noise(3, 180, 0.0, np.random.default_rng(SEED))
    found = judge(Course(1, values), 0, WEEK, 180)
    assert found.verdict == UNKNOWN
    assert found.reason == "no steady state shows in less than 14 days where 7 days make a cycle"
    found = judge(Course(1, values[:, :40]), 0, 1, 180)
    assert found.reason == "no steady state shows in less than 2.2 days"  # 51 hours


def test_one_replication_calls_for_nothing() -> None:
    found = judge(Course(4, falling(to=300, after_days=6)[:1]), 0, DAY, 720)
    assert (found.verdict, found.reason) == (
        UNKNOWN,
        "one replication does not tell a transient from chance",
    )


def test_a_window_shorter_than_a_cycle_says_nothing_about_itself() -> None:
    course = Course(4, falling(to=100, after_days=30))
    found = judge(course, 25, WEEK, 720)
    assert found.verdict == UNKNOWN
    assert found.reason == "too few days are counted where 7 days make a cycle"


def test_only_what_comes_before_something_dated_is_looked_at() -> None:
    values = 20 + noise(5, 180, 0.0, np.random.default_rng(SEED))
    values[:, 60:] += 20  # a sale
    assert judge(Course(4, values), 0, DAY, 240).verdict == ENOUGH
    assert judge(Course(4, values), 0, DAY, 720).verdict in WARNS


def test_nothing_at_all_has_settled_from_the_first_hour() -> None:
    assert judge(Course(1, np.zeros((3, 180))), 0, DAY, 180) == WarmUp(ENOUGH, "", 0.0)


def test_a_mean_over_cycles_hides_what_repeats() -> None:
    values = np.tile([1.0, 2.0, 6.0], 5)[None, :]
    assert over_cycles(values, 3).tolist() == [[3.0] * 13]


STEADY = Rhythm(DAY, 720, "", "", is_replenished=True)
RUNNING_DOWN = Rhythm(DAY, 720, "", "", is_replenished=False)


def test_nothing_settles_while_stock_runs_down() -> None:
    found = {
        "backlog": Course(4, 20 + noise(3, 180, 0.0, np.random.default_rng(SEED)), True),
        "on_hand": Course(4, falling(to=100, after_days=30)),
    }
    said = judged(found, 0, RUNNING_DOWN)
    assert {one.verdict for one in said.values()} == {UNKNOWN}
    assert {one.reason for one in said.values()} == {
        "stock that is not replenished runs down, and nothing settles"
    }
    assert judged(found, 0, STEADY)["backlog"].verdict == ENOUGH
    # So much stock that it does not matter how much is sold.
    found["on_hand"] = Course(4, found["on_hand"].values + 1e6)
    assert judged(found, 0, RUNNING_DOWN)["backlog"].verdict == ENOUGH


def test_recorded_orders_are_not_judged() -> None:
    found = {"backlog": Course(4, falling(to=300, after_days=6))}
    recorded = Rhythm(DAY, 720, "", "recorded orders are what they are", is_replenished=True)
    assert judged(found, 0, recorded)["backlog"] == WarmUp(UNKNOWN, "recorded orders are what they are")


SHORT = WarmUp(TOO_SHORT, "", 2.6, -0.123, 0.001)
UNDER_WAY = WarmUp(UNSETTLED, "", 9.0, 0.4, 0.001)
FINE = WarmUp(ENOUGH, "", 0.4, 0.0, 1.0)


class World:
    """What is asked of a scenario."""

    warm_up_days = 1.0


def test_a_policy_is_warned_of_once_by_its_worst_course() -> None:
    found = {
        "near": {"backlog": SHORT, "on_hand": FINE},
        "cheap": {"backlog": SHORT, "on_hand": UNDER_WAY},
        "good": {"backlog": FINE},
        "none": {},
    }
    scenarios: Any = dict.fromkeys(found, World())
    assert too_short(found, scenarios) == [
        "near: a warm-up of 1 day looks too short: shipments in the building settle after 2.6 days (MSER-5), and the days "
        "between move their mean by 12.3 %; write warm_up_days: 3; orderlab warmup draws it",
        "cheap: a warm-up of 1 day looks too short, and so does the run: units on hand have not settled after 9 days "
        "(MSER-5), and the days between move their mean by 40.0 %; make days longer to see when they do; orderlab "
        "warmup draws it",
    ]


def test_of_many_policies_only_the_first_are_told_in_full() -> None:
    found = {f"variant-{number}": {"backlog": SHORT} for number in range(20)}
    told = too_short(found, dict.fromkeys(found, World()))  # type: ignore[arg-type]
    assert [line.partition(":")[0] for line in told] == [
        "variant-0",
        "variant-1",
        "variant-2",
        "17 more policies",
    ]
    few = dict(list(found.items())[:4])
    assert len(too_short(few, dict.fromkeys(few, World()))) == 4  # type: ignore[arg-type]


def test_every_verdict_has_its_sentence() -> None:
    assert sentence("backlog", FINE, 1.0) == (
        "shipments in the building settle after 0.4 days (MSER-5): a warm-up of 1 day is enough"
    )
    assert sentence("on_hand", WarmUp(ENOUGH, "", 5.0, 0.02, 0.31), 1.0) == (
        "units on hand: a warm-up of 1 day is enough; MSER-5 cuts 5 days, but the days between move their mean by "
        "2.0 % (p = 0.3100), which is too little to matter or no more than chance"
    )
    assert sentence("on_hand", WarmUp(UNKNOWN, "of something"), 1.0) == "units on hand: of something"
    assert sentence("on_hand", WarmUp(UNKNOWN, "of something", 2.0), 1.0) == (
        "units on hand: MSER-5 cuts 2 days, but of something"
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([FINE, FINE], "warm_up_days: 1 is enough"),
        ([FINE, SHORT], "write warm_up_days: 3"),
        ([SHORT, UNDER_WAY], "the run is too short to say after how many days it settles: make days longer"),
        ([WarmUp(UNKNOWN, "why"), FINE], "warm_up_days: 1 is enough"),
        ([WarmUp(UNKNOWN, "why")], "nothing can be said of a warm-up"),
        ([], "nothing can be said of a warm-up"),
    ],
)
def test_one_line_says_what_to_write(said: list[WarmUp], told: str) -> None:
    by_course = dict(zip(("backlog", "on_hand"), said, strict=False))
    assert advice({"near": by_course}, 1.0, STEADY) == told
    dated = Rhythm(DAY, 72, "a surge of demand", "", is_replenished=True)
    assert (
        advice({"near": by_course}, 1.0, dated)
        == f"{told}; only what comes before a surge of demand is looked at"
    )


def test_days_are_rounded_up() -> None:
    assert [days(hours) for hours in (24, 25, 48, 0, 168)] == [
        "1 day", "1.1 days", "2 days", "0 days", "7 days",
    ]  # fmt: skip
    assert [whole_days(WarmUp(TOO_SHORT, "", cut)) for cut in (0.2, 1.0, 2.0000000001, 2.1)] == [1, 1, 2, 3]


def test_what_is_said_is_plain_json() -> None:
    told = as_told({"near": {"backlog": SHORT}})
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["near"]["backlog"]["verdict"] == "too short"
