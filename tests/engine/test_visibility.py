"""Policies that see the last inventory sync: they promise what is gone, and the order is allocated again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.kpis import measure
from sim.policy import Allocation, Part, Wait

T0 = pd.Timestamp("2026-01-05T00:00")
MINUTE, HOUR = (pd.Timedelta(1, unit) for unit in ("min", "h"))

WORLD = """\
items: [{{id: tin, price: 3.00{item}}}, {{id: mug}}]
regions: [{{id: town, at: [50, 8]}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: near, at: [50, 8], issue: fefo}}
  - {{id: far, at: [48, 11]}}
stock: {stock}
visibility: {{sync_minutes: {minutes}}}
carriers: [{{id: post, services: [{{id: ground, transit_days: 1, rates: {{base: 5.00}}}}]}}]
{more}
"""


def world(
    minutes: float = 60,
    stock: str = "{opening: [{units: 9}, {warehouses: [near], units: 1}]}",
    item: str = "",
    more: str = "",
) -> str:
    return WORLD.format(minutes=minutes, stock=stock, item=item, more=more)


def orders(*rows: tuple[str, str, str, int]) -> str:
    lines = [f"{order},2026-01-05T{at},town,{item},{units}" for order, at, item, units in rows]
    return "\n".join(["order,placed_at,region,item,units", *lines, ""])


def play(stage: Any, frame: Any, text: str, book: str, policy: Any = "nearest") -> Any:
    journal = stage.play(stage.scenario(text, orders=book), policy)
    return journal, frame(journal, "orders").set_index("order"), frame(journal, "decisions")


class Spy:
    """Writes down what it sees of tins at both warehouses, and lets every order wait."""

    def __init__(self) -> None:
        self.seen: list[tuple[list[int], list[int]]] = []

    def prepare(self, network: Any) -> None:
        self.network = network

    def allocate(self, order: Any, network: Any) -> Allocation:
        self.seen.append((network.available[0].tolist(), network.on_hand[0].tolist()))
        if order.region == 0 and order.order == 0:
            return Allocation((Part(0, ((0, 1),), 0),))
        return Allocation((), (Wait(order.open),))


def test_stock_is_shown_as_of_the_last_sync_to_the_second(stage: Any, frame: Any) -> None:
    spy = Spy()
    rows = [("A", "00:10:00"), ("B", "00:10:01"), ("C", "00:59:59"), ("D", "01:00:00"), ("E", "01:00:01")]
    play(stage, frame, world(), orders(*((order, at, "tin", 1) for order, at in rows)), spy)
    # A takes the tin of `near`. Syncs are at 00:00 and at 01:00:00, before the orders of that second.
    before, after = ([1, 9], [1, 9]), ([0, 9], [0, 9])
    assert spy.seen == [before, before, before, after, after]
    for array in (spy.network.available, spy.network.on_hand):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 5


def test_without_a_sync_stock_is_shown_as_it_is(stage: Any, frame: Any) -> None:
    spy = Spy()
    play(
        stage, frame, world(minutes=0), orders(("A", "00:10:00", "tin", 1), ("B", "00:10:00", "tin", 1)), spy
    )
    assert spy.seen == [([1, 9], [1, 9]), ([0, 9], [0, 9])]


def test_syncs_of_parts_of_a_minute_do_not_drift(stage: Any, frame: Any) -> None:
    """Every 0.25 minutes is every 15 seconds; every 1/7 of a minute is at the rounded second of each multiple."""
    for minutes, at, is_seen in (
        (0.25, "00:30:14", False),
        (0.25, "00:30:15", True),
        (1 / 7, "00:29:59", False),
    ):
        spy = Spy()
        first = "00:30:00" if minutes == 0.25 else "00:29:52"
        play(
            stage,
            frame,
            world(minutes=minutes, more="drain_days: 1"),
            orders(("A", first, "tin", 1), ("B", at, "tin", 1)),
            spy,
        )
        assert spy.seen[1][0][0] == (0 if is_seen else 1)


def test_a_site_that_comes_up_short_has_the_order_allocated_again_once_in_the_same_second(
    stage: Any, frame: Any
) -> None:
    book = orders(
        ("A", "08:10", "tin", 1), ("B", "08:20", "tin", 2), ("C", "08:30", "tin", 1), ("D", "09:00", "tin", 1)
    )
    stock = "{opening: [{units: 9}, {warehouses: [near], units: 2}]}"
    journal, table, decisions = play(stage, frame, world(stock=stock), book)
    assert decisions[["order", "attempt", "cause", "chosen"]].to_numpy().tolist() == [
        ["A", 1, "placed", "near"],
        ["B", 1, "placed", "near"],  # it showed two, and has one
        ["B", 2, "stale_stock", "far"],
        ["C", 1, "placed", "near"],  # the site has reported the one that it has
        ["D", 1, "placed", "far"],
    ]  # fmt: skip
    assert (decisions["at"] - T0).tolist() == [
        8 * HOUR + 10 * MINUTE,
        *[8 * HOUR + 20 * MINUTE] * 2,
        8 * HOUR + 30 * MINUTE,
        9 * HOUR,
    ]
    assert table["reallocations"].to_dict() == {"A": 0, "B": 1, "C": 0, "D": 0}
    assert table["attempts"].to_dict() == {"A": 1, "B": 2, "C": 1, "D": 1}
    assert table["units_first_attempt"].to_dict() == {"A": 1, "B": 0, "C": 1, "D": 1}
    assert table["shipments"].tolist() == [1, 1, 1, 1]
    kpis = measure(journal)
    assert kpis["reallocated_share"] == 0.25
    assert kpis["fill_share"] == 3 / 5


def test_the_report_of_a_site_is_about_the_items_that_are_short_and_no_others(stage: Any, frame: Any) -> None:
    """B asks for both items and finds no tin. Of mugs the site says nothing: C is sent there in vain, too."""
    book = orders(
        ("A", "08:10", "tin", 1), ("A", "08:10", "mug", 1), ("B", "08:20", "tin", 1), ("C", "08:30", "mug", 1)
    )
    _, table, decisions = play(stage, frame, world(), book)
    assert decisions["cause"].tolist() == ["placed", "placed", "stale_stock", "placed", "stale_stock"]
    assert table["reallocations"].to_dict() == {"A": 0, "B": 1, "C": 1}


def test_a_policy_that_insists_is_wrong_and_there_is_no_endless_loop(stage: Any, frame: Any) -> None:
    from sim.errors import PolicyError

    class Stubborn:
        def allocate(self, order: Any, network: Any) -> Allocation:
            return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open), 0),))

    with pytest.raises(PolicyError, match="1 units of tin, of 0 available"):
        play(stage, frame, world(), orders(("A", "08:10", "tin", 1), ("B", "08:20", "tin", 1)), Stubborn())


def test_a_rule_may_leave_out_sites_that_were_tried(stage: Any, frame: Any) -> None:
    seen: list[frozenset[int]] = []

    class Watch(Spy):
        def allocate(self, order: Any, network: Any) -> Allocation:
            seen.append(order.tried)
            if order.attempt == 1:
                return Allocation((Part(0, ((0, 1),), 0),))
            return Allocation((), (Wait(order.open),))

    play(stage, frame, world(), orders(("A", "08:10", "tin", 1), ("B", "08:20", "tin", 1)), Watch())
    assert seen == [frozenset(), frozenset(), frozenset({0})]


def test_one_part_leaves_while_the_other_is_allocated_again(stage: Any, frame: Any) -> None:
    """Only `near` shows a tin, and only `far` a mug: B's mug leaves, and of the tin the policy hears the truth."""
    stock = "{opening: [{units: 0}, {items: [tin], warehouses: [near], units: 1}, {items: [mug], warehouses: [far], units: 5}]}"
    rules = "rules:\n  - {split: {max_shipments: 2}, otherwise: cancel, on_partial: {assign: cancel}}\n"
    book = orders(("A", "08:10", "tin", 1), ("B", "08:20", "tin", 1), ("B", "08:20", "mug", 1))
    journal, table, decisions = play(stage, frame, world(stock=stock), book, rules)
    assert decisions[["order", "cause", "chosen"]].to_numpy().tolist() == [
        ["A", "placed", "near"], ["B", "placed", "near+far"], ["B", "stale_stock", ""],
    ]  # fmt: skip
    assert frame(journal, "shipments")[["order", "warehouse"]].to_numpy().tolist() == [
        ["A", "near"],
        ["B", "far"],
    ]
    assert table.loc["B", ["state", "units_shipped", "reallocations"]].tolist() == ["delivered", 1, 1]


