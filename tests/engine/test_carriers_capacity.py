"""Parcels per day: what exceeds the day waits on the dock, first come first served, and is not lost sight of."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sim.clock import PICKUP, Clock

# A parcel is packed ten minutes after its order; there is a station for everybody.
WORLD = """\
timezone: America/New_York
start: 2026-03-05T00:00
days: 6
items: [{id: thing}]
regions: [{id: east}, {id: south}, {id: west}]
segments: [{id: patient}, {id: hasty, impatience_days: 0.5}]
demand: {replay: orders.csv}
warehouses:
  - {id: newark, serves: [east], stations: 99, work_minutes: 10}
  - {id: miami, serves: [south], stations: 99, work_minutes: 10}
  - {id: reno, serves: [west], stations: 99, work_minutes: 10, timezone: America/Los_Angeles}
carriers:
  - id: post
    services:
      - {id: parcel, parcels_per_day: 2}
"""
TWICE = WORLD.replace("parcels_per_day: 2", 'parcels_per_day: 3, pickups: ["10:00", "17:00"]')


def orders(*placed: str) -> str:
    """Return a table of orders from texts such as "07T08:00 east hasty": March 2026, New York."""
    rows = []
    for number, text in enumerate(placed, start=1):
        at, region, segment = (*text.split(), "patient")[:3]
        rows.append(f"{number},2026-03-{at},{region},{segment},thing,1")
    return "\n".join(["order,placed_at,region,segment,item,units", *rows]) + "\n"


def pickups(stage: Any, frame: Any, world: str, *placed: str) -> list[str]:
    """Return when the parcels were picked up by order, in UTC; "-" for never."""
    shipments = frame(stage.play(stage.scenario(world, orders=orders(*placed))), "shipments")
    at = shipments.set_index(shipments["order"].astype(int)).sort_index()["picked_up_at"]
    return ["-" if pd.isna(second) else f"{second:%dT%H:%M:%S}" for second in at]


def test_what_exceeds_the_day_goes_with_the_next_pickup_that_has_room(stage: Any, frame: Any) -> None:
    # New York is five hours behind: 10:00 is 15:00 UTC. The pickups at 17:00 find their day full.
    placed = [f"05T08:0{minute} east" for minute in range(5)] + ["05T12:00 east", "05T12:01 east"]
    assert pickups(stage, frame, TWICE, *placed) == ["05T15:00:00"] * 3 + ["06T15:00:00"] * 3 + [
        "07T15:00:00"
    ]


def test_the_second_pickup_of_a_day_takes_what_the_first_left(stage: Any, frame: Any) -> None:
    placed = ["05T08:00 east", "05T09:00 east", "05T11:00 east", "05T11:01 east"]
    expected = ["05T15:00:00"] * 2 + ["05T22:00:00", "06T15:00:00"]
    assert pickups(stage, frame, TWICE, *placed) == expected


def test_without_pickup_times_the_next_day_begins_at_local_midnight(stage: Any, frame: Any) -> None:
    # The clock changes at 02:00 on 8 March: midnights are at 05:00 UTC, at 05:00, and then at 04:00, 23 hours later.
    placed = [
        "06T20:00 east", "06T20:01 east",   # at once
        "06T20:02 east",                    # at midnight, 7 March
        "07T01:00 east",                    # at once: the second of that day
        "07T21:00 east", "07T22:00 east",   # at midnight, 8 March; so that day is full
        "07T23:50 east",                    # packed in the second of that midnight: behind those who wait
        "08T12:00 east",                    # 9 March
    ]  # fmt: skip
    assert pickups(stage, frame, WORLD, *placed) == [
        "07T01:10:00", "07T01:11:00", "07T05:00:00", "07T06:10:00", "08T05:00:00", "08T05:00:00", "09T04:00:00",
        "09T04:00:00",
    ]  # fmt: skip


def test_a_day_is_that_of_the_warehouse_and_shared_by_all(stage: Any, frame: Any) -> None:
    text = WORLD.replace("parcels_per_day: 2", "parcels_per_day: 1")
    placed = [
        "05T22:50 east",  # 23:00, the one of 5 March
        "05T23:20 west",  # 20:30 in Reno, still 5 March: waits for its midnight, 03:00 in New York ...
        "06T00:20 east",  # ... but this takes the one of 6 March at 00:30,
        "06T12:00 east",  # and this, behind it, that of 7 March, for its midnight comes three hours earlier.
    ]
    assert pickups(stage, frame, text, *placed) == [
        "06T04:00:00",
        "08T08:00:00",
        "06T05:30:00",
        "07T05:00:00",
    ]


def test_warehouses_with_one_midnight_are_served_in_the_order_of_their_parcels(
    stage: Any, frame: Any
) -> None:
    text = WORLD.replace("parcels_per_day: 2", "parcels_per_day: 1")
    placed = ["05T08:00 east", "05T09:00 south", "05T10:00 east", "05T11:00 south", "05T12:00 east"]
    days = [at[:2] for at in pickups(stage, frame, text, *placed)]
    assert days == ["05", "06", "07", "08", "09"]


def test_a_parcel_cancelled_on_the_dock_takes_no_room(stage: Any, frame: Any) -> None:
    placed = ["05T08:00 east", "05T09:00 east", "05T10:00 east", "05T11:00 east hasty", "05T12:00 east"]
    expected = ["05T13:10:00", "05T14:10:00", "06T05:00:00", "-", "06T05:00:00"]
    assert pickups(stage, frame, WORLD, *placed) == expected


def test_nothing_is_scheduled_without_a_parcel_on_a_dock(
    stage: Any, frame: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    due, pickup_events = Clock.due, []

    def counting(self: Clock, at: int, kind: int, *more: Any) -> Any:
        if kind == PICKUP:
            pickup_events.append(at)
        return due(self, at, kind, *more)

    monkeypatch.setattr(Clock, "due", counting)
    # Two at once, one at midnight; days go by without a parcel; one at once.
    placed = ["05T08:00 east", "05T08:00 east", "05T08:00 east", "09T08:00 east"]
    pickups(stage, frame, WORLD, *placed)
    assert pickup_events == [86_400]


def test_no_day_has_more_and_nobody_is_passed_over(stage: Any, frame: Any) -> None:
    text = WORLD.replace("{replay: orders.csv}", "{orders_per_day: 90}").replace(
        "{id: parcel, parcels_per_day: 2}",
        '{id: parcel, parcels_per_day: 50, pickups: ["06:00", "12:00", "18:00"]}',
    )
    shipments = frame(stage.play(text), "shipments")
    shipments = shipments[shipments["picked_up_at"].notna()]
    zones = {"newark": "America/New_York", "miami": "America/New_York", "reno": "America/Los_Angeles"}
    local = [
        at.tz_localize("UTC").tz_convert(zones[site])
        for at, site in zip(shipments["picked_up_at"], shipments["warehouse"], strict=True)
    ]
    taken = pd.Series([at.date() for at in local]).value_counts()
    assert taken.max() == 50
    assert {at.hour for at in local} <= {6, 12, 18}
    for _, dock in shipments.sort_values("packed_at", kind="stable").groupby("warehouse"):
        assert dock["picked_up_at"].is_monotonic_increasing
    # Whoever stayed behind a pickup stayed because its day was full.
    schedule = {
        (site, at) for site, at in zip(shipments["warehouse"], shipments["picked_up_at"], strict=True)
    }
    waited = 0
    for row in shipments.itertuples():
        for site, at in schedule:
            if site == row.warehouse and row.packed_at <= at < row.picked_up_at:
                day = at.tz_localize("UTC").tz_convert(zones[site]).date()
                assert taken[day] == 50
                waited += 1
    assert waited > 20
