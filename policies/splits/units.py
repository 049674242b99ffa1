"""Splits of lines: units of one line that leave several warehouses, because none has enough of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product
from math import comb

import numpy as np
from numpy.typing import NDArray

from policies.case import Case
from policies.splits.blocks import Blocks
from policies.splits.plan import Plan, Ship, portion, preferred

MOST_SETS = 5_000
"""So many sets of warehouses are looked at for one order, ..."""

MOST_WAYS = 200
"""... and so many of those that have enough are compared. Where there are more, a greedy search chooses."""

Units = dict[int, int]
"""Units by line."""


class UnitSearch:
    """Finds plans in which the units of a line may come from several warehouses.

    A line that travels with others is never divided. Within a set of warehouses a line leaves the preferred one that
    has it all; else the preferred ones give what they have, or, where that would be too many of them, those that have
    most. Where a part would be worth too little, units move to it from the others, line by line. Of 2,880 orders that
    tests/policies/test_shared_lines.py draws with seeds 1 to 8, 1,285 could leave in several parts; 11 were not found.

    Args:
        blocks: the lines, and who has them.

    Attributes:
        capped: whether there were more ways than are tried, so that a greedy search chose.

    """

    def __init__(self, blocks: Blocks) -> None:
        self.capped = False
        self._blocks = blocks
        self._bounds = blocks.bounds
        self._case = case = blocks.case
        request, network = case.request, blocks.bounds.network
        self._free: dict[int, NDArray[np.int64]] = {}  # of lines that travel together, all units or none
        for lines in blocks.parcels:
            may = blocks.sites
            for line in lines:
                may = may & network.may_serve(request.region, network.tags[request.items[line]])
                if len(lines) > 1:
                    may = may & blocks.stocked[line]
            for line in lines:
                units = np.clip(case.available(line), 0, request.units[line])
                self._free[line] = np.where(may, units, 0)
        # Warehouses are compared on the scale of those that have any of the units.
        self._compared = Case(network, request, case.lines, case.terms)
        has_any = np.any([free > 0 for free in self._free.values()], axis=0) if self._free else blocks.sites
        self._compared.candidates = has_any.nonzero()[0]

    # -- what can be had --------------------------------------------------------------------------------

    def wanted(self, *, whole: bool) -> Units:
        """Return the units of each line that as many warehouses as may share it can send; only whole lines, or any."""
        found: Units = {}
        for lines in self._blocks.parcels:
            for line in lines:
                units = self._case.request.units[line]
                most = min(units, int(np.sort(self._free[line])[-self._bounds.sites_per_line :].sum()))
                if most and (most == units or not whole):
                    found[line] = most
        return dict(sorted(found.items()))

    # -- plans ------------------------------------------------------------------------------------------

    def all(self, at_most: int) -> Plan | None:
        """Return a plan that ships all lines in at most so many shipments, of the fewest that do, or None."""
        wanted = self.wanted(whole=True)
        return self.some(wanted, at_most, complete=True) if len(wanted) == len(self._case.lines) else None

    def some(
        self,
        wanted: Units,
        at_most: int,
        *,
        complete: bool = False,
        whole: bool = True,
        rest_waits: bool = True,
    ) -> Plan | None:
        """Return a plan that ships what is wanted, or, where no plan does, as much of it as can be; or None.

        Args:
            wanted: units by line.
            at_most: shipments.
            complete: whether everything that is wanted must be shipped.
            whole: whether a line must leave in full or not at all.
            rest_waits: whether what is not shipped is a part of the order, which must not be worth too little.

        """
        ways = self._ways(wanted, at_most, rest_waits)
        if ways:
            return preferred(self._bounds.preference, ways)
        # It shares lines in another way, which may keep to a floor or to what a service takes where the first does not.
        ships = self._greedy(wanted, at_most, whole)
        if not ships or not self._allows(ships, rest_waits):
            return None
        plan = Plan(ships)
        return None if complete and plan.units != wanted else plan

    def _allows(self, ships: tuple[Ship, ...], rest_waits: bool) -> bool:
        bounds = self._bounds
        if not bounds.least_value:
            return True
        parts = [bounds.value(ship.case) for ship in ships]
        rest = bounds.value(self._case) - sum(parts)
        return bounds.allow([*parts, *([rest] if rest and rest_waits else [])])

    def _ways(self, wanted: Units, at_most: int, rest_waits: bool) -> list[tuple[Ship, ...]]:
        """Return the ways to ship all that is wanted; only those in the fewest shipments where these come first."""
        able = np.logical_or.reduce([self._free[line] > 0 for line in wanted])
        sites = able.nonzero()[0]
        ways: list[tuple[Ship, ...]] = []
        looked_at = 0
        for count in range(1, min(at_most, len(sites)) + 1):
            looked_at += comb(len(sites), count)
            if looked_at > MOST_SETS:
                self.capped = True
                return []
            sets = np.array(list(combinations(sites.tolist(), count)))
            enough = sets[self._have(sets, wanted)]
            if len(enough) > MOST_WAYS:
                self.capped = True
                return []
            for chosen in enough:
                ships = self._shared(chosen, wanted)
                if ships is not None and self._allows(ships, rest_waits):
                    ways.append(ships)
            if ways and self._bounds.fewest_first:
                break
        return ways

    def _have(self, sets: NDArray[np.intp], wanted: Units) -> NDArray[np.bool_]:
        """Tell which sets of warehouses have what is wanted, each line at no more of them than may share it."""
        enough = np.ones(len(sets), bool)
        for lines in self._blocks.parcels:
            if lines[0] not in wanted:
                continue
            for line in lines:
                free = np.sort(self._free[line][sets])[:, -self._bounds.sites_per_line :]
                enough &= free.sum(axis=1) >= wanted[line]
        return enough

    def _shared(self, chosen: NDArray[np.intp], wanted: Units) -> tuple[Ship, ...] | None:
        """Return what each of some warehouses sends, or None where one has nothing to send, or cannot."""
        order = self._ranked(chosen)
        sent: dict[int, Units] = {site: {} for site in order}
        for lines in self._blocks.parcels:
            if lines[0] not in wanted:
                continue
            full = [site for site in order if all(self._free[line][site] >= wanted[line] for line in lines)]
            if full:
                for line in lines:
                    sent[full[0]][line] = wanted[line]
                continue
            for site, units in self._taken(order, lines[0], wanted[lines[0]]):
                sent[site][lines[0]] = units
        if self._bounds.least_value:
            self._raise(sent)
        ships = tuple([self._ship(site, units) for site, units in sent.items() if units])
        if len(ships) < len(order) or not all(_can_leave(ship) for ship in ships):
            return None
        return ships

    def _taken(self, order: list[int], line: int, wanted: int) -> list[tuple[int, int]]:
        """Return warehouses and the units of a line that each gives; the first gives what it has."""
        free = self._free[line]
        for sites in (order, sorted(order, key=lambda site: -int(free[site]))):
            taken: list[tuple[int, int]] = []
            left = wanted
            for site in sites:
                units = min(left, int(free[site]))
                if units:
                    taken.append((site, units))
                    left -= units
            if len(taken) <= self._bounds.sites_per_line:
                break
        return taken

    def _raise(self, sent: dict[int, Units]) -> None:
        """Move units of lines that may be divided to warehouses that send too little, from those that send enough."""
        floor, items = self._bounds.least_value, self._case.request.items
        price = self._bounds.network.price
        worth = {
            site: sum([price[items[line]] * count for line, count in units.items()])
            for site, units in sent.items()
        }
        alone = [lines[0] for lines in self._blocks.parcels if len(lines) == 1 and price[items[lines[0]]]]
        for line, site, giver in product(alone, sent, sent):
            each, shares = price[items[line]], sum([line in units for units in sent.values()])
            if site == giver or (line not in sent[site] and shares == self._bounds.sites_per_line):
                continue
            moved = min(
                -((worth[site] - floor) // each),
                int(self._free[line][site]) - sent[site].get(line, 0),
                sent[giver].get(line, 0),
                (worth[giver] - floor) // each,
            )
            if moved > 0:
                sent[site][line] = sent[site].get(line, 0) + moved
                sent[giver][line] -= moved
                if not sent[giver][line]:
                    del sent[giver][line]
                worth[site] += moved * each
                worth[giver] -= moved * each

    def _ranked(self, sites: NDArray[np.intp]) -> list[int]:
        """Return warehouses, the preferred first."""
        found: list[int] = []
        while len(sites):
            found.append(self._bounds.preference.best(self._compared, sites))
            sites = sites[sites != found[-1]]
        return found

    def _ship(self, site: int, units: Mapping[int, int]) -> Ship:
        case = self._case
        request = portion(case.network, case.request, units)
        part = Case(case.network, request, request.open, case.terms)
        enough = np.logical_and.reduce([self._free[line] >= count for line, count in units.items() if count])
        part.candidates = enough.nonzero()[0]
        return Ship(site, part)

    # -- the greedy search ------------------------------------------------------------------------------

    def _greedy(self, wanted: Units, at_most: int, whole: bool) -> tuple[Ship, ...]:
        """Ship as many units as possible: again and again those of the warehouse that has most of what is left."""
        left = dict(wanted)
        shares = dict.fromkeys(left, 0)
        sent: dict[int, Units] = {}
        while left and len(sent) < at_most:
            found = self._next(left, sent)
            if found is None:
                break
            site, units = found
            sent[site] = units
            for line, count in units.items():
                left[line] -= count
                shares[line] += 1
                if not left[line] or shares[line] == self._bounds.sites_per_line:
                    del left[line]
        totals: Units = {}
        for units in sent.values():
            for line, count in units.items():
                totals[line] = totals.get(line, 0) + count
        kept = {line for line, count in totals.items() if not whole or count == wanted[line]}
        ships = []
        for site, units in sent.items():
            units = {line: count for line, count in units.items() if line in kept}
            if units:
                ships.append(self._ship(site, units))
        return tuple(ships)

    def _next(self, left: Units, sent: Mapping[int, Units]) -> tuple[int, Units] | None:
        """Return the warehouse that can send most of what is left, and what it sends; among equals the preferred."""
        given = {line: np.minimum(self._free[line], units) for line, units in left.items()}
        gains = np.sum(list(given.values()), axis=0)
        gains[list(sent)] = 0
        for most in sorted(set(gains.tolist()) - {0}, reverse=True):
            for site in self._ranked(np.flatnonzero(gains == most)):
                units = {line: int(free[site]) for line, free in given.items() if free[site]}
                if _can_leave(self._ship(site, units)):
                    return site, units
        return None


def _can_leave(ship: Ship) -> bool:
    """Tell whether a service takes a shipment, and brings goods that expire while they live long enough."""
    return bool(ship.case.reachable[ship.site] and ship.case.has_all[ship.site])
