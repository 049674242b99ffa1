"""Disruptions: who travels longer, by how much to the second, and when policies come to know of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.policy import Allocation, Part, Request
from sim.view.network import Network

HOUR, DAY = 3_600, 86_400

# Picked up as soon as ordered; 2 days of transit by `slow`, 1 by `fast`, which costs more.
WORLD = """\
timezone: America/New_York
start: 2026-03-06T00:00
days: 6
items: [{{id: thing}}]
regions: [{{id: coast}}, {{id: inland}}]
segments: [{{id: standard, promise_days: 3}}]
demand: {{replay: orders.csv}}
warehouses: [{{id: hub}}]
carriers:
  - id: post
    services:
      - {{id: slow, transit_days: 2, disruptions: {slow}}}
      - {{id: fast, transit_days: 1, rates: {{base: 9}}, disruptions: {fast}}}
"""


def orders(*placed: str, region: str = "coast") -> str:
    """Return a table of orders from times in March 2026, New York."""
    rows = [f"{number},2026-03-{at},{region},thing,1" for number, at in enumerate(placed, start=1)]
    return "\n".join(["order,placed_at,region,item,units", *rows]) + "\n"


class Asks:
    """Ships with one service, and notes at each order what it sees: expected transit and arrival by service."""

    def __init__(self, service: int = 0) -> None:
        self.service = service
        self.transit: list[list[float]] = []
        self.chosen: list[int] = []
        self.everything: list[Any] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        parcel = network.parcel(order, order.open)
        offers = [
            network.offer(order.region, parcel, order.promised_at, (s,)) for s in range(len(network.services))
        ]
        self.transit.append([int(offer.transit_s[0]) / DAY for offer in offers])
        for offer in offers:
            assert offer.arrives_at[0] - network.now >= offer.transit_s[0]
        in_time = network.offer(order.region, parcel, order.promised_at)
        self.chosen.append(int(in_time.service[0]))
        self.everything.append(
            [
                network.now, int(in_time.service[0]), int(in_time.arrives_at[0]), int(in_time.transit_s[0]),
                int(network.offer(order.region, parcel, order.promised_at, "fastest").service[0]),
                *[(int(offer.arrives_at[0]), int(offer.freight[0]), int(offer.transit_s[0])) for offer in offers],
            ]
        )  # fmt: skip
        return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open), self.service),))


def travelled(frame: Any, journal: Any) -> list[float]:
    """Return the days from pickup to delivery, by order."""
    shipments = frame(journal, "shipments")
    shipments = shipments.set_index(shipments["order"].astype(int)).sort_index()
    return list((shipments["delivered_at"] - shipments["picked_up_at"]) / pd.Timedelta(days=1))


def test_parcels_picked_up_in_the_window_travel_longer(stage: Any, frame: Any) -> None:
    # From 7 March 12:00 for two days of 24 hours: the clock changes on the 8th, so until 13:00 on the 9th.
    world = WORLD.format(slow="[{begins: 2026-03-07T12:00, days: 2, transit_factor: 1.5}]", fast="[]")
    table = orders("07T11:59:59", "07T12:00", "08T12:00", "09T12:59:59", "09T13:00")
    asks = Asks()
    assert travelled(frame, stage.play(stage.scenario(world, orders=table), asks)) == [2, 3, 3, 3, 2]
    assert [slow for slow, _ in asks.transit] == [2, 3, 3, 3, 2]
    table = orders("08T12:00")
    assert travelled(frame, stage.play(stage.scenario(world, orders=table), Asks(service=1))) == [1]


def test_a_disruption_is_of_the_regions_that_it_names(stage: Any, frame: Any) -> None:
    world = WORLD.format(
        slow="[{begins: 2026-03-06, days: 9, regions: [coast], transit_factor: 3}]", fast="[]"
    )
    for region, days in (("coast", 6), ("inland", 2)):
        table = orders("07T12:00", region=region)
        assert travelled(frame, stage.play(stage.scenario(world, orders=table), Asks())) == [days]


def test_several_disruptions_multiply(stage: Any, frame: Any) -> None:
    both = "[{begins: 2026-03-06, days: 2, transit_factor: 2}, {begins: 2026-03-07, days: 2, transit_factor: 0.75}]"
    world = stage.scenario(
        WORLD.format(slow=both, fast="[]"), orders=orders("06T12:00", "07T12:00", "08T12:00")
    )
    asks = Asks()
    assert travelled(frame, stage.play(world, asks)) == [4, 3, 1.5]
    assert [slow for slow, _ in asks.transit] == [4, 3, 1.5]


def test_a_fraction_of_a_second_is_rounded_without_bias(stage: Any, frame: Any) -> None:
    # 172,800 s x 1.0000014 = 172,800.24192 s: a second more for 24.192 % of the parcels.
    world = stage.scenario(
        WORLD.format(slow="[{begins: 2026-03-06, days: 9, transit_factor: 1.0000014}]", fast="[]"),
        orders=orders(*[f"07T12:{minute:02}:{second:02}" for minute in range(60) for second in range(60)]),
    )
    seconds = np.rint(np.array(travelled(frame, stage.play(world, Asks()))) * DAY)
    assert set(seconds) == {172_800, 172_801}
    share = 0.24192
    assert abs((seconds - 172_800).mean() - share) < 4 * np.sqrt(share * (1 - share) / len(seconds))


@pytest.mark.parametrize(
    ("announced", "unknown_at", "known_at"),
    [
        ("", "07T10:59", "07T12:00:01"),  # from the start: at first it is the pickup that is too early for it
        (", announced_hours: 20", "07T13:59:59", "07T14:00"),  # the clock changes in between
        (", announced_hours: 12", "07T21:59:59", "07T22:00"),
        (", announced_hours: 0", "08T10:59:59", "08T11:00"),
    ],
)
def test_policies_know_of_a_disruption_once_it_is_announced(
    stage: Any, frame: Any, announced: str, unknown_at: str, known_at: str
) -> None:
    # Pickup is at noon: what is ordered after noon on the 7th leaves on the 8th, within the disruption.
    world = WORLD.format(
        slow=f"[{{begins: 2026-03-08T11:00, days: 1, transit_factor: 2{announced}}}]", fast="[]"
    )
    world = world.replace("{id: slow,", '{id: slow, pickups: ["12:00"],')
    asks = Asks()
    journal = stage.play(stage.scenario(world, orders=orders(unknown_at, known_at)), asks)
    assert [slow for slow, _ in asks.transit] == [2, 4]
    assert travelled(frame, journal) == [2 if unknown_at < "07T12" else 4, 4]


def test_a_known_disruption_changes_what_is_chosen(stage: Any) -> None:
    # Slow is cheaper and keeps the promise of three days, until it is known to take four.
    world = WORLD.format(
        slow="[{begins: 2026-03-08T00:00, days: 1, transit_factor: 2, announced_hours: 6}]", fast="[]"
    ).replace("{id: slow,", '{id: slow, pickups: ["02:30"],')
    asks = Asks()
    # 02:30 does not exist on 8 March: the pickup is at 03:30. What is ordered after it goes on the 9th.
    stage.play(stage.scenario(world, orders=orders("07T17:59:59", "07T18:00", "08T03:30:01")), asks)
    assert asks.chosen == [0, 1, 0]


def test_nobody_sees_an_unannounced_disruption_before_it_begins(stage: Any) -> None:
    hidden = "[{begins: 2026-03-08T12:00, days: 2, transit_factor: 5, announced_hours: 0}]"
    table = orders(*[f"{day:02}T{hour:02}:00" for day in (6, 7, 8, 9) for hour in range(4, 24, 4)])
    begins = int(2.5 * DAY - HOUR)  # the clock changed
    seen = {}
    for entries in (hidden, "[]"):
        world = stage.scenario(WORLD.format(slow=entries, fast=entries), orders=table)
        seen[entries] = Asks()
        stage.play(world, seen[entries])
    before = {name: [row for row in asks.everything if row[0] < begins] for name, asks in seen.items()}
    after = {name: [row for row in asks.everything if row[0] >= begins] for name, asks in seen.items()}
    assert before[hidden] == before["[]"]
    assert len(before[hidden]) == 12
    assert after[hidden][0][0] == begins
    assert all(with_[1:] != without[1:] for with_, without in zip(after[hidden], after["[]"], strict=True))


def test_the_scenario_that_policies_see_holds_no_surprise(stage: Any) -> None:
    entry = "{{begins: 2026-03-08T12:00, days: 2, transit_factor: {}{}}}"
    entries = ", ".join(
        entry.format(factor, announced)
        for factor, announced in ((2, ""), (3, ", announced_hours: 0"), (4, ", announced_hours: 9"))
    )
    downtime = "[{begins: 2026-03-08, hours: 1}, {begins: 2026-03-09, hours: 1, announced_hours: 0}, "
    downtime += "{every_hours: 900, hours: 1}]"
    world = WORLD.format(slow=f"[{entries}]", fast="[]").replace(
        "{id: hub}", f"{{id: hub, downtime: {downtime}}}"
    )
    looked = []

    class Reader(Asks):
        def prepare(self, network: Network) -> None:
            slow, _ = network.scenario.carriers[0].services
            looked.append([disruption.transit_factor for disruption in slow.disruptions])
            looked.append(len(network.scenario.warehouses[0].downtime))
            looked.append((network.scenario.recorded, len(network.scenario.tree)))

    scenario = stage.scenario(world, orders=orders("07T12:00"))
    stage.play(scenario, Reader())
    assert looked == [[2], 2, (None, 0)]
    assert len(scenario.carriers[0].services[0].disruptions) == 3


def test_a_disruption_counts_for_filters_and_rank_keys(stage: Any, frame: Any) -> None:
    rules = (
        "name: near\nrules:\n  - {name: near, filters: [is_up, handles_items, {within: {transit_days: 3}}]}\n"
    )
    world = WORLD.format(slow="[{begins: 2026-03-08T00:00, days: 1, transit_factor: 2}]", fast="[]").split(
        "      - {id: fast"
    )[0]
    table = orders("07T12:00", "08T12:00")
    journal = stage.play(stage.scenario(world + "drain_days: 3\n", orders=table), rules)
    assert list(frame(journal, "shipments")["order"]) == ["1"]
