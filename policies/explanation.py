"""Why a rule did what it did: who was left out by what, what the others were compared by, and who won."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from policies.boundrule import WHOLE_ORDERS, Step
from policies.case import Bools, Case
from policies.preference import SLACK, Criterion, Preference, Term
from policies.sieve import DROPPED, Pass, Sieve
from policies.soft import Soft
from policies.splits.plan import Plan, remainder
from sim.decision.record import Candidate, Comparison, RuleRecord
from sim.policy import Backorder
from sim.view.network import Network


def record(step: Step, network: Network) -> RuleRecord:
    """Return a rule's turn in a decision in full. The network must be as it was then."""
    rule, verdict, plan = step.rule, step.verdict, step.verdict.plan
    tried = rule.sieve.passes[-1 if DROPPED in verdict.removed else 0]
    terms = tried.terms._replace(taken=step.taken, given=step.given)
    case = Case(network, step.request, step.lines, terms)
    looked = verdict.outcome != WHOLE_ORDERS
    removed = tuple(_removed(rule.sieve, tried, case)) if looked else ()
    sites = np.full(len(network.warehouses), looked)
    for _, gone in removed:
        sites[list(gone)] = False
    return RuleRecord(
        rule=rule.name,
        lines=step.lines,
        left=verdict.left,
        removed=removed,
        dropped=tuple([part.name for part, mask in tried.masks if mask is None]),
        comparisons=tuple(_comparisons(step, case, sites)),
        parts=verdict.parts,
        holds=verdict.holds,
        runner_up=() if plan is None else plan.runner_up,
        margin=None if plan is None else plan.margin,
        decided_by="" if plan is None else _decided_by(plan, rule.preference),
        outcome=verdict.outcome,
        capped=verdict.capped,
        soft=tuple([part.filter.name for part, _ in tried.masks if isinstance(part, Soft)]),
    )


def _comparisons(step: Step, case: Case, sites: Bools) -> Iterator[Comparison]:
    """Yield what was compared: candidates for all lines, for each shipment, and for what waits for stock."""
    preference, plan = step.rule.preference, step.verdict.plan
    ships = () if plan is None else plan.ships
    is_whole = len(ships) == 1 and ships[0].case.lines == step.lines
    if sites.any():
        yield _compared(case, sites, preference, ships[0].site if is_whole else -1)
    for ship in () if is_whole else ships:
        able = sites & ship.case.reachable & ship.case.has_all
        able[ship.site] = True
        yield _compared(ship.case, able, preference, ship.site)
    for hold in step.verdict.holds:
        if isinstance(hold, Backorder):
            rest = step.request if plan is None else remainder(case.network, step.request, plan.units)
            part, able = step.rule.sieve.with_stock_to_come(rest, hold.lines)
            yield _compared(part, able, preference, hold.warehouse)


def _removed(sieve: Sieve, tried: Pass, case: Case) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield what takes warehouses away, as `Sieve.words` names it, with those that it takes."""
    left = sieve.sites
    yield "sites", _positions(~left)
    room = case.network.room
    if room is not None:
        yield "queue_limit", _positions(left & ~room)
        left = left & room
    for part, mask in tried.masks:
        if mask is not None:
            passing = mask(case)
            yield part.name, () if passing is None else _positions(left & ~passing)
            left = left if passing is None else left & passing


def _positions(sites: Bools) -> tuple[int, ...]:
    return tuple(sites.nonzero()[0].tolist())


def _compared(case: Case, sites: Bools, preference: Preference, chosen: int) -> Comparison:
    """Return what the rank's keys say of some warehouses, if the lines of a case left there as one parcel."""
    found = sites.nonzero()[0]
    case.candidates = found
    columns = list(_columns(preference))
    values = [term.column(case) * unit for term, unit in columns]
    stocked = {line: case.in_stock(line) for line in case.lines}
    able = sites & case.reachable & case.has_all
    offer = case.offer
    candidates = [
        Candidate(
            site,
            tuple([line for line in case.lines if stocked[line][site]]),
            int(offer.service[site]) if offer.possible[site] else -1,
            int(offer.arrives_at[site]),
            tuple([round(float(value[site]), 6) for value in values]),
        )
        for group in (able, sites & ~able)
        for site in _best_first(case, group.nonzero()[0], preference)
    ]
    return Comparison(
        case.lines,
        tuple([term.name for term, _ in columns]),
        tuple(candidates),
        chosen,
        tuple([term.weighing for term, _ in columns]),
    )


def _best_first(case: Case, sites: NDArray[np.intp], preference: Preference) -> Iterator[int]:
    while len(sites):
        best = preference.best(case, sites)
        yield best
        sites = sites[sites != best]


def _decided_by(plan: Plan, preference: Preference) -> str:
    """Return the first key in which the winner and the next best differ by more than the band."""
    if plan.decisive is not None:
        counted = "lines" if plan.decisive.counts_lines else "shipments"
        return f"{_named(plan.decisive)}, added up over {counted}" if plan.decisive.terms else ""
    if len(plan.ships) > 1 or len(plan.runner_up) != 1:
        return ""
    (ship,), (other,) = plan.ships, plan.runner_up
    for criterion in preference.criteria:
        values = ship.case.column(criterion.column)
        if values[other] - values[ship.site] > criterion.band + SLACK:
            return _named(criterion)
    return ""


def _named(criterion: Criterion) -> str:
    return "sum" if _is_sum(criterion) else criterion.terms[0].name if criterion.terms else ""


def _columns(preference: Preference) -> Iterator[tuple[Term, float]]:
    """Yield what warehouses are compared by, and its unit: each key, then what a sum of keys amounts to."""
    for criterion in preference.criteria:
        for term in criterion.terms:
            yield term, 1.0
        if _is_sum(criterion):
            yield Term("sum", criterion.column), criterion.unit


def _is_sum(criterion: Criterion) -> bool:
    return bool(criterion.terms) and criterion.unit not in (0.0, 1.0)
