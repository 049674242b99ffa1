"""Recorded orders: read by columns, sorted by time, and wrong ones told by row."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

ORDERS = """\
order,placed_at,region,item,units
b,2026-01-05T10:00,north,mug,1
a,2026-01-05T09:00,south,tin,2
b,2026-01-05T10:00,north,tin,1
b,2026-01-05T10:00,north,mug,4
c,2026-01-05T09:00:00.7,south,tin,2
"""


@pytest.fixture
def replay(desk):
    """Return the scenario with recorded orders in place of drawn ones."""
    text = desk.changed("orders_per_day: 100", "replay: orders.csv")
    return text.replace("start: 2026-01-05T00:00\ndays: 2\n", "")


def test_orders_are_sorted_by_time_and_an_item_twice_is_summed(desk, replay):
    recorded = desk.load(replay, orders=ORDERS).recorded
    assert recorded.order_ids.tolist() == ["a", "c", "b"]
    np.testing.assert_array_equal(recorded.placed_at, [1767603600, 1767603600, 1767607200])
    np.testing.assert_array_equal(recorded.region, [1, 1, 0])
    np.testing.assert_array_equal(recorded.segment, [0, 0, 0])
    np.testing.assert_array_equal(recorded.line_offsets, [0, 1, 2, 4])
    np.testing.assert_array_equal(recorded.line_item, [1, 1, 0, 1])
    np.testing.assert_array_equal(recorded.line_units, [2, 2, 5, 1])


def test_the_run_begins_at_local_midnight_of_the_first_order_and_covers_the_last(desk, replay):
    orders = ORDERS + "d,2026-01-07T23:59:59,north,tin,1\n"
    scenario = desk.load(replay + "timezone: America/New_York\n", orders=orders)
    assert (scenario.start, scenario.days, scenario.warm_up_days) == (datetime(2026, 1, 5), 3, 0)


def test_start_and_days_may_be_given_beside_recorded_orders(desk, replay):
    scenario = desk.load(replay, ["start=2026-01-04T12:00", "days=7"], orders=ORDERS)
    assert (scenario.start, scenario.days) == (datetime(2026, 1, 4, 12), 7)


def test_a_window_without_orders_is_told(desk, replay):
    assert desk.wrong(replay, ["start=2026-02-01"], orders=ORDERS) == [
        "--set start=2026-02-01: start: value '2026-02-01': must leave orders to count: those recorded are "
        "from "
        "2026-01-05T09:00 to 2026-01-05T10:00"
    ]


def test_a_local_time_that_a_change_of_the_clock_skips_moves_forward(desk, replay):
    # On 2026-03-29 Berlin goes from 02:00 to 03:00: 02:30 is read as 03:30 summer time, 01:30 UTC.
    orders = (
        "order,placed_at,region,item,units\na,2026-03-29T02:30,north,mug,1\nb,2026-03-29T03:30,north,mug,1\n"
    )
    recorded = desk.load(replay + "timezone: Europe/Berlin\n", orders=orders).recorded
    assert recorded.placed_at[0] == recorded.placed_at[1] == 1774747800


def test_a_zone_that_changes_its_clock_within_an_hour_is_read_right(desk, replay):
    # Lord Howe Island goes back half an hour, from 02:00 to 01:30, on 2026-04-05: 01:15 is +11:00, 02:15 is +10:30.
    rows = "a,2026-04-05T01:15,north,mug,1\nb,2026-04-05T01:45,north,mug,1\nc,2026-04-05T02:15,north,mug,1\n"
    text = replay + "timezone: Australia/Lord_Howe\n"
    recorded = desk.load(text, orders="order,placed_at,region,item,units\n" + rows).recorded
    np.testing.assert_array_equal(np.diff(recorded.placed_at), [30 * 60, 60 * 60])


def test_a_row_with_lat_and_lon_belongs_to_the_nearest_region(desk, replay):
    orders = "order,placed_at,lat,lon,item,units\na,2026-01-05T10:00Z,53,13,mug,1\nb,2026-01-05T11:00Z,47,11,mug,1\n"
    np.testing.assert_array_equal(desk.load(replay, orders=orders).recorded.region, [0, 1])


def test_the_segment_of_an_order_is_a_column(desk, replay):
    text = replay + "segments: [{id: gold}, {id: blue}]\n"
    orders = "order,placed_at,region,segment,item,units\na,2026-01-05T10:00,north,blue,mug,1\n"
    np.testing.assert_array_equal(desk.load(text, orders=orders).recorded.segment, [1])


def test_columns_that_say_nothing_here_are_told_as_a_warning(desk, replay):
    orders = "order,placed_at,region,item,units,colour\na,2026-01-05T10:00,north,mug,1,red\n"
    (warning,) = desk.load(replay, orders=orders).warnings
    assert warning.endswith(
        "demand.replay: value 'orders.csv': columns of the table that are not used: colour"
    )


REPLAY_MISTAKES = [
    ("wrote wrong cells",
     "order,placed_at,region,item,units\nb,2026-01-05T10:00,nrth,mug,1\nb,5.1.2026,north,tnn,0\n,,,,\n\nc,20"
     "26-01-05T11:00,nrth,tin,1.5\n",
     ["orders.csv:2:3: region: value 'nrth': there is no such region (row 1 of the table, and 1 rows more); "
      "did you mean 'north'?",
      "orders.csv:3:2: placed_at: value '5.1.2026': must be a date and time such as 2026-01-05T08:00 (row 2 "
      "of the table)",
      "orders.csv:3:4: item: value 'tnn': there is no such item (row 2 of the table); did you mean 'tin'?",
      "orders.csv:3:5: units: value '0': must be at least 1 (row 2 of the table)",
      "orders.csv:6:5: units: value '1.5': must be a whole number (row 3 of the table)"]),
    ("contradicted the first row of an order",
     "order,placed_at,region,item,units\nb,2026-01-05T10:00,north,mug,1\nb,2026-01-05T11:00,north,tin,1\n",
     ["orders.csv:3:2: placed_at: value '2026-01-05T11:00': must be the same in all rows of one order; "
      "its placed_at is not (row 2 of the table)"]),
    ("forgot where customers are", "order,placed_at,item,units\nb,2026-01-05T10:00,mug,1\n",
     ["orders.csv:1: lat: is missing among the columns (region, or lat and lon)",
      "orders.csv:1: lon: is missing among the columns (region, or lat and lon)"]),
    ("misspelt a column that may be left out",
     "order,placed_at,region,item,units,segmnt\nb,2026-01-05T10:00,north,mug,1,x\n",
     ["orders.csv:1:6: segmnt: is not a column here; did you mean 'segment'?"]),
    ("recorded nothing", "order,placed_at,region,item,units\n", ["orders.csv:1: holds no order"]),
    ("separated by semicolons", "order;placed_at;region;item;units\nb;2026-01-05T10:00;north;mug;1\n",
     ["orders.csv:1: must be separated by commas, not by semicolons"]),
    ("left a cell away", "order,placed_at,region,item,units\nb,2026-01-05T10:00,north,mug\n",
     ["orders.csv:2: must hold 5 cells, as the header does; row 1 has 4"]),
    ("saved it in another encoding", b"order,placed_at,region,item,units\n\xffb,2026-01-05T10:00,north,mug,1\n",
     ["orders.csv:2:1: must be text in UTF-8: byte 0xff is not; save it again as UTF-8"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("orders", "said"), [row[1:] for row in REPLAY_MISTAKES], ids=[row[0] for row in REPLAY_MISTAKES]
)
def test_a_mistake_in_recorded_orders_is_told_with_its_row(desk, replay, orders, said):
    assert desk.wrong(replay, orders=orders) == said


def test_a_place_that_belongs_to_no_region_is_told(desk, replay):
    orders = "order,placed_at,lat,lon,item,units\na,2026-01-05,53,13,mug,1\n"
    text = replay.replace("at: [48.1, 11.6], ", "").replace("zones_km: [200, 500]", "zones_km: []")
    assert desk.wrong(text.replace("[1, 2, 3]", "1").replace("[4, 5, 6]", "4"), orders=orders) == [
        "orders.csv:1: region: needs a column `region`, or `at` of every region of the scenario"
    ]


def test_the_segment_may_only_be_left_out_where_there_is_one(desk, replay):
    assert desk.wrong(replay + "segments: [{id: gold}, {id: blue}]\n", orders=ORDERS) == [
        "orders.csv:1: segment: is missing among the columns: the scenario has 2 segments"
    ]


def test_recorded_orders_are_not_drawn_too(desk, replay):
    text = replay.replace("replay: orders.csv", "replay: orders.csv\n  orders_per_day: 5")
    assert desk.wrong(text, orders=ORDERS) == [
        "towns.yaml:10:19: demand.orders_per_day: value '5': does not go with replay: the orders are those "
        "recorded"
    ]


def test_ten_wrong_values_of_a_column_are_told_and_the_rest_is_counted_beside_the_next(desk, replay):
    rows = "".join(f"{n},2026-01-05T10:00,north,item-{n},1\n" for n in range(120))
    told = desk.wrong(replay, orders="order,placed_at,region,item,units\n" + rows)
    assert len(told) == 11
    assert told[-1] == "orders.csv:12: item: and 110 wrong values more"
