"""The story of an order: a replication is played again, and everything that concerns it is kept."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from sim.decision.record import Explaining, RuleRecord
from sim.decision.watch import Ask, Checked
from sim.errors import InputError, PolicyError, Problem, blaming
from sim.journal import Journal
from sim.orderbook.names import order_number
from sim.policy import Allocation, Policy, Request
from sim.replication import simulate
from sim.scenario import Scenario
from sim.view.network import Network

TABLES = ("orders", "decisions", "shipments", "returns", "ledger")
"""The tables of a journal that speak of orders."""

Rows: TypeAlias = dict[str, list[dict[str, Any]]]
"""Of each of `TABLES`, the rows of one order, with the columns of the journal."""


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
    rows: Rows


class _EnoughError(Exception):
    """All decisions that were wanted are there."""


class _Chronicler:
    """Watches some orders, and ends the run with one of them, or when all were decided as often as they will be.

    Args:
        name: of the policy, for messages.
        left: how many decisions are still to come about each order, by its number.
        ends_with: number of the order with whose end the run ends, too; -1 for none.

    """

    def __init__(self, name: str, left: Mapping[int, int], ends_with: int = -1) -> None:
        self.ends_with = ends_with
        self._name = name
        self.decisions: dict[int, list[Decision]] = {number: [] for number in left}
        self._left = Counter(left)

    def ask(self, request: Request, policy: Policy, network: Network, ask: Ask) -> Checked:
        """Return the answer; of one about an order that is watched, remember it and its reasons."""
        if request.order not in self.decisions:
            return ask(request)
        records = self._reasons(request, policy, network)
        checked = ask(request)
        self.decisions[request.order].append(Decision(network.now, request, records, checked[0]))
        self._left -= Counter([request.order])
        if self.ends_with < 0 and not self._left:
            raise _EnoughError
        return checked

    def _reasons(self, request: Request, policy: Policy, network: Network) -> tuple[RuleRecord, ...]:
        if not isinstance(policy, Explaining):
            return ()
        with blaming(self._name, "explain"):
            return tuple(policy.explain(request, network))


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
        PolicyError: the policy failed, or could not explain itself.

    """
    number = order_number(scenario, order)
    watch = _Chronicler(name, {number: 0}, number)
    with tempfile.TemporaryDirectory() as folder:
        journal = simulate(scenario, policy, replication, name=name, folder=Path(folder), watch=watch)
        rows = rows_of(journal, [order])[order]
        placed = journal.table("orders", ["order"]).num_rows
    if not rows["orders"]:
        rule = f"is no order of replication {replication}, which places {placed:,}: 1 to {placed}"
        raise InputError([Problem(order, rule)])
    return Story(scenario, name, replication, order, tuple(watch.decisions[number]), rows)


def tell_again(
    scenario: Scenario,
    policy: Policy,
    lives: Mapping[str, Rows],
    replication: int = 0,
    *,
    name: str = "policy",
) -> list[Story]:
    """Play a replication whose journal there is until some orders were decided, and return their stories.

    It ends with the last decision about any of them. What became of them is what the journal says.

    Args:
        scenario: the world.
        policy: what decides, as when the journal was written.
        lives: what the journal says of each order that is to be told, by its id: see `rows_of`.
        replication: from 0.
        name: of the policy.

    Raises:
        PolicyError: the policy failed, could not explain itself, or did not decide as it did then.

    """
    numbers = {order: order_number(scenario, order) for order in lives}
    left = {numbers[order]: len(rows["decisions"]) for order, rows in lives.items()}
    watch = _Chronicler(name, left)
    if any(left.values()):
        with tempfile.TemporaryDirectory() as folder, suppress(_EnoughError):
            simulate(scenario, policy, replication, name=name, folder=Path(folder), watch=watch)
    if otherwise := [order for order in lives if not _as_then(watch.decisions[numbers[order]], lives[order])]:
        rule = "did not decide as in the run: played again, a policy must give the same answers"
        raise PolicyError(rule, policy=name, order=otherwise[0])
    return [
        Story(scenario, name, replication, order, tuple(watch.decisions[numbers[order]]), rows)
        for order, rows in lives.items()
    ]


def _as_then(decisions: Sequence[Decision], rows: Rows) -> bool:
    return [decision.request.attempt for decision in decisions] == [
        row["attempt"] for row in rows["decisions"]
    ]


def rows_of(journal: Journal, orders: Sequence[str]) -> dict[str, Rows]:
    """Return what a journal says of some orders, by order and by the names of `TABLES`."""
    found: dict[str, Rows] = {order: {table: [] for table in TABLES} for order in orders}
    wanted = pa.array(orders, pa.string())
    for table in TABLES:
        for batch in journal.batches(table):
            for row in batch.filter(pc.is_in(batch.column("order"), value_set=wanted)).to_pylist():
                found[row["order"]][table].append(row)
    return found
