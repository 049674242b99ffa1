"""How warehouses are filled up again: terms of suppliers, depots, transfers, arrivals, and the door."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.catalogue import Catalogue
from sim.journal import Journal
from sim.orderbook.demand import demand_by_cell
from sim.scenario.levels import DaysOfDemand
from sim.stock.levels import Levels

START = pd.Timestamp("2026-01-05")

WORLD = """\
items: [{id: tin, cost: 1.00, weight_kg: 2, volume_l: 10}, {id: cup, cost: 0.50, weight_kg: 1, volume_l: 4}]
regions: [{id: here}]
demand: {replay: orders.csv}
start: 2026-01-05T00:00
days: 20
drain_days: 0
warehouses: [{id: shop}]
carriers: [{id: post, services: [{id: parcel}]}]
suppliers: [{id: mill, lead_days: 2}]
"""

BACKORDER = "name: patient\nrules: [{filters: [{has_stock: all}], otherwise: backorder}]\n"


def day(at: Any) -> float:
    return float((at - START) / pd.Timedelta(days=1))


@pytest.fixture
def play(stage: Any) -> Any:
    """Return the function that plays orders (day, item, units) in a world with a section `stock`."""

    def played(
        stock: str,
        orders: list[tuple[float, str, int]],
        world: str = WORLD,
        policy: str = BACKORDER,
        **changes: str,
    ) -> Journal:
        text = world
        for old, new in changes.items():
            assert f"{old}: [" in text, old
            text = "".join(
                f"{old}: {new}\n" if line.startswith(f"{old}: [") else line
                for line in text.splitlines(keepends=True)
            )
        rows = [
            f"o{number},{START + pd.Timedelta(days=at):%Y-%m-%dT%H:%M:%S},here,{item},{units}"
            for number, (at, item, units) in enumerate(orders, start=1)
        ]
        table = "\n".join(["order,placed_at,region,item,units", *rows, ""])
        return stage.play(stage.scenario(text + f"stock: {stock}\n", orders=table), policy)

    return played


@pytest.fixture
def receipts(frame: Any) -> Any:
    """Return the function from a journal to what was received: (ordered, arrived, warehouse, source, item, units)."""

    def received(journal: Journal, *columns: str) -> list[tuple[Any, ...]]:
        rows = frame(journal, "supply")
        for column in ("ordered_at", "sent_at", "arrived_at"):
            rows[column] = [day(at) for at in rows[column]]
        table = rows[list(columns)].astype(object)
        return [tuple(row) for row in table.where(table.notna(), None).itertuples(index=False)]

    return received


# -- what is ordered --------------------------------------------------------------------------------------


def test_an_order_has_at_least_the_minimum_of_each_item_in_multiples(play: Any, receipts: Any) -> None:
    # 10 + 3 are missing. Of tins 10 of at least 8 in sixes: 12. Of cups 3, at least 8: 12.
    journal = play(
        "{opening: {units: 10}, replenish: [{from: mill, review: {every_days: 5, order_up_to: {units: 10}}}]}",
        [(1, "tin", 10), (2, "cup", 3)],
        suppliers="[{id: mill, minimum_units: 8, multiple_units: 6}]",
    )
    assert receipts(journal, "ordered_at", "item", "units") == [(5, "tin", 12), (5, "cup", 12)]


def test_an_order_lifts_the_position_above_the_reorder_point_by_the_smallest_multiple(
    play: Any, receipts: Any
) -> None:
    # 20 - 17 = 3 is at or below 10: 4 + 4 reach 11. Then 11 - 1 = 10, which is at the reorder point: 4.
    journal = play(
        "{opening: {units: 20}, replenish: [{items: [tin], from: mill, review: {reorder_point: {units: 10}, order_units: 4}}]}",
        [(1, "tin", 17), (5, "tin", 1)],
    )
    assert receipts(journal, "ordered_at", "arrived_at", "units") == [(1, 3, 8), (5, 7, 4)]


def test_what_one_review_asks_of_one_supplier_is_one_order(play: Any, receipts: Any, frame: Any) -> None:
    journal = play(
        "{opening: {units: 10}, replenish: [{from: mill, cost_per_kg: 0.10, review: {every_days: 4, order_up_to: {units: 10}}}]}",
        [(1, "tin", 5), (2, "cup", 3), (6, "cup", 1)],
        suppliers="[{id: mill, lead_days: {gamma: {mean: 2, cv: 0.5}}, costs: {per_order: 40.00}}]",
    )
    rows = receipts(journal, "purchase", "item", "units", "cost_goods", "cost_order", "cost_freight")
    # 40.00 once an order; 5 tins of 2 kg and 3 cups of 1 kg at 0.10.
    assert rows == [
        (1, "tin", 5, 5.00, 40.00, 1.00), (1, "cup", 3, 1.50, 0.00, 0.30), (2, "cup", 1, 0.50, 40.00, 0.10),
    ]  # fmt: skip
    first, second, later = receipts(journal, "ordered_at", "arrived_at")
    assert first == second
    assert first[1] - first[0] != later[1] - later[0]  # each order has a lead time of its own
    ledger = frame(journal, "ledger")
    site = ledger[ledger["order"].isna()].groupby("account")["amount_cents"].sum()
    assert site["purchase"] == 8_140
    assert site["stock"] == 1500 + 700  # opening 10 tins and 10 cups; 5 tins and 4 cups


def test_orders_that_are_open_at_once_never_order_twice(play: Any, receipts: Any) -> None:
    # The first order is 11 days on its way, through ten reviews.
    journal = play(
        "{opening: {units: 5}, replenish: [{items: [tin], from: mill, lead_days: 11, review: {every_days: 1, order_up_to: {units: 5}}}]}",
        [(1, "tin", 4), (3, "tin", 3), (3.5, "tin", 1)],
    )
    # 4 on day 1; on day 3 a customer waits for 3 with 1 bound for him; the last one on day 4.
    assert receipts(journal, "ordered_at", "arrived_at", "units") == [(1, 12, 4), (3, 14, 3), (4, 15, 1)]


def test_without_a_lead_time_goods_are_there_in_the_second_of_the_review(
    play: Any, receipts: Any, frame: Any
) -> None:
    journal = play(
        "{opening: {units: 0}, replenish: [{items: [tin], from: mill, lead_days: 0, review: {order_up_to: {units: 2}}}]}",
        [(1, "tin", 2), (1, "tin", 3), (2, "tin", 1)],
    )
    # Both orders of day 1 are placed before the review, which fills up what they took and what they wait for.
    assert receipts(journal, "ordered_at", "arrived_at", "units") == [(0, 0, 2), (1, 1, 5), (2, 2, 1)]
    assert [day(at) for at in frame(journal, "shipments")["started_at"]] == [1, 1, 2]


def test_the_last_rule_that_matches_holds(play: Any, receipts: Any) -> None:
    journal = play(
        "{opening: {units: 4}, replenish: ["
        "{from: mill, review: {order_up_to: {units: 9}}}, "
        "{items: [tin], from: mill, review: {order_up_to: {units: 6}}}, "
        "{items: [cup], arrivals: {every_days: 7, units: 3}}]}",
        [(19, "tin", 1)],
    )
    rows = receipts(journal, "ordered_at", "arrived_at", "source", "item", "units")
    assert rows == [
        (0, 2, "mill", "tin", 2), (None, 7, None, "cup", 3), (None, 14, None, "cup", 3),
        (19, None, "mill", "tin", 1),
    ]  # fmt: skip


# -- suppliers --------------------------------------------------------------------------------------------


def test_an_order_placed_in_an_outage_leaves_at_its_end(play: Any, receipts: Any) -> None:
    journal = play(
        "{opening: {units: 9}, replenish: [{items: [tin], from: mill, review: {order_up_to: {units: 9}}}]}",
        [(1, "tin", 1), (3, "tin", 1), (4, "tin", 1)],
        suppliers="[{id: mill, lead_days: 2, downtime: [{begins: 2026-01-07T12:00, hours: 36}]}]",
    )
    # The mill stands still from day 2.5 to day 4; what left it is on its way all the same.
    rows = receipts(journal, "ordered_at", "sent_at", "arrived_at")
    assert rows == [(1, 1, 3), (3, 4, 6), (4, 4, 6)]


def test_random_outages_are_facts_of_the_supplier(play: Any, receipts: Any) -> None:
    suppliers = "[{id: mill, lead_days: 0, downtime: [{every_hours: {exponential: {mean: 20}}, hours: 15}]}]"
    stock = (
        "{opening: {units: 50}, replenish: [{items: [tin], from: mill, review: {order_up_to: {units: UP}}}]}"
    )
    orders = [(0.5 + number / 4, "tin", 1) for number in range(60)]
    rows = receipts(play(stock.replace("UP", "50"), orders, suppliers=suppliers), "ordered_at", "sent_at")
    late = {sent for ordered, sent in rows if sent > ordered}
    assert len(rows) == 60
    assert 3 <= len(late) <= 20
    more = receipts(play(stock.replace("UP", "80"), orders, suppliers=suppliers), "ordered_at", "sent_at")
    assert late <= {sent for ordered, sent in more}


# -- depots -----------------------------------------------------------------------------------------------

DEPOT = WORLD.replace(
    "warehouses: [{id: shop}]",
    "warehouses: [{id: depot, serves: none}, {id: shop}, {id: kiosk, serves: none}]",
)


def test_a_depot_ships_what_it_has_and_owes_the_rest_first_come_first_served(
    play: Any, receipts: Any
) -> None:
    journal = play(
        "{opening: [{units: 4}], replenish: ["
        "{items: [tin], from: depot, lead_days: 1, review: {every_days: 3, order_up_to: {units: 10}}}, "
        "{items: [tin], warehouses: [depot], arrivals: {every_days: 5, units: 3}}]}",
        [(19.5, "tin", 1)],
        world=DEPOT,
    )
    # Both want 6 on day 0. The shop, which comes first in the file, gets all 4, and is owed 2 before the kiosk's 6.
    rows = receipts(journal, "purchase", "ordered_at", "sent_at", "arrived_at", "warehouse", "units")
    assert [row for row in rows if row[4] != "depot"] == [
        (1, 0, 0, 1, "shop", 4), (1, 0, 5, 6, "shop", 2), (2, 0, 5, 6, "kiosk", 1), (2, 0, 10, 11, "kiosk", 3),
        (2, 0, 15, 16, "kiosk", 2),
    ]  # fmt: skip


def test_customers_of_a_depot_wait_in_the_same_line(play: Any, receipts: Any, frame: Any) -> None:
    world = DEPOT.replace("{id: depot, serves: none}, {id: shop}", "{id: depot}, {id: shop, serves: none}")
    journal = play(
        "{opening: {units: 0}, replenish: ["
        "{items: [tin], warehouses: [shop], from: depot, review: {every_days: 4, order_up_to: {units: 2}}}, "
        "{items: [tin], warehouses: [depot], from: mill, lead_days: 10, review: {every_days: 1, order_up_to: {units: 0}}}]}",
        [(1, "tin", 3), (5, "tin", 1)],
        world=world,
    )
    # What the depot owes counts in its position: it orders 2 for the shop on day 0, 3 on day 1 and 1 on day 5.
    rows = receipts(journal, "ordered_at", "sent_at", "arrived_at", "warehouse", "units")
    assert rows == [
        (0, 0, 10, "depot", 2), (0, 10, 10, "shop", 2), (1, 1, 11, "depot", 3), (5, 5, 15, "depot", 1),
    ]  # fmt: skip
    assert [day(at) for at in frame(journal, "shipments")["started_at"]] == [11, 15]


def test_safety_stock_of_a_depot_stays(play: Any, receipts: Any) -> None:
    journal = play(
        "{opening: [{units: 5}, {warehouses: [shop], units: 0}], replenish: ["
        "{items: [tin], warehouses: [shop], from: depot, review: {order_up_to: {units: 9}}}]}",
        [(19, "cup", 1)],
        world=DEPOT.replace("{id: depot,", "{id: depot, safety_stock: {units: 2},"),
    )
    assert receipts(journal, "sent_at", "units") == [(0, 3), (None, 6)]


def test_goods_of_a_depot_keep_their_age_and_their_expiry(play: Any, frame: Any) -> None:
    journal = play(
        "{opening: {units: 0}, replenish: ["
        "{items: [tin], warehouses: [depot], arrivals: {every_days: 15, units: 5}}, "
        "{items: [tin], warehouses: [shop], from: depot, lead_days: 1, review: {every_days: 18, order_up_to: {units: 2}}}]}",
        [(15.5, "tin", 1)],
        world=DEPOT.replace("days: 20", "days: 25").replace("cost: 1.00", "cost: 1.00, shelf_life_days: 8"),
    )
    # Received at the depot on day 15, at the shop on day 16, where one is sold at once, a day old; at the depot 3 spoil
    # on day 23. The shop orders another one on day 18: 3 days old when sent; it dies on day 23 too.
    assert frame(journal, "shipments")["stock_age_d"].tolist() == [1.0]
    spoiled = frame(journal, "disposals")
    assert [(day(row.at), row.warehouse, row.units) for row in spoiled.itertuples()] == [
        (23, "depot", 2), (23, "shop", 1), (23, "shop", 1),
    ]  # fmt: skip


def test_stock_that_never_ends_supplies_others_and_is_bought_as_it_leaves(
    play: Any, receipts: Any, frame: Any
) -> None:
    journal = play(
        "{opening: [{units: 0}, {warehouses: [depot], unlimited: true}], replenish: ["
        "{items: [tin], warehouses: [shop], from: depot, cost_per_kg: 0.25, review: {order_up_to: {units: 7}}}]}",
        [(1, "tin", 7)],
        world=DEPOT,
    )
    assert receipts(journal, "sent_at", "arrived_at", "units") == [(0, 0, 7), (1, 1, 7)]
    ledger = frame(journal, "ledger")
    site = ledger[ledger["order"].isna()].groupby("account")["amount_cents"].sum()
    assert site["stock"] == 1_400
    assert site["purchase"] == 2 * 7 * 2 * 25


def test_days_of_demand_of_a_depot_are_those_of_the_sites_that_the_last_rule_gives_it(stage: Any) -> None:
    text = WORLD.replace("{replay: orders.csv}", "{orders_per_day: 80}").replace(
        "[{id: shop}]",
        "[{id: national, serves: none}, {id: regional, serves: none}, {id: a}, {id: b}, {id: c}, {id: d}]",
    )
    text += """
