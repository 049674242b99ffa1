"""Whether a warm-up is long enough: MSER-5 over whole cycles, and a test that what it cuts off is no chance.

MSER-5 (White, Cobb and Spratt 2000, "A comparison of five steady-state truncation heuristics for simulation", after
White 1997, "An effective truncation heuristic for bias reduction in simulation output") cuts the beginning of a
series where the mean of the rest, by its own spread, is known best. Three things are added to it here.

- A night, a weekend or a weekly order makes a series go up and down for ever. Each value is therefore the mean of the
  whole cycle that begins with it (Law, "Simulation modeling and analysis", steady-state cycle parameters): of a day,
  or a week where days differ. What repeats is gone, what settles is still there.
- The series is the mean over replications, as in Welch's procedure: one replication is mostly noise (Hoad, Robinson
  and Davies 2010, "AutoSimOA: a framework for automated analysis of simulation output").
- MSER-5 always cuts somewhere, also from noise. A cut counts only if the values before it differ from those after it
  replication by replication (paired t, 1 %), and if leaving them in moves the mean by 5 % or more. In series without a
  transient this calls for a cut in about two of a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.course import Course, Values
from reports.statistics import paired

BATCH = 5
ENOUGH, TOO_SHORT, UNSETTLED, UNKNOWN = "enough", "too short", "unsettled", "unknown"

_LAST = 5  # batches at the end on which no cut rests: few of them agree by chance
_LEAST = 2 * _LAST  # batches without which nothing is said
_LEVEL = 0.01
_MATTERS = 0.05  # of the mean after the cut


@dataclass(frozen=True, slots=True)
class Truncation:
    """Where MSER-5 cuts a series.

    Attributes:
        observations: values to leave out at the beginning.
        statistic: of MSER at the cut: the sum of squares of the batch means left, around their mean, over the square
            of their number.
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


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What is said of the warm-up by one course of a policy.

    Attributes:
        verdict: `enough`; `too short`: what a longer warm-up would leave out moves the mean; `unsettled`: the same, and
            still in the second half of the counted days; `unknown`: the run allows no answer.
        reason: why it is unknown.
        cut_days: where MSER-5 cuts, days since the start; None where the run is too short for it.
        bias: by how much the mean after the warm-up is off, as a share of the mean after the cut.
        p_value: of "no difference" between the values after the warm-up that are cut, and those that are left.

    """

    verdict: str
    reason: str = ""
    cut_days: float | None = None
    bias: float = 0.0
    p_value: float = 1.0


def judge(course: Course, warm_up_days: float, cycle_h: int, until_h: float) -> WarmUp:
    """Say whether a warm-up is long enough for a course.

    Args:
        course: of any number of replications; of one alone nothing can be said.
        warm_up_days: what is left out already.
        cycle_h: time after which the scenario repeats itself, hours: a multiple of the time of one value.
        until_h: hours that are looked at, from the start.

    """
    width = course.hours
    values = course.values[:, : int(until_h / width)]
    needed_h = cycle_h + max(_LEAST * BATCH * width, cycle_h)
    if values.shape[1] * width < needed_h:
        return WarmUp(UNKNOWN, f"{days(cycle_h)} make a cycle, and it takes {days(needed_h)} to judge them")
    smooth = over_cycles(values, cycle_h // width)
    kept = math.ceil(warm_up_days * 24 / width)
    latest = min((values.shape[1] + kept) // 2, smooth.shape[1] - _LAST * BATCH)
    found = mser5(smooth.mean(axis=0), latest)
    cut, cut_days = found.observations, found.observations * width / 24
    if cut <= kept:
        if found.is_last:
            return WarmUp(UNKNOWN, f"too few days are counted beside a cycle of {days(cycle_h)}", cut_days)
        return WarmUp(ENOUGH, "", cut_days)
    if len(values) < 2:
        return WarmUp(UNKNOWN, "one replication does not tell a transient from chance", cut_days)
    before, after = smooth[:, kept:cut].mean(axis=1), smooth[:, cut:].mean(axis=1)
    level = float(after.mean())
    bias = (float(smooth[:, kept:].mean()) - level) / (level or float(before.mean()))
    p_value = paired(after, before).p_value
    shown = p_value < _LEVEL and abs(bias) >= _MATTERS
    verdict = ENOUGH if not shown else UNSETTLED if found.is_last else TOO_SHORT
    return WarmUp(verdict, "", cut_days, bias, p_value)


def over_cycles(values: Values, length: int) -> Values:
    """Return the mean of the `length` values that begin with each, replication x time, to a millionth.

    What repeats after `length` values is gone.
    """
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    found: Values = np.round((sums[:, length:] - sums[:, :-length]) / length, 6)
    return found


def days(hours: float) -> str:
    """Write hours as days: "2.5 days", with one decimal at most, rounded up."""
    number = math.ceil(round(10 * hours / 24, 6)) / 10
    return f"{number:g} {'day' if number == 1 else 'days'}"
