"""What ties mean for a shop: which of two things that fall on one second is done first.

A second is settled in the order stock, site, work, pickup, delivery, order, retry, sample (DESIGN, section 4).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

SHOP = """\
start: 2026-01-05T00:00
days: 3
drain_days: 3
items: [{{id: thing}}]
regions: [{{id: here}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: shop, {site}}}
stock: {{opening: {{units: {units}}}}}
carriers: [{{id: post, services: [{{id: parcel{service}}}]}}]
"""
HEADER = "order,placed_at,region,item,units\n"


def play(
    stage: Any, orders: str, site: str, *, service: str = "", units: int = 1000, rules: str = "nearest"
) -> Any:
    text = SHOP.format(site=site, service=service, units=units)
    rows = "".join(
        f"{order},2026-01-0{at},here,thing,1\n" for order, at in (row.split() for row in orders.split(";"))
    )
    return stage.play(stage.scenario(text, orders=HEADER + rows), rules)


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-01-0{text}")


def test_work_due_at_the_closing_second_is_complete(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 5T11:50:00", 'work_minutes: 10, hours: {mon-sun: "08:00-12:00"}')
    (a,) = frame(journal, "shipments").to_dict("records")
    assert a["packed_at"] == at("5T12:00:00")


def test_an_order_of_the_closing_second_waits_for_the_next_opening(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 5T12:00:00;b 6T08:00:00", 'work_minutes: 10, hours: {mon-sun: "08:00-12:00"}')
    a, b = frame(journal, "shipments").to_dict("records")
    assert a["started_at"] == at("6T08:00:00")
    # The shop opens before b is placed, so a is at the only station already.
    assert b["started_at"] == at("6T08:10:00")


def test_a_station_that_gets_free_serves_who_waits_before_who_comes(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 5T10:00:00;b 5T10:05:00;c 5T10:10:00", "work_minutes: 10")
    started = frame(journal, "shipments").set_index("order")["started_at"]
    assert started.tolist() == [at("5T10:00:00"), at("5T10:10:00"), at("5T10:20:00")]


def test_a_station_that_gets_free_is_free_for_an_order_of_that_second(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 5T10:00:00;b 5T10:10:00", "work_minutes: 10")
    b = frame(journal, "shipments").iloc[1]
    assert b["released_at"] == b["started_at"]


def test_a_parcel_packed_at_the_second_of_the_pickup_goes_with_it(stage: Any, frame: Any) -> None:
    journal = play(
        stage, "a 5T16:50:00;b 5T16:50:01", "work_minutes: 10, stations: 2", service=', pickups: ["17:00"]'
    )
    picked_up = frame(journal, "shipments")["picked_up_at"]
    assert picked_up.tolist() == [at("5T17:00:00"), at("6T17:00:00")]


def test_of_two_orders_in_one_second_the_first_of_the_book_gets_the_last_unit(stage: Any, frame: Any) -> None:
    cancel = "rules:\n  - {rank: {by: [site_id]}, otherwise: cancel}\n"
    journal = play(stage, "z 5T10:00:00;a 5T10:00:00", "work_minutes: 1", units=1, rules=cancel)
    state = frame(journal, "orders").set_index("order")["state"]
    assert state.to_dict() == {"z": "delivered", "a": "cancelled"}


def test_what_a_backorder_gives_up_goes_to_who_waits_even_since_the_same_second(
    stage: Any, frame: Any
) -> None:
    # x takes 2 of 3 units. y wants 2, holds the last one and waits for another until 11:00:00. A retry comes after the
    # orders of its second, so z of 11:00:00 finds nothing and is backordered; then y gives up, and z gets the unit.
    rules = """\
rules:
  - rank: {by: [site_id]}
    otherwise: {backorder: {give_up_after_hours: 1}}
"""
    text = SHOP.format(site="work_minutes: 1", service="", units=3)
    rows = ["x,2026-01-05T09:00:00,here,thing,2", "y,2026-01-05T10:00:00,here,thing,2"]
    rows += ["z,2026-01-05T11:00:00,here,thing,1", "zz,2026-01-05T11:00:01,here,thing,1"]
    journal = stage.play(stage.scenario(text, orders=HEADER + "\n".join(rows) + "\n"), rules)
    orders = frame(journal, "orders").set_index("order")
    assert orders["state"].to_dict() == {
        "x": "delivered",
        "y": "cancelled",
        "z": "delivered",
        "zz": "cancelled",
    }
    shipments = frame(journal, "shipments").set_index("order")
    assert shipments.loc["z", "allocated_at"] == at("5T11:00:00")
    assert shipments.loc["z", "started_at"] == at("5T11:00:00")
    assert orders.loc["z", "units_first_attempt"] == 0
    assert orders.loc["y", "cancel_reason"] == "gave_up"


def test_a_limit_starts_over_before_an_order_of_local_midnight(stage: Any, frame: Any) -> None:
    rules = """\
rules:
  - filters: [{below_limit: {n: 1}}]
    rank: {by: [site_id]}
    otherwise: cancel
