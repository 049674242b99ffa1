"""A rule in one replication: what it makes of some lines of an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from policies.actions import Action, Assign, AssignAll, Backorder, Cancel, Care, Wait
from policies.case import Bools, Case, Mask, Terms
from policies.filters import Filter
from policies.filters.filter import Limit, Penalty
from policies.filters.goods import HasStock
from policies.filters.status import IsUp
from policies.preference import Handicap
from policies.ranks import preference
from policies.rule import InGroup, OfKind, Rule
from policies.soft import Soft
from policies.splits import Plan, Planner, Search
from sim import policy as answer
from sim.clock import HOUR, NEVER
from sim.document import nearest
from sim.errors import PolicyError
from sim.network import Network
from sim.policy import Request

KNOWN_TO_COME_BACK = IsUp(within_hours=876_600)
"""Holds for every rule: nothing is given to a warehouse in a downtime, but for one that is known to end."""

DROPPED = -1
"""Stands for the number of warehouses that a soft filter took away, where it was dropped."""


class Pass(NamedTuple):
    """The filters of a rule as they are tried together: all of them, then without the soft ones.

    Attributes:
        masks: each filter with its mask; None for one that is dropped.

    """

    terms: Terms
    masks: tuple[tuple[Filter, Mask | None], ...]


class Verdict(NamedTuple):
    """What a rule made of some lines.

    Attributes:
        left: lines for the next rule.
        removed: how many warehouses each of `BoundRule.words` took away, or DROPPED.

    """

    parts: tuple[answer.Part, ...]
    holds: tuple[answer.Hold, ...]
    left: tuple[int, ...]
    outcome: str
    plan: Plan | None
    removed: tuple[int, ...]


class BoundRule:
    """One rule in one replication; or several that refine each other, as one.

    Args:
        rules: a warehouse must pass the filters of all; ties in the rank of one are decided by the next; of services,
            splits and actions those hold that the last rule names.
        network: of the replication.
        number: of the rule in its set, from 1: its name when it has none.

    Attributes:
        name: of the rules.
        words: names of what takes warehouses away, in the order of `Verdict.removed`.
        passes: the filters, as they are tried.

    """

    def __init__(self, rules: Sequence[Rule], network: Network, number: int = 0) -> None:
        for rule in rules:
            _check_references(rule, network)
        self._network = network
        self.name = " + ".join([rule.name for rule in rules if rule.name]) or f"rule {number}"
        last = _named_last(rules)
        self._on_full, self._on_partial, self._otherwise = last.on_full, last.on_partial, last.otherwise
        self._shipped_in_part: set[int] = set()  # orders whose rest this rule keeps
        self._cared_for: set[tuple[int, int]] = set()  # orders and lines that customer care had
        self._sites: Bools = np.logical_and.reduce([_site_mask(rule.sites, network) for rule in rules])
        self._site_count = int(np.count_nonzero(self._sites))
        ranks = [(rule.rank, _handicaps(rule, network)) for rule in rules]
        self.preference = preference(ranks, network)
        self._planner = Planner(last.split, self.preference)
        # What every rule says twice is asked once.
        parts = list(dict.fromkeys(part for rule in rules for part in rule.filters if _excludes(part)))
        if not any(isinstance(part, IsUp) for part in parts):
            parts.append(KNOWN_TO_COME_BACK)
        masks = tuple([(part, part.bind(network)) for part in parts])
        service = last.service
        if isinstance(service, tuple):
            service = tuple([network.services.index(id_) for id_ in service])
        terms = Terms(service, last.issue)
        self.passes = [Pass(_terms(terms, parts, network), masks)]
        if any(isinstance(part, Soft) for part in parts):
            hard = [part for part in parts if not isinstance(part, Soft)]
            kept = tuple([(part, None if isinstance(part, Soft) else mask) for part, mask in masks])
            self.passes.append(Pass(_terms(terms, hard, network), kept))
        moments = [
            part.passes_again(network) for rule in rules for part in rule.filters if not isinstance(part, Soft)
        ]
        self._moments = [moment for moment in moments if moment is not None]
        limit = () if network.room is None else ("queue_limit",)
        self.words = ("sites", *limit, *(part.name for part in parts))

    # -- deciding ---------------------------------------------------------------------------------------

    def decide(self, request: Request, lines: tuple[int, ...], shipments: int) -> Verdict:
        """Place lines of a request; `shipments` of the order exist already."""
        case, sites, removed = self.candidates(request, lines)
        allowed = self._planner.allowed(request) - shipments
        if allowed > 0 and np.count_nonzero(sites):
            plan = self._planner.full(case, sites, allowed)
            if plan is not None:
                if not isinstance(self._on_full, AssignAll):
                    verdict = self._act(self._on_full, "full", case, lines, removed, allowed)
                    if verdict.holds or not isinstance(self._on_full, Wait | Care):
                        return verdict
                return Verdict(_parts(request, plan), (), (), "full", plan, removed)
            search = self._planner.partial(case, sites)
            if search.lines:
                if not isinstance(self._on_partial, Assign):
                    return self._act(self._on_partial, "partial", case, lines, removed, allowed)
                return self._assign(self._on_partial, search, case, removed, allowed)
        if request.order in self._shipped_in_part and isinstance(self._on_partial, Assign):
            return self._act(self._on_partial.rest, "partial", case, lines, removed, allowed)
        return self._act(self._otherwise, "none", case, lines, removed, allowed)

    def candidates(self, request: Request, lines: tuple[int, ...]) -> tuple[Case, Bools, tuple[int, ...]]:
        """Return lines as a case, the warehouses that may take it, and how many each word took away.

        Where all filters together leave none, those that are soft are dropped.
        """
        for terms, masks in self.passes:
            case = Case(self._network, request, lines, terms)
            sites, removed = self._filtered(case, masks)
            if np.count_nonzero(sites):
                break
        return case, sites, removed

    def _filtered(
        self, case: Case, masks: Sequence[tuple[Filter, Mask | None]]
    ) -> tuple[Bools, tuple[int, ...]]:
        sites = self._sites
        count = self._site_count
        removed = [len(sites) - count]
        room = self._network.room
        if room is not None:  # a full warehouse is no candidate, whatever the rule says
            sites = sites & room
            left = int(np.count_nonzero(sites))
            removed.append(count - left)
            count = left
        for _, mask in masks:
            if mask is None:
                removed.append(DROPPED)
                continue
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
        self, assign: Assign, search: Search, case: Case, removed: tuple[int, ...], allowed: int
    ) -> Verdict:
        """Ship the lines that can be, and keep a shipment for the rest unless it is given up."""
        room = allowed if isinstance(assign.rest, Cancel) else allowed - 1
        plan = search.some(room) if room > 0 else None
        shipped = () if plan is None else tuple(line for ship in plan.ships for line in ship.case.lines)
        rest = tuple(line for line in case.lines if line not in shipped)
        verdict = self._act(assign.rest, "partial", case, rest, removed, allowed)
        if plan is None:
            return verdict
        if verdict.holds:
            self._shipped_in_part.add(case.request.order)
        return verdict._replace(parts=_parts(case.request, plan), plan=plan)

    # -- what is not shipped ----------------------------------------------------------------------------

    def _act(
        self,
        action: Action | Assign | AssignAll,
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
        self, action: Action | Assign | AssignAll, case: Case, lines: tuple[int, ...], allowed: int
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
        if isinstance(action, Care):
            return self._care(action, case, lines)
        return (), lines

    def _care(
        self, care: Care, case: Case, lines: tuple[int, ...]
    ) -> tuple[tuple[answer.Hold, ...], tuple[int, ...]]:
        """Hand lines of an order to customer care, once."""
        order = case.request.order
        if all((order, line) in self._cared_for for line in lines):
            return (), lines
        self._cared_for.update([(order, line) for line in lines])
        until = self._network.now + max(1, round(care.hours * HOUR))
        return (answer.Care(lines, until, round(care.cost * 100)),), ()

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
        for terms, masks in self.passes:
            part = Case(network, request, lines, terms)
            sites = self._sites & network.may_serve(request.region, part.parcel.tags) & part.reachable
            if network.room is not None:
                sites = sites & network.room
            for filter_, mask in masks:
                passing = None if mask is None or _asks_for_stock(filter_) else mask(part)
                if passing is not None:
                    sites = sites & passing
            if sites.any():
                break
        if allowed < 1 or not sites.any():
            return (answer.Wait(lines, until),), ()
        part.candidates = sites.nonzero()[0]
        site = self.preference.best(part, part.candidates)
        return (answer.Backorder(lines, site, int(part.offer.service[site]), until),), ()

    # -- why, and when again ----------------------------------------------------------------------------

    def split_reason(self, request: Request) -> str:
        """Tell why no single warehouse ships all that is open: one of `journal.SPLIT_REASONS`."""
        terms, masks = self.passes[-1]
        case = Case(self._network, request, request.open, terms)
        able = self._sites
        for line in case.lines:
            able = able & case.in_stock(line)
        if not able.any():
            return "no_stock"
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
        case = Case(self._network, request, lines, self.passes[0].terms)
        return min([moment(case) for moment in self._moments])


def _excludes(part: Filter) -> bool:
    """Tell whether a filter takes warehouses away; a limit may only put them back."""
    return not isinstance(part, Limit) or part.effect == "block"


def _asks_for_stock(part: Filter) -> bool:
    return isinstance(part.filter if isinstance(part, Soft) else part, HasStock)


def _handicaps(rule: Rule, network: Network) -> list[Handicap]:
    """Return what a rule's limits that do not exclude make of warehouses beyond them."""
    return [
        Handicap(part.bind(network), part.effect.penalty if isinstance(part.effect, Penalty) else None)
        for part in rule.filters
        if isinstance(part, Limit) and part.effect != "block"
    ]


