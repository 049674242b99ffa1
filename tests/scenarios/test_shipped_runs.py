"""What the shipped scenarios are meant to show, played."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from policies import build_policy, read_policies, shipped_rule_sets
from sim.journal import Journal
from sim.scenario import Scenario, load_scenario, shipped_scenarios
from sim.simulate import simulate

STARTER = next(iter(shipped_scenarios().values())).parent / "starter"


def play(scenario: Scenario, policy: str) -> Journal:
    (source,) = read_policies([policy], scenario)
    return simulate(scenario, build_policy(source, scenario))


def counted(journal: Journal) -> pd.DataFrame:
    orders = journal.table("orders").to_pandas()
    return orders[orders["counted"]]


def cost(orders: pd.DataFrame) -> float:
    return float((orders["cost_freight"] + orders["cost_handling"] + orders["cost_late"]).mean())


@pytest.mark.parametrize("policy", shipped_rule_sets())
def test_every_shipped_rule_set_delivers_every_order_of_hello(policy: str) -> None:
    orders = counted(play(load_scenario("hello"), policy))
    assert len(orders) == pytest.approx(7 * 200, abs=4 * 1400**0.5)  # Poisson
    assert set(orders["state"]) == {"delivered"}


def test_in_hello_nearest_first_is_not_cheapest() -> None:
    hello = load_scenario("hello")
    nearest, cheapest = (counted(play(hello, policy)) for policy in ("nearest", "cheapest"))
    assert cost(cheapest) < cost(nearest)


def test_the_starter_scenario_runs_with_the_starter_rules() -> None:
    starter = load_scenario(STARTER / "scenario.yaml")
    journal = play(starter, str(STARTER / "rules.yaml"))
    assert set(counted(journal)["state"]) == {"delivered"}
    rules = journal.table("decisions", ["rule"])["rule"].unique().to_pylist()
    assert rules == ["whole order from one place", "whatever can be had"]  # both rules have something to do


def test_us_parcel_is_busy_but_not_overrun_and_short_of_some_things_but_not_of_all() -> None:
    scenario = load_scenario("us_parcel", ["days=1"])
    journal = play(scenario, "balanced")
    orders = counted(journal)
    assert set(orders["state"]) == {"delivered"}
    assert 0.01 < (orders["shipments"] > 1).mean() < 0.10
    hours = journal.table("warehouse_hours").to_pandas()
    begins = pd.Timestamp(journal.start).tz_localize(None) + pd.Timedelta(days=1)
    window = hours[(hours["hour"] >= begins) & (hours["hour"] < begins + pd.Timedelta(days=1))]
    assert 0.70 < window["busy_s"].sum() / window["open_s"].sum() < 0.85
    by_site = window.groupby("warehouse", observed=True)[["busy_s", "open_s"]].sum()
    assert (by_site["busy_s"] / by_site["open_s"]).between(0.5, 0.99).all()
    assert 0.001 < window["out_of_stock"].sum() / window["cells"].sum() < 0.05
