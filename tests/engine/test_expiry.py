"""Lots that expire: which units leave, which spoil, and what becomes of orders that held them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports.kpis import measure

WORLD = """\
start: 2026-01-05T00:00
days: 12
drain_days: 12
items:
  - {{id: milk, price: 3.00, cost: 1.00, weight_kg: 1, {item}}}
  - {{id: tin, price: 2.00, cost: 0.50, weight_kg: 1}}
regions: [{{id: here, at: [0, 0]}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: dairy, at: [0, 0], {dairy}}}
  - {{id: store, at: [0, 1], {store}}}
stock: {{opening: {{file: stock.csv}}}}
carriers: [{{id: post, services: [{{id: van, transit_days: {transit}}}]}}]
"""
HEADER = "order,placed_at,region,item,units\n"
LOTS = "warehouse,item,units,received_at,expires_at\n"


def play(
    stage: Any,
    orders: str,
    lots: str,
    *,
    item: str = "shelf_life_days: 10",
    dairy: str = "work_minutes: 0",
    store: str = "work_minutes: 0",
    transit: float = 0,
    rules: str = "nearest",
) -> Any:
    text = WORLD.format(item=item, dairy=dairy, store=store, transit=transit)
    rows = "".join(
        f"{order},2026-01-{at},here,{item_},{units}\n"
        for order, at, item_, units in (row.split() for row in orders.split(";"))
    )
    stage.write("stock.csv", LOTS + "\n".join(lot.strip() for lot in lots.split(";")) + "\n")
    return stage.play(stage.scenario(text, orders=HEADER + rows), rules)


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-01-{text}")


def test_units_nobody_bought_spoil_in_the_second_in_which_they_expire(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 06T10:00 milk 2;b 09T00:00 milk 1", "dairy,milk,5,2026-01-01,2026-01-08T06:30")
    (row,) = frame(journal, "disposals").to_dict("records")
    assert row == {
        "at": at("08T06:30"), "warehouse": "dairy", "item": "milk", "units": 3, "reason": "spoiled", "cost": 3.0,
    }  # fmt: skip
    orders = frame(journal, "orders").set_index("order")["state"]
    assert orders.to_dict() == {"a": "delivered", "b": "open"}
    ledger = frame(journal, "ledger")
    spoilage = ledger[(ledger["account"] == "spoilage")]
    assert spoilage[["at", "amount_cents"]].values.tolist() == [[at("08T06:30"), 300]]
    kpis = measure(journal)
    assert kpis["spoiled_units"] == 3
    assert kpis["spoiled_share"] == 3 / 5
    assert kpis["spoilage_per_order"] == 3.0 / 2


def test_a_lot_is_dead_at_its_second_and_alive_one_before(stage: Any, frame: Any) -> None:
    lots = "dairy,milk,5,2026-01-01,2026-01-08T06:30"
    journal = play(stage, "a 08T06:29:59 milk 1;b 08T06:30:00 milk 1", lots)
    state = frame(journal, "orders").set_index("order")["state"]
    assert state.to_dict() == {"a": "delivered", "b": "open"}


def test_a_lot_without_a_date_lives_as_long_as_the_item_does(stage: Any, frame: Any) -> None:
    journal = play(stage, "a 16T00:00 tin 1", "dairy,milk,5,2026-01-01,;store,milk,4,,")
    spoiled = frame(journal, "disposals").set_index("warehouse")
    assert spoiled["at"].to_dict() == {"dairy": at("11T00:00"), "store": at("15T00:00")}


def test_lots_that_were_dead_before_the_start_are_gone_at_once(stage: Any, frame: Any) -> None:
    lots = "dairy,milk,5,2025-12-01,2026-01-01;dairy,milk,2,2025-12-20,2026-01-09"
    journal = play(stage, "a 05T00:00 milk 2;b 05T00:00 milk 1", lots)
    assert frame(journal, "disposals")["at"].tolist() == [at("05T00:00")]
    state = frame(journal, "orders").set_index("order")["state"]
    assert state.to_dict() == {"a": "delivered", "b": "open"}


def test_the_order_of_issue_decides_which_lot_leaves(stage: Any, frame: Any) -> None:
    lots = "dairy,milk,1,2026-01-01,2026-01-10;dairy,milk,1,2026-01-02,2026-01-09;dairy,milk,1,2026-01-03,2026-01-12"
    ages = {}
    for issue in ("fifo", "fefo", "lifo"):
        journal = play(stage, "a 06T00:00 milk 1", lots, dairy=f"issue: {issue}")
        ages[issue] = frame(journal, "shipments")["stock_age_d"].tolist()
    assert ages == {"fifo": [5.0], "fefo": [4.0], "lifo": [3.0]}


# Twenty minutes a unit. What is expected of a queue leaves out the work in hand: b seems to be done at 09:00.
SLOW = "work_minutes: {per_unit: 20}, stations: 1"


def test_reserved_units_that_expire_are_replaced_from_another_lot_of_the_site(stage: Any, frame: Any) -> None:
    # b and c wait for the station; at 09:50 the lot that b holds expires: b, still in the queue, gets a unit of the other.
    lots = "dairy,tin,9,,;dairy,milk,1,2026-01-01,2026-01-06T09:50;dairy,milk,5,2026-01-02,2026-01-12"
    journal = play(stage, "a 06T08:30 tin 6;b 06T08:40 milk 1", lots, dairy=f"issue: fefo, {SLOW}")
    shipments = frame(journal, "shipments").set_index("order")
    assert shipments["started_at"].to_dict() == {"a": at("06T08:30"), "b": at("06T10:30")}
    assert shipments["rebound"].to_dict() == {"a": 0, "b": 1}
    assert shipments["stock_age_d"].round(6).to_dict() == {
        "a": round(1 + 8.5 / 24, 6),
        "b": round(4 + 10.5 / 24, 6),
    }
    assert frame(journal, "disposals")["units"].tolist() == [1, 4]
    assert frame(journal, "orders")["reallocations"].tolist() == [0, 0]


def test_a_line_whose_units_expired_is_allocated_again_and_says_why(stage: Any, frame: Any) -> None:
    lots = "dairy,tin,9,,;dairy,milk,1,2026-01-01,2026-01-06T09:50;store,milk,5,2026-01-02,2026-01-12"
    journal = play(stage, "a 06T08:30 tin 6;b 06T08:40 milk 1", lots, dairy=SLOW)
    orders = frame(journal, "orders").set_index("order")
    assert orders["reallocations"].to_dict() == {"a": 0, "b": 1}
    assert orders["shipments"].to_dict() == {"a": 1, "b": 1}
    decisions = frame(journal, "decisions")
    assert decisions[decisions["order"] == "b"][["at", "attempt", "chosen", "cause"]].values.tolist() == [
        [at("06T08:40"), 1, "dairy", "placed"],
        [at("06T09:50"), 2, "store", "spoiled"],
    ]
    shipments = frame(journal, "shipments")
    of_b = shipments[shipments["order"] == "b"].set_index("warehouse")["state"]
    assert of_b.to_dict() == {"dairy": "cancelled", "store": "delivered"}
    assert measure(journal)["reallocated_share"] == 0.5


def test_a_line_of_two_lots_that_expire_together_is_allocated_again_once(stage: Any, frame: Any) -> None:
    lots = """dairy,tin,9,,;dairy,milk,1,2026-01-01,2026-01-06T09:50;dairy,milk,2,2026-01-02,2026-01-06T09:50;
        store,milk,5,2026-01-02,2026-01-12"""
    journal = play(stage, "a 06T08:30 tin 6;b 06T08:40 milk 3", lots, dairy=SLOW)
    decisions = frame(journal, "decisions").set_index("order")
    assert decisions.loc["b", ["chosen", "cause"]].values.tolist() == [
        ["dairy", "placed"],
        ["store", "spoiled"],
    ]
    assert frame(journal, "orders").set_index("order")["reallocations"].to_dict() == {"a": 0, "b": 1}
    assert frame(journal, "disposals")["units"].tolist() == [1, 2, 2]


def test_the_other_lines_of_a_shipment_go_on_when_one_is_allocated_again(stage: Any, frame: Any) -> None:
    lots = "dairy,tin,9,,;dairy,milk,1,2026-01-01,2026-01-06T09:50;store,milk,5,2026-01-02,2026-01-12"
    rules = "rules:\n  - {rank: {by: [site_id]}, split: {max_shipments: 1}}\n"
    orders = "a 06T08:30 tin 6;b 06T08:40 milk 1;b 06T08:40 tin 2"
    journal = play(stage, orders, lots, dairy=SLOW, rules=rules)
    shipments = frame(journal, "shipments")
    of_b = shipments[shipments["order"] == "b"].set_index("warehouse")
    assert of_b["units"].to_dict() == {"dairy": 2, "store": 1}
    assert of_b["weight_kg"].to_dict() == {"dairy": 2.0, "store": 1.0}
    assert of_b["state"].tolist() == ["delivered", "delivered"]
    assert of_b.loc["dairy", "started_at"] == at("06T10:30")  # its place in the queue is kept
    b = frame(journal, "orders").set_index("order").loc["b"]
    assert (b["shipments"], b["reallocations"], b["state"]) == (2, 1, "delivered")


def test_an_order_that_accepts_no_split_goes_back_as_a_whole(stage: Any, frame: Any) -> None:
    lots = "dairy,tin,9,,;dairy,milk,1,2026-01-01,2026-01-06T09:50;store,milk,5,2026-01-02,2026-01-12;store,tin,9,,"
    world = WORLD.format(item="shelf_life_days: 10", dairy=SLOW, store="work_minutes: 0", transit=0)
    world += "segments: [{id: standard, split: never}]\n"
    stage.write("stock.csv", LOTS + "\n".join(lots.split(";")) + "\n")
    rows = [
        "a,2026-01-06T08:30,here,tin,6",
        "b,2026-01-06T08:40,here,milk,1",
        "b,2026-01-06T08:40,here,tin,2",
    ]
    journal = stage.play(stage.scenario(world, orders=HEADER + "\n".join(rows) + "\n"))
    shipments = frame(journal, "shipments")
    of_b = shipments[shipments["order"] == "b"].set_index("warehouse")
    assert of_b["state"].to_dict() == {"dairy": "cancelled", "store": "delivered"}
    assert of_b.loc["store", "units"] == 3


def test_a_lot_is_left_out_that_would_be_too_old_at_delivery(stage: Any, frame: Any) -> None:
    # From 6 January 00:00, two days on the road: delivered on 8 January, and two days of life must be left on the 10th.
    item = "shelf_life_days: 10, min_life_at_delivery_days: 2"
    chosen = {}
    for expires in ("09T23:59:59", "10T00:00:00"):
        lots = f"dairy,milk,1,2026-01-01,2026-01-{expires};store,milk,1,2026-01-01,2026-01-20"
        journal = play(stage, "a 06T00:00 milk 1", lots, item=item, transit=2)
        chosen[expires] = frame(journal, "decisions")["chosen"].tolist()
    assert chosen == {"09T23:59:59": ["store"], "10T00:00:00": ["dairy"]}


def test_the_date_of_a_lot_counts_at_delivery_where_the_item_has_no_shelf_life(
    stage: Any, frame: Any
) -> None:
    # From 6 January 00:00, two days on the road: the lot has a day left at delivery, or is dead by then.
    chosen = {}
    for least, expires in ((0, "09"), (2, "09"), (0, "07")):
        lots = f"dairy,milk,1,,2026-01-{expires};store,milk,1,,"
        journal = play(
            stage, "a 06T00:00 milk 1", lots, item=f"min_life_at_delivery_days: {least}", transit=2
        )
        chosen[least, expires] = frame(journal, "decisions")["chosen"].tolist()
    assert chosen == {(0, "09"): ["dairy"], (2, "09"): ["store"], (0, "07"): ["store"]}


def test_of_the_lots_of_a_site_one_is_bound_that_lives_long_enough(stage: Any, frame: Any) -> None:
    item = "shelf_life_days: 10, min_life_at_delivery_days: 2"
    lots = "dairy,milk,1,2026-01-01,2026-01-09;dairy,milk,1,2026-01-03,2026-01-13"
    journal = play(stage, "a 06T00:00 milk 1", lots, item=item, transit=2, dairy="issue: fefo")
    assert frame(journal, "shipments")["stock_age_d"].tolist() == [3.0]


def test_a_backorder_whose_units_expire_waits_before_those_who_came_later(stage: Any, frame: Any) -> None:
    # w holds two units and waits for a tin. x holds the one that expires at noon, and waits for another; y waits behind
    # x. When w gives up its units, x gets both, although it lost one of its own after y had come.
    rules = "rules:\n  - {rank: {by: [site_id]}, on_partial: {backorder: {give_up_after_hours: 30}}, otherwise: {backorder: {give_up_after_hours: 30}}}\n"
    lots = "dairy,milk,2,2026-01-02,2026-01-12;dairy,milk,1,2026-01-04,2026-01-06T12:00"
    orders = "w 06T07:00 milk 2;w 06T07:00 tin 1;x 06T08:00 milk 2;y 06T09:00 milk 1"
    journal = play(stage, orders, lots, rules=rules)
    shipments = frame(journal, "shipments").set_index("order")
    assert shipments["state"].to_dict() == {"w": "cancelled", "x": "delivered", "y": "cancelled"}
    assert shipments.loc["x", "started_at"] == at("07T13:00")
    assert frame(journal, "orders")["cancel_reason"].dropna().tolist() == ["gave_up", "gave_up"]
