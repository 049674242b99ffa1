"""Who gives work to the stations of a warehouse, and what goes first in its queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sim.clock import NEVER
from sim.order import Order, Shipment
from sim.warehouse.work import Work


class Job(Protocol):
    """What a station works on: a shipment, or a line that came back.

    Attributes:
        desk: who gave it to the warehouse.
        order, number: what it belongs to, and which of the order's jobs of that desk it is.
        state: QUEUED, IN_WORK or CANCELLED while a warehouse has to do with it.
        released_at, started_at, packed_at: entered the building, taken by a station, done.

    """

    desk: Desk[Any]
    order: Order
    number: int
    state: int
    released_at: int
    started_at: int
    packed_at: int


_Job = TypeVar("_Job", contravariant=True)


class Desk(Protocol[_Job]):
    """Who gives jobs to a warehouse, and is told of them."""

    def expected_s(self, job: _Job, work: Work) -> float:
        """Return the mean seconds of work of a job."""
        ...

    def start(self, job: _Job, work: Work) -> int | None:
        """Begin a job that a station takes, and return its seconds; None: nothing is left to do."""
        ...

    def finish(self, job: _Job) -> None:
        """Take back a job that is complete."""
        ...


LAST = NEVER + 1  # after a shipment that nobody promised

ORDER_OF_QUEUE: dict[str, Callable[[Job, int], int]] = {
    "fifo": lambda _job, _priority: 0,
    "priority": lambda job, priority: priority if isinstance(job, Shipment) else LAST,
    "due": lambda job, _priority: job.order.promised_at if isinstance(job, Shipment) else LAST,
}
"""What goes first in a queue; then who was released first, then the lower order number. Customers wait for shipments:
whatever else there is goes last, unless it is first come first served."""
