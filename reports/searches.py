"""How often there were more ways to split an order than are tried, so that a greedy search chose: a note, no KPI."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow.compute as pc

from sim.execution.experiment import Replication
from sim.journal import Journal

GREEDY_SEARCH = "greedy search"
"""What every sentence of `cut_short` says."""

_ALL, _GREEDY = "decisions.all", "decisions.greedy"


def count_searches(journal: Journal) -> dict[str, int]:
    """Return how many decisions one replication took, and in how many of them a greedy search chose."""
    capped = journal.table("decisions", ["capped"])["capped"]
    return {_ALL: len(capped), _GREEDY: pc.sum(capped).as_py() or 0}


def cut_short(tasks: Iterable[Replication]) -> list[str]:
    """Return a sentence for each policy of which a greedy search took some decisions, in any replication."""
    found: dict[str, tuple[int, int]] = {}
    for policy, _, measured in tasks:
        taken, greedy = found.get(policy, (0, 0))
        found[policy] = taken + int(measured[_ALL]), greedy + int(measured[_GREEDY])
    return [
        f"{policy}: {greedy:,} of {taken:,} decisions used the {GREEDY_SEARCH}, because there were more ways to split"
        " the order than are tried"
        for policy, (taken, greedy) in found.items()
        if greedy
    ]
