"""Open windows of a site: when work goes on, and when a piece of work that starts now will be finished."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import accumulate
from operator import sub
from zoneinfo import ZoneInfo

from sim.clock import DAY, NEVER
from sim.localtime import instant, local_midnight

Window = tuple[int, int]
"""Begin and end in seconds, half-open."""

Week = tuple[tuple[Window, ...], ...]
"""Windows of seven days from Monday, each day's in order and disjoint, in seconds from local midnight; an end beyond
86,400 lies on the next day."""


class Calendar:
    """Half-open windows [begin, end) of seconds in which a site works.

    Args:
        windows: in any order; those that touch or overlap become one.

    """

    __slots__ = ("_begins", "_ends", "_worked", "_worked_end")

    def __init__(self, windows: Iterable[Window]) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        for begin, end in sorted(windows):
            if end <= begin:
                continue
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)
        self._add_up()

    def _add_up(self) -> None:
        """Add up the open seconds before each window and up to its end: work maps to an end by one bisection."""
        self._worked_end: list[int] = list(accumulate(map(sub, self._ends, self._begins)))
        self._worked = [0, *self._worked_end[:-1]]

    def without(self, closed: Calendar) -> Calendar:
        """Return what is left of the windows outside those of another calendar."""
        if not closed._begins:
            return self
        left = Calendar(())
        left._begins = begins = self._begins.copy()
        left._ends = ends = self._ends.copy()
        for begin, end in closed.windows:
            first, last = bisect_right(ends, begin), bisect_left(begins, end)
            if first >= last:
                continue
            pieces = [
                (opens, closes)
                for opens, closes in ((begins[first], begin), (end, ends[last - 1]))
                if opens < closes
            ]
            begins[first:last] = [opens for opens, _ in pieces]
            ends[first:last] = [closes for _, closes in pieces]
        left._add_up()
        return left

    @property
    def windows(self) -> Sequence[Window]:
        """The windows, in order, disjoint."""
        return list(zip(self._begins, self._ends, strict=True))

    def is_open(self, at: int) -> bool:
        """Tell whether a second lies in a window."""
        i = bisect_right(self._ends, at)
        return i < len(self._ends) and self._begins[i] <= at

    def window(self, at: int) -> Window:
        """Return the window that holds a second, else the next one; (NEVER, NEVER) after the last."""
        i = bisect_right(self._ends, at)
        return (self._begins[i], self._ends[i]) if i < len(self._ends) else (NEVER, NEVER)

    def next_change(self, at: int) -> int:
        """Return the first second after another at which it opens or closes; NEVER where there is none."""
        begin, end = self.window(at)
        return end if begin <= at else begin

    def finish(self, at: int, seconds: int) -> int:
        """Return when work of some open seconds that starts at a second is complete.

        Work pauses outside the windows; work due at the closing second is complete. NEVER when the windows do
        not hold that much work.
        """
        i = bisect_right(self._ends, at)
        if i == len(self._ends):
            return NEVER
        begin = self._begins[i]
        if begin < at:
            begin = at
        if begin + seconds <= self._ends[i]:
            return begin + seconds
        target = self._worked[i] + begin - self._begins[i] + seconds
        i = bisect_left(self._worked_end, target)
        return self._begins[i] + target - self._worked[i] if i < len(self._ends) else NEVER

    def open_seconds(self, begin: int, end: int) -> int:
        """Return how many seconds of [begin, end) lie in windows."""
        return self._worked_until(end) - self._worked_until(begin)

    def _worked_until(self, at: int) -> int:
        i = bisect_right(self._ends, at)
        if i == len(self._ends):
            return self._worked_end[-1] if self._worked_end else 0
        return self._worked[i] + max(at - self._begins[i], 0)


ALWAYS = Calendar([(-NEVER, NEVER)])
"""The calendar of a site without opening hours."""


def weekly_windows(week: Week, zone: ZoneInfo, start: int, end: int) -> list[Window]:
    """Return the windows of a weekly pattern that fall into a run.

    Args:
        week: the pattern.
        zone: where the local times hold; a change of the clock moves the windows with it.
        start: the run's first instant, seconds since 1970 UTC.
        end: the run's length in seconds.

    Returns:
        Windows in seconds since start, from those that hold second 0 to those that begin before `end`.

    """
    first = local_midnight(start, zone) - timedelta(1)
    windows = []
    for number in range(end // DAY + 4):
        midnight = first + timedelta(number)
        for begin, finish in week[midnight.weekday()]:
            opens = instant(midnight + timedelta(seconds=begin), zone) - start
            closes = instant(midnight + timedelta(seconds=finish), zone) - start
            if closes > 0 and opens < end:
                windows.append((opens, closes))
    return windows


def daily_instants(times: Sequence[int], zone: ZoneInfo, start: int, end: int) -> list[int]:
    """Return when local times of day come round in a run, in seconds since start, sorted, within [0, end]."""
    first = local_midnight(start, zone) - timedelta(1)
    found = {
        instant(first + timedelta(number, time), zone) - start
        for number in range(end // DAY + 4)
        for time in times
    }
    return sorted(at for at in found if 0 <= at <= end)
