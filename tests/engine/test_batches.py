"""Batches: orders are gathered and decided together, sorted, at start + k x every_seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sim.clock import DAY, HOUR, Clock
from sim.errors import PolicyError
from sim.occasions import Attempts, Batches
from sim.policy import Allocation, Part, Request, Wait
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 1
items: [{id: mug, price: 2}, {id: tin, price: 5}]
regions: [{id: here}]
segments: [{id: standard, priority: 2, promise_days: 3}, {id: first, priority: 1}, {id: hasty, priority: 3, impatience_days: 0.015625}]
demand: {replay: orders.csv}
warehouses: [{id: hub}]
carriers: [{id: post, services: [{id: parcel}]}]
"""
HALF_HOUR = 1800


class Batched:
    """Ships whatever is asked for, if it is in stock; what is not waits."""

    def __init__(self, sort: tuple[str, ...] = (), attempts: Attempts | None = None) -> None:
        self.batches = Batches(HALF_HOUR, sort)
        self.attempts = attempts
        self.requests: list[Request] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.requests.append(order)
        lines = [line for line in order.open if network.available[order.items[line], 0] >= order.units[line]]
        if not lines:
            return Allocation()
        return Allocation((Part(0, tuple((line, order.units[line]) for line in lines)),))


@pytest.fixture(name="play")
def play_(stage: Any, frame: Any) -> Any:
    def play(
        orders: Sequence[str], policy: Any = None, world: str = WORLD, changes: Sequence[str] = ()
    ) -> tuple[list[str], Any]:
        """Play orders given as `A 10:00:00 standard mug 1`; return who is decided when and why, and the orders."""
        rows = ["order,placed_at,segment,region,item,units"]
        for order in orders:
            name, at, segment, item, units = order.split()
            rows.append(f"{name},2026-01-05T{at},{segment},here,{item},{units}")
        scenario = stage.scenario(world, changes, orders="\n".join(rows) + "\n")
        journal = stage.play(scenario, policy or Batched())
        decisions = frame(journal, "decisions")
        told = [
            f"{order} {at:%H:%M:%S} {cause}"
            for order, at, cause in zip(decisions["order"], decisions["at"], decisions["cause"], strict=True)
        ]
        return told, frame(journal, "orders").set_index("order")

    return play


def test_an_order_waits_for_the_next_batch_and_one_of_that_second_belongs_to_it(play: Any) -> None:
    orders = ["A 10:00:01 standard mug 1", "B 10:30:00 standard mug 1", "C 10:30:01 standard mug 1"]
    told, found = play(orders)
    assert told == ["A 10:30:00 placed", "B 10:30:00 placed", "C 11:00:00 placed"]
    assert (found["state"] == "delivered").all()


def test_batches_are_counted_from_the_start_of_the_scenario(play: Any) -> None:
    world = WORLD.replace("T00:00", "T00:10")
    told, _ = play(["A 00:10:00 standard mug 1", "B 10:00:01 standard mug 1"], world=world)
    assert told == ["A 00:10:00 placed", "B 10:10:00 placed"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ((), "A B C D"),
        (("placed_at",), "A B C D"),
        (("priority",), "B D A C"),
        (("value",), "C D A B"),
        (("promised_at",), "A C B D"),
        (("promised_at", "value"), "A C D B"),
        (("priority", "value"), "D B C A"),
    ],
)
def test_a_batch_is_decided_in_the_order_it_is_sorted_by_and_then_by_number(
    play: Any, sort: tuple[str, ...], names: str
) -> None:
    """A and C are promised, C later than A; who has no promise comes last. Tins cost 5, mugs 2."""
    orders = [
        "A 10:01:00 standard mug 1", "B 10:02:00 first mug 1", "C 10:03:00 standard tin 2", "D 10:04:00 first tin 1",
    ]  # fmt: skip
    told, _ = play(orders, Batched(sort))
    assert [entry.split()[0] for entry in told] == names.split()


def test_the_last_unit_goes_to_who_is_sorted_first_not_to_who_came_first(play: Any) -> None:
    world = WORLD + "stock: {opening: {units: 1}}\n"
    orders = ["A 10:01:00 standard mug 1", "B 10:02:00 first mug 1"]
    _, found = play(orders, Batched(("priority",)), world)
    assert found["state"].to_dict() == {"A": "open", "B": "delivered"}


