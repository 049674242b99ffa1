"""Which warehouses are candidates: those of a rule that pass its filters, soft ones as far as they can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from policies.case import Bools, Case, Given, Mask, Taken, Terms
from policies.filters import Filter
from policies.filters.filter import Limit
from policies.filters.goods import HasStock
from policies.filters.status import IsUp
from policies.rule import InGroup, OfKind, Rule
from policies.soft import Soft
from sim.clock import NEVER
from sim.policy import Request
from sim.view.network import Network

KNOWN_TO_COME_BACK = IsUp(within_hours=876_600)
"""Holds for every rule: nothing is given to a warehouse in a downtime, but for one that is known to end."""

DROPPED = -1
"""Stands for the number of warehouses that a soft filter took away, where it was dropped."""


class Pass(NamedTuple):
    """The filters of a rule as they are tried together: all of them, then without the soft ones.

    Attributes:
        terms: on which warehouses are considered.
        masks: each filter with its mask; None for one that is dropped.

    """

    terms: Terms
    masks: tuple[tuple[Filter, Mask | None], ...]


class Sieve:
    """The sites and filters of a rule in one replication; of several, those of all.

    Args:
        terms: on which the rule considers warehouses, before its filters have had their say.

    Attributes:
        words: names of what takes warehouses away, in the order in which they are asked.
        passes: the filters as they are tried.
        nothing: that none of the words took any warehouse away.

    """

    def __init__(self, rules: Sequence[Rule], terms: Terms, network: Network) -> None:
        self._network = network
        self.sites: Bools = np.logical_and.reduce([_site_mask(rule.sites, network) for rule in rules])
        self._site_count = count(self.sites)
        parts: list[Filter] = []
        for rule in rules:  # what several of them say is asked once
            parts += [part for part in rule.filters if _excludes(part) and part not in parts]
        if not any(isinstance(part, IsUp) for part in parts):
            parts.append(KNOWN_TO_COME_BACK)
        masks = tuple([(part, part.bind(network)) for part in parts])
        self.passes = [Pass(_terms(terms, parts, network), masks)]
        if any(isinstance(part, Soft) for part in parts):
            hard = [part for part in parts if not isinstance(part, Soft)]
            kept = tuple([(part, None if isinstance(part, Soft) else mask) for part, mask in masks])
            self.passes.append(Pass(_terms(terms, hard, network), kept))
        moments = [(part, part.passes_again(network)) for part in parts]
        self._moments = {part: moment for part, moment in moments if moment is not None}
        limit = () if network.room is None else ("queue_limit",)
        self.words = ("sites", *limit, *(part.name for part in parts))
        self.nothing = (0,) * len(self.words)
        self._told: dict[tuple[int, ...], str] = {}

    def candidates(
        self, request: Request, lines: tuple[int, ...], taken: Taken = (), given: Given = ()
    ) -> tuple[Case, Bools | None, tuple[int, ...]]:
        """Return lines as a case, the warehouses that may take it (None: not any), and how many each word took away.

        Where all filters together leave none, those that are soft are dropped. `taken` is what earlier rules send,
        in the same decision, of lines that were not shipped in full, and `given` what they give to warehouses.
        """
        for terms, masks in self.passes:
            if taken or given:
                terms = terms._replace(taken=taken, given=given)
            case = Case(self._network, request, lines, terms)
            sites, left, removed = self._filtered(case, masks)
            if left:
                break
        return case, sites if left else None, removed

    def _filtered(
        self, case: Case, masks: Sequence[tuple[Filter, Mask | None]]
    ) -> tuple[Bools, int, tuple[int, ...]]:
        sites, left = self.sites, self._site_count
        removed = [len(sites) - left]
        room = self._network.room
        if room is not None:  # a full warehouse is no candidate, whatever the rule says
            sites = sites & room
            before, left = left, count(sites)
            removed.append(before - left)
        for _, mask in masks:
            if mask is None:
                removed.append(DROPPED)
                continue
            passing = mask(case)
            if passing is None:
                removed.append(0)
                continue
            sites = sites & passing
            before, left = left, count(sites)
            removed.append(before - left)
        return sites, left, tuple(removed)

    def told(self, removed: tuple[int, ...]) -> str:
        """Return in words how many warehouses each of `words` took away."""
        text = self._told.get(removed)
        if text is None:
            named = [(word, n) for word, n in zip(self.words, removed, strict=True) if n]
            text = " ".join([f"{word}=dropped" if n == DROPPED else f"{word}={n}" for word, n in named])
            self._told[removed] = text
        return text

    def with_stock_to_come(self, request: Request, lines: tuple[int, ...]) -> tuple[Case, Bools]:
        """Return lines as a case, and the warehouses that could take it if they had the stock."""
        network = self._network
        for terms, masks in self.passes:
            case = Case(network, request, lines, terms)
            sites = self.sites & network.may_serve(request.region, case.parcel.tags) & case.reachable
            if network.room is not None:
                sites = sites & network.room
            for part, mask in masks:
                passing = None if mask is None or _asks_for_stock(part) else mask(case)
                if passing is not None:
                    sites = sites & passing
            if np.count_nonzero(sites):
                break
        return case, sites

    def split_reason(self, request: Request) -> str:
        """Tell why no single warehouse ships all that is open: one of `journal.SPLIT_REASONS`."""
        terms, masks = self.passes[-1]
        case = Case(self._network, request, request.open, terms)
        able = case.has_all
        if not able.any():
            return "no_stock"
        if not (able := able & self.sites).any():
            return "policy"
        room = self._network.room
        if room is not None and not (able := able & room).any():
            return "capacity"
        for part, mask in masks:
            passing = None if mask is None else mask(case)
            able = able if passing is None else able & passing
            if not able.any():
                return part.split_reason
        return "policy"

    def again_at(self, request: Request, lines: tuple[int, ...]) -> int:
        """Return when the clock alone may let more warehouses take lines of a request; NEVER if it does not."""
        if not self._moments:
            return NEVER
        terms, masks = self.passes[-1]  # what is soft keeps no warehouse from it
        case, network = Case(self._network, request, lines, terms), self._network
        tags = {network.tags[request.items[line]] for line in lines}
        may_serve = np.logical_or.reduce([network.may_serve(request.region, tag) for tag in tags])
        sites = self.sites & may_serve
        for part, mask in masks:
            if mask is not None and part not in self._moments and not _asks_for_stock(part):
                passing = mask(case)
                sites = sites if passing is None else sites & passing
        found = sites.nonzero()[0]
        return min([moment(case, found) for moment in self._moments.values()])


def count(sites: Bools) -> int:
    """Return how many warehouses a mask holds; half the time of `numpy.count_nonzero` for few of them."""
    return sites.tobytes().count(1)


def _excludes(part: Filter) -> bool:
    """Tell whether a filter takes warehouses away; a limit may only put them back."""
    return not isinstance(part, Limit) or part.effect == "block"


def _asks_for_stock(part: Filter) -> bool:
    return isinstance(part.filter if isinstance(part, Soft) else part, HasStock)


def _terms(terms: Terms, parts: Sequence[Filter], network: Network) -> Terms:
    for part in parts:
        terms = part.terms(terms, network)
    return terms


def _site_mask(sites: Any, network: Network) -> Bools:
    warehouses = network.scenario.warehouses
    if isinstance(sites, OfKind):
        return np.array([site.kind == sites.kind for site in warehouses])
    if isinstance(sites, InGroup):
        return np.array([sites.group in site.groups for site in warehouses])
    return np.array([sites == "all" or site.id in sites for site in warehouses])
