"""Whether all that is allocated now makes the very next pickup of every service at every warehouse."""

from __future__ import annotations

import numpy as np

from sim.clock import Clock
from sim.pickup import Ints, Pickups
from sim.warehouses import Warehouses

GLANCE_S = 120
"""For so many seconds what was found of calendars and pickups is taken to hold, at its worst."""

LONG_S = 1 << 40
"""No wait is longer, and floats tell seconds of it apart."""


class Punctual:
    """Knows how much work may wait at each warehouse so that a parcel is ready before anything closes or collects.

    Then pickups need no estimate of when a parcel is ready, which saves 9 us of nearly each decision. What it does
    not promise may still be so: only that is estimated.
    """

    def __init__(self, clock: Clock, warehouses: Warehouses, pickups: Pickups) -> None:
        self._clock = clock
        self._warehouses = warehouses
        self._pickups = pickups
        self._room = np.zeros(0)  # seconds of work
        self._until = -1
        self._segments = -1
        self._own_s = 0.0
        self._longest: dict[tuple[int, int, int], float] = {}

    def makes_next(self, lines: int, units: int, tags: int) -> Ints | None:
        """Return the pickups, service x warehouse, of a parcel that surely makes all next ones; None for not sure."""
        own_s = self._longest.get((lines, units, tags))
        if own_s is None:
            own_s = float(self._warehouses.own_work_s(lines, units, tags).max())
            self._longest[lines, units, tags] = own_s
        now, warehouses = self._clock.now, self._warehouses
        if now > self._until or own_s > self._own_s or self._segments != warehouses.segments_set:
            self._look(now, own_s)
        return None if np.count_nonzero(warehouses.work_s > self._room) else self._pickups.soon

    def _look(self, now: int, own_s: float) -> None:
        """See how long a parcel may take, whose own work is the longest so far, up to `_until`."""
        warehouses, pickups = self._warehouses, self._pickups
        pickups.look_ahead(now)
        self._until = min(now + GLANCE_S, pickups.valid_until)
        self._segments = warehouses.segments_set
        self._own_s = max(self._own_s, own_s)
        begins = np.maximum(warehouses.opens_at, self._until)
        ends = np.minimum(warehouses.closes_at, pickups.earliest)
        # A second is more than rounding takes away.
        wait_s = np.minimum(ends - begins, LONG_S) - (self._own_s + 1)
        self._room = wait_s * np.maximum(warehouses.stations, 1)
