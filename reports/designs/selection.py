"""Selection of the best policy with a guarantee, by the fully sequential procedure of Kim and Nelson.

S.-H. Kim and B. L. Nelson (2001), "A fully sequential procedure for indifference-zone selection in simulation", ACM
Transactions on Modeling and Computer Simulation 11, with c = 1. A first stage measures how much the difference of any
two policies varies on common order books. Then the survivors get one more replication at a time, and a policy is
eliminated when another leads it by more than chance would explain if it were the best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from reports.kpis import KPIS, kpi_named
from reports.statistics import CONFIDENCE, MOST_REPLICATIONS
from sim.errors import InputError, Problem
from sim.execution.experiment import Found

_BLOCK = 5  # replications that are asked for at a time, or a tenth of those there


def constants(policies: int, first_stage: int, confidence: float) -> tuple[float, float]:
    """Return eta and h² of the procedure: how far apart sums of differences must be before one is eliminated.

    Args:
        policies: how many compete, two or more.
        first_stage: replications from which variances are estimated, two or more.
        confidence: that the best is selected.

    """
    freedom = first_stage - 1
    eta = 0.5 * ((2.0 * (1.0 - confidence) / (policies - 1)) ** (-2.0 / freedom) - 1.0)
    return eta, 2.0 * eta * freedom


@dataclass(frozen=True, slots=True)
class Elimination:
    """A policy that is out.

    Attributes:
        policy: which.
        after: how many replications.
        by: the policy that led it.

    """

    policy: str
    after: int
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a selection has come.

    Attributes:
        replications: of each survivor that were looked at.
        survivors: in the order of the experiment.
        eliminated: in the order in which it happened.
        selected: the winner; None while nothing is decided.
        most: replications after which it is decided in any case.

    """

    replications: int
    survivors: tuple[str, ...]
    eliminated: tuple[Elimination, ...]
    selected: str | None
    most: int


