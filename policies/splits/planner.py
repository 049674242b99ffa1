"""Splits: how many shipments an order may have, and the search for the plans that a rule allows."""

from __future__ import annotations

from policies.case import Bools, Case
from policies.keys.choice import FewestShipments
from policies.preference import Preference
from policies.ranks import Cost, Rank
from policies.splits.bounds import CENT, Bounds
from policies.splits.search import Search
from policies.splits.split import Split
from sim.money import micros
from sim.policy import Request
from sim.view.network import Network


def priced(rank: Rank, split: Split) -> Rank:
    """Return a rank by cost with what each shipment adds to it; any other rank as it is."""
    if split.penalty_per_shipment is None or not isinstance(rank, Cost):
        return rank
    return Cost(cost=(*rank.cost, FewestShipments(weight=float(split.penalty_per_shipment))))


class Planner:
    """What a rule says of splits, bound to one replication.

    Args:
        split: how far orders may be divided.
        preference: the rule's rank, in which a shipment costs what the rule adds for it.
        network: of the replication.

    """

    def __init__(self, split: Split, preference: Preference, network: Network) -> None:
        self._most = split.max_shipments
        self._least_order = None if split.min_order_value is None else micros(split.min_order_value)
        self._never = frozenset([network.items.index(id_) for id_ in split.never_with_items])
        self._bounds = Bounds.of(split, preference, network)

    def allowed(self, request: Request) -> int:
        """Return how many shipments an order may have, over all rules and attempts."""
        return 1 if self.keeps_whole(request) else self._most

    def keeps_whole(self, request: Request) -> bool:
        """Tell whether an order may not be divided at all: by its segment, its value, or an item of it."""
        if not request.split:
            return True
        if self._least_order is not None and request.value * CENT < self._least_order:
            return True
        return bool(self._never) and not self._never.isdisjoint(request.items)

    def search(self, case: Case, sites: Bools, at_most: int) -> Search:
        """Return the search for plans that ship the lines of a case from some warehouses."""
        return Search(self._bounds, case, sites, at_most)
