"""Blocks: lines of an order that leave one warehouse together, and which warehouses could send them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, combinations
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from policies.case import Bools, Case, Mask
from policies.splits.bounds import Bounds
from policies.splits.plan import Lines, Ship

MOST_LINES = 8
"""Orders with more lines that may part are split greedily: 8 have 4,140 partitions, 9 already 21,147."""

Parcels: TypeAlias = tuple[Lines, ...]
"""Lines that may leave apart from each other; those of one entry may not."""

T = TypeVar("T")


class Blocks:
    """The lines of one case, and who has which of them together.

    Args:
        bounds: what plans keep to.
        case: all lines.
        sites: mask of the candidates.

    """

    def __init__(self, bounds: Bounds, case: Case, sites: Bools) -> None:
        self.bounds = bounds
        self.case = case
        self.sites = sites
        self._best: dict[Lines, Ship | None] = {}
        self._values: dict[Lines, int] = {}
        self._before: dict[Ship, tuple[int, ...]] = {}  # warehouses that are better, of what is not the best

    @cached_property
    def stocked(self) -> dict[int, Bools]:
        """By line the candidates that have all its units."""
        return {line: self.case.in_stock(line) & self.sites for line in self.case.lines}

    @cached_property
    def parcels(self) -> Parcels:
        """The lines of the case that may leave. Those that belong to a line which may not now are left out."""
        case = self.case
        if not self.bounds.together:
            return tuple([(line,) for line in case.lines])
        request = case.request
        together = self.bounds.groups_of([request.items[line] for line in request.open])
        found: dict[Lines, None] = {}
        for line in case.lines:
            group = next((items for items in together if request.items[line] in items), None)
            lines: Lines = (line,)
            if group is not None:
                lines = tuple([other for other in request.open if request.items[other] in group])
            found[lines] = None
        return tuple([lines for lines in found if set(lines) <= set(case.lines)])

    @property
    def may_all_leave(self) -> bool:
        """Whether no line of the case must wait for another one that is not of the case."""
        return not self.bounds.together or sum(map(len, self.parcels)) == len(self.case.lines)

    @cached_property
    def placeable(self) -> Parcels:
        """The lines that at least one candidate has in full, and can send."""
        return tuple([lines for lines in self.parcels if len(self.candidates(self.case.part_of(lines)))])

    def value(self, lines: Lines) -> int:
        """Return what the goods of some lines are worth, in millionths of the currency."""
        value = self._values.get(lines)
        if value is None:
            value = self._values[lines] = self.bounds.value(self.case.part_of(lines))
        return value

    def candidates(self, case: Case) -> NDArray[np.intp]:
        """Return the warehouses that have all lines of a part of the case, and from which they can be sent."""
        perishable, items = self.bounds.network.perishable, case.request.items
        if any(perishable[items[line]] for line in case.lines):
            fits = case.has_all & self.sites  # how long they must live hangs on how this part travels
        else:
            fits = self.stocked[case.lines[0]]
            for line in case.lines[1:]:
                fits = fits & self.stocked[line]
        sites = fits.nonzero()[0]
        return sites[case.reachable.take(sites)] if len(sites) else sites

    def best(self, lines: Lines) -> Ship | None:
        """Return the preferred warehouse that sends some lines together, or None."""
        if lines not in self._best:
            case = self.case.part_of(lines)
            sites = self.candidates(case)
            if len(sites):
                case.candidates = sites
            site = self.bounds.preference.best(case, sites) if len(sites) else None
            self._best[lines] = None if site is None else Ship(site, case)
        return self._best[lines]

    def second(self, ship: Ship, within: Mask | None = None) -> Ship | None:
        """Return the next best after the warehouse of a shipment, of all that send its lines together, or None.

        With `within`, a function from a case to a mask, of those of the mask.
        """
        case, before = ship.case, self._before.get(ship, ())
        sites = self.candidates(case)
        allowed = None if within is None else within(case)
        if allowed is not None:
            sites = sites[allowed[sites]]
        passed = (*before, ship.site)
        others = sites[~np.isin(sites, passed)]
        if not len(others):
            return None
        other = Ship(self.bounds.preference.best(case, others), case)
        self._before[other] = passed
        return other

    def must_part(self, ships: Sequence[Ship]) -> bool:
        """Tell whether no two shipments leave one warehouse that could send them as one."""
        return self._could_be_one(ships) is None

    def parted(self, ships: tuple[Ship, ...], within: Mask | None = None) -> Iterator[tuple[Ship, ...]]:
        """Yield ways to send the same blocks in which no two leave one warehouse that could send them as one.

        Where two do, one or the other leaves the warehouse that is next best for it, of those within a mask.
        """
        pair = self._could_be_one(ships)
        if pair is None:
            yield ships
            return
        for number in pair:
            other = self.second(ships[number], within)
            if other is not None:
                yield from self.parted((*ships[:number], other, *ships[number + 1 :]), within)

    def _could_be_one(self, ships: Sequence[Ship]) -> tuple[int, int] | None:
        if len({ship.site for ship in ships}) == len(ships):
            return None
        for (first, one), (number, other) in combinations(enumerate(ships), 2):
            if one.site == other.site:
                lines = joined([one.case.lines, other.case.lines])
                if self.case.part_of(lines).reachable[one.site]:
                    return first, number
        return None

    def divided(self, parcels: Parcels, counts: range, rest: int | None = None) -> Iterator[list[Lines]]:
        """Yield every way to divide lines into some numbers of shipments, of which none is worth too little.

        `rest` is the value of what waits beside them; None where nothing does.
        """
        floor = self.bounds.least_value
        waits = [] if rest is None else [rest]
        worth = self.value(joined(parcels)) if floor else 0
        for shipments in counts:
            if shipments + len(waits) > 1 and (
                worth < shipments * floor or min(waits, default=floor) < floor
            ):
                return  # however it is divided, and whatever more there are
            for parts in partitions(parcels, shipments):
                blocks = [joined(part) for part in parts]
                if not floor or self.bounds.allow([*map(self.value, blocks), *waits]):
                    yield blocks


def joined(parcels: Iterable[Lines]) -> Lines:
    """Return all lines of some parcels, in order."""
    return tuple(sorted(chain.from_iterable(parcels)))


def partitions(things: Sequence[T], blocks: int) -> Iterator[list[tuple[T, ...]]]:
    """Yield every way to divide things into so many blocks, each once; things keep their order."""
    if blocks == 1:
        yield [tuple(things)]
        return
    if blocks == len(things):
        yield [(thing,) for thing in things]
        return
    first, rest = things[0], things[1:]
    for parts in partitions(rest, blocks - 1):
        yield [(first,), *parts]
    for parts in partitions(rest, blocks):
        for number, part in enumerate(parts):
            yield [*parts[:number], (first, *part), *parts[number + 1 :]]
