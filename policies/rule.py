"""A rule: which warehouses it considers, how it ranks them, how far it splits, and what it does with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import numpy as np
from pydantic import Field

from policies.actions import Action, AnyAction, AnyPartial, Assign, Backorder, Cancel, Next, Wait
from policies.case import Bools, Case, Mask, Terms
from policies.filters import FILTERS, Filter
from policies.filters.goods import HandlesItems, HasStock
from policies.filters.status import IsUp
from policies.part import OneOf
from policies.ranks import NEAREST, AnyRank
from policies.splits import Plan, Search, whole
from sim import policy as answer
from sim.clock import HOUR
from sim.document import Forms, Listing, Name, PositiveCount, Reference, Section, nearest
from sim.errors import PolicyError
from sim.network import Network
from sim.offer import ServiceChoice
from sim.policy import Request

KNOWN_TO_COME_BACK = IsUp(within_hours=876_600)
"""Holds for every rule: nothing is given to a warehouse in a downtime, but for one that is known to end."""


class OfKind(Section):
    """Warehouses of a kind."""

    kind: Literal["fulfilment_centre", "store", "third_party", "drop_ship"] = Field(description="the kind")


class InGroup(Section):
    """Warehouses of a group."""

    group: Annotated[str, Reference(kinds=("group",))] = Field(description="one of the warehouse's groups")


Ids: TypeAlias = Annotated[Literal["all"] | tuple[str, ...], Listing("warehouse", words=("all",), at_least=1)]
Sites: TypeAlias = Annotated[
    Ids | OfKind | InGroup,
    Forms("choice of warehouses", {"kind": OfKind, "group": InGroup}, bare=Ids, listed=Ids),
]
Services: TypeAlias = Annotated[
    Literal["cheapest_in_time", "cheapest", "fastest"] | tuple[str, ...],
    Listing("service", words=("cheapest_in_time", "cheapest", "fastest"), at_least=1),
]


class Split(Section):
    """How far an order may be divided."""

    max_shipments: PositiveCount = Field(
        1, description="shipments of the order, over all rules and attempts; a backordered part counts as one"
    )


class Rule(Section):
    """One tier of a rule set."""

    name: Name = Field("", description="what it does, for people")
    sites: Sites = Field("all", description="the warehouses it considers")
    filters: tuple[Annotated[Filter, OneOf("filter", FILTERS)], ...] = Field(
        (IsUp(), HandlesItems(), HasStock()), description="what a warehouse must pass, in this order"
    )
    rank: AnyRank = Field(NEAREST, description="which of those that passed is preferred")
    service: Services = Field(
        "cheapest_in_time",
        description="cheapest_in_time: the cheapest that keeps the promise, else the fastest; cheapest; fastest; or "
        "ids, the first that is possible",
    )
    split: Split = Field(Split(), description="how far an order may be divided")
    on_partial: AnyPartial = Field(Next(), description="when the order can be shipped only in part")
    otherwise: AnyAction = Field(Next(), description="when no line can be shipped")


class Verdict(NamedTuple):
    """What a rule made of some lines.

    Attributes:
        left: lines for the next rule.

    """

    parts: tuple[answer.Part, ...]
    holds: tuple[answer.Hold, ...]
    left: tuple[int, ...]
    outcome: str
    plan: Plan | None
    removed: tuple[int, ...]


class BoundRule:
    """A rule in one replication.

    Attributes:
        words: names of what takes warehouses away, in the order of `Verdict.removed`.

    """

    def __init__(self, rule: Rule, network: Network) -> None:
        self._network = network
        _check_references(rule, network)
        self._on_partial = rule.on_partial
        self._otherwise = rule.otherwise
        self._shipped_in_part: set[int] = set()  # orders whose rest this rule keeps
        self._max_shipments = rule.split.max_shipments
        self._sites = _site_mask(rule.sites, network)
        parts = rule.filters
        if not any(isinstance(part, IsUp) for part in parts):
            parts += (KNOWN_TO_COME_BACK,)
        self._filters: list[tuple[Filter, Mask]] = [(part, part.bind(network)) for part in parts]
        self._site_count = int(np.count_nonzero(self._sites))
        self._preference = rule.rank.bind(network)
        service: ServiceChoice = (
            rule.service
            if isinstance(rule.service, str)
            else tuple(network.services.index(id_) for id_ in rule.service)
        )
        self._terms = Terms(service)
        for part in parts:
            self._terms = part.terms(self._terms, network)
        self.name = rule.name
        limit = () if network.room is None else ("queue_limit",)
        self.words = ("sites", *limit, *(part.name for part in parts))

    def decide(self, request: Request, lines: tuple[int, ...], shipments: int) -> Verdict:
        """Place lines of a request; `shipments` of the order exist already."""
        case = Case(self._network, request, lines, self._terms)
        sites, removed = self._candidates(case)
        allowed = (self._max_shipments if request.split else 1) - shipments
        plan = None
        if allowed > 0 and np.count_nonzero(sites):
            # Most orders leave one warehouse: that is tried before a search is set up.
            if self._preference.fewest_first or len(lines) == 1 or allowed == 1:
                plan = whole(case, sites, self._preference)
                if plan is not None:
                    return Verdict(_parts(request, plan), (), (), "full", plan, removed)
            search = Search(case, sites, self._preference)
            plan = search.best(lines, allowed) if len(lines) > 1 and allowed > 1 else None
            if plan is not None:
                return Verdict(_parts(request, plan), (), (), "full", plan, removed)
            some = search.lines_in_stock
            if some:
                if not isinstance(self._on_partial, Assign):
                    return self._act(self._on_partial, "partial", case, lines, removed, allowed)
                return self._assign(self._on_partial, search, case, some, removed, allowed)
        if request.order in self._shipped_in_part and isinstance(self._on_partial, Assign):
            return self._act(self._on_partial.rest, "partial", case, lines, removed, allowed)
        return self._act(self._otherwise, "none", case, lines, removed, allowed)

    def split_reason(self, request: Request) -> str:
        """Tell why no single warehouse ships all that is open: one of `journal.SPLIT_REASONS`."""
        case = Case(self._network, request, request.open, self._terms)
        able = self._sites
        for line in case.lines:
            able = able & case.in_stock(line)
        if not able.any():
            return "no_stock"
        room = self._network.room
        if room is not None and not (able := able & room).any():
            return "capacity"
        for part, mask in self._filters:
            passing = mask(case)
            able = able if passing is None else able & passing
            if not able.any():
                return part.split_reason
        return "policy"

    def _candidates(self, case: Case) -> tuple[Bools, tuple[int, ...]]:
        sites = self._sites
        count = self._site_count
        removed = [len(sites) - count]
        room = self._network.room
        if room is not None:  # a full warehouse is no candidate, whatever the rule says
            sites = sites & room
            left = int(np.count_nonzero(sites))
            removed.append(count - left)
            count = left
        for _, mask in self._filters:
            passing = mask(case)
            if passing is None:
                removed.append(0)
            else:
                sites = sites & passing
                left = int(np.count_nonzero(sites))
                removed.append(count - left)
                count = left
        return sites, tuple(removed)

    def _assign(
        self,
        assign: Assign,
        search: Search,
        case: Case,
        some: tuple[int, ...],
        removed: tuple[int, ...],
        allowed: int,
    ) -> Verdict:
        """Ship the lines that can be, and keep a shipment for the rest unless it is given up."""
        room = allowed if isinstance(assign.rest, Cancel) else allowed - 1
        plan = None
        if room > 0:
            plan = search.best(some, room) or search.greedy(some, room)
        shipped = () if plan is None else tuple(line for ship in plan.ships for line in ship.case.lines)
        rest = tuple(line for line in case.lines if line not in shipped)
        verdict = self._act(assign.rest, "partial", case, rest, removed, allowed)
        if plan is None:
            return verdict
        if verdict.holds:
            self._shipped_in_part.add(case.request.order)
        return verdict._replace(parts=_parts(case.request, plan), plan=plan)

    def _act(
        self,
        action: Action | Assign,
        outcome: str,
        case: Case,
        lines: tuple[int, ...],
        removed: tuple[int, ...],
        allowed: int,
    ) -> Verdict:
        holds, left = self._holds(action, case, lines, allowed)
        if holds:
            outcome = f"{outcome}, {type(holds[0]).__name__.lower()}"
        return Verdict((), holds, left, outcome, None, removed)

    def _holds(
        self, action: Action | Assign, case: Case, lines: tuple[int, ...], allowed: int
    ) -> tuple[tuple[answer.Hold, ...], tuple[int, ...]]:
        """Return what the engine is to do with lines, and the lines that go on to the next rule."""
        now, placed_at = self._network.now, case.request.placed_at
        if isinstance(action, Wait):
            if action.up_to_hours is None:
                return (answer.Wait(lines),), ()
            until = placed_at + round(action.up_to_hours * HOUR)
            if now >= until:
                return self._holds(action.then, case, lines, allowed)
            return (answer.Wait(lines, until),), ()
        if isinstance(action, Cancel):
            until = placed_at + round(action.after_hours * HOUR)
            hold = answer.Wait(lines, until) if now < until else answer.Cancel(lines, "no_stock")
            return (hold,), ()
        if isinstance(action, Backorder):
            return self._backorder(action, case, lines, allowed)
        return (), lines

    def _backorder(
        self, action: Backorder, case: Case, lines: tuple[int, ...], allowed: int
    ) -> tuple[tuple[answer.Hold, ...], tuple[int, ...]]:
        """Commit lines to the warehouse that would rank first with stock; they wait where there is none."""
        request, network = case.request, self._network
        until = (
            None
            if action.give_up_after_hours is None
            else request.placed_at + round(action.give_up_after_hours * HOUR)
        )
        if until is not None and network.now >= until:
            return (answer.Cancel(lines, "gave_up"),), ()
        part = case.part_of(lines)
        sites = self._sites & network.may_serve(request.region, part.parcel.tags) & part.reachable
        if network.room is not None:
            sites = sites & network.room
        for filter_, mask in self._filters:
            passing = None if isinstance(filter_, HasStock) else mask(part)
            if passing is not None:
                sites = sites & passing
        if allowed < 1 or not sites.any():
            return (answer.Wait(lines, until),), ()
        site = self._preference.best(part, sites.nonzero()[0])
        terms = self._terms
        hold = answer.Backorder(
            lines,
            site,
            int(part.offer.service[site]),
            until,
            terms.issue,
            terms.least_life_s,
            terms.safety_stock,
        )
        return (hold,), ()


def _parts(request: Request, plan: Plan) -> tuple[answer.Part, ...]:
    units = request.units
    return tuple(
        [
            answer.Part(
                ship.site,
                tuple([(line, units[line]) for line in ship.case.lines]),
                int(ship.case.offer.service[ship.site]),
                ship.case.terms.issue,
                ship.case.terms.least_life_s,
                ship.case.terms.safety_stock,
            )
            for ship in plan.ships
        ]
    )


def _check_references(rule: Rule, network: Network) -> None:
    """Check that what a rule names is there: a rule set made in Python has met no scenario before."""
    groups = [group for site in network.scenario.warehouses for group in site.groups]
    named: tuple[tuple[str, Sequence[str], Any], ...] = (
        ("service", network.services, rule.service),
        ("warehouse", network.warehouses, rule.sites),
        ("group", groups, (rule.sites.group,) if isinstance(rule.sites, InGroup) else ()),
    )
    for noun, known, ids in named:
        unknown = next((id_ for id_ in ids if id_ not in known), None) if isinstance(ids, tuple) else None
        if unknown is not None:
            close = nearest(unknown, known)
            hint = f"; did you mean '{close}'?" if close else ""
            raise PolicyError(f"rule '{rule.name}': there is no such {noun} as '{unknown}'{hint}")


def _site_mask(sites: Any, network: Network) -> Bools:
    warehouses = network.scenario.warehouses
    if isinstance(sites, OfKind):
        return np.array([site.kind == sites.kind for site in warehouses])
    if isinstance(sites, InGroup):
        return np.array([sites.group in site.groups for site in warehouses])
    return np.array([sites == "all" or site.id in sites for site in warehouses])
