"""Customer care: people who take lines of an order in hand, for a while and for a price."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from simpy import Event

from sim.clock import RETRY, Clock
from sim.ledger import CARE, CASH
from sim.order import Order
from sim.policy import Care


class CustomerCare:
    """Keeps lines until a second, and then has their order decided again.

    Meanwhile the policy is not asked about them, whatever happens, and attempts are not counted. The rest of their
    order goes its way.

    Args:
        decide: decides an order; its second argument says why.

    """

    def __init__(self, clock: Clock, decide: Callable[[Order, str], None]) -> None:
        self._clock = clock
        self._decide = decide

    def take(self, order: Order, hold: Care) -> None:
        """Take lines in hand, and post what that costs."""
        order.in_care = {**order.in_care, **dict.fromkeys(hold.lines, hold.until)}
        order.posts[CARE] += hold.cents
        order.posts[CASH] -= hold.cents
        self._clock.due(hold.until, RETRY, self._hand_back, order)

    def _hand_back(self, event: Event) -> None:
        order, now = cast(Order, event.value), self._clock.now
        ended = [line for line, until in order.in_care.items() if until <= now]
        order.in_care = {line: until for line, until in order.in_care.items() if until > now}
        if any(order.left[line] for line in ended):  # else its customer left meanwhile
            self._decide(order, "care")
