"""What comes back is a fact of the order: the same lines, delays, outcomes and remedies under every policy."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from reports.kpis import measure
from sim.journal import Journal

RANDOM = """\
start: 2026-01-05T00:00
days: 4
items: {generate: {count: 30, return_share: 0.3}}
regions: [{id: north, at: [9, 1]}, {id: south, at: [1, 1]}]
demand: {orders_per_day: 150, lines_per_order: {1: 1, 2: 1, 3: 1}, units_per_line: {1: 2, 3: 1}}
warehouses:
  - {id: one, at: [2, 2], stations: 3, work_minutes: {exponential: {mean: 5}}, accuracy: {pick: 0.9}}
  - {id: two, at: [8, 4], stations: 3, work_minutes: {exponential: {mean: 5}}, accuracy: {pick: 0.9}}
stock: {opening: {units: 4000}}
carriers:
  - id: post
    services:
      - {id: ground, transit_days: {gamma: {mean: 2, cv: 0.5}}, rates: {base: 5.00}}
      - {id: air, transit_days: 1, sites: [two], rates: {base: 4.00}}
returns:
  delay_days: {lognormal: {mean: 6, cv: 0.5}}
  inspect_minutes: {gamma: {mean: 6, cv: 0.4}}
  outcomes: {restock: 0.6, refurbish: 0.1, scrap: 0.3}
  replace_share: 0.25
"""
FACTS = ["order", "item", "units", "outcome", "remedy", "delay"]


@pytest.fixture(name="journal")
def journal_(stage: Any) -> Journal:
    return stage.play(RANDOM)


def customers(returns: pd.DataFrame) -> pd.DataFrame:
    mine = returns[returns["counted"] & (returns["reason"] == "customer")].copy()
    mine["delay"] = mine["received_at"] - mine["sent_at"]
    return mine.sort_values(["order", "item"], ignore_index=True)


def test_the_same_lines_come_back_whatever_a_policy_does(stage, journal, frame):
    nearest, cheapest = (
        customers(frame(found, "returns")) for found in (journal, stage.play(RANDOM, "cheapest"))
    )
    assert not nearest["warehouse"].equals(cheapest["warehouse"])  # they did act differently
    assert nearest[FACTS].equals(cheapest[FACTS])


def test_shares_are_those_of_the_scenario(journal, frame):
    orders, mine = frame(journal, "orders"), customers(frame(journal, "returns"))
    orders = orders[orders["counted"]]
    lines = orders["lines"].sum()
    for share, found, number in (
        (0.3, len(mine) / lines, lines),
        (0.25, (mine["remedy"] == "replacement").mean(), len(mine)),
        (0.6, (mine["outcome"] == "restock").mean(), len(mine)),
        (0.3, (mine["outcome"] == "scrap").mean(), len(mine)),
    ):
        assert abs(found - share) < 4 * (share * (1 - share) / number) ** 0.5
    assert mine["delay"].dt.total_seconds().mean() / 86_400 == pytest.approx(6, rel=0.1)
    kpis = measure(journal)
    assert kpis["returned_share"] == pytest.approx(mine["units"].sum() / orders["units"].sum())
    restocked = mine.loc[mine["outcome"] == "restock", "units"].sum()
    assert kpis["restocked_share"] == pytest.approx(restocked / mine["units"].sum())


def test_pick_accuracy_is_the_share_of_right_lines(journal, frame):
    orders, shipments, returns = (frame(journal, table) for table in ("orders", "shipments", "returns"))
    lines = shipments.loc[shipments["state"] == "delivered", "lines"].sum()
    wrong = (returns["reason"] == "wrong_item").sum()
    assert abs(wrong / lines - 0.1) < 4 * (0.1 * 0.9 / lines) ** 0.5
    orders = orders[orders["counted"]]
    assert set(orders["state"]) == {"delivered"}
    # However often it took, everybody was charged once for what they ordered, less what they sent back.
    assert (orders["revenue"] + orders["refunded"]).round(2).equals(orders["value"].round(2))
