"""The books: every order, unit and cent of a run is accounted for, and a table says so."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from reports.kpis import KPIS
from reports.reconciliation import COLUMNS, reconcile, reconciliation, unbalanced
from reports.result import write_result
from sim.journal import ACCOUNTS

WORLD = """\
start: 2026-01-05T00:00
days: 1.5
drain_days: 0.25
items: [{id: tin, price: 3.33, cost: 1.10}, {id: mug, price: 7.00, cost: 2.00}]
regions: [{id: here, at: [50, 8]}]
segments: [{id: standard, impatience_days: 0.4}]
demand: {orders_per_day: 150, units_per_line: {1: 2, 3: 1}}
warehouses:
  - {id: hub, at: [50, 8], stations: 1, work_minutes: 7, hours: {mon-sun: "06:00-20:00"}, costs: {per_shipment: 0.90}}
  - {id: shop, at: [48, 11], stations: 1, work_minutes: 25}
stock: {opening: {units: 70}}
carriers: [{id: post, services: [{id: parcel, pickups: ["12:00", "19:00"], transit_days: 0.3, rates: {base: 4.25}}]}]
payments: {declined_share: 0.1, fee_share: 0.029}
"""


def test_every_order_unit_and_cent_is_accounted_for(stage: Any, frame: Any) -> None:
    journal = stage.play(WORLD)
    books = reconcile(journal)
    orders, shipments, ledger = (frame(journal, name) for name in ("orders", "shipments", "ledger"))
    states = orders["state"].value_counts()
    declined = int((orders["cancel_reason"] == "declined").sum())
    assert {name: amount for name, amount in books.items() if name.startswith("orders.")} == {
        "orders.placed": len(orders), "orders.delivered": states["delivered"],
        "orders.cancelled": states["cancelled"] - declined, "orders.lost": 0, "orders.open": states["open"],
        "orders.declined": declined, "orders.difference": 0,
    }  # fmt: skip
    assert min(declined, states["delivered"], states["cancelled"] - declined, states["open"]) > 0

    shipped = shipments.loc[shipments["picked_up_at"].notna(), "units"].sum()
    in_work = shipments.loc[shipments["state"].isin(["in_work", "packed"]), "units"].sum()
    assert min(shipped, in_work) > 0
    assert {name: amount for name, amount in books.items() if name.startswith("units.")} == {
        "units.opening": 280, "units.received": 0, "units.returned": 0, "units.on_hand": 280 - shipped - in_work,
        "units.in_work": in_work, "units.shipped": shipped, "units.sold": 0, "units.spoiled": 0, "units.scrapped": 0,
        "units.shrinkage": 0, "units.sent": 0, "units.difference": 0,
    }  # fmt: skip

    of_orders = ledger["order"].notna()
    for whose, rows in (("orders", ledger[of_orders]), ("sites", ledger[~of_orders])):
        sums = rows.groupby("account")["amount_cents"].sum()
        for name in ACCOUNTS:
            assert books[f"money.{whose}_{name}"] == sums.get(name, 0), name
    assert books["money.sites_stock"] == 70 * 2 * (110 + 200)
    assert books["money.orders_revenue"] < 0
    assert books["money.difference"] == 0


def test_stock_that_never_ends_is_in_no_book(stage: Any) -> None:
    books = reconcile(stage.play(WORLD.replace("{opening: {units: 70}}", "{}")))
    assert {amount for name, amount in books.items() if name.startswith("units.")} == {0}
    assert books["orders.delivered"] > 0


BOOKS = {
    "orders.placed": 7,
    "orders.delivered": 7,
    "orders.difference": 0,
    "orders": 7.0,
    "money.sites_cash": -12345,
}


def test_the_table_holds_the_books_of_every_replication_and_no_kpi() -> None:
    rows = list(reconciliation([("near", 0, BOOKS), ("near", 1, {"units.sent": 2})]))
    assert rows == [
        ("near", 0, "orders", "placed", "orders", 7), ("near", 0, "orders", "delivered", "orders", 7),
        ("near", 0, "orders", "difference", "orders", 0), ("near", 0, "money", "sites_cash", "cents", -12345),
        ("near", 1, "units", "sent", "units", 2),
    ]  # fmt: skip


def test_the_table_is_written_beside_the_kpis(tmp_path: Path, write: Any) -> None:
    write({"near": {"orders": [1.0]}})
    with (tmp_path / "reconciliation.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [list(COLUMNS)]
    result = {**dict.fromkeys(KPIS, 0.0), **BOOKS}
    write_result(tmp_path, [("near", 1, result), ("near", 0, result)], "near", {})
    lines = (tmp_path / "reconciliation.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "near,0,orders,placed,orders,7"
    assert lines[8] == "near,1,money,sites_cash,cents,-12345"
    assert len(lines) == 9


def test_a_book_that_does_not_add_up_is_told() -> None:
    assert unbalanced([("near", 0, BOOKS)]) == []
    assert unbalanced([("near", 0, BOOKS), ("far", 3, {"units.difference": -1200})]) == [
        "far, replication 3: -1,200 units are missing in the book of units"
    ]


def test_a_lost_unit_is_a_difference(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of every run, cell by cell, raises first; without it the book shows what is missing."""
    monkeypatch.setattr("sim.replication.check_units", lambda *_: None)
    monkeypatch.setattr("sim.stock.inventory.Inventory.ship", lambda *_: None)
    books = reconcile(stage.play(WORLD))
    assert books["units.shipped"] == 0
    assert books["units.difference"] > 0
