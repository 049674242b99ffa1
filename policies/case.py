"""One question within a decision: some lines of one order, considered as one parcel from each warehouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.policy import Request
from sim.view.network import Network
from sim.view.nextlots import Picked
from sim.view.offer import Offer, Parcel, ServiceChoice

Bools: TypeAlias = NDArray[np.bool_]
Values: TypeAlias = NDArray[Any]
Column: TypeAlias = "Callable[[Case], Values]"
Mask: TypeAlias = "Callable[[Case], Bools | None]"


Taken: TypeAlias = tuple[tuple[int, int, int], ...]
"""Lines, warehouses and units."""

Given: TypeAlias = tuple[tuple[int, tuple[float, ...]], ...]
"""Warehouses, and amounts in the order of `sim.limits.UNITS_OF_LIMITS`."""


class Terms(NamedTuple):
    """On which terms a rule considers warehouses.

    Attributes:
        service: which service it takes.
        issue: which lots leave first: a key of `sim.stock.lots.ISSUE`; None: as the warehouse does.
        least_life_s: seconds that goods must live after delivery; None: the minimum of the item.
        safety_stock: whether safety stock may be promised, too.
        kept_back: pairs of units of each item that are kept back, and the segments that they are kept for.
        taken: what earlier rules send, in the same decision, of lines that were not shipped in full.
        given: what earlier rules give to warehouses in the same decision, as limits count it.

    """

    service: ServiceChoice = "cheapest_in_time"
    issue: str | None = None
    least_life_s: int | None = None
    safety_stock: bool = False
    kept_back: tuple[tuple[int, frozenset[int]], ...] = ()
    taken: Taken = ()
    given: Given = ()

    @property
    def of_stock(self) -> tuple[str | None, int | None, bool]:
        """What a shipment has to know of them: its issue, its least life, and whether it may have safety stock."""
        return self.issue, self.least_life_s, self.safety_stock


class Case:
    """Some lines of a request, with what filters and rank keys ask about them, computed once.

    Attributes:
        lines: the lines of the order that are considered together.
        terms: those of the rule.
        parcel: what the lines amount to.
        candidates: positions of the warehouses that are compared, once they are known: a weighted penalty is
            put on a scale that they make.

    """

    __slots__ = (
        "_columns", "_has_all", "_offer", "_stocked", "candidates", "lines", "network", "parcel", "request", "terms",
    )  # fmt: skip

    def __init__(self, network: Network, request: Request, lines: tuple[int, ...], terms: Terms) -> None:
        self.network = network
        self.request = request
        self.lines = lines
        self.terms = terms
        self.candidates: NDArray[np.intp] | None = None
        self.parcel: Parcel = network.parcel(request, lines)
        self._offer: Offer | None = None
        self._has_all: Bools | None = None
        self._stocked: dict[int, Bools] = {}
        self._columns: dict[Column, Values] = {}

    @property
    def offer(self) -> Offer:
        """The service that the rule would take at each warehouse."""
        offer = self._offer
        if offer is None:
            request = self.request
            offer = self._offer = self.network.offer(
                request.region, self.parcel, request.promised_at, self.terms.service
            )
        return offer

    @property
    def reachable(self) -> Bools:
        """The warehouses from which a service that the rule would take brings the lines together."""
        if isinstance(self.terms.service, tuple):
            return self.offer.possible
        return self.network.reachable(self.request.region, self.parcel)

    def available(self, line: int) -> Values:
        """Return the units of a line's item that each warehouse can promise on the rule's terms.

        Of what expires, those that have life enough left at delivery. Below 0 where others hold more than is free.
        """
        network, terms, item = self.network, self.terms, self.request.items[line]
        available: Values
        if network.perishable[item]:
            available = network.fit_to_sell(
                item, self.offer.arrives_at, terms.least_life_s, safety_stock=terms.safety_stock
            )
        else:
            available = network.available[item]
            if terms.safety_stock:
                available = available + network.safety_stock[item]
        if terms.kept_back:
            segment = self.request.segment
            kept = sum([units for units, segments in terms.kept_back if segment not in segments])
            available = available - kept if kept else available
        if terms.taken:
            available = available.copy()
            for taken, site, units in terms.taken:
                if taken == line:
                    available[site] -= units
        return available

    def picked(self, line: int) -> Picked:
        """Return which lots the units of a line would be taken from at each warehouse, on the rule's terms."""
        network, item = self.network, self.request.items[line]
        alive_at = None
        if network.perishable[item]:
            least_s = self.terms.least_life_s
            alive_at = self.offer.arrives_at + (network.least_life_s[item] if least_s is None else least_s)
        return network.next_lots(item, self.request.units[line], alive_at, self.terms.issue)

    def in_stock(self, line: int) -> Bools:
        """Tell which warehouses can promise all open units of a line and may ship them to the region."""
        stocked = self._stocked.get(line)
        if stocked is None:
            enough = self.available(line) >= self.request.units[line]
            stocked = self._stocked[line] = enough & self._may_serve(line)
        return stocked

    def has_some(self, line: int) -> Bools:
        """Tell which warehouses can promise any unit of a line and may ship it to the region."""
        return (self.available(line) > 0) & self._may_serve(line)

    def _may_serve(self, line: int) -> Bools:
        return self.network.may_serve(self.request.region, self.network.tags[self.request.items[line]])

    @property
    def has_all(self) -> Bools:
        """The warehouses that have every line in stock."""
        able = self._has_all
        if able is None:
            first, *others = self.lines
            able = self.in_stock(first)
            for line in others:
                able = able & self.in_stock(line)
            self._has_all = able
        return able

    def column(self, column: Column) -> Values:
        """Return what a rank key says of the case."""
        values = self._columns.get(column)
        if values is None:
            values = self._columns[column] = column(self)
        return values

    def amount(self, of: str) -> float:
        """Return what the lines count towards a limit of orders, lines, units, value or weight_kg."""
        match of:
            case "orders":
                return 1
            case "lines":
                return len(self.lines)
            case "units":
                return self.parcel.units
            case "weight_kg":
                return self.parcel.grams / 1000
        request, network = self.request, self.network
        return sum(network.price[request.items[line]] * request.units[line] for line in self.lines) / 1e6

    def part_of(self, lines: tuple[int, ...]) -> Case:
        """Return the case of some of the lines."""
        return self if lines == self.lines else Case(self.network, self.request, lines, self.terms)
