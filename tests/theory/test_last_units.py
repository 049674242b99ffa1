"""What units that are taken away now make of a stock: fewer spoil, and more are missed, as the rank keys reckon."""

from __future__ import annotations

from typing import Any

import pytest

from policies.poisson import saved
from sim.journal import Journal
from tests.theory.agreement import FAST, SEED, Agreement, family

ITEMS, STOCK, TAKEN, PER_DAY, DAYS = 150, 8, 2, 3, 2

WORLD = """\
start: 2026-01-05T00:00
days: {days}
drain_days: 1
seed: {seed}
items: [{items}]
regions: [{{id: here}}]
demand: {{orders_per_day: {per_day}}}
warehouses: [{{id: dairy}}]
stock: {{opening: {{units: {units}}}}}
carriers: [{{id: post, services: [{{id: van}}]}}]
"""


def outcome(journal: Journal) -> dict[str, float]:
    """Return the units of an item that spoil, and those that are asked for and not there, on average."""
    spoiled = sum(row["units"] for row in journal.table("disposals").to_pylist())
    orders = journal.table("orders").to_pylist()
    return {
        "spoiled": spoiled / ITEMS,
        "missed": sum(row["state"] == "cancelled" for row in orders) / ITEMS,
    }


@family("Units taken from a stock that spoils")
@pytest.mark.theory
def test_what_spoils_less_and_is_missed_more_is_what_the_keys_say(repeat: Any, agree: Agreement) -> None:
    """Eight units live two days and meet three customers a day. Two of them are taken away at the beginning."""
    items = ", ".join([f"{{id: i{number}, shelf_life_days: {DAYS}}}" for number in range(ITEMS)])
    found = []
    for units in (STOCK, STOCK - TAKEN):
        world = WORLD.format(days=DAYS, seed=SEED, items=items, per_day=PER_DAY * ITEMS, units=units)
        found.append(repeat(world, "rules:\n  - {otherwise: cancel}\n", outcome))
    less = [a - b for a, b in zip(found[0]["spoiled"], found[1]["spoiled"], strict=True)]
    more = [b - a for a, b in zip(found[0]["missed"], found[1]["missed"], strict=True)]
    spared = float(saved(STOCK, TAKEN, PER_DAY * DAYS))
    agree("units an item that spoil less", less, spared, within=FAST)
    agree("units an item that are missed more", more, TAKEN - spared, within=FAST)
