"""Tiers of a contract: the parcels beyond a number have a discount, to the cent, in the month in which they count."""

from __future__ import annotations

from typing import Any

import pytest

from sim.policy import Allocation, Part, Request
from sim.view.network import Network

# A parcel of 2 kg costs 6.10 + 2 x 0.50 = 7.10. From the third of a month on 5 % less, 7.10 x 0.95 = 6.745 = 6.75;
# from the fifth on a third less, 7.10 x 0.6666 = 4.73286 = 4.73.
WORLD = """\
timezone: America/New_York
start: 2026-01-30T00:00
days: 4
items: [{id: thing, weight_kg: 2}]
regions: [{id: east}, {id: west}]
demand: {replay: orders.csv}
warehouses:
  - {id: newark, serves: [east]}
  - {id: reno, serves: [west], timezone: America/Los_Angeles}
carriers:
  - id: post
    services:
      - id: parcel
        rates: {base: 6.10, per_kg: 0.50}
        tiers: [{parcels_per_month: 2, discount: 0.05}, {parcels_per_month: 4, discount: 0.3334}]
"""


def orders(*placed: tuple[str, str]) -> str:
    """Return a table of orders of one thing: (time, region)."""
    rows = [f"{number},{at},{region},thing,1" for number, (at, region) in enumerate(placed, start=1)]
    return "\n".join(["order,placed_at,region,item,units", *rows]) + "\n"


class Only:
    """Takes the one warehouse that serves the region, and notes the quotes in cents."""

    def __init__(self) -> None:
        self.quotes: list[int] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        parcel = network.parcel(order, order.open)
        site = int(network.may_serve(order.region, 0).argmax())
        self.quotes.append(int(network.offer(order.region, parcel, order.promised_at).freight[site]))
        return Allocation((Part(site, tuple((line, order.units[line]) for line in order.open)),))


def freight(frame: Any, journal: Any) -> list[float]:
    """Return the freight of the shipments by order."""
    shipments = frame(journal, "shipments")
    return list(shipments.set_index(shipments["order"].astype(int)).sort_index()["cost_freight"])


def test_the_parcels_beyond_the_number_have_the_discount_and_a_new_month_begins_anew(
    stage: Any, frame: Any
) -> None:
    times = [
        "2026-01-30T08:00", "2026-01-30T09:00", "2026-01-31T10:00", "2026-01-31T23:59:58", "2026-01-31T23:59:59",
        "2026-02-01T00:00", "2026-02-01T00:00:01", "2026-02-01T12:00",
    ]  # fmt: skip
    only = Only()
    world = stage.scenario(WORLD, orders=orders(*((at, "east") for at in times)))
    journal = stage.play(world, only)
    charged = [7.10, 7.10, 6.75, 6.75, 4.73, 7.10, 7.10, 6.75]
    assert freight(frame, journal) == charged
    # Each is picked up as it is placed: the quote is what the next parcel gets.
    assert [quote / 100 for quote in only.quotes] == charged
    ledger = frame(journal, "ledger")
    assert ledger.loc[ledger["account"] == "freight", "amount_cents"].sum() == round(100 * sum(charged))
    assert frame(journal, "orders")["cost_freight"].sum() == pytest.approx(sum(charged))


def test_the_month_is_that_of_the_scenario_not_of_the_warehouse(stage: Any, frame: Any) -> None:
    # In Reno it is 21:00 on 31 January when February begins in New York.
    times = ["2026-01-31T10:00"] * 3 + ["2026-01-31T23:59:59", "2026-02-01T00:00", "2026-02-01T02:00"]
    world = stage.scenario(WORLD, orders=orders(*((at, "west") for at in times)))
    assert freight(frame, stage.play(world, Only())) == [7.10, 7.10, 6.75, 6.75, 7.10, 7.10]


def test_parcels_count_in_the_sequence_of_their_pickups_over_all_warehouses(stage: Any, frame: Any) -> None:
    # 17:00 in Reno is three hours after 17:00 in Newark: what was ordered first is picked up last.
    text = WORLD.replace("- id: parcel", '- id: parcel\n        pickups: ["17:00"]')
    placed = [("2026-01-30T08:00", "west"), ("2026-01-30T09:00", "west"), ("2026-01-30T10:00", "east"),
              ("2026-01-30T16:00", "east"), ("2026-01-30T16:30", "east")]  # fmt: skip
    only = Only()
    journal = stage.play(stage.scenario(text, orders=orders(*placed)), only)
    assert freight(frame, journal) == [6.75, 4.73, 7.10, 7.10, 6.75]
    assert only.quotes == [710] * 5  # nothing had been picked up


def test_a_service_counts_its_own_parcels_only(stage: Any, frame: Any) -> None:
    # The letter costs 7.00 until the parcel, from its third on, is cheaper: 6.75. Letters do not count.
    text = WORLD + "      - {id: letter, rates: {base: 7.00}, sites: [newark]}\n"
    placed = [("2026-01-30T08:00", "west"), ("2026-01-30T09:00", "east"), ("2026-01-30T10:00", "west"),
              ("2026-01-30T11:00", "east"), ("2026-01-30T12:00", "east"), ("2026-01-30T13:00", "east")]  # fmt: skip
    journal = stage.play(stage.scenario(text, orders=orders(*placed)), "cheapest")
    shipments = frame(journal, "shipments")
    assert list(shipments["service"]) == ["parcel", "letter", "parcel", "parcel", "parcel", "parcel"]
    assert freight(frame, journal) == [7.10, 7.00, 7.10, 6.75, 6.75, 4.73]


def test_a_discount_holds_for_rate_cards_too_and_not_where_the_service_does_not_go(
    stage: Any, frame: Any
) -> None:
    text = WORLD.replace("{base: 6.10, per_kg: 0.50}", "{file: rates.csv}").replace(
        "- id: parcel", "- id: parcel\n        sites: [newark]"
    ) + "      - {id: slow, rates: {base: 30}}\n"  # fmt: skip
    rates = "zone,up_to_kg,price\n1,2,7.10\n1,3,9.99\n"
    placed = [("2026-01-30T08:00", "east")] * 4 + [("2026-01-30T09:00", "west"), ("2026-01-30T09:00", "east")]
    only = Only()
    journal = stage.play(stage.scenario(text, orders=orders(*placed), rates=rates), only)
    assert freight(frame, journal) == [7.10, 7.10, 6.75, 6.75, 30.00, 4.73]
    assert only.quotes[-2:] == [3000, 473]


def test_a_part_of_a_price_is_exact_at_half_a_cent(stage: Any, frame: Any) -> None:
    # 0.50 x 0.97 = 0.485 = 0.49: in binary, 0.97 of it is less than 0.485.
    text = WORLD.replace("base: 6.10, per_kg: 0.50", "base: 0.50").replace("discount: 0.05", "discount: 0.03")
    world = stage.scenario(text, orders=orders(*[("2026-01-30T08:00", "east")] * 4))
    assert freight(frame, stage.play(world, Only())) == [0.50, 0.50, 0.49, 0.49]
