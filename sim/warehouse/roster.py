"""When a site works, and with how many stations: its opening hours and shifts, less its outages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from sim.calendar import ALWAYS, Calendar, Week, weekly_windows
from sim.clock import NEVER
from sim.scenario.sites import Warehouse

Step = tuple[int, int]
"""From a second on, so many stations."""

ALMOST = 1e-9
"""Decimals are not exact in binary: 100 stations times 0.29 are 28.999999999999996, and leave 29."""


class Roster:
    """Open windows, in which work goes on, and a step function of stations, which take jobs while it is open.

    Attributes:
        calendar: the windows.
        steps: the stations, in order of time; the first has no beginning.

    """

    __slots__ = ("calendar", "steps")

    def __init__(self, calendar: Calendar, steps: Sequence[Step]) -> None:
        self.calendar = calendar
        self.steps: list[Step] = []
        for begin, stations in steps:
            if not self.steps or self.steps[-1][1] != stations:
                self.steps.append((begin, stations))

    def _step(self, at: int) -> int:
        return bisect_right(self.steps, (at, NEVER)) - 1

    def stations(self, at: int) -> int:
        """Return the stations that take jobs at a second: none while the site is closed."""
        if not self.calendar.is_open(at):
            return 0
        return self.steps[self._step(at)][1]

    def segment(self, at: int) -> tuple[int, int, int]:
        """Return begin, end and number of the stations that take jobs at a second, else that are next to do so.

        (NEVER, NEVER, 0) where none are.
        """
        begin, end = self.calendar.window(at)
        i = self._step(max(at, begin))
        while begin < NEVER:
            since, stations = self.steps[i]
            until = NEVER if i + 1 == len(self.steps) else self.steps[i + 1][0]
            if stations:
                return max(since, begin), min(until, end), stations
            if until >= NEVER:
                break
            if until < end:
                i += 1
            else:
                begin, end = self.calendar.window(end)
                i = self._step(begin)
        return NEVER, NEVER, 0

    def next_change(self, at: int) -> int:
        """Return the first second after another at which it may have another number of stations; else NEVER."""
        i = self._step(at) + 1
        change = self.calendar.next_change(at)
        return change if i == len(self.steps) else min(change, self.steps[i][0])

    def station_seconds(self, begin: int, end: int) -> int:
        """Return the seconds of work that all stations together can do in [begin, end)."""
        total, i = 0, self._step(begin)
        while begin < end:
            until = end if i + 1 == len(self.steps) else min(end, self.steps[i + 1][0])
            total += self.steps[i][1] * self.calendar.open_seconds(begin, until)
            begin, i = until, i + 1
        return total

    def ready(self, at: int, waiting: float, own: float) -> int:
        """Return when a job that comes at a second can be expected to be complete.

        Args:
            at: the second.
            waiting: seconds of work that is done before it, shared by the stations.
            own: seconds of its own work at one station.

        """
        if len(self.steps) == 1:
            stations = self.steps[0][1]
            return self.calendar.finish(at, int(waiting * (1 / stations) + own)) if stations else NEVER
        while True:
            begin, end, stations = self.segment(at)
            if begin >= NEVER:
                return NEVER
            begin = max(begin, at)
            room = (end - begin) * stations
            if waiting < room:
                return self.calendar.finish(begin, int(waiting / stations + own))
            waiting -= room
            at = end

    def changes(self) -> list[int]:
        """Return the seconds at which it opens, closes, or has another number of stations."""
        windows = [at for window in self.calendar.windows for at in window]
        return [*windows, *(at for at, _ in self.steps)]

    def less(self, outages: Iterable[tuple[int, int, float]]) -> Roster:
        """Return what is left of it outside outages.

        Args:
            outages: begin, end and the share of the stations that is left, of several the least; where none is,
                the site is closed.

        """
        closed, partial = [], []
        for begin, end, factor in outages:
            if factor:
                partial.append((begin, end, factor))
            else:
                closed.append((begin, end))
        calendar = self.calendar.without(Calendar(closed))
        if not partial:
            return self if calendar is self.calendar else Roster(calendar, self.steps)
        changes: dict[int, list[tuple[float, int]]] = {begin: [] for begin, _ in self.steps}
        for begin, end, factor in partial:
            changes.setdefault(begin, []).append((factor, 1))
            changes.setdefault(end, []).append((factor, -1))
        active: dict[float, int] = {}
        steps = []
        for at in sorted(changes):
            for factor, more in changes[at]:
                active[factor] = active.get(factor, 0) + more
            least = min((factor for factor, count in active.items() if count), default=1.0)
            steps.append((at, int(self.steps[self._step(at)][1] * least + ALMOST)))
        return Roster(calendar, steps)


def roster(site: Warehouse, zone: ZoneInfo, start: int, end: int) -> Roster:
    """Return the hours and shifts of a site in a run.

    Args:
        site: its entry in the scenario.
        zone: where its local times hold.
        start: the run's first instant, seconds since 1970 UTC.
        end: the run's length in seconds.

    """
    calendar = ALWAYS if site.hours is None else Calendar(weekly_windows(site.hours, zone, start, end))
    shifts: list[tuple[int, int, int]] = []
    for shift in site.shifts:
        week: Week = tuple((shift.window,) if day in shift.days else () for day in range(7))
        shifts += [(*window, shift.stations) for window in weekly_windows(week, zone, start, end)]
    return Roster(calendar, list(_steps(site.stations, sorted(shifts))))


def _steps(stations: int, shifts: Sequence[tuple[int, int, int]]) -> Iterable[Step]:
    """Yield the steps of shifts that lie between times with the site's usual stations."""
    yield -NEVER, stations
    usual_from = -NEVER
    for begin, end, other in shifts:
        if begin > usual_from > -NEVER:
            yield usual_from, stations
        # A night that loses an hour may leave nothing of a shift, or let it begin before the one before it ends.
        if end > begin:
            yield begin, other
            usual_from = end
    if usual_from > -NEVER:
        yield usual_from, stations
