"""Splits: the fewest shipments that bring all lines of an order, and which warehouses they leave from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.case import Bools, Case
from policies.preference import Preference
from policies.split import Split
from sim.policy import Request

MOST_LINES = 8
"""Orders with more lines are split greedily: 8 lines have 4,140 partitions, 9 already 21,147."""

Lines = tuple[int, ...]


class Ship(NamedTuple):
    """Lines that leave one warehouse together."""

    site: int
    case: Case


class Plan(NamedTuple):
    """A way to ship lines, and the next best one with as many shipments."""

    ships: tuple[Ship, ...]
    runner_up: tuple[int, ...] = ()
    margin: float | None = None


def whole(case: Case, sites: Bools, preference: Preference) -> Plan | None:
    """Return the best of some warehouses that ships all lines of a case together, or None."""
    for line in case.lines:
        sites = sites & case.in_stock(line)
    found = sites.nonzero()[0]
    if len(found):
        found = found[case.reachable.take(found)]
    if not len(found):
        return None
    if len(found) == 1:
        return Plan((Ship(int(found[0]), case),))
    winner, other, margin = preference.two_best(case, found)
    return Plan((Ship(winner, case),), (other,), margin)


class Planner:
    """What a rule says of splits, bound to one replication: it finds the plans that the rule allows.

    Args:
        split: how far orders may be divided.
        preference: the rule's rank.

    """

    def __init__(self, split: Split, preference: Preference) -> None:
        self._most = split.max_shipments
        self._preference = preference

    def allowed(self, request: Request) -> int:
        """Return how many shipments an order may have, over all rules and attempts."""
        return self._most if request.split else 1

    def full(self, case: Case, sites: Bools, at_most: int) -> Plan | None:
        """Return the plan that ships all lines of a case from some warehouses, or None."""
        preference = self._preference
        # Most orders leave one warehouse: that is tried before a search is set up.
        if preference.fewest_first or len(case.lines) == 1 or at_most == 1:
            plan = whole(case, sites, preference)
            if plan is not None or len(case.lines) == 1 or at_most == 1:
                return plan
        return Search(case, sites, preference).best(case.lines, at_most)

    def partial(self, case: Case, sites: Bools) -> Search:
        """Return the search for plans that ship some lines of a case, where not all can be."""
        return Search(case, sites, self._preference)


class Search:
    """Finds plans for the lines of one case.

    Args:
        case: the lines together.
        sites: mask of the candidates.
        preference: the rule's rank.

    """

    def __init__(self, case: Case, sites: Bools, preference: Preference) -> None:
        self._case = case
        self._sites = sites
        self._preference = preference
        self._stocked = {line: case.in_stock(line) & sites for line in case.lines}
        self._best: dict[Lines, Ship | None] = {}
        self._lines: Lines | None = None

    @property
    def lines(self) -> Lines:
        """The lines that at least one candidate has in full, and can send."""
        if self._lines is None:
            alone = [self._case.part_of((line,)) for line in self._case.lines]
            self._lines = tuple([case.lines[0] for case in alone if len(self._candidates(case))])
        return self._lines

    def some(self, at_most: int) -> Plan | None:
        """Return the plan that ships as many lines as so many shipments can, or None."""
        return self.best(self.lines, at_most) or self.greedy(self.lines, at_most)

    def best(self, lines: Lines, at_most: int) -> Plan | None:
        """Return the preferred plan that ships some lines in at most so many shipments, or None."""
        most = min(at_most, len(lines))
        if most > 1 and len(lines) > MOST_LINES:
            plan = whole(self._case.part_of(lines), self._sites, self._preference)
            return plan or self._complete(self.greedy(lines, at_most), lines)
        if not self._preference.fewest_first:
            return self._partition(lines, range(1, most + 1))
        for shipments in range(1, most + 1):
            plan = self._partition(lines, range(shipments, shipments + 1))
            if plan is not None:
                return plan
        return None

    @staticmethod
    def _complete(plan: Plan | None, lines: Lines) -> Plan | None:
        shipped = 0 if plan is None else sum(len(ship.case.lines) for ship in plan.ships)
        return plan if shipped == len(lines) else None

    def greedy(self, lines: Lines, at_most: int) -> Plan | None:
        """Ship as many lines as possible: again and again those of the warehouse that has most of what is left.

        The greedy set cover (Chvátal 1979): where more shipments are not allowed, lines stay behind.
        """
        ships: list[Ship] = []
        left = lines
        while left and len(ships) < at_most:
            counts = np.sum([self._stocked[line] for line in left], axis=0)
            candidates: list[Ship] = []
            for most in sorted(set(counts.tolist()) - {0}, reverse=True):
                for site in np.flatnonzero(counts == most).tolist():
                    case = self._case.part_of(tuple([line for line in left if self._stocked[line][site]]))
                    if case.reachable[site]:
                        candidates.append(Ship(site, case))
                if candidates:
                    break
            if not candidates:
                break
            scores = [self._score((ship,)) for ship in candidates] if len(candidates) > 1 else [()]
            ship = candidates[self._preference.least(scores)]
            ships.append(ship)
            left = tuple([line for line in left if line not in ship.case.lines])
        return Plan(tuple(ships)) if ships else None

    def _candidates(self, case: Case) -> NDArray[np.intp]:
        fits = self._stocked[case.lines[0]]
        for line in case.lines[1:]:
            fits = fits & self._stocked[line]
        sites = fits.nonzero()[0]
        return sites[case.reachable.take(sites)] if len(sites) else sites

    def _partition(self, lines: Lines, counts: range) -> Plan | None:
        """Return the preferred of all plans with some numbers of shipments."""
        plans: list[tuple[Ship, ...]] = []
        for blocks in (blocks for shipments in counts for blocks in partitions(lines, shipments)):
            found = [self._best_of(block) for block in blocks]
            ships = tuple([ship for ship in found if ship is not None])
            if len(ships) == len(found):
                plans.append(ships)
        if len(plans) < 2:
            return Plan(plans[0]) if plans else None
        scores = [self._score(ships) for ships in plans]
        best = self._preference.least(scores)
        winner, score = plans.pop(best), scores.pop(best)
        other = self._preference.least(scores)
        margin = self._preference.difference(score, scores[other])
        return Plan(winner, tuple([ship.site for ship in plans[other]]), margin)

    def _best_of(self, lines: Lines) -> Ship | None:
        if lines not in self._best:
            case = self._case.part_of(lines)
            sites = self._candidates(case)
            self._best[lines] = Ship(self._preference.best(case, sites), case) if len(sites) else None
        return self._best[lines]

    def _score(self, ships: tuple[Ship, ...]) -> tuple[float, ...]:
        parts = [self._preference.score(ship.case, ship.site) for ship in ships]
        return tuple([sum(column) for column in zip(*parts, strict=True)])


def partitions(lines: Sequence[int], blocks: int) -> Iterator[list[Lines]]:
    """Yield every way to divide lines into so many blocks, each once; lines keep their order."""
    if blocks == 1:
        yield [tuple(lines)]
        return
    if blocks == len(lines):
        yield [(line,) for line in lines]
        return
    first, rest = lines[0], lines[1:]
    for parts in partitions(rest, blocks - 1):
        yield [(first,), *parts]
    for parts in partitions(rest, blocks):
        for number, part in enumerate(parts):
            yield [*parts[:number], (first, *part), *parts[number + 1 :]]
