"""Distances are great circles on a sphere of 6,371.0088 km, and zones are bands of distance."""

from __future__ import annotations

from itertools import pairwise
from math import asin, cos, pi, radians, sin, sqrt
from typing import Any

import pytest

from tests.theory.agreement import TRUTHS, Agreement, family

PAIRS = TRUTHS["geography"]["pairs"]
MILE = 1.609344
BOUNDS = [miles for miles in TRUTHS["geography"]["usps_zone_upper_miles"].values() if miles != "beyond"]
RADIUS = 6371.0088

# One warehouse for each region: a parcel goes the way whose length is known. Freight is 1.00 for each zone.
WORLD = """\
start: 2026-01-05T00:00
days: 1
items: [{{id: thing}}]
regions: [{regions}]
demand: {{orders_per_day: {orders}}}
warehouses: [{sites}]
carriers:
  - id: post
    services: [{{id: parcel, zones_km: {bounds}, transit_days: {days}, rates: {{base: {base}}}}}]
"""


def parcels(
    stage: Any, frame: Any, ways: dict[str, tuple[list[float], list[float]]], bounds: list[float]
) -> Any:
    """Play ways from one point to another and return a parcel of each."""
    zones = range(1, len(bounds) + 2)
    text = WORLD.format(
        regions=", ".join(f"{{id: to_{name}, at: {end}}}" for name, (_, end) in ways.items()),
        sites=", ".join(
            f"{{id: from_{name}, at: {begin}, serves: [to_{name}]}}" for name, (begin, _) in ways.items()
        ),
        orders=60 * len(ways),
        bounds=bounds,
        days=[*zones],
        base=[*zones],
    )
    shipments = frame(stage.play(text), "shipments")
    return shipments.drop_duplicates("region").set_index(shipments["region"].str.removeprefix("to_").unique())


@family("Great circles, and zones by distance", "geography")
def test_published_distances_and_zones(stage: Any, frame: Any, agree: Agreement) -> None:
    ways = {pair["a"]: (pair["A"], pair["B"]) for pair in PAIRS}
    found = parcels(stage, frame, ways, [round(miles * MILE, 3) for miles in BOUNDS])
    assert len(found) == len(PAIRS)
    for pair in PAIRS:
        parcel = found.loc[pair["a"]]
        way = f"{pair['a']} to {pair['b']}"
        agree.known(f"{way}, km", parcel["distance_km"], pair["km_R6371_0088"], error=0.0005)  # whole metres
        agree.known(f"{way}, zone", parcel["cost_freight"], pair["zone"])
        days = (parcel["delivered_at"] - parcel["picked_up_at"]).total_seconds() / 86_400
        assert days == pair["zone"]


@family("Great circles, and zones by distance", "geography")
def test_the_zone_depends_on_what_is_measured_between(stage: Any, frame: Any, agree: Agreement) -> None:
    # Post offices measure between the centres that serve the first three digits: for 380, that of Memphis.
    zips = {"380": [35.6100, -89.2706], "064": [41.3046, -73.1392]}
    centres = {"380": [35.1558, -89.9642], "064": [41.4349, -72.7818]}
    ways = {"zip": (zips["380"], zips["064"]), "centre": (centres["380"], centres["064"])}
    found = parcels(stage, frame, ways, [round(miles * MILE, 3) for miles in BOUNDS])
    agree.known("38012 to 06484, zone between the ZIP codes", found.loc["zip", "cost_freight"], 5)
    agree.known("38012 to 06484, zone between their centres", found.loc["centre", "cost_freight"], 6)


def haversine(a: list[float], b: list[float]) -> float:
    """Return the great circle between two points in kilometres, written down once more (Sinnott 1984)."""
    (lat_a, lon_a), (lat_b, lon_b) = ([radians(x) for x in point] for point in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * RADIUS * asin(min(1.0, sqrt(half)))


def test_distances_that_can_be_told_without_a_formula(stage: Any, frame: Any) -> None:
    quarter = RADIUS * pi / 2
    ways = {
        "nowhere": ([12.5, -7.25], [12.5, -7.25]),
        "pole_to_pole": ([90.0, 0.0], [-90.0, 123.0]),
        "antipodes": ([30.0, 40.0], [-30.0, -140.0]),
        "pole_to_equator": ([90.0, 55.0], [0.0, -20.0]),
        "across_the_date_line": ([0.0, 179.5], [0.0, -179.5]),
        "a_metre": ([0.0, 0.0], [0.0, 8.993203e-6]),
    }
    truth = {
        "nowhere": 0.0, "pole_to_pole": 2 * quarter, "antipodes": 2 * quarter, "pole_to_equator": quarter,
        "across_the_date_line": quarter / 90, "a_metre": 0.001,
    }  # fmt: skip
    found = parcels(stage, frame, ways, [])["distance_km"]
    assert {name: found[name] for name in ways} == pytest.approx(truth, abs=0.0005)


def test_the_bound_of_a_zone_belongs_to_the_nearer_one(stage: Any, frame: Any) -> None:
    # Along the equator: 999, 1,000 and 1,001 m, and the same around 2,000 m.
    metre = 180 / (pi * RADIUS * 1000)
    wanted = {999: 1, 1000: 1, 1001: 2, 1999: 2, 2000: 2, 2001: 3}
    ways = {str(metres): ([0.0, 0.0], [0.0, round(metres * metre, 10)]) for metres in wanted}
    found = parcels(stage, frame, ways, [1, 2])
    assert {int(name): round(km * 1000) for name, km in found["distance_km"].items()} == {
        m: m for m in wanted
    }
    assert {int(name): zone for name, zone in found["cost_freight"].items()} == wanted


def test_the_public_zone_bands_ascend_and_the_published_ways_agree_with_this_formula() -> None:
    assert all(near < far for near, far in pairwise(BOUNDS))
    for pair in PAIRS:
        assert haversine(pair["A"], pair["B"]) == pytest.approx(pair["km_R6371_0088"], abs=1e-6)
