"""MSER-5: how much of the beginning of a series to leave out.

White 1997, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6), for batches
of five as in White, Cobb and Spratt 2000, "A comparison of five steady-state truncation heuristics for simulation",
Winter Simulation Conference. The cut is where the standard error of the mean of what is left, as estimated from its
own spread, is least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.statistics import Values

BATCH = 5


@dataclass(frozen=True, slots=True)
class Truncation:
    """Where MSER-5 cuts a series.

    Attributes:
        observations: values to leave out at the beginning.
        statistic: at the cut: the sum of squares of the batch means left, around their mean, over the square of their
            number.
        is_last: whether it is the latest cut that was allowed: the series is too short, or never settles.

    """

    observations: int
    statistic: float
    is_last: bool


def mser5(series: Sequence[float] | Values, latest: int | None = None) -> Truncation:
    """Return where MSER-5 cuts a series; values that fill no batch of five at its end are left out.

    Args:
        series: equidistant observations.
        latest: observations that may be cut at most; absent: half of them.

    Raises:
        ValueError: if there are fewer than ten values.

    Example:
        >>> from reports.warmups.mser import mser5
        >>> mser5([0, 0, 0, 0, 0] + 5 * [9, 8, 9, 7, 8, 9, 9, 8]).observations
        5

    """
    values = np.asarray(series, dtype=np.float64)
    number = len(values) // BATCH
    if number < 2:
        raise ValueError(f"{len(values)} values are too few for MSER-5: {2 * BATCH} are needed")
    means = values[: number * BATCH].reshape(number, BATCH).mean(axis=1)
    last = min((len(values) // 2 if latest is None else latest) // BATCH, number - 1)
    found = [float(means[cut:].var()) / (number - cut) for cut in range(last + 1)]
    best = min(range(last + 1), key=found.__getitem__)
    return Truncation(best * BATCH, found[best], best == last)