def test_what_was_due_in_the_second_of_a_batch_belongs_to_it_whoever_was_scheduled_first(play: Any) -> None:
    """Both orders are held for a quarter of an hour. The batch of 11:00 is due since 10:31, C since 10:45."""
    world = WORLD + "capture_errors: {error_share: 1, corrected_after_hours: 0.25}\n"
    orders = ["B 10:16:00 standard mug 1", "C 10:45:00 standard tin 1"]
    told, _ = play(orders, Batched(("value",)), world)
    assert told == ["C 11:00:00 corrected", "B 11:00:00 corrected"]


def test_attempts_that_are_due_wait_for_the_next_batch(play: Any) -> None:
    """The receipt of 12:00:00 belongs to the batch of that second, and the timer of 40 minutes is due at 11:10."""
    world = WORLD + (
        "suppliers: [{id: farm}]\n"
        "stock: {opening: {units: 0}, replenish: [{items: all, warehouses: all, "
        "arrivals: {every_days: 0.5, units: 1}}]}\n"
    )
    told, _ = play(["A 10:20:00 standard mug 1"], Batched(attempts=Attempts(every_seconds=2400)), world)
    assert told == ["A 10:30:00 placed", "A 11:30:00 timer", "A 12:00:00 receipt"]


def test_an_order_that_is_cancelled_meanwhile_is_passed_over(play: Any) -> None:
    """Patience lasts 22.5 minutes."""
    orders = ["A 10:01:00 hasty mug 1", "B 10:01:00 standard mug 1", "C 10:08:00 hasty mug 1"]
    told, found = play(orders)
    assert told == ["B 10:30:00 placed", "C 10:30:00 placed"]
    assert found.loc["A", "cancel_reason"] == "impatience"


def test_what_a_batch_causes_waits_for_the_next_one(play: Any) -> None:
    """The view is a day old, so B is given the unit that A has, and comes up short."""
    world = WORLD + "stock: {opening: {units: 1}}\nvisibility: {sync_minutes: 1440}\n"
    orders = ["A 10:00:00 standard mug 1", "B 10:00:00 standard mug 1"]
    told, found = play(orders, world=world)
    assert told == ["A 10:00:00 placed", "B 10:00:00 placed", "B 10:30:00 stale_stock"]
    assert found["state"].to_dict() == {"A": "delivered", "B": "open"}


def test_an_order_is_decided_once_in_a_batch_whatever_is_due(play: Any) -> None:
    class Wakes(Batched):
        """Has both orders wait for the very second of the next batch, where the timer would have them, too."""

        def allocate(self, order: Request, network: Network) -> Allocation:
            self.requests.append(order)
            if network.now < 11 * HOUR:
                return Allocation((), (Wait(order.open, 11 * HOUR),))
            return super().allocate(order, network)

    orders = ["A 10:01:00 standard mug 1", "B 10:02:00 standard mug 1"]
    told, _ = play(orders, Wakes(attempts=Attempts(every_seconds=HALF_HOUR)))
    assert told == ["A 10:30:00 placed", "B 10:30:00 placed", "A 11:00:00 timer", "B 11:00:00 timer"]


def test_nothing_happens_while_no_order_waits(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day without orders has 48 batches of half an hour, none of which is an event."""
    due, moments = Clock.due, []

    def noted(self: Clock, at: int, *others: Any) -> Any:
        moments.append(at)
        return due(self, at, *others)

    monkeypatch.setattr(Clock, "due", noted)
    play(["A 10:01:00 standard mug 1"])
    batches = [at for at in moments if at % HOUR and not at % HALF_HOUR and at < DAY]
    assert set(batches) == {10 * HOUR + HALF_HOUR}


def test_an_order_that_the_end_of_the_run_finds_before_its_batch_is_open(play: Any) -> None:
    class Rare(Batched):
        batches = Batches(30 * DAY)

        def __init__(self) -> None:
            self.attempts = None

    told, found = play(["A 10:01:00 standard mug 1"], Rare())
    assert told == []
    assert found.loc["A", "state"] == "open"


def test_batches_that_nobody_understands_are_refused(play: Any) -> None:
    class Wrong(Batched):
        def __init__(self) -> None:
            self.attempts = None
            self.batches = 1800  # type: ignore[assignment]

    with pytest.raises(PolicyError, match="batches of type int, must be Batches"):
        play(["A 10:01:00 standard mug 1"], Wrong())
    with pytest.raises(ValueError, match="batches every 0 seconds, must be 1 or more"):
        Batches(0)
    with pytest.raises(
        ValueError, match="sorted by 'size', must be one of promised_at, placed_at, priority, value"
    ):
        Batches(60, ("size",))
