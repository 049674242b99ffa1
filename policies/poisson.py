"""Poisson demand against a stock: how many units are expected to be left over, or to be missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

FEW = 3
"""Up to so many units, adding probabilities up is faster than the closed form, which asks for four of them."""


def left_over(stock: Any, mean: Any) -> Floats:
    """Return E[max(0, stock - D)], the units that Poisson demand D of some mean is expected to leave; of arrays too.

    The newsvendor's left-over: stock F(stock) - mean F(stock - 1) with F the distribution of D (Arrow, Harris and
    Marschak 1951; Silver, Pyke and Thomas 2017, section 9.2).
    """
    stock, mean = np.asarray(stock, np.float64), np.asarray(mean, np.float64)
    left: Floats = stock * special.pdtr(stock, mean) - mean * special.pdtr(np.maximum(stock - 1, 0), mean)
    return np.maximum(left, 0.0)  # of no stock nothing is left, nor less


def saved(stock: Any, taken: int, mean: Any) -> Floats:
    """Return how many fewer units are expected to be left over when some are taken away now, or all there are.

    Each of the units k = stock - taken + 1, ..., stock would be left with probability P(D < k).
    """
    stock = np.asarray(stock, np.float64)
    if taken > FEW:
        return left_over(stock, mean) - left_over(np.maximum(stock - taken, 0), mean)
    less = np.zeros(stock.shape)
    for k in range(taken):
        less += np.where(stock > k, special.pdtr(np.maximum(stock - 1 - k, 0), mean), 0.0)
    return less
