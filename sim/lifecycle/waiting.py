"""Orders that wait for another decision: on a timer, after a receipt, when a warehouse is back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from simpy import Event

from sim.clock import NEVER, RETRY, STOCK, Clock
from sim.occasions import Attempts
from sim.order import Order
from sim.stock.inventory import Inventory


class Waiting:
    """Keeps the orders that have lines which nobody holds, and has them decided again, the first to wait first."""

    def __init__(self, clock: Clock, inventory: Inventory) -> None:
        self._clock = clock
        self._inventory = inventory
        self._attempts = Attempts()
        self._orders: dict[int, Order] = {}
        self._by_item: dict[int, dict[int, Order]] = {}
        self._received: list[tuple[list[int], int]] = []
        self._decide: Callable[[Order, str], None]
        self._cancel: Callable[[Order, list[tuple[int, int]], str], None]

    def follow(
        self,
        attempts: Attempts,
        decide: Callable[[Order, str], None],
        cancel: Callable[[Order, list[tuple[int, int]], str], None],
    ) -> None:
        """Go by a policy's attempts.

        Args:
            attempts: when it wants to be asked again.
            decide: decides an order; its second argument says why.
            cancel: gives up units of lines of an order; its last argument says why.

        """
        self._attempts = attempts
        self._decide = decide
        self._cancel = cancel

    # -- who waits --------------------------------------------------------------------------------------

    def keep(self, order: Order, until: int, own_hours: set[int]) -> None:
        """Let an order wait, give it up, or have it decided again on a timer.

        Lines that wait until a time of their own (`own_hours`) are not given up before it, but attempts count
        for all. `until` is the first of those times.
        """
        attempts, now = self._attempts, self._clock.now
        give_up = NEVER if attempts.give_up_seconds is None else order.placed_at + attempts.give_up_seconds
        spent = attempts.at_most is not None and order.attempts >= attempts.at_most
        if not any(order.undecided):
            self.note(order)
            return
        if now >= give_up or spent:
            kept = set() if spent else own_hours
            lines = [line for line, units in enumerate(order.undecided) if units and line not in kept]
            if lines and attempts.then == "cancel":
                self._cancel(order, [(line, order.left[line]) for line in lines], "gave_up")
            if not kept:
                self.note(order, waits=False)
                return
            give_up = NEVER
        self.note(order)
        if attempts.every_seconds is not None:
            until = min(until, now + attempts.every_seconds)
        at = min(until, give_up)
        if at < NEVER:
            self._set_timer(order, at, "timer")

    def note(self, order: Order, *, waits: bool = True) -> None:
        """Note which items an order waits for now: those of its open lines, or none."""
        number = order.number
        open_items = {
            item for item, units in zip(order.items, order.undecided, strict=True) if units and waits
        }
        if not open_items and number not in self._orders:
            return
        for item in order.items:
            if item in open_items:
                self._by_item.setdefault(item, {})[number] = order
            elif item in self._by_item:
                self._by_item[item].pop(number, None)
        if open_items:
            self._orders[number] = order
        else:
            del self._orders[number]

    # -- when it is decided again -----------------------------------------------------------------------

    def again(self, order: Order, cause: str) -> None:
        """Have an order decided again in this second, after what else happens in it."""
        self._set_timer(order, self._clock.now, cause)

    def _set_timer(self, order: Order, at: int, cause: str) -> None:
        order.timer += 1  # voids the one before
        self._clock.due(at, RETRY, self._retry, (order, order.timer, cause))

    def _retry(self, event: Event) -> None:
        order, timer, cause = cast(tuple[Order, int, str], event.value)
        if order.timer == timer and any(order.undecided):
            self._decide(order, cause)

    def after_receipt(self, items: Iterable[int], site: int) -> None:
        """Have orders decided again that wait for items of which a warehouse has some now.

        That is done when all that comes in in this second is there: an order that waits for several things, or for
        what several warehouses receive, is decided once.
        """
        if "receipt" not in self._attempts.after:
            return
        wanted = [item for item in items if self._by_item.get(item)]
        if wanted:
            if not self._received:
                self._clock.due(self._clock.now, STOCK, lambda _: self.settle())
            self._received.append((wanted, site))

    def settle(self) -> None:
        """Decide now who waits for what has come in in this second: before an order gets more lines to wait for.

        Safety stock counts: the policy may ship from it.
        """
        received, self._received = self._received, []
        unreserved = self._inventory.unreserved
        found: dict[int, tuple[Order, set[int]]] = {}
        for items, site in received:
            for item in items:
                for number, order in self._by_item.get(item, {}).items():
                    found.setdefault(number, (order, set()))[1].add(site)
        for number in sorted(found):
            order, sites = found[number]
            open_items = [item for item, units in zip(order.items, order.undecided, strict=True) if units]
            if any(unreserved(item, site) > 0 for item in open_items for site in sites):
                self._decide(order, "receipt")

    def after_site_up(self) -> None:
        """Decide all waiting orders again, because a warehouse can take orders again."""
        if "site_up" in self._attempts.after:
            for number in sorted(self._orders):
                order = self._orders.get(number)
                if order is not None:
                    self._decide(order, "site_up")
