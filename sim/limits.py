"""How much each warehouse was given: in the present hour, day, week or month of its calendar, or up to now."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque

import numpy as np

from sim.arrays import Floats, read_only
from sim.catalogue import Catalogue
from sim.clock import DAY, HOUR, NEVER, Clock
from sim.localtime import period_end

UNITS_OF_LIMITS = ("orders", "lines", "units", "value", "weight_kg")


ROLLING_S = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}
"""The seconds of a rolling window."""

EXACT = 1_000_000
"""Amounts are added up in millionths, of which money and weights are whole: what comes and goes leaves nothing."""


class Tally(ABC):
    """Something that is counted by warehouse whenever a shipment is allocated."""

    @abstractmethod
    def add(self, site: int, amounts: tuple[float, ...]) -> None:
        """Count one allocation to a site; `amounts` in the order of `UNITS_OF_LIMITS`."""

    @abstractmethod
    def give_back(self, site: int, amounts: tuple[float, ...], allocated_at: int) -> None:
        """Uncount an allocation that was moved or cancelled."""


class Usage(Tally):
    """What was allocated to each warehouse within a window of time.

    Attributes:
        most: no warehouse was given more, in any window so far.

    Args:
        of: one of `UNITS_OF_LIMITS`; an order counts once for each shipment of it.

    """

    def __init__(self, clock: Clock, sites: int, of: str) -> None:
        self._clock = clock
        self._of = UNITS_OF_LIMITS.index(of)
        self._exact = [0] * sites
        self._used = np.zeros(sites, np.float64)
        self._shown = read_only(self._used)
        self.most = 0.0

    def _count(self, site: int, amount: int) -> None:
        """Let so many millionths come, or go as a negative number."""
        self._exact[site] += amount
        self._used[site] = self._exact[site] / EXACT

    @abstractmethod
    def used(self) -> Floats:
        """Return the amounts in the present window, by warehouse; the array cannot be written."""

    @abstractmethod
    def falls_at(self, much: Floats) -> int:
        """Return when the window has moved on so far that one warehouse has much less in it than now.

        The first second at which this holds for any warehouse if nothing is added; NEVER where there is none.

        Args:
            much: by warehouse; one with 0 or less is not looked at.

        """


class CalendarUsage(Usage):
    """What was allocated since the present hour, day, week or month began at each warehouse.

    Args:
        per: hour, day, week or month; the window ends at the site's local boundary, also across a change of
            the clock.

    """

    def __init__(self, clock: Clock, catalogue: Catalogue, of: str, per: str) -> None:
        sites = len(catalogue.site_ids)
        super().__init__(clock, sites, of)
        self._catalogue = catalogue
        self._per = per
        self._ends = np.full(sites, -1, np.int64)
        self._begins = np.zeros(sites, np.int64)
        self._first_end = -1

    def used(self) -> Floats:
        """Return the amounts in the present window, by warehouse; the array cannot be written."""
        if self._clock.now >= self._first_end:
            self._roll()
        return self._shown

    def add(self, site: int, amounts: tuple[float, ...]) -> None:
        """Count one allocation to a site; `amounts` in the order of `UNITS_OF_LIMITS`."""
        if self._clock.now >= self._first_end:
            self._roll()
        self._count(site, round(amounts[self._of] * EXACT))
        self.most = max(self.most, self._used.item(site))

    def give_back(self, site: int, amounts: tuple[float, ...], allocated_at: int) -> None:
        """Uncount an allocation that was moved or cancelled, if it fell into the present window."""
        if self._clock.now >= self._first_end:
            self._roll()
        if allocated_at >= self._begins[site]:
            self._count(site, -round(amounts[self._of] * EXACT))

    def falls_at(self, much: Floats) -> int:
        """Return when the first of the windows ends in which so much was allocated."""
        ends = self._ends[(much > 0) & (self.used() >= much)]
        return int(ends.min()) if len(ends) else NEVER

    def _roll(self) -> None:
        now, start = self._clock.now, self._catalogue.start
        ends: dict[str, int] = {}
        for site in np.flatnonzero(self._ends <= now).tolist():
            zone = self._catalogue.site_zones[site]
            if zone.key not in ends:
                ends[zone.key] = period_end(self._per, start + now, zone) - start
            self._begins[site] = self._ends[site]
            self._ends[site] = ends[zone.key]
            self._count(site, -self._exact[site])
        self._first_end = int(self._ends.min())


class RollingUsage(Usage):
    """What was allocated to each warehouse within so many seconds up to now.

    The window is half-open: what was allocated at t counts up to t + seconds, and no more at that second. Each
    allocation is looked at twice, when it comes and when it goes.

    Args:
        per: a key of `ROLLING_S`.

    """

    def __init__(self, clock: Clock, sites: int, of: str, per: str) -> None:
        super().__init__(clock, sites, of)
        self._seconds = ROLLING_S[per]
        self._by_second: list[dict[int, int]] = [{} for _ in range(sites)]
        self._leaving: deque[tuple[int, int]] = deque()

    def used(self) -> Floats:
        """Return the amounts in the present window, by warehouse; the array cannot be written."""
        self._move_on()
        return self._shown

    def add(self, site: int, amounts: tuple[float, ...]) -> None:
        """Count one allocation to a site; `amounts` in the order of `UNITS_OF_LIMITS`."""
        self._move_on()
        now, seconds = self._clock.now, self._by_second[site]
        if now not in seconds:
            seconds[now] = 0
            self._leaving.append((now, site))
        self._change(site, now, round(amounts[self._of] * EXACT))
        self.most = max(self.most, self._used.item(site))

    def give_back(self, site: int, amounts: tuple[float, ...], allocated_at: int) -> None:
        """Uncount an allocation that was moved or cancelled, if it is still in the window."""
        self._move_on()
        if allocated_at in self._by_second[site]:
            self._change(site, allocated_at, -round(amounts[self._of] * EXACT))

    def falls_at(self, much: Floats) -> int:
        """Return when so much has left the window of the first warehouse."""
        first = NEVER
        for site in np.flatnonzero((much > 0) & (self.used() >= much)).tolist():
            left = much.item(site) * EXACT
            for second, amount in self._by_second[site].items():
                left -= amount
                if left <= 0 or second + self._seconds >= first:
                    first = min(first, second + self._seconds)
                    break
        return first

    def _move_on(self) -> None:
        """Let go what has left the window."""
        leaving, last = self._leaving, self._clock.now - self._seconds
        while leaving and leaving[0][0] <= last:
            second, site = leaving.popleft()
            self._change(site, second, -self._by_second[site][second])
            del self._by_second[site][second]

    def _change(self, site: int, second: int, amount: int) -> None:
        self._by_second[site][second] += amount
        self._count(site, amount)
