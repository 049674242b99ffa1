"""The story of one order: a replication is played again, and everything that concerns the order is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.compute as pc

from sim.document import nearest
from sim.errors import InputError, Problem
from sim.journal import Journal
from sim.network import Network
from sim.policy import Allocation, Policy, Request
from sim.record import Explaining, RuleRecord
from sim.replication import simulate
from sim.scenario import Scenario
from sim.watch import Ask, Checked

TABLES = ("orders", "decisions", "shipments", "returns", "ledger")
"""The tables of a journal that speak of orders."""


class Decision(NamedTuple):
    """One answer of the policy about the order.

    Attributes:
        at: seconds since start.
        records: what the policy said of how it came to the answer; empty for one that does not explain itself.

    """

    at: int
    request: Request
    records: tuple[RuleRecord, ...]
    answer: Allocation


class Story(NamedTuple):
    """Everything that concerns one order.

    Attributes:
        order: as the journal names it.
        policy: the name of what decided.
        decisions: one after the other; none where the payment was declined.
        rows: of each of `TABLES`, those of the order, with the columns of the journal.

    """

    scenario: Scenario
    policy: str
    replication: int
    order: str
    decisions: tuple[Decision, ...]
    rows: dict[str, list[dict[str, Any]]]


class _Chronicler:
    """Watches one order, and ends the run with it."""

    def __init__(self, number: int) -> None:
        self.ends_with = number
        self.decisions: list[Decision] = []

    def ask(self, request: Request, policy: Policy, network: Network, ask: Ask) -> Checked:
        """Return the answer; of one about the order, remember it and its reasons."""
        if request.order != self.ends_with:
            return ask(request)
        records = policy.explain(request, network) if isinstance(policy, Explaining) else ()
        checked = ask(request)
        self.decisions.append(Decision(network.now, request, tuple(records), checked[0]))
        return checked


def tell(
    scenario: Scenario, policy: Policy, order: str, replication: int = 0, *, name: str = "policy"
) -> Story:
    """Play a replication until an order has settled, and return its story.

    Args:
        scenario: the world.
        policy: what decides, as in the run that is explained.
        order: the id of the source, or the 1-based number.
        replication: from 0.
        name: of the policy.

    Raises:
        InputError: there is no such order.
        PolicyError: the policy failed.

    """
    watch = _Chronicler(_number(scenario, order))
    with tempfile.TemporaryDirectory() as folder:
        journal = simulate(scenario, policy, replication, name=name, folder=Path(folder), watch=watch)
        rows = {table: _rows(journal, table, order) for table in TABLES}
        placed = journal.table("orders", ["order"]).num_rows
    if not rows["orders"]:
        rule = f"is no order of replication {replication}, which places {placed:,}: 1 to {placed}"
        raise InputError([Problem(order, rule)])
    return Story(scenario, name, replication, order, tuple(watch.decisions), rows)


def _number(scenario: Scenario, order: str) -> int:
    """Return the 0-based number of an order. Raises InputError for what cannot be the name of one."""
    recorded = scenario.recorded
    if recorded is None:
        if not order.isascii() or not order.isdigit() or int(order) < 1 or order[0] == "0":
            raise InputError([Problem(order, "is no order: drawn orders are numbered from 1")])
        return int(order) - 1
    ids = [str(id_) for id_ in recorded.order_ids]
    if order not in ids:
        raise InputError([Problem(order, "is none of the recorded orders", nearest=nearest(order, ids))])
    return ids.index(order)


def _rows(journal: Journal, table: str, order: str) -> list[dict[str, Any]]:
    batches = journal.batches(table)
    found = [batch.filter(pc.equal(batch.column("order"), order)) for batch in batches]
    return [row for batch in found for row in batch.to_pylist()]
