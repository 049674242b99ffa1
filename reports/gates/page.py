"""The page of the regression gate: what moved, by how much, and whether that could be noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports import numbers, template
from reports.figures.style import colour_of
from reports.figures.whisker import ends_of
from reports.gates.baseline import Baseline
from reports.gates.gate import Change, Check
from reports.gates.texts import check_words, difference_of, means_of, words_of
from reports.numbers import joined
from sim.errors import printable


def check_page(check: Check) -> str:
    """Tell what changed as a page: one HTML document without scripts, which asks nothing of the network."""
    words, order = check_words(check), list(check.result.variants)
    played = [policy for policy in order if policy in check.baseline.policies]
    policies = numbers.counted(len(played), "policy", "policies")
    return template.page(
        "check.html",
        title=f"{printable(check.result.scenario)} against its baseline",
        question=f"Did anything get worse? {policies}, {_replications(check.result)}.",
        failed=bool(check.failed),
        answer=[words.answer, *map(_regression, check.failed)],
        notes=check.notes,
        # Colours are those of the result's own page.
        policies=[_policy(check, policy, order.index(policy)) for policy in played],
        reading=words.reading,
        inputs=[_input("baseline", check.baseline), _input("result", check.result)],
    )


def _replications(kept: Baseline) -> str:
    counts = {variant.replications for variant in kept.variants.values()}
    return numbers.span(min(counts), max(counts), "replication")


def _regression(change: Change) -> str:
    """Return a sentence on one regression."""
    before, now = means_of(change)
    unit = numbers.unit_shown(change.unit)[1]
    return f"{change.policy}: {change.kpi.label} went from {before} to {now} {unit}".rstrip() + "."


def _policy(check: Check, policy: str, place: int) -> dict[str, Any]:
    """Return what is said of one policy: what moved, regressions first, and what is the same."""
    changes = [change for change in check.changes if change.policy == policy]
    return {
        "name": policy,
        "colour": colour_of(place),
        "moved": [_row(check.changes, change) for change in changes if not change.same],
        "same": joined([change.kpi.label for change in changes if change.same and change.judged]),
    }


def _row(changes: Sequence[Change], change: Change) -> dict[str, Any]:
    row = difference_of(change)
    # The same KPI is on the same scale for every policy.
    rows = [difference_of(each) for each in changes if each.kpi.name == change.kpi.name]
    before, now = means_of(change)
    return row | {
        "kpi": change.kpi.name,
        "label": change.kpi.label,
        "shown_unit": numbers.unit_shown(change.unit)[1],
        "before": before,
        "now": now,
        "words": words_of(change),
        "sure": _sure(change),
        "ends": ends_of(rows),
    }


def _sure(change: Change) -> str:
    """Return the class of what is said of a change: better or worse only where it is no noise."""
    if change.failed:
        return "worse"
    if change.kpi.better is None or change.noise is not False:
        return ""
    return "worse" if change.worse_by > 0.0 else "better"


def _input(name: str, kept: Baseline) -> dict[str, str]:
    """Return what one of the two results was made with."""
    return {
        "name": name,
        "version": kept.version or numbers.MISSING,
        "seed": str(kept.seed),
        "replications": _replications(kept).partition(" replication")[0],
        "policies": ", ".join(kept.policies),
    }
