"""What replications say: means with intervals, differences, and verdicts that can be defended.

Every interval is Student's t over replications, at 95 % unless told otherwise. Shares and quantiles too are
computed within each replication, and are then one observation of it: the orders of a replication share stock
and queues, so that a binomial interval over orders (Wilson's) would be too narrow, and the quantile of all
orders thrown together would have no interval at all. Pairs share their order book, so that a difference is
judged by the spread of differences and not by that of the values; where there are no pairs, by Welch's test.
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
MOST_REPLICATIONS = 1_000_000
"""Of one policy: each is a task that is kept in memory, and fifty numbers."""

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
    """A policy minus the baseline.

    Attributes:
        n: pairs in which both values are defined; without pairs, the values of whichever has fewer.
        baseline_mean: mean of the baseline over these.
        policy_mean: mean of the policy over these.
        difference: of the means.
        spread: standard deviation of the difference between one replication of each; NaN with n below 2.
        half_width: of the interval around `difference`; NaN with n below 2.
        p_value: two-sided, of "no difference"; NaN with n below 2.
        variance_reduction: how many times the variance of independent runs is that of the paired difference;
            infinite if the differences do not vary, NaN if nothing does or there are no pairs.

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


def mean_of(values: Sequence[float] | Values, confidence: float = CONFIDENCE) -> Mean:
    """Return the mean of the defined values with the half-width of its interval."""
    found = sample_of(values)
    return Mean(found.n, found.mean, _half_width(found.n, found.spread, confidence))


def paired(
    baseline: Sequence[float] | Values, policy: Sequence[float] | Values, confidence: float = CONFIDENCE
) -> Difference:
    """Compare two policies on the same order books by the paired t test.

    Args:
        baseline: one value a replication, NaN where it is undefined.
        policy: values of the same replications in the same order.
        confidence: level of the interval.

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
    separate = _variance(a) + _variance(b)
    if variance == 0.0:
        reduction = math.inf if separate > 0.0 else math.nan
    else:
        reduction = separate / variance
    half_width = _half_width(n, spread, confidence)
    p_value = _p_value(difference, spread / math.sqrt(n) if n else math.nan, n - 1)
    return Difference(n, _mean(a), _mean(b), difference, spread, half_width, p_value, reduction)


def sample_of(values: Sequence[float] | Values) -> Sample:
    """Return how many values are defined, their mean and their standard deviation."""
    defined = _defined(values)
    return Sample(len(defined), _mean(defined), math.sqrt(_variance(defined)))


def welch(baseline: Sample, policy: Sample, confidence: float = CONFIDENCE) -> Difference:
    """Compare two policies that met order books of their own, however many each.

    Welch's t test (Welch 1938), with the degrees of freedom of Welch and Satterthwaite: the two variances need
    not be equal.

    Args:
        baseline: of its replications.
        policy: of other replications.
        confidence: level of the interval.

    """
    shares = [sample.spread**2 / sample.n if sample.n else math.nan for sample in (baseline, policy)]
    error = math.sqrt(sum(shares))
    freedom = 1.0  # any will do where nothing varies
    if error > 0.0:
        freedom = sum(shares) ** 2 / (shares[0] ** 2 / (baseline.n - 1) + shares[1] ** 2 / (policy.n - 1))
    difference = policy.mean - baseline.mean
    return Difference(
        n=min(baseline.n, policy.n),
        baseline_mean=baseline.mean,
        policy_mean=policy.mean,
        difference=difference,
        spread=math.hypot(baseline.spread, policy.spread),
        half_width=_student_above(freedom, (1.0 - confidence) / 2.0) * error,
        p_value=_p_value(difference, error, freedom),
        variance_reduction=math.nan,
    )


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


def verdict(
    kpi: Kpi, found: Difference, p_adjusted: float, confidence: float = CONFIDENCE
) -> tuple[str, int | None]:
    """Say in words what a comparison shows, and how many replications it needs if it shows too little.

    `better` and `worse` need an adjusted p-value below 1 - confidence. Otherwise the two are `not
    distinguishable` when the interval is narrow enough to have shown a difference that matters: half-width at
    most 1 % of the baseline's mean, or half a percentage point of a share. If it is wider, or
    excludes zero without surviving the adjustment, there are `too few replications to say`; the number given
    would do if the spread and the difference stay as they are. It is None where a million would not do, and
    where a single replication has no spread.

    Raises:
        ValueError: if neither direction of the KPI is better.

    """
    if kpi.better is None:
        raise ValueError(f"no verdict on {kpi.name}: neither lower nor higher is better")
    if found.n == 0:
        return "", None
    if found.n == 1:
        return TOO_FEW, None
    if p_adjusted < 1.0 - confidence:
        return (BETTER if (found.difference < 0) == (kpi.better == "lower") else WORSE), None
    matters = _SHARE_MATTERS if kpi.unit == "share" else _MATTERS * abs(found.baseline_mean)
    needed = [] if found.half_width <= matters else [replications_for(found.spread, matters, confidence)]
    if abs(found.difference) > found.half_width:
        # The level that this one p-value would have to pass for its adjusted one to pass.
        level = 1.0 - (1.0 - confidence) * found.p_value / p_adjusted
        needed.append(replications_for(found.spread, abs(found.difference), level))
    if not needed:
        return NOT_DISTINGUISHABLE, None
    enough = [n for n in needed if n is not None]
    return TOO_FEW, max(found.n + 1, *enough) if len(enough) == len(needed) else None


def replications_for(spread: float, half_width: float, confidence: float = CONFIDENCE) -> int | None:
    """Return the smallest number, two or more, whose half-width is no larger than wanted.

    Args:
        spread: standard deviation over replications.
        half_width: what is wanted, in the same unit.
        confidence: level of the interval.

    Returns:
        None where a million would not do.

    """
    low, high = 1, 2  # `low` is not enough
    while _half_width(high, spread, confidence) > half_width:
        if high > MOST_REPLICATIONS:
            return None
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _half_width(middle, spread, confidence) > half_width:
            low = middle
        else:
            high = middle
    return high if high <= MOST_REPLICATIONS else None


def _defined(values: Sequence[float] | Values) -> Values:
    found = np.asarray(values, dtype=np.float64)
    return found[~np.isnan(found)]


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


def _half_width(n: int, spread: float, confidence: float) -> float:
    if n < 2:
        return math.nan
    return _student_above(n - 1, (1.0 - confidence) / 2.0) * spread / math.sqrt(n)


def _p_value(difference: float, error: float, freedom: float) -> float:
    """Return the two-sided p-value of a difference with its standard error."""
    if math.isnan(error):
        return math.nan
    if error == 0.0:
        return 1.0 if difference == 0.0 else 0.0
    from scipy.special import stdtr  # scipy takes a while to import, and workers do not need it

    return 2.0 * float(stdtr(freedom, -abs(difference) / error))


def _student_above(freedom: float, probability: float) -> float:
    from scipy.special import stdtrit

    return -float(stdtrit(freedom, probability))