def test_an_order_that_waits_for_a_receipt_is_decided_when_the_receipt_shows(stage: Any, frame: Any) -> None:
    stock = "{opening: {units: 0}, replenish: [{items: [tin], warehouses: [near], arrivals: {every_days: 0.1, units: 1}}]}"
    rules = "rules:\n  - {otherwise: wait}\n"
    _, _, decisions = play(stage, frame, world(stock=stock), orders(("A", "01:10", "tin", 1)), rules)
    # A tin comes at 02:24, and shows at 03:00.
    assert (decisions["at"] - T0).tolist() == [HOUR + 10 * MINUTE, 3 * HOUR]
    assert decisions["cause"].tolist() == ["placed", "receipt"]


def test_the_life_that_goods_have_left_is_that_of_the_lots_of_the_last_sync(stage: Any, frame: Any) -> None:
    """`near` has a lot for today and a lot for the week. Once A has the fresh one, only the old one is left, unseen."""
    lots = "warehouse,item,units,received_at,expires_at\n"
    lots += "near,tin,1,2026-01-01,2026-01-06T12:00\nnear,tin,1,2026-01-01,2026-01-12\nfar,tin,5,2026-01-01,2026-01-12\n"
    stage.write("lots.csv", lots)
    item = ", shelf_life_days: 12, min_life_at_delivery_days: 2"
    book = orders(("A", "08:10", "tin", 1), ("B", "08:20", "tin", 1), ("C", "09:20", "tin", 1))
    rules = "rules:\n  - {filters: [is_up, {has_stock: all}], rank: {by: [distance_km]}}\n"
    chosen = {}
    for minutes in (0, 60):
        _, _, decisions = play(
            stage, frame, world(minutes=minutes, stock="{opening: {file: lots.csv}}", item=item), book, rules
        )
        chosen[minutes] = decisions.groupby("order")["chosen"].agg(list).to_dict()
    assert chosen[0] == {"A": ["near"], "B": ["far"], "C": ["far"]}
    # B is sent to `near`, which has a unit, although one that is too old; from 09:00 on everybody can see that.
    assert chosen[60]["A"] == ["near"]
    assert chosen[60]["B"][0] == "near"
    assert chosen[60]["C"] == ["far"]


