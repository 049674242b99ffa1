"""What comes back: facts of the order, the way to the shelf, and what it does to everybody else."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from reports.kpis import measure
from sim.policy import Allocation, Part, Request, Wait
from sim.view.network import Network

T0 = pd.Timestamp("2026-01-05T00:00")
MINUTE, HOUR, DAY = (pd.Timedelta(1, unit) for unit in ("min", "h", "D"))

WORLD = """\
items:
  - {{id: mug, price: 10.00, cost: 4.00, return_share: 1{item}}}
  - {{id: kettle, price: 20.00, cost: 9.00}}
regions: [{{id: town, at: [0, 0]}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: near, at: [0, 1], work_minutes: 10{site}}}
  - {{id: far, at: [0, 9], work_minutes: 10, accuracy: {{pick: {pick}}}}}
stock: {{opening: [{opening}]}}
carriers: [{{id: post, services: [{{id: ground, transit_days: 1, rates: {{base: 5.00}}}}]}}]
{returns}
"""

DELAY = "delay_days: 2"


def world(
    returns: str | None = DELAY,
    *,
    item: str = "",
    site: str = "",
    pick: float = 1,
    opening: str = "{units: 9}",
    more: str = "",
) -> str:
    section = "" if returns is None else f"returns: {{{returns}}}\n"
    return WORLD.format(item=item, site=site, pick=pick, opening=opening, returns=section + more)


def orders(*rows: tuple[str, str, str, int]) -> str:
    lines = [f"{order},{at},town,{item},{units}" for order, at, item, units in rows]
    return "\n".join(["order,placed_at,region,item,units", *lines, ""])


ONE = orders(("A", "2026-01-05T08:00", "mug", 2))
LATER = "Z,2026-01-20T08:00,town,kettle,1\n"  # so that the world goes on after A is settled
# Picked at once, on the road at 08:10 of the 5th, delivered at 08:10 of the 6th, back two days later.
BACK = T0 + 3 * DAY + 8 * HOUR + 10 * MINUTE


class Played:
    """The tables of a run, read when asked for."""

    def __init__(self, journal: Any, frame: Any) -> None:
        self.journal = journal
        self._frame = frame

    def __getattr__(self, table: str) -> pd.DataFrame:
        found = self._frame(self.journal, table)
        return found.set_index("order", drop=False) if table == "orders" else found


@pytest.fixture(name="play")
def play_(stage: Any, frame: Any) -> Any:
    def play(text: str, book: str = ONE, policy: str = "nearest", **options: Any) -> Played:
        return Played(stage.play(stage.scenario(text, orders=book), policy, **options), frame)

    return play


def accounts(played: Played, order: str = "A") -> dict[str, int]:
    ledger = played.ledger
    mine = ledger[ledger["order"] == order]
    return dict(zip(mine["account"], mine["amount_cents"], strict=True))


# -- who and how often ----------------------------------------------------------------------------------------------


def test_nothing_comes_back_without_a_section_about_returns(play):
    assert play(world(None)).returns.empty


class ByUnits:
    """Takes every unit that is there, from the first warehouse on."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        (line,) = order.open
        left, parts = order.units[line], []
        for site in range(len(network.warehouses)):
            units = min(left, int(network.available[order.items[line], site]))
            if units:
                parts.append(Part(site, ((line, units),), 0))
                left -= units
        return Allocation(tuple(parts), (Wait((line,)),) if left else ())


def test_a_line_of_several_parcels_comes_back_from_each_of_them(play):
    opening = "{units: 2}, {warehouses: [far], units: 3}"
    played = play(world(opening=opening), orders(("A", "2026-01-05T08:00", "mug", 5)), ByUnits())
    rows = played.returns[["shipment", "warehouse", "units"]].values.tolist()
    assert rows == [[1, "near", 2], [2, "far", 3]]
    assert played.orders.loc["A", ["returned_units", "refunded"]].tolist() == [5, 50]


