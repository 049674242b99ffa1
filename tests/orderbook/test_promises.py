"""What customers are promised: to the second without a cut-off, by the end of a local day with one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sim.clock import NEVER
from sim.orderbook.promise import Promises

SEGMENTS = """[{id: plain, promise_days: 1.5}, {id: none}, {id: noon, promise_days: 2, cut_off: "12:00"},
  {id: late, promise_days: 0, cut_off: "23:59:59"}]"""


def promised(catalogue, segment, *placed):
    """Return the UTC moments until which orders placed at some UTC moments are promised."""
    start = datetime.fromtimestamp(catalogue.start, UTC)
    at = np.array(
        [(datetime.fromisoformat(p).replace(tzinfo=UTC) - start).total_seconds() for p in placed], np.int64
    )
    number = catalogue.segment_ids.index(segment)
    made = Promises(catalogue).made(at, np.full(len(at), number))
    return [(start + timedelta(seconds=second)).strftime("%m-%d %H:%M:%S") for second in made.tolist()]


def test_without_a_cut_off_a_promise_counts_seconds(catalogue):
    world = catalogue("{orders_per_day: 1}", segments=SEGMENTS)
    assert promised(world, "plain", "2026-01-05T08:00:01") == ["01-06 20:00:01"]
    assert Promises(world).made(np.array([7]), np.array([1])).tolist() == [NEVER]


def test_an_order_placed_in_the_second_of_the_cut_off_is_in_time_and_the_next_second_counts_as_the_next_day(
    catalogue,
):
    world = catalogue("{orders_per_day: 1}", segments=SEGMENTS, days=3)
    placed = ("2026-01-05T00:00:00", "2026-01-05T12:00:00", "2026-01-05T12:00:01", "2026-01-05T23:59:59")
    # The day that is two days after the 5th ends when the 8th begins.
    assert promised(world, "noon", *placed) == ["01-08 00:00:00"] * 2 + ["01-09 00:00:00"] * 2
    assert promised(world, "late", "2026-01-05T23:59:59", "2026-01-06T00:00:00") == [
        "01-06 00:00:00",
        "01-07 00:00:00",
    ]


def test_days_and_cut_offs_are_local_and_move_with_the_clock(catalogue):
    """New York goes from UTC-5 to UTC-4 on Sunday, 8 March 2026, at 02:00."""
    world = catalogue(
        "{orders_per_day: 1}",
        segments=SEGMENTS,
        days=6,
        timezone="America/New_York",
        start="2026-03-05T18:30",
    )
    noon_of_friday = ("2026-03-06T17:00:00", "2026-03-06T17:00:01")
    # Friday and two days is Sunday: its end is 04:00 UTC, because it has 23 hours. One second later it is Monday's.
    assert promised(world, "noon", *noon_of_friday) == ["03-09 04:00:00", "03-10 04:00:00"]
    assert promised(world, "noon", "2026-03-08T16:00:00", "2026-03-08T16:00:01") == [
        "03-11 04:00:00",
        "03-12 04:00:00",
    ]
    assert promised(world, "late", "2026-03-08T04:59:59", "2026-03-08T05:00:00") == [
        "03-08 05:00:00",
        "03-09 04:00:00",
    ]


def test_a_cut_off_in_the_hour_that_comes_twice_means_the_first(catalogue):
    """New York goes back from 02:00 to 01:00 on Sunday, 1 November 2026; one that the clock skips moves forward."""
    text = """[{id: night, promise_days: 1, cut_off: "01:30"}, {id: skipped, promise_days: 1, cut_off: "02:30"}]"""
    world = catalogue(
        "{orders_per_day: 1}", segments=text, days=2, timezone="America/New_York", start="2026-11-01T00:00"
    )
    assert promised(world, "night", "2026-11-01T05:30:00", "2026-11-01T05:30:01") == [
        "11-03 05:00:00",
        "11-04 05:00:00",
    ]
    spring = catalogue(
        "{orders_per_day: 1}", segments=text, days=2, timezone="America/New_York", start="2026-03-08T00:00"
    )
    assert promised(spring, "skipped", "2026-03-08T07:30:00", "2026-03-08T07:30:01") == [
        "03-10 04:00:00", "03-11 04:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("start", ["2026-01-05T00:00", "2026-03-07T23:59:59", "2026-10-31T12:00"])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe", "America/Havana"])
def test_every_second_of_a_run_has_a_promise(catalogue, start, zone):
    """Against the definition, order by order, from the first second of a run to its last."""
    world = catalogue("{orders_per_day: 1}", segments=SEGMENTS, days=4.3, timezone=zone, start=start)
    at = np.unique(np.append(np.arange(0, world.end, 599), world.end - 1))
    made = Promises(world).made(at, np.full(len(at), 2))
    for second, until in zip(at.tolist(), made.tolist(), strict=True):
        placed = datetime.fromtimestamp(world.start + second, world.zone_info)
        noon = placed.replace(hour=12, minute=0, second=0, fold=0)
        day = placed.date() + timedelta(3 + (placed.replace(tzinfo=None, fold=0) > noon.replace(tzinfo=None)))
        midnight = datetime(day.year, day.month, day.day, tzinfo=world.zone_info)
        assert until == int(midnight.timestamp()) - world.start
