"""Open windows: what is said of them equals counting second by second."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar import ALWAYS, Calendar, daily_instants, weekly_windows
from sim.clock import DAY, HOUR, NEVER

SECONDS = 120

windows = st.lists(st.tuples(st.integers(-10, SECONDS), st.integers(0, 40)), max_size=7).map(
    lambda pairs: [(begin, begin + length) for begin, length in pairs]
)


def open_seconds(pairs: list[tuple[int, int]]) -> set[int]:
    return {second for begin, end in pairs for second in range(begin, end)}


def count_finish(is_open: set[int], at: int, work: int) -> int:
    """Work one second in each open second from `at` on; return the end of the last."""
    if not work:
        return min((second for second in is_open if second >= at), default=NEVER)
    for second in range(at, SECONDS + 100):
        if second in is_open:
            work -= 1
            if not work:
                return second + 1
    return NEVER


@settings(max_examples=300, deadline=None, derandomize=True)
@given(windows, st.integers(0, SECONDS), st.integers(0, 90))
def test_finish_equals_counting_second_by_second(pairs: list[tuple[int, int]], at: int, work: int) -> None:
    assert Calendar(pairs).finish(at, work) == count_finish(open_seconds(pairs), at, work)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(windows, st.integers(0, SECONDS), st.integers(0, SECONDS))
def test_what_else_a_calendar_says_equals_counting(
    pairs: list[tuple[int, int]], begin: int, length: int
) -> None:
    calendar, is_open = Calendar(pairs), open_seconds(pairs)
    end = begin + length
    assert calendar.open_seconds(begin, end) == len(is_open & set(range(begin, end)))
    assert calendar.is_open(begin) == (begin in is_open)
    assert open_seconds(list(calendar.windows)) == is_open
    assert all(a[1] < b[0] for a, b in zip(calendar.windows, calendar.windows[1:], strict=False))
    opens, closes = calendar.window(begin)
    later = {second for second in is_open if second >= begin}
    if not later:
        assert (opens, closes) == (NEVER, NEVER)
    else:
        assert opens <= min(later) < closes
        assert set(range(max(opens, begin), closes)) <= is_open
        assert closes not in is_open


@settings(max_examples=100, deadline=None, derandomize=True)
@given(windows, st.integers(0, SECONDS), st.integers(1, 30), st.integers(1, 30))
def test_work_in_two_pieces_ends_when_it_would_in_one(
    pairs: list[tuple[int, int]], at: int, first: int, second: int
) -> None:
    calendar = Calendar(pairs)
    pause = calendar.finish(at, first)
    assert calendar.finish(at, first + second) == (calendar.finish(pause, second) if pause < NEVER else NEVER)


def test_a_site_without_hours_never_pauses() -> None:
    assert ALWAYS.finish(123, 456) == 579
    assert ALWAYS.open_seconds(10, 70) == 60
    assert ALWAYS.is_open(0)


def test_no_windows_no_work() -> None:
    assert Calendar([]).finish(0, 1) == NEVER
    assert Calendar([]).open_seconds(0, 100) == 0
    assert Calendar([(5, 5)]).windows == []


def week(**days: list[tuple[float, float]]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return a week of windows in hours."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return tuple(tuple((int(b * HOUR), int(e * HOUR)) for b, e in days.get(name, [])) for name in names)


MONDAY = 1_767_571_200  # 2026-01-05T00:00Z


def test_a_weekly_pattern_repeats_from_the_day_of_the_start() -> None:
    found = weekly_windows(week(tue=[(8, 12), (13, 17)], sun=[(10, 11)]), ZoneInfo("UTC"), MONDAY, 14 * DAY)
    tuesday = [(DAY + b * HOUR, DAY + e * HOUR) for b, e in ((8, 12), (13, 17))]
    sunday = [(6 * DAY + 10 * HOUR, 6 * DAY + 11 * HOUR)]
    later = [(b + 7 * DAY, e + 7 * DAY) for b, e in tuesday + sunday]
    assert found == [*tuesday, *sunday, *later]


def test_a_window_across_midnight_that_began_the_day_before_is_open_at_the_start() -> None:
    found = weekly_windows(week(sun=[(22, 30)]), ZoneInfo("UTC"), MONDAY, DAY)
    assert found == [(-2 * HOUR, 6 * HOUR)]


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("midnight", "hours", "opens"),
    [
        (1_772_946_000, 23, 8),  # 2026-03-08, 23 hours long: 09:00 comes 8 hours after midnight
        (1_793_505_600, 25, 10),  # 2026-11-01, 25 hours long
    ],
)
def test_windows_follow_the_clock_of_the_wall(midnight: int, hours: int, opens: int) -> None:
    found = weekly_windows(week(sun=[(9, 17)], mon=[(9, 17)]), NEW_YORK, midnight, 2 * DAY)
    assert found == [
        (opens * HOUR, (opens + 8) * HOUR),
        ((hours + 9) * HOUR, (hours + 17) * HOUR),
    ]
    assert daily_instants([9 * HOUR], NEW_YORK, midnight, 2 * DAY) == [opens * HOUR, (hours + 9) * HOUR]


def test_a_night_window_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    nights = week(sat=[(22, 30)])
    (spring,) = weekly_windows(nights, NEW_YORK, 1_772_859_600, DAY)
    (autumn,) = weekly_windows(nights, NEW_YORK, 1_793_419_200, DAY)
    assert [end - begin for begin, end in (spring, autumn)] == [7 * HOUR, 9 * HOUR]


def test_a_time_of_day_that_is_skipped_moves_forward_and_one_that_comes_twice_is_taken_once() -> None:
    spring = daily_instants([2 * HOUR + 1800], NEW_YORK, 1_772_946_000, DAY)
    assert spring[0] == 2 * HOUR + 1800  # 03:30 of summer time, two and a half hours after midnight
    autumn = daily_instants([HOUR + 1800], NEW_YORK, 1_793_505_600, DAY)
    assert autumn == [HOUR + 1800]
