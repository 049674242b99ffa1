"""Replenishment worked out by hand, day by day: 120 units are asked for every second day, for 59 days.

The days are 0 to 58; day 0 is 2026-01-05. Everything happens at midnight: demand on days 0, 2, ..., 58, and what is
ordered on one day is there two days later. The tie rule: of what falls on one second, a receipt comes first, then the
demand, then the review; what that orders without a lead time is received after it, in the same second.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

DAYS = 59

WORLD = """\
items: [{id: thing, cost: 2.00, weight_kg: 0.5}]
regions: [{id: here}]
demand: {replay: orders.csv}
days: 59
drain_days: 0
warehouses: [{id: shop}]
carriers: [{id: post, services: [{id: parcel}]}]
stock: {replenish: [{from: mill, REVIEW}]}
suppliers: [{id: mill, lead_days: 2, costs: {per_order: 40.00}}]
"""


def day(at: pd.Timestamp) -> int:
    assert at == at.normalize()
    return (at - pd.Timestamp("2026-01-05")).days


class Shop:
    """What a journal tells of the shop."""

    def __init__(self, stage: Any, frame: Any, rule: str) -> None:
        dates = pd.date_range("2026-01-05", periods=30, freq="2D")
        rows = [f"o{number},{date:%Y-%m-%dT%H:%M},here,thing,120" for number, date in enumerate(dates)]
        table = "\n".join(["order,placed_at,region,item,units", *rows, ""])
        journal = stage.play(stage.scenario(WORLD.replace("REVIEW", rule), orders=table))
        self.supply = frame(journal, "supply")
        self.orders = [(day(row.ordered_at), row.units) for row in self.supply.itertuples()]
        self.receipts = [(day(row.arrived_at), row.units) for row in self.supply.dropna().itertuples()]
        shipments = frame(journal, "shipments")
        hours = frame(journal, "warehouse_hours")
        # At the end of the first hour of a day, all of that midnight has happened.
        self.on_hand = hours["on_hand"][hours["hour"].dt.hour == 0].tolist()
        self.end = hours["on_hand"].iloc[-1]
        # Stock only changes at midnights, so what a day begins with lies there until the next.
        assert (shipments["started_at"] == shipments["started_at"].dt.normalize()).all()
        self.unit_days = sum(self.on_hand)
        ledger = frame(journal, "ledger")
        self.money = ledger[ledger["order"].isna()].groupby("account")["amount_cents"].sum().to_dict()
        self.filled = frame(journal, "orders")["units_first_attempt"].sum()


def every_second_day(*levels: int) -> list[int]:
    """Return the stock at the beginning of each of the 59 days from that after each demand."""
    return [level for level in levels for _ in range(2)][:DAYS]


def test_a_reorder_point_of_500_and_orders_of_500(stage: Any, frame: Any) -> None:
    # It opens with reorder point + order = 1,000. Position and stock after the demand of each even day:
    #
    #   day        0    2    4    6    8   10   12   14   16   18   20   22   24   26   28   30   32
    #   received                            500                500                500
    #   stock    880  760  640  520  400  780  660  540  420  800  680  560  440  820  700  580  460
    #   ordered                     500                 500                 500                 500
    #
    #   day       34   36   38   40   42   44   46   48   50   52   54   56   58
    #   received 500                 500                 500
    #   stock    840  720  600  480  860  740  620  500  880  760  640  520  400
    #   ordered                 500                 500                      500
    #
    # On day 48 the position is 500, at the reorder point, and an order goes out. Day 50 is as day 0.
    shop = Shop(stage, frame, "review: {reorder_point: {units: 500}, order_units: 500}")
    assert shop.orders == [(8, 500), (16, 500), (24, 500), (32, 500), (40, 500), (48, 500), (58, 500)]
    assert shop.receipts == [(10, 500), (18, 500), (26, 500), (34, 500), (42, 500), (50, 500)]
    assert shop.on_hand == every_second_day(
        880, 760, 640, 520, 400, 780, 660, 540, 420, 800, 680, 560, 440, 820, 700, 580, 460,
        840, 720, 600, 480, 860, 740, 620, 500, 880, 760, 640, 520, 400,
    )  # fmt: skip
    assert shop.end == 400
    assert 1000 + 6 * 500 - 30 * 120 == 400
    # 2 x (3,200 + 2,400 + 2,480 + 2,560 + 2,640 + 2,720 + 2,800) + 400, in the order of the orders above.
    assert shop.unit_days == 2 * 18_800 + 400
    # Seven orders were placed at 40.00; 1,000 + 3,000 units were bought at 2.00.
    assert shop.money == {"purchase": 28_000, "stock": 800_000, "cash": -828_000}


def test_s_of_500_and_an_order_up_to_1000(stage: Any, frame: Any) -> None:
    # Position and stock after the demand; an order lifts the position to 1,000:
    #
    #   day        0    2    4    6    8   10   12   14   16   18   20 ...
    #   received                            600                      600
    #   stock    880  760  640  520  400  880  760  640  520  400  880
    #   ordered                     600                      600
    shop = Shop(stage, frame, "review: {reorder_point: {units: 500}, order_up_to: {units: 1000}}")
    assert shop.orders == [(8, 600), (18, 600), (28, 600), (38, 600), (48, 600), (58, 600)]
    assert shop.receipts == [(10, 600), (20, 600), (30, 600), (40, 600), (50, 600)]
    assert shop.on_hand == every_second_day(*[880, 760, 640, 520, 400] * 6)
    assert shop.end == 400
    assert shop.unit_days == 6 * 2 * 3_200 - 400  # the last day is the first of two
    assert shop.money == {"purchase": 24_000, "stock": 800_000, "cash": -824_000}


def test_a_review_every_seven_days(stage: Any, frame: Any) -> None:
    # The review of a day comes after its demand: that of day 0 orders 120 already.
    #
    #   review on day                 0    7   14   21   28   35   42   49   56
    #   demands since the last one    1    3    4    3    4    3    4    3    4
    #   ordered                     120  360  480  360  480  360  480  360  480
    #   received on day               2    9   16   23   30   37   44   51   58
    shop = Shop(stage, frame, "review: {every_days: 7, order_up_to: {units: 1000}}")
    assert shop.orders == [
        (0, 120), (7, 360), (14, 480), (21, 360), (28, 480), (35, 360), (42, 480), (49, 360), (56, 480),
    ]  # fmt: skip
    assert shop.receipts == [(ordered + 2, units) for ordered, units in shop.orders]
    # Stock by day, in fortnights: day 2 receives 120 and gives 120; day 9 receives 360; day 16 receives 480, gives 120.
    first = [880, 880, 880, 880, 760, 760, 640, 640, 520, 880, 760, 760, 640, 640]
    later = [520, 520, 880, 880, 760, 760, 640, 640, 520, 880, 760, 760, 640, 640]
    assert shop.on_hand == first + 3 * later + [520, 520, 880]
    assert shop.end == 880
    assert shop.unit_days == sum(first) + 3 * sum(later) + 1_920
    assert sum(first) == 10_520
    assert sum(later) == 9_800


def test_a_periodic_review_orders_nothing_above_its_reorder_point(stage: Any, frame: Any) -> None:
    # Two demands lie between two reviews. Positions: 880 on day 0, 640, and 400 on day 8, which becomes 1,000; then 760,
    # 520 on day 16, and 280 on day 20; and so on.
    shop = Shop(
        stage, frame, "review: {every_days: 4, reorder_point: {units: 500}, order_up_to: {units: 1000}}"
    )
    assert shop.orders == [(8, 600), (20, 720), (32, 720), (44, 720), (56, 720)]


@pytest.mark.parametrize("lead", [1, 0])
def test_of_one_second_the_receipt_comes_before_the_demand_and_the_demand_before_the_review(
    stage: Any, frame: Any, lead: int
) -> None:
    # 100 units open. The review of day 0 is after the demand of day 0, which finds 100 of 300 and waits.
    text = WORLD.replace("lead_days: 2", f"lead_days: {lead}").replace("days: 59", "days: 2")
    text = text.replace("stock: {", "stock: {opening: {units: 100}, ").replace(
        "REVIEW", "review: {every_days: 1, order_up_to: {units: 300}}"
    )
    rows = "a,2026-01-05T00:00,here,thing,300\nb,2026-01-06T00:00,here,thing,200\n"
    journal = stage.play(
        stage.scenario(text, orders="order,placed_at,region,item,units\n" + rows),
        "name: wait\nrules: [{filters: [{has_stock: all}]}]\n",
    )
    shipments = frame(journal, "shipments").set_index("order")
    supply = frame(journal, "supply")
    first = pd.Timestamp("2026-01-05")
    if lead == 0:
        # Position 100 at the review, as an order that waits commits nothing: 200 come in the same second, after it.
        assert shipments["started_at"].to_dict()["a"] == first
    else:
        # They come a day later, in the second of the second order, and before it: the first order takes all.
        assert shipments["started_at"].to_dict()["a"] == first + pd.Timedelta(days=1)
    assert supply["units"].tolist()[0] == 200
