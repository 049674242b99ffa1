"""Two policies laid side by side: one replication of each, what differs, and the orders that show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from reports.diffs.diff import (
    RouteDifferences,
    chosen_orders,
    compare_routes,
    difference_content,
    told_content,
)
from reports.diffs.routes import Routes, read_routes
from sim.execution.experiment import Task
from sim.journal import Journal


class Side(NamedTuple):
    """One replication of a policy that is to be compared."""

    task: Task
    journal: Journal
    routes: Routes


class Pair(NamedTuple):
    """Two policies, what they decided differently, and the orders that are to show it.

    Attributes:
        baseline: the policy that is compared with.
        policy: the policy that is compared.
        found: the differences of their routes, order by order.
        content: the difference as JSON holds it, see `reports.diffs.diff.difference_content`.
        chosen: what each order shows, by its id.

    """

    baseline: Side
    policy: Side
    found: RouteDifferences
    content: dict[str, Any]
    chosen: dict[str, str]


def read_side(task: Task, journal: Journal, like: Side | None = None) -> Side:
    """Read what became of the orders of one policy.

    Raises OtherOrdersError when they are not those of `like`.
    """
    return Side(task, journal, read_routes(journal, None if like is None else like.routes))


def compared(baseline: Side, policy: Side, told: int) -> Pair:
    """Compare two policies, and choose as many orders that show what differs."""
    found = compare_routes(baseline.routes, policy.routes)
    names = (baseline.task.variant, policy.task.variant)
    content = difference_content(found, names, (baseline.journal, policy.journal), baseline.task.replication)
    return Pair(baseline, policy, found, content, chosen_orders(found, told, names[1]))


def content_of(pair: Pair, told: Mapping[Task, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the content of a pair with the stories of its orders, which stand by task and order in `told`."""
    sides = (told.get(pair.baseline.task, {}), told.get(pair.policy.task, {}))
    return {**pair.content, "told": told_content(pair.chosen, sides)}
