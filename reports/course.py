"""The course of a replication: how many shipments were in the building and how many units lay there, hour by hour.

A worker measures the course beside the KPIs, as numbers of a few hours each, and nothing else of a journal is needed
to judge a warm-up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from reports.kpis.columns import Integers, seconds, whole
from reports.statistics import Values
from sim.clock import DAY, HOUR
from sim.execution.experiment import Replication
from sim.journal import Journal

COURSES = {"backlog": "shipments in the building", "on_hand": "units on hand"}
"""What is followed over all warehouses, and how it is called: what fills up or empties from the first second on."""

_MANY = 200  # values that a course need not exceed
_PARTS = (1, 2, 3, 4, 6, 8, 12)  # of a day, hours


@dataclass(frozen=True, slots=True)
class Course:
    """One quantity over the time of all replications of a policy.

    Attributes:
        hours: how long the time of one value is.
        values: the mean over that time, replication x time.
        begins_empty: whether it can but grow at first, as what waits does.

    """

    hours: int
    values: Values
    begins_empty: bool = False

    @property
    def mean(self) -> Values:
        """The mean over replications."""
        found: Values = self.values.mean(axis=0)
        return found


def follow(journal: Journal) -> dict[str, float]:
    """Return the courses of one replication up to the end of its window, by `NAME.HOUR`.

    HOUR counts from the start to the begin of the time that a value is the mean of: the smallest part of a day that
    makes no more than 200 values, or a whole day. Of a course that is 0 throughout, such as stock without end, there
    is nothing.
    """
    window = journal.about["window"]
    hours = hours_of_a_value(window[1])
    length = hours * HOUR
    number = window[1] // length
    sums = {name: np.zeros(number) for name in COURSES}
    for batch in journal.batches("warehouse_hours", ("hour", *COURSES)):
        begins = seconds(batch.column("hour")) - journal.about["start"]
        lasted = row_ends(begins, window) - begins
        place = begins // length
        inside = place < number
        for name, total in sums.items():
            amounts = added_up(batch.column(name), lasted)
            total += np.bincount(place[inside], amounts[inside], number)
    return {
        f"{name}.{hours * place}": value / length
        for name, total in sums.items()
        if total.any()
        for place, value in enumerate(total.tolist())
    }


def courses(rows: Iterable[Replication]) -> dict[str, dict[str, Course]]:
    """Gather the courses of an experiment, by policy and name, from what `follow` said of each replication.

    What else was measured is passed over, and so is a course of fewer than two values.
    """
    found: dict[str, dict[str, list[dict[int, float]]]] = {}
    for policy, _, measured in rows:
        of_policy = found.setdefault(policy, {})
        for name in COURSES:
            points = {
                int(key.removeprefix(f"{name}.")): value
                for key, value in measured.items()
                if key.startswith(f"{name}.")
            }
            if len(points) > 1:
                of_policy.setdefault(name, []).append(points)
    return {
        policy: {name: _course(name, replications) for name, replications in of_policy.items()}
        for policy, of_policy in found.items()
    }


def hours_of_a_value(length: int) -> int:
    """Return the smallest part of a day, in hours, that cuts `length` seconds into no more than 200; or a day."""
    return next((part for part in _PARTS if length <= part * HOUR * _MANY), DAY // HOUR)


def added_up(means: pa.Array, lasted: Integers) -> Values:
    """Return means over some seconds times these: whole numbers, such as shipment-seconds, whose sums are exact."""
    amounts: Values = np.rint(whole(means) * lasted)
    return amounts


def row_ends(begins: Integers, window: tuple[int, int]) -> Integers:
    """Return when the rows of `warehouse_hours` end: at the full hour, or at an end of the window within it."""
    ends = (begins // HOUR + 1) * HOUR
    for cut in window:
        ends = np.where((begins < cut) & (cut < ends), cut, ends)
    return ends


def _course(name: str, replications: list[dict[int, float]]) -> Course:
    begins = sorted(replications[0])
    values = np.array([[points[begin] for begin in begins] for points in replications])
    return Course(begins[1] - begins[0], values, name == "backlog")
