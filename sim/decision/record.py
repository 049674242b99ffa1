"""The record of a decision in full: what a policy may say, beside its answer, of how it came to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from sim.policy import Hold, Part, Request
from sim.view.network import Network


class Candidate(NamedTuple):
    """One warehouse that was compared with others.

    Attributes:
        warehouse: its position.
        has: the lines that it could send in full.
        service: the one that would be taken from there.
        arrives_at: when it could be expected to deliver, seconds since start.
        values: what each key of the comparison says of it.

    """

    warehouse: int
    has: tuple[int, ...]
    service: int
    arrives_at: int
    values: tuple[float, ...]


class Weighing(NamedTuple):
    """How a key of a comparison counts.

    Attributes:
        weight: what one unit of it is worth in the sum; None for a key that counts by itself, and for the sum.
        scaled: whether it is put on a scale from 0 to 1 first, so that the weight is that of the whole scale.
        band: values up to this much above the best count as equal to it.
        descending: whether more is better.

    """

    weight: float | None = None
    scaled: bool = False
    band: float = 0.0
    descending: bool = False


class Comparison(NamedTuple):
    """Warehouses that were compared for some lines, as one parcel.

    Attributes:
        keys: names of what they were compared by.
        candidates: those that could send all lines first; of these, and of the others, the preferred first.
        chosen: the one that was taken for just these lines; -1 where that was none.
        weighing: how each key counts; empty where nothing is said of that.

    """

    lines: tuple[int, ...]
    keys: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    chosen: int = -1
    weighing: tuple[Weighing, ...] = ()


class RuleRecord(NamedTuple):
    """What one rule made of some lines, and why.

    Attributes:
        rule: its name.
        lines: what it was asked about.
        left: of them, those that it handed on.
        removed: filters and the warehouses that each took away, in the order in which they were asked.
        dropped: soft filters that were dropped because nothing passed them.
        comparisons: of all lines together; then of each shipment, where these are others, and of what is backordered.
        parts, holds: what it answered.
        runner_up: warehouses that would have been chosen otherwise.
        margin: how much better the chosen are, in the unit of the key that decided; None where nothing was compared.
        decided_by: that key, where one warehouse won against one other; empty where they are equal in all.
        outcome: what it did, in a word or two.
        capped: whether there were more ways to split than are tried.
        soft: what each filter called `soft` is, in the order in which they are asked; all are in `removed`, or all in
            `dropped`.

    """

    rule: str
    lines: tuple[int, ...]
    left: tuple[int, ...]
    removed: tuple[tuple[str, tuple[int, ...]], ...]
    dropped: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    parts: tuple[Part, ...]
    holds: tuple[Hold, ...]
    runner_up: tuple[int, ...]
    margin: float | None
    decided_by: str
    outcome: str
    capped: bool = False
    soft: tuple[str, ...] = ()


@runtime_checkable
class Explaining(Protocol):
    """A policy that can say how it comes to an answer."""

    def explain(self, order: Request, network: Network) -> Sequence[RuleRecord]:
        """Return what `allocate` would do with a request, rule by rule, and why. It is called just before that.

        It must be pure: a run in which orders are explained is the same as one in which none is.
        """
        ...
