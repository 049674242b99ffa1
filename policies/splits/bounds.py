"""What a rule says of splits, bound to one replication."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.case import Case
from policies.preference import Preference
from policies.splits.split import OnlyIf, Split
from sim.clock import DAY
from sim.money import micros
from sim.view.network import Network

CENT = 10_000
"""In millionths of the currency."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a split must bring where one warehouse could ship everything.

    Attributes:
        sooner_s: seconds by which its last parcel must come earlier, at least; None: whenever.
        micro: millionths of the currency that it may cost more, at most; None: whatever.

    """

    sooner_s: int | None
    micro: int | None

    @classmethod
    def of(cls, only_if: OnlyIf) -> Worth:
        """Return what a user asks for."""
        days, money = only_if.saves_days, only_if.costs_at_most
        return cls(None if days is None else round(days * DAY), None if money is None else micros(money))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What every plan of a rule keeps to.

    Attributes:
        network: of the replication.
        preference: the rule's rank.
        fewest_first: whether the number of shipments comes before everything else.
        sites_per_line: warehouses from which the units of one line may come.
        least_value: of every part, in millionths of the currency; 0 for no such bound.
        together: groups of items that travel together, as the rule names them.
        worth: what a split must bring where one warehouse could ship everything; None: nothing.

    """

    network: Network
    preference: Preference
    fewest_first: bool
    sites_per_line: int
    least_value: int
    together: tuple[frozenset[int], ...]
    worth: Worth | None

    @classmethod
    def of(cls, split: Split, preference: Preference, network: Network) -> Bounds:
        """Return what a rule says of splits. What each shipment adds to the cost is in the preference already."""
        number = {id_: position for position, id_ in enumerate(network.items)}
        return cls(
            network,
            preference,
            preference.fewest_first,
            split.max_sites_per_line,
            0 if split.min_part_value is None else micros(split.min_part_value),
            tuple([frozenset([number[id_] for id_ in group]) for group in split.keep_together]),
            None if split.only_if is None else Worth.of(split.only_if),
        )

    def groups_of(self, items: Iterable[int]) -> list[frozenset[int]]:
        """Return which of some items travel together: groups that share one of them are one group."""
        ordered, found = frozenset(items), list[frozenset[int]]()
        for group in self.together:
            joined = group & ordered
            if joined:
                apart = [other for other in found if not other & joined]
                found = [*apart, joined.union(*[other for other in found if other & joined])]
        return found

    def value(self, case: Case) -> int:
        """Return what the goods of a case are worth, in millionths of the currency."""
        request, price = case.request, self.network.price
        return sum([price[request.items[line]] * request.units[line] for line in case.lines])

    def allow(self, parts: Sequence[int]) -> bool:
        """Tell whether an order may be divided into parts of some values; one part is no division."""
        return len(parts) < 2 or min(parts) >= self.least_value

    def spent(self, case: Case) -> NDArray[np.int64]:
        """Return freight, handling and packaging of a case as one parcel from each warehouse, in cents."""
        return case.offer.freight + self.network.handling(case.parcel)
