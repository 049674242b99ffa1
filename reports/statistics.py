"""What replications say: means with intervals, paired differences, and verdicts that can be defended.

Every interval is Student's t over replications, at 95 %: shares and quantiles too are computed within each
replication and then treated as one observation of it. Pairs share their order book, so that a difference is
judged by the spread of differences and not by that of the values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.kpis import Kpi

CONFIDENCE = 0.95
BETTER, WORSE = "better", "worse"
NOT_DISTINGUISHABLE = "not distinguishable"
TOO_FEW = "too few replications to say"

_MATTERS = 0.01  # of the baseline's mean
_SHARE_MATTERS = 0.005
_MOST_REPLICATIONS = 1_000_000

Values = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over replications.

    Attributes:
        n: replications in which the value is defined.
        mean: NaN without any.
        half_width: of its interval; NaN with fewer than two.

    """

    n: int
    mean: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What is kept of the values of one KPI when the values are gone: enough for its interval, and for Welch's test.

    Attributes:
        n: replications in which the value is defined.
        mean: NaN without any.
        spread: standard deviation over replications; NaN with fewer than two.

    """

    n: int
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A policy minus the baseline: replication by replication (`paired`), or of two separate samples (`welch_of`).

    Attributes:
        n: pairs in which both values are defined; of separate samples, values of the smaller one.
        baseline_mean: mean of the baseline over these pairs.
        policy_mean: mean of the policy over these pairs.
        difference: mean of the differences.
        spread: standard deviation of the difference between one value of the policy and one of the baseline;
            NaN with fewer than two.
        half_width: of the interval around `difference`; NaN with fewer than two.
        p_value: two-sided, of "no difference"; NaN with fewer than two.
        variance_reduction: how many times the variance of independent runs is that of the paired difference;
            infinite if the differences do not vary, NaN if nothing does, and of separate samples.

    """

    n: int
    baseline_mean: float
    policy_mean: float
    difference: float
    spread: float
    half_width: float
    p_value: float
    variance_reduction: float

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.difference - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.difference + self.half_width


def mean_of(values: Sequence[float] | Values) -> Mean:
    """Return the mean of the defined values with the half-width of its 95 % interval."""
    defined = np.asarray(values, dtype=np.float64)
    defined = defined[~np.isnan(defined)]
    n = len(defined)
    return Mean(n, _mean(defined), _half_width(n, math.sqrt(_variance(defined))))


def sample_of(values: Sequence[float] | Values) -> Sample:
    """Return how many values are defined, their mean and their standard deviation."""
    defined = np.asarray(values, dtype=np.float64)
    defined = defined[~np.isnan(defined)]
    return Sample(len(defined), _mean(defined), math.sqrt(_variance(defined)))


def welch_of(baseline: Sample, policy: Sample) -> Difference:
    """Compare two separate samples, whose values do not pair, by the t test of unequal variances (Welch 1947).

    The degrees of freedom are those of Welch and Satterthwaite.
    """
    n, difference = min(baseline.n, policy.n), policy.mean - baseline.mean
    variances = [sample.spread**2 / max(sample.n, 1) for sample in (baseline, policy)]
    spread, error = math.hypot(baseline.spread, policy.spread), math.sqrt(sum(variances))
    if n < 2:
        half_width = p_value = math.nan
    elif error == 0.0:
        half_width, p_value = 0.0, 1.0 if difference == 0.0 else 0.0
    else:
        shares = [variance / error**2 for variance in variances]
        freedom = 1.0 / (shares[0] ** 2 / (baseline.n - 1) + shares[1] ** 2 / (policy.n - 1))
        half_width = _student_above(freedom, (1.0 - CONFIDENCE) / 2.0) * error
        p_value = 2.0 * _student_below(freedom, -abs(difference) / error)
    return Difference(n, baseline.mean, policy.mean, difference, spread, half_width, p_value, math.nan)