def test_walk_ins_make_online_orders_come_up_short(stage: Any, frame: Any) -> None:
    text = """\
start: 2026-01-05T00:00
days: 2
drain_days: 3
items: [{id: tin}]
regions: [{id: town, at: [50, 8]}]
demand: {orders_per_day: 60}
warehouses:
  - {id: near, kind: store, at: [50, 8], walk_ins: {units_per_day: 100}}
  - {id: far, at: [48, 11]}
stock: {opening: [{units: 500}, {warehouses: [near], units: 90}], replenish: [{items: all, warehouses: [near], arrivals: {every_days: 0.5, units: 40}}]}
visibility: {sync_minutes: MINUTES}
carriers: [{id: post, services: [{id: ground, transit_days: 1}]}]
"""
    shares = {}
    for minutes in (0, 30, 240):
        journal = stage.play(text.replace("MINUTES", str(minutes)))
        table = frame(journal, "orders")
        causes = frame(journal, "decisions")["cause"]
        assert (causes == "stale_stock").sum() == table["reallocations"].sum()
        shares[minutes] = measure(journal)["reallocated_share"]
    assert shares[0] == 0
    assert shares[240] > 0
    assert shares[30] < shares[240]


def test_what_is_shown_is_what_was_there(stage: Any) -> None:
    """At every decision in between, a random world shows exactly the stock of the last sync, but for reports."""
    text = """\
start: 2026-01-05T00:00
days: 1
items: [{id: tin, shelf_life_days: 0.4}, {id: mug}]
regions: [{id: town, at: [50, 8]}]
demand: {orders_per_day: 400}
warehouses: [{id: near, at: [50, 8], walk_ins: {units_per_day: 50}}, {id: far, at: [48, 11]}]
stock: {opening: {units: 30}, replenish: [{items: all, warehouses: all, arrivals: {every_days: 0.05, units: 4}}]}
visibility: {sync_minutes: 20}
carriers: [{id: post, services: [{id: ground, transit_days: 1}]}]
"""

    class Taker:
        """Takes one unit of the first line where most is shown, else waits."""

        def __init__(self) -> None:
            self.last: dict[int, Any] = {}

        def allocate(self, order: Any, network: Any) -> Allocation:
            period = network.now // 1200
            shown = np.array(network.available)
            before = self.last.setdefault(period, shown)
            # Within a period cells only change when a site reports that it has less.
            assert (shown <= before).all()
            self.last[period] = shown
            line = order.open[0]
            site = int(shown[order.items[line]].argmax())
            if shown[order.items[line], site] < 1:
                return Allocation((), (Wait(order.open),))
            return Allocation((Part(site, ((line, 1),), 0),))

    policy = Taker()
    stage.play(text, policy)
    assert len(policy.last) >= 72
