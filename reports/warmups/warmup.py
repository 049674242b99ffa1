"""Whether a warm-up is long enough: MSER-5 over whole cycles, and a test that what it cuts is no chance.

Two courses are judged, of all warehouses together: the shipments in the building, and the units on hand. To MSER-5
three things are added.

- A night, a weekend or a weekly order makes a course go up and down for ever. Each value is therefore the mean of the
  whole cycle that begins with it: of a day, or a week where days differ (Law 2015, "Simulation modeling and analysis",
  section 9.5.4: means of cycles have a steady state). What repeats is gone, what settles is still there.
- The series is the mean over replications, as in Welch's procedure: one replication is mostly noise (Hoad, Robinson
  and Davies 2010, "Automating warm-up length estimation", Journal of the Operational Research Society 61).
- MSER-5 finds a cut in noise, too. A cut beyond the warm-up counts only if the first values after the warm-up differ
  from those of the second half, replication by replication (paired t at 2 %; the places are fixed beforehand, so that
  MSER-5 cannot pick them; what waits begins empty, and must begin lower), and if what it cuts moves the mean by 1 % or
  more. Of courses without a transient about three in a hundred are said to have one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from reports import numbers
from reports.course import COURSES, Course, courses
from reports.statistics import Values, paired
from reports.warmups.mser import BATCH, mser5
from reports.warmups.rhythm import Rhythm, rhythm
from sim.execution.experiment import Replication
from sim.scenario import Scenario

ENOUGH, TOO_SHORT, UNSETTLED, UNKNOWN = "enough", "too short", "unsettled", "unknown"

A_WARM_UP = "a warm-up of"
"""What every `sentence` on a course that is too short says, followed by how long it is."""

_LAST = 5  # batches at the end on which no cut rests: few of them agree by chance
_LEAST = 2 * _LAST  # batches without which nothing is said
_LEVEL = 0.02
_MATTERS = 0.01  # of the mean after the cut
_RUNS_DOWN = 0.05  # of the first cycle
_TOLD = 3  # policies with a sentence of their own, where there are many


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What one course of a policy says of the warm-up.

    Attributes:
        verdict: `enough`; `too short`: what a longer warm-up would leave out moves the mean; `unsettled`: the same, and
            still in the second half of the counted days; `unknown`: the run allows no answer.
        reason: why it is unknown.
        cut_days: where MSER-5 cuts, days since the start; None where it cannot.
        bias: by how much the mean after the warm-up is off, as a share of the mean after the cut.
        p_value: of "no difference" between the first values after the warm-up and the second half; one-sided for a
            course that begins empty.

    """

    verdict: str
    reason: str = ""
    cut_days: float | None = None
    bias: float = 0.0
    p_value: float = 1.0


