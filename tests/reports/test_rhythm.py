"""What a scenario says of its own course."""

from __future__ import annotations

from typing import Any

import pytest

from reports.warmups.rhythm import rhythm

WORLD = """\
start: 2026-01-05T00:00
warm_up_days: 2
days: 20
timezone: America/New_York
items: [{id: tin}, {id: fish, handling: [cold]}]
regions: [{id: here}]
demand: {orders_per_day: 100DEMAND}
warehouses:
  - {id: shop, handling: [ambient, cold]SITE}
  - {id: barn}
carriers: [{id: post, services: [{id: parcelSERVICE}]}]
"""


def world(demand: str = "", site: str = "", service: str = "", more: str = "") -> str:
    return WORLD.replace("DEMAND", demand).replace("SITE", site).replace("SERVICE", service) + more


def reviewed(*days: float) -> str:
    """Return a stock section with one review a period."""
    rules = ", ".join(
        f"{{items: all, warehouses: all, from: farm, review: {{every_days: {period}, order_up_to: {{units: 9}}}}}}"
        for period in days
    )
    return f"stock: {{replenish: [{rules}]}}\nsuppliers: [{{id: farm}}]\n"


def opened(stock: str, opening: str) -> str:
    return stock.replace("stock: {", f"stock: {{opening: {opening}, ")


def only_the_barn() -> str:
    return reviewed(1).replace("warehouses: all", "warehouses: [barn]")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        pytest.param(world(), 1, id="nothing repeats"),
        pytest.param(world(", hourly: [" + "1, " * 23 + "2]"), 24, id="hours of demand"),
        pytest.param(world(", weekly: [1, 1, 1, 1, 1, 1, 2]"), 168, id="weekdays of demand"),
        pytest.param(world(site=', hours: {mon-sun: "08:00-20:00"}'), 24, id="nights"),
        pytest.param(world(site=', hours: {mon-sat: "08:00-20:00"}'), 168, id="Sundays"),
        pytest.param(world(site=', shifts: [{window: "14:00-22:00", stations: 3}]'), 24, id="shifts"),
        pytest.param(
            world(site=', shifts: [{days: sat, window: "14:00-22:00", stations: 3}]'),
            168,
            id="weekend shifts",
        ),
        pytest.param(world(more=reviewed(1)), 24, id="daily review"),
        pytest.param(world(more=reviewed(0.25)), 24, id="several reviews a day"),
        pytest.param(world(more=reviewed(2, 7)), 14 * 24, id="reviews in two steps"),
        pytest.param(
            world(site=', hours: {mon-sat: "08:00-20:00"}', more=reviewed(2)),
            14 * 24,
            id="reviews beside weeks",
        ),
        pytest.param(
            world(
                more="stock: {opening: {units: 9}, transfers: "
                "[{from: shop, to: barn, when: {older_than_days: 1}, every_days: 3}]}\n"
            ),
            72,
            id="transfers",
        ),
    ],
)
def test_a_scenario_repeats_itself_after(stage: Any, text: str, hours: int) -> None:
    assert rhythm(stage.scenario(text)).cycle_h == hours


@pytest.mark.parametrize(
    ("text", "hours", "what"),
    [
        pytest.param(world(), 22 * 24, "", id="nothing"),
        pytest.param(
            world(", surges: [{begins: 2026-01-12T00:00, days: 1, factor: 2}]"),
            7 * 24,
            "a surge of demand",
            id="a surge",
        ),
        pytest.param(
            world(", surges: [{begins: 2025-12-24T00:00, days: 3, factor: 2}]"), 22 * 24, "", id="one before"
        ),
        pytest.param(
            world(", surges: [{begins: 2026-03-24T00:00, days: 3, factor: 2}]"), 22 * 24, "", id="one after"
        ),
        pytest.param(
            world(", surges: [{begins: 2025-12-24T00:00, days: 30, factor: 2}]"),
            0,
            "a surge of demand",
            id="one that goes on",
        ),
        pytest.param(
            world(site=", timezone: UTC, downtime: [{begins: 2026-01-06T05:00, hours: 3}]"),
            24,
            "a downtime of shop",
            id="a planned downtime, in the site's time",
        ),
        pytest.param(
            world(site=", downtime: [{every_hours: 99, hours: 3}]"), 22 * 24, "", id="a downtime by chance"
        ),
        pytest.param(
            world(service=", disruptions: [{begins: 2026-01-08T00:00, days: 1, transit_factor: 3}]"),
            72,
            "a disruption of parcel",
            id="a disruption",
        ),
        pytest.param(
            world(more="suppliers: [{id: farm, downtime: [{begins: 2026-01-07T12:00, hours: 9}]}]\n"),
            60,
            "a downtime of farm",
            id="of a supplier",
        ),
    ],
)
def test_the_first_thing_with_a_date_ends_what_is_looked_at(
    stage: Any, text: str, hours: float, what: str
) -> None:
    found = rhythm(stage.scenario(text))
    assert (found.until_h, found.dated) == (hours, what)


@pytest.mark.parametrize(
    ("stock", "replenished"),
    [
        ("", True),  # without end
        ("stock: {opening: {units: 9}}\n", False),
        (reviewed(1), True),
        (opened(reviewed(1), "{units: 9}"), True),
        (opened(only_the_barn(), "{units: 9}"), False),
        (opened(only_the_barn(), "unlimited"), True),
        (opened(only_the_barn(), "[unlimited, {warehouses: [barn], units: 9}]"), True),
        (opened(only_the_barn(), "[unlimited, {warehouses: [shop], units: 9}]"), False),
        (opened(only_the_barn(), "{file: stock.csv}"), False),
    ],
)
def test_stock_that_nobody_replenishes_is_known(stage: Any, stock: str, replenished: bool) -> None:
    text = world(more=stock)
    found = rhythm(stage.scenario(text, stock="warehouse,item,units\nbarn,tin,5\nshop,tin,5\n"))
    assert found.is_replenished == replenished


def test_recorded_orders_need_not_settle(stage: Any) -> None:
    text = world().replace("{orders_per_day: 100}", "{replay: orders.csv}")
    orders = "order,placed_at,region,item,units\n1,2026-01-09T00:00,here,tin,1\n"
    assert "recorded orders" in rhythm(stage.scenario(text, orders=orders)).unsettled
    assert rhythm(stage.scenario(world())).unsettled == ""
