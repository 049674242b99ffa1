"""The resolved copy: what ran, in a folder that can be run as it is."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sim.scenario import load_scenario, shipped_scenarios, write_resolved
from sim.scenario.foreseeable import foreseeable


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_a_copy_of_a_shipped_scenario_is_the_same_scenario(name, tmp_path):
    scenario = load_scenario(name)
    assert load_scenario(write_resolved(scenario, tmp_path)) == scenario


def test_a_copy_of_a_scenario_with_every_key_is_the_same_scenario(tmp_path):
    scenario = load_scenario(Path(__file__).with_name("every_key.yaml"))
    assert load_scenario(write_resolved(scenario, tmp_path)) == scenario


def test_changes_are_written_into_the_copy(desk, tmp_path):
    text = desk.changed("id: north", "id: NO").replace("name: two towns", "name: 'yes'")
    scenario = desk.load(text, ["items.mug.price=1.10", "visibility.sync_minutes=5", "items.tin.id=006"])
    copy = load_scenario(write_resolved(scenario, tmp_path / "copy"))
    assert copy == scenario
    assert (copy.name, copy.regions[0].id, copy.items[1].id) == ("yes", "NO", "006")
    assert (str(copy.items[0].price), copy.visibility.sync_minutes) == ("1.10", 5)


def test_a_copy_of_a_copy_is_the_same_file(desk, tmp_path):
    once = write_resolved(desk.load(), tmp_path / "once")
    twice = write_resolved(load_scenario(once), tmp_path / "twice")
    assert once.read_bytes() == twice.read_bytes()


def test_tables_go_with_the_copy(desk, tmp_path):
    (desk.folder / "tables").mkdir()
    (desk.folder / "tables" / "regions.csv").write_text("id,lat,lon\nnorth,52.5,13.4\nsouth,48.1,11.6\n")
    start = desk.towns.index("regions:")
    end = desk.towns.index("demand:")
    text = desk.towns[:start] + "regions: {file: tables/regions.csv}\n" + desk.towns[end:]
    text += "stock: {opening: [{file: stock.csv}, unlimited]}\n"
    scenario = desk.load(text, stock="warehouse,item,units\nhub,mug,5\n")
    assert set(scenario.tables) == {"tables/regions.csv", "stock.csv"}
    copy = load_scenario(write_resolved(scenario, tmp_path / "copy"))
    assert copy == scenario
    assert (tmp_path / "copy" / "tables" / "regions.csv").exists()


def test_recorded_orders_go_with_the_copy(desk, tmp_path):
    orders = "order,placed_at,region,item,units\na,2026-01-05T10:00,north,mug,1\n"
    scenario = desk.load(desk.changed("orders_per_day: 100", "replay: orders.csv"), orders=orders)
    copy = load_scenario(write_resolved(scenario, tmp_path / "copy"))
    assert copy == scenario
    assert copy.recorded is not None
    assert copy.recorded.order_ids.tolist() == ["a"]


def test_tables_from_elsewhere_move_beside_the_copy_when_they_are_allowed(desk, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "regions.csv"
    outside.write_text("id,lat,lon\nnorth,52.5,13.4\nsouth,48.1,11.6\n")
    start, end = desk.towns.index("regions:"), desk.towns.index("demand:")
    path = desk.file(desk.towns[:start] + f"regions: {{file: {outside}}}\n" + desk.towns[end:])
    scenario = load_scenario(path, anywhere=True)
    copy = load_scenario(write_resolved(scenario, tmp_path_factory.mktemp("copy")))
    assert copy == scenario
    assert list(copy.tables) == ["tables/regions.csv"]


def test_a_scenario_without_a_title_keeps_that_of_its_file(desk, tmp_path):
    scenario = desk.load(desk.changed("name: two towns\n", ""))
    assert load_scenario(write_resolved(scenario, tmp_path / "copy")).name == "towns"


def test_a_scenario_travels_to_other_processes(desk):
    scenario = desk.load(changes=["warehouses.hub.stations=7"])
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert (copy.id, copy.tree) == (scenario.id, scenario.tree)


def test_what_a_policy_may_know_of_a_copy_has_the_id_of_what_was_copied(desk, tmp_path):
    copy = load_scenario(write_resolved(desk.load(), tmp_path / "copy"), called="towns")
    assert (copy.id, foreseeable(copy).id) == ("towns", "towns")
