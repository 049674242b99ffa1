"""Batches: orders that are gathered, and decided together so many seconds apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from simpy import Event

from sim.catalogue import Catalogue
from sim.clock import RETRY, Clock
from sim.occasions import Batches
from sim.order import Order


class Pool:
    """Orders that wait for the next batch.

    A batch is decided at a multiple of `every_seconds` after the start, after everything else that was due in its
    second: what comes in that very second belongs to it. What a batch causes waits for the next one, so nothing is
    decided twice in one. While no order waits, nothing happens.

    Args:
        decide: decides an order; its second argument says why.

    """

    def __init__(
        self, clock: Clock, catalogue: Catalogue, batches: Batches, decide: Callable[[Order, str], None]
    ) -> None:
        self._clock = clock
        self._every_s = batches.every_seconds
        self._decide = decide
        priorities = [segment.priority for segment in catalogue.scenario.segments]
        keys: dict[str, Callable[[Order], int]] = {
            "promised_at": lambda order: order.promised_at,
            "placed_at": lambda order: order.placed_at,
            "priority": lambda order: priorities[order.segment],
            "value": lambda order: -order.value,
        }
        self._keys = [keys[word] for word in batches.sort]
        self._orders: dict[int, tuple[Order, str]] = {}
        self._is_due = False
        self._last = -1

    def add(self, order: Order, cause: str) -> None:
        """Have an order decided with the next batch; of several causes the first is told."""
        self._orders.setdefault(order.number, (order, cause))
        if not self._is_due:
            self._is_due = True
            at = -(-self._clock.now // self._every_s) * self._every_s
            at += self._every_s * (at == self._last)
            self._clock.due(at, RETRY, self._gather, at)

    def _gather(self, event: Event) -> None:
        """Step behind whatever was to happen in this second."""
        self._clock.due(cast(int, event.value), RETRY, self._decide_all)

    def _decide_all(self, _: Event) -> None:
        self._last = self._clock.now
        self._is_due = False
        for number in sorted(self._orders, key=self._rank):
            order, cause = self._orders.pop(number)
            if any(order.undecided):  # else it was cancelled meanwhile
                self._decide(order, cause)

    def _rank(self, number: int) -> tuple[Any, ...]:
        order, _ = self._orders[number]
        return (*[key(order) for key in self._keys], number)
