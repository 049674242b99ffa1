"""What an allocation may say of stock: which lot leaves first, how long it must live, whether safety stock counts."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import PolicyError
from sim.policy import Allocation, Backorder, Part, Request
from sim.view.network import Network

WORLD = """\
items: [{{id: milk, price: 3, cost: 1, shelf_life_days: 30}}, {{id: tin, price: 2, cost: 1}}]
regions: [{{id: here, at: [0, 0]}}]
demand: {{replay: orders.csv}}
drain_days: 20
warehouses: [{{id: dairy, at: [0, 0], {dairy}}}, {{id: store, at: [0, 1]}}]
stock: {{opening: {{file: stock.csv}}, {more}}}
carriers: [{{id: post, services: [{{id: van}}]}}]
"""
DAIRY, STORE = 0, 1


class Takes:
    """Ships every order whole from one warehouse, on its terms."""

    def __init__(self, site: int = DAIRY, **terms: Any) -> None:
        self.site = site
        self.terms = terms

    def allocate(self, order: Request, network: Network) -> Allocation:
        lines = tuple((line, order.units[line]) for line in order.open)
        if self.site == DAIRY and order.attempt > 1:
            return Allocation((Part(STORE, lines),))
        return Allocation((Part(self.site, lines, **self.terms),))


class Commits(Takes):
    """Backorders every order at one warehouse, on its terms."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        return Allocation((), (Backorder(order.open, self.site, **self.terms),))


def play(
    stage: Any,
    policy: Any,
    orders: str,
    stock: str,
    dairy: str = "work_minutes: 0",
    more: str = "",
    world: str = "",
) -> Any:
    rows = ["order,placed_at,region,item,units"]
    for order, moment, item, units in (row.split() for row in orders.split(";")):
        rows.append(f"{order},2026-01-{moment},here,{item},{units}")
    tables = {"orders": "\n".join(rows) + "\n"}
    tables["stock"] = "warehouse,item,units,received_at,expires_at\n" + stock.replace(";", "\n") + "\n"
    return stage.play(stage.scenario(WORLD.format(dairy=dairy, more=more) + world, **tables), policy)


# Oldest, first to expire, and newest are three lots.
LOTS = (
    "dairy,milk,1,2026-01-01,2026-01-20;dairy,milk,1,2026-01-02,2026-01-09;"
    "dairy,milk,1,2026-01-04,2026-01-30;store,milk,9,,"
)
AGES = {"fifo": 4.0, "fefo": 3.0, "lifo": 1.0}


@pytest.mark.parametrize("of_site", ["fifo", "fefo", "lifo"])
@pytest.mark.parametrize("asked", ["fifo", "fefo", "lifo", None])
def test_the_order_of_issue_that_is_asked_for_comes_before_that_of_the_site(
    stage: Any, frame: Any, of_site: str, asked: str | None
) -> None:
    journal = play(stage, Takes(issue=asked), "a 05T00:00 milk 1", LOTS, f"issue: {of_site}")
    assert frame(journal, "shipments")["stock_age_d"].tolist() == [AGES[asked or of_site]]


def test_a_replaced_lot_is_chosen_on_the_same_terms(stage: Any, frame: Any) -> None:
    """The unit that b holds expires while it waits. Its next one is again the first to expire that lives long enough."""
    lots = (
        "dairy,tin,9,,;dairy,milk,1,2025-12-20,2026-01-06T09:50;dairy,milk,1,2026-01-01,2026-01-25;"
        "dairy,milk,1,2026-01-02,2026-01-15;store,milk,9,,"
    )
    slow = "issue: fifo, work_minutes: {per_unit: 20}"
    ages = {}
    for issue in ("fefo", None):
        journal = play(stage, Takes(issue=issue), "a 06T08:30 tin 6;b 06T08:40 milk 1", lots, slow)
        shipments = frame(journal, "shipments").set_index("order")
        assert shipments["rebound"].to_dict() == {"a": 0, "b": 1}
        ages[issue] = round(shipments.loc["b", "stock_age_d"] - 10.5 / 24, 6)
    assert ages == {"fefo": 4.0, None: 5.0}


@pytest.mark.parametrize(("life_days", "age"), [(0, 4.0), (15, 4.0), (16, 1.0), (30, 4.0)])
def test_lots_that_would_be_too_old_come_last(stage: Any, frame: Any, life_days: int, age: float) -> None:
    """On the 5th the oldest lot has 15 days left, the newest 25: asked for more than any has, it is the oldest again."""
    policy = Takes(least_life_s=life_days * 86_400)
    journal = play(stage, policy, "a 05T00:00 milk 1", LOTS)
    assert frame(journal, "shipments")["stock_age_d"].tolist() == [age]


