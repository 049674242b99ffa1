"""Rank keys by the stock that a warehouse has: how much, how old, and how far above its target."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from policies.case import Case, Column, Values
from policies.keys.key import Key
from sim.clock import DAY, NEVER
from sim.stock.inventory import UNLIMITED
from sim.view.network import Network


class AvailableUnits(Key):
    """Units that the warehouse can promise of the lines' items, on the rule's terms; all lines together."""

    name = "available_units"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""

        def column(case: Case) -> Values:
            units = np.zeros(len(network.warehouses))
            for line in case.lines:
                units += np.maximum(case.available(line), 0)
            return units

        return column


class OverstockUnits(Key):
    """Units of the lines' items above what replenishment fills the warehouse up to; all lines together.

    On hand less reserved is compared with `order_up_to`, or with the reorder point and one order. Stock without a
    target, and stock that never ends, is never too much.
    """

    name = "overstock_units"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        target = network.forecast.target

        def column(case: Case) -> Values:
            units = np.zeros(len(network.warehouses))
            for line in case.lines:
                item = case.request.items[line]
                free = network.available[item] + network.safety_stock[item]
                above = np.maximum(free - target[item], 0)
                units += np.where(network.on_hand[item] < UNLIMITED, above, 0)
            return units

        return column


class StockAgeDays(Key):
    """Days since the lots were received that the units would be taken from.

    They are the lots that leave first by the rule's `issue`, or the warehouse's, as far as they are free and live long
    enough. Stock that never ends has no age: 0.
    """

    name = "stock_age_days"
    main = "of"
    counts_lines = True

    of: Literal["oldest", "mean", "weighted"] = Field(
        "oldest", description="the oldest of these lots; their mean; or their mean weighted by units"
    )

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return self._oldest if self.of == "oldest" else self._mean

    @staticmethod
    def _oldest(case: Case) -> Values:
        now = case.network.now
        oldest = np.zeros(len(case.network.warehouses))
        for line in case.lines:
            picked = case.picked(line)
            age = _age(picked.received_at, now)
            for site, shares in picked.mixed.items():
                age[site] = max([now - share.received_at for share in shares], default=0)
            np.maximum(oldest, age, out=oldest)
        return oldest / DAY

    def _mean(self, case: Case) -> Values:
        now = case.network.now
        total, weight = np.zeros((2, len(case.network.warehouses)))
        for line in case.lines:
            picked = case.picked(line)
            units = case.request.units[line] if self.of == "weighted" else 1
            age = _age(picked.received_at, now) * units
            weights = np.full(len(age), units)
            for site, shares in picked.mixed.items():
                counts = [share.units if self.of == "weighted" else 1 for share in shares]
                age[site] = sum([(now - s.received_at) * n for s, n in zip(shares, counts, strict=True)])
                weights[site] = sum(counts)
            total += age
            weight += weights
        return total / np.maximum(weight, 1) / DAY


def _age(received_at: Values, now: int) -> Values:
    return np.where(received_at < NEVER, now - received_at, 0)
