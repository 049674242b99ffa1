"""From uniform numbers to those of a distribution: the only implementation of each transform.

`scipy.special` is used for those that have no formula; `scipy.stats` takes 80 us for a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import special

from sim.arrays import Floats
from sim.randomness import unit, whole
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

Quantile = Callable[[Any], Any]


@lru_cache(maxsize=65_536)
def quantile_of(distribution: AnyDistribution) -> Quantile:
    """Return the function from (0, 1) to values that turns uniform numbers into a distribution's.

    Equal distributions have one. It takes floats and arrays alike.
    """
    match distribution:
        case Constant(value=value):
            return lambda _: value
        case Exponential(mean=mean):
            return lambda u: -mean * np.log1p(-u)
        case Gamma(mean=mean, cv=cv):
            shape = 1.0 / cv**2
            return lambda u: mean / shape * special.gammaincinv(shape, u)
        case Erlang(mean=mean, k=k):
            return lambda u: mean / k * special.gammaincinv(k, u)
        case Lognormal(mean=mean, cv=cv):
            sigma = math.sqrt(math.log1p(cv**2))
            mu = math.log(mean) - sigma**2 / 2
            return lambda u: np.exp(mu + sigma * special.ndtri(u))
        case Normal(mean=mean, sd=sd):
            return lambda u: np.maximum(0.0, mean + sd * special.ndtri(u))
        case Uniform(low=low, high=high):
            return lambda u: low + (high - low) * u
        case Triangular(low=low, mode=mode, high=high):
            width = high - low
            if width == 0:
                return lambda _: low
            share = (mode - low) / width
            rise, fall = width * (mode - low), width * (high - mode)
            return lambda u: np.where(u < share, low + np.sqrt(u * rise), high - np.sqrt((1 - u) * fall))
        case Empirical(values=values, weights=weights):
            table, bounds = np.asarray(values, float), cumulated(weights)
            return lambda u: table[np.searchsorted(bounds, u, side="right")]
    raise AssertionError(distribution)


def duration(quantile: Quantile, unit_s: int, bits: int) -> int:
    """Return a draw from a distribution of durations in whole seconds, rounded without bias.

    Args:
        quantile: of the distribution.
        unit_s: seconds of the unit that it is in.
        bits: of the keyed draw.

    """
    return whole(float(quantile(unit(bits))) * unit_s, bits)


def cumulated(weights: Any) -> Floats:
    """Return the upper bounds in (0, 1] of each weight's share; exactly 1 from the last positive weight on."""
    numbers = np.asarray(weights, float)
    bounds = np.cumsum(numbers)
    bounds /= bounds[-1]
    bounds[np.flatnonzero(numbers)[-1] :] = 1.0
    return bounds
