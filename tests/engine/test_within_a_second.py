"""What one second does to another thing of it: picks that are short at once, customers who leave, doors that open."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

BASE = """\
start: 2026-01-05T00:00
regions: [{id: here}]
demand: {replay: orders.csv}
"""
POST = "carriers: [{id: c, services: [{id: s}]}]\n"


def play(stage: Any, world: str, orders: str, rules: str, seed: int | None = None, **tables: str) -> Any:
    """Play orders, a line each: name, moment, segment, item, units."""
    rows = ["order,placed_at,segment,region,item,units"]
    for row in orders.strip().splitlines():
        name, at, segment, item, units = row.split()
        rows.append(f"{name},2026-01-{at},{segment},here,{item},{units}")
    text = BASE + ("" if seed is None else f"seed: {seed}\n") + world
    scenario = stage.scenario(
        text + ("" if "carriers" in world else POST), orders="\n".join(rows) + "\n", **tables
    )
    return stage.play(scenario, rules)


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-01-{text}")


@pytest.mark.parametrize("hours", ["", ', hours: {mon-sun: "02:00:01-20:00"}'])
@pytest.mark.parametrize(
    "attempts", ["{give_up_after_hours: 72}", "{every_minutes: 60}", "{at_most: 1}", "{at_most: 9}"]
)
def test_a_pick_that_is_short_at_once_is_decided_again_at_once(
    stage: Any, frame: Any, hours: str, attempts: str
) -> None:
    """Where the station was idle the order waited for its timer, or was given up."""
    world = (
        "days: 1\nitems: [{id: a, price: 10}]\nstock: {opening: {units: 9}}\n"
        f"warehouses: [{{id: w1, accuracy: {{stock: 0}}{hours}}}, {{id: w2}}]\n"
    )
    filters = "[is_up, handles_items, {has_stock: any}, not_tried]"
    rules = f"attempts: {attempts}\nrules: [{{rank: {{by: [site_id]}}, filters: {filters}}}]\n"
    journal = play(stage, world, "o1 05T02:00:00 standard a 1", rules)
    decisions = frame(journal, "decisions")
    assert decisions["cause"].tolist() == ["placed", "short_pick"]
    assert decisions["at"].iloc[1] == at("05T02:00:01" if hours else "05T02:00:00")
    (order,) = frame(journal, "orders").to_dict("records")
    assert (order["state"], order["units_first_attempt"]) == ("delivered", 1)


@pytest.mark.parametrize("rest", ["cancel", "backorder"])
def test_what_a_part_did_not_get_is_decided_again_and_is_no_part_of_the_rest(
    stage: Any, frame: Any, rest: str
) -> None:
    """Stock is as of midnight: two units are gone from w1, and w2 has two. The rest used to swallow them."""
    more = (
        ""
        if rest == "cancel"
        else (", replenish: [{items: all, warehouses: [w1], arrivals: {every_days: 1, units: 5}}]")
    )
    world = (
        "days: 1\nitems: [{id: a, price: 10, weight_kg: 1}]\nwarehouses: [{id: w1}, {id: w2}]\n"
        "suppliers: [{id: farm}]\nvisibility: {sync_minutes: 600}\n"
        f"stock: {{opening: {{units: 2}}{more}}}\n"
        "carriers: [{id: c, services: [{id: s, rates: {base: 1, per_kg: 5}}]}]\n"
    )
    rules = (
        "rules: [{rank: {by: [site_id]}, filters: [is_up, handles_items, {has_stock: units}], split: {max_shipments: 2},"
        f" on_partial: {{assign_units: {rest}}}, otherwise: {rest}}}]\n"
    )
    journal = play(stage, world, "o0 05T01:00 standard a 2\no1 05T02:00 standard a 5", rules)
    parts = (
        frame(journal, "shipments").query("order == 'o1' and state == 'delivered'").sort_values("warehouse")
    )
    found = parts[["warehouse", "units", "cost_freight"]].values.tolist()
    assert found == [["w1", 3, 16.0]] * (rest == "backorder") + [["w2", 2, 11.0]]


def test_the_last_second_of_the_window_is_whole_although_the_last_order_ends_in_it(
    stage: Any, frame: Any
) -> None:
    world = (
        "days: 2\nitems: [{id: a, price: 1, volume_l: 1}]\nstock: {opening: {units: 1000}}\n"
        "warehouses: [{id: w, costs: {storage_per_l_day: 1}}]\n"
        "carriers: [{id: c, services: [{id: s, transit_days: 1}]}]\n"
    )
    counts = set()
    for placed in ("05T23:59:59", "06T00:00:00", "06T00:00:01"):
        journal = play(stage, world, f"o1 {placed} standard a 1", "nearest")
        rows, ledger = frame(journal, "warehouse_hours"), frame(journal, "ledger")
        counts.add((int((rows["hour"] < at("07T00:00")).sum()), int((ledger["account"] == "storage").sum())))
    assert counts == {(48, 2)}


def test_a_backorder_that_lost_units_waits_where_it_waited_before(stage: Any, frame: Any) -> None:
    """It used to be put before all, also those who had come first."""
    world = """\
