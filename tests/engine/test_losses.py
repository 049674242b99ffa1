"""Units that are not where they should be: not on the shelf when they are picked, or lost by the carrier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.kpis import measure

WORLD = """\
start: 2026-01-05T00:00
days: {days}
drain_days: 60
items:
  - {{id: mug, price: 3.00, cost: 1.00, weight_kg: 1}}
  - {{id: cup, price: 2.00, cost: 0.50, weight_kg: 1}}
regions: [{{id: here, at: [0, 0]}}]
segments: [{{id: standard, promise_days: 5, late_penalty: 4.00}}]
demand: {demand}
warehouses:
  - {{id: near, at: [0, 0], work_minutes: 10, stations: 9, {near}}}
  - {{id: far, at: [0, 1], work_minutes: 10, stations: 9}}
stock: {{opening: {{units: {units}}}}}
carriers: [{{id: post, services: [{{id: van, transit_days: 2, rates: {{base: 5.00}}, {van}}}]}}]
{more}
"""


def world(**parts: Any) -> str:
    defaults = {
        "days": 3, "demand": "{replay: orders.csv}", "near": "site_rank: 1", "units": 9, "van": "sites: all",
        "more": "",
    }  # fmt: skip
    return WORLD.format(**{**defaults, **parts})


ORDERS = "order,placed_at,region,item,units\na,2026-01-05T08:00,here,mug,2\na,2026-01-05T08:00,here,cup,1\n"


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-01-{text}")


# -- on the shelf -----------------------------------------------------------------------------------------


def test_a_short_pick_sends_the_line_back_and_writes_off_what_is_missing(stage: Any, frame: Any) -> None:
    # Nothing on record at `near` is really there: each look costs the units looked for, until there seem to be too few mugs
    # for the order, and both lines leave `far`.
    scenario = stage.scenario(world(near="accuracy: {stock: 0}"), orders=ORDERS)
    journal = stage.play(scenario, "rules:\n  - {rank: {by: [distance_km]}, split: {max_shipments: 9}}\n")
    decisions = frame(journal, "decisions")
    assert decisions["cause"].tolist() == ["placed"] + ["short_pick"] * (len(decisions) - 1)
    assert set(decisions["at"]) == {at("05T08:00")}
    shipments = frame(journal, "shipments")
    near = shipments[shipments["warehouse"] == "near"]
    assert set(near["state"]) == {"cancelled"}
    assert near["started_at"].notna().all()  # somebody looked
    disposals = frame(journal, "disposals").groupby(["warehouse", "item", "reason"])["units"].sum()
    assert disposals.to_dict() == {("near", "cup", "shrinkage"): 4, ("near", "mug", "shrinkage"): 8}
    (order,) = frame(journal, "orders").to_dict("records")
    assert order["state"] == "delivered"
    assert order["units_first_attempt"] == 3
    assert order["reallocations"] == 4
    far = shipments[shipments["warehouse"] == "far"]
    assert far["units"].sum() == 3
    ledger = frame(journal, "ledger").groupby("account")["amount_cents"].sum()
    assert ledger["spoilage"] == 8 * 100 + 4 * 50


def test_the_line_that_is_there_is_shipped_at_once(stage: Any, frame: Any) -> None:
    stage.write("stock.csv", "warehouse,item,units\nnear,cup,9\nnear,mug,2\nfar,mug,9\n")
    text = world(near="accuracy: {stock: 0.7}").replace("{units: 9}", "{file: stock.csv}")
    rules = "rules:\n  - {rank: {by: [distance_km]}, split: {max_shipments: 1}}\n"
    scenario = stage.scenario(text, orders=ORDERS)
    found = set()
    for replication in range(12):
        journal = stage.play(scenario, rules, replication)
        sent = frame(journal, "shipments").query("state == 'delivered'").set_index("warehouse")["units"]
        found.add(tuple(sorted(sent.to_dict().items())))
        if sent.to_dict() == {"near": 1, "far": 2}:
            assert frame(journal, "shipments")["started_at"].tolist() == [at("05T08:00")] * 2
            assert frame(journal, "orders")["reallocations"].tolist() == [1]
    # Both mugs were there, or not. Then the cup leaves at once, and the mugs from elsewhere.
    assert {(("near", 3),), (("far", 2), ("near", 1))} <= found


def test_units_are_missing_as_often_as_the_accuracy_says(stage: Any, frame: Any) -> None:
    demand = "{orders_per_day: 800, units_per_line: {2: 1}}"
    text = world(near="accuracy: {stock: 0.9}", demand=demand, units=100_000)
    journal = stage.play(text)
    first = frame(journal, "shipments").query("shipment == 1 and counted")
    short = (first["state"] == "cancelled").mean()
    n = len(first)
    assert abs(short - (1 - 0.9**2)) < 4 * np.sqrt(0.19 * 0.81 / n)
    assert measure(journal)["reallocated_share"] == pytest.approx(short)


def test_what_nobody_finds_is_not_given_to_whoever_waits_for_it(stage: Any, frame: Any) -> None:
    """a has the only mug, and b waits for one. When the doors open nobody finds it: then there is none."""
    stage.write("stock.csv", "warehouse,item,units\nnear,mug,1\n")
    near = "accuracy: {stock: 0}, hours: {mon-sun: '09:00-17:00'}"
    text = world(near=near).replace("{units: 9}", "{file: stock.csv}")
    orders = (
        "order,placed_at,region,item,units\na,2026-01-05T08:00,here,mug,1\nb,2026-01-05T08:01,here,mug,1\n"
    )
    rules = "rules:\n  - {sites: [near], otherwise: {backorder: {give_up_after_hours: 30}}}\n"
    journal = stage.play(stage.scenario(text, orders=orders), rules)
    gone = frame(journal, "disposals")
    assert gone[["at", "item", "units", "reason"]].values.tolist() == [
        [at("05T09:00"), "mug", 1, "shrinkage"]
    ]
    assert frame(journal, "orders")["cancel_reason"].tolist() == ["gave_up", "gave_up"]
    started = frame(journal, "shipments").dropna(subset="started_at")
    assert started["order"].tolist() == ["a"]


# -- on the road ------------------------------------------------------------------------------------------


def test_a_lost_parcel_is_sent_again_when_it_is_missed(stage: Any, frame: Any) -> None:
    more = "lost: {noticed_after_days: 4, then: reship}"
    scenario = stage.scenario(world(van="lost_share: 0.5", more=more), orders=ORDERS)
    journals = [stage.play(scenario, "nearest", replication) for replication in range(12)]
    tries = {len(frame(journal, "shipments")): journal for journal in journals}
    assert set(tries) >= {1, 2}
    journal = tries[2]
    lost, sent = frame(journal, "shipments").sort_values("shipment").to_dict("records")
    assert (lost["state"], sent["state"]) == ("lost", "delivered")
    assert lost["picked_up_at"] == at("05T08:10")
    assert sent["replaces"] == lost["shipment"]
    assert sent["allocated_at"] == at("09T08:10")
    assert sent["delivered_at"] == at("11T08:20")
    (order,) = frame(journal, "orders").to_dict("records")
    assert (order["state"], order["shipments"], order["revenue"]) == ("delivered", 1, 8.0)
    assert order["delivered_at"] == sent["delivered_at"]
    assert order["cost_freight"] == 10.0
    assert order["cost_goods"] == 2 * 2.5
    assert order["cost_late"] == 4.0
    assert frame(journal, "decisions")["cause"].tolist() == ["placed", "lost"]
    gone = frame(journal, "disposals")
    assert gone[["warehouse", "item", "units", "reason", "cost"]].values.tolist() == [
        ["near", "mug", 2, "lost", 2.0],
        ["near", "cup", 1, "lost", 0.5],
    ]
    kpis = measure(journal)
    assert (kpis["reship_share"], kpis["lost_share"], kpis["split_share"]) == (1.0, 0.0, 0.0)


def test_the_price_of_a_lost_parcel_is_given_back(stage: Any, frame: Any) -> None:
    more = "lost: {noticed_after_days: 4, then: refund}\npayments: {fee_share: 0.1}"
    journal = stage.play(stage.scenario(world(van="lost_share: 1", more=more), orders=ORDERS))
    (order,) = frame(journal, "orders").to_dict("records")
    assert (order["state"], order["revenue"], order["cost_payment"], order["cost_late"]) == (
        "lost",
        0.0,
        0.8,
        4.0,  # it was lost when its promise passed
    )
    assert pd.isna(order["delivered_at"])
    ledger = frame(journal, "ledger")
    of_order = ledger[ledger["order"] == "a"].set_index("account")["amount_cents"].to_dict()
    assert (of_order["revenue"], of_order["refund"]) == (-800, 800)
    assert set(ledger[ledger["order"] == "a"]["at"]) == {at("09T08:10")}
    kpis = measure(journal)
    assert (kpis["lost_share"], kpis["late_share"], kpis["late_per_order"]) == (1.0, 1.0, 4.0)


@pytest.mark.parametrize(
    ("promise", "noticed", "late"),
    [
        (5, 4, 4.0),  # missed before the promise: it is late when that passes, and no day of it is counted
        (5, 7, 4.0 + 3 * 0.5),  # from the 10th at 8:00 to the 12th at 8:10: three days have begun
        (80, 4, 0.0),  # the promise does not pass within the run
    ],
)
def test_a_lost_order_pays_for_lateness_until_it_is_missed_however_late_the_rest_comes_back(
    stage: Any, frame: Any, promise: int, noticed: int, late: float
) -> None:
    more = f"lost: {{noticed_after_days: {noticed}, then: refund}}\nreturns: {{delay_days: 30}}"
    text = world(van="carries: [loose], lost_share: 1", more=more)
    text = text.replace("id: mug,", "id: mug, handling: [loose],").replace(
        "id: cup,", "id: cup, return_share: 1,"
    )
    text = text.replace("promise_days: 5,", f"promise_days: {promise}, late_penalty_per_day: 0.5,")
    text = text.replace("}]}]\nlost", "}, {id: bike, carries: [ambient], transit_days: 1}]}]\nlost")
    journal = stage.play(stage.scenario(text, orders=ORDERS))
    (order,) = frame(journal, "orders").to_dict("records")
    assert (order["state"], order["shipments"], order["returned_units"]) == ("lost", 2, 1)
    assert order["cost_late"] == late
    settled = frame(journal, "ledger").query("order == 'a'")["at"]
    assert set(settled) == {pd.Timestamp("2026-02-05T08:10")}  # when the cup is back
    assert measure(journal)["late_share"] == (late > 0)


def test_where_nothing_is_said_of_lost_parcels_they_are_missed_and_that_is_all(
    stage: Any, frame: Any
) -> None:
    journal = stage.play(stage.scenario(world(van="lost_share: 1"), orders=ORDERS))
    (order,) = frame(journal, "orders").to_dict("records")
    assert (order["state"], order["revenue"]) == ("lost", 8.0)
    assert order["cost_late"] == 4.0  # missed on the 15th, after its promise
    assert set(frame(journal, "ledger").query("order == 'a'")["at"]) == {at("15T08:10")}


def test_parcels_are_lost_as_often_as_their_service_loses_them_and_the_same_ones_under_every_policy(
    stage: Any, frame: Any
) -> None:
    text = world(demand="{orders_per_day: 1500}", van="lost_share: 0.03", units=100_000)
    lost = {}
    for policy in ("nearest", "rules:\n  - {rank: {by: [{distance_km: {descending: true}}]}}\n"):
        shipments = frame(stage.play(text, policy), "shipments")
        lost[policy] = set(shipments[shipments["state"] == "lost"]["order"])
        n = len(shipments)
        assert abs(len(lost[policy]) / n - 0.03) < 4 * np.sqrt(0.03 * 0.97 / n)
    first, second = lost.values()
    assert first == second


def test_a_parcel_that_is_sent_again_does_not_count_as_a_split_even_where_none_is_allowed(
    stage: Any, frame: Any
) -> None:
    more = "lost: {noticed_after_days: 1, then: reship}"
    text = world(demand="{orders_per_day: 50}", van="lost_share: 0.3", more=more, units=1000)
    text = text.replace("late_penalty: 4.00}", "late_penalty: 4.00, split: never}")
    journal = stage.play(text, "cheapest")
    orders = frame(journal, "orders")
    assert set(orders[orders["counted"]]["state"]) == {"delivered"}
    assert set(orders["shipments"]) == {1}
    assert measure(journal)["reship_share"] > 0.1
