"""Sales velocity: how many units a day left each warehouse for customers, of late."""

from __future__ import annotations

import math

import numpy as np

from sim.arrays import Floats
from sim.clock import DAY, Clock


class Velocity:
    """Units a day, exponentially weighted: what left a half-life ago counts half as much as what leaves now.

    A unit adds ln 2 / half-life to the velocity of its cell, which then decays, so that a steady flow of r units a day
    comes to be r. It begins at a forecast. Decay is worked out when a cell is looked at.

    Args:
        begins_at: units a day, item x warehouse.

    """

    def __init__(self, clock: Clock, begins_at: Floats, half_life_days: float) -> None:
        self._clock = clock
        self._half_life_s = half_life_days * DAY
        self._step = math.log(2) / half_life_days
        self._rate = begins_at.copy()
        self._as_of = np.zeros(begins_at.shape, np.int32)

    def add(self, item: int, site: int, units: int) -> None:
        """Count units that leave a warehouse for a customer now."""
        now = self._clock.now
        age = (now - int(self._as_of[item, site])) / self._half_life_s
        self._rate[item, site] = self._rate[item, site] * 0.5**age + units * self._step
        self._as_of[item, site] = now

    def units_a_day(self, item: int) -> Floats:
        """Return the velocity of an item by warehouse, rounded to 1e-6 units a day."""
        age = (self._clock.now - self._as_of[item]) / self._half_life_s
        rate: Floats = (self._rate[item] * 0.5**age).round(6)
        return rate
