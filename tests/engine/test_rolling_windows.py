"""Rolling windows: what was allocated at t counts up to t + length, and no more at that second."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import DAY, HOUR, NEVER, ORDER, Clock
from sim.limits import ROLLING_S, RollingUsage
from sim.view.turns import Turns

SITES = 2


def amounts(units: int) -> tuple[float, ...]:
    """Return what a shipment of one line counts towards each limit: an item of 0.10 that weighs a gram."""
    return 1, 1, units, units / 10, units / 1000


def play(clock: Clock, scenes: list[tuple[int, Callable[[], None]]]) -> None:
    """Do things at seconds of a run."""
    for second, do in scenes:
        clock.due(second, ORDER, lambda _, do=do: do())
    clock.due(scenes[-1][0], ORDER, lambda _: clock.stop())
    clock.run()


def test_the_lengths_of_rolling_windows() -> None:
    assert ROLLING_S == {"hour": 3_600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}


@pytest.mark.parametrize("per", ["hour", "day", "week", "month"])
def test_a_window_is_half_open(per: str) -> None:
    clock, length, seen = Clock(), ROLLING_S[per], []
    usage = RollingUsage(clock, SITES, "units", per)

    def look() -> None:
        seen.append(usage.used().tolist())

    scenes = [(10, lambda: usage.add(1, amounts(3))), (10, look), (11, lambda: usage.add(1, amounts(4)))]
    play(clock, [*scenes, (9 + length, look), (10 + length, look), (11 + length, look)])
    assert seen == [[0, 3], [0, 7], [0, 4], [0, 0]]


def test_what_is_moved_is_given_back_once_and_only_while_it_counts() -> None:
    clock, seen = Clock(), []
    usage = RollingUsage(clock, SITES, "units", "hour")

    def look() -> None:
        seen.append(usage.used().item(0))

    play(
        clock,
        [
            (0, lambda: usage.add(0, amounts(5))),
            (5, lambda: usage.add(0, amounts(2))),
            (9, lambda: usage.give_back(0, amounts(5), 0)),
            (9, look),
            (10, lambda: usage.give_back(0, amounts(1), 5)),  # one unit of the second
            (10, look),
            (HOUR, look),  # what was given back does not leave the window a second time
            (HOUR + 5, look),
            (HOUR + 6, lambda: usage.give_back(0, amounts(1), 5)),
            (HOUR + 6, look),
        ],
    )
    assert seen == [2, 1, 1, 0, 0]


def test_amounts_of_money_leave_nothing_behind() -> None:
    """In binary 0.1 + 0.2 - 0.1 - 0.2 is more than 0."""
    clock, seen = Clock(), []
    usage = RollingUsage(clock, SITES, "value", "hour")
    scenes = [(n, lambda n=n: usage.add(0, amounts(1 + n % 3))) for n in range(999)]
    play(clock, [*scenes, (HOUR + 999, lambda: seen.append(usage.used().item(0)))])
    assert seen == [0.0]


steps = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, SITES - 1), st.integers(0, 5), st.booleans()),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(steps)
def test_a_rolling_window_counts_what_looking_through_all_allocations_counts(
    steps: list[tuple[int, int, int, bool]],
) -> None:
    clock = Clock()
    usage = RollingUsage(clock, SITES, "units", "hour")
    given: list[tuple[int, int, int]] = []

    def step(site: int, units: int, back: bool) -> None:
        if back and given:
            second, site, units = given.pop(len(given) // 2)
            usage.give_back(site, amounts(units), second)
        else:
            given.append((clock.now, site, units))
            usage.add(site, amounts(units))

        def used(now: int) -> list[int]:
            return [sum(n for at, i, n in given if i == j and at > now - HOUR) for j in range(SITES)]

        now = used(clock.now)
        assert usage.used().tolist() == now
        much = np.array([now[0] / 2, now[1] - 1.0])
        falls = usage.falls_at(much)
        fallen = [
            second
            for second in sorted({at + HOUR for at, _, _ in given if at + HOUR > clock.now})
            if any(
                0 < want <= before - after
                for want, before, after in zip(much, now, used(second), strict=True)
            )
        ]
        assert falls == (fallen[0] if fallen else NEVER)

    second, scenes = 0, []
    for wait, site, units, back in steps:
        second += wait
        scenes.append((second, lambda site=site, units=units, back=back: step(site, units, back)))
    play(clock, scenes)


def test_more_than_was_ever_given_never_leaves() -> None:
    clock, seen = Clock(), []
    usage = RollingUsage(clock, SITES, "orders", "day")
    scenes = [(0, lambda: usage.add(0, amounts(1))), (DAY - 1, lambda: usage.add(0, amounts(1)))]
    asked = ([1.0, 0], [2.0, 0], [2.5, 0], [0, 1.0], [-1.0, 0])
    scenes.append((DAY - 1, lambda: seen.extend(usage.falls_at(np.array(much)) for much in asked)))
    play(clock, scenes)
    assert seen == [DAY, 2 * DAY - 1, NEVER, NEVER, NEVER]


def test_turns_are_numbered_and_stay_taken() -> None:
    turns = Turns(3)
    for site in (1, 0, 1):
        turns.add(site, amounts(1))
    turns.give_back(1, amounts(1), 0)
    assert turns.last.tolist() == [2, 3, 0]
    with pytest.raises(ValueError, match="read-only"):
        turns.last[0] = 9