stock:
  replenish:
    - {warehouses: [a, b, c, d], from: regional, review: {order_up_to: {days_of_demand: 2}}}
    - {warehouses: [d], from: mill, review: {order_up_to: {days_of_demand: 2}}}
    - {warehouses: all, items: [cup], from: national, review: {order_up_to: {days_of_demand: 2}}}
    - {warehouses: [regional], items: [tin], from: national, review: {order_up_to: {days_of_demand: 9}}}
    - {warehouses: [national], from: mill, review: {order_up_to: {days_of_demand: 30}}}
"""
    daily = demand_by_cell(Catalogue(stage.scenario(text)))
    # 40 tins and 40 cups a day, 10 at each of the four. Tins go national -> regional -> a, b, c; cups national -> all,
    # and the regional depot, which gets cups and passes none on, needs none.
    assert daily == pytest.approx(np.array([[30, 30, 10, 10, 10, 10], [40, 0, 10, 10, 10, 10]]))


def test_half_a_unit_of_days_of_demand_goes_up_whatever_binary_fractions_make_of_it(stage: Any) -> None:
    # 20 orders a day of one item, three quarters of them tins: 15 and 5 a day. 0.29 x 50 is 14.499999999999998.
    text = WORLD.replace("cost: 1.00", "popularity: 3").replace("days: 20", "days: 1")
    for orders, days, units in ((20, 0.1, [2, 1]), (20, 0.3, [5, 2]), (200, 0.29, [44, 15]), (10, 1, [8, 3])):
        scenario = stage.scenario(text.replace("{replay: orders.csv}", f"{{orders_per_day: {orders}}}"))
        level = Levels(Catalogue(scenario)).units(DaysOfDemand(days_of_demand=days))
        assert level[:, 0].tolist() == units


# -- transfers --------------------------------------------------------------------------------------------

TWO = WORLD.replace("[{id: shop}]", "[{id: shop}, {id: outlet, serves: none}]")


def test_a_rotation_moves_what_is_old_enough_and_keeps_its_age(play: Any, receipts: Any, frame: Any) -> None:
    journal = play(
        "{opening: [{units: 0}, {items: [tin], warehouses: [shop], units: 6}], "
        "replenish: [{items: [tin], warehouses: [shop], arrivals: {every_days: 6, units: 2}}], "
        "transfers: [{from: shop, to: outlet, when: {older_than_days: 4}, every_days: 7, lead_days: 1, cost_per_kg: 0.30}]}",
        [(1, "tin", 1)],
        world=TWO.replace("cost: 1.00", "cost: 1.00, shelf_life_days: 10"),
    )
    # On day 7 the 5 of the opening are older than 4 days, those of day 6 are not; on day 14 they are, those of day 12
    # are not. The first 5 die on day 10, the next two on day 16.
    rows = receipts(journal, "ordered_at", "arrived_at", "source", "warehouse", "units", "cost_freight")
    assert [row for row in rows if row[2]] == [
        (7, 8, "shop", "outlet", 5, 3.00), (14, 15, "shop", "outlet", 2, 1.20),
    ]  # fmt: skip
    spoiled = frame(journal, "disposals")
    assert [(day(row.at), row.warehouse, row.units) for row in spoiled.itertuples()] == [
        (10, "outlet", 5), (16, "outlet", 2),
    ]  # fmt: skip


def test_goods_that_die_on_their_way_spoil_where_they_go(play: Any, frame: Any) -> None:
    journal = play(
        "{opening: [{units: 0}, {items: [tin], warehouses: [shop], units: 6}], "
        "transfers: [{from: shop, to: outlet, when: {older_than_days: 1}, every_days: 7, lead_days: 4}]}",
        [(1, "tin", 1)],
        world=TWO.replace("cost: 1.00", "cost: 1.00, shelf_life_days: 10"),
    )
    spoiled = frame(journal, "disposals")
    assert [(day(row.at), row.warehouse, row.units) for row in spoiled.itertuples()] == [(11, "outlet", 5)]


def test_a_lateral_transfer_lifts_what_is_short_out_of_what_can_be_spared(play: Any, receipts: Any) -> None:
    journal = play(
        "{opening: [{units: 9}, {warehouses: [outlet], units: 2}], "
        "transfers: [{from: shop, to: outlet, when: {below: {units: 5}}, keep: {units: 4}, every_days: 2, lead_days: 5}]}",
        [(1, "tin", 4), (3, "cup", 1)],
        world=TWO,
    )
    # Day 2: 3 of each are missing. The shop has 5 tins and keeps 4; it has 9 cups. Later what is under way counts,
    # so that only tins are missing, and there is none to spare.
    rows = receipts(journal, "ordered_at", "arrived_at", "item", "units")
    assert rows == [(2, 7, "tin", 1), (2, 7, "cup", 3)]


def test_a_transfer_takes_nothing_that_is_promised_or_safe(play: Any, receipts: Any) -> None:
    journal = play(
        "{opening: [{units: 9}, {warehouses: [outlet], units: 0}], "
        "transfers: [{items: [tin], from: shop, to: outlet, when: {below: {units: 50}}, every_days: 2}]}",
        [(1, "tin", 4)],
        world=TWO.replace("{id: shop}", "{id: shop, stations: 0, safety_stock: {units: 2}}"),
    )
    assert receipts(journal, "ordered_at", "units") == [(2, 3)]


# -- the door ---------------------------------------------------------------------------------------------


def small(storage_l: float, costs: str = "{storage_per_l_day: 0.01}") -> str:
    return WORLD.replace("[{id: shop}]", f"[{{id: shop, storage_l: {storage_l}, costs: {costs}}}]")


def test_what_does_not_fit_waits_at_the_door_and_nothing_overtakes_it(
    play: Any, frame: Any, receipts: Any
) -> None:
    journal = play(
        "{opening: {units: 0}, replenish: ["
        "{items: [tin], from: mill, lead_days: 1, review: {reorder_point: {units: 4}, order_units: 5}}, "
        "{items: [cup], from: mill, lead_days: 2, review: {reorder_point: {units: 0}, order_units: 1}}]}",
        [(4, "tin", 1), (6, "tin", 1)],
        world=small(39),
    )
    # Day 1: 5 tins of 10 l come; 3 fit into 39 l. Day 2: a cup of 4 l would fit into the 9 l that are left, but waits
    # behind the tins. Day 4: a tin leaves, and the next goes in; 4 are left, so that 5 more are ordered, which come on
    # day 5. Day 6: the fifth tin goes in, and the cup: 39 - 30 - 4 l are left.
    hours = frame(journal, "warehouse_hours").set_index("hour")

    def at(number: float) -> tuple[int, float, float]:
        row = hours.loc[START + pd.Timedelta(days=number)]
        return row["on_hand"], row["stock_l"], row["door_l"]

    assert at(0) == (0, 0, 0)
    assert at(1) == (3, 30, 20)
    assert at(2) == (3, 30, 24)
    assert at(4) == (3, 30, 14)
    assert at(5) == (3, 30, 64)
    assert at(6) == (4, 34, 50)
    # Goods at the door count in the position: nothing was ordered twice.
    assert receipts(journal, "ordered_at", "units") == [(0, 5), (0, 1), (4, 5)]


@pytest.mark.parametrize(("costs", "door"), [("", 0.01), (", door_per_l_day: 0.05", 0.05)])
def test_the_door_is_billed_with_storage(play: Any, frame: Any, costs: str, door: float) -> None:
    journal = play(
        "{opening: {units: 0}, replenish: [{items: [tin], from: mill, review: {every_days: 50, order_up_to: {units: 5}}}]}",
        [(1, "cup", 1)],
        world=small(30, f"{{storage_per_l_day: 0.01{costs}}}"),
    )
    ledger = frame(journal, "ledger")
    # From day 2 to day 20, 30 l inside and 20 l at the door; the hour that ends on day 2 counts, as it ends with them.
    cents = ledger[ledger["account"] == "storage"]["amount_cents"].sum()
    assert cents == round(100 * (18 + 1 / 24) * (30 * 0.01 + 20 * door))


def test_goods_expire_at_the_door(play: Any, frame: Any, receipts: Any) -> None:
    journal = play(
        "{opening: {units: 0}, replenish: [{items: [tin], from: mill, review: {reorder_point: {units: 0}, order_units: 5}}]}",
        [(19, "cup", 1)],
        world=small(30).replace("cost: 1.00", "cost: 1.00, shelf_life_days: 4"),
    )
    spoiled = frame(journal, "disposals")
    # 2 at the door and 3 on the shelf die on day 6: then it orders again, which comes on day 8.
    assert [(day(row.at), row.units, row.cost) for row in spoiled.itertuples()][:2] == [
        (6, 2, 2.0),
        (6, 3, 3.0),
    ]
    assert receipts(journal, "ordered_at", "arrived_at")[:2] == [(0, 2), (6, 8)]
    reconciled = frame(journal, "reconciliation").set_index(["book", "entry"])["amount"]
    assert reconciled["units", "received"] - reconciled["units", "spoiled"] == reconciled["units", "on_hand"]


# -- arrivals and noise -----------------------------------------------------------------------------------


def test_arrivals_come_at_times_of_each_cell_that_do_not_drift(play: Any, receipts: Any) -> None:
    journal = play(
        "{opening: {units: 0}, replenish: [{items: [tin], arrivals: {every_days: 0.2, units: 2}}]}",
        [(19, "cup", 1)],
    )
    rows = receipts(journal, "arrived_at", "units", "cost_goods")
    assert rows[54] == (11.0, 2, 2.0)  # 0.2 x 55, which is not 11 in floating point
    assert len(rows) == 100


def test_lead_times_are_the_same_whatever_the_policy_does(stage: Any, frame: Any) -> None:
    text = WORLD.replace("{replay: orders.csv}", "{orders_per_day: 30}").replace(
        "lead_days: 2", "lead_days: {exponential: {mean: 1}}"
    )
    text += "stock: {replenish: [{from: mill, review: {every_days: 1, order_up_to: {units: 60}}}]}\n"

    def leads(policy: str) -> list[pd.Timedelta]:
        rows = (
            frame(stage.play(text, policy), "supply")
            .dropna()
            .drop_duplicates("purchase")
            .sort_values("purchase")
        )
        return (rows["arrived_at"] - rows["ordered_at"]).tolist()

    patient, hasty = (
        leads(BACKORDER),
        leads("name: hasty\nrules: [{filters: [{has_stock: all}], otherwise: cancel}]\n"),
    )
    both = min(len(patient), len(hasty), 10)
    assert both == 10
    assert patient[:both] == hasty[:both]
