"""One order of events: by second, then by kind, then by when they were scheduled."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import simpy

from sim.clock import DELIVERY, END, ORDER, PICKUP, RETRY, SAMPLE, SITE, STOCK, WORK, Clock
from sim.errors import PolicyError
from sim.localtime import instant

KINDS = {
    "stock": STOCK, "site": SITE, "work": WORK, "pickup": PICKUP, "delivery": DELIVERY, "order": ORDER,
    "retry": RETRY, "sample": SAMPLE, "end": END,
}  # fmt: skip


def test_kinds_have_the_published_order_and_leave_simpys_own_alone() -> None:
    assert list(KINDS.values()) == [2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_within_a_second_the_lowest_kind_is_next_and_within_a_kind_the_first_scheduled() -> None:
    clock, log = Clock(), []
    for turn in (1, 2):
        for name, kind in reversed(KINDS.items()):
            clock.due(60, kind, lambda event: log.append(event.value), f"{name} {turn}")
    clock.due(59, END, lambda _: log.append("the second before"))
    clock.due(61, STOCK, lambda _: clock.stop())
    clock.run()
    assert log == ["the second before", *(f"{name} {turn}" for name in KINDS for turn in (1, 2))]


def test_what_an_event_schedules_in_the_same_second_takes_its_place_among_what_is_left() -> None:
    clock, log = Clock(), []

    def order(event: Any) -> None:
        log.append(event.value)
        if event.value == "order 1":
            clock.due(5, SAMPLE, lambda _: log.append("sample"))
            clock.due(5, WORK, lambda _: log.append("work of order 1"))

    clock.due(5, ORDER, order, "order 1")
    clock.due(5, ORDER, order, "order 2")
    clock.due(6, STOCK, lambda _: clock.stop())
    clock.run()
    assert log == ["order 1", "work of order 1", "order 2", "sample"]


def test_what_an_event_causes_without_delay_comes_before_anything_else_of_the_second() -> None:
    clock, log = Clock(), []
    bell = clock.env.event()

    def listener() -> Any:
        yield bell
        log.append("heard")

    def ring(_: Any) -> None:
        log.append("rung")
        bell.succeed()

    clock.process(listener())
    clock.due(7, RETRY, ring)
    clock.due(7, RETRY, lambda _: log.append("another retry"))
    clock.due(7, SAMPLE, lambda _: clock.stop())
    clock.run()
    assert log == ["rung", "heard", "another retry"]


def test_a_process_gets_the_error_that_was_raised_and_not_a_copy() -> None:
    # SimPy raises a copy made of the arguments alone; a PolicyError would lose its order and its warehouse.
    clock = Clock()

    def actor() -> Any:
        yield clock.due(3, ORDER)
        raise PolicyError("does not add up", policy="mine", order="7")

    clock.process(actor())
    with pytest.raises(PolicyError) as caught:
        clock.run()
    assert str(caught.value) == "policy mine, order 7: does not add up"


def test_the_private_names_of_simpy_still_mean_what_they_meant() -> None:
    # `due` writes to two of them; should a release of SimPy change them, this fails before any result does.
    env = simpy.Environment()
    event = simpy.Event(env)
    assert not event.triggered
    event._ok, event._value = True, "value"
    assert event.triggered
    assert env._queue == []
    assert next(env._eid) == 0


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-05T09:00:00", "2026-01-05T14:00:00"),
        ("2026-07-05T09:00:00", "2026-07-05T13:00:00"),
        ("2026-03-08T01:59:59", "2026-03-08T06:59:59"),
        ("2026-03-08T02:30:00", "2026-03-08T07:30:00"),  # does not exist: 03:30 of summer time
        ("2026-03-08T03:00:00", "2026-03-08T07:00:00"),
        ("2026-11-01T01:30:00", "2026-11-01T05:30:00"),  # exists twice: the first, of summer time
        ("2026-11-01T02:00:00", "2026-11-01T07:00:00"),
    ],
)
def test_a_local_time_that_does_not_exist_moves_forward_and_of_two_the_first_is_meant(
    local: str, utc: str
) -> None:
    assert (
        instant(datetime.fromisoformat(local), NEW_YORK) == datetime.fromisoformat(f"{utc}+00:00").timestamp()
    )
