"""The regression gate: whether a result is worse than its baseline, and whether that could be noise.

With a bound, a KPI may get worse by no more than that. Without one, it depends on what went in:

- the same version, files and seed must give the same numbers, and whatever is worse is a regression;
- otherwise the difference is judged replication by replication where the orders are the same, else by Welch's test.
  Only what is worse can fail, so that p-values are one-sided; Holm's correction runs over all that is judged so, and
  worse with an adjusted p below 5 % is a regression.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reports.gates.baseline import Baseline, Bound, Kept
from reports.kpis import KPIS, Kpi
from reports.numbers import counted
from reports.statistics import CONFIDENCE, Difference, holm, paired, welch
from sim.document import nearest
from sim.errors import InputError, Problem

TOLERANCE = 1e-10
"""The most that equal numbers differ by, relative to their size: another processor may add them up in another order."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one KPI of one policy.

    Attributes:
        policy: as in both results.
        kpi: the indicator.
        unit: with the currency's code.
        found: the result minus the baseline; NaN where either is undefined.
        paired: whether that is replication by replication.
        judged: whether the result can fail on it.
        exact: whether the same inputs should have given the same number.
        bound: how much worse it may get, or None.
        p_value: the chance of a difference as large in this direction where there is none, adjusted if it decides;
            NaN with fewer than two values, and where the same number was due.

    """

    policy: str
    kpi: Kpi
    unit: str
    found: Difference
    paired: bool
    judged: bool
    exact: bool
    bound: Bound | None
    p_value: float

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        before, now = self.found.baseline_mean, self.found.policy_mean
        if math.isnan(before) or math.isnan(now):
            return math.isnan(before) and math.isnan(now)
        return math.isclose(before, now, rel_tol=TOLERANCE, abs_tol=TOLERANCE)

    @property
    def gone(self) -> bool:
        """Whether it was defined, and is not any more."""
        return math.isnan(self.found.policy_mean) and not math.isnan(self.found.baseline_mean)

    @property
    def appeared(self) -> bool:
        """Whether it was not defined, and is now."""
        return math.isnan(self.found.baseline_mean) and not math.isnan(self.found.policy_mean)

    @property
    def worse_by(self) -> float:
        """By how much it got worse: below zero where it got better. What has no direction should not move."""
        if self.kpi.better is None:
            return abs(self.found.difference)
        return self.found.difference if self.kpi.better == "lower" else -self.found.difference

    @property
    def noise(self) -> bool | None:
        """Whether the difference could be chance; None when nobody can say."""
        if self.exact:
            return False
        return None if math.isnan(self.p_value) else self.p_value >= 1.0 - CONFIDENCE

    @property
    def undecided(self) -> bool:
        """Whether it is judged by an interval, and has none."""
        decided = self.exact or self.bound is not None or self.same or self.gone or self.appeared
        return not decided and math.isnan(self.p_value)

    @property
    def beyond(self) -> bool:
        """Whether it is worse than its bound allows."""
        if self.bound is None:
            return False
        mean = self.found.baseline_mean
        return self.worse_by > self.bound.allowed(mean) + TOLERANCE * max(1.0, abs(mean))

    @property
    def failed(self) -> bool:
        """Whether it is a regression."""
        if self.same or not self.judged:
            return False
        if self.gone or self.bound is not None:
            return self.gone or self.beyond
        return self.worse_by > 0.0 and self.kpi.better is not None and self.noise is False


@dataclass(frozen=True, slots=True)
class Check:
    """What a result looks like beside its baseline.

    Attributes:
        baseline: what was.
        result: what is.
        changes: every policy and KPI that was compared, regressions first.
        notes: what a reader should know about the comparison.

    """

    baseline: Baseline
    result: Baseline
    changes: tuple[Change, ...]
    notes: tuple[str, ...]

    @property
    def failed(self) -> tuple[Change, ...]:
        """The regressions."""
        return tuple(change for change in self.changes if change.failed)

    @property
    def other_orders(self) -> tuple[str, ...]:
        """The policies that met other order books than in the baseline."""
        policies = self.baseline.policies
        return tuple(policy for policy in policies if not _same_orders(self.baseline, self.result, policy))


def check(baseline: Baseline, result: Baseline, file: Path, folder: Path) -> Check:
    """Compare a result with a baseline.

    Args:
        baseline: what was.
        result: what is, with the bounds that hold.
        file: of the baseline, for messages.
        folder: of the result, for messages.

    Raises:
        InputError: if they are not of the same scenario and currency, if the result lacks what the baseline has, or
            if there are too few replications to judge a KPI that has no bound.

    """
    if wrong := list(_unlike(baseline, result, file, folder)):
        raise InputError(wrong)
    changes = []
    for policy, before in baseline.policies.items():
        exact = not any(_differing(baseline, result, policy))
        kpis = [kpi for kpi in KPIS.values() if kpi.name in before]
        changes += [_change(baseline, result, policy, kpi, exact) for kpi in kpis]
    changes = [change for change in changes if change.judged or change.exact]
    changes = _adjusted(changes)
    if undecided := [f"{change.kpi.name} of {change.policy}" for change in changes if change.undecided]:
        rule = (
            f"has too few replications to judge {', '.join(undecided)}: run at least two (-n 2), or say how much worse"
            " it may get (--bound KPI=VALUE)"
        )
        raise InputError([Problem(str(folder), rule)])
    changes.sort(key=lambda change: not change.failed)
    return Check(baseline, result, tuple(changes), tuple(_notes(baseline, result)))


def _change(baseline: Baseline, result: Baseline, policy: str, kpi: Kpi, exact: bool) -> Change:
    before, now = baseline.policies[policy][kpi.name], result.policies[policy][kpi.name]
    found, in_pairs = _difference(before, now, _same_orders(baseline, result, policy))
    # Without a direction nothing is worse, unless somebody said how far it may go.
    judged = kpi.name in result.bounds or (kpi.better is not None and (exact or kpi.name in result.judged))
    p_value = math.nan if exact else found.p_value / 2.0
    unit = kpi.unit_in(result.currency)
    return Change(policy, kpi, unit, found, in_pairs, judged, exact, result.bounds.get(kpi.name), p_value)


def _adjusted(changes: Sequence[Change]) -> list[Change]:
    """Return the changes with Holm's correction over those without a bound: worse and better are two questions."""
    places = [place for place, change in enumerate(changes) if change.bound is None]
    worse = [_chance_of_worse(changes[place]) for place in places]
    better = [1.0 - p_value for p_value in worse]
    adjusted = list(changes)
    for place, *p_values in zip(places, holm(worse), holm(better), strict=True):
        change = changes[place]
        adjusted[place] = replace(change, p_value=p_values[0 if change.worse_by > 0.0 else 1])
    return adjusted


