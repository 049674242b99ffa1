"""One order with a refund, a replacement and a fee, worked out by hand: every second and every cent.

One warehouse, open on weekdays from 08:00 to 16:00 UTC, with one station; 2026-01-05 is a Monday. Mugs and bowls always
come back, kettles never. Of the returned lines half is restocked and half scrapped, half refunded and half replaced;
the seed is one in which A's mugs are restocked and refunded, its bowl scrapped and replaced.

A, placed on Monday at 09:00:00: two mugs, a bowl, a kettle.
    Work 10 min: 09:00:00 to 09:10:00. Ground collects at 17:00:00, a day later it is there: Tuesday 17:00:00.
    Two and a half days later, on Friday at 05:00:00, mugs and bowl are back. The site opens at 08:00:00; an inspection
    takes 6 min: the mugs until 08:06:00, the bowl until 08:12:00. Then the bowl's replacement is allocated.
B, placed on Friday at 08:03:00: a kettle. The station is busy with what came in at 05:00:00 until 08:12:00; then B's
    10 min. The replacement, released at 08:12:00, is next: 08:22:00 to 08:32:00. Both leave at 17:00:00.
    The replacement is there on Saturday at 17:00:00, which settles A.

Money of A.
    Value 2 x 12.00 + 10.005 + 20.00 = 54.005 = 54.01, captured at once; 2.9 % of it 1.56629 = 1.57, and 0.30: 1.87.
    Nothing is captured for the replacement, so there is no second fee. Freight 2 x 5.00, handling 2 x 1.00.
    Goods 2 x 4.00 + 3.333 + 11.00 = 22.333 = 22.33, and 3.333 = 3.33 of the replacement.
    What came back, cumulated: 8.00, then 11.333 = 11.33, so 8.00 for the mugs and 3.33 for the bowl; this is no
    longer cost of goods sold: 22.33 + 3.33 - 11.33 = 14.33. The mugs are stock again: 22.33 + 3.33 - 8.00 = 17.66
    left it. The bowl is written off.
    Returns: labels 2 x 5.50, inspections 2 x 1.20, write-off 3.33: 16.73. Refund 2 x 12.00 = 24.00.
    Cash 54.01 - 1.87 - 10.00 - 2.00 - 13.40 - 24.00 = 2.74.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from reports.kpis import measure
from sim.journal import Journal

WORLD = """\
name: a return by hand
seed: 3
items:
  - {id: mug, price: 12.00, cost: 4.00, return_share: 1}
  - {id: bowl, price: 10.005, cost: 3.333, return_share: 1}
  - {id: kettle, price: 20.00, cost: 11.00}
regions: [{id: town}]
segments: [{id: standard, promise_days: 2, late_penalty: 3.00, late_penalty_per_day: 0.50}]
demand: {replay: orders.csv}
warehouses:
  - {id: hub, hours: {mon-fri: "08:00-16:00"}, work_minutes: 10, costs: {per_shipment: 1.00}}
stock: {opening: {units: 5}}
carriers: [{id: post, services: [{id: ground, pickups: ["17:00"], transit_days: 1, rates: {base: 5.00}}]}]
returns:
  delay_days: 2.5
  inspect_minutes: 6
  outcomes: {restock: 1, scrap: 1}
  replace_share: 0.5
  costs: {label: 5.50, inspect: 1.20, refurbish: 3.00}
