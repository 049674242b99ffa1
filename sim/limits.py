"""How much each warehouse was given in the present hour, day, week or month of its own calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.clock import Clock, instant

UNITS_OF_LIMITS = ("orders", "lines", "units", "value", "weight_kg")


def _hour(local: datetime) -> datetime:
    return local.replace(minute=0, second=0) + timedelta(hours=1)


def _day(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0) + timedelta(days=1)


def _week(local: datetime) -> datetime:
    return _day(local) + timedelta(days=6 - local.weekday())


def _month(local: datetime) -> datetime:
    return (local.replace(day=1, hour=0, minute=0, second=0) + timedelta(days=32)).replace(day=1)


NEXT_WINDOW: dict[str, Callable[[datetime], datetime]] = {
    "hour": _hour, "day": _day, "week": _week, "month": _month,
}  # fmt: skip
"""The first local moment after the window of a kind that a local moment lies in."""


class Usage:
    """What was allocated to each warehouse since its present calendar window began.

    Attributes:
        most: no warehouse was given more, in any window so far.

    Args:
        of: one of `UNITS_OF_LIMITS`; an order counts once for each shipment of it.
        per: a key of `NEXT_WINDOW`; the window ends at the site's local boundary, also across a change of
            the clock.

    """

    def __init__(self, clock: Clock, catalogue: Catalogue, of: str, per: str) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._of = UNITS_OF_LIMITS.index(of)
        self._next = NEXT_WINDOW[per]
        sites = len(catalogue.site_ids)
        self._used = np.zeros(sites, np.float64)
        self._shown = self._used.view()
        self._shown.flags.writeable = False
        self._ends = np.full(sites, -1, np.int64)
        self._begins = np.zeros(sites, np.int64)
        self._first_end = -1
        self.most = 0.0

    def used(self) -> NDArray[np.float64]:
        """Return the amounts in the present window, by warehouse; the array cannot be written."""
        if self._clock.now >= self._first_end:
            self._roll()
        return self._shown

    def add(self, site: int, amounts: tuple[float, ...]) -> None:
        """Count one allocation to a site; `amounts` in the order of `UNITS_OF_LIMITS`."""
        if self._clock.now >= self._first_end:
            self._roll()
        self._used[site] += amounts[self._of]
        self.most = max(self.most, float(self._used[site]))

    def give_back(self, site: int, amounts: tuple[float, ...], allocated_at: int) -> None:
        """Uncount an allocation that was moved or cancelled, if it fell into the present window."""
        if self._clock.now >= self._first_end:
            self._roll()
        if allocated_at >= self._begins[site]:
            self._used[site] -= amounts[self._of]

    def _roll(self) -> None:
        now, start = self._clock.now, self._catalogue.start
        ends: dict[str, int] = {}
        for site in np.flatnonzero(self._ends <= now).tolist():
            zone = self._catalogue.site_zones[site]
            if zone.key not in ends:
                local = datetime.fromtimestamp(start + now, zone).replace(tzinfo=None)
                ends[zone.key] = instant(self._next(local), zone) - start
            self._begins[site] = self._ends[site]
            self._ends[site] = ends[zone.key]
            self._used[site] = 0.0
        self._first_end = int(self._ends.min())
