"""Nights on which the clock changes, worked out by hand to the second.

A warehouse in New York works on Saturdays from 20:00 to midnight and on Sundays until 06:00. In winter its time is
UTC - 5 h, in summer UTC - 4 h; on 2026-03-08 the hour from 02:00 to 03:00 is left out, on 2026-11-01 the hour from 01:00
to 02:00 comes twice. All times below are UTC.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

WORLD = """\
items: [{id: thing}]
regions: [{id: here}]
demand: {replay: orders.csv}
warehouses:
  - id: shop
    timezone: America/New_York
    stations: 2
    work_minutes: 60
    hours: {sat: "20:00-24:00", sun: "00:00-06:00"}
carriers:
  - {id: post, services: [{id: parcel, pickups: ["01:30", "02:30", "05:00"]}]}
"""


def play(stage: Any, frame: Any, orders: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [f"{order},{at},here,thing,1" for order, at in orders.items()]
    table = "\n".join(["order,placed_at,region,item,units", *rows, ""])
    journal = stage.play(stage.scenario(WORLD, orders=table))
    return frame(journal, "shipments").set_index("order"), frame(journal, "warehouse_hours").set_index("hour")


def open_hours(hours: pd.DataFrame, day: str) -> list[int]:
    return [at.hour for at, seconds in hours["open_s"].items() if str(at).startswith(day) and seconds == 7200]


@pytest.mark.parametrize(
    ("order", "placed_at", "packed_at", "picked_up_at"),
    [
        # 01:10 to 03:10 of the wall, which is one hour of work. The pickup of 02:30 moves forward to 03:30 = 07:30.
        ("a", "2026-03-08T06:10:00", "2026-03-08T07:10:00", "2026-03-08T07:30:00"),
        # Packed in the very second of that pickup.
        ("b", "2026-03-08T06:30:00", "2026-03-08T07:30:00", "2026-03-08T07:30:00"),
        # A second later: 05:00 of summer time is 09:00.
        ("c", "2026-03-08T06:30:01", "2026-03-08T07:30:01", "2026-03-08T09:00:00"),
        # Half an hour until closing at 06:00 = 10:00, the other half next Saturday from 20:00, now 00:00 of Sunday.
        # The pickup of 01:30 is at 05:30.
        ("d", "2026-03-08T09:30:00", "2026-03-15T00:30:00", "2026-03-15T05:30:00"),
    ],
)
def test_the_night_that_loses_an_hour(
    stage: Any, frame: Any, order: str, placed_at: str, packed_at: str, picked_up_at: str
) -> None:
    shipments, hours = play(stage, frame, {order: placed_at})
    assert shipments.loc[order, "packed_at"] == pd.Timestamp(packed_at)
    assert shipments.loc[order, "picked_up_at"] == pd.Timestamp(picked_up_at)
    # From 20:00 = 01:00 to 06:00 = 10:00 there are nine hours.
    assert open_hours(hours, "2026-03-08") == [*range(1, 10)]


@pytest.mark.parametrize(
    ("order", "placed_at", "packed_at", "picked_up_at"),
    [
        # 00:15 of summer time to 01:15; the pickup of 01:30, the first of the two, is at 05:30.
        ("a", "2026-11-01T04:15:00", "2026-11-01T05:15:00", "2026-11-01T05:30:00"),
        # 01:00 to 01:00 an hour later. The second 01:30, at 06:30, is no pickup: the next is that of 02:30 = 07:30.
        ("b", "2026-11-01T05:00:00", "2026-11-01T06:00:00", "2026-11-01T07:30:00"),
        # Until 06:00 of winter time = 11:00; the rest from Saturday 20:00 = 01:00 of Sunday; 01:30 = 06:30.
        ("c", "2026-11-01T10:30:00", "2026-11-08T01:30:00", "2026-11-08T06:30:00"),
    ],
)
def test_the_night_that_gains_an_hour(
    stage: Any, frame: Any, order: str, placed_at: str, packed_at: str, picked_up_at: str
) -> None:
    shipments, hours = play(stage, frame, {order: placed_at})
    assert shipments.loc[order, "packed_at"] == pd.Timestamp(packed_at)
    assert shipments.loc[order, "picked_up_at"] == pd.Timestamp(picked_up_at)
    # From 20:00 = 00:00 to 06:00 = 11:00 there are eleven hours.
    assert open_hours(hours, "2026-11-01") == [*range(11)]
