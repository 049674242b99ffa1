"""The noise of the work on shipments: that on first ones is drawn for a block of orders at once.

Nearly every order has one shipment. Its draw from a gamma distribution takes 3 us alone, and 1 us with those of its
block: the same bits either way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import randomness
from sim.quantiles import Quantile


class Luck:
    """How long the work on the shipments of a block of orders takes, whatever the distribution is.

    Args:
        first: number of the first order.
        keys: of the orders' noise.

    """

    MOST = 3
    """Distributions that are drawn for a whole block: a fourth would be used by too few of its orders."""

    __slots__ = ("_drawn", "_first", "_numbers", "_rounding")

    def __init__(self, first: int, keys: NDArray[np.uint64]) -> None:
        bits = randomness.draws(keys, randomness.code(1, randomness.WORK_TIME))
        self._first = first
        self._numbers = randomness.unit_array(bits)
        self._rounding = randomness.rounding_array(bits).data
        self._drawn: dict[Quantile, memoryview] = {}

    def work(self, order: int, key: int, shipment: int, quantile: Quantile) -> tuple[float, float]:
        """Return a draw from a distribution, and what is added to its seconds before they are cut to whole ones.

        Args:
            order, shipment: their numbers.
            key: of the order's noise.

        """
        if shipment == 1:
            drawn = self._drawn.get(quantile)
            if drawn is None and len(self._drawn) < self.MOST:
                values = np.broadcast_to(quantile(self._numbers), self._numbers.shape)
                drawn = self._drawn[quantile] = np.ascontiguousarray(values, np.float64).data
            if drawn is not None:
                place = order - self._first
                return drawn[place], self._rounding[place]
        bits = randomness.draw(key, randomness.code(shipment, randomness.WORK_TIME))
        return float(quantile(randomness.unit(bits))), randomness.rounding(bits)
