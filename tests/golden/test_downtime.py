"""What a downtime takes of the work in hand, of orders that wait for it to end, of opening hours and of short nights."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

START = pd.Timestamp("2026-01-05T00:00:00")
DOWN = [(2.5, 4.0), (6.0, 6.5)]
FINISH = [0.8, 1.8, 4.3, 5.1, 5.9, 7.2, 8.0, 8.8]

WORLD = """\
start: 2026-01-05T00:00
days: 9
items: [{{id: thing}}]
regions: [{{id: here}}]
demand: {{replay: orders.csv}}
warehouses:
  - id: shop
    work_minutes: {work}
    downtime: [{downtime}]
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""


def at(minutes: float) -> pd.Timestamp:
    return START + pd.Timedelta(seconds=round(minutes * 60))


def test_orders_that_wait_for_a_site_that_is_down_are_packed_at_the_same_seconds_as_there(
    stage: Any, frame: Any
) -> None:
    # The published trace `dd1_downtime`, in minutes. Where orders wait there: tests/theory/test_planned_downtime.py.
    downtime = ", ".join(
        f"{{begins: '{at(begin).isoformat()}', hours: {(end - begin) / 60!r}}}" for begin, end in DOWN
    )
    rows = [f"{number},{at(number).isoformat()},here,thing,1" for number in range(8)]
    world = stage.scenario(
        WORLD.format(work=0.8, downtime=downtime),
        orders="\n".join(["order,placed_at,region,item,units", *rows, ""]),
    )
    shipments = frame(stage.play(world), "shipments")
    # The order of 3 is placed while the site is down, and decided when it is back at 4.
    assert shipments.loc[3, "released_at"] == at(4.0)
    assert shipments["packed_at"].tolist() == [at(finish) for finish in FINISH]


@pytest.mark.parametrize(
    ("begins", "hours", "packed"),
    [
        # Open from 8 to 18. Of five hours of work from 16:00 two are done on Monday; on Tuesday it is down until 9:30.
        ("18:00:00", 15.5, "12:30:00"),
        # Down an hour before closing: one hour is done on Monday.
        ("17:00:00", 16.5, "13:30:00"),
        # Down while it is closed: nothing is lost.
        ("18:00:00", 14.0, "11:00:00"),
    ],
)
def test_a_downtime_over_closing_takes_only_what_lies_in_opening_hours(
    stage: Any, frame: Any, begins: str, hours: float, packed: str
) -> None:
    text = WORLD.format(work=300, downtime=f"{{begins: '2026-01-05T{begins}', hours: {hours}}}")
    text = text.replace("work_minutes", 'hours: {mon-sun: "08:00-18:00"}\n    work_minutes')
    orders = "order,placed_at,region,item,units\na,2026-01-05T16:00:00,here,thing,1\n"
    journal = stage.play(stage.scenario(text, orders=orders))
    (shipment,) = frame(journal, "shipments").to_dict("records")
    assert shipment["packed_at"] == pd.Timestamp(f"2026-01-06T{packed}")
    # Down by the clock, whether it would have worked or not.
    assert frame(journal, "warehouse_hours")["down_s"].sum() == hours * 3600


@pytest.mark.parametrize(
    ("begins", "packed"),
    [
        # 2026-03-08 in New York: 02:00 becomes 03:00 at 07:00 UTC. Down from 01:00 = 06:00 for two hours, until 08:00.
        ("2026-03-08T01:00", "2026-03-08T08:30:00"),
        # 02:30 does not exist and is 03:30 = 07:30; half an hour of work is done by then.
        ("2026-03-08T02:30", "2026-03-08T07:15:00"),
        # A minute after the change is 07:01: down until 09:01.
        ("2026-03-08T03:01", "2026-03-08T09:15:00"),
    ],
)
def test_a_downtime_in_the_night_that_loses_an_hour(stage: Any, frame: Any, begins: str, packed: str) -> None:
    text = WORLD.format(work=60, downtime=f"{{begins: '{begins}', hours: 2}}").replace(
        "id: shop", "id: shop\n    timezone: America/New_York"
    )
    placed = {"2026-03-08T01:00": "05:30:00", "2026-03-08T02:30": "06:15:00", "2026-03-08T03:01": "06:15:00"}
    orders = f"order,placed_at,region,item,units\na,2026-03-08T{placed[begins]},here,thing,1\n"
    scenario = stage.scenario(text.replace("start: 2026-01-05T00:00\ndays: 9\n", ""), orders=orders)
    (shipment,) = frame(stage.play(scenario), "shipments").to_dict("records")
    assert shipment["packed_at"] == pd.Timestamp(packed)