"""
    orders = "a 5T05:59:58;b 5T05:59:59;c 5T06:00:00;d 5T06:00:00"  # midnight in Chicago is 06:00 UTC
    journal = play(stage, orders, "timezone: America/Chicago", rules=rules)
    state = frame(journal, "orders").set_index("order")["state"]
    assert state.to_dict() == {"a": "delivered", "b": "cancelled", "c": "delivered", "d": "cancelled"}


def test_the_sample_of_an_hour_sees_everything_of_its_last_second(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 5T10:00:00", "work_minutes: 1", units=5)
    hours = frame(journal, "warehouse_hours").set_index("hour")["on_hand"]
    assert hours[at("5T09:00:00")] == 4  # that hour ends at 10:00:00, when a's work has begun


def test_work_without_duration_is_done_in_the_second_in_which_it_starts(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 5T17:00:00", "work_minutes: 0", service=', pickups: ["17:00"], transit_days: 0')
    (a,) = frame(journal, "shipments").to_dict("records")
    moments = ["allocated_at", "released_at", "started_at", "packed_at", "picked_up_at", "delivered_at"]
    assert {a[moment] for moment in moments} == {at("5T17:00:00")}
    (order,) = frame(journal, "orders").to_dict("records")
    assert order["delivered_at"] == order["placed_at"]


def test_an_order_delivered_at_the_promised_second_is_in_time(stage: Any, frame: Any) -> None:
    text = SHOP.format(site="work_minutes: 10", service="", units=9) + (
        "segments: [{id: standard, promise_days: 0.006944444444444444, late_penalty: 1, late_penalty_per_day: 2}]\n"
    )  # ten minutes
    rows = "".join(
        f"{order},2026-01-05T{at},here,thing,1\n"
        for order, at in (("a", "10:00:00"), ("b", "12:00:00"), ("c", "12:00:01"))
    )
    orders = frame(stage.play(stage.scenario(text, orders=HEADER + rows)), "orders").set_index("order")
    assert (orders["promised_at"] - orders["placed_at"]).unique().tolist() == [pd.Timedelta(minutes=10)]
    # c waits for b: 9 min 59 s late, which is one day begun.
    assert orders["cost_late"].to_dict() == {"a": 0.0, "b": 0.0, "c": 3.0}


# -- the whole order at once --------------------------------------------------------------------------------

NOON = """\
start: 2026-01-05T00:00
days: 3
drain_days: 5
items:
  - {id: milk, volume_l: 1, shelf_life_days: 30}
  - {id: tin}
  - {id: coat, return_share: 1, handling: [wool]}
  - {id: lamp}
regions: [{id: here}]
segments:
  - {id: plain, priority: 2}
  - {id: gold, priority: 1}
demand: {replay: orders.csv}
warehouses:
  - {id: shop, hours: {mon-sun: "12:00-20:00"}, queue: priority, work_minutes: 10, storage_l: 10, handling: [ambient]}
  - {id: yard, work_minutes: 10, stations: 9, handling: [wool]}
stock:
  opening: {file: stock.csv}
  replenish:
    - {items: [milk], warehouses: [shop], arrivals: {every_days: 1.5, units: 10}}
    - {items: [lamp], warehouses: [shop], from: works, review: {reorder_point: {units: 0}, order_units: 1}}
suppliers: [{id: works}]
carriers: [{id: post, services: [{id: parcel, pickups: ["12:00"]}]}]
returns: {delay_days: 1}
"""


def test_the_order_of_one_second(stage: Any, frame: Any) -> None:
    """Expiry, receipt, opening; work, pickup, delivery and return; order; retry and review; the look of the hour.

    Everything happens at noon of 6 January. That it happens in this order shows in what each finds.
    """
    stock = "warehouse,item,units,expires_at\nshop,milk,9,2026-01-06T12:00\nshop,tin,9,\nshop,lamp,1,\nyard,coat,1,\n"
    orders = [
        "first,2026-01-05T11:50:00,here,plain,coat,1",  # packed, collected and delivered at noon; comes back a day later
        "queued,2026-01-05T22:00:00,here,plain,tin,1",
        "waiting,2026-01-05T23:00:00,here,gold,milk,10",
        "again,2026-01-06T12:00:00,here,plain,coat,1",
        "lamp,2026-01-06T12:00:00,here,plain,lamp,1",
        "late,2026-01-06T12:00:00,here,plain,lamp,1",
    ]
    table = "order,placed_at,region,segment,item,units\n" + "\n".join(orders) + "\n"
    scenario = stage.scenario(NOON, orders=table, stock=stock)
    journal = stage.play(scenario, "rules:\n  - {rank: {by: [site_id]}, otherwise: wait}\n")
    noon = at("6T12:00:00")
    shipments = frame(journal, "shipments").set_index("order")
    hours = frame(journal, "warehouse_hours").set_index(["warehouse", "hour"])

    # Expiry, then receipt: ten litres of milk fit only because nine have gone.
    assert frame(journal, "disposals")[["at", "units"]].values.tolist() == [[noon, 9]]
    assert (hours["door_l"] == 0).all()
    # Receipt, then opening: the milk is there when the shop opens, so the customer who goes first is served first.
    assert shipments.loc["waiting", "started_at"] == noon
    assert shipments.loc["queued", "started_at"] == noon + pd.Timedelta(minutes=10)
    # Work, then pickup, then delivery: what is packed at noon is collected at noon, and delivered without a road.
    first = shipments.loc["first"]
    assert [first[moment] for moment in ("packed_at", "picked_up_at", "delivered_at")] == [
        at("5T12:00:00")
    ] * 3
    # Return, then order: the coat that comes back at noon is sold at noon.
    assert shipments.loc["again", "started_at"] == noon
    # Order, then review, then what that brings at once: the second lamp is not there yet for the order of this second,
    # which gets it when it is decided again.
    decisions = frame(journal, "decisions").set_index("order")
    assert decisions.loc["lamp", "cause"] == "placed"
    assert decisions.loc["late", ["at", "cause"]].values.tolist() == [[noon, "placed"], [noon, "receipt"]]
    # Last, the look of the hour that ends at noon.
    assert hours.loc[("yard", at("6T11:00:00")), "on_hand"] == 0
