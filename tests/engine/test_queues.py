"""Which shipment is next, how stations share the work, and what a warehouse without any can promise."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sim.policy import Allocation, Part, Request
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 5
items: [{{id: thing}}]
regions: [{{id: here}}]
segments:
  - {{id: calm, priority: 5, promise_days: 4}}
  - {{id: brisk, priority: 1, promise_days: 3}}
  - {{id: hasty, priority: 1, promise_days: 1}}
demand: {{replay: orders.csv}}
warehouses: [{{id: shop, work_minutes: 10, {site}}}]
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""

# Everything comes while `first` is on the only station.
ORDERS = """\
order,placed_at,region,segment,item,units
first,2026-01-05T10:00:00,here,calm,thing,1
calm1,2026-01-05T10:01:00,here,calm,thing,1
brisk1,2026-01-05T10:02:00,here,brisk,thing,1
calm2,2026-01-05T10:03:00,here,calm,thing,1
hasty1,2026-01-05T10:03:00,here,hasty,thing,1
brisk2,2026-01-05T10:04:00,here,brisk,thing,1
"""


def started(stage: Any, frame: Any, site: str) -> dict[str, str]:
    shipments = frame(stage.play(stage.scenario(WORLD.format(site=site), orders=ORDERS)), "shipments")
    in_turn = shipments.sort_values(["started_at", "shipment"])
    return {row["order"]: row["started_at"].strftime("%H:%M") for row in in_turn.to_dict("records")}


@pytest.mark.parametrize(
    ("queue", "turn"),
    [
        ("fifo", ["first", "calm1", "brisk1", "calm2", "hasty1", "brisk2"]),
        # The lower number first, among equals who came first; never interrupting `first`.
        ("priority", ["first", "brisk1", "hasty1", "brisk2", "calm1", "calm2"]),
        # Promised for the 6th, 8th 10:02, 8th 10:04, 9th 10:01, 9th 10:03.
        ("due", ["first", "hasty1", "brisk1", "brisk2", "calm1", "calm2"]),
    ],
)
def test_a_queue_has_one_order(stage: Any, frame: Any, queue: str, turn: list[str]) -> None:
    found = started(stage, frame, f"queue: {queue}")
    assert list(found) == turn
    assert list(found.values()) == ["10:00", "10:10", "10:20", "10:30", "10:40", "10:50"]


def test_stations_work_side_by_side(stage: Any, frame: Any) -> None:
    found = started(stage, frame, "stations: 3")
    assert list(found.values()) == ["10:00", "10:01", "10:02", "10:10", "10:11", "10:12"]


def test_what_pauses_at_closing_keeps_its_station_and_goes_on_first(stage: Any, frame: Any) -> None:
    # Closing at 10:05: first has five minutes left, and so begins the next morning, before who waits.
    hours = 'hours: {mon-sun: "08:00-10:05"}'
    shipments = frame(stage.play(stage.scenario(WORLD.format(site=hours), orders=ORDERS)), "shipments")
    packed = shipments.sort_values("packed_at").set_index("order")["packed_at"]
    assert packed["first"] == pd.Timestamp("2026-01-06T08:05:00")
    assert packed["calm1"] == pd.Timestamp("2026-01-06T08:15:00")
    assert (shipments.set_index("order")["started_at"] - packed).abs()["first"] == pd.Timedelta("22:05:00")


def test_a_warehouse_without_stations_promises_nothing_and_does_nothing(stage: Any, frame: Any) -> None:
    world = WORLD.format(site="stations: 1").replace(
        "warehouses: [", "warehouses: [{id: shell, stations: 0, work_minutes: 1}, "
    )
    seen = []

    class ToShell:
        def allocate(self, order: Request, network: Network) -> Allocation:
            parcel = network.parcel(order, order.open)
            seen.append(network.offer(order.region, parcel, order.promised_at, "fastest").arrives_at.tolist())
            return Allocation((Part(order.order % 2, ((0, 1),)),))

    scenario = stage.scenario(world, orders=ORDERS)
    journal = stage.play(scenario, ToShell())
    states = frame(journal, "orders").set_index("order")["state"]
    assert set(states[["first", "brisk1", "hasty1"]]) == {"open"}
    assert set(states[["calm1", "calm2", "brisk2"]]) == {"delivered"}
    assert all(shell > 365 * 86_400 and shop < 86_400 for shell, shop in seen)
    hours = frame(journal, "warehouse_hours")
    assert hours.loc[hours["warehouse"] == "shell", ["open_s", "busy_s"]].sum().tolist() == [0, 0]
