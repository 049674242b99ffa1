"""What a parcel weighs, what it is charged and what it emits, to the cent and the gram."""

from __future__ import annotations

from typing import Any

import pytest

from sim.carrier.ratecard import Weighing

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 3
items: [{{id: thing, weight_kg: {kg}, volume_l: {litres}}}]
regions: [{{id: here, at: [0, 1]}}]
demand: {{replay: orders.csv}}
warehouses: [{{id: hub, at: [0, 0]}}]
carriers: [{{id: post, services: [{{id: parcel, {service}}}]}}]
"""
ONE_ORDER = "order,placed_at,region,item,units\n1,2026-01-05T08:00,here,thing,1\n"


def charged(
    stage: Any, frame: Any, service: str, kg: float, litres: float = 0, **tables: str
) -> float | None:
    """Return the freight of one parcel; None where nobody takes it."""
    world = stage.scenario(WORLD.format(kg=kg, litres=litres, service=service), orders=ONE_ORDER, **tables)
    shipments = frame(stage.play(world), "shipments")
    return None if shipments.empty else shipments["cost_freight"].item()


@pytest.mark.parametrize(
    ("kg", "litres", "freight"),
    [
        (1.2, 0, 1.20),
        (1.2, 6.0, 1.20),  # 6 l / 5 = 1.2 kg
        (1.2, 6.1, 1.22),
        (0.0, 0.1, 0.02),
        (0, 0, 0.00),
    ],
)
def test_the_heavier_of_weight_and_volume_is_charged(
    stage: Any, frame: Any, kg: float, litres: float, freight: float
) -> None:
    service = "rates: {per_kg: 1, volumetric_l_per_kg: 5}"
    assert charged(stage, frame, service, kg, litres) == freight


@pytest.mark.parametrize(
    ("kg", "freight"),
    [
        (0.453, 1.00), (0.454, 2.00),    # a pound is 453.59237 g
        (4.535, 10.00), (4.536, 11.00),  # ten are 4,535.9237 g: rounded to 454 g, ten pounds would be 4,540
        (45.359, 100.00), (45.360, 101.00),
    ],
)  # fmt: skip
def test_weight_is_rounded_up_in_pounds_too(stage: Any, frame: Any, kg: float, freight: float) -> None:
    # 2.204623 a kilogram is 1.00 a pound.
    service = "rates: {per_kg: 2.204623, round_up_kg: 0.45359237}"
    assert charged(stage, frame, service, kg) == freight


def test_rounding_up_adds_nothing_to_a_multiple() -> None:
    for step in (0.1, 0.25, 0.3, 0.5, 1.0):
        weighing = Weighing(0.0, step * 1000)
        for multiple in range(1, 400):
            grams = round(multiple * step * 1000)
            assert weighing.billable(grams, 0) == grams
            assert weighing.billable(grams + 1, 0) == round((multiple + 1) * step * 1000)


@pytest.mark.parametrize(
    ("kg", "freight"),
    [(0.453, 4.00), (0.454, 6.00), (2, 6.00), (2.001, 9.50), (5, 9.50), (5.001, None)],
)
def test_a_rate_card_ends_at_its_last_weight(
    stage: Any, frame: Any, kg: float, freight: float | None
) -> None:
    rates = "zone,up_to_kg,price\n1,5,9.50\n1,0.45359237,4.00\n1,2,6.00\n"
    assert charged(stage, frame, "rates: {file: rates.csv}", kg, rates=rates) == freight


@pytest.mark.parametrize(("metres", "freight"), [(111_195, 1), (111_194, 2)])
def test_the_bound_belongs_to_the_nearer_zone(stage: Any, frame: Any, metres: int, freight: float) -> None:
    # One degree of the equator is 111,195 m on a sphere of 6,371.0088 km.
    service = f"zones_km: [{metres / 1000}], rates: {{base: [1, 2]}}"
    assert charged(stage, frame, service, 1) == freight


def test_emissions_are_by_weight_and_distance(stage: Any, frame: Any) -> None:
    # 90 g x 0.0124 t x 111.195 km = 124.09 g; what is charged for volume emits nothing more.
    world = WORLD.format(
        kg=12.4, litres=900, service="co2e_g_per_tonne_km: 90, rates: {volumetric_l_per_kg: 5}"
    )
    shipments = frame(stage.play(stage.scenario(world, orders=ONE_ORDER)), "shipments")
    assert shipments["co2e_kg"].item() == pytest.approx(0.124)


def test_a_parcel_that_nobody_picked_up_emits_nothing(stage: Any, frame: Any) -> None:
    world = WORLD.format(kg=12.4, litres=0, service='co2e_g_per_tonne_km: 90, pickups: ["17:00"]')
    world += "segments: [{id: hasty, impatience_days: 0.1}]\n"
    shipments = frame(stage.play(stage.scenario(world, orders=ONE_ORDER)), "shipments")
    assert shipments["state"].item() == "cancelled"
    assert shipments["co2e_kg"].item() == 0
    assert shipments["cost_freight"].item() == 0
