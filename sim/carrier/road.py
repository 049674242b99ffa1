"""The road to the customer: parcels in transit."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from simpy import Event

from sim.clock import DELIVERY, Clock
from sim.order import Shipment


class Road:
    """Parcels in transit. Those that arrive in one second share one event."""

    def __init__(self, clock: Clock, deliver: Callable[[Shipment], None]) -> None:
        self._clock = clock
        self._deliver = deliver
        self._arriving: dict[int, list[Shipment]] = {}

    def send(self, shipment: Shipment, at: int) -> None:
        """Let a shipment arrive at a second."""
        arriving = self._arriving.get(at)
        if arriving is None:
            self._arriving[at] = [shipment]
            self._clock.due(at, DELIVERY, self._arrive, at)
        else:
            arriving.append(shipment)

    def _arrive(self, event: Event) -> None:
        arriving = self._arriving.pop(cast(int, event.value))
        arriving.reverse()
        # Each is let go as it is delivered: thousands that are freed together have left the cache, 3 us an order.
        while arriving:
            self._deliver(arriving.pop())
