"""Sales over the counter compete with orders for what lies in a store."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from reports.kpis import measure
from reports.reconciliation import reconcile

T0 = pd.Timestamp("2026-01-05T00:00")
HOUR = pd.Timedelta(1, "h")

WORLD = """\
start: 2026-01-05T00:00
days: 2
drain_days: 1
items: [{{id: tin, price: 3.33, cost: 1.10, popularity: 3}}, {{id: mug, price: 7.00, cost: 2.005}}]
regions: [{{id: here, at: [50, 8]}}]
demand: {demand}
warehouses:
  - id: shop
    at: [50, 8]
    hours: {{mon-sun: "08:00-20:00"}}
    walk_ins: {{units_per_day: {units}}}
    {more}
  - {{id: barn, at: [48, 11], work_minutes: 3}}
stock: {stock}
carriers: [{{id: post, services: [{{id: parcel, transit_days: 0.2, rates: {{base: 4}}}}]}}]
"""


def world(
    units: float = 60, demand: str = "{orders_per_day: 0}", stock: str = "{}", more: str = "kind: store"
) -> str:
    return WORLD.format(units=units, demand=demand, stock=stock, more=more)


def test_every_sale_is_a_row_and_its_money_is_posted_day_by_day(stage: Any, frame: Any) -> None:
    journal = stage.play(world(stock="{opening: {units: 1000}}"))
    sales, ledger = frame(journal, "walk_ins"), frame(journal, "ledger")
    assert (sales["units"] == 1).all()
    assert (sales["lost_units"] == 0).all()
    assert set(sales["warehouse"]) == {"shop"}
    assert 60 < len(sales) < 200  # nobody waits for an order: the run is the window, two days
    assert sales["at"].dt.hour.between(8, 19).all()
    price, cost = {"tin": 333, "mug": 700}, {"tin": 1.10, "mug": 2.005}
    posted = ledger[ledger["account"] == "revenue"].set_index("at")["amount_cents"]
    assert posted.index.tolist() == [T0 + 24 * HOUR, T0 + 48 * HOUR]
    assert (ledger["warehouse"].isin(["shop", "barn"])).all()
    for day, amount in enumerate(posted):
        mine = sales[sales["at"].dt.day == 5 + day]
        assert -amount == mine["item"].map(price).sum()
    by_account = ledger[ledger["at"] > T0].groupby("account")["amount_cents"].sum()
    goods = round(sales["item"].map(cost).sum() * 100 + 1e-6)
    assert by_account["purchase"] == goods
    assert by_account["stock"] == -goods
    assert by_account["cash"] == -posted.sum()
    books = reconcile(journal)
    assert books["units.sold"] == len(sales)
    assert books["units.on_hand"] == 4000 - len(sales)


def test_what_is_missing_is_lost(stage: Any, frame: Any) -> None:
    """The counter takes the safety stock too, and nothing that an order has reserved."""
    book = "order,placed_at,region,item,units\nA,2026-01-05T06:00,here,tin,3\nB,2026-01-05T06:01,here,tin,1\n"
    stage.write("orders.csv", book)
    text = world(
        demand="{replay: orders.csv}",
        stock="{opening: [{units: 5}, {warehouses: [barn], units: 0}]}",
        more="safety_stock: {units: 2}",
    )
    journal = stage.play(text)
    sales, shipments = frame(journal, "walk_ins"), frame(journal, "shipments")
    # A takes the three that orders may take before the shop opens; B finds nothing, and waits.
    assert shipments[["order", "state"]].to_numpy().tolist() == [["A", "delivered"], ["B", "backordered"]]
    tins = sales[sales["item"] == "tin"]
    assert tins["units"].tolist() == [1, 1] + [0] * (len(tins) - 2)
    assert (sales["units"] + sales["lost_units"] == 1).all()
    mugs = sales[sales["item"] == "mug"]
    assert mugs["units"].tolist() == [1] * 5 + [0] * (len(mugs) - 5)
    assert min(len(tins) - 2, len(mugs) - 5) > 0


def test_orders_come_up_short_because_of_walk_ins(stage: Any, frame: Any) -> None:
    """The same orders, with and without a counter: it drains the nearest site, so they come from further away."""
    demand, stock = "{orders_per_day: 50}", "{opening: {units: 120}}"
    chosen = {}
    for units in (0, 100):
        shipments = frame(stage.play(world(units=units, demand=demand, stock=stock)), "shipments")
        chosen[units] = set(shipments.loc[shipments["warehouse"] == "shop", "order"])
    assert chosen[100] < chosen[0]


def test_the_counter_is_closed_while_the_site_is_down(stage: Any, frame: Any) -> None:
    down = (
        "downtime: [{begins: 2026-01-05T10:00, hours: 3}, {begins: 2026-01-05T15:00, hours: 2, factor: 0.5}]"
    )
    sales = frame(stage.play(world(units=400, more=down)), "walk_ins")
    lost = sales[sales["lost_units"] == 1]
    closed = sales["at"].between(T0 + 10 * HOUR, T0 + 13 * HOUR, inclusive="left")
    assert len(lost) > 30
    assert sales.index[closed].tolist() == lost.index.tolist()
    # Who asks is a fact of the order book, whatever the site does.
    undisturbed = frame(stage.play(world(units=400)), "walk_ins")
    assert sales[["at", "item"]].equals(undisturbed[["at", "item"]])


def test_stock_that_never_ends_is_bought_as_it_is_sold(stage: Any, frame: Any) -> None:
    journal = stage.play(world(), name="policy")
    ledger = frame(journal, "ledger")
    by_account = ledger.groupby("account")["amount_cents"].sum()
    assert "stock" not in by_account
    assert by_account["cash"] == -by_account["revenue"] - by_account["purchase"]
    assert reconcile(journal)["units.sold"] == 0  # of stock that ends


def test_walk_ins_go_on_until_the_run_ends_and_count_in_the_turns_of_the_window(
    stage: Any, frame: Any
) -> None:
    text = world(units=300, demand="{orders_per_day: 30}", stock="{opening: {units: 900}}")
    journal = stage.play(text.replace("transit_days: 0.2", "transit_days: 0.9"))
    sales = frame(journal, "walk_ins")
    assert sales["at"].max() > T0 + 48 * HOUR
    kpis = measure(journal)
    sold = int(sales.loc[sales["at"] < T0 + 48 * HOUR, "units"].sum())
    assert sold > 400
    assert kpis["inventory_turns"] == pytest.approx(365 * (sold + 60) / 2 / 3200, rel=0.2)


def test_they_are_the_same_whatever_the_policy_does(stage: Any, frame: Any) -> None:
    text = world(demand="{orders_per_day: 40}", stock="{opening: {units: 40}}")
    asked = [
        frame(stage.play(text, policy), "walk_ins")[["at", "warehouse", "item"]]
        for policy in ("nearest", "cheapest")
    ]
    length = min(map(len, asked))
    assert asked[0][:length].equals(asked[1][:length])
    other = frame(stage.play(text, replication=1), "walk_ins")
    assert not other["at"][:10].equals(asked[0]["at"][:10])
