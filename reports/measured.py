"""All that is measured of a journal, where it was made: workers send back numbers, not rows."""

from __future__ import annotations

from collections.abc import Iterable

from reports.course import follow
from reports.kpis import measure
from reports.reconciliation import reconcile, unbalanced
from reports.searches import count_searches, cut_short
from sim.experiment import Replication
from sim.journal import Journal


def measure_run(journal: Journal) -> dict[str, float]:
    """Return the KPIs, the books and the course of a replication, and how its decisions were searched for."""
    return {**measure(journal), **reconcile(journal), **count_searches(journal), **follow(journal)}


def warnings_of(tasks: Iterable[Replication]) -> list[str]:
    """Return what a reader of an experiment's numbers must know, in sentences, from what was measured."""
    rows = list(tasks)
    return [*unbalanced(rows), *cut_short(rows)]
