"""A service that ends at the counter: customers nearby collect in the store, at no freight."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sim.errors import ScenarioError

WORLD = """\
start: 2026-01-05T00:00
days: 2
drain_days: 9
items: [{id: mug, price: 3.00, weight_kg: 1}]
regions:
  - {id: corner, at: [0, 0.1]}      # 11 km from the store, 122 from the centre
  - {id: country, at: [0, 0.5]}     # 56 km from the store, 78 from the centre
demand: {replay: orders.csv}
warehouses:
  - {id: store, kind: store, at: [0, 0], work_minutes: 6}
  - {id: centre, at: [0, 1.2], work_minutes: 6}
stock: {opening: {units: 9}}
carriers:
  - {id: post, services: [{id: parcel, transit_days: 2, rates: {base: 5.00}}]}
  - {id: counter, services: [{id: collect, kinds: [store], reach_km: 15, transit_days: 0.25}]}
"""
ORDERS = """\
order,placed_at,region,item,units
a,2026-01-05T08:00,corner,mug,1
b,2026-01-05T09:00,country,mug,1
"""


def test_customers_within_reach_collect_and_others_get_a_parcel(stage: Any, frame: Any) -> None:
    journal = stage.play(stage.scenario(WORLD, orders=ORDERS), "cheapest")
    shipments = frame(journal, "shipments").set_index("order")
    assert shipments[["warehouse", "service", "cost_freight"]].to_dict("index") == {
        "a": {"warehouse": "store", "service": "collect", "cost_freight": 0.0},
        "b": {"warehouse": "centre", "service": "parcel", "cost_freight": 5.0},
    }
    assert shipments["delivered_at"].to_dict() == {
        "a": pd.Timestamp("2026-01-05T14:06"),
        "b": pd.Timestamp("2026-01-07T09:06"),
    }


def test_only_the_kinds_that_a_service_names_hand_over_to_it(stage: Any, frame: Any) -> None:
    text = WORLD.replace("reach_km: 15", "reach_km: 500")
    journal = stage.play(stage.scenario(text, orders=ORDERS), "cheapest")
    assert frame(journal, "shipments")[["warehouse", "service"]].values.tolist() == [["store", "collect"]] * 2


def test_a_reach_needs_coordinates(stage: Any) -> None:
    with pytest.raises(
        ScenarioError, match=r"regions\.corner\.at: is missing: service 'collect' has a reach_km"
    ):
        stage.scenario(WORLD.replace("corner, at: [0, 0.1]", "corner"), orders=ORDERS)


def test_a_kind_that_is_none_is_told(stage: Any) -> None:
    with pytest.raises(ScenarioError, match=r"kinds.*'shop'"):
        stage.scenario(WORLD.replace("[store]", "[shop]"), orders=ORDERS)
