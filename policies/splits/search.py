"""The search for plans: every way to divide few lines among warehouses, a greedy cover of many."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import chain, combinations, islice

from policies.case import Bools, Case
from policies.splits.blocks import MOST_LINES, Blocks, Parcels, joined
from policies.splits.bounds import Bounds, Worth
from policies.splits.cover import cover
from policies.splits.plan import Lines, Plan, Ship, preferred, score, whole
from policies.splits.units import UnitSearch
from policies.splits.worth import WorthIt

MOST_PARTED = 200
"""So many ways are tried for one division whose parts prefer a warehouse that could send them as one."""


class Search:
    """Finds plans for the lines of one case.

    Args:
        bounds: what plans keep to.
        case: the lines together.
        sites: mask of the candidates.
        at_most: shipments.

    """

    def __init__(self, bounds: Bounds, case: Case, sites: Bools, at_most: int) -> None:
        self._bounds = bounds
        self._case = case
        self._sites = sites
        self._at_most = at_most
        self._capped = False

    @property
    def capped(self) -> bool:
        """Whether there were more ways than are tried, so that a greedy search chose."""
        return self._capped or ("_units" in self.__dict__ and self._units.capped)

    @cached_property
    def _blocks(self) -> Blocks:
        return Blocks(self._bounds, self._case, self._sites)

    @cached_property
    def _units(self) -> UnitSearch:
        return UnitSearch(self._blocks)

    # -- all lines --------------------------------------------------------------------------------------

    def full(self) -> Plan | None:
        """Return the preferred plan that ships all lines, or None."""
        bounds, case = self._bounds, self._case
        if bounds.together and not self._blocks.may_all_leave:
            return None
        most = self._at_most if len(case.lines) > 1 or bounds.sites_per_line > 1 else 1
        # Most orders leave one warehouse: that is tried before a search is set up.
        if bounds.fewest_first or bounds.worth is not None or most == 1:
            plan = whole(case, self._sites, bounds.preference)
            if plan is not None:
                worth = bounds.worth
                return plan if worth is None or most == 1 else self._sooner(plan.ships[0], worth) or plan
            if most == 1:
                return None
        plan = self._apart(self._blocks.parcels, most)
        if plan is None and bounds.sites_per_line > 1:
            plan = self._units.all(most)
        return plan

    def _sooner(self, alone: Ship, worth: Worth) -> Plan | None:
        """Return the split that is soon and cheap enough against one shipment, or None."""
        splits = WorthIt(self._blocks, worth, alone)
        plan = splits.best(self._at_most)
        self._capped = self._capped or splits.capped
        return plan

    # -- some lines -------------------------------------------------------------------------------------

    def lines(self, *, by_units: bool) -> Lines:
        """Return the lines of which candidates can send something: all units, or with `by_units` any."""
        if by_units or self._bounds.sites_per_line > 1:
            return tuple(self._units.wanted(whole=not by_units))
        return tuple(chain.from_iterable(self._blocks.placeable))

    def some(self, at_most: int, *, by_units: bool, rest_waits: bool) -> Plan | None:
        """Return the plan that ships as much as so many shipments can, or None.

        Args:
            at_most: shipments.
            by_units: whether a line may leave in part.
            rest_waits: whether what is left is a part of the order, and not given up.

        """
        placeable = self._blocks.placeable
        if not by_units and self._bounds.sites_per_line == 1:
            return self._whole_lines(placeable, at_most, rest_waits)
        wanted, units = self._units.wanted(whole=not by_units), self._case.request.units
        shared = partial(self._units.some, wanted, at_most, whole=not by_units, rest_waits=rest_waits)
        if wanted != {line: units[line] for line in joined(placeable)}:
            return shared() or self._whole_lines(placeable, at_most, rest_waits)
        # Every line is somewhere in full: what shares lines is only better where the shipments are too few for that.
        plan = self._whole_lines(placeable, at_most, rest_waits)
        if plan is not None and plan.units == wanted:
            return plan
        return max([plan, shared()], key=lambda each: 0 if each is None else sum(each.units.values()))

    def _whole_lines(self, placeable: Parcels, at_most: int, rest_waits: bool) -> Plan | None:
        """Return the plan that ships most lines, each from one warehouse; greedily where they are many."""
        if len(placeable) <= MOST_LINES:
            return self._most(placeable, at_most, rest_waits)
        if not self._bounds.least_value:
            plan = self._apart(placeable, at_most)
            if plan is not None:
                return plan
        self._capped = True
        return cover(self._blocks, placeable, at_most, rest_waits=rest_waits)

    def _most(self, placeable: Parcels, at_most: int, rest_waits: bool) -> Plan | None:
        """Return the plan that ships most lines, so that no part is too small.

        Of as many the preferred; where parts have a least value, those of the most value.
        """
        value, total = self._blocks.value, self._bounds.value(self._case)

        def of(parcels: Parcels) -> int:
            return sum([value(lines) for lines in parcels])

        waits = rest_waits and len(joined(placeable)) < len(self._case.lines)
        plan = self._apart(placeable, at_most, total - of(placeable) if waits else None)
        if plan is not None:
            return plan
        chosen = [parcels for count in range(1, len(placeable)) for parcels in combinations(placeable, count)]
        for count in sorted({len(joined(parcels)) for parcels in chosen}, reverse=True):
            of_count = [parcels for parcels in chosen if len(joined(parcels)) == count]
            if not self._bounds.least_value:
                plans = [self._apart(parcels, at_most) for parcels in of_count]
                ways = [plan.ships for plan in plans if plan is not None]
                if len(ways) > 1:
                    return preferred(self._bounds.preference, ways)
                if ways:
                    return next(plan for plan in plans if plan is not None)
                continue
            for parcels in sorted(of_count, key=of, reverse=True):
                plan = self._apart(parcels, at_most, total - of(parcels) if rest_waits else None)
                if plan is not None:
                    return plan
        return None

    # -- every way --------------------------------------------------------------------------------------

    def _apart(self, parcels: Parcels, at_most: int, rest: int | None = None) -> Plan | None:
        """Return the preferred plan that ships some lines in at most so many shipments, or None.

        `rest` is the value of what waits beside them; None where nothing does.
        """
        if not parcels:
            return None
        most = min(at_most, len(parcels))
        if most > 1 and len(parcels) > MOST_LINES:
            lines = joined(parcels)
            plan = whole(self._case.part_of(lines), self._sites, self._bounds.preference)
            if plan is not None and self._bounds.fewest_first:
                return plan
            self._capped = True
            return plan or _complete(cover(self._blocks, parcels, at_most), lines)
        if not self._bounds.fewest_first:
            return self._partition(parcels, range(1, most + 1), rest)
        for shipments in range(1, most + 1):
            plan = self._partition(parcels, range(shipments, shipments + 1), rest)
            if plan is not None:
                return plan
        return None

    def _partition(self, parcels: Parcels, counts: range, rest: int | None) -> Plan | None:
        """Return the preferred of all plans with some numbers of shipments."""
        ways: list[tuple[Ship, ...]] = []
        joint: list[tuple[Ship, ...]] = []
        for blocks in self._blocks.divided(parcels, counts, rest):
            found = [self._blocks.best(lines) for lines in blocks]
            ships = tuple([ship for ship in found if ship is not None])
            if len(ships) == len(found):
                (ways if self._blocks.must_part(ships) else joint).append(ships)
        preference = self._bounds.preference
        best = preferred(preference, ways, self._blocks.second)
        # Where two parts prefer one warehouse that could send them as one, that is no worse as a rule. Only if they are
        # better apart than all there is, one or the other may leave the warehouse that is next best for it.
        better = [ships for ships in joint if best is None or self._is_better(ships, best.ships)]
        if not better:
            return best
        for ships in better:
            parted = list(islice(self._blocks.parted(ships), MOST_PARTED + 1))
            self._capped = self._capped or len(parted) > MOST_PARTED
            ways += parted[:MOST_PARTED]
        return preferred(preference, ways, self._blocks.second)

    def _is_better(self, ships: tuple[Ship, ...], than: tuple[Ship, ...]) -> bool:
        preference = self._bounds.preference
        return preference.least([score(preference, than), score(preference, ships)]) == 1


def _complete(plan: Plan | None, lines: Lines) -> Plan | None:
    shipped = 0 if plan is None else sum(len(ship.case.lines) for ship in plan.ships)
    return plan if shipped == len(lines) else None
