"""As many replications as the wanted precision needs: a design of an experiment that looks at what it found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from reports.kpis import Kpi, kpi_named
from reports.kpis.typed import values_by_kpi
from reports.statistics import (
    CONFIDENCE,
    MOST_REPLICATIONS,
    Difference,
    paired,
    replications_for,
    sample_of,
    welch,
)
from sim.execution.experiment import Found

AT_MOST = 200
"""Replications of a policy at which the search for precision ends unless told otherwise."""

_OPTION = "--precision"
_FIRST = 3  # replications from which a spread says something
_GIVEN_UP = 10  # replications after which a KPI that was defined in none of them is waited for no longer
_LOOK_AHEAD = 5


def look_ahead(n: int) -> int:
    """Return for how many more replications a half-width reached with n must hold before it is believed.

    A spread estimated from few replications is small by luck now and then. Hoad, Robinson and Davies (2010,
    "Automated selection of the number of replications for a discrete-event simulation", Journal of the
    Operational Research Society 61): kLimit = 5, and in proportion to n above 100.
    """
    return max(_LOOK_AHEAD, _LOOK_AHEAD * n // 100)


def read_half_widths(texts: Sequence[str]) -> dict[str, float]:
    """Return the half-widths wanted, by KPI, from texts such as "cost_per_order=0.05,late_share=0.01".

    Raises:
        InputError: with everything that is wrong: no such KPI, one that stands twice, or no positive number.

    Example:
        >>> from reports.designs.precision import read_half_widths
        >>> read_half_widths(["cost_per_order=0.05,late_share=0.01"])
        {'cost_per_order': 0.05, 'late_share': 0.01}

    """
    entries = (entry.strip() for text in texts for entry in text.split(","))
    return values_by_kpi(_OPTION, "KPI=HALF_WIDTH, such as cost_per_order=0.05", entries, _half_width)


def _half_width(kpi: Kpi, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise ValueError(f"the half-width must be a positive number, in {kpi.unit}")
    return number


@dataclass(frozen=True)
class Precision:
    """Adds replications until every half-width wanted is reached, and holds while a few more are played.

    What is judged is the difference of each policy to the baseline, pair by pair; of one policy alone, its mean.
    As a function it takes what was found, by policy, and returns how many replications of each are wanted in
    all: those that are there when nothing more is. It depends on nothing else, so that an interrupted experiment
    goes on as if it had not been.

    Attributes:
        wanted: half-widths by KPI, in its unit.
        baseline: the policy that others are compared with; None: the first. An experiment puts its own here.
        at_least: replications to begin with.
        at_most: replications at which it ends in any case.
        confidence: level of the intervals.
        common: whether a replication has the same order book under every policy; else Welch's intervals count.

    Raises:
        ValueError: if nothing is wanted, a half-width is not positive, or `at_most` is less than `at_least`.
        InputError: if there is no such KPI.

    Example:
        >>> from reports import Precision
        >>> from sim import Experiment
        >>> enough = Precision({"cost_per_order": 0.05}, at_least=5)
        >>> result = Experiment("hello", ["nearest", "balanced"], changes=["days=0.5"], design=enough).run(jobs=1)
        >>> said = result.summary["precision"]
        >>> said["reached"], said["replications"]
        (True, 8)

    """

    wanted: Mapping[str, float]
    baseline: str | None = None
    at_least: int = 10
    at_most: int = AT_MOST
    confidence: float = CONFIDENCE
    common: bool = True
    name: ClassVar[str] = "precision"

    def __post_init__(self) -> None:
        if not self.wanted or min(self.wanted.values()) <= 0.0:
            raise ValueError(f"half-widths must be positive, and one or more: {dict(self.wanted)}")
        for name in self.wanted:
            kpi_named(name, "wanted")
        if not 1 <= self.at_least <= self.at_most:
            raise ValueError(f"at_most must be at_least or more: {self.at_least}, {self.at_most}")
        if self.at_most > MOST_REPLICATIONS:
            raise ValueError(f"at_most must be at most {MOST_REPLICATIONS:,}, not {self.at_most}")

    def __call__(self, found: Found) -> dict[str, int]:
        """Return how many replications of each policy are wanted in all."""
        return dict.fromkeys(found, self._wanted_in_all(found))

    def told(self, found: Found) -> dict[str, Any]:
        """Return what came of it, as it stands in `summary.json` under `precision`.

        `reached` says whether every half-width was reached, `held` over how many of the last replications they
        all were, and `confirmed` whether that is as many as the look-ahead asks for. `n_needed` is how many
        replications would reach one that was not, if the spread stays as it is; null if no number would. `n` is 0
        where a KPI was defined in none: then it ended early.
        """
        n = _replications(found)
        held = self._held(found, n)
        rows = []
        for policy, kpi, estimate in self._estimates(found, n):
            reached = estimate.half_width <= self.wanted[kpi]
            rows.append(
                {
                    "kpi": kpi,
                    "policy": policy,
                    "wanted": self.wanted[kpi],
                    "n": estimate.n,
                    "half_width": None if math.isnan(estimate.half_width) else estimate.half_width,
                    "reached": reached,
                    "n_needed": None if reached else self._needed(estimate, kpi),
                }
            )
        return {
            "baseline": self._baseline(found),
            "confidence": self.confidence,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "replications": n,
            "reached": held > 0,
            "held": held,
            "confirmed": self._is_confirmed(n, held),
            "half_widths": rows,
        }

    def _wanted_in_all(self, found: Found) -> int:
        n = _replications(found)
        first = max(self.at_least, min(_FIRST, self.at_most))
        if n < first:
            return first
        if self._is_undefined(found, n):
            return max(n, min(_GIVEN_UP, self.at_most))
        held = self._held(found, n)
        if n >= self.at_most or self._is_confirmed(n, held):
            return n
        since = n - held + 1
        if held:
            more = since + look_ahead(since) - n
        else:
            # Half of what the spread says is missing: it may be large by luck, too.
            needed = [self._needed(estimate, kpi) for _, kpi, estimate in self._estimates(found, n)]
            missing = max(self.at_most if m is None else m for m in needed) - n
            more = max(look_ahead(n), missing // 2)
        return min(n + more, self.at_most)

    def _is_undefined(self, found: Found, n: int) -> bool:
        """Whether a KPI that is wanted was defined in no replication: more of them would not make it precise."""
        return any(estimate.n == 0 for _, _, estimate in self._estimates(found, n))

    def _is_confirmed(self, n: int, held: int) -> bool:
        return held > look_ahead(n - held + 1)

    def _held(self, found: Found, n: int) -> int:
        """Return with how many of the last numbers of replications, up to n, every half-width was reached."""
        held = 0
        while n - held >= _FIRST and self._is_reached(found, n - held):
            held += 1
            if self._is_confirmed(n, held):
                break
        return held

    def _is_reached(self, found: Found, n: int) -> bool:
        return all(estimate.half_width <= self.wanted[kpi] for _, kpi, estimate in self._estimates(found, n))

    def _estimates(self, found: Found, n: int) -> Iterator[tuple[str, str, Difference]]:
        """Yield policy, KPI and what the first n replications say of it."""
        baseline = self._baseline(found)
        others = [policy for policy in found if policy != baseline]
        for kpi in self.wanted:
            before = [row[kpi] for row in found[baseline][:n]]
            for policy in others:
                now = [row[kpi] for row in found[policy][:n]]
                yield policy, kpi, self._compared(before, now)
            if not others:  # a mean is its difference to nothing
                yield baseline, kpi, paired([0.0] * n, before, self.confidence)

    def _compared(self, before: Sequence[float], now: Sequence[float]) -> Difference:
        if self.common:
            return paired(before, now, self.confidence)
        return welch(sample_of(before), sample_of(now), self.confidence)

    def _baseline(self, found: Found) -> str:
        return next(iter(found)) if self.baseline is None else self.baseline

    def _needed(self, estimate: Difference, kpi: str) -> int | None:
        if estimate.n < 2:
            return None
        return replications_for(estimate.spread, self.wanted[kpi], self.confidence)


def _replications(found: Found) -> int:
    return min(map(len, found.values()))