def test_what_waits_while_a_part_comes_back_is_paid_for_once(play):
    # Two of five are there; they come back, go out again, and so on; the last one goes with a replacement.
    opening = "{units: 0}, {warehouses: [near], units: 2}"
    for returns, paid in ((DELAY, 0), (DELAY + ", replace_share: 1", 50)):
        played = play(world(returns, opening=opening), orders(("A", "2026-01-05T08:00", "mug", 5)), ByUnits())
        assert len(played.shipments) == 3
        assert played.orders.loc["A", ["revenue", "refunded"]].tolist() == [paid, 50 - paid]


def test_a_replacement_is_kept(play):
    played = play(world(DELAY + ", replace_share: 1, outcomes: {scrap: 1}"))
    assert len(played.returns) == 1
    assert played.returns["remedy"].tolist() == ["replacement"]
    shipments = played.shipments
    assert shipments["replaces"].fillna(0).tolist() == [0, 1]
    assert shipments["allocated_at"].tolist()[1] == BACK
    # It costs its work and its way, and brings nothing; what was scrapped is no longer sold, but written off.
    assert accounts(played) == {
        "revenue": -2000, "freight": 1000, "purchase": 800, "stock": -1600, "returns": 800, "cash": 1000,
    }  # fmt: skip


def test_a_replacement_that_nobody_can_send_is_refunded(play):
    rules = "name: strict\nrules:\n  - {otherwise: cancel}\n"
    terms = DELAY + ", replace_share: 1, outcomes: {scrap: 1}"
    played = play(world(terms, opening="{units: 0}, {warehouses: [near], units: 2}"), ONE, rules)
    assert played.decisions["cause"].tolist() == ["placed", "returned"]
    assert played.orders.loc["A", ["state", "revenue", "refunded"]].tolist() == ["delivered", 0, 20]
    assert accounts(played) == {"revenue": -2000, "refund": 2000, "freight": 500, "stock": -800, "returns": 800,
                                "cash": -500}  # fmt: skip


def test_an_order_whose_replacement_never_comes_was_delivered_all_the_same(play):
    terms = DELAY + ", replace_share: 1, outcomes: {scrap: 1}"
    played = play(world(terms, opening="{units: 0}, {warehouses: [near], units: 2}", more="drain_days: 9\n"))
    assert played.shipments["state"].tolist() == ["delivered", "backordered"]
    assert played.orders.loc["A", ["state", "delivered_at"]].tolist() == [
        "delivered",
        T0 + DAY + 490 * MINUTE,
    ]


def test_a_replacement_does_not_make_a_delivered_order_late(play):
    text = world(DELAY + ", replace_share: 1").replace(
        "demand:", "segments: [{id: standard, promise_days: 2, late_penalty: 7.00}]\ndemand:"
    )
    played = play(text)
    assert played.orders.loc["A", ["state", "delivered_at"]].tolist() == [
        "delivered",
        T0 + DAY + 490 * MINUTE,
    ]
    assert played.orders.loc["A", "cost_late"] == 0


# -- the way to the shelf -------------------------------------------------------------------------------


def test_the_second_of_every_step(play):
    played = play(world(DELAY + ", inspect_minutes: 7.5"))
    (row,) = played.returns.to_dict("records")
    assert row["sent_at"] == T0 + DAY + 490 * MINUTE
    assert row["received_at"] == BACK
    assert row["inspected_at"] == BACK + 7.5 * MINUTE
    assert row["warehouse"] == "near"
    ledger = played.ledger
    assert set(ledger.loc[ledger["order"] == "A", "at"]) == {BACK + 7.5 * MINUTE}  # then it is settled


@pytest.mark.parametrize(
    ("to", "site"), [("origin", "far"), ("nearest", "near"), ("far", "far"), ("near", "near")]
)
def test_where_it_goes(play, to, site):
    opening = "{units: 0}, {warehouses: [far], units: 9}"
    played = play(world(f"{DELAY}, to: {to}", opening=opening), ONE + LATER)
    assert played.shipments["warehouse"].tolist() == ["far", "far"]
    assert played.returns["warehouse"].tolist() == [site]
    on_hand = played.warehouse_hours.groupby("warehouse")["on_hand"].last()
    # 9 mugs and 9 kettles; two mugs go to a customer and come back, a kettle does not.
    assert on_hand.to_dict() == ({"near": 2, "far": 15} if site == "near" else {"near": 0, "far": 17})


