"""What a policy sees: the present state, read-only, and nothing of the future."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.policy import Allocation, Part, Request
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 1
items: [{id: tin, weight_kg: 0.5, price: 3.00}, {id: ice, weight_kg: 2, price: 1.00, handling: [cold]}]
regions: [{id: north, at: [50, 0]}, {id: south, at: [-50, 0]}]
segments: [{id: standard, promise_days: 2}]
demand: {orders_per_day: 50, lines_per_order: {1: 1, 2: 1}}
warehouses:
  - {id: one, at: [40, 0], work_minutes: 30, hours: {mon-sun: "08:00-18:00"}, costs: {per_line: 0.25}}
  - {id: two, at: [-40, 0], work_minutes: 20, stations: 2, safety_stock: {units: 3}}
stock: {opening: {units: 200}}
carriers: [{id: post, services: [{id: slow, transit_days: 3}, {id: fast, transit_days: 1, rates: {base: 9}}]}]
"""


def arrays(network: Network, order: Request) -> dict[str, Any]:
    """Return every array that a policy can ask for without calling anything private."""
    found = {
        name: getattr(network, name)
        for name in dir(network)
        if not name.startswith("_") and isinstance(getattr(network, name), np.ndarray)
    }
    parcel = network.parcel(order, order.open)
    found["distance_m()"] = network.distance_m(order.region)
    found["handling()"] = network.handling(parcel)
    for name, array in network.next_lots(order.items[0], 1)._asdict().items():
        if name != "mixed":
            found[f"next_lots().{name}"] = array
    found["forecast.units_a_day"] = network.forecast.units_a_day
    found["forecast.target"] = network.forecast.target
    found["may_serve()"] = network.may_serve(order.region, parcel.tags)
    found["usage()"] = network.usage("orders", "day").used()
    found["rolling usage()"] = network.usage("orders", "day", rolling=True).used()
    found["turns()"] = network.turns().last
    return found


class Meddler:
    """Tries to change whatever it is shown."""

    def __init__(self) -> None:
        self.tried: set[str] = set()
        self.succeeded: set[str] = set()

    def allocate(self, order: Request, network: Network) -> Allocation:
        for name, array in arrays(network, order).items():
            self.tried.add(name)
            try:
                array[...] = 1
            except ValueError:
                continue
            self.succeeded.add(name)
        # These may be computed for the asking; changing them must not change what the next one sees.
        parcel = network.parcel(order, order.open)
        for choice in ("cheapest", "fastest", "cheapest_in_time", (1, 0)):
            offer = network.offer(order.region, parcel, order.promised_at, choice)
            for array in (offer.service, offer.freight, offer.arrives_at, offer.transit_s, offer.zone):
                if array.flags.writeable:
                    array[...] = 0
        emitted = network.co2e_kg(order.region, parcel, network.columns * 0)
        for array in (
            network.reachable(order.region, parcel),
            network.handles_tags(parcel.tags),
            network.backlog_days(),
            emitted,
        ):
            if array.flags.writeable:
                array[...] = False
        site = order.order % 2
        return Allocation((Part(site, tuple((line, order.units[line]) for line in order.open)),))