days: 1
drain_days: 10
items: [{id: x, price: 10}, {id: y, price: 10}]
warehouses: [{id: w}]
suppliers: [{id: farm}]
stock:
  opening: [{units: 0}, {file: stock.csv}]
  replenish:
    - {items: [x], warehouses: [w], arrivals: {every_days: 3, units: 1}}
    - {items: [y], warehouses: [w], arrivals: {every_days: 2.5, units: 2}}
"""
    stock = "warehouse,item,units,received_at,expires_at\nw,x,1,2026-01-01,2026-01-06\nw,x,1,2026-01-02,2026-01-07\n"
    orders = "\n".join(
        f"{name} 05T0{hour}:00 standard {item} 1"
        for name, hour in (("first", 1), ("second", 2))
        for item in "xy"
    )
    rules = "rules: [{rank: {by: [site_id]}, filters: [is_up, handles_items, {has_stock: all}], otherwise: backorder}]\n"
    released = frame(play(stage, world, orders, rules, stock=stock), "shipments").set_index("order")[
        "released_at"
    ]
    assert released.to_dict() == {"first": at("08T00:00"), "second": at("11T00:00")}


def test_who_leaves_takes_nothing_that_he_sets_free(stage: Any, frame: Any) -> None:
    """His own backorder used to get the goods, and a station for an hour."""
    world = (
        "days: 1\ndrain_days: 3\nitems: [{id: a, price: 10}]\n"
        "segments: [{id: hasty, impatience_days: 0.25}, {id: calm}]\n"
        "warehouses: [{id: w, stations: 1, work_minutes: 60}]\nstock: {opening: {units: 1}}\n"
        'carriers: [{id: c, services: [{id: s, pickups: ["17:00"]}]}]\n'
    )
    rules = (
        "rules: [{rank: {by: [site_id]}, filters: [is_up, handles_items, {has_stock: units}], split: {max_shipments: 2},"
        " on_partial: {assign_units: backorder}, otherwise: backorder}]\n"
    )
    journal = play(stage, world, "o1 05T00:00 hasty a 2\no2 05T01:00 calm a 1", rules)
    shipments = frame(journal, "shipments")
    assert shipments[shipments["order"] == "o2"]["started_at"].tolist() == [at("05T06:00")]
    assert shipments["started_at"].notna().sum() == 2


def test_who_is_released_while_doors_open_stands_behind_those_who_wait(stage: Any, frame: Any) -> None:
    """o1 finds units missing; o2, a backorder, gets what is left of them, and used to start before o3 and o4."""
    world = (
        "days: 1\nitems: [{id: a, price: 1}, {id: b, price: 1}]\n"
        'warehouses: [{id: w, stations: 2, work_minutes: 60, hours: {mon-sun: "08:00-20:00"}, accuracy: {stock: 0.5}}]\n'
        "stock: {opening: [{items: [a], units: 4}, {items: [b], unlimited: true}]}\n"
    )
    rules = "rules: [{rank: {by: [site_id]}, filters: [is_up, handles_items, {has_stock: all}], otherwise: backorder}]\n"
    orders = "o1 05T01:00 standard a 4\no2 05T01:10 standard a 1\no3 05T01:20 standard b 1\no4 05T01:30 standard b 1"
    tried = 0
    for seed in range(1, 9):
        shipments = frame(play(stage, world, orders, rules, seed=seed), "shipments").query(
            "state != 'cancelled'"
        )
        started = shipments.set_index("order")["started_at"].to_dict()
        assert (started["o3"], started["o4"]) == (at("05T08:00"), at("05T08:00"))
        tried += started.get("o2") == at("05T09:00")
    assert tried
