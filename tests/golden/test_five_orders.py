"""Five orders worked out by hand: every second and every cent.

Two warehouses lie on the equator, 20 degrees apart, and keep their own time: `east` that of New York (UTC - 5 h in
January), `west` that of Los Angeles (UTC - 8 h). The one customer region lies 1 degree from east and 19 from
west. A degree of the equator is 6,371.0088 km x pi / 180 = 111.195080 km, so

    east is 111,195 m away       zone 1 of `ground` (up to 500 km)
    west is 2,112,707 m away     zone 3 of `ground` (beyond 1,500 km)

    east opens 09:00-17:00 in New York    = 14:00-22:00 UTC, ground collects at 17:00 = 22:00 UTC
    west opens 08:00-16:00 in Los Angeles = 16:00-24:00 UTC, ground collects at 17:00 = 01:00 UTC of the next day,
                                                             air at 12:00 = 20:00 UTC

2026-01-05 is a Monday. All times below are UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from reports.kpis import measure
from sim.journal import Journal

WORLD = """\
name: five orders by hand
items:
  - {id: mug, weight_kg: 0.4, volume_l: 1.5, price: 12.00, cost: 4.00}
  - {id: bowl, weight_kg: 0.7, volume_l: 1.0, price: 10.005, cost: 3.333}
  - {id: kettle, weight_kg: 1.0, volume_l: 6.0, price: 20.005, cost: 11.00}
regions:
  - {id: coast, at: [0, -1]}
segments:
  - {id: standard, promise_days: 5, late_penalty: 3.00, late_penalty_per_day: 0.50}
  - {id: express, promise_days: 2, late_penalty: 12.00, late_penalty_per_day: 1.25}
demand: {replay: orders.csv}
warehouses:
  - id: east
    at: [0, 0]
    timezone: America/New_York
    stations: 1
    work_minutes: {per_shipment: 10, per_line: 2, per_unit: 0.5}
    hours: {mon-fri: "09:00-17:00"}
    safety_stock: {units: 3}
    costs: {per_shipment: 2.40, per_line: 0.30, per_unit: 0.10, storage_per_l_day: 0.02}
  - id: west
    at: [0, -20]
    timezone: America/Los_Angeles
    stations: 2
    work_minutes: 6
    hours: {mon-fri: "08:00-16:00"}
    costs: {per_shipment: 1.205, per_line: 0.20}
stock: {opening: {file: stock.csv}}
carriers:
  - id: post
    services:
      - id: ground
        pickups: ["17:00"]
        zones_km: [500, 1500]
        transit_days: [1, 2, 4]
        rates: {base: [6.50, 7.40, 9.20], per_kg: [0.30, 0.55, 0.95], volumetric_l_per_kg: 5, round_up_kg: 0.5}
      - id: air
        sites: [west]
        pickups: ["12:00"]
        transit_days: 1
        rates: {file: rates.csv, volumetric_l_per_kg: 5}
"""

ORDERS = """\
order,placed_at,region,segment,item,units
A1,2026-01-05T13:30:00,coast,standard,mug,2
A2,2026-01-05T21:46:00,coast,standard,mug,4
A3,2026-01-07T15:00:00,coast,standard,bowl,1
A3,2026-01-07T15:00:00,coast,standard,kettle,1
A4,2026-01-08T23:30:00,coast,express,mug,2
A5,2026-01-09T21:55:00,coast,express,mug,1
"""

STOCK = """\
warehouse,item,units
east,mug,10
east,bowl,5
west,mug,6
west,kettle,3
"""

RATES = """\
zone,up_to_kg,price
1,0.5,9.00
1,2,12.50
"""

RULES = """\
name: nearest
rules:
  - name: nearest
    filters: [is_up, handles_items, {has_stock: any}]
    rank: {by: [distance_km]}
    split: {max_shipments: 2}
    otherwise: cancel
