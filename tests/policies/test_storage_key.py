"""Storage that is relieved: what the units would have cost where they lie, a part of what an order costs to land."""

from __future__ import annotations

from typing import Any

import pytest

# Ten cents for each of two litres of a mug and a day at near; two mugs a day are asked for, one at each.
SITES = {"near": "at: [0, 1], costs: {storage_per_l_day: 0.10}", "far": "at: [0, 3]"}
WORLD: dict[str, Any] = {"items": "{id: mug, volume_l: 2}, {id: tea}", "sites": SITES}
ORDERS = "A 05T10:00 mug\nB 05T23:00 mug"
BY = "rules:\n  - {rank: {by: [storage_relieved]}}\n"
REVIEW = "replenish: [{warehouses: [near], from: farm, review: {every_days: 2, order_up_to: {units: 0}}}]"
FARM = "suppliers: [{id: farm, lead_days: 0.5}]\n"


def relieved(counter: Any, stock: str | None, orders: str = ORDERS, **more: Any) -> float:
    """Return what is saved at near, in the currency; at far storage costs nothing."""
    answers = counter.play(BY, orders, stock=stock, **WORLD | more)
    return float(answers.first("margin", "A"))


def test_room_is_free_until_stock_comes_next(counter: Any) -> None:
    """The next review is 1 d 14 h ahead, and the lead time half a day."""
    found = relieved(counter, "near mug:20; far mug:20", stock_rules=REVIEW, more=FARM)
    assert found == pytest.approx(0.2 * (2 - 10 / 24 + 0.5), abs=1e-6)


def test_what_was_asked_before_in_the_hour_changes_nothing(counter: Any) -> None:
    """The next review is 1 d 14 h ahead of the hour, whoever asks first."""
    shelves = {"stock": "near mug:20; far mug:20", "stock_rules": REVIEW, "more": FARM}
    margins = [
        counter.play(BY, f"A 05T{before} mug\nB 05T10:50 mug", **shelves, **WORLD).first("margin", "B")
        for before in ("09:59", "10:40")
    ]
    assert margins[0] == margins[1] == pytest.approx(0.2 * (2 - 10 / 24 + 0.5), abs=1e-9)


@pytest.mark.parametrize(("before", "at", "days"), [("00:10", "00:30", 0), ("09:30", "10:00", 2 - 10 / 24)])
def test_the_hour_begins_at_its_first_second(counter: Any, before: str, at: str, days: float) -> None:
    """Days to the next review, counted from the hour in which the order is placed; one is at midnight."""
    orders = f"Z 05T{before} mug\nA 05T{at} mug"
    found = relieved(counter, "near mug:20; far mug:20", orders, stock_rules=REVIEW, more=FARM)
    assert found == pytest.approx(0.2 * (days + 0.5), abs=1e-6)


def test_or_until_it_would_have_been_sold(counter: Any) -> None:
    """Of one mug a day a stock of one lasts a day."""
    assert relieved(counter, "near mug:1; far mug:1", stock_rules=REVIEW, more=FARM) == pytest.approx(0.2)
    assert relieved(counter, "near mug:5; far mug:1") == pytest.approx(5 * 0.2)


def test_four_weeks_are_the_most(counter: Any) -> None:
    assert relieved(counter, "near mug:28; far mug:1") == pytest.approx(28 * 0.2)
    assert relieved(counter, "near mug:29; far mug:1") == pytest.approx(28 * 0.2)


def test_every_unit_of_every_line_makes_room(counter: Any) -> None:
    items = "{id: mug, volume_l: 2}, {id: tea, volume_l: 0.5}"
    orders = "A 05T10:00 mug:3,tea:2\nB 05T23:00 tea:98"
    found = relieved(counter, "near mug:99 tea:250; far mug:99 tea:99", orders, items=items)
    assert found == pytest.approx(0.1 * (3 * 2 * 28 + 2 * 0.5 * 5))  # tea: 250 units at 50 a day


def test_what_others_hold_takes_nothing_from_what_another_line_saves(counter: Any) -> None:
    """Of two mugs two more are promised than may be: near's floor is four. The tea saves its room all the same."""
    items = "{id: mug, volume_l: 2}, {id: tea, volume_l: 0.5}"
    sites = {"near": f"{SITES['near']}, safety_stock: {{units: 4}}", "far": SITES["far"]}
    rules = "rules:\n  - {filters: [ignore_safety_stock, {has_stock: all}], rank: {by: [storage_relieved]}}\n"
    world = {"items": items, "sites": sites, "stock": "near mug:2 tea:9; far mug:9 tea:9"}
    answers = counter.play(rules, "A 05T10:00 mug,tea\nB 05T23:00 mug,tea", **world)
    assert answers.sites("A") == ["near"]
    assert answers.first("margin", "A") == pytest.approx(0.1 * 0.5 * 5)  # five of nine teas may be sold


def test_stock_that_never_ends_takes_no_room(counter: Any) -> None:
    assert relieved(counter, None) == 0


@pytest.mark.parametrize(("base", "chosen"), [("[1, 0.79]", "far"), ("[1, 0.81]", "near")])
def test_landed_cost_takes_storage_off(counter: Any, base: str, chosen: str) -> None:
    """Near costs 1.00, of which it saves 0.20."""
    services = f"{{id: parcel, zones_km: [150], rates: {{base: {base}}}}}"
    world = {**WORLD, "stock": "near mug:1; far mug:1", "services": services}
    rules = "rules:\n  - {rank: {by: [landed_cost]}}\n"
    answers = counter.play(rules, ORDERS, **world)
    assert answers.sites("A") == [chosen]
    assert answers.first("margin", "A") == pytest.approx(0.01, abs=1e-9)
    plain = counter.play("rules:\n  - {rank: {cost: {freight: 1, handling: 1}}}\n", ORDERS, **world)
    assert plain.sites("A") == ["far"]