@dataclass(frozen=True)
class Selection:
    """Selects the best of several policies with the probability wanted.

    With at least the probability `confidence`, the policy selected is the best in the KPI, provided that the best
    is better than every other by `indifference` or more. Closer ones are not told apart. Values of replications
    are taken as normal, which means of many orders are to good approximation; the guarantee holds whatever the
    correlation that common order books give them, and the higher that is, the sooner it ends.

    As a function it takes what was found, by policy, and returns how many replications of each are wanted in all:
    those that are there once it is decided. It depends on nothing else, so that an interrupted experiment goes on
    as if it had not been. A few replications are asked for at a time, and looked at one by one. Where the KPI turns out
    to have no value, as lateness has where nothing is late, it ends, and nothing is selected.

    Attributes:
        by: name of a KPI with a better direction.
        indifference: the smallest difference worth detecting, in the unit of the KPI.
        confidence: that the best is selected, above 0.5.
        first_stage: replications of every policy to begin with, from which variances are estimated.
        at_most: replications of a policy at which it ends undecided; None: it ends by itself.

    Raises:
        ValueError: if the KPI has no better direction, or a number is out of its range.
        InputError: if there is no such KPI.

    Example:
        >>> from reports import Selection
        >>> from sim import Experiment
        >>> best = Selection(by="cost_per_order", indifference=0.05, first_stage=5)
        >>> policies = ["nearest", "cheapest", "balanced"]
        >>> result = Experiment("hello", policies, changes=["days=0.5"], design=best).run(jobs=1)
        >>> result.summary["selection"]["selected"]
        'cheapest'

    """

    by: str
    indifference: float
    confidence: float = CONFIDENCE
    first_stage: int = 10
    at_most: int | None = None
    name: ClassVar[str] = "selection"

    def __post_init__(self) -> None:
        if kpi_named(self.by, "by").better is None:
            raise ValueError(f"nothing can be selected by {self.by}: neither lower nor higher is better")
        if not 0.0 < self.indifference < math.inf:
            raise ValueError(f"the indifference must be a positive number, not {self.indifference}")
        if not 0.5 < self.confidence < 1.0:
            raise ValueError(f"the confidence must lie between 0.5 and 1, not at {self.confidence}")
        if self.first_stage < 2:
            raise ValueError(f"the first stage must have two replications or more, not {self.first_stage}")
        if self.at_most is not None and self.at_most < self.first_stage:
            raise ValueError(f"at_most must be first_stage or more: {self.first_stage}, {self.at_most}")
        if max(self.first_stage, self.at_most or 0) > MOST_REPLICATIONS:
            raise ValueError(f"first_stage and at_most must be at most {MOST_REPLICATIONS:,}")

    def __call__(self, found: Found) -> dict[str, int]:
        """Return how many replications of each policy are wanted in all.

        Raises:
            InputError: if there are fewer than two policies.

        """
        if len(found) < 2:
            raise InputError(
                [Problem("policies", "a selection needs two policies or more", value=", ".join(found))]
            )
        there = {policy: len(rows) for policy, rows in found.items()}
        if min(there.values()) < self.first_stage:
            return dict.fromkeys(found, self.first_stage)
        if self._undefined(found) is not None:
            return there
        standing = self.follow(found)
        if standing.selected is not None or standing.replications == self.at_most:
            return there
        more = standing.replications + max(_BLOCK, standing.replications // 10)
        wanted = min(more, standing.most, self.at_most or standing.most)
        return {policy: wanted if policy in standing.survivors else n for policy, n in there.items()}

    def follow(self, found: Found) -> Standing:
        """Follow the procedure through what was found, one replication after the other.

        Args:
            found: of two or more policies, of each at least the first stage; the KPI is defined in all.

        """
        gains = {policy: self._gains(rows) for policy, rows in found.items()}
        bounds = self._bounds(gains)
        sums = {policy: np.cumsum(values) for policy, values in gains.items()}
        survivors, eliminated = list(found), list[Elimination]()
        n = self.first_stage
        while True:
            out = {}
            for policy in survivors:
                excess, leader = max(
                    (sums[other][n - 1] - sums[policy][n - 1] - self._margin(bounds[policy, other], n), other)
                    for other in survivors
                    if other != policy
                )
                if excess > 0.0:
                    out[policy] = Elimination(policy, n, leader)
            eliminated += out.values()
            survivors = [policy for policy in survivors if policy not in out]
            most = max((bounds[a, b] for a in survivors for b in survivors if a != b), default=0.0)
            last = max(self.first_stage, math.ceil(most))
            decided = len(survivors) == 1 or n >= last
            if decided or n == self.at_most or n >= min(len(gains[policy]) for policy in survivors):
                best = max(survivors, key=lambda policy: sums[policy][n - 1])
                return Standing(n, tuple(survivors), tuple(eliminated), best if decided else None, last)
            n += 1

    def told(self, found: Found) -> dict[str, Any]:
        """Return what came of it, as it stands in `summary.json` under `selection`.

        `selected` is null if the limit came first; `most` then is the number of replications that decides in any
        case. Of each policy, `mean` is the mean over the replications that were looked at. Where the KPI has no value
        in a replication there is nothing to select by: `undefined` says in which.
        """
        asked = {
            "by": self.by,
            "indifference": self.indifference,
            "confidence": self.confidence,
            "first_stage": self.first_stage,
            "at_most": self.at_most,
        }
        undefined = self._undefined(found)
        if undefined is not None:
            return {
                **asked,
                "selected": None,
                "undefined": dict(zip(("policy", "replication"), undefined, strict=True)),
            }
        standing = self.follow(found)
        out = {elimination.policy: elimination for elimination in standing.eliminated}
        policies = {}
        for policy, rows in found.items():
            n = out[policy].after if policy in out else standing.replications
            policies[policy] = {
                "replications": n,
                "mean": math.fsum(row[self.by] for row in rows[:n]) / n,
                "eliminated_by": out[policy].by if policy in out else None,
            }
        return {
            **asked,
            "selected": standing.selected,
            "replications": standing.replications,
            "most": standing.most,
            "policies": policies,
        }

    def _undefined(self, found: Found) -> tuple[str, int] | None:
        """Return the first policy and replication in which the KPI has no value, None where it always has one."""
        places = (
            (policy, number)
            for policy, rows in found.items()
            for number, row in enumerate(rows)
            if math.isnan(row[self.by])
        )
        return next(places, None)

    def _gains(self, rows: Sequence[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the values of a policy, the higher the better."""
        values = np.array([row[self.by] for row in rows], dtype=np.float64)
        return values if KPIS[self.by].better == "higher" else -values

    def _bounds(
        self, gains: dict[str, np.ndarray[Any, np.dtype[np.float64]]]
    ) -> dict[tuple[str, str], float]:
        """Return for each two policies after how many replications the leader is taken without any margin."""
        _, h2 = constants(len(gains), self.first_stage, self.confidence)
        first = {policy: values[: self.first_stage] for policy, values in gains.items()}
        return {
            (a, b): h2 * float(np.var(first[a] - first[b], ddof=1)) / self.indifference**2
            for a in gains
            for b in gains
            if a != b
        }

    def _margin(self, bound: float, n: int) -> float:
        """Return how far the sums of two policies must be apart after n replications."""
        return max(0.0, self.indifference / 2.0 * (bound - n))
