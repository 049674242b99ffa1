"""Who walks into a store, when, and for what: a fact of the order book. Seeds are fixed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy import stats

from sim.catalogue import Catalogue
from sim.orderbook import walk_ins
from sim.orderbook.demand import demand_by_cell
from sim.orderbook.walk_ins import sales

DAY = 86_400
WORLD = """\
timezone: {timezone}
start: {start}
days: {days}
drain_days: 0
items: [{{id: tin, popularity: 6}}, {{id: fish, popularity: 3, handling: [cold]}}, {{id: mug, popularity: 2}}]
regions: [{{id: here}}]
demand: {{orders_per_day: {orders}}}
warehouses: {warehouses}
stock: {stock}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""


@pytest.fixture
def town(stage: Any) -> Any:
    def make(warehouses: str, days: float = 7, **parts: Any) -> Catalogue:
        defaults = {"timezone": "UTC", "start": "2026-01-05T00:00", "orders": 1, "stock": "{}"}
        return Catalogue(
            stage.scenario(WORLD.format(warehouses=warehouses, days=days, **{**defaults, **parts}))
        )

    return make


def asked(catalogue: Catalogue, replication: int = 0, site: int = 0, seed: int = 5) -> tuple[Any, Any]:
    found = np.array(list(sales(catalogue, seed, replication, site)), np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


HOURS = '{mon-fri: "09:00-17:00", sat: "22:00-02:00"}'


@pytest.mark.parametrize("hours", ["", f", hours: {HOURS}"], ids=["always open", "opening hours"])
def test_a_week_brings_seven_times_the_units_of_a_day(town: Any, hours: str) -> None:
    world = town(f"[{{id: shop, walk_ins: {{units_per_day: 400}}{hours}}}]")
    counts = [len(asked(world, replication)[0]) for replication in range(20)]
    assert abs(np.mean(counts) - 2800) < 4 * (2800 / 20) ** 0.5
    # Poisson: the variance is the mean (chi-square with 19 degrees of freedom).
    assert 0.001 < stats.chi2.cdf(19 * np.var(counts, ddof=1) / 2800, 19) < 0.999


def test_they_come_evenly_while_the_store_is_open_by_its_own_clock(town: Any) -> None:
    """Over the weekend on which New York moves its clock forward."""
    world = town(
        f"[{{id: shop, timezone: America/New_York, walk_ins: {{units_per_day: 900}}, hours: {HOURS}}}]",
        start="2026-03-02T12:30", days=14,
    )  # fmt: skip
    at, _ = asked(world)
    local = [
        datetime.fromtimestamp(world.start + second, UTC).astimezone(ZoneInfo("America/New_York"))
        for second in at.tolist()
    ]
    hours = np.bincount([moment.weekday() * 24 + moment.hour for moment in local], minlength=168)
    is_open = np.array(
        [
            (day < 5 and 9 <= hour < 17) or (day, hour) in ((5, 22), (5, 23), (6, 0), (6, 1))
            for day in range(7)
            for hour in range(24)
        ]
    )
    assert (hours[~is_open] == 0).all()
    # Two weeks of 44 hours: 7 x 900 a week. Monday morning is there once: the run begins and ends on Mondays at 7:30.
    expected = np.where(is_open, 2 * 6300 / 44, 0.0)
    assert stats.chisquare(hours[is_open], expected[is_open] / expected.sum() * hours.sum()).pvalue > 1e-4
    assert abs(len(at) - 2 * 6300) < 4 * (2 * 6300) ** 0.5
    assert (np.diff(at) >= 0).all()
    assert at.min() >= 0
    assert at.max() < world.end


def test_items_come_by_popularity_among_those_kept(town: Any) -> None:
    world = town(
        "[{id: shop, walk_ins: {units_per_day: 3000}, handling: [ambient]}, {id: cellar, handling: [cold]}]"
    )
    _, items = asked(world)
    counts = np.bincount(items, minlength=3)
    assert counts[1] == 0  # cold
    assert stats.binomtest(int(counts[0]), int(counts.sum()), 6 / 8).pvalue > 1e-4


def test_a_counter_without_anything_to_sell_has_no_customers(town: Any) -> None:
    world = town(
        "[{id: shop, walk_ins: {units_per_day: 30}, handling: [frozen]}, {id: other, walk_ins: {units_per_day: 0}}, {id: hub}]"
    )
    for site in range(3):
        assert len(asked(world, site=site)[0]) == 0


def test_the_size_of_a_block_changes_nothing(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world = town(f"[{{id: shop, walk_ins: {{units_per_day: 300}}, hours: {HOURS}}}]")
    whole = asked(world)
    monkeypatch.setattr(walk_ins, "BLOCK_SALES", 7)
    parts = asked(world)
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_stores_seeds_and_replications_share_no_customers(town: Any) -> None:
    world = town("[{id: a, walk_ins: {units_per_day: 500}}, {id: b, walk_ins: {units_per_day: 500}}]")
    books = [
        asked(world)[0],
        asked(world, site=1)[0],
        asked(world, replication=1)[0],
        asked(world, seed=6)[0],
    ]
    for i, book in enumerate(books):
        for other in books[:i]:
            # Two unrelated books of 3,500 seconds out of 604,800 have about 20 in common.
            assert len(np.intersect1d(book, other)) < 60


def test_they_count_in_days_of_demand_of_their_store_and_of_its_depot(town: Any) -> None:
    world = town(
        "[{id: store, handling: [ambient], walk_ins: {units_per_day: 16}}, {id: hub}, {id: depot, serves: none}]",
        orders=110, stock="{replenish: [{items: all, warehouses: [store], from: depot, review: {reorder_point: {units: 1}, order_units: 1}}]}",
    )  # fmt: skip
    daily = demand_by_cell(world)
    # Orders ask for 60 tins, 30 fish and 20 mugs a day, shared by the sites that keep them; the counter for 12 and 4.
    assert daily[:, 0] == pytest.approx([30 + 12, 0, 10 + 4])
    assert daily[:, 1] == pytest.approx([30, 30, 10])
    assert daily[:, 2] == pytest.approx([30 + 12, 0, 10 + 4])