def _chance_of_worse(change: Change) -> float:
    return change.p_value if change.worse_by > 0.0 else 1.0 - change.p_value


def _difference(before: Kept, now: Kept, same_orders: bool) -> tuple[Difference, bool]:
    """Return the result minus the baseline, and whether it was taken replication by replication."""
    if same_orders and before.values and now.values:
        n = min(len(before.values), len(now.values))
        found = paired(_numbers(before.values[:n]), _numbers(now.values[:n]))
        if found.n:
            return found, True
    return welch(before.sample, now.sample), False


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _same_orders(baseline: Baseline, result: Baseline, policy: str) -> bool:
    return baseline.seed == result.seed and baseline.variants[policy].books == result.variants[policy].books


def _differing(baseline: Baseline, result: Baseline, policy: str) -> Iterator[str]:
    """Yield what a policy was played with, and is not the same now."""
    before, now = baseline.variants[policy], result.variants[policy]
    if baseline.version != result.version:
        yield f"the baseline is of orderlab {baseline.version}, the result of {result.version}"
    if baseline.seed != result.seed:
        yield f"the baseline has seed {baseline.seed}, the result {result.seed}: they met other order books"
    elif before.books != now.books:
        yield f"{policy} met other order books than in the baseline"
    for name, content in baseline.hashes.items():
        if name.startswith("policies/") and name != before.file:
            continue
        if name == "scenario.yaml" and baseline.seed != result.seed:
            continue  # it holds the seed
        if result.hashes.get(name) != content:
            yield f"{name} is not that of the baseline"
    if before.file != now.file:
        yield f"{policy} is made of {now.file}, in the baseline of {before.file}"
    if before.parameters != now.parameters:
        yield f"{policy} has other arguments than in the baseline"
    if before.changes != now.changes:
        yield f"{policy} is played with other changes than in the baseline"
    if before.replications != now.replications:
        yield f"{policy} has {counted(now.replications, 'replication')}, in the baseline {before.replications}"


def _notes(baseline: Baseline, result: Baseline) -> list[str]:
    found = [note for policy in baseline.policies for note in _differing(baseline, result, policy)]
    new = [policy for policy in result.policies if policy not in baseline.policies]
    return list(
        dict.fromkeys([*found, *(f"{policy} is not in the baseline, and not judged" for policy in new)])
    )


def _unlike(baseline: Baseline, result: Baseline, file: Path, folder: Path) -> Iterator[Problem]:
    for key in ("scenario", "currency"):
        before, now = getattr(baseline, key), getattr(result, key)
        if before != now:
            yield Problem(str(file), f"is not that of {folder}, which is {now}", key=key, value=before)
            return  # what else differs is no wonder
    for policy, kpis in baseline.policies.items():
        if policy not in result.policies:
            rule = f"{folder} has no such policy"
            yield Problem(str(file), rule, key=f"policies.{policy}", nearest=nearest(policy, result.policies))
            continue
        for kpi in kpis:
            if kpi not in result.policies[policy]:
                rule, key = f"{folder} has no such KPI", f"policies.{policy}.{kpi}"
                yield Problem(str(file), rule, key=key, nearest=nearest(kpi, result.policies[policy]))
        for kpi in result.judged:
            if kpi not in kpis:
                yield Problem(
                    str(file), f"is missing, and {folder} is judged by it", key=f"policies.{policy}.{kpi}"
                )
