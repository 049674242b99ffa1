"""What people get wrong about stock, supply and returns, and what they are told.

Each row adds a section to the scenario of `conftest.py`, and expects the whole message.
"""

from __future__ import annotations

import pytest

# what somebody did, the section, what is said
STOCK_MISTAKES = [
    ("misspelt unlimited", "opening: unlimted",
     "towns.yaml:26:12: stock.opening: value 'unlimted': must be 'unlimited', or a mapping with units, "
     "days_of_demand or file; did you mean 'unlimited'?"),
    ("said two things of a cell", "opening: {units: 5, days_of_demand: 3}",
     "towns.yaml:26:3: stock.opening: must hold exactly one of unlimited, units, days_of_demand, file"),
    ("stocked an item that there is not", "opening: [unlimited, {items: [tni], units: 4}]",
     "towns.yaml:26:33: stock.opening.1.items.0: value 'tni': there is no such item; did you mean 'tin'?"),
    ("wrote a number for unlimited", "opening: [{items: [tin], unlimited: 5}]",
     "towns.yaml:26:39: stock.opening.0.unlimited: value '5': must be true, or left away"),
    ("ordered what nobody orders", "replenish: [{from: hub, arrivals: {every_days: 1}}]",
     "towns.yaml:26:22: stock.replenish.0.from: value 'hub': does not go with arrivals, which nobody orders"),
    ("said neither when nor how much", "replenish: [{items: all}]",
     "towns.yaml:26:15: stock.replenish.0: must hold exactly one of review and arrivals"),
    ("forgot when to order", "replenish: [{from: hub, review: {order_units: 5}}]",
     "towns.yaml:26:27: stock.replenish.0.review: must hold a reorder_point beside order_units"),
    ("gave a supplier the id of a warehouse", "opening: unlimited\nsuppliers: [{id: hub}]",
     "towns.yaml:27:18: suppliers.0.id: value 'hub': must not be the id of a warehouse too: `from` could mean either"),
    ("scrapped, refurbished and restocked nothing", "opening: unlimited\nreturns: {outcomes: {scrap: 0}}",
     "towns.yaml:27:11: returns.outcomes: must not all be 0"),
    ("sent returns to a stranger", "opening: unlimited\nreturns: {to: hbu}",
     "towns.yaml:27:15: returns.to: value 'hbu': there is no such warehouse or destination; did you mean 'hub'?"),
    ("ordered from nobody", "replenish: [{review: {order_up_to: {units: 5}}}]",
     "towns.yaml:26:15: stock.replenish.0: must name a supplier or a warehouse with `from`"),
    ("ordered from a stranger", "replenish: [{from: hbu, review: {order_up_to: {units: 5}}}]",
     "towns.yaml:26:22: stock.replenish.0.from: value 'hbu': there is no such supplier or warehouse; did "
     "you mean 'hub'?"),
    ("never said how much to order", "replenish: [{from: hub, review: {reorder_point: {units: 5}}}]",
     "towns.yaml:26:27: stock.replenish.0.review: must hold exactly one of order_units and order_up_to"),
    ("ordered up to the reorder point", "replenish: [{from: hub, review: {reorder_point: {units: 5}, "
     "order_up_to: {units: 5}}}]",
     "towns.yaml:26:36: stock.replenish.0.review.reorder_point: must be below order_up_to"),
    ("let a site supply itself", "replenish: [{from: hub, warehouses: [hub], review: {order_up_to: {units: "
     "5}}}]",
     "towns.yaml:26:27: stock.replenish.0.warehouses: must not hold 'hub', which is the source"),
    ("moved stock to where it is", "transfers: [{from: hub, to: hub, when: {older_than_days: 2}, "
     "every_days: 7}]",
     "towns.yaml:26:31: stock.transfers.0.to: value 'hub': must be another warehouse than `from`"),
    ("kept more than can be counted", "opening: {days_of_demand: 36525}\ndemand: {orders_per_day: 1000000}",
     "towns.yaml:26:29: stock.opening.days_of_demand: value '36525': may be 36,525,000,000 units of one "
     "item; at most 1,000,000,000 can be kept"),
    ("gave a supplier half of its stations", "opening: unlimited\nsuppliers: [{id: mill, downtime: [{begins: "
     "2026-01-05, hours: 2, factor: 0.5}]}]",
     "towns.yaml:27:74: suppliers.mill.downtime.0.factor: value '0.5': must be 0: a supplier has no stations"),
    ("let a supplier fail by its work", "opening: unlimited\nsuppliers: [{id: mill, downtime: [{every_hours: 9, "
     "hours: 2, while: working}]}]",
     "towns.yaml:27:69: suppliers.mill.downtime.0.while: value 'working': must be up: a supplier has no stations"),
    ("transferred for no reason", "transfers: [{from: hub, to: hub, when: {older_than: 2}, every_days: 7}]",
     "towns.yaml:26:43: stock.transfers.0.when.older_than: is not a reason to transfer; did you mean 'older_than_days'?"),
    ("flooded a warehouse", "replenish: [{arrivals: {every_days: 0.00001, units: 1000}}]",
     "towns.yaml:26:16: stock.replenish.0.arrivals: may bring 6,200,000,000 units of one item; at most 1,000,000,000 "
     "can be kept"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "said"), [row[1:] for row in STOCK_MISTAKES], ids=[row[0] for row in STOCK_MISTAKES]
)
def test_a_mistake_about_stock_is_told_too(desk, section, said):
    text = desk.with_section(f"stock:\n  {section}\n")
    if "orders_per_day" in section:
        text = text.replace("demand:\n  orders_per_day: 100\n", "# demand is\n# below\n", 1)
    assert desk.wrong(text) == [said]


def test_a_life_of_less_than_a_second_is_told(desk):
    """It was over when the goods came in, and with a review of every change they came again for ever."""
    (said,) = desk.wrong(desk.changed("price: 12.00", "price: 12.00, shelf_life_days: 0.000001"))
    assert said.endswith("items.mug.shelf_life_days: value '0.000001': must be a second or more")


def test_a_second_that_would_never_end_is_told(desk):
    # No unit is ever found; each one lost is ordered at once, and is there at once.
    world = desk.changed("stations: 3", "accuracy: {stock: 0}") + (
        "suppliers: [{id: mill}]\nstock:\n  replenish:\n"
        "    - {warehouses: [hub], from: mill, review: {order_up_to: {units: 5}}}\n"
    )
    (said,) = desk.wrong(world)
    assert said.endswith(
        "stock.replenish.0.lead_days: must be a second or more, or every_days be given: hub loses all it has "
        "(accuracy.stock)"
    )
    desk.load(world.replace("{id: mill}", "{id: mill, lead_days: {exponential: {mean: 1}}}"))
    desk.load(world.replace("{order_up_to", "{every_days: 1, order_up_to"))
    desk.load(world.replace("{stock: 0}", "{stock: 0.5}"))


def test_sites_that_supply_each_other_in_a_circle_are_told(desk):
    text = desk.changed("warehouses:\n", "warehouses:\n  - {id: depot, at: [50, 9]}\n") + (
        "stock:\n  replenish:\n"
        "    - {warehouses: [hub], from: depot, review: {order_up_to: {units: 5}}}\n"
        "    - {items: [tin], warehouses: [depot], from: hub, review: {order_up_to: {units: 5}}}\n"
    )
    assert desk.wrong(text) == [
        "towns.yaml:27:3: stock.replenish: must not go in a circle: tin goes depot → hub → depot"
    ]