def _terms(terms: Terms, parts: Sequence[Filter], network: Network) -> Terms:
    for part in parts:
        terms = part.terms(terms, network)
    return terms


def _named_last(rules: Sequence[Rule]) -> Rule:
    """Return a rule with what the last of several names of services, splits and actions."""
    named = {
        key: getattr(rule, key)
        for rule in rules
        for key in ("service", "issue", "split", "on_full", "on_partial", "otherwise")
        if key in rule.model_fields_set
    }
    return Rule(**named)


def _parts(request: Request, plan: Plan) -> tuple[answer.Part, ...]:
    units = request.units
    return tuple(
        [
            answer.Part(
                ship.site,
                tuple([(line, units[line]) for line in ship.case.lines]),
                int(ship.case.offer.service[ship.site]),
            )
            for ship in plan.ships
        ]
    )


def _check_references(rule: Rule, network: Network) -> None:
    """Check that what a rule names is there: a rule set made in Python has met no scenario before."""
    groups = [group for site in network.scenario.warehouses for group in site.groups]
    when = rule.when
    lines = [] if when is None else [when.line, when.any_line, when.all_lines]
    named: tuple[tuple[str, Sequence[str], Any], ...] = (
        ("service", network.services, rule.service),
        ("warehouse", network.warehouses, rule.sites),
        ("group", groups, (rule.sites.group,) if isinstance(rule.sites, InGroup) else ()),
        ("region", network.regions, when and when.region),
        ("segment", network.segments, when and when.order and when.order.segment),
        *(("item", network.items, terms and terms.item) for terms in lines),
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
