"""From the moment an order is placed: payment, wrong data, impatience, and what handling tags ask for."""

from __future__ import annotations

import pandas as pd
import pytest

from reports.kpis import measure

T0 = pd.Timestamp("2026-01-05T00:00")
MINUTE, HOUR, DAY = (pd.Timedelta(1, unit) for unit in ("min", "h", "D"))

WORLD = """\
items:
  - {{id: fish, price: 20.00, cost: 8.00, handling: [cold]}}
  - {{id: tin, price: 3.33, cost: 1.00}}
regions: [{{id: town}}]
segments: [{{id: standard{segment}}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: hub, stations: 1, work_minutes: {work}, costs: {{per_shipment: 1.00}}}}
stock: {{opening: {{units: {units}}}}}
carriers: [{{id: post, services: [{{id: ground, pickups: ["17:00"], transit_days: 1, rates: {{base: 5.00}}}}]}}]
{more}
"""


def world(segment: str = "", work: float = 10, units: int = 9, more: str = "") -> str:
    return WORLD.format(segment=segment, work=work, units=units, more=more)


def orders(*rows: tuple[str, str, str, int]) -> str:
    lines = [f"{order},{at},town,{item},{units}" for order, at, item, units in rows]
    return "\n".join(["order,placed_at,region,item,units", *lines, ""])


def play(stage, text, book, policy="nearest"):
    journal = stage.play(stage.scenario(text, orders=book), policy)
    shipments = journal.table("shipments").to_pandas()
    return journal, journal.table("orders").to_pandas().set_index("order"), shipments


def test_a_tag_adds_its_work_and_its_packaging_once_a_shipment(stage):
    protocols = "protocols: {cold: {extra_work_minutes: 2.5, packaging_cost: 1.805}}"
    book = orders(
        ("A", "2026-01-05T08:00", "fish", 2),
        ("A", "2026-01-05T08:00", "tin", 1),
        ("B", "2026-01-05T09:00", "tin", 1),
    )
    journal, table, shipments = play(stage, world(more=protocols), book)
    work = (shipments.packed_at - shipments.started_at).tolist()
    assert work == [12.5 * MINUTE, 10 * MINUTE]
    assert shipments.cost_handling.tolist() == [2.81, 1.00]  # 1.805 rounds half away from zero
    assert table.cost_handling.to_dict() == {"A": 2.81, "B": 1.00}
    ledger = journal.table("ledger").to_pandas()
    assert ledger[ledger.account == "packaging"].amount_cents.tolist() == [181]


def test_a_fee_is_taken_of_the_whole_order_and_a_fixed_one_for_each_capture(stage):
    text = (
        world(units=9, more="payments: {fee_share: 0.029, fee_fixed: 0.30}")
        .replace("stock:", "  - {id: depot, stations: 1, handling: [cold], work_minutes: 10}\nstock:")
        .replace("{id: hub,", "{id: hub, handling: [ambient],")
    )
    book = orders(("A", "2026-01-05T08:00", "fish", 1), ("A", "2026-01-05T08:00", "tin", 1))
    _, table, shipments = play(stage, text, book)
    assert len(shipments) == 2
    # 2.9 % of 23.33 is 0.67657, and two captures at 0.30
    assert table.cost_payment["A"] == pytest.approx(0.68 + 0.60)


def test_a_declined_order_ends_where_it_began(stage):
    text = world(more="payments: {declined_share: 1}")
    journal, table, shipments = play(stage, text, orders(("A", "2026-01-05T08:00", "tin", 1)))
    assert table.state["A"] == "cancelled"
    assert table.cancel_reason["A"] == "declined"
    assert len(shipments) == 0
    assert journal.table("decisions").num_rows == 0
    assert measure(journal)["declined_share"] == 1


def test_the_declined_share_is_met_and_does_not_depend_on_the_policy(stage):
    text = world(work=0, units=5000, more="payments: {declined_share: 0.2}").replace(
        "demand: {replay: orders.csv}", "start: 2026-01-05T00:00\ndays: 2\ndemand: {orders_per_day: 1000}"
    )
    declined = []
    for policy in ("nearest", "fewest_shipments"):
        table = stage.play(text, policy).table("orders").to_pandas()
        declined.append(set(table.order[table.cancel_reason == "declined"]))
        share = (table.cancel_reason == "declined").mean()
        assert abs(share - 0.2) < 4 * (0.2 * 0.8 / len(table)) ** 0.5
    assert declined[0] == declined[1]


def test_an_order_with_wrong_data_is_held_until_they_are_right(stage):
    text = world(more="capture_errors: {error_share: 1, corrected_after_hours: 6}")
    journal, table, _ = play(stage, text, orders(("A", "2026-01-05T08:00", "tin", 1)))
    assert journal.table("decisions").to_pandas()["at"].tolist() == [T0 + 14 * HOUR]
    assert table.delivered_at["A"] == T0 + 17 * HOUR + DAY


@pytest.mark.parametrize(("work", "hours"), [(90, 1), (10, 4)], ids=["in work", "on the dock"])
def test_goods_go_back_when_a_customer_leaves_before_the_pickup(stage, work, hours):
    text = world(segment=f", impatience_days: {hours / 24}", work=work, units=2)
    journal, table, shipments = play(stage, text, orders(("A", "2026-01-05T07:00", "tin", 2)))
    assert table.loc["A", ["state", "cancel_reason"]].tolist() == ["cancelled", "impatience"]
    assert shipments.state.tolist() == ["cancelled"]
    ledger = journal.table("ledger").to_pandas()
    settled = ledger[ledger.order == "A"]
    assert set(settled["at"]) <= {T0 + (7 + hours) * HOUR}
    assert set(settled.account) <= {"handling", "cash"}  # a packed parcel cost its work; its goods went back
    assert journal.table("warehouse_hours").to_pandas().on_hand.iloc[-1] == 4


def test_a_queued_shipment_leaves_the_queue_with_its_customer(stage):
    text = world(segment=f", impatience_days: {0.25 / 24}", work=30)
    book = orders(("A", "2026-01-05T16:40", "tin", 1), ("B", "2026-01-05T16:40", "tin", 1))
    _, table, shipments = play(stage, text, book)
    assert set(table.cancel_reason) == {"impatience"}  # both at 16:55: A in work, B behind it
    assert shipments.started_at.isna().tolist() == [False, True]


def test_what_a_leaving_customer_gives_back_goes_to_who_waits(stage):
    text = world(segment=", impatience_days: 0.25", work=10, units=1)
    rules = "name: waits\nrules:\n  - {otherwise: {backorder: {give_up_after_hours: 100}}}\n"
    book = orders(("A", "2026-01-05T18:00", "tin", 1), ("B", "2026-01-05T19:00", "tin", 1))
    _, table, _ = play(stage, text, book, rules)
    # A is packed at 18:10 and waits on the dock for 17:00 of the next day; its customer leaves at 00:00.
    # B takes the unit, and is itself too late: it leaves at 01:00, before any pickup.
    assert table.cancel_reason.to_dict() == {"A": "impatience", "B": "impatience"}
    assert table.attempts.to_dict() == {"A": 1, "B": 1}


def test_nobody_leaves_once_something_was_picked_up(stage):
    text = world(segment=", impatience_days: 0.4", work=10)
    _, table, _ = play(stage, text, orders(("A", "2026-01-05T16:00", "tin", 1)))
    assert table.state["A"] == "delivered"
