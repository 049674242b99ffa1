"""The contract between the engine and whatever decides: what a policy gets, and what it answers.

A policy is any object with `allocate(request, network) -> Allocation`. It may also have

- `prepare(network)`, called once before the first order of a replication: it may return another policy, bound to
  that network, which then decides in its place;
- `attempts`, an `Attempts`: when orders that wait are decided again;
- `batches`, a `Batches`: that orders are gathered, and decided so many seconds apart;
- `reallocation`, a `Reallocation`: when shipments that wait at their warehouse are decided anew; and
- `explain(request, network)`, which says how it comes to its answer: see `sim.record`.

`sim.check_policy` tells the author of one everything that is wrong with it.

Warehouses, services, regions, segments and items are positions in the scenario's lists; `network.warehouses[i]`
is the id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from sim.network import Network


class Request(NamedTuple):
    """The open part of one order, put to the policy.

    A line that is placed already, or is with customer care, has 0 units left.

    Attributes:
        order: 0-based number of the order; it names the order's noise, and nothing else.
        items, units: by line; units are those still to be placed. ordered: what was ordered of each line.
        open: the lines that have units left.
        placed_at, promised_at: seconds since start; promised_at is `clock.NEVER` without a promise.
        value: of the whole order, in cents. grams, millilitres, tags: of the open lines together.
        attempt: 1 at the first call for this order.
        shipments: parts of the order that left, or will leave, already.
        split: whether the segment accepts more than one shipment.
        tried: warehouses that failed this order before; of a re-allocation, all where it has been.
        moves_from: the warehouse whose shipment may be moved (`Reallocation`), else -1. Then nothing becomes of an
            answer that does not place all lines elsewhere: what is said of waiting is not to be remembered.

    """

    order: int
    region: int
    segment: int
    items: tuple[int, ...]
    units: tuple[int, ...]
    open: tuple[int, ...]
    placed_at: int
    promised_at: int
    value: int
    grams: int
    millilitres: int
    tags: int
    attempt: int
    shipments: int
    split: bool
    tried: frozenset[int]
    ordered: tuple[int, ...]
    moves_from: int = -1


class Part(NamedTuple):
    """One shipment: units of some lines that leave one warehouse by one service.

    Attributes:
        lines: pairs of (line, units).
        service: None lets the engine take the cheapest that keeps the promise, else the fastest.
        issue: which lots leave first, a key of `lots.ISSUE`; None: as the warehouse does.
        least_life_s: seconds that the goods should live after delivery: lots that would not come last; None: the
            minimum of the item.
        safety_stock: whether safety stock may be promised, too.

    """

    warehouse: int
    lines: tuple[tuple[int, int], ...]
    service: int | None = None
    issue: str | None = None
    least_life_s: int | None = None
    safety_stock: bool = False


class Wait(NamedTuple):
    """Lines that wait; the policy is asked again after a receipt, when a site is up, and at `until` at the latest.

    Attributes:
        until: the lines are not given up before (`Attempts`), and the policy is asked again then.
        again_at: when it wants to be asked again besides, because the clock alone may change its answer.

    """

    lines: tuple[int, ...]
    until: int | None = None
    again_at: int | None = None


class Backorder(NamedTuple):
    """Lines that are committed to one warehouse and leave it as soon as it has received them.

    Attributes:
        until: when the lines are cancelled if they still wait for stock, None for never.
        issue, least_life_s, safety_stock: as of a `Part`; what is received counts by them, too.

    """

    lines: tuple[int, ...]
    warehouse: int
    service: int | None = None
    until: int | None = None
    issue: str | None = None
    least_life_s: int | None = None
    safety_stock: bool = False


class Cancel(NamedTuple):
    """Lines that are given up.

    Attributes:
        reason: one of `journal.CANCEL_REASONS`.

    """

    lines: tuple[int, ...]
    reason: str = "policy"


class Care(NamedTuple):
    """Lines that customer care takes in hand: the policy is asked about them again at `until`, and not before.

    Attributes:
        cents: what that costs, once.

    """

    lines: tuple[int, ...]
    until: int
    cents: int = 0


Hold = Wait | Backorder | Cancel | Care


class Why(NamedTuple):
    """The reason of a decision, for its record.

    Attributes:
        rule: the rule that placed the order, or the last one that spoke.
        outcome: in a word or two, e.g. full, partial, wait.
        runner_up: the warehouses that would have been chosen otherwise.
        margin: how much better the winner was, in the unit of the key that decided.
        removed: how many warehouses each filter took away, as text.
        split: why more than one shipment: one of `journal.SPLIT_REASONS`.
        capped: whether there were more ways to split the order than were tried, so that a greedy search chose.

    """

    rule: str = ""
    outcome: str = ""
    runner_up: tuple[int, ...] = ()
    margin: float | None = None
    removed: str = ""
    split: str = "policy"
    capped: bool = False


class Allocation(NamedTuple):
    """A policy's answer for one request. Lines that it does not name wait."""

    parts: tuple[Part, ...] = ()
    holds: tuple[Hold, ...] = ()
    why: Why = Why()


@dataclass(frozen=True, slots=True)
class Attempts:
    """When orders that wait are decided again.

    Attributes:
        every_seconds: on a timer; None for never.
        after: "receipt" (stock arrived), "site_up" (a warehouse came back).
        at_most: so many decisions in all; None for no limit.
        give_up_seconds: an order older than this, or out of attempts, gets `then`.
        then: "cancel", or "wait" for ever.

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


@runtime_checkable
class Policy(Protocol):
    """Anything that decides."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer one request from what the network shows now."""
        ...


@runtime_checkable
class Preparable(Protocol):
    """A policy that is told of the network before the first order."""

    def prepare(self, network: Network) -> Policy | None:
        """Get ready; a policy that is returned decides instead."""
        ...
