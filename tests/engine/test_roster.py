"""A roster says what counting second by second says, whatever the windows, shifts and outages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar import ALWAYS, Calendar
from sim.clock import HOUR, NEVER
from sim.scenario.sites import Warehouse
from sim.warehouse.roster import Roster, roster

SECONDS = 100

windows = st.lists(st.tuples(st.integers(-10, SECONDS), st.integers(0, 40)), max_size=6).map(
    lambda pairs: [(begin, begin + length) for begin, length in pairs]
)
steps = st.lists(st.tuples(st.integers(0, SECONDS), st.integers(0, 4)), max_size=5).map(
    lambda pairs: [(-NEVER, 2), *sorted(dict(pairs).items())]
)
partial = st.lists(
    st.tuples(st.integers(-10, SECONDS), st.integers(1, 40), st.sampled_from([0, 0.25, 0.5, 1.0])), max_size=5
).map(lambda rows: [(begin, begin + length, factor) for begin, length, factor in rows])


def stations_at(pairs: list[tuple[int, int]], changes: list[tuple[int, int]], at: int) -> int:
    if not any(begin <= at < end for begin, end in pairs):
        return 0
    return next(stations for since, stations in reversed(changes) if since <= at)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(windows, windows)
def test_without_leaves_what_lies_outside(
    pairs: list[tuple[int, int]], closed: list[tuple[int, int]]
) -> None:
    left = Calendar(pairs).without(Calendar(closed))
    for second in range(-10, SECONDS + 50):
        inside = any(begin <= second < end for begin, end in pairs)
        taken = any(begin <= second < end for begin, end in closed)
        assert left.is_open(second) == (inside and not taken)
    assert left.open_seconds(-10, SECONDS + 50) == sum(end - begin for begin, end in left.windows)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(windows, steps, partial)
def test_outages_leave_the_least_factor_of_the_stations_rounded_down(
    pairs: list[tuple[int, int]], changes: list[tuple[int, int]], outages: list[tuple[int, int, float]]
) -> None:
    left = Roster(Calendar(pairs), changes).less(outages)
    for second in range(-10, SECONDS + 50):
        factors = [factor for begin, end, factor in outages if begin <= second < end]
        expected = int(stations_at(pairs, changes, second) * min(factors, default=1.0))
        assert left.stations(second) == expected


@settings(max_examples=300, deadline=None, derandomize=True)
@given(windows, steps, st.integers(0, SECONDS))
def test_a_segment_is_the_next_time_in_which_stations_take_jobs(
    pairs: list[tuple[int, int]], changes: list[tuple[int, int]], at: int
) -> None:
    plan = Roster(Calendar(pairs), changes)
    begin, end, stations = plan.segment(at)
    taking = [second for second in range(at, SECONDS + 60) if stations_at(pairs, changes, second)]
    if not taking:
        assert (begin, end, stations) == (NEVER, NEVER, 0)
        return
    assert begin <= taking[0] < end
    assert all(stations_at(pairs, changes, second) == stations for second in range(max(begin, at), end))
    # It goes on until something changes.
    assert stations_at(pairs, changes, end) != stations or end in {since for since, _ in changes}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(windows, steps, st.integers(0, SECONDS), st.integers(0, 120), st.integers(0, 30))
def test_what_waits_is_shared_second_by_second(
    pairs: list[tuple[int, int]], changes: list[tuple[int, int]], at: int, waiting: int, own: int
) -> None:
    plan = Roster(Calendar(pairs), changes)
    left = waiting
    for second in range(at, SECONDS + 60):
        stations = stations_at(pairs, changes, second)
        if left < stations:  # within this second the job gets its station
            assert plan.ready(second, left, own) == plan.ready(at, waiting, own)
            begun = plan.calendar.finish(second, int(left / stations + own))
            assert plan.ready(at, waiting, own) == begun
            return
        left -= stations
    assert plan.ready(at, waiting, own) == NEVER


def test_decimals_of_a_factor_do_not_lose_a_station() -> None:
    plan = Roster(ALWAYS, [(-NEVER, 100)])
    assert plan.less([(0, 10, 0.29)]).stations(5) == 29  # 100 x 0.29 is 28.999999999999996
    assert plan.less([(0, 10, 0.289)]).stations(5) == 28


SUNDAYS = {"id": "x", "stations": 1, "shifts": [{"days": "sun", "window": "01:00-04:00", "stations": 2}]}


@pytest.mark.parametrize(
    ("midnight", "hours"),
    [
        (1_772_946_000, (1, 3)),  # 2026-03-08 in New York: 02:00 is 03:00
        (1_793_505_600, (1, 5)),  # 2026-11-01: 01:00 comes twice, the first is meant
        (1_772_946_000 - 7 * 24 * HOUR, (1, 4)),
    ],
)
def test_a_shift_follows_the_clock_of_the_wall(midnight: int, hours: tuple[int, int]) -> None:
    plan = roster(Warehouse.model_validate(SUNDAYS), ZoneInfo("America/New_York"), midnight, 24 * HOUR)
    begin, end = hours
    assert plan.steps == [(-NEVER, 1), (begin * HOUR, 2), (end * HOUR, 1)]


def test_a_shift_that_the_clock_skips_is_none_and_those_beside_it_hold() -> None:
    shifts = [
        {"window": "00:00-02:00", "stations": 3},
        {"window": "02:00-02:30", "stations": 9},
        {"window": "02:30-03:00", "stations": 8},
        {"window": "03:00-05:00", "stations": 4},
    ]
    site = Warehouse.model_validate({"id": "x", "stations": 1, "shifts": shifts})
    plan = roster(site, ZoneInfo("America/New_York"), 1_772_946_000, 6 * HOUR)
    # 02:00 to 02:30 of the wall is 03:00 to 03:30 of summer time: the later to begin there is the one of 03:00.
    assert [plan.stations(at * HOUR // 2) for at in range(10)] == [3, 3, 3, 3, 4, 4, 4, 4, 1, 1]
