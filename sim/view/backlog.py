"""Days of backlog: how long the work that waits at each warehouse lasts, run down its calendar day by day.

Slice k is the time from k to k + 1 days after now, of 86,400 seconds each. A slice that the work fills counts as one
day, the last one by the share of its capacity that is taken. A slice without capacity counts as a whole day: whoever
waits over it waits a day. (IBM Sterling: capacities of 50, 60, 185, 250, 300 and 400 units a day hold 40 units in
0.8 days and 1,036 in 5.4775.)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools, Floats
from sim.clock import DAY, HOUR, NEVER, Clock
from sim.warehouse.warehouses import Warehouses

Sites = NDArray[np.intp]

LONGEST_DAYS = 36_525.0
"""Days of backlog of work that the calendar does not hold: a number that can still be weighed and added up."""

Capacity = Callable[[int, Sites | None], tuple[Floats, Bools]]
"""From the number of a slice and positions of warehouses (None: all) to what the slice holds there, and to whether
nothing changes any more: all later slices hold as much."""


def days_of_backlog(work: Floats, capacity: Capacity) -> Floats:
    """Return how many slices amounts of work last, by warehouse; work and capacity are in the same unit."""
    days = np.zeros(len(work))
    room, is_last = capacity(0, None)
    if not np.count_nonzero(work > room):
        return np.divide(work, room, out=days, where=work > 0)
    sites = np.flatnonzero(work > 0)
    left, room, is_last = work[sites], room[sites], is_last[sites]
    number = 0
    while True:
        ends = (left <= room) | is_last
        share = np.divide(left, room, out=np.full(len(sites), LONGEST_DAYS), where=room > 0)
        days[sites[ends]] = np.minimum(number + share, LONGEST_DAYS)[ends]
        stays = ~ends
        sites = sites[stays]
        if not len(sites):
            return days
        left = left[stays] - room[stays]
        number += 1
        room, is_last = capacity(number, sites)


class Backlog:
    """The work that waits at all warehouses, against what their rosters hold as far as these are known.

    What a slice holds moves with now: it is kept as a straight line, and looked up again for the few warehouses that
    opened, closed or changed shifts at one of its ends since then, or of which something new became known.
    """

    def __init__(self, clock: Clock, warehouses: Warehouses) -> None:
        self._clock = clock
        self._warehouses = warehouses
        self._slices: list[_Slice] = []
        self._nothing = np.zeros(len(warehouses.sites))
        self._nothing.flags.writeable = False
        warehouses.on_known.append(self._forget)

    def days(self) -> Floats:
        """Return the days of backlog of each warehouse."""
        work = self._warehouses.work_s
        return days_of_backlog(work, self._capacity) if np.count_nonzero(work) else self._nothing

    def falls_to(self, site: int, days: float) -> int:
        """Return the first second at which a warehouse has at most some days of backlog if nothing is added to it.

        NEVER where its calendar does not hold that much work.
        """
        now, roster = self._clock.now, self._warehouses.sites[site].known
        work = self._warehouses.work_s.item(site)
        whole, share = divmod(days, 1.0)

        def is_reached(at: int) -> bool:
            full = at + int(whole) * DAY
            room: float = roster.station_seconds(now, full)
            return room + share * roster.station_seconds(full, full + DAY) >= work

        reach = HOUR
        while not is_reached(now + reach):
            reach *= 2
            if reach > LONGEST_DAYS * DAY:
                return NEVER
        low, high = now - 1, now + reach
        while high - low > 1:
            middle = (low + high) // 2
            if is_reached(middle):
                high = middle
            else:
                low = middle
        return high

    def _capacity(self, number: int, sites: Sites | None) -> tuple[Floats, Bools]:
        """Return the station-seconds of a slice at some warehouses, and where all later slices are alike."""
        now = self._clock.now
        if number == len(self._slices):
            self._slices.append(_Slice(len(self._nothing)))
        found = self._slices[number]
        if now >= found.first_until:
            for site in np.flatnonzero(found.until <= now).tolist():
                self._look(found, now, now + number * DAY, site)
            found.first_until = int(found.until.min())
        if sites is None:
            return found.at_start + found.slope * now, found.is_last
        return found.at_start[sites] + found.slope[sites] * now, found.is_last[sites]

    def _look(self, found: _Slice, now: int, begin: int, site: int) -> None:
        roster = self._warehouses.sites[site].known
        end, change = begin + DAY, roster.next_change(begin)
        slope = roster.stations(end) - roster.stations(begin)
        found.slope[site] = slope
        found.at_start[site] = roster.station_seconds(begin, end) - slope * now
        found.until[site] = now + min(change - begin, roster.next_change(end) - end)
        found.is_last[site] = change >= NEVER

    def _forget(self, site: int) -> None:
        for found in self._slices:
            found.until[site] = found.first_until = -1


class _Slice:
    """One slice at each warehouse: the line through what it held at second 0 of the run, good up to `until`."""

    __slots__ = ("at_start", "first_until", "is_last", "slope", "until")

    def __init__(self, sites: int) -> None:
        self.at_start = np.zeros(sites, np.float64)
        self.slope = np.zeros(sites, np.float64)
        self.until = np.full(sites, -1, np.int64)
        self.first_until = -1
        self.is_last = np.zeros(sites, bool)