def judge(course: Course, warm_up_days: float, cycle_h: int, until_h: float) -> WarmUp:
    """Say whether a warm-up is long enough for a course.

    Args:
        course: of any number of replications; one alone says little.
        warm_up_days: what is left out already.
        cycle_h: time after which the scenario repeats itself, hours: one, or a multiple of a day.
        until_h: hours that are looked at, from the start.

    """
    width = course.hours
    values = course.values[:, : int(until_h / width)]
    cycle = max(cycle_h // width, 1)
    needed = cycle + max(_LEAST * BATCH, cycle)
    if values.shape[1] < needed:
        reason = f"no steady state shows in less than {days(needed * width)}"
        if cycle > 1:
            reason += f" where {days(cycle_h)} make a cycle"
        return WarmUp(UNKNOWN, reason)
    smooth = over_cycles(values, cycle)
    kept = math.ceil(warm_up_days * 24 / width)
    latest = min((values.shape[1] + kept) // 2, smooth.shape[1] - _LAST * BATCH)
    found = mser5(smooth.mean(axis=0), latest)
    cut, cut_days = found.observations, found.observations * width / 24
    if cut <= kept:
        if found.is_last:
            return WarmUp(UNKNOWN, f"too few days are counted where {days(cycle_h)} make a cycle", cut_days)
        return WarmUp(ENOUGH, "", cut_days)
    if len(values) < 2:
        return WarmUp(UNKNOWN, "one replication does not tell a transient from chance", cut_days)
    rest = smooth[:, latest:].mean(axis=1)
    level = float(smooth[:, cut:].mean())
    size = level or float(smooth[:, kept:cut].mean())
    if not size:  # what there was, was over before the days that are counted
        return WarmUp(ENOUGH, "", cut_days)
    bias = (float(smooth[:, kept:].mean()) - level) / size
    p_value = _chance(smooth, kept, rest, course.begins_empty)
    if p_value >= _LEVEL or abs(bias) < _MATTERS:
        return WarmUp(ENOUGH, "", cut_days, bias, p_value)
    # The latest cut is also taken where nothing changes any more, by chance: halfway to it one can tell.
    goes_on = found.is_last and _chance(smooth, (kept + cut) // 2, rest, course.begins_empty) < _LEVEL
    return WarmUp(UNSETTLED if goes_on else TOO_SHORT, "", cut_days, bias, p_value)


def _chance(smooth: Values, place: int, rest: Values, begins_empty: bool) -> float:
    """Return the p-value of "no difference" between the values from a place on, and the rest of each replication."""
    first = smooth[:, place : place + BATCH].mean(axis=1)
    p_value = paired(rest, first).p_value
    if not begins_empty:
        return p_value
    return p_value / 2 if first.mean() < rest.mean() else 1 - p_value / 2


def over_cycles(values: Values, length: int) -> Values:
    """Return the mean of the `length` values that begin with each, replication x time, to a millionth.

    What repeats after `length` values is gone.
    """
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    found: Values = np.round((sums[:, length:] - sums[:, :-length]) / length, 6)
    return found


def judged(found: Mapping[str, Course], warm_up_days: float, known: Rhythm) -> dict[str, WarmUp]:
    """Judge all courses of a policy, by what its scenario says of itself.

    Stock that nobody replenishes, and that gets less, settles nothing: neither it nor what waits for it.
    """
    stock = found.get("on_hand")
    reason = known.unsettled
    if not reason and not known.is_replenished and stock is not None and _runs_down(stock, known):
        reason = "stock that is not replenished runs down, and nothing settles"
    return {
        name: WarmUp(UNKNOWN, reason) if reason else judge(course, warm_up_days, known.cycle_h, known.until_h)
        for name, course in found.items()
    }


def warm_ups(rows: Iterable[Replication], scenarios: Mapping[str, Scenario]) -> dict[str, dict[str, WarmUp]]:
    """Judge the warm-up of an experiment, by policy and course.

    Args:
        rows: for each task its policy, its replication, and what was measured (`reports.course.follow`).
        scenarios: of each policy the world that it was played in.

    """
    known = {id(scenario): rhythm(scenario) for scenario in scenarios.values()}
    return {
        policy: judged(found, scenarios[policy].warm_up_days, known[id(scenarios[policy])])
        for policy, found in courses(rows).items()
    }


def as_told(found: Mapping[str, Mapping[str, WarmUp]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what `warm_ups` found as plain JSON, for `summary.json`."""
    return {
        policy: {name: asdict(said) for name, said in by_course.items()}
        for policy, by_course in found.items()
    }


def too_short(found: Mapping[str, Mapping[str, WarmUp]], scenarios: Mapping[str, Scenario]) -> list[str]:
    """Return sentences on the policies whose warm-up is too short, from what `warm_ups` found: no more than four."""
    sentences: list[str] = []
    for policy, by_course in found.items():
        worst = max(by_course, key=lambda name: _badness(by_course[name]), default="")
        if worst and by_course[worst].verdict in (TOO_SHORT, UNSETTLED):
            told = sentence(worst, by_course[worst], scenarios[policy].warm_up_days)
            sentences.append(f"{policy}: {told}; orderlab warmup draws it")
    if len(sentences) > _TOLD + 1:
        more = f"{len(sentences) - _TOLD} more policies: the warm-up looks too short; see warm_up in summary.json"
        return [*sentences[:_TOLD], more]
    return sentences


def sentence(course: str, said: WarmUp, warm_up_days: float) -> str:
    """Say in words what a course says of a warm-up."""
    what, given = COURSES[course], f"{A_WARM_UP} {days(24 * warm_up_days)}"
    if said.cut_days is None:
        return f"{what}: {said.reason}"
    cut = days(24 * said.cut_days)
    moved = f"move their mean by {numbers.fixed(100 * abs(said.bias), 1)} %"
    if said.verdict == UNKNOWN:
        return f"{what}: MSER-5 cuts {cut}, but {said.reason}"
    if said.verdict == TOO_SHORT:
        return (
            f"{given} looks too short: {what} settle after {cut} (MSER-5), and the days between {moved}; "
            f"write warm_up_days: {whole_days(said)}"
        )
    if said.verdict == UNSETTLED:
        return (
            f"{given} looks too short, and so does the run: {what} have not settled after {cut} (MSER-5), and the "
            f"days between {moved}; make days longer to see when they do"
        )
    if said.cut_days <= warm_up_days:
        return f"{what} settle after {cut} (MSER-5): {given} is enough"
    return (
        f"{what}: {given} is enough; MSER-5 cuts {cut}, but the days between {moved} (p = "
        f"{numbers.probability(said.p_value)}), which is too little to matter or no more than chance"
    )


def advice(found: Mapping[str, Mapping[str, WarmUp]], warm_up_days: float, known: Rhythm) -> str:
    """Say what to write into a scenario, from what all courses of all policies say."""
    all_said = [said for by_course in found.values() for said in by_course.values()]
    verdicts = {said.verdict for said in all_said}
    dated = f"; only what comes before {known.dated} is looked at" if known.dated else ""
    if not verdicts - {UNKNOWN}:
        return f"nothing can be said of a warm-up{dated}"
    if UNSETTLED in verdicts:
        return f"the run is too short to say after how many days it settles: make days longer{dated}"
    if TOO_SHORT in verdicts:
        needed = max(whole_days(said) for said in all_said if said.verdict == TOO_SHORT)
        return f"write warm_up_days: {needed}{dated}"
    return f"warm_up_days: {warm_up_days:g} is enough{dated}"


def whole_days(said: WarmUp) -> int:
    """Return the warm-up to write into a scenario: where MSER-5 cuts, in whole days."""
    return math.ceil(round(said.cut_days or 0.0, 6))


def days(hours: float) -> str:
    """Write hours as days: "2.5 days", with one decimal at most, rounded up."""
    number = math.ceil(round(10 * hours / 24, 6)) / 10
    return f"{number:g} {'day' if number == 1 else 'days'}"


def _runs_down(stock: Course, known: Rhythm) -> bool:
    values = over_cycles(stock.values, min(max(known.cycle_h // stock.hours, 1), stock.values.shape[1] // 2))
    mean = values.mean(axis=0)
    return bool(mean[-1] < (1 - _RUNS_DOWN) * mean[0])


def _badness(said: WarmUp) -> tuple[int, float, float]:
    order = (UNKNOWN, ENOUGH, TOO_SHORT, UNSETTLED)
    return order.index(said.verdict), said.cut_days or 0.0, abs(said.bias)
