"""Maps of flows in worlds of every kind."""

import re

import numpy as np
import pyarrow as pa
import pytest

from reports.figures import flow_maps
from reports.figures.labels import label_points
from reports.figures.style import canvas
from sim.scenario import load_scenario

WORLD = """
name: somewhere
timezone: Europe/Berlin
start: 2026-03-01T00:00
days: 1
items: [{{id: tin, weight_kg: 1, volume_l: 1, price: 5}}]
regions:
  - {{id: NYC, {nyc} share: 1}}
  - {{id: LAX, {lax} share: 1}}
demand: {{orders_per_day: 10, lines_per_order: {{1: 1}}}}
warehouses:
  - {{id: newark, {newark} stations: 1, work_minutes: {{per_shipment: 1}}}}
  - {{id: reno, {newark} stations: 1, work_minutes: {{per_shipment: 1}}}}
carriers:
  - id: parcel
    services:
      - {{id: ground, pickups: ["20:00"], zones_km: [], transit_days: [1], rates: {{base: [1], per_kg: [0]}}}}
"""


@pytest.fixture
def world(tmp_path):
    """A world with the names of the journals that tests write, at given places."""

    def placed(nyc, lax, newark):
        path = tmp_path / "world.yaml"
        places = {name: f"at: {list(at)}," for name, at in (("nyc", nyc), ("lax", lax), ("newark", newark))}
        path.write_text(WORLD.format(**places))
        return load_scenario(path)

    return placed


def words(svg):
    return re.findall(r">([^<>]+)</text>", svg)


@pytest.fixture
def journals(new_story):
    story = new_story()
    for number in range(4):
        story.shipment(number, warehouse="newark", region="NYC" if number else "LAX")
    return {"near": story.close()}


def test_outside_the_us_a_map_shows_degrees_and_names_regions(world, journals):
    (picture,) = flow_maps(journals, ["near"], world((48.9, 2.4), (41.9, 12.5), (48.1, 11.6)))
    for text in ("longitude (degrees)", "latitude (degrees)", "newark", "NYC", "LAX"):
        assert text in words(picture.svg)
    assert picture.source == ""
    assert "newark 100 %, reno 0 %" in picture.svg


def test_a_region_at_a_site_is_not_named_beside_it(world, journals):
    (picture,) = flow_maps(journals, ["near"], world((48.1, 11.6), (41.9, 12.5), (48.1, 11.6)))
    assert "LAX" in words(picture.svg)
    assert "NYC" not in words(picture.svg)


def test_in_the_us_an_outline_tells_where_regions_are_and_whose_it_is(world, journals):
    (picture,) = flow_maps(journals, ["near"], world((40.7, -74.0), (34.1, -118.2), (40.7, -74.2)))
    assert "US Census Bureau" in picture.source
    assert "500 km" in words(picture.svg)
    assert "LAX" not in words(picture.svg)


def test_where_all_is_at_one_place_there_is_no_map(world, journals):
    (picture,) = flow_maps(journals, ["near"], world((48.1, 11.6), (48.1, 11.6), (48.1, 11.6)))
    assert picture.svg == ""
    assert "one place" in picture.caption


def test_of_many_sites_only_those_are_named_that_ship_much():
    scenario = load_scenario("stores")
    sites, regions = ([place.id for place in places] for places in (scenario.warehouses, scenario.regions))

    class Shipments:
        """A journal: the first site ships 100, the second 10 and the third 9."""

        def batches(self, _, columns):
            site = np.repeat(np.arange(3, dtype=np.int32), [100, 10, 9])
            here, delivered = np.zeros((2, len(site)), dtype=np.int32)
            words = ((site, sites), (here, regions), (delivered, ["delivered"]))
            named = [pa.DictionaryArray.from_arrays(pa.array(code), pa.array(names)) for code, names in words]
            counted = pa.array(np.ones(len(site), dtype=bool))
            yield pa.RecordBatch.from_arrays([*named, counted], names=list(columns))

    (picture,) = flow_maps({"near": Shipments()}, ["near"], scenario)
    assert [name for name in sites if name in words(picture.svg)] == sites[:2]


@pytest.mark.parametrize("radius", [2.0, 6.3, 20.0])
def test_no_circle_touches_a_name(radius):
    figure = canvas(4.0)
    axes = figure.add_subplot()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 10)
    points = [(5.0, 5.0), (9.9, 5.0), (5.5, 7.0)]
    label_points(figure, axes, points, ["middle", "edge", "small"], radii=[radius, radius])
    middles = axes.transData.transform(points[:2])
    for name in axes.texts:
        box = name.get_window_extent()
        for x, y in middles:
            nearest = np.clip((x, y), box.min, box.max)
            assert np.hypot(*(nearest - (x, y))) > radius + 1