payments: {fee_share: 0.029, fee_fixed: 0.30}
"""

ORDERS = """\
order,placed_at,region,item,units
A,2026-01-05T09:00:00,town,mug,2
A,2026-01-05T09:00:00,town,bowl,1
A,2026-01-05T09:00:00,town,kettle,1
B,2026-01-09T08:03:00,town,kettle,1
"""

SHIPMENTS = """\
order shipment replaces units allocated_at released_at started_at  packed_at   picked_up_at delivered_at cost_freight
A     1        -        4     05T09:00:00  05T09:00:00 05T09:00:00 05T09:10:00 05T17:00:00  06T17:00:00  5.00
A     2        1        1     09T08:12:00  09T08:12:00 09T08:22:00 09T08:32:00 09T17:00:00  10T17:00:00  5.00
B     1        -        1     09T08:03:00  09T08:03:00 09T08:12:00 09T08:22:00 09T17:00:00  10T17:00:00  5.00
"""

RETURNS = """\
order shipment item units reason   sent_at     received_at inspected_at outcome remedy      cost
A     1        mug  2     customer 06T17:00:00 09T05:00:00 09T08:06:00  restock refund      6.70
A     1        bowl 1     customer 06T17:00:00 09T05:00:00 09T08:12:00  scrap   replacement 10.03
"""

# The replacement is no part of what was promised: A was delivered on Tuesday, in time.
ORDER_ROWS = """\
order state     delivered_at shipments units_shipped returned_units value refunded revenue cost_goods cost_returns cost_payment
A     delivered 06T17:00:00  1         5             3              54.01 24.00    30.01   14.33      16.73        1.87
B     delivered 10T17:00:00  1         1             0              20.00 0        20.00   11.00      0            0.88
"""

LEDGER = {
    "A": {
        "revenue": -5401, "refund": 2400, "payment_fee": 187, "freight": 1000, "handling": 200,
        "purchase": 1433, "stock": -1766, "returns": 1673, "cash": 274,
    },
    # 2.9 % of 20.00 is 0.58, and 0.30
    "B": {
        "revenue": -2000, "payment_fee": 88, "freight": 500, "handling": 100, "purchase": 1100, "stock": -1100,
        "cash": 1312,
    },
}  # fmt: skip


@pytest.fixture
def journal(stage: Any) -> Journal:
    return stage.play(stage.scenario(WORLD, orders=ORDERS))


def told(value: Any) -> str:
    """Return a value of the journal as the tables above write it."""
    if value is None or value != value:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%dT%H:%M:%S")
    return f"{value:.2f}" if isinstance(value, float) and value != int(value) else str(value)


def same(written: str, found: Any) -> None:
    header, *rows = (line.split() for line in written.splitlines())
    assert len(rows) == len(found)
    for wanted, row in zip(rows, found[header].to_dict("records"), strict=True):
        for column, text in zip(header, wanted, strict=True):
            value = row[column]
            right = told(value) == text if not is_number(text) else float(value) == float(text)
            assert right, f"{wanted[0]} {column}: {told(value)}, by hand {text}"


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def test_every_second_of_the_parcels(journal: Journal, frame: Any) -> None:
    same(SHIPMENTS, frame(journal, "shipments").sort_values(["order", "shipment"]))


def test_every_second_and_cent_of_the_returns(journal: Journal, frame: Any) -> None:
    same(RETURNS, frame(journal, "returns"))


def test_the_orders(journal: Journal, frame: Any) -> None:
    same(ORDER_ROWS, frame(journal, "orders").sort_values("order"))


def test_every_cent_of_the_ledger(journal: Journal, frame: Any) -> None:
    ledger = frame(journal, "ledger")
    for order, wanted in LEDGER.items():
        mine = ledger[ledger["order"] == order]
        assert dict(zip(mine["account"], mine["amount_cents"], strict=True)) == wanted
        assert sum(wanted.values()) == 0
    assert set(ledger.loc[ledger["order"] == "A", "at"]) == {datetime(2026, 1, 10, 17)}


def test_what_is_on_the_shelf(journal: Journal, frame: Any) -> None:
    hours = frame(journal, "warehouse_hours").set_index("hour")["on_hand"]
    # 15 units; A takes 4 on Monday at 09:00:00; on Friday 2 mugs come back, B takes a kettle, the replacement a bowl.
    assert hours[datetime(2026, 1, 5, 7)] == 15
    assert hours[datetime(2026, 1, 9, 7)] == 11
    assert hours[datetime(2026, 1, 9, 8)] == 11 + 2 - 1 - 1
    disposals = frame(journal, "disposals")
    assert disposals[["at", "item", "units", "reason", "cost"]].values.tolist() == [
        [datetime(2026, 1, 9, 8, 12), "bowl", 1, "scrapped", 3.33]
    ]


def test_kpis(journal: Journal) -> None:
    kpis = measure(journal)
    assert kpis["orders"] == 2
    assert kpis["returned_share"] == pytest.approx(3 / 5)  # of the 4 + 1 units that were ordered
    assert kpis["restocked_share"] == pytest.approx(2 / 3)
    assert kpis["returns_per_order"] == pytest.approx(16.73 / 2)
    assert kpis["late_share"] == 0
    assert kpis["lead_time_mean_h"] == pytest.approx((32 + 32 + 57 / 60) / 2)
    assert kpis["shipments_per_order"] == 1
    assert kpis["reship_share"] == pytest.approx(1 / 2)
    # Captured 74.01, refunded 24.00; goods 25.33; freight 15.00, handling 3.00, returns 16.73, fees 2.75.
    margin = 74.01 - 24.00 - 25.33 - 15.00 - 3.00 - 16.73 - 2.75
    assert kpis["margin_per_order"] == pytest.approx(margin / 2)
