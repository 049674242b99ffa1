"""What orders are called: by the ids of their source where they were recorded, else by numbers from 1."""

from __future__ import annotations

import pyarrow as pa

from sim.arrays import AnyInts
from sim.document import nearest
from sim.errors import InputError, Problem
from sim.scenario import Scenario

_LONGEST_NUMBER = 15  # no run has so many orders that the name of one were longer


def order_ids(scenario: Scenario, numbers: AnyInts) -> pa.Array:
    """Return the names of orders, given by their 0-based positions in the order book."""
    recorded = scenario.recorded
    return numbered(numbers) if recorded is None else pa.array(recorded.order_ids[numbers], pa.utf8())


def numbered(numbers: AnyInts) -> pa.Array:
    """Return the names of drawn orders: their 1-based numbers."""
    return pa.array(numbers + 1).cast(pa.utf8())


def order_id(scenario: Scenario, number: int) -> str:
    """Return the name of an order, given by its 0-based position in the order book."""
    return str(number + 1) if scenario.recorded is None else str(scenario.recorded.order_ids[number])


def order_number(scenario: Scenario, name: str) -> int:
    """Return the 0-based position of an order in the order book.

    Raises InputError for what cannot be the name of one. That so many are drawn is not checked.
    """
    recorded = scenario.recorded
    if recorded is None:
        if not name.isascii() or not name.isdigit() or name[0] == "0" or len(name) > _LONGEST_NUMBER:
            raise InputError([Problem(name, "is no order: drawn orders are numbered from 1")])
        return int(name) - 1
    ids = [str(id_) for id_ in recorded.order_ids]
    if name not in ids:
        raise InputError([Problem(name, "is none of the recorded orders", nearest=nearest(name, ids))])
    return ids.index(name)