def test_the_nearest_site_is_one_that_may_keep_the_item(play):
    opening = "{units: 0}, {warehouses: [far], units: 9}"
    played = play(world(f"{DELAY}, to: nearest", item=", handling: [glass]", site=", handling: [ambient]",
                        opening=opening))  # fmt: skip
    assert played.returns["warehouse"].tolist() == ["far"]


def test_what_each_outcome_costs(play):
    costs = "costs: {label: 5.50, inspect: 1.20, refurbish: 3.005}"
    found = {}
    for outcome in ("restock", "refurbish", "scrap"):
        played = play(world(f"{DELAY}, outcomes: {{{outcome}: 1}}, {costs}"))
        (row,) = played.returns.to_dict("records")
        assert row["outcome"] == outcome
        assert row["cost"] == played.orders.loc["A", "cost_returns"]
        found[outcome] = row["cost"]
        assert accounts(played).get("purchase", 0) == 0
        assert accounts(played).get("stock", 0) == (-800 if outcome == "scrap" else 0)
        assert played.disposals["units"].tolist() == ([2] if outcome == "scrap" else [])
    assert found == {"restock": 6.70, "refurbish": 12.71, "scrap": 14.70}


def test_goods_from_stock_that_never_ends_are_sold_back(play):
    for outcome, returns in (("restock", 0), ("scrap", 800)):
        played = play(world(f"{DELAY}, outcomes: {{{outcome}: 1}}", opening="unlimited").replace(
            "opening: [unlimited]", "opening: unlimited"))  # fmt: skip
        found = accounts(played)
        assert "stock" not in found
        assert found.get("returns", 0) == returns
        assert found["cash"] == -500 - returns  # the freight is lost in any case


def test_all_that_was_paid_is_given_back_when_everything_came_back(play):
    text = (
        world(DELAY)
        .replace("price: 10.00", "price: 0.335")
        .replace("price: 20.00", "price: 0.335, return_share: 1")
    )
    text = text.replace("cost: 4.00", "cost: 0.125").replace("cost: 9.00", "cost: 0.125")
    opening = "{units: 0}, {items: [mug], warehouses: [near], units: 9}, {items: [kettle], warehouses: [far], units: 9}"
    text = text.replace("{units: 9}", opening)
    book = orders(("A", "2026-01-05T08:00", "mug", 1), ("A", "2026-01-05T08:00", "kettle", 1))
    split = "name: split\nrules:\n  - {split: {max_shipments: 2}}\n"
    played = play(text, book, split)
    assert len(played.returns) == 2
    assert accounts(played) == {"revenue": -67, "refund": 67, "freight": 1000, "cash": -1000}
    assert played.orders.loc["A", ["revenue", "refunded", "cost_goods"]].tolist() == [0, 0.67, 0]


def test_fees_are_not_given_back(play):
    played = play(world(DELAY, more="payments: {fee_share: 0.03, fee_fixed: 0.25}"))
    assert accounts(played)["payment_fee"] == 85


# -- age ------------------------------------------------------------------------------------------------


def test_what_was_returned_does_not_become_young(play):
    # Eight days of life from the start: two come back on the fourth and expire with those that never left.
    text = world(item=", shelf_life_days: 8", opening="{units: 0}, {warehouses: [near], units: 9}")
    played = play(text, ONE + LATER)
    assert played.returns["outcome"].tolist() == ["restock"]
    disposals = played.disposals
    assert set(disposals["at"]) == {T0 + 8 * DAY}
    assert disposals["units"].sum() == 9
    assert set(disposals["reason"]) == {"spoiled"}