"""

# A1, placed on Monday at 13:30:00, half an hour before east opens. East has 10 - 3 = 7 mugs to promise.
#     Work 10 min + 1 line x 2 min + 2 units x 0.5 min = 780 s: 14:00:00 to 14:13:00. Ground at 22:00:00, one day.
#     Weight 2 x 0.4 = 0.8 kg, by volume 3.0 l / 5 = 0.6 kg; 0.8 is charged as 1.0: 6.50 + 0.30 = 6.80.
#     Handling 2.40 + 0.30 + 2 x 0.10 = 2.90. Goods 2 x 4.00 = 8.00.
# A2, Monday 21:46:00. East has 8 - 3 = 5. Work 600 + 120 + 4 x 30 = 840 s: 21:46:00 to 22:00:00, the second at which
#     east closes (what is due then is complete) and ground collects (what is packed then goes with it).
#     4 x 0.4 = 1.6 kg (by volume 6.0 / 5 = 1.2) is charged as 2.0: 6.50 + 0.60 = 7.10.
#     Handling 2.40 + 0.30 + 4 x 0.10 = 3.10.
# A3, Wednesday 15:00:00: only east has bowls (5 - 3 = 2 to promise), only west has kettles: two shipments.
#     1. bowl, east: 600 + 120 + 30 = 750 s: 15:00:00 to 15:12:30, ground at 22:00:00, Thursday 22:00:00.
#        0.7 kg (0.2 by volume) as 1.0: 6.80. Handling 2.40 + 0.30 + 0.10 = 2.80. Goods 3.333 = 3.33.
#     2. kettle, west: waits for 16:00:00, 360 s: 16:06:00. Ground on Thursday 01:00:00, four days: Monday 01:00:00,
#        within the promise (Monday 15:00:00), and cheaper than air (1.2 kg: 12.50).
#        1.0 kg is 6.0 / 5 = 1.2 by volume, charged as 1.5: 9.20 + 1.5 x 0.95 = 10.625 = 10.63.
#        Handling 1.205 + 0.20 = 1.405 = 1.41. Goods 11.00.
#     Captured with the first parcel 10.005 = 10.01, with both 30.010 = 30.01, so 20.00 with the second (and not
#     20.005 = 20.01: the order would bring a cent too much).
# A4, Thursday 23:30:00: east has 4 mugs, of which 3 are safety stock, and cannot promise 2. West, open until
#     midnight: 23:30:00 to 23:36:00. Promise: Saturday 23:30:00. Ground would be there on Tuesday; air
#     collects on Friday at 20:00:00 and delivers on Saturday at 20:00:00. 0.8 kg: up to 2 kg, 12.50. Handling 1.41.
# A5, Friday 21:55:00: east may promise 4 - 3 = 1 mug. Work 750 s: 300 s until 22:00:00, where it pauses; the other
#     450 s from Monday 14:00:00 to 14:07:30. Ground on Monday 22:00:00, Tuesday 22:00:00. Promised for Sunday
#     21:55:00, so late by 2 days and 300 s: 3 days begun, 12.00 + 3 x 1.25 = 15.75.
#     0.4 kg (0.3 by volume) as 0.5: 6.50 + 0.15 = 6.65. Handling 2.40 + 0.30 + 0.10 = 2.80. Goods 4.00.

ORDER_TIMES = """\
order placed_at   segment  promised_at picked_up_at delivered_at shipments split_reason
A1    05T13:30:00 standard 10T13:30:00 05T22:00:00  06T22:00:00  1         -
A2    05T21:46:00 standard 10T21:46:00 05T22:00:00  06T22:00:00  1         -
A3    07T15:00:00 standard 12T15:00:00 08T01:00:00  12T01:00:00  2         no_stock
A4    08T23:30:00 express  10T23:30:00 09T20:00:00  10T20:00:00  1         -
A5    09T21:55:00 express  11T21:55:00 12T22:00:00  13T22:00:00  1         -
"""
ORDER_MONEY = """\
order lines units value cost_freight cost_handling cost_late cost_goods revenue
A1    1     2     24.00 6.80         2.90          0         8.00       24.00
A2    1     4     48.00 7.10         3.10          0         16.00      48.00
A3    2     2     30.01 17.43        4.21          0         14.33      30.01
A4    1     2     24.00 12.50        1.41          0         8.00       24.00
A5    1     1     12.00 6.65         2.80          15.75     4.00       12.00
"""
SHIPMENT_TIMES = """\
order shipment warehouse allocated_at released_at started_at  packed_at   picked_up_at delivered_at
A1    1        east      05T13:30:00  05T13:30:00 05T14:00:00 05T14:13:00 05T22:00:00  06T22:00:00
A2    1        east      05T21:46:00  05T21:46:00 05T21:46:00 05T22:00:00 05T22:00:00  06T22:00:00
A3    1        east      07T15:00:00  07T15:00:00 07T15:00:00 07T15:12:30 07T22:00:00  08T22:00:00
A3    2        west      07T15:00:00  07T15:00:00 07T16:00:00 07T16:06:00 08T01:00:00  12T01:00:00
A4    1        west      08T23:30:00  08T23:30:00 08T23:30:00 08T23:36:00 09T20:00:00  10T20:00:00
A5    1        east      09T21:55:00  09T21:55:00 09T21:55:00 12T14:07:30 12T22:00:00  13T22:00:00
"""
SHIPMENT_GOODS = """\
order shipment service lines units weight_kg distance_km cost_freight cost_handling
A1    1        ground  1     2     0.8       111.195     6.80         2.90
A2    1        ground  1     4     1.6       111.195     7.10         3.10
A3    1        ground  1     1     0.7       111.195     6.80         2.80
A3    2        ground  1     1     1.0       2112.707    10.63        1.41
A4    1        air     1     2     0.8       2112.707    12.50        1.41
A5    1        ground  1     1     0.4       111.195     6.65         2.80
"""

# The runner-up of an order that both could ship is west, by 2,112.707 - 111.195 = 2,001.512 km.
DECISIONS = """\
order at          attempt rule    outcome chosen    runner_up margin   removed
A1    05T13:30:00 1       nearest full    east      west      2001.512 -
A2    05T21:46:00 1       nearest full    east      west      2001.512 -
A3    07T15:00:00 1       nearest full    east+west -         -        -
A4    08T23:30:00 1       nearest full    west      -         -        has_stock=1
A5    09T21:55:00 1       nearest full    east      west      2001.512 -
"""

# Of every order: what it brought and cost; cash is what is left. Stock moves to purchase when the goods leave.
# Opening: east 10 x 4.00 + 5 x 3.333 = 56.665 = 56.67, west 6 x 4.00 + 3 x 11.00 = 57.00.
# Storage at east, 0.02 a litre and day of what lies there at the end of each hour; 10 x 1.5 + 5 x 1.0 = 20 l at first.
#   A1 takes its 3 l at 14:00:00, in time for the sample of that second; A2 6 l at 21:46; A3 1 l at 15:00:00; A5 1.5 l.
#   Mon  13 h x 20 + 8 x 17 + 3 x 11 = 429 l h   17.875 l d   x 0.02 = 0.3575 = 0.36
#   Tue  24 h x 11                   = 264       28.875                0.5775 = 0.58   0.22 more
#   Wed  14 h x 11 + 10 x 10         = 254       39.4583               0.7892 = 0.79   0.21
#   Thu  24 h x 10                   = 240       49.4583               0.9892 = 0.99   0.20
#   Fri  21 h x 10 + 3 x 8.5         = 235.5     59.2708               1.1854 = 1.19   0.20
#   Sat  24 h x 8.5                  = 204       67.7708               1.3554 = 1.36   0.17
#   Sun                                          76.2708               1.5254 = 1.53   0.17
#   Mon                                          84.7708               1.6954 = 1.70   0.17
LEDGER = """\
order at          revenue freight handling purchase stock late storage cash
-     05T00:00:00 0       0       0        0        5667  0    0       -5667
-     05T00:00:00 0       0       0        0        5700  0    0       -5700
-     06T00:00:00 0       0       0        0        0     0    36      -36
A1    06T22:00:00 -2400   680     290      800      -800  0    0       1430
A2    06T22:00:00 -4800   710     310      1600     -1600 0    0       3780
-     07T00:00:00 0       0       0        0        0     0    22      -22
-     08T00:00:00 0       0       0        0        0     0    21      -21
-     09T00:00:00 0       0       0        0        0     0    20      -20
-     10T00:00:00 0       0       0        0        0     0    20      -20
A4    10T20:00:00 -2400   1250    141      800      -800  0    0       1009
-     11T00:00:00 0       0       0        0        0     0    17      -17
-     12T00:00:00 0       0       0        0        0     0    17      -17
A3    12T01:00:00 -3001   1743    421      1433     -1433 0    0       837
-     13T00:00:00 0       0       0        0        0     0    17      -17
A5    13T22:00:00 -1200   665     280      400      -400  1575 0       -1320
"""

# Hours in which something happened: mean of the shipments in the building, seconds of work.
#   east: A1 comes at 13:30 (0.5 h of waiting), works 780 s; A2 840 s; A3 750 s; A5 300 s, and 450 s on Monday
#   west: A3's kettle waits a whole hour, then 360 s; A4 360 s
BUSY = {
    ("east", "05T13"): (0.5, 0),
    ("east", "05T14"): (780 / 3600, 780),
    ("east", "05T21"): (840 / 3600, 840),
    ("east", "07T15"): (750 / 3600, 750),
    ("east", "09T21"): (300 / 3600, 300),
    ("east", "12T14"): (450 / 3600, 450),
    ("west", "07T15"): (1.0, 0),
    ("west", "07T16"): (360 / 3600, 360),
    ("west", "08T23"): (360 / 3600, 360),
}

# Units and litres at the end of hours: those from which on it was so.
ON_HAND = {
    "east": {
        "05T00": (15, 20.0),
        "05T13": (13, 17.0),
        "05T21": (9, 11.0),
        "07T14": (8, 10.0),
        "09T21": (7, 8.5),
    },
    "west": {"05T00": (9, 27.0), "07T15": (8, 21.0), "08T23": (6, 18.0)},
}
OPEN = {"east": range(14, 22), "west": range(16, 24)}
STATIONS = {"east": 1, "west": 2}


@pytest.fixture
def journal(stage: Any) -> Journal:
    scenario = stage.scenario(WORLD, orders=ORDERS, stock=STOCK, rates=RATES)
    return stage.play(scenario, RULES)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-01-{text}")


def told(value: Any) -> str:
    """Return a value of the journal as the tables above write it."""
    if value is None or value == "" or value != value:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%dT%H:%M:%S")
    return f"{value:g}" if isinstance(value, float) else str(value)


def same(written: str, actual: pd.DataFrame) -> None:
    """Compare a table with one written by hand, column by column that the latter has."""
    header, *rows = (line.split() for line in written.splitlines())
    for number, (wanted, found) in enumerate(zip(rows, actual[header].to_dict("records"), strict=True)):
        for column, text in zip(header, wanted, strict=True):
            value = told(found[column])
            number_like = isinstance(found[column], float | int) and text not in ("-",)
            right = float(text) == float(found[column]) if number_like else text == value
            assert right, f"row {number}, {column}: {value}, by hand {text}"


def test_orders(journal: Journal, frame: Any) -> None:
    orders = frame(journal, "orders").sort_values("order")
    same(ORDER_TIMES, orders)
    same(ORDER_MONEY, orders)
    assert set(orders["state"]) == {"delivered"}
    assert orders["counted"].all()
    assert orders["units_first_attempt"].tolist() == orders["units"].tolist()
    assert set(orders["attempts"]) == {1}
    assert orders["cancel_reason"].isna().all()


def test_shipments(journal: Journal, frame: Any) -> None:
    shipments = frame(journal, "shipments").sort_values(["order", "shipment"])
    same(SHIPMENT_TIMES, shipments)
    same(SHIPMENT_GOODS, shipments)
    assert set(shipments["state"]) == {"delivered"}
    # Lots received at the start are as old as the clock when their work begins.
    age = shipments["started_at"] - moment("05T00:00:00")
    assert (shipments["stock_age_d"] * 86_400).round().tolist() == age.dt.total_seconds().tolist()


def test_decisions(journal: Journal, frame: Any) -> None:
    same(DECISIONS, frame(journal, "decisions"))


def test_ledger(journal: Journal, frame: Any) -> None:
    header, *rows = (line.split() for line in LEDGER.splitlines())
    wanted = [
        (moment(at), None if order == "-" else order, account, int(cents))
        for order, at, *amounts in rows
        for account, cents in zip(header[2:], amounts, strict=True)
        if int(cents)
    ]
    ledger = frame(journal, "ledger")
    assert (ledger["order"].isna() == ledger["warehouse"].notna()).all()
    found = [
        (at.to_pydatetime(), order if isinstance(order, str) else None, account, cents)
        for at, order, _, account, cents in ledger.itertuples(index=False, name=None)
    ]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert {account for _, _, account, _ in found} == set(header[2:])
    assert sum(cents for *_, cents in found) == 0


def test_warehouse_hours(journal: Journal, frame: Any) -> None:
    hours = frame(journal, "warehouse_hours")
    # The run ends with the delivery of A5 on the 13th at 22:00:00, before that second's sample.
    ends = {site: moment("13T21:00:00") for site in ("east", "west")}
    wanted = []
    for number in range(8 * 24 + 21):
        hour = moment("05T00:00:00") + timedelta(hours=number)
        key = hour.strftime("%dT%H")
        assert hour < ends["east"]
        for site in ("east", "west"):
            backlog, busy = BUSY.get((site, key), (0.0, 0))
            if site == "east" and moment("09T22:00:00") <= hour < moment("12T14:00:00"):
                backlog = 1.0  # A5 lies half done on its station
            is_open = hour.weekday() < 5 and hour.hour in OPEN[site]
            units, litres = ON_HAND[site][max(since for since in ON_HAND[site] if since <= key)]
            wanted.append((site, hour, backlog, busy, 3600 * STATIONS[site] * is_open, 0, units, litres))
    columns = ["warehouse", "hour", "backlog", "busy_s", "open_s", "down_s", "on_hand", "stock_l"]
    found = [
        (row[0], row[1].to_pydatetime(), *row[2:])
        for row in hours[columns].itertuples(index=False, name=None)
    ]
    assert found == wanted


def test_kpis(journal: Journal) -> None:
    kpis = measure(journal)
    assert kpis["orders"] == 5
    # 6.80 + 7.10 + 17.43 + 12.50 + 6.65 = 50.48; 2.90 + 3.10 + 4.21 + 1.41 + 2.80 = 14.42; late 15.75;
    # storage of the five days that count 0.36 + 0.22 + 0.21 + 0.20 + 0.20 = 1.19.
    assert kpis["freight_per_order"] == pytest.approx(50.48 / 5, abs=1e-12)
    assert kpis["handling_per_order"] == pytest.approx(14.42 / 5, abs=1e-12)
    assert kpis["late_per_order"] == pytest.approx(15.75 / 5, abs=1e-12)
    assert kpis["storage_per_order"] == pytest.approx(1.19 / 5, abs=1e-12)
    assert kpis["cost_per_order"] == pytest.approx((50.48 + 14.42 + 15.75 + 1.19) / 5, abs=1e-12)
    # Revenue 24.00 + 48.00 + 30.01 + 24.00 + 12.00 = 138.01, goods 8 + 16 + 14.33 + 8 + 4 = 50.33.
    assert kpis["margin_per_order"] == pytest.approx((138.01 - 50.33 - 81.84) / 5, abs=1e-12)
    # 32 h 30 + 24 h 14 + 4 d 10 h + 44 h 30 + 4 d 0 h 05 = 303 h 19 min
    assert kpis["lead_time_mean_h"] == pytest.approx((303 + 19 / 60) / 5)
    # A1 waited 30 min, A3's kettle 60, the other four shipments not at all.
    assert kpis["queue_mean_min"] == pytest.approx(90 / 6)
    assert kpis["wait_share"] == pytest.approx(2 / 6)
    assert kpis["late_share"] == pytest.approx(1 / 5)
    assert kpis["lateness_mean_h"] == pytest.approx(48 + 5 / 60)
    assert kpis["split_share"] == pytest.approx(1 / 5)
    assert kpis["shipments_per_order"] == pytest.approx(6 / 5)
    assert kpis["fill_share"] == 1
    # Five days: east 780 + 840 + 750 + 300 = 2,670 of 5 x 28,800 s, west 720 of 5 x 57,600 station-seconds.
    assert kpis["utilisation_mean"] == pytest.approx((2_670 + 720) / (5 * 28_800 + 5 * 57_600))
    assert kpis["utilisation_max"] == pytest.approx(2_670 / (5 * 28_800))
    # (4 x 111.195 + 2 x 2,112.707) / 6
    assert kpis["distance_mean_km"] == pytest.approx((4 * 111.195 + 2 * 2112.707) / 6)


def test_the_journal_on_disk_says_the_same(stage: Any, journal: Journal) -> None:
    scenario = stage.scenario(WORLD, orders=ORDERS, stock=STOCK, rates=RATES)
    folder = stage.folder / "journal"
    folder.mkdir()
    stored = stage.play(scenario, RULES, folder=folder)
    for table in ("orders", "shipments", "decisions", "ledger", "warehouse_hours"):
        assert stored.table(table).equals(journal.table(table)), table
