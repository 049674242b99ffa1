"""A warehouse at its `queue_limit` takes nothing more, until something leaves it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sim.errors import PolicyError
from sim.policy import Allocation, Backorder, Cancel, Part, Request
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 9
items: [{{id: thing}}, {{id: other}}]
regions: [{{id: here, at: [50, 8]}}]
segments:
  - {{id: calm, priority: 5}}
  - {{id: hasty, priority: 1}}
  - {{id: restless, priority: 5, impatience_days: 0.020833333333333332}}
demand: {{replay: orders.csv}}
warehouses:
  - {{id: near, at: [50, 8], work_minutes: 60, queue_limit: 2, queue: priority}}
  - {{id: far, at: [53, 10], work_minutes: 60}}
stock: {{opening: {opening}}}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""
LOTS = "{units: 100}"
TO_NEAREST = "rules:\n  - {rank: {by: [distance_km]}}\n"
ONLY_NEAR = "rules:\n  - {sites: [near], rank: {by: [site_id]}}\n"


def play(stage: Any, orders: list[str], policy: Any, opening: str = LOTS) -> Any:
    rows = [
        f"{number},2026-01-05T{at},here,{segment},{item},1"
        for number, (at, segment, item) in enumerate(row.split() for row in orders)
    ]
    table = "\n".join(["order,placed_at,region,segment,item,units", *rows, ""])
    return stage.play(stage.scenario(WORLD.format(opening=opening), orders=table), policy)


def clock(times: pd.Series) -> list[str]:
    return [at.strftime("%H:%M") for at in times]


def test_a_full_warehouse_is_no_candidate_whatever_the_filters(stage: Any, frame: Any) -> None:
    orders = [
        "08:00 calm thing",
        "08:10 calm thing",
        "08:20 calm thing",
        "09:00 calm thing",
        "09:00 calm thing",
    ]
    for rules in (TO_NEAREST, TO_NEAREST.replace("{rank", "{filters: [], rank")):
        decisions = frame(play(stage, orders, rules), "decisions")
        # One at the station and one in the queue; at nine the first leaves before the orders of that second come.
        assert decisions["chosen"].tolist() == ["near", "near", "far", "near", "far"]
        assert decisions["removed"].tolist() == ["", "", "queue_limit=1", "", "queue_limit=1"]


def test_orders_that_wait_for_room_are_decided_when_there_is_some(stage: Any, frame: Any) -> None:
    orders = ["08:00 calm thing", "08:10 calm thing", "08:20 calm thing", "08:30 hasty thing"]
    journal = play(stage, orders, ONLY_NEAR)
    decisions = frame(journal, "decisions")
    # Who waited longer gets the place that is free at nine; the priority counts in the building only.
    assert decisions["order"].tolist() == ["0", "1", "2", "3", "2", "3", "3"]
    assert set(decisions["cause"].iloc[4:]) == {"site_up"}
    assert decisions["outcome"].iloc[4:].tolist() == ["full", "none", "full"]
    shipments = frame(journal, "shipments").set_index("order").sort_index()
    assert clock(shipments["released_at"]) == ["08:00", "08:10", "09:00", "10:00"]
    assert clock(shipments["started_at"]) == ["08:00", "09:00", "10:00", "11:00"]


def test_the_hasty_go_first_in_a_full_building_too(stage: Any, frame: Any) -> None:
    orders = ["08:00 calm thing", "08:10 calm thing", "09:00 hasty thing", "09:10 calm thing"]
    shipments = frame(play(stage, orders, ONLY_NEAR), "shipments").set_index("order").sort_index()
    # At nine the second is at the station and the hasty one waits; the last gets in at ten.
    assert clock(shipments["started_at"]) == ["08:00", "09:00", "10:00", "11:00"]
    assert clock(shipments["released_at"]) == ["08:00", "08:10", "09:00", "10:00"]


def test_who_leaves_the_queue_makes_room(stage: Any, frame: Any) -> None:
    # The restless customer of 08:10 gives up at 08:40, and the place is for who waits since 08:20.
    orders = ["08:00 calm thing", "08:10 restless thing", "08:20 calm thing"]
    journal = play(stage, orders, ONLY_NEAR)
    shipments = frame(journal, "shipments")
    kept = shipments[shipments["state"] == "delivered"].set_index("order").sort_index()
    assert clock(kept["released_at"]) == ["08:00", "08:40"]
    assert clock(kept["started_at"]) == ["08:00", "09:00"]
    assert frame(journal, "orders")["cancel_reason"].dropna().tolist() == ["impatience"]


def test_who_leaves_in_hand_keeps_its_station_and_its_place_until_the_work_ends(
    stage: Any, frame: Any
) -> None:
    orders = ["08:00 restless thing", "08:10 calm thing", "08:35 calm thing"]
    shipments = frame(play(stage, orders, ONLY_NEAR), "shipments").set_index("order").sort_index()
    assert shipments["state"].tolist() == ["cancelled", "delivered", "delivered"]
    assert clock(shipments["released_at"]) == ["08:00", "08:10", "09:00"]


def test_a_backorder_is_not_in_the_building_until_it_is_released(stage: Any, frame: Any) -> None:
    rules = "rules:\n  - {sites: [near], rank: {by: [site_id]}, otherwise: backorder}\n"
    opening = "[{items: [thing], warehouses: all, units: 9}, {items: [other], warehouses: all, units: 0}]"
    # Three wait for goods that never come, and leave the room to the others.
    orders = ["08:00 calm other"] * 3 + ["08:10 calm thing", "08:20 calm thing"]
    decisions = frame(play(stage, orders, rules, opening), "decisions")
    assert decisions["outcome"].tolist() == ["none, backorder"] * 3 + ["full"] * 2


def test_nothing_is_committed_to_a_full_warehouse(stage: Any, frame: Any) -> None:
    rules = "rules:\n  - {rank: {by: [distance_km]}, otherwise: backorder}\n"
    opening = "[{items: [thing], warehouses: all, units: 9}, {items: [other], warehouses: all, units: 0}]"
    orders = ["08:00 calm thing", "08:10 calm thing", "08:20 calm other"]
    shipments = frame(play(stage, orders, rules, opening), "shipments").set_index("order")
    assert shipments.loc["2", ["warehouse", "state"]].tolist() == ["far", "backordered"]


def test_an_order_split_because_a_warehouse_is_full_says_so(stage: Any, frame: Any) -> None:
    opening = (
        "[{items: all, warehouses: [near], units: 9}, {items: [thing], warehouses: [far], units: 9}, "
        "{items: [other], warehouses: [far], units: 0}]"
    )
    rules = "rules:\n  - {rank: {by: [distance_km]}, split: {max_shipments: 2}, on_partial: {assign: wait}}\n"
    table = "order,placed_at,region,segment,item,units\n"
    for order, at in (("a", "08:00"), ("b", "08:10"), ("c", "08:20")):
        table += "".join(f"{order},2026-01-05T{at},here,calm,{item},1\n" for item in ("thing", "other"))
    journal = stage.play(stage.scenario(WORLD.format(opening=opening), orders=table), rules)
    orders = frame(journal, "orders").set_index("order").sort_index()
    assert orders["shipments"].tolist() == [1, 1, 2]
    assert orders.loc["c", "split_reason"] == "capacity"


class Stubborn:
    """Gives everything to the first warehouse, room or not."""

    def __init__(self, commit: bool) -> None:
        self._commit = commit

    def allocate(self, order: Request, network: Network) -> Allocation:
        if self._commit and order.order == 2:
            return Allocation((), (Backorder((0,), 0),))
        return Allocation((Part(0, ((0, 1),)),))


@pytest.mark.parametrize("commit", [False, True])
def test_the_engine_refuses_what_is_given_to_a_full_warehouse(stage: Any, commit: bool) -> None:
    says = "order 2, warehouse near: the warehouse is full: 2 in the building, its queue_limit is 2"
    with pytest.raises(PolicyError, match=says):
        play(stage, ["08:00 calm thing"] * 3, Stubborn(commit))


def test_a_policy_sees_where_there_is_room(stage: Any) -> None:
    seen = []

    class Looks:
        def allocate(self, order: Request, network: Network) -> Allocation:
            assert network.room is not None
            seen.append((network.room.tolist(), network.backlog.tolist()))
            if not network.room[0]:
                return Allocation((), (Cancel(order.open),))
            return Allocation((Part(0, ((0, 1),)),))

    play(stage, ["08:00 calm thing", "08:10 calm thing", "08:20 calm thing", "09:00 calm thing"], Looks())
    assert seen == [
        ([True, True], [0, 0]),
        ([True, True], [1, 0]),
        ([False, True], [2, 0]),
        ([True, True], [1, 0]),
    ]
