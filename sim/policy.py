"""The contract between the engine and whatever decides: what a policy gets, and what it answers.

A policy is any object with `allocate(request, network) -> Allocation`. It may also have

- `prepare(network)`, called once before the first order of a replication: it may return another policy, bound to
  that network, which then decides in its place;
- `attempts`, `batches` and `reallocation`, which say when it is asked: see `sim.occasions`; and
- `explain(request, network)`, which says how it comes to its answer: see `sim.decision.record`.

`sim.check_policy` tells the author of one everything that is wrong with it.

Warehouses, services, regions, segments and items are positions in the scenario's lists; `network.warehouses[i]`
is the id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from sim.view.network import Network


class Request(NamedTuple):
    """The open part of one order, put to the policy.

    A line that is placed already, or is with customer care, has 0 units left.

    Attributes:
        order: 0-based number of the order; it names the order's noise, and nothing else.
        items, units: by line; units are those still to be placed.
        ordered: what was ordered of each line.
        open: the lines that have units left.
        placed_at, promised_at: seconds since start; promised_at is `clock.NEVER` without a promise.
        value: of the whole order, in cents.
        grams, millilitres, tags: of the open lines together.
        attempt: 1 at the first call for this order; a re-allocation is no further attempt.
        shipments: parts of the order that left, or will leave, already.
        split: whether the segment accepts more than one shipment.
        tried: warehouses that failed this order before; of a re-allocation, all where it has been.
        moves_from: the warehouse whose shipment may be moved (`Reallocation`), else -1. Then nothing becomes of an
            answer that does not place all lines elsewhere: what is said of waiting is not to be remembered.

    Example:
        >>> from sim import Allocation, load_scenario, simulate
        >>> class Curious:
        ...     def allocate(self, order, network):
        ...         if order.order == 0 and order.attempt == 1:
        ...             print([(network.items[item], units) for item, units in zip(order.items, order.units)])
        ...             print(network.regions[order.region], order.value / 100, order.grams / 1000)
        ...         return Allocation()
        >>> _ = simulate(load_scenario("hello", ["days=0.1"]), Curious())
        [('tea', 1), ('mug', 2), ('kettle', 2)]
        chicago 122.0 4.0

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

    Example:
        >>> from sim import Part
        >>> Part(warehouse=1, lines=((0, 2), (3, 1))).lines  # two units of line 0, one of line 3
        ((0, 2), (3, 1))

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

    Example:
        >>> from sim import Allocation, Wait
        >>> Allocation(holds=(Wait(lines=(0, 1), again_at=3600),)).holds[0].until is None
        True

    """

    lines: tuple[int, ...]
    until: int | None = None
    again_at: int | None = None


class Backorder(NamedTuple):
    """Lines that are committed to one warehouse and leave it as soon as it has received them.

    Attributes:
        until: when the lines are cancelled if they still wait for stock, None for never.
        issue, least_life_s, safety_stock: as of a `Part`; what is received counts by them, too.

    Example:
        >>> from sim import Allocation, Backorder, Part
        >>> rest = Backorder(lines=(1,), warehouse=0, until=3 * 86_400)
        >>> Allocation(parts=(Part(0, ((0, 1),)),), holds=(rest,)).holds[0].lines
        (1,)

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
        reason: policy, no_stock or gave_up.

    Example:
        >>> from sim import Allocation, Cancel
        >>> Allocation(holds=(Cancel(lines=(0,), reason="no_stock"),)).parts
        ()

    """

    lines: tuple[int, ...]
    reason: str = "policy"


class Care(NamedTuple):
    """Lines that customer care takes in hand: the policy is asked about them again at `until`, and not before.

    Attributes:
        cents: what that costs, once.

    Example:
        >>> from sim import Allocation, Care
        >>> Allocation(holds=(Care(lines=(0,), until=7200, cents=250),)).holds[0].cents
        250

    """

    lines: tuple[int, ...]
    until: int
    cents: int = 0


Hold = Wait | Backorder | Cancel | Care


class Why(NamedTuple):
    """The reason of a decision, for its record.

    Attributes:
        rule: the first rule that placed something, or else the last one that spoke.
        outcome: in a word or two, e.g. full, partial, wait.
        runner_up: the warehouses that would have been chosen otherwise.
        margin: how much better the winner was, in the unit of the key that decided.
        removed: how many warehouses each filter took away, as text.
        split: why more than one shipment: one of `journal.SPLIT_REASONS`.
        capped: whether there were more ways to split the order than were tried, so that a greedy search chose.

    Example:
        >>> from sim import Allocation, Part, Why
        >>> why = Why(rule="nearest", outcome="full", runner_up=(1,), margin=12.5)
        >>> Allocation(parts=(Part(0, ((0, 1),)),), why=why).why.rule
        'nearest'

    """

    rule: str = ""
    outcome: str = ""
    runner_up: tuple[int, ...] = ()
    margin: float | None = None
    removed: str = ""
    split: str = "policy"
    capped: bool = False


class Allocation(NamedTuple):
    """A policy's answer for one request. Lines that it does not name wait.

    Example:
        >>> from sim import Allocation, Part, Wait
        >>> answer = Allocation(parts=(Part(0, ((0, 2),)),), holds=(Wait((1,)),))
        >>> [part.warehouse for part in answer.parts]
        [0]

    """

    parts: tuple[Part, ...] = ()
    holds: tuple[Hold, ...] = ()
    why: Why = Why()


@runtime_checkable
class Policy(Protocol):
    """Anything that decides.

    Example:
        >>> from sim import Allocation, Part, Policy, load_scenario, simulate
        >>> class Louisville:
        ...     # everything leaves from one place
        ...     def allocate(self, order, network):
        ...         site = network.warehouses.index("louisville")
        ...         lines = tuple((line, order.units[line]) for line in order.open)
        ...         return Allocation(parts=(Part(site, lines),))
        >>> isinstance(Louisville(), Policy)
        True
        >>> journal = simulate(load_scenario("hello", ["days=0.1"]), Louisville())
        >>> journal.frame("shipments")["warehouse"].unique().tolist()
        ['louisville']

    """

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer one request from what the network shows now."""
        ...


@runtime_checkable
class Preparable(Protocol):
    """A policy that is told of the network before the first order."""

    def prepare(self, network: Network) -> Policy | None:
        """Get ready; a policy that is returned decides instead."""
        ...
