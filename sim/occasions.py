"""When a policy is asked: in batches instead of order by order, again for what waits, anew for what is committed.

A policy has these as its attributes `batches`, `attempts` and `reallocation`; without them it is asked about each
order when it is placed, and again after a receipt and when a warehouse is back.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempts:
    """When orders that wait are decided again.

    Attributes:
        every_seconds: on a timer; None for never.
        after: "receipt" (stock arrived), "site_up" (a warehouse came back).
        at_most: so many decisions in all; None for no limit.
        give_up_seconds: an order older than this, or out of attempts, gets `then`.
        then: "cancel", or "wait" for ever.

    Example:
        >>> from sim import Allocation, Attempts, load_scenario, simulate
        >>> class Never:
        ...     # ships nothing, is asked every hour, and gives up after three times
        ...     attempts = Attempts(every_seconds=3600, at_most=3)
        ...     def allocate(self, order, network):
        ...         return Allocation()
        >>> orders = simulate(load_scenario("hello", ["days=0.1"]), Never()).frame("orders")
        >>> int(orders["attempts"].max()), orders.loc[orders["counted"], "cancel_reason"].unique().tolist()
        (3, ['gave_up'])

    """

    every_seconds: int | None = None
    after: tuple[str, ...] = ("receipt", "site_up")
    at_most: int | None = None
    give_up_seconds: int | None = None
    then: str = "cancel"


SORTS = ("promised_at", "placed_at", "priority", "value")
"""What a batch can be sorted by: the earliest, the lowest priority number, the highest value first."""


@dataclass(frozen=True, slots=True)
class Batches:
    """When orders are decided that are not decided at once: in batches, at start + k x every_seconds.

    Attributes:
        every_seconds: from one batch to the next.
        sort: words of `SORTS`; of a batch, the first order by these is decided first. The last word has the order's
            number.

    Raises ValueError for less than a second, and for an unknown word.

    Example:
        >>> from sim import Batches
        >>> Batches(every_seconds=1800, sort=("priority", "promised_at"))
        Batches(every_seconds=1800, sort=('priority', 'promised_at'))
        >>> Batches(every_seconds=1800, sort=("urgency",))
        Traceback (most recent call last):
        ValueError: batches sorted by 'urgency', must be one of promised_at, placed_at, priority, value

    """

    every_seconds: int
    sort: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.every_seconds < 1:
            raise ValueError(f"batches every {self.every_seconds} seconds, must be 1 or more")
        for word in self.sort:
            if word not in SORTS:
                raise ValueError(f"batches sorted by {word!r}, must be one of {', '.join(SORTS)}")


MOVES_AFTER = ("site_down", "receipt", "timer")
"""What has a shipment decided anew that is committed to a warehouse and not begun there."""


@dataclass(frozen=True, slots=True)
class Reallocation:
    """When shipments that wait at their warehouse, in its queue or for stock, are put to the policy once more.

    The request holds the lines of that shipment alone. If the answer places all of them at other warehouses, where
    the order has never been, the shipment is moved; whatever else it says, the shipment stays as it is.

    Attributes:
        after: words of `MOVES_AFTER`: its warehouse went down; another one received what a backordered shipment
            waits for; it was not begun for `every_seconds`.
        wait_seconds: so long the warehouse must have been down.
        every_seconds: from allocation to the timer, and from one to the next.
        at_most: moves of one order; None for no limit.
        cents: what a move costs, as handling.

    Raises ValueError where these do not fit together.

    Example:
        >>> from sim import Reallocation
        >>> Reallocation(after=("site_down", "timer"), every_seconds=4 * 3600, at_most=1).wait_seconds
        0

    """

    after: tuple[str, ...] = ("site_down",)
    wait_seconds: int = 0
    every_seconds: int | None = None
    at_most: int | None = None
    cents: int = 0

    def __post_init__(self) -> None:
        for word in self.after:
            if word not in MOVES_AFTER:
                raise ValueError(f"reallocation after {word!r}, must be one of {', '.join(MOVES_AFTER)}")
        if self.wait_seconds < 0 or self.cents < 0:
            raise ValueError("reallocation with a negative wait or cost")
        if "timer" in self.after and (self.every_seconds is None or self.every_seconds < 1):
            raise ValueError("reallocation on a timer needs every_seconds, 1 or more")
