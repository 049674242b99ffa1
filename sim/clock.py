"""Whole seconds, and the one order of events that fall on the same second.

`Clock.due` is the only place that schedules the future. It puts an event on SimPy's heap with its kind as the
priority, so of all pending events of a second the lowest kind is next, and within a kind the one that was
scheduled first. Priorities 0 and 1 stay SimPy's own: what an event causes without delay is done before anything
else of that second.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Any

from simpy import Environment, Event

NEVER = 1 << 60
"""A second that no run reaches."""

STOCK, SITE, WORK, PICKUP, DELIVERY, ORDER, RETRY, SAMPLE, END = range(2, 11)
"""Kinds of events, in the order in which they happen within one second (DESIGN: ties have one order)."""

DAY = 86_400
HOUR = 3_600
MINUTE = 60


class Clock:
    """The simulated time of one replication, in whole seconds since the scenario's start.

    Attributes:
        now: the current second.

    """

    __slots__ = ("_finished", "_is_over", "env", "now")

    def __init__(self) -> None:
        self.env = Environment()
        self.now = 0
        self._is_over = False
        self._finished: Event = self.env.event()
        self._finished.callbacks.append(self._end)

    def _end(self, _: Event) -> None:
        self._is_over = True

    def due(
        self, at: int, kind: int, callback: Callable[[Event], None] | None = None, value: Any = None
    ) -> Event:
        """Schedule an event of a kind at a second; the callback gets the event, which carries `value`.

        A process yields the event instead of giving a callback. Private names of SimPy are used because
        `env.timeout` costs about half as much again and cannot set a priority (pyproject.toml pins simpy < 5).
        """
        env = self.env
        event = Event(env)
        event._ok = True
        event._value = value
        if callback is not None:
            event.callbacks.append(callback)
        heappush(env._queue, (at, kind, next(env._eid), event))  # type: ignore[misc]
        return event

    def process(self, generator: Generator[Event, Any, None]) -> None:
        """Start a SimPy process: an actor that yields what `due` returns."""
        self.env.process(generator)

    def run(self) -> None:
        """Let events happen until `stop` is called. What an event raises, comes through as it was raised.

        This is SimPy's loop without a call for each event, and with the second where `now` is no call either: that
        saves 2 us of an order.
        """
        env = self.env
        queue = env._queue
        while not self._is_over:
            now, _, _, event = heappop(queue)
            env._now = self.now = now  # type: ignore[assignment]
            callbacks = event.callbacks
            event.callbacks = None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not event._ok:  # a process that failed
                raise event._value

    def stop(self) -> None:
        """End the run after what the present event causes without delay."""
        if not self._finished.triggered:
            self._finished.succeed()


def ends_of(seconds: int, cuts: Iterable[int]) -> Iterator[int]:
    """Yield the multiples of some seconds from the first on, and cuts between them, each once and in order."""
    at = 0
    while True:
        at = min([at + seconds - at % seconds, *(cut for cut in cuts if cut > at)])
        yield at


def rounds(every_days: float, first: int) -> Iterator[int]:
    """Yield the seconds start + k x every_days from k = first on: floors of products, which do not drift."""
    step = round(every_days * DAY * 1_000_000)
    return (number * step // 1_000_000 for number in count(first))
