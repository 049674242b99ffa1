"""Orders that wait are decided again for a reason, and once for it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.occasions import Attempts
from sim.policy import Allocation, Part, Request
from sim.view.network import Network

# East and west receive a mug each at noon and at midnight, and west a tin besides.
WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 1
items: [{{id: mug}}, {{id: tin}}]
regions: [{{id: here}}]
demand: {{replay: orders.csv}}
warehouses: [{{id: east}}, {{id: west}}]
suppliers: [{{id: farm}}]
stock:
  opening: {{units: 0}}
  replenish:
    - {{items: [mug], warehouses: all, arrivals: {{every_days: 0.5, units: 1}}}}
    - {{items: [tin], warehouses: [west], arrivals: {{every_days: 0.5, units: 1}}}}
{more}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""


class Watches:
    """Ships a line once two warehouses have it, and an order of two lines from the one that has both."""

    def __init__(self, attempts: Attempts | None = None) -> None:
        self.attempts = attempts
        self.seen: list[list[list[int]]] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.seen.append(network.available.tolist())
        has = network.available[list(order.items)] > 0
        if has.all(1).all() or (len(order.open) == 2 and has.all(0).any()):
            return Allocation((Part(int(has.all(0).argmax()), tuple((n, 1) for n in order.open)),))
        return Allocation()


@pytest.fixture(name="play")
def play_(stage: Any, frame: Any) -> Any:
    def play(policy: Watches, items: str, more: str = "") -> list[tuple[str, str, int]]:
        """Play one order of 10:00 and return when and why it is decided, and the attempt."""
        rows = [f"A,2026-01-05T10:00:00,here,{item},1" for item in items.split(",")]
        orders = "\n".join(["order,placed_at,region,item,units", *rows]) + "\n"
        journal = stage.play(stage.scenario(WORLD.format(more=more), orders=orders), policy)
        rows = frame(journal, "decisions")
        return [(f"{row.at:%dT%H:%M:%S}", row.cause, row.attempt) for row in rows.itertuples()]

    return play


def test_what_several_warehouses_receive_in_one_second_is_one_reason(play: Any) -> None:
    """At noon both have a mug when the policy is asked: it sees all that came in in that second."""
    policy = Watches()
    assert play(policy, "mug") == [("05T10:00:00", "placed", 1), ("05T12:00:00", "receipt", 2)]
    assert policy.seen[-1] == [[1, 1], [0, 1]]


def test_an_order_that_waits_for_two_things_is_decided_once_when_both_arrive(play: Any) -> None:
    assert play(Watches(), "mug,tin") == [("05T10:00:00", "placed", 1), ("05T12:00:00", "receipt", 2)]


def test_attempts_are_not_spent_on_the_parts_of_one_delivery(play: Any) -> None:
    """Two attempts are enough for an order that the second one can ship."""
    policy = Watches(Attempts(at_most=2))
    assert [attempt for *_, attempt in play(policy, "mug")] == [1, 2]


def test_what_shows_with_a_sync_is_one_reason_too(play: Any) -> None:
    """The goods of noon show at 16:00:00, all of them."""
    more = "visibility: {sync_minutes: 480}"
    policy = Watches()
    assert play(policy, "mug,tin", more) == [("05T10:00:00", "placed", 1), ("05T16:00:00", "receipt", 2)]


def test_a_decision_makes_the_timer_begin_anew(play: Any) -> None:
    """The timer of 90 minutes is due at 13:00; the receipt of noon comes before it."""

    class Never(Watches):
        def allocate(self, order: Request, network: Network) -> Allocation:
            self.seen.append([])
            return Allocation()

    found = play(Never(Attempts(every_seconds=5400)), "mug")
    assert [(at, cause) for at, cause, _ in found[:4]] == [
        ("05T10:00:00", "placed"),
        ("05T11:30:00", "timer"),
        ("05T12:00:00", "receipt"),
        ("05T13:30:00", "timer"),
    ]
