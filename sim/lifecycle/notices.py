"""What customers are told: a message at every step of their order, and that it will be late as soon as that shows.

A message is sent when an order is confirmed or declined; when it is held for wrong data, and when these are right; for
every shipment when it is allocated, picked up, and delivered; when lines are cancelled; when a parcel is lost; for a
refund and for a replacement; and once in the life of an order, that it will be late. This one is sent at the first
step at which what is known says so: a shipment is expected after the promise when it is allocated or picked up, or
lines still wait after a decision and could not come in time if they left now, or will never come.
"""

from __future__ import annotations

from sim.clock import NEVER, Clock
from sim.lifecycle.expectation import Expectations
from sim.lifecycle.returnfacts import ReturnFacts
from sim.order import Order, Shipment


class Notices:
    """Counts the messages of every order, and notes when its customer was first told that it will be late."""

    def __init__(self, clock: Clock, expectations: Expectations, facts: ReturnFacts) -> None:
        self._clock = clock
        self._expectations = expectations
        self._facts = facts

    @staticmethod
    def tell(order: Order) -> None:
        """Send a message about a step that says nothing of the promise."""
        order.notifications += 1

    def _tell_late(self, order: Order) -> None:
        """Say that an order will be late, if that was promised otherwise and nobody has said so before."""
        if order.promised_at >= NEVER or order.told_at >= 0:
            return
        # What replaces something that was sent back is not promised.
        if order.lost or not self._facts.is_complete(order):
            order.told_at = self._clock.now
            order.notifications += 1

    def allocated(self, shipment: Shipment) -> None:
        """Send the message of a shipment that is about to enter its warehouse."""
        order = shipment.order
        order.notifications += 1
        if order.told_at < 0 and self._expectations.of_allocated(shipment) > order.promised_at:
            self._tell_late(order)

    def picked_up(self, shipment: Shipment) -> None:
        """Send the message of a pickup."""
        order = shipment.order
        order.notifications += 1
        if order.told_at < 0 and self._expectations.of_picked_up(shipment) > order.promised_at:
            self._tell_late(order)

    def waits(self, order: Order) -> None:
        """Look whether the lines of an order that wait after a decision could still come in time."""
        if order.told_at < 0 and self._expectations.of_waiting(order) > order.promised_at:
            self._tell_late(order)

    def lost(self, order: Order, *, comes_again: bool) -> None:
        """Send the message of a lost parcel; the order will never be complete if it is not sent again."""
        order.notifications += 1
        if not comes_again:
            self._tell_late(order)
