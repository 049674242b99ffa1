"""The work on first shipments: drawn for a block of orders at once, and the same as drawn alone."""

from __future__ import annotations

import numpy as np
import pytest

from sim import randomness
from sim.orderbook.luck import Luck
from sim.quantiles import quantile_of
from sim.scenario.distributions import (
    AnyDistribution,
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)

DISTRIBUTIONS: list[AnyDistribution] = [
    Constant(value=2.5), Exponential(mean=3.0), Gamma(mean=3.0, cv=0.6), Erlang(mean=3.0, k=2),
    Lognormal(mean=3.0, cv=0.6), Normal(mean=1.0, sd=0.7), Uniform(low=1.0, high=4.0),
    Triangular(low=1.0, mode=2.0, high=4.0), Triangular(low=2.0, mode=2.0, high=2.0),
    Empirical(values=(1.0, 2.0, 7.0), weights=(5.0, 3.0, 1.0)),
]  # fmt: skip
FIRST, ORDERS = 5_000, 1_037


@pytest.mark.parametrize("shipment", [1, 2])
def test_drawn_together_or_alone_it_is_the_same(shipment: int) -> None:
    keys = randomness.keys(np.arange(FIRST, FIRST + ORDERS), randomness.root(7, 3, randomness.ORDER_NOISE))
    for others in (DISTRIBUTIONS, DISTRIBUTIONS[::-1]):  # of many, the first that are asked for come together
        luck = Luck(FIRST, keys)
        for distribution in others:
            quantile = quantile_of(distribution)
            for number, key in enumerate(keys.tolist(), FIRST):
                bits = randomness.draw(key, randomness.code(shipment, randomness.WORK_TIME))
                minutes, rounding = luck.work(number, key, shipment, quantile)
                assert minutes == float(quantile(randomness.unit(bits)))
                assert int(minutes * 60 + rounding) == randomness.whole(minutes * 60, bits)
