"""The course of a replication is in the numbers that a worker sends back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reports.course import Course, courses, follow

DAY, HOUR = 86_400, 3_600


def hours(story: Any, number: int, **values: Any) -> Any:
    """Write that many hours of two warehouses; the window of the journals here ends after three days."""
    for hour in range(number):
        for warehouse in ("newark", "reno"):
            row = {name: value(hour) for name, value in values.items()}
            story.add("warehouse_hours", warehouse=warehouse, hour=hour * HOUR, **row)
    return story.close()


def test_all_warehouses_make_one_course(story: Any) -> None:
    found = follow(hours(story, 72, backlog=lambda hour: float(hour), on_hand=lambda hour: 100 - hour))
    assert found["backlog.0"] == 0.0
    assert found["backlog.71"] == 142.0
    assert found["on_hand.71"] == 58.0
    assert len(found) == 2 * 72


def test_hours_after_the_window_do_not_count(story: Any) -> None:
    found = follow(hours(story, 96, backlog=lambda hour: 1.0))
    assert [name for name in found if not name.startswith("backlog.")] == []
    assert max(int(name.removeprefix("backlog.")) for name in found) == 71


def test_what_is_never_there_has_no_course(story: Any) -> None:
    # Stock without end is not counted in units.
    assert follow(hours(story, 72)) == {}


def test_a_row_that_the_window_cuts_counts_for_as_long_as_it_lasts(new_story: Any) -> None:
    story = new_story()
    story.add("warehouse_hours", hour=0, backlog=2.0)
    # The warm-up ends after a day: a row that began half an hour before lasts half an hour.
    story.add("warehouse_hours", hour=DAY - HOUR // 2, backlog=8.0)
    found = follow(story.close())
    assert (found["backlog.0"], found["backlog.23"]) == (2.0, 4.0)


def test_replications_are_gathered_by_policy() -> None:
    rows = [
        ("near", 0, {"orders": 9.0, "orders.placed": 9, "backlog.0": 1.0, "backlog.6": 3.0}),
        ("cheap", 0, {"backlog.0": 5.0, "backlog.6": 5.0, "on_hand.0": 7.0, "on_hand.6": 7.0}),
        ("near", 1, {"backlog.0": 3.0, "backlog.6": 5.0}),
    ]
    found = courses(rows)
    assert list(found) == ["near", "cheap"]
    assert list(found["near"]) == ["backlog"]
    near = found["near"]["backlog"]
    assert near.hours == 6
    assert near.begins_empty
    assert near.mean.tolist() == [2.0, 4.0]
    assert not found["cheap"]["on_hand"].begins_empty


def test_one_value_is_no_course() -> None:
    assert courses([("near", 0, {"backlog.0": 1.0})]) == {"near": {}}


@pytest.mark.parametrize(
    ("days", "width"), [(0.5, 1), (8, 1), (9, 2), (30, 4), (100, 12), (101, 24), (3_650, 24)]
)
def test_a_long_run_is_followed_in_longer_steps_of_a_day(days: float, width: int) -> None:
    assert 24 % width == 0
    journal = _Quiet(round(days * DAY))
    found = courses([("near", 0, follow(journal))])["near"]["backlog"]  # type: ignore[arg-type]
    assert found.hours == width
    assert found.values.shape == (1, int(days * 24) // width)
    assert np.all(found.values == 1.0)


class _Quiet:
    """A journal of one warehouse in which one shipment always waits."""

    def __init__(self, end: int) -> None:
        self.about = {"start": 0, "window": [0, end]}
        self._end = end

    def batches(self, _name: str, _columns: Any) -> Any:
        import pyarrow as pa

        starts = np.arange(0, self._end, HOUR) * 1000
        hour = pa.array(starts).cast(pa.timestamp("ms"))
        ones, zeros = np.ones(len(starts)), np.zeros(len(starts), np.int64)
        names = ["hour", "backlog", "on_hand"]
        return pa.table([hour, pa.array(ones), pa.array(zeros)], names=names).to_batches()


def test_the_mean_is_over_replications() -> None:
    assert Course(1, np.array([[1.0, 2.0], [3.0, 6.0]])).mean.tolist() == [2.0, 4.0]
