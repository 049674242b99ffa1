"""Splits that are made although one warehouse could ship everything, because they are sooner and cheap enough."""

from __future__ import annotations

from itertools import islice, product

from policies.case import Bools, Case
from policies.splits.blocks import MOST_LINES, Blocks, joined
from policies.splits.bounds import CENT, Worth
from policies.splits.cover import cover
from policies.splits.plan import Lines, Plan, Ship, preferred, score

MOST_WAYS = 1_000
"""So many choices of warehouses are tried for one partition whose preferred ones cost too much."""


class WorthIt:
    """Finds splits that bring enough against one shipment.

    Args:
        blocks: the lines, and who has them.
        worth: what a split must bring.
        alone: the shipment of everything that would be made otherwise.

    Attributes:
        capped: whether there were more ways than are tried.

    """

    def __init__(self, blocks: Blocks, worth: Worth, alone: Ship) -> None:
        self.capped = False
        self._blocks = blocks
        self._worth = worth
        self._alone = alone
        self._spent = _spent(blocks, alone)
        self._latest: int | None = None
        if worth.sooner_s is not None:
            self._latest = int(alone.case.offer.arrives_at[alone.site]) - worth.sooner_s

    def best(self, at_most: int) -> Plan | None:
        """Return the preferred split of all lines in at most so many shipments, or None."""
        parcels, bounds = self._blocks.parcels, self._blocks.bounds
        most = min(at_most, len(parcels))
        ways: list[tuple[Ship, ...]] = []
        if len(parcels) > MOST_LINES:
            self.capped = True
            ways = self._greedily(at_most)
        elif bounds.fewest_first:
            for shipments in range(2, most + 1):
                ways = ways or self._ways(range(shipments, shipments + 1))
        else:
            ways = self._ways(range(2, most + 1))
        plan = preferred(bounds.preference, ways)
        if plan is None:
            return None
        return Plan(plan.ships, (self._alone.site,), None, self._reason(plan))

    def _reason(self, plan: Plan) -> str:
        """Tell what the split brings: where it is neither asked to be sooner nor is cheaper, it is the policy's."""
        if self._latest is not None:
            return "faster"
        spent = sum([_spent(self._blocks, ship) for ship in plan.ships])
        return "cheaper" if spent < self._spent else "policy"

    def _ways(self, counts: range) -> list[tuple[Ship, ...]]:
        found = [self._way(blocks) for blocks in self._blocks.divided(self._blocks.parcels, counts)]
        ways = [ships for ships in found if ships is not None]
        apart = [ships for ships in ways if self._blocks.must_part(ships)]
        if apart:
            return apart
        parted = (way for ships in ways for way in self._blocks.parted(ships, self._soon))
        return [ships for ships in islice(parted, MOST_WAYS) if self._is_cheap_enough(ships)]

    def _soon(self, case: Case) -> Bools | None:
        """Tell from which warehouses lines come soon enough."""
        return None if self._latest is None else case.offer.arrives_at <= self._latest

    def _greedily(self, at_most: int) -> list[tuple[Ship, ...]]:
        case = self._blocks.case
        plan = cover(self._blocks, self._blocks.parcels, at_most, within=self._soon(case))
        if plan is None or len(plan.ships) < 2:
            return []
        is_complete = joined([ship.case.lines for ship in plan.ships]) == case.lines
        return [plan.ships] if is_complete and self._is_cheap_enough(plan.ships) else []

    def _way(self, blocks: list[Lines]) -> tuple[Ship, ...] | None:
        """Return from where some blocks would leave, soon and cheap enough together; None if they cannot."""
        choices = [self._choices(lines) for lines in blocks]
        if not all(choices):
            return None
        first = tuple([ships[0] for ships in choices])
        if self._is_cheap_enough(first):
            return first
        cheapest = tuple([ships[-1] for ships in choices])
        if not self._is_cheap_enough(cheapest):
            return None
        ways = list(islice(product(*choices), MOST_WAYS + 1))
        self.capped = self.capped or len(ways) > MOST_WAYS
        cheap = [ships for ships in ways[:MOST_WAYS] if self._is_cheap_enough(ships)]
        preference = self._blocks.bounds.preference
        return cheap[preference.least([score(preference, ships) for ships in cheap])] if cheap else cheapest

    def _choices(self, lines: Lines) -> list[Ship]:
        """Return from where lines may leave soon enough: the preferred, then the preferred of all that are cheaper."""
        blocks = self._blocks
        case = blocks.case.part_of(lines)
        case.candidates = sites = blocks.candidates(case)
        soon = self._soon(case)
        if soon is not None:
            sites = sites[soon[sites]]
        if not len(sites):
            return []
        found: list[Ship] = []
        spent = blocks.bounds.spent(case)
        while len(sites):
            site = blocks.bounds.preference.best(case, sites)
            found.append(Ship(site, case))
            if self._worth.micro is None:
                break
            sites = sites[spent[sites] < spent[site]]
        return found

    def _is_cheap_enough(self, ships: tuple[Ship, ...]) -> bool:
        if self._worth.micro is None:
            return True
        more = sum([_spent(self._blocks, ship) for ship in ships]) - self._spent
        return more * CENT <= self._worth.micro


def _spent(blocks: Blocks, ship: Ship) -> int:
    return int(blocks.bounds.spent(ship.case)[ship.site])
