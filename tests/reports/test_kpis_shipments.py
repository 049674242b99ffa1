"""KPIs of shipments, each against a value worked out by hand."""

import math

import numpy as np
import pyarrow as pa
import pytest

from reports.kpis import columns, measure
from reports.kpis.shipments import CountedShipments, shipment_kpis

DAY, MINUTE = 86_400, 60


def test_a_split_is_an_order_of_two_shipments(story):
    for number, shipments in enumerate((1, 3, 1, 0)):
        story.order(number, shipments=shipments)
    values = measure(story.close())
    assert values["split_share"] == 1 / 4
    assert values["shipments_per_order"] == 5 / 4  # the fourth order has none


def test_a_reship_that_was_taken_back_is_none(story):
    story.order(0).order(1).order(2)
    story.shipment(0, state="lost").shipment(0, shipment=2, replaces=1).shipment(0, shipment=3, replaces=2)
    story.shipment(1, state="lost").shipment(1, shipment=2, replaces=1, state="cancelled", picked_up_at=-1)
    story.shipment(2)
    assert measure(story.close())["reship_share"] == 1 / 3


def test_shipments_of_orders_outside_the_window_are_not_counted(story):
    story.order(0).order(1, counted=False, shipments=2)
    story.shipment(0, started_at=DAY + 4 * MINUTE, distance_km=1500, stock_age_d=DAY, co2e_kg=400)
    story.shipment(
        1, started_at=9 * DAY, distance_km=9_000_000, stock_age_d=9 * DAY, co2e_kg=10**6, counted=False
    )
    story.shipment(1, shipment=2, counted=False)
    values = measure(story.close())
    assert values["queue_mean_min"] == 4.0
    assert values["distance_mean_km"] == 1.5
    assert values["stock_age_at_ship_mean_d"] == 1.0
    assert values["co2e_per_order_kg"] == 0.4
    assert values["split_share"] == 0.0


def test_what_was_called_off_was_not_picked(story):
    """A pick that is short takes nothing, and what was begun is put back: neither is sold, or has an age."""
    story.order(0)
    story.shipment(0, units=2, started_at=DAY, stock_age_d=3 * DAY)
    story.shipment(0, shipment=2, units=5, started_at=DAY, stock_age_d=0, state="cancelled", picked_up_at=-1)
    found = CountedShipments(story.close())
    assert found.units_started == 2
    assert shipment_kpis(found, 1)["stock_age_at_ship_mean_d"] == 3.0


def test_the_queue_runs_from_release_to_the_start_of_work(story):
    story.order(0)
    for number, minutes in enumerate((0, 0, 10, 30)):
        story.shipment(0, shipment=number, released_at=DAY, started_at=DAY + minutes * MINUTE)
    story.shipment(0, shipment=9, released_at=DAY, started_at=-1, picked_up_at=-1, state="queued")
    values = measure(story.close())
    assert values["queue_mean_min"] == 10.0
    assert values["queue_p95_min"] == pytest.approx(27.0)  # 0.85 of the way from 10 to 30
    assert values["wait_share"] == 0.5


def test_distance_and_emissions_are_those_of_parcels_on_the_way(story):
    story.order(0)
    story.shipment(0, distance_km=100_000, co2e_kg=50)
    story.shipment(0, shipment=2, distance_km=300_000, co2e_kg=150, state="in_transit", delivered_at=-1)
    story.shipment(0, shipment=3, distance_km=900_000, co2e_kg=900, state="packed", picked_up_at=-1)
    values = measure(story.close())
    assert values["distance_mean_km"] == 200.0
    assert values["co2e_per_order_kg"] == 0.2


def test_without_shipments_their_means_are_undefined_and_shares_of_orders_are_zero(story):
    values = measure(story.order(0, state="open", delivered_at=-1, shipments=0).close())
    assert values["split_share"] == values["shipments_per_order"] == values["reship_share"] == 0.0
    for name in (
        "queue_mean_min",
        "queue_p95_min",
        "wait_share",
        "distance_mean_km",
        "stock_age_at_ship_mean_d",
    ):
        assert math.isnan(values[name])


def test_orders_of_a_replay_keep_their_names_apart(story):
    names = ["7", "007", "A1", "A1", "7", "1" * 30, "1" * 30]
    story.ids = lambda orders: pa.array([names[order] for order in orders])
    for order in range(len(names)):
        story.shipment(order, shipment=2, replaces=1)
    for order in (0, 1, 2, 5):
        story.order(order)
    assert measure(story.close())["reship_share"] == 1.0


@pytest.mark.parametrize("fold_at", [1, 7, 10**6])
def test_a_spread_says_what_numpy_says_of_all_its_numbers(monkeypatch, fold_at):
    monkeypatch.setattr(columns, "_FOLD_AT", fold_at)
    random = np.random.default_rng(3)
    for size in (1, 2, 3, 20, 1000):
        numbers = random.integers(0, random.integers(1, 3 * size), size)
        spread = columns.Spread()
        for some in np.array_split(numbers, 5):
            spread.add(some)
        assert (len(spread), spread.total) == (size, numbers.sum())
        assert spread.above(0) == np.count_nonzero(numbers)
        for share in (0.0, 0.05, 0.5, 0.95, 1.0, random.random()):
            assert spread.quantile(share) == np.quantile(numbers.astype(np.int32), share)


def test_a_spread_of_nothing_has_no_quantile():
    spread = columns.Spread()
    spread.add(np.empty(0, np.int64))
    assert (len(spread), spread.total, spread.above(0)) == (0, 0, 0)
    assert math.isnan(spread.quantile(0.5))


def test_a_spread_keeps_numbers_that_differ_and_not_all(monkeypatch):
    monkeypatch.setattr(columns, "_FOLD_AT", 100)
    spread = columns.Spread()
    for _ in range(1000):
        spread.add(np.arange(60))
    held = [value for value in vars(spread).values() if isinstance(value, np.ndarray)]
    held += vars(spread)["_new"]
    assert len(spread) == 60_000
    assert sum(map(len, held)) < 300