class Honest(Meddler):
    """Answers the same and touches nothing."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        network.usage("orders", "day")
        network.usage("orders", "day", rolling=True)
        network.turns()
        site = order.order % 2
        return Allocation((Part(site, tuple((line, order.units[line]) for line in order.open)),))


def test_a_policy_cannot_write_what_it_sees(stage: Any) -> None:
    scenario = stage.scenario(WORLD)
    meddler = Meddler()
    meddled, honest = stage.play(scenario, meddler), stage.play(scenario, Honest())
    assert {
        "available",
        "on_hand",
        "backlog",
        "busy",
        "next_down",
        "turns()",
        "up",
        "work_s",
        "site_rank",
        "distance_m()",
        "usage()",
    } <= meddler.tried
    assert meddler.succeeded == set()
    for table in ("orders", "shipments", "ledger", "warehouse_hours"):
        assert meddled.table(table).equals(honest.table(table)), table


def test_a_policy_cannot_rewrite_the_scenario_or_its_order(stage: Any) -> None:
    scenario = stage.scenario(WORLD)
    tried = []

    class Rewriter(Honest):
        def allocate(self, order: Request, network: Network) -> Allocation:
            if not tried:
                with pytest.raises((ValidationError, FrozenInstanceError)):
                    network.scenario.warehouses[0].stations = 99
                with pytest.raises(AttributeError):
                    order.units = (1,)
                with pytest.raises(TypeError):
                    order.units[0] = 1
                with pytest.raises(AttributeError):
                    network.now = 0
                tried.append(True)
            return super().allocate(order, network)

    stage.play(scenario, Rewriter())
    assert tried


def test_what_a_policy_sees_is_what_the_journal_tells_afterwards(stage: Any, frame: Any) -> None:
    seen = []

    class Watcher(Honest):
        def allocate(self, order: Request, network: Network) -> Allocation:
            seen.append((order, network.now, network.backlog.tolist(), network.on_hand.sum(0).tolist()))
            return super().allocate(order, network)

    journal = stage.play(stage.scenario(WORLD), Watcher())
    start = np.datetime64("2026-01-05T00:00:00")
    shipments, orders = frame(journal, "shipments"), frame(journal, "orders").set_index("order")
    for order, now, backlog, on_hand in seen:
        at = start + np.timedelta64(now, "s")
        row = orders.loc[str(order.order + 1)]
        assert row["placed_at"] == at
        assert (row["units"], row["lines"]) == (sum(order.units), len(order.items))
        assert round(row["value"] * 100) == order.value
        assert order.promised_at == now + 2 * 86_400
        for site, name in enumerate(("one", "two")):
            mine = shipments[(shipments["warehouse"] == name)]
            # Whoever comes in this second comes after; whoever is packed in it is gone.
            inside = (mine["released_at"] < at) & (mine["packed_at"] > at)
            same_second = mine["order"].astype(int).le(order.order) & (mine["released_at"] == at)
            assert backlog[site] == (inside | same_second & (mine["packed_at"] > at)).sum()
            started = (mine["started_at"] < at) | (mine["started_at"] == at) & mine["order"].astype(int).le(
                order.order
            )
            assert on_hand[site] == 400 - mine.loc[started, "units"].sum()


def test_an_estimate_of_delivery_is_kept_where_nothing_varies(stage: Any, frame: Any) -> None:
    # One order at a time, constant work and transit: what was expected is what happened, over closed nights as well.
    text = WORLD.replace("orders_per_day: 50, lines_per_order: {1: 1, 2: 1}", "orders_per_day: 6").replace(
        "days: 1\n", "days: 9\n"
    )
    expected = {}

    class Prophet(Honest):
        def allocate(self, order: Request, network: Network) -> Allocation:
            parcel = network.parcel(order, order.open)
            offer = network.offer(order.region, parcel, order.promised_at, "fastest")
            expected[str(order.order + 1)] = (int(offer.arrives_at[0]), network.backlog[0])
            return Allocation((Part(0, ((0, 1),), int(offer.service[0])),))

    shipments = frame(stage.play(stage.scenario(text), Prophet()), "shipments").set_index("order")
    start = np.datetime64("2026-01-05T00:00:00")
    alone = [order for order, (_, backlog) in expected.items() if not backlog]
    alone = [order for order in alone if shipments.loc[order, "counted"]]
    assert len(alone) > 20
    for order in alone:
        assert shipments.loc[order, "delivered_at"] == start + np.timedelta64(expected[order][0], "s")
        assert shipments.loc[order, "service"] == "fast"


def test_asking_for_an_unknown_choice_of_service_is_refused(stage: Any) -> None:
    class Asker(Honest):
        def allocate(self, order: Request, network: Network) -> Allocation:
            with pytest.raises(ValueError, match="must be cheapest_in_time, cheapest, fastest"):
                network.offer(order.region, network.parcel(order, order.open), order.promised_at, "dearest")
            return super().allocate(order, network)

    stage.play(stage.scenario(WORLD), Asker())