def test_what_expired_on_its_way_is_spoiled_when_it_is_inspected(play):
    played = play(world(item=", shelf_life_days: 3", opening="{units: 0}, {warehouses: [near], units: 2}"))
    assert played.returns["outcome"].tolist() == ["spoiled"]
    assert played.disposals[["at", "units", "reason", "cost"]].values.tolist() == [[BACK, 2, "spoiled", 8.0]]
    # The order bears it: no stock of the site spoiled.
    assert accounts(played)["returns"] == 800
    assert measure(played.journal)["spoilage_per_order"] == 0


# -- what it does to everybody else ---------------------------------------------------------------------


def test_what_came_back_is_sold_again(play):
    opening = "{units: 0}, {warehouses: [near], units: 2}"
    book = orders(("A", "2026-01-05T08:00", "mug", 2), ("B", "2026-01-06T08:00", "mug", 2))
    played = play(world(opening=opening), book)
    shipments = played.shipments.set_index("order")
    assert shipments.loc["B", "released_at"] == BACK
    assert played.orders.loc["B", "state"] == "delivered"


def test_inspection_takes_a_station_from_shipments(play):
    book = orders(("A", "2026-01-05T08:00", "mug", 2), ("B", "2026-01-08T08:15", "kettle", 1))
    played = play(world(DELAY + ", inspect_minutes: 30"), book)
    shipments = played.shipments.set_index("order")
    assert shipments.loc["B", "started_at"] == BACK + 30 * MINUTE
    hours = played.warehouse_hours
    here = hours[(hours["warehouse"] == "near") & (hours["hour"] == T0 + 3 * DAY + 8 * HOUR)]
    assert here["busy_s"].tolist() == [1800 + 600]


@pytest.mark.parametrize(
    ("queue", "first"), [("fifo", "return"), ("priority", "shipment"), ("due", "shipment")]
)
def test_customers_who_wait_go_before_returns_unless_first_come_is_first_served(play, queue, first):
    # C is in work from 08:05 to 08:15; the return comes at 08:10, D at 08:12.
    book = orders(
        ("A", "2026-01-05T08:00", "mug", 2),
        ("C", "2026-01-08T08:05", "kettle", 1),
        ("D", "2026-01-08T08:12", "kettle", 1),
    )
    text = world(DELAY + ", inspect_minutes: 30", site=f", queue: {queue}")
    text = text.replace("demand:", "segments: [{id: standard, promise_days: 3}]\ndemand:")
    played = play(text, book)
    at_0815 = T0 + 3 * DAY + 8 * HOUR + 15 * MINUTE
    started = played.shipments.set_index("order").loc["D", "started_at"]
    inspected = played.returns["inspected_at"].tolist()
    if first == "return":
        assert started == at_0815 + 30 * MINUTE
        assert inspected == [at_0815 + 30 * MINUTE]
    else:
        assert started == at_0815
        assert inspected == [at_0815 + 40 * MINUTE]


def test_an_inspection_pauses_when_the_site_closes(play):
    played = play(world(DELAY + ", inspect_minutes: 30", site=', hours: {mon-sun: "08:00-08:30"}'))
    # 20 minutes on Thursday, the rest on Friday
    assert played.returns["inspected_at"].tolist() == [T0 + 4 * DAY + 8 * HOUR + 10 * MINUTE]


def test_an_inspection_waits_until_the_site_is_up_again(play):
    down = ", downtime: [{begins: 2026-01-08T07:00, hours: 30}]"
    played = play(world(DELAY + ", inspect_minutes: 30", site=down))
    assert played.returns["received_at"].tolist() == [BACK]
    assert played.returns["inspected_at"].tolist() == [T0 + 4 * DAY + 13.5 * HOUR]


def test_what_is_under_way_at_the_end_has_a_row(play):
    played = play(world("delay_days: 30") + "drain_days: 5\n")
    (row,) = played.returns.to_dict("records")
    assert all(pd.isna(row[column]) for column in ("outcome", "received_at", "inspected_at"))
    # Its order was delivered, whatever becomes of the return.
    assert played.orders.loc["A", ["state", "revenue"]].tolist() == ["delivered", 20]
    assert measure(played.journal)["open_share"] == 0


