"""What the shipped scenarios are meant to show, played."""

from __future__ import annotations

import pandas as pd
import pytest

from policies import build_policy, read_policies, shipped_rule_sets
from sim.journal import Journal
from sim.replication import simulate
from sim.scenario import Scenario, load_scenario, shipped_scenarios

STARTER = next(iter(shipped_scenarios().values())).parent / "starter"


def play(scenario: Scenario, policy: str, changes: tuple[str, ...] = ()) -> Journal:
    (source,) = read_policies([policy], scenario, changes)
    return simulate(scenario, build_policy(source, scenario))


def counted(journal: Journal) -> pd.DataFrame:
    orders: pd.DataFrame = journal.table("orders").to_pandas()
    return orders[orders["counted"]]


def cost(orders: pd.DataFrame) -> float:
    return float((orders["cost_freight"] + orders["cost_handling"] + orders["cost_late"]).mean())


def lead_hours(orders: pd.DataFrame) -> float:
    return float((orders["delivered_at"] - orders["placed_at"]).dt.total_seconds().mean()) / 3600


def flown(journal: Journal) -> int:
    services = journal.table("shipments", ["service"]).to_pandas()["service"]
    return int((services == "air").sum())


@pytest.mark.parametrize("policy", shipped_rule_sets())
def test_every_shipped_rule_set_delivers_every_order_of_hello(policy: str) -> None:
    orders = counted(play(load_scenario("hello"), policy))
    assert len(orders) == pytest.approx(7 * 200, abs=4 * 1400**0.5)  # Poisson
    assert set(orders["state"]) == {"delivered"}


def test_in_hello_every_rule_but_the_balanced_one_has_a_price() -> None:
    hello = load_scenario("hello")
    journals = {policy: play(hello, policy) for policy in ("nearest", "cheapest", "balanced")}
    orders = {policy: counted(journal) for policy, journal in journals.items()}
    split = {policy: float((found["shipments"] > 1).mean()) for policy, found in orders.items()}
    assert 0.03 < split["nearest"] < 0.15
    assert split["cheapest"] == split["balanced"] == 0
    assert lead_hours(orders["cheapest"]) > lead_hours(orders["nearest"]) + 6
    assert flown(journals["cheapest"]) > 1.3 * flown(journals["nearest"])
    costs = {policy: cost(found) for policy, found in orders.items()}
    assert costs["balanced"] + 0.10 < costs["cheapest"] < costs["nearest"] - 0.10


def late_by_segment(orders: pd.DataFrame) -> pd.Series[float]:
    late = orders["delivered_at"] > orders["promised_at"]
    return late.groupby(orders["segment"], observed=True).mean()


def test_in_the_sale_priority_tiers_spare_express_customers_the_detour() -> None:
    sale = load_scenario("peak_season", ["warehouses.edison.shifts=[]"])
    late = {name: late_by_segment(counted(play(sale, name))) for name in ("throttled", "priority_tiers")}
    assert late["priority_tiers"]["express"] < 0.7 * late["throttled"]["express"]
    assert late["priority_tiers"]["standard"] < late["throttled"]["standard"] + 0.01


def test_the_starter_scenario_runs_with_the_starter_rules() -> None:
    starter = load_scenario(STARTER / "scenario.yaml")
    journal = play(starter, str(STARTER / "rules.yaml"))
    assert set(counted(journal)["state"]) == {"delivered"}
    rules = journal.table("decisions", ["rule"])["rule"].unique().to_pylist()
    assert rules == ["whole order from one place", "whatever can be had"]  # both rules have something to do
    without = play(starter, str(STARTER / "rules.yaml"), ("rules.0.rank.cost.backlog=0",))
    waits, waits_without = (
        (orders["delivered_at"] - orders["placed_at"]).mean() for orders in map(counted, (journal, without))
    )
    assert waits < 0.95 * waits_without  # the price on the queue, which the file tells to try, does something


@pytest.mark.theory  # half a minute
def test_us_parcel_is_busy_but_not_overrun_and_short_of_some_things_but_not_of_all() -> None:
    # The journal ends with the window: orders under way are rows, too.
    journal = play(load_scenario("us_parcel", ["days=1", "drain_days=0"]), "balanced")
    orders = counted(journal)
    assert len(orders) == pytest.approx(1.05 * 20_000, abs=4 * 145)  # a Tuesday; √21,000 = 145
    assert (orders["units_first_attempt"] == orders["units"]).mean() > 0.999
    hours = journal.table("warehouse_hours").to_pandas()
    begins = pd.Timestamp(journal.start).tz_localize(None) + pd.Timedelta(days=1)
    window = hours[hours["hour"] >= begins]
    assert 0.70 < window["busy_s"].sum() / window["open_s"].sum() < 0.85
    by_site = window.groupby("warehouse", observed=True)[["busy_s", "open_s"]].sum()
    assert (by_site["busy_s"] / by_site["open_s"]).between(0.5, 0.99).all()
    assert 0.0005 < window["out_of_stock"].sum() / window["cells"].sum() < 0.05
    sites = journal.table("shipments", ["order", "warehouse", "counted"]).to_pandas()
    split = sites[sites["counted"]].groupby("order")["warehouse"].nunique().gt(1).mean()
    assert 0.01 < split < 0.10
