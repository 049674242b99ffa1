"""A rule in one replication: what it makes of some lines of an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from policies.actions import Action, Assign, AssignAll, AssignUnits, Backorder, Cancel, Care, Wait
from policies.case import Case, Given, Taken, Terms
from policies.filters.filter import Limit, Penalty
from policies.preference import Handicap
from policies.ranks import preference
from policies.rule import Rule, check_references
from policies.sieve import Sieve
from policies.splits.plan import Plan, remainder
from policies.splits.planner import Planner, priced
from policies.splits.search import Search
from sim import policy as answer
from sim.clock import HOUR
from sim.money import cents, micros
from sim.policy import Request
from sim.view.network import Network
from sim.view.offer import ServiceChoice

WHOLE_ORDERS = "none, whole orders only"
"""The outcome of a rule that was asked about a part of an order which must leave whole: it looked at no warehouse."""


class Memory:
    """What rules remember of orders in a replication.

    Attributes:
        shipped_in_part: orders whose rest an action keeps, with that action.
        cared_for: until when customer care has lines: by action, order and line.

    """

    def __init__(self) -> None:
        self.shipped_in_part: set[tuple[int, int]] = set()
        self.cared_for: dict[tuple[int, int, int], int] = {}


class Verdict(NamedTuple):
    """What a rule made of some lines.

    Attributes:
        parts: what is shipped.
        holds: what the engine is to do with lines that are not.
        left: lines for the next rule.
        outcome: what it did, in a word or two.
        plan: the plan of what is shipped; None where nothing is.
        removed: how many warehouses each of `Sieve.words` took away, or DROPPED.
        capped: whether there were more ways to split than are tried, so that a greedy search chose.

    """

    parts: tuple[answer.Part, ...]
    holds: tuple[answer.Hold, ...]
    left: tuple[int, ...]
    outcome: str
    plan: Plan | None
    removed: tuple[int, ...]
    capped: bool = False


class BoundRule:
    """One rule in one replication; or several that refine each other, as one.

    Args:
        rules: a warehouse must pass the filters of all; ties in the rank of one are decided by the next; of services,
            splits and actions those hold that the last rule names.
        network: of the replication.
        numbers: of the rules in their set, from 1: the names of those that have none.

    Attributes:
        name: of the rules, as people are told it.
        sieve: which warehouses are candidates.
        preference: which of them is preferred.

    """

    def __init__(
        self, rules: Sequence[Rule], network: Network, numbers: Sequence[int], memory: Memory
    ) -> None:
        for rule in rules:
            check_references(rule, network)
        self._network = network
        named = zip(rules, numbers, strict=True)
        self.name = " + ".join([rule.name or f"rule {number}" for rule, number in named])
        last = _named_last(rules)
        self._on_full, self._on_partial, self._otherwise = last.on_full, last.on_partial, last.otherwise
        self._memory = memory
        service: ServiceChoice = (
            last.service
            if isinstance(last.service, str)
            else tuple([network.services.index(id_) for id_ in last.service])
        )
        self.sieve = Sieve(rules, Terms(service, last.issue), network)
        # A rule that names no rank adds none to that of others; its limits still put warehouses back.
        ranking = [rule for rule in rules if "rank" in rule.model_fields_set] or rules[:1]
        ranks = [priced(rule.rank, rule.split) if rule.split == last.split else rule.rank for rule in ranking]
        handicaps = [_handicaps(rule, network) for rule in ranking]
        handicaps[-1] += [put for rule in rules if rule not in ranking for put in _handicaps(rule, network)]
        self.preference = preference(list(zip(ranks, handicaps, strict=True)), network)
        self._planner = Planner(last.split, self.preference, network)

    # -- deciding ---------------------------------------------------------------------------------------

    def keeps_whole(self, request: Request) -> bool:
        """Tell whether the rule ships an order whole or not at all."""
        return self._planner.keeps_whole(request)

    def decide(
        self,
        request: Request,
        lines: tuple[int, ...],
        shipments: int,
        taken: Taken = (),
        given: Given = (),
    ) -> Verdict:
        """Place lines of a request.

        Args:
            request: what earlier rules have left of the order.
            lines: those that the rule is asked about.
            shipments: how many the order has already.
            taken: what earlier rules send, in the same decision, of lines that were not shipped in full.
            given: what they give to warehouses, as limits count it.

        """
        if len(lines) < len(request.open) and self.keeps_whole(request):
            return Verdict((), (), lines, WHOLE_ORDERS, None, self.sieve.nothing)
        case, sites, removed = self.sieve.candidates(request, lines, taken, given)
        allowed = self._planner.allowed(request) - shipments
        if allowed > 0 and sites is not None:
            search = self._planner.search(case, sites, allowed)
            plan = search.full()
            if plan is not None:
                if not isinstance(self._on_full, AssignAll):
                    verdict = self._act(self._on_full, "full", case, lines, removed, allowed)
                    if verdict.holds or not isinstance(self._on_full, Wait | Care):
                        return verdict
                return Verdict(_parts(plan), (), (), "full", plan, removed, search.capped)
            if search.lines(by_units=isinstance(self._on_partial, AssignUnits)):
                if not isinstance(self._on_partial, Assign):
                    verdict = self._act(self._on_partial, "partial", case, lines, removed, allowed)
                else:
                    verdict = self._assign(self._on_partial, search, case, removed, allowed)
                return verdict._replace(capped=search.capped)
        if isinstance(self._on_partial, Assign) and self._part_of(request) in self._memory.shipped_in_part:
            return self._act(self._on_partial.rest, "partial", case, lines, removed, allowed)
        return self._act(self._otherwise, "none", case, lines, removed, allowed)

    def _assign(
        self, assign: Assign, search: Search, case: Case, removed: tuple[int, ...], allowed: int
    ) -> Verdict:
        """Ship what can be, and keep a shipment for the rest unless it is given up."""
        rest_waits = not isinstance(assign.rest, Cancel)
        room = allowed - 1 if rest_waits else allowed
        plan = None
        if room > 0:
            plan = search.some(room, by_units=isinstance(assign, AssignUnits), rest_waits=rest_waits)
        if plan is None:
            return self._act(assign.rest, "partial", case, case.lines, removed, allowed)
        rest = remainder(self._network, case.request, plan.units)
        lines = tuple([line for line in case.lines if rest.units[line]])
        if not lines:  # what is left was enough for one more way to divide units than `full` tries
            return Verdict(_parts(plan), (), (), "full", plan, removed)
        sent = tuple(
            [
                (line, ship.site, ship.case.request.units[line])
                for ship in plan.ships
                for line in ship.case.lines
            ]
        )
        left = Case(self._network, rest, lines, case.terms._replace(taken=case.terms.taken + sent))
        verdict = self._act(assign.rest, "partial", left, lines, removed, allowed)
        if verdict.holds and case.request.moves_from < 0:
            self._memory.shipped_in_part.add(self._part_of(case.request))
        return verdict._replace(parts=_parts(plan), plan=plan)

    def _part_of(self, request: Request) -> tuple[int, int]:
        return id(self._on_partial), request.order

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
            if now < until:
                return (answer.Wait(lines, until),), ()
            is_short = not all(case.in_stock(line).any() for line in lines)
            return (answer.Cancel(lines, "no_stock" if is_short else "policy"),), ()
        if isinstance(action, Backorder):
            return self._backorder(action, case, lines, allowed)
        if isinstance(action, Care):
            return self._care(action, case, lines)
        return (), lines

    def _care(
        self, care: Care, case: Case, lines: tuple[int, ...]
    ) -> tuple[tuple[answer.Hold, ...], tuple[int, ...]]:
        """Hand lines of an order to customer care, each once."""
        order, now = case.request.order, self._network.now
        until = now + max(1, round(care.hours * HOUR))
        # Whoever asks twice in one second gets the same answer: the lines have been there only when that time is over.
        known = self._memory.cared_for
        remember = known.setdefault if case.request.moves_from < 0 else known.get
        fresh = tuple([line for line in lines if remember((id(care), order, line), until) > now])
        back = tuple([line for line in lines if line not in fresh])
        return ((answer.Care(fresh, until, cents(micros(care.cost))),) if fresh else ()), back

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
        part, sites = self.sieve.with_stock_to_come(request, lines)
        if allowed < 1 or not sites.any():
            return (answer.Wait(lines, until),), ()
        site = self.preference.best(part, sites.nonzero()[0])
        service = int(part.offer.service[site])
        return (answer.Backorder(lines, site, service, until, *part.terms.of_stock),), ()


class Step(NamedTuple):
    """One rule's turn in a decision.

    Attributes:
        number: the rule's place in the rule set; where rules decide together, the number of the turn.
        rule: the rule, or what several are together.
        request: what those before it have left of the order.
        lines: what it was asked about.
        verdict: what it made of the lines.
        taken: what those before it send of lines that it has a part of.
        given: what those before it give to warehouses, as limits count it.

    """

    number: int
    rule: BoundRule
    request: Request
    lines: tuple[int, ...]
    verdict: Verdict
    taken: Taken = ()
    given: Given = ()


def _handicaps(rule: Rule, network: Network) -> list[Handicap]:
    """Return what a rule's limits that do not exclude make of warehouses beyond them."""
    return [
        Handicap(
            part.name, part.bind(network), part.effect.penalty if isinstance(part.effect, Penalty) else None
        )
        for part in rule.filters
        if isinstance(part, Limit) and part.effect != "block"
    ]


def _named_last(rules: Sequence[Rule]) -> Rule:
    """Return a rule with what the last of several names of ranks, services, splits and actions."""
    named: dict[str, Any] = {
        key: getattr(rule, key)
        for rule in rules
        for key in Rule.kept_when_named
        if key in rule.model_fields_set
    }
    return Rule().model_copy(update=named)  # each was checked in its own rule, beside its rank


def _parts(plan: Plan) -> tuple[answer.Part, ...]:
    return tuple([_part(site, case) for site, case in plan.ships])


def _part(site: int, case: Case) -> answer.Part:
    terms, units = case.terms, case.request.units
    return answer.Part(
        site,
        tuple([(line, units[line]) for line in case.lines]),
        case.offer.service.item(site),
        terms.issue,
        terms.least_life_s,
        terms.safety_stock,
    )