# -- picked by mistake ----------------------------------------------------------------------------------

FAR = "{units: 0}, {warehouses: [far], units: 40}"


def first_wrong(play: Any, text: str, book: str = ONE) -> Played:
    """Play the first replication in which the first parcel is wrong and the second is right."""
    for replication in range(40):
        played = play(text, book, replication=replication)
        if len(played.shipments) == 2:
            return played
    raise AssertionError("no mistake in 40 replications")


def test_a_wrong_item_is_shipped_again_and_put_back(play):
    played = first_wrong(play, world(None, pick=0.5, opening=FAR))
    again = played.shipments.iloc[1]
    delivered = T0 + DAY + 490 * MINUTE
    assert again["allocated_at"] == delivered
    assert again["replaces"] == 1
    (row,) = played.returns.to_dict("records")
    assert [row["reason"], row["outcome"], row["cost"]] == ["wrong_item", "restock", 0]
    assert pd.isna(row["remedy"])
    assert row["sent_at"] == row["received_at"] == row["inspected_at"] == delivered
    # Paid once, and kept waiting until the right one came.
    assert played.orders.loc["A", ["revenue", "refunded"]].tolist() == [20, 0]
    assert played.orders.loc["A", "delivered_at"] == delivered + DAY + 10 * MINUTE
    assert accounts(played) == {
        "revenue": -2000,
        "freight": 1000,
        "purchase": 800,
        "stock": -800,
        "cash": 1000,
    }
    assert measure(played.journal)["returned_share"] == 0
    assert measure(played.journal)["reship_share"] == 1


def test_a_wrong_item_goes_the_way_of_returns_where_there_is_one(play):
    terms = DELAY + ", inspect_minutes: 3, outcomes: {scrap: 1}, costs: {label: 5.50, inspect: 1.20}"
    text = world(terms, pick=0.5, opening=FAR).replace(", return_share: 1", "")
    played = first_wrong(play, text)
    (row,) = played.returns.to_dict("records")
    assert row["reason"] == "wrong_item"
    assert row["outcome"] == "restock"  # nobody used it
    assert row["inspected_at"] == BACK + 3 * MINUTE
    assert row["cost"] == 6.70
    assert played.orders.loc["A", "cost_returns"] == 6.70


def test_a_replacement_that_is_given_up_leaves_no_room_for_a_shipment_more(stage: Any, frame: Any) -> None:
    """The mug comes back and there is none to send; two cups, received ten days later at two places, are two shipments."""
    world = """\
start: 2026-01-05T00:00
days: 1
drain_days: 30
items: [{id: mug, price: 10, return_share: 1}, {id: cup, price: 10}]
regions: [{id: here}]
demand: {replay: orders.csv}
warehouses: [{id: w1}, {id: w2}]
suppliers: [{id: farm}]
stock:
  opening: [{units: 0}, {items: [mug], warehouses: [w1], units: 1}]
  replenish: [{items: [cup], warehouses: all, arrivals: {every_days: 10, units: 1}}]
carriers: [{id: p, services: [{id: s, transit_days: 1}]}]
returns: {delay_days: 3, outcomes: {scrap: 1}, replace_share: SHARE}
"""
    rules = """\
rules:
  - {when: {line: {item: [mug]}}, split: {max_shipments: 2}, rank: {by: [site_id]}, otherwise: cancel}
  - split: {max_shipments: 2, max_sites_per_line: 2}
    filters: [is_up, handles_items, {has_stock: units}]
    rank: {by: [site_id]}
    otherwise: wait
"""
    orders = "order,placed_at,region,item,units\no,2026-01-05T00:00:00,here,mug,1\no,2026-01-05T00:00:00,here,cup,2\n"
    for share in ("0", "1"):
        scenario = stage.scenario(world.replace("SHARE", share), orders=orders)
        sent = frame(stage.play(scenario, rules), "shipments").query("state != 'cancelled'")
        assert len(sent) <= 2, share
