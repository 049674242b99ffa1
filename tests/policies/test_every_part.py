"""What holds for every filter and rank key, those of packages too: they answer any case, and change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policies import FILTERS, KEYS, RuleSet, read_policies
from policies.case import Case, Terms
from sim.journal import Journal
from sim.policy import Allocation, Request
from sim.view.network import Network

WORLD = """\
start: 2026-03-07T00:00
days: 1.5
drain_days: 1
items:
  - {id: milk, price: 4, cost: 2, weight_kg: 1, shelf_life_days: 3, min_life_at_delivery_days: 0.5, popularity: 3}
  - {id: ice, price: 9, cost: 5, weight_kg: 2, shelf_life_days: 1, handling: [cold]}
  - {id: tin, price: 3, cost: 1, weight_kg: 0.4, volume_l: 1}
regions: [{id: north, at: [50, 0], zone: up}, {id: south, at: [40, 0]}]
segments: [{id: standard, promise_days: 2, late_penalty: 3, late_penalty_per_day: 1}, {id: gold, split: never}]
demand: {orders_per_day: 40, lines_per_order: {1: 1, 2: 1}, units_per_line: {1: 2, 3: 1}}
warehouses:
  - {id: one, at: [49, 0], zone: up, groups: [g], stations: 2, work_minutes: 20, queue_limit: 30, issue: lifo,
     order_limit_per_day: 20, safety_stock: {units: 2}, costs: {per_line: 0.2, storage_per_l_day: 0.01}}
  - {id: two, at: [41, 0], kind: store, site_rank: 2, issue: fefo, walk_ins: {units_per_day: 20}, serves: [south],
     hours: {mon-sun: "08:00-20:00"}, downtime: [{begins: 2026-03-08T06:00, hours: 9, announced_hours: 3}]}
  - {id: three, at: [45, 9], handling: [ambient], stations: 0, shifts: [{days: mon-sun, window: "09:00-12:00", stations: 3}]}
stock:
  opening: [{units: 25}, {items: [tin], warehouses: [three], unlimited}]
  replenish:
    - {items: [milk, ice], warehouses: [one, two], from: farm, review: {every_days: 0.5, order_up_to: {days_of_demand: 1}}}
    - {items: [tin], warehouses: [one], from: farm, review: {reorder_point: {units: 4}, order_units: 20}}
    - {items: [tin], warehouses: [two], arrivals: {every_days: 0.3, units: 2}}
suppliers: [{id: farm, lead_days: {gamma: {mean: 0.7, cv: 0.5}}}]
carriers:
  - id: post
    services:
      - {id: ground, zones_km: [300], transit_days: [1, 2], rates: {base: [4, 6], per_kg: 0.4}, co2e_g_per_tonne_km: 90}
      - {id: air, sites: [one], transit_days: 0.5, rates: {base: 15}, pickups: ["17:00"], carries: [ambient]}
visibility: {sync_minutes: SYNC}
"""

TERMS = (
    Terms(),
    Terms("fastest", "fefo", 86_400, safety_stock=True),
    Terms((1, 0), "lifo", None, False, ((3, frozenset({1})),)),
)
NEEDED = {
    "within": {"km": 700}, "below_limit": {"n": 9}, "shelf_life_left": {"days": 1}, "below_backlog": {"days": 1},
    "keep_back": {"units": 3, "for": ("gold",)}, "no_downtime_within": {"hours": 12}, "kind": {"any_of": ("store",)},
    "site": {"any_of": ("one", "three")}, "in_group": {"any_of": ("g",)},
}  # fmt: skip
"""What has to be said of a filter that cannot do without."""

NEVER_NEGATIVE = {
    "available_units", "backlog", "backlog_days", "co2e_kg", "distance_km", "freight", "handling", "lateness_cost",
    "overstock_units", "sales_velocity", "stock_age_days", "stockout_cost", "transit_days", "utilisation", "weeks_of_supply",
}  # fmt: skip


class Inquiry:
    """Decides as a rule set does, and asks every part about every order before that."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self.asked = 0

    def prepare(self, network: Network) -> Inquiry:
        self._bound = self._rules.prepare(network)
        self.attempts = self._bound.attempts
        self._columns = {name: key().bind(network) for name, key in KEYS.items()}
        filters = {name: part(**NEEDED.get(name, {})) for name, part in FILTERS.items()}
        self._masks = {name: part.bind(network) for name, part in filters.items()}
        self._moments = {name: part.passes_again(network) for name, part in filters.items()}
        return self

    def allocate(self, order: Request, network: Network) -> Allocation:
        stock = network.available.copy(), network.on_hand.copy()
        sites = len(network.warehouses)
        for terms in TERMS:
            case = Case(network, order, order.open, terms)
            for name, column in self._columns.items():
                values = np.array(case.column(column), float)
                assert values.shape == (sites,), name
                # Where nothing goes there is no freight; no candidate is such a place.
                values = values[case.reachable & network.may_serve(order.region, case.parcel.tags)]
                assert not np.isnan(values).any(), name
                assert name not in NEVER_NEGATIVE or (values >= 0).all(), name
                assert name != "spoilage_credit" or (values <= 0).all(), name
                again = Case(network, order, order.open, terms).column(column)
                assert np.array_equal(again, case.column(column)), name
            for name, mask in self._masks.items():
                passing = mask(case)
                assert passing is None or (passing.shape == (sites,) and passing.dtype == bool), name
                moment = self._moments[name]
                assert moment is None or moment(case, network.columns) > network.now, name
        assert np.array_equal(stock[0], network.available)
        assert np.array_equal(stock[1], network.on_hand)
        self.asked += 1
        return self._bound.allocate(order, network)


def rows(journal: Journal) -> list[Any]:
    return [journal.table(table).to_pylist() for table in ("orders", "shipments", "decisions", "ledger")]


@pytest.mark.parametrize("sync", [0, 90])
def test_every_part_answers_every_case_and_changes_nothing(stage: Any, sync: int) -> None:
    scenario = stage.scenario(WORLD.replace("SYNC", str(sync)))
    (source,) = read_policies(["nearest"], scenario)
    asks = Inquiry(stage.policy(source.file, scenario))
    asked = stage.play(scenario, asks)
    assert asks.asked > 60
    assert rows(asked) == rows(stage.play(scenario, "nearest"))
