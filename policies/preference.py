"""An order of preference over warehouses, and over ways to split an order: criteria, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.case import Case, Column, Mask, Values
from sim.decision.record import Weighing

SLACK = 1e-9
"""Values closer than this are equal: decimals are not exact in binary, and 0.70 + 0.10 is less than 0.80."""

DIGITS = 9
"""So many decimals of a margin are told."""


MANY = 100
"""From so many values on it takes longer to sort them all than to find the least."""


class Term(NamedTuple):
    """A key that a criterion is made of.

    Attributes:
        name: of the key.
        column: what it says of warehouses, before anything is made of it.
        weighing: what the criterion makes of it.

    """

    name: str
    column: Column
    weighing: Weighing = Weighing()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that warehouses are compared by.

    Attributes:
        column: from a case to numbers by warehouse, lower is better.
        band: how far above the best still counts as equal to it.
        counts_lines: whether a shipment of two lines counts twice in a sum over shipments.
        unit: what a number of the column is worth in the unit in which margins are told.
        terms: the keys it is made of.
        split_reason: why an order is split where this prefers several shipments to one: one of
            `journal.SPLIT_REASONS`.

    """

    column: Column
    band: float = 0.0
    counts_lines: bool = False
    unit: float = 1.0
    terms: tuple[Term, ...] = ()
    split_reason: str = "policy"


@dataclass(frozen=True, slots=True)
class Handicap:
    """What becomes of warehouses beyond a limit that does not exclude them.

    Attributes:
        name: of the limit.
        mask: who is within.
        money: what the cost of the others rises by; None: they rank after all that are within.

    """

    name: str
    mask: Mask
    money: float | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """Its column, with a name for it and what it costs to be beyond."""
        return (Term(f"beyond {self.name}", self.column, Weighing(self.money)),)

    def column(self, case: Case) -> Values:
        """Return 0 for who is within and 1 for who is beyond."""
        within = self.mask(case)
        return np.zeros(len(case.network.warehouses)) if within is None else np.where(within, 0.0, 1.0)


class Preference:
    """A rank bound to a replication: criteria, one after the other.

    Attributes:
        criteria: the most important first.
        fewest_first: whether the number of shipments comes before everything else.

    """

    def __init__(self, criteria: Sequence[Criterion], *, fewest_first: bool) -> None:
        self.criteria = list(criteria)
        self._columns = [(criterion.column, criterion.band + SLACK) for criterion in criteria]
        self._units = [criterion.unit for criterion in criteria]
        self.fewest_first = fewest_first

    def best(self, case: Case, sites: NDArray[np.intp]) -> int:
        """Return the preferred warehouse of some; among equals the first in the scenario."""
        if case.candidates is None:
            case.candidates = sites
        for column, band in self._columns:
            if len(sites) == 1:
                break
            values = case.column(column)[sites]
            sites = sites[values <= values[values.argmin()] + band]
        return int(sites[0])

    def two_best(self, case: Case, sites: NDArray[np.intp]) -> tuple[int, int, float]:
        """Return the preferred of two or more warehouses, the next one, and by how much the first is better.

        The margin is in the unit of the key that decided: the first by which the two do not tie within its band.
        """
        if case.candidates is None:
            case.candidates = sites
        for (column, band), unit in zip(self._columns, self._units, strict=True):
            values = case.column(column)[sites]
            # Three values settle it: the best, the next, and what that is not tied with.
            ranked = values.argsort() if len(sites) < MANY else _three_least(values)
            best, next_, *third = ranked[:3].tolist()
            first, second = values.item(best), values.item(next_)
            if second > first + band and (not third or values.item(third[0]) > second + band):
                return sites.item(best), sites.item(next_), round((second - first) * unit, DIGITS)
            if values.max() > first + band:
                # Some tie but not all. What follows decides among those that may tie with one of the first two: where
                # a thousand stores tie by zone, to leave the others out halves the time of it.
                sites = sites[values <= second + band]
                break
        winner = self.best(case, sites)
        other = self.best(case, sites[sites != winner])
        return winner, other, self._margin(case, winner, other)

    def _margin(self, case: Case, winner: int, other: int) -> float:
        values = [case.column(column) for column, _ in self._columns]
        return self.difference([v[winner] for v in values], [v[other] for v in values])

    def score(self, case: Case, site: int) -> tuple[float, ...]:
        """Return the numbers of one warehouse, so that those of several shipments can be added up."""
        lines = len(case.lines)
        return tuple(
            [
                float(case.column(criterion.column)[site]) * (lines if criterion.counts_lines else 1)
                for criterion in self.criteria
            ]
        )

    def least(self, scores: Sequence[tuple[float, ...]]) -> int:
        """Return the position of the best of several sums of scores; among equals the first."""
        left = list(range(len(scores)))
        for number, (_, band) in enumerate(self._columns):
            if len(left) == 1:
                break
            limit = min(scores[i][number] for i in left) + band
            left = [i for i in left if scores[i][number] <= limit]
        return left[0]

    def difference(self, better: Sequence[float], other: Sequence[float]) -> float:
        """Return the margin between two lists of scores; 0 when they tie in every key."""
        for (_, band), unit, a, b in zip(self._columns, self._units, better, other, strict=True):
            if b - a > band:
                return round(float(b - a) * unit, DIGITS)
        return 0.0

    def decisive(self, better: Sequence[float], other: Sequence[float]) -> Criterion | None:
        """Return the first criterion by which two lists of scores do not tie; None when they tie in every one."""
        for criterion, (_, band), a, b in zip(self.criteria, self._columns, better, other, strict=True):
            if b - a > band:
                return criterion
        return None

    def split_reason(self, better: Sequence[float], other: Sequence[float]) -> str:
        """Tell what several shipments, with their scores, are better in than one: one of `journal.SPLIT_REASONS`."""
        criterion = self.decisive(better, other)
        return "policy" if criterion is None else criterion.split_reason


def _three_least(values: Values) -> NDArray[np.intp]:
    """Return the positions of the three least values, the least first."""
    least = values.argpartition(2)[:3]
    return least[values[least].argsort()]
