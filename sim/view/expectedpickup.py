"""When a parcel that is allocated now can be expected to be picked up."""

from __future__ import annotations

import numpy as np

from sim.arrays import Ints
from sim.carrier.pickup import Pickups
from sim.clock import Clock
from sim.memo import Memo
from sim.warehouse.warehouses import Warehouses

GLANCE_S = 120
"""For so many seconds what was found of calendars and pickups is taken to hold, at its worst."""

LONG_S = 1 << 40
"""No wait is longer, and floats tell seconds of it apart."""


class ExpectedPickups:
    """Estimates pickups by the work that waits, opening hours and the times at which services collect.

    It knows how much work may wait at each warehouse so that a parcel is ready before anything closes or collects.
    While no more waits anywhere, as in 24 of 25 decisions, all make the very next pickups: that saves 5 us of an
    estimate for ten warehouses.
    """

    def __init__(self, clock: Clock, warehouses: Warehouses, pickups: Pickups) -> None:
        self._clock = clock
        self._warehouses = warehouses
        self._pickups = pickups
        self._longest: Memo[tuple[int, int, int], float] = Memo(self._longest_s)
        self._room = np.zeros(len(warehouses.sites))  # seconds of work
        self._until = self._segments = -1
        self._own_s = 0.0

    def of(self, lines: int, units: int, tags: int) -> Ints:
        """Return when a parcel of some lines, units and handling tags would be picked up, service x warehouse."""
        own_s, now = self._longest[lines, units, tags], self._clock.now
        warehouses, pickups = self._warehouses, self._pickups
        if now > self._until or own_s > self._own_s or self._segments != warehouses.segments_set:
            self._look(now, own_s)
        if 1 in (warehouses.work_s > self._room).tobytes():  # half of what numpy takes to count them
            return pickups.after_each(warehouses.ready_at(lines, units, tags))
        return pickups.soon

    def _longest_s(self, lines: int, units: int, tags: int) -> float:
        return float(self._warehouses.own_work_s[lines, units, tags].max())

    def _look(self, now: int, own_s: float) -> None:
        """See how much work may wait, up to `_until`, before parcels whose own work is the longest so far."""
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
