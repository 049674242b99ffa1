"""What can be simulated, and is probably not meant, is told without stopping anybody."""

from __future__ import annotations

import pytest

DOUBTS = [
    ("a region that nobody serves", "stations: 3", "serves: [south]",
     ["towns.yaml:8:5: regions.north: no warehouse serves it"]),
    ("goods that no service carries", "zones_km:", "carries: [cold]\n        zones_km:",
     ["towns.yaml:5:5: items.mug.handling: no service carries ambient (and 1 items more)"]),
    ("a site that hands over to nobody", "  - id: hub", "  - {id: annex, at: [50, 8]}\n  - id: hub",
     ["towns.yaml:13:5: warehouses.annex: hands over to no service: nothing can leave it"]),
    ("a site of a kind that no service comes to", "zones_km:", "kinds: [store]\n        zones_km:",
     ["towns.yaml:13:5: warehouses.hub: hands over to no service: nothing can leave it"]),
    ("more lines than items", "orders_per_day: 100", "orders_per_day: 100\n  lines_per_order: {3: 1}",
     ["towns.yaml:12:3: demand.lines_per_order: orders of 3 distinct items get 2: there are no more"]),
    ("a protocol for a tag of no item", "demand:", "protocols: {frozen: {packaging_cost: 1}}\ndemand:",
     ["towns.yaml:10:13: protocols.frozen: no item has this handling tag"]),
    ("returns without a section about them", "popularity: 6", "return_share: 0.5",
     ["towns.yaml:5:59: items.mug.return_share: value '0.5': nothing comes back without a section `returns`"]),
    ("emissions over a distance that nobody knows", "zones_km: [200, 500]\n        transit_days: [1, 2, 3]\n        rates: "
     "{base: [4, 5, 6], per_kg: 1}", "co2e_g_per_tonne_km: 90",
     ["towns.yaml:8:5: regions.north: has no `at`: emissions of service 'parcel' count as 0 where a place is missing "
      "(and 1 places more)"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS])
def test_a_doubt_is_a_warning(desk, old, new, said):
    text = desk.changed(old, new)
    if "co2e" in new:
        text = text.replace("at: [52.5, 13.4], ", "").replace("    at: [50.1, 8.7]\n", "")
    if "annex" in new:
        text = text.replace("zones_km", "sites: [hub]\n        zones_km")
    told = [warning.replace(f"{desk.folder}/", "") for warning in desk.load(text).warnings]
    assert told == said


def test_a_section_about_returns_is_for_returns_or_mistakes(desk):
    text = desk.towns + "returns: {delay_days: 4}\n"
    assert [warning.replace(f"{desk.folder}/", "") for warning in desk.load(text).warnings] == [
        "towns.yaml:25:1: returns: nothing comes back: no item has a return_share"
    ]
    for old, new in (("popularity: 6", "return_share: 0.1"), ("stations: 3", "accuracy: {pick: 0.9}")):
        warnings = desk.load(text.replace(old, new)).warnings
        assert not [warning for warning in warnings if "comes back" in warning]


def test_a_right_scenario_has_no_warning(desk):
    assert desk.load().warnings == ()


def test_a_depot_that_may_not_keep_what_it_is_asked_for_is_doubted(desk):
    text = desk.changed("  - id: hub", "  - {id: depot, at: [50, 8], handling: [cold]}\n  - id: hub")
    text += "stock: {replenish: [{items: all, warehouses: [hub], from: depot, review: {order_up_to: {units: 4}}}]}\n"
    (told,) = [warning for warning in desk.load(text).warnings if "replenish" in warning]
    assert told.endswith(
        "stock.replenish.0.from: value 'depot': 'depot' may not keep 'mug': it would owe it for ever"
    )


def test_a_shelf_too_small_for_an_item_is_doubted(desk):
    text = desk.changed("popularity: 6", "volume_l: 3").replace(
        "stations: 3", "stations: 3\n    storage_l: 2.5"
    )
    assert [warning.replace(f"{desk.folder}/", "") for warning in desk.load(text).warnings] == [
        "towns.yaml:16:16: warehouses.hub.storage_l: value '2.5': not one 'mug' of 3 l fits: what is received waits at "
        "the door"
    ]


def test_goods_that_a_table_puts_where_they_may_not_be_kept_are_left_out(desk):
    shelves = "warehouse,item,units\nhub,tin,4\nhub,tin,1\nhub,mug,0\nhub,mug,7\ncave,tin,2\n"
    world = desk.changed("warehouses:\n", "warehouses:\n  - {id: cave, at: [50, 9]}\n")
    world = world.replace("stations: 3", "handling: [frozen]")
    world += "stock: {opening: [{units: 3}, {file: shelves.csv}]}\n"
    (told,) = desk.load(world, shelves=shelves).warnings
    assert told.endswith(
        "stock.opening.1.file: value 'shelves.csv': puts goods where they may not be kept, and they are left out: "
        "tin at hub (and 1 cells more)"
    )