def paired(baseline: Sequence[float] | Values, policy: Sequence[float] | Values) -> Difference:
    """Compare two policies on the same order books by the paired t test.

    Args:
        baseline: one value a replication, NaN where it is undefined.
        policy: values of the same replications in the same order.

    Raises:
        ValueError: if the lengths differ.

    """
    a, b = np.asarray(baseline, dtype=np.float64), np.asarray(policy, dtype=np.float64)
    if len(a) != len(b):
        raise ValueError(f"pairs need as many values of one as of the other, not {len(a)} and {len(b)}")
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    differences = b - a
    n, difference, variance = len(differences), _mean(differences), _variance(differences)
    spread = math.sqrt(variance)
    if n < 2:
        p_value = math.nan
    elif variance == 0.0:
        p_value = 1.0 if difference == 0.0 else 0.0
    else:
        p_value = 2.0 * _student_below(n - 1, -abs(difference) / (spread / math.sqrt(n)))
    separate = _variance(a) + _variance(b)
    if variance == 0.0:
        reduction = math.inf if separate > 0.0 else math.nan
    else:
        reduction = separate / variance
    return Difference(n, _mean(a), _mean(b), difference, spread, _half_width(n, spread), p_value, reduction)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of any false verdict among them stays below the level (Holm 1979).

    An undefined one (NaN) stays so and does not count in the family.
    """
    defined = sorted((p, place) for place, p in enumerate(p_values) if not math.isnan(p))
    adjusted = [math.nan] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(defined):
        highest = max(highest, min(1.0, (len(defined) - rank) * p))
        adjusted[place] = highest
    return adjusted


def verdict(kpi: Kpi, found: Difference, p_adjusted: float) -> tuple[str, int | None]:
    """Say in words what a comparison shows, and how many replications it needs if it shows too little.

    `better` and `worse` need an adjusted p-value below 5 %. Otherwise the two are `not distinguishable` when
    the interval is narrow enough to have shown a difference that matters: half-width at most 1 % of the
    baseline's mean, or half a percentage point of a share if that is more. If it is wider, or excludes zero
    without surviving the adjustment, there are `too few replications to say`; the number given would do if
    the spread and the difference stay as they are.

    Raises:
        ValueError: if neither direction of the KPI is better.

    """
    if kpi.better is None:
        raise ValueError(f"no verdict on {kpi.name}: neither lower nor higher is better")
    if found.n == 0:
        return "", None
    if found.n == 1:
        return TOO_FEW, None
    if p_adjusted < 1.0 - CONFIDENCE:
        return (BETTER if (found.difference < 0) == (kpi.better == "lower") else WORSE), None
    matters = max(_MATTERS * abs(found.baseline_mean), _SHARE_MATTERS if kpi.unit == "share" else 0.0)
    needed = _replications_for(found.spread, matters)
    if abs(found.difference) > found.half_width:
        # The adjusted level that this one p-value would have to pass.
        level = (1.0 - CONFIDENCE) * found.p_value / p_adjusted
        needed = max(needed, found.n + 1, _replications_for(found.spread, abs(found.difference), level))
    return (TOO_FEW, needed) if needed > found.n else (NOT_DISTINGUISHABLE, None)


def _mean(values: Values) -> float:
    if len(values) == 0:
        return math.nan
    first = float(values[0])
    # Equal values have exactly their value as mean; a rounded sum divided again may not.
    return first if bool((values == first).all()) else math.fsum(values) / len(values)


def _variance(values: Values) -> float:
    if len(values) < 2:
        return math.nan
    mean = _mean(values)
    return math.fsum((values - mean) ** 2) / (len(values) - 1)


def _half_width(n: int, spread: float, level: float = 1.0 - CONFIDENCE) -> float:
    if n < 2:
        return math.nan
    return _student_above(n - 1, level / 2.0) * spread / math.sqrt(n)


def _replications_for(spread: float, half_width: float, level: float = 1.0 - CONFIDENCE) -> int:
    """Return the smallest number, two or more, whose half-width is no larger than wanted."""
    if spread == 0.0:
        return 2
    low, high = 1, 2  # `low` is not enough
    while high < _MOST_REPLICATIONS and _half_width(high, spread, level) > half_width:
        low, high = high, 2 * high
    if high >= _MOST_REPLICATIONS:
        return _MOST_REPLICATIONS
    while high - low > 1:
        middle = (low + high) // 2
        if _half_width(middle, spread, level) > half_width:
            low = middle
        else:
            high = middle
    return high


def _student_above(freedom: float, probability: float) -> float:
    from scipy.special import stdtrit  # scipy takes a while to import, and workers do not need it

    return -float(stdtrit(freedom, probability))


def _student_below(freedom: float, t: float) -> float:
    from scipy.special import stdtr

    return float(stdtr(freedom, t))
