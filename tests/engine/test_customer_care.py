"""Customer care takes lines in hand until a second, for a price, and then the order is decided again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from reports.kpis import measure
from sim.clock import HOUR
from sim.occasions import Attempts
from sim.policy import Allocation, Care, Part, Request, Wait
from sim.view.network import Network

# Tins come in every two hours, mugs never; nothing takes time.
WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 1
items: [{id: mug, cost: 2}, {id: tin}]
regions: [{id: here}]
segments: [{id: standard}, {id: hasty, impatience_days: 0.125}]
demand: {replay: orders.csv}
warehouses: [{id: hub, costs: {per_shipment: 1.5}}]
suppliers: [{id: farm}]
stock:
  opening: [{items: [mug], units: 9}, {items: [tin], units: 0}]
  replenish: [{items: [tin], warehouses: all, arrivals: {every_days: 0.0833333, units: 1}}]
carriers: [{id: post, services: [{id: parcel}]}]
"""
MUG, TIN = 0, 1
TEN = 10 * HOUR

Answer = Callable[[Request, Network], Allocation]


class InTurn:
    """Answers the first call with the first answer, and so on; the last one goes for all that follow."""

    def __init__(self, *answers: Answer, attempts: Attempts | None = None) -> None:
        self.answers = list(answers)
        self.attempts = attempts
        self.requests: list[Request] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.requests.append(order)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        return answer(order, network)


def ship(order: Request, _network: Network) -> Allocation:
    return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))


def care(seconds: int, cents: int = 0, lines: tuple[int, ...] | None = None) -> Answer:
    return lambda order, network: Allocation(
        (), (Care(order.open if lines is None else lines, network.now + seconds, cents),)
    )


@pytest.fixture(name="play")
def play_(stage: Any, frame: Any) -> Any:
    def play(policy: Any, lines: str = "mug", segment: str = "standard", **options: Any) -> dict[str, Any]:
        rows = [f"A,2026-01-05T10:00:00,here,{segment},{item},1" for item in lines.split(",")]
        orders = "\n".join(["order,placed_at,region,segment,item,units", *rows]) + "\n"
        journal = stage.play(stage.scenario(WORLD, orders=orders), policy, **options)
        tables = {name: frame(journal, name) for name in ("orders", "shipments", "decisions", "ledger")}
        return {**tables, "order": tables["orders"].iloc[0], "journal": journal}

    return play


def decided(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return when and why the order was decided."""
    rows: pd.DataFrame = found["decisions"]
    return [(at.strftime("%H:%M:%S"), cause) for at, cause in zip(rows["at"], rows["cause"], strict=True)]


def test_lines_are_with_customer_care_until_its_second_and_are_decided_in_it(play: Any) -> None:
    found = play(InTurn(care(HOUR), ship))
    assert decided(found) == [("10:00:00", "placed"), ("11:00:00", "care")]
    assert found["order"]["state"] == "delivered"
    assert found["order"]["attempts"] == 2


def test_what_it_costs_is_paid_once_and_is_a_cost_of_the_order(play: Any) -> None:
    found = play(InTurn(care(HOUR, cents=425), ship))
    assert found["order"]["cost_care"] == 4.25
    ledger = found["ledger"].set_index("account")["amount_cents"]
    assert ledger["care"] == 425
    assert ledger.sum() == 0
    kpis = measure(found["journal"])
    assert kpis["care_per_order"] == 4.25
    assert kpis["cost_per_order"] == 4.25 + 1.5


def test_care_that_takes_lines_again_is_paid_again(play: Any) -> None:
    found = play(InTurn(care(HOUR, cents=100), care(HOUR, cents=100), ship))
    assert found["order"]["cost_care"] == 2
    assert decided(found)[-1] == ("12:00:00", "care")


def test_meanwhile_neither_a_receipt_nor_a_timer_has_the_order_decided(play: Any) -> None:
    policy = InTurn(care(5 * HOUR), ship, attempts=Attempts(every_seconds=HOUR))
    assert decided(play(policy, "tin")) == [("10:00:00", "placed"), ("15:00:00", "care")]


def test_the_rest_of_the_order_goes_its_way_meanwhile(play: Any) -> None:
    """The tin waits for a receipt; the mug, which is with customer care, is not put to the policy with it."""

    def mug_to_care(_order: Request, network: Network) -> Allocation:
        return Allocation((), (Care((MUG,), network.now + 5 * HOUR), Wait((TIN,))))

    policy = InTurn(mug_to_care, ship)
    found = play(policy, "mug,tin")
    _, receipt, care_ends = policy.requests
    assert (receipt.open, receipt.units, receipt.placed_at) == ((TIN,), (0, 1), TEN)
    assert (care_ends.open, care_ends.units, care_ends.shipments) == ((MUG,), (1, 0), 1)
    assert [cause for _, cause in decided(found)] == ["placed", "receipt", "care"]
    assert found["order"]["state"] == "delivered"
    assert found["order"]["shipments"] == 2


def test_lines_that_are_due_at_different_times_come_back_each_in_its_own(play: Any) -> None:
    def both(_order: Request, network: Network) -> Allocation:
        return Allocation(
            (), (Care((MUG,), network.now + HOUR, 10), Care((TIN,), network.now + 3 * HOUR, 20))
        )

    policy = InTurn(both, ship)
    found = play(policy, "mug,tin")
    assert [request.open for request in policy.requests] == [(MUG, TIN), (MUG,), (TIN,)]
    assert [at for at, _ in decided(found)] == ["10:00:00", "11:00:00", "13:00:00"]
    assert found["order"]["cost_care"] == 0.3


def test_nobody_gives_up_what_customer_care_has_in_hand(play: Any) -> None:
    """One attempt is all there is. It is spent, but the line is given up only when it waits."""
    policy = InTurn(
        care(2 * HOUR, lines=(MUG,)),
        lambda *_: Allocation(),
        attempts=Attempts(at_most=1, give_up_seconds=HOUR),
    )
    found = play(policy)
    assert decided(found) == [("10:00:00", "placed"), ("12:00:00", "care")]
    assert found["order"]["cancel_reason"] == "gave_up"


@pytest.mark.parametrize(("hours", "state"), [(3, "cancelled"), (2.999, "delivered")])
def test_a_customer_loses_patience_with_customer_care_too(play: Any, hours: float, state: str) -> None:
    """Of what falls on one second, what was scheduled first happens first: the patience ends before the care."""
    found = play(InTurn(care(int(hours * HOUR), cents=300), ship), segment="hasty")
    assert found["order"]["state"] == state
    assert found["order"]["cost_care"] == 3
    assert len(found["decisions"]) == (1 if state == "cancelled" else 2)


def test_an_order_that_is_with_customer_care_when_the_run_ends_is_open(play: Any) -> None:
    found = play(InTurn(care(900 * HOUR, cents=300)))
    assert found["order"]["state"] == "open"
    assert found["order"]["cost_care"] == 3
