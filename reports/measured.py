"""All that is measured of a journal, where it was made: workers send back numbers, not rows."""

from __future__ import annotations

from collections.abc import Iterable

from reports.course import follow
from reports.kpis import measure
from reports.reconciliation import reconcile, unbalanced
from reports.searches import count_searches, cut_short
from reports.storage import count_full_hours, too_full
from sim.execution.experiment import Replication
from sim.journal import Journal
from sim.scenario import Scenario


def measure_run(journal: Journal) -> dict[str, float]:
    """Return the KPIs, the books and the course of a replication, and what its numbers must be read with."""
    noted = {**count_searches(journal), **count_full_hours(journal)}
    return {**measure(journal), **reconcile(journal), **noted, **follow(journal)}


def warnings_of(tasks: Iterable[Replication], scenarios: Iterable[Scenario]) -> list[str]:
    """Return what a reader of an experiment's numbers must know, in sentences, from what was measured and played."""
    rows = list(tasks)
    return [*unbalanced(rows), *cut_short(rows), *too_full(rows), *_recorded(rows, scenarios)]


def _recorded(rows: Iterable[Replication], scenarios: Iterable[Scenario]) -> list[str]:
    """Say what several replications of recorded orders do not tell."""
    drawn = all(scenario.recorded is None for scenario in scenarios)
    if drawn or all(replication == 0 for _, replication, _ in rows):
        return []
    return [
        "demand: recorded orders are the same in every replication; intervals tell of luck at work and on the way, and"
        " nothing of how other orders would fare"
    ]
