"""Where the time of one order went, shipment by shipment: waiting for what, being worked on, on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from reports import numbers
from reports.forms import Column, Table
from sim.clock import HOUR

_STEPS = (
    ("allocated_at", "undecided", True),
    ("released_at", "for stock", True),
    ("started_at", "in the queue", True),
    ("packed_at", "packing", False),
    ("picked_up_at", "for pickup", True),
    ("delivered_at", "on the way", False),
)
"""The moment at which each phase of a shipment ends, what the phase is called, and whether it is a wait."""


class Phase(NamedTuple):
    """A time in the life of a shipment.

    Attributes:
        name: what it is called.
        waits: whether nothing happens in it.
        hours: how long it took; None where it has not ended.

    """

    name: str
    waits: bool
    hours: float | None


class Life(NamedTuple):
    """The life of a shipment, from the order to the door.

    Attributes:
        name: of the shipment.
        phases: all, one after the other; once one has not ended, none after it has.

    """

    name: str
    phases: tuple[Phase, ...]

    @property
    def hours(self) -> float | None:
        """How long it took altogether; None of one that was not delivered."""
        known = [phase.hours for phase in self.phases if phase.hours is not None]
        return sum(known) if len(known) == len(self.phases) else None


def lives(content: Mapping[str, Any]) -> tuple[Life, ...]:
    """Return the lives of an order's shipments, without those that were called off.

    Args:
        content: from `story_content`.

    """
    placed = content["order"]["placed_at"]
    return tuple(
        [
            _life(row, placed)
            for row in sorted(content["shipments"], key=lambda row: int(row["shipment"]))
            if row["state"] != "cancelled"
        ]
    )


def _life(row: Mapping[str, Any], placed: str) -> Life:
    phases: list[Phase] = []
    before, ended = placed, True
    for column, name, waits in _STEPS:
        ended = ended and row[column] is not None
        phases.append(Phase(name, waits, _between(before, row[column]) if ended else None))
        before = row[column] if ended else before
    return Life(f"shipment {row['shipment']}", tuple(phases))


def promised_hours(order: Mapping[str, Any]) -> float | None:
    """Return the hours within which an order was promised; None without a promise."""
    if order["promised_at"] is None:
        return None
    return _between(order["placed_at"], order["promised_at"])


def _between(first: str, then: str) -> float:
    return (datetime.fromisoformat(then) - datetime.fromisoformat(first)).total_seconds() / HOUR


def time_table(found: Sequence[Life]) -> Table | None:
    """Return the hours of each phase by shipment, of phases that took any; None where no phase has ended."""
    named = [column[0] for column in zip(*(life.phases for life in found), strict=True)]
    taken = [
        place for place in range(len(named)) if any((life.phases[place].hours or 0.0) > 0.0 for life in found)
    ]
    if not taken:
        return None
    names = [named[place].name for place in taken]
    hours = partial(numbers.or_dash, places=2)
    columns = [Column("time, h"), *(Column(name, right=True, show=hours) for name in (*names, "in all"))]
    rows = [(life.name, *(life.phases[place].hours for place in taken), life.hours) for life in found]
    return Table("", columns, rows)
