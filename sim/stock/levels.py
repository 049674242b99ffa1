"""Levels of stock in units: given as such, or as days of expected demand."""

from __future__ import annotations

import numpy as np

from sim.arrays import Floats, Ints
from sim.catalogue import Catalogue
from sim.orderbook.demand import demand_by_cell
from sim.scenario.levels import DaysOfDemand, Level
from sim.scenario.stock import Review

ALMOST = 1e-6
"""Expected demand is an integral and decimals are not exact in binary: 29 days of 0.5 units may be 14.4999999."""


class Levels:
    """Turns levels of stock into units by cell."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._daily: Floats | None = None

    def units(self, level: Level) -> Ints:
        """Return the units of a level, item x warehouse; half a unit goes up."""
        if isinstance(level, DaysOfDemand):
            if self._daily is None:
                self._daily = demand_by_cell(self._catalogue)
            return np.floor(self._daily * level.days_of_demand + (0.5 + ALMOST)).astype(np.int64)
        return np.broadcast_to(np.int64(level.units), self._catalogue.keeps.shape)

    def full(self, review: Review) -> Ints:
        """Return what a review fills cells up to: its level, or the reorder point and one order, item x warehouse."""
        if review.order_up_to is not None:
            return self.units(review.order_up_to)
        assert review.reorder_point is not None
        assert review.order_units is not None
        return self.units(review.reorder_point) + review.order_units