def test_units_that_do_not_live_as_long_as_asked_are_not_taken_for_lost_ones(stage: Any, frame: Any) -> None:
    """What b holds expires; what is left lives 9 days, which was not enough: the line is allocated again."""
    lots = "dairy,tin,9,,;dairy,milk,1,2025-12-20,2026-01-06T09:50;dairy,milk,1,2026-01-01,2026-01-15;store,milk,9,,"
    slow = "issue: fifo, work_minutes: {per_unit: 20}"
    chosen = {}
    for days in (8, 9):
        orders = "a 06T08:30 tin 6;b 06T08:40 milk 1"
        journal = play(stage, Takes(least_life_s=days * 86_400), orders, lots, slow)
        decisions = frame(journal, "decisions")
        chosen[days] = decisions.loc[decisions["order"] == "b", "chosen"].tolist()
    # When it is replaced at 09:50 the station is thought to be free at 10:10 or later: 8 days and 13 hours are left.
    assert chosen == {8: ["dairy"], 9: ["dairy", "store"]}


# -- safety stock ------------------------------------------------------------------------------------------

FLOOR = "safety_stock: {units: 5}"


def test_the_view_tells_safety_stock_and_goes_below_nothing(stage: Any) -> None:
    class Sees(Takes):
        seen: list[tuple[int, ...]]

        def allocate(self, order: Request, network: Network) -> Allocation:
            cell = (1, DAIRY)
            self.seen.append(
                (int(network.available[cell]), int(network.on_hand[cell]), int(network.safety_stock[cell]))
            )
            return super().allocate(order, network)

    policy = Sees(safety_stock=True)
    policy.seen = []
    play(stage, policy, "a 05T00:00 tin 3;b 05T00:01 tin 4", "dairy,tin,7,,", FLOOR)
    assert policy.seen == [(2, 7, 5), (-1, 4, 5)]


@pytest.mark.parametrize(("floor", "units"), [(False, 3), (True, 8)])
def test_more_than_there_is_is_refused_with_what_there_is(stage: Any, floor: bool, units: int) -> None:
    free = 7 if floor else 2
    with pytest.raises(PolicyError, match=f"{units} units of tin, of {free} available"):
        play(stage, Takes(safety_stock=floor), f"a 05T00:00 tin {units}", "dairy,tin,7,,", FLOOR)


@pytest.mark.parametrize(
    ("plain", "deep", "refused"),
    [(2, 5, ""), (2, 6, "8 units of tin in all parts together, of 7"), (3, 1, "3 units of tin")],
)
def test_parts_with_and_without_safety_stock_are_looked_at_together(
    stage: Any, plain: int, deep: int, refused: str
) -> None:
    class Both(Takes):
        def allocate(self, order: Request, network: Network) -> Allocation:
            parts = (Part(DAIRY, ((0, plain),)), Part(DAIRY, ((0, deep),), safety_stock=True))
            return Allocation(parts)

    def run() -> Any:
        return play(stage, Both(), f"a 05T00:00 tin {plain + deep}", "dairy,tin,7,,", FLOOR)

    if refused:
        with pytest.raises(PolicyError, match=refused):
            run()
    else:
        assert run().table("shipments").num_rows == 2


def test_a_review_counts_what_was_taken_from_safety_stock(stage: Any, frame: Any) -> None:
    """The position is on hand less reserved: it falls from 7 to 1, and an order fills it up to 9 again."""
    review = "{reorder_point: {units: 2}, order_up_to: {units: 9}}"
    more = f"replenish: [{{items: [tin], warehouses: [dairy], from: farm, review: {review}}}]"
    world = "suppliers: [{id: farm, lead_days: 2}]\n"
    policy = Takes(safety_stock=True)
    journal = play(stage, policy, "a 05T00:00 tin 6", "dairy,tin,7,,", FLOOR, more, world)
    assert frame(journal, "supply")["units"].tolist() == [8]


@pytest.mark.parametrize(
    ("floor", "a_goes", "b_goes"), [(True, "05T00:00", "06T00:00"), (False, "09T00:00", "11T00:00")]
)
def test_backorders_are_served_from_safety_stock_if_they_say_so(
    stage: Any, frame: Any, floor: bool, a_goes: str, b_goes: str
) -> None:
    """Of 7 units two are above the floor, and one comes each day. a wants 6, then b wants 2."""
    more = "replenish: [{warehouses: [dairy], arrivals: {every_days: 1, units: 1}}]"
    policy = Commits(safety_stock=floor)
    journal = play(stage, policy, "a 05T00:00 tin 6;b 05T00:01 tin 2", "dairy,tin,7,,", FLOOR, more)
    released = frame(journal, "shipments").set_index("order")["released_at"].dt.strftime("%dT%H:%M")
    assert released.to_dict() == {"a": a_goes, "b": b_goes}
