"""Experiments from Python: the same as from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policies import Cost, LandedCost, Rule, RuleSet
from reports.kpis import KPIS
from sim import Experiment, load_scenario
from sim.errors import InputError, OrderlabError

QUICK = ["days=0.3", "warm_up_days=0"]
CHEAP = RuleSet(name="by hand", rules=(Rule(rank=Cost(cost=(LandedCost(weight=1.0),))),))


def values(result: Any, policy: str, kpi: str) -> list[float]:
    kpis = result.kpis
    found: list[float] = kpis[(kpis["policy"] == policy) & (kpis["kpi"] == kpi)]["value"].tolist()
    return found


def test_an_experiment_without_a_folder_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = Experiment("hello", ["nearest", "cheapest"], replications=2, changes=QUICK).run(jobs=1)
    assert list(tmp_path.iterdir()) == []
    assert set(result.kpis["kpi"]) == set(KPIS)
    assert list(result.kpis.columns) == ["policy", "replication", "kpi", "unit", "value"]
    assert result.kpis.groupby("policy")["replication"].unique().map(list).to_dict() == {
        "nearest": [0, 1],
        "cheapest": [0, 1],
    }


def test_rule_sets_as_objects_are_played_like_those_of_files(tmp_path: Path) -> None:
    (tmp_path / "by hand.yaml").write_text(str(CHEAP))
    file = tmp_path / "by hand.yaml"
    result = Experiment("hello", [CHEAP, file], replications=2, changes=QUICK).run(tmp_path / "r", jobs=1)
    assert list(result.kpis["policy"].unique()) == ["by_hand", "by_hand-2"]
    difference = result.comparison
    assert (difference["difference"].dropna() == 0).all()
    assert (difference["low"].dropna() == 0).all()


def test_with_order_books_of_their_own_policies_meet_other_customers() -> None:
    options: dict[str, Any] = {"replications": 2, "changes": QUICK}
    apart = Experiment(
        "hello", ["nearest", "nearest"], common_random_numbers=False, baseline="nearest-2", **options
    )
    together = Experiment("hello", ["nearest"], replications=4, changes=QUICK).run(jobs=1)
    result = apart.run(jobs=1)
    books = values(together, "nearest", "cost_per_order")
    assert values(result, "nearest", "cost_per_order") == books[0::2]
    assert values(result, "nearest-2", "cost_per_order") == books[1::2]
    assert len(np.unique(books)) == 4


def test_a_design_asks_for_more_until_it_has_enough() -> None:
    from reports.designs.design import Fixed

    class UntilFive(Fixed):
        def __call__(self, found: Any) -> dict[str, int]:
            return {name: min(5, len(done) + 2) for name, done in found.items()}

    experiment = Experiment("hello", ["nearest"], changes=QUICK, design=UntilFive(5))
    told = []
    result = experiment.run(jobs=1, told=lambda done, asked: told.append((done, asked)))
    assert len(values(result, "nearest", "orders")) == 5
    assert told == [(0, 2), (1, 2), (2, 2), (2, 4), (3, 4), (4, 4), (4, 5), (5, 5)]


RECORDED = """\
items: [{id: tin}]
regions: [{id: here, at: [0, 0]}]
demand: {replay: orders.csv}
warehouses: [{id: shop, at: [0, 0], work_minutes: {exponential: {mean: 5}}}]
carriers: [{id: post, services: [{id: ground}]}]
"""


def test_what_intervals_over_recorded_orders_do_not_say_is_said(tmp_path: Path) -> None:
    (tmp_path / "world.yaml").write_text(RECORDED)
    (tmp_path / "orders.csv").write_text("order,placed_at,region,item,units\n7,2026-01-05T08:00,here,tin,1\n")
    result = Experiment(tmp_path / "world.yaml", replications=2).run(jobs=1)
    (warning,) = result.summary["warnings"]
    assert warning.startswith("demand: recorded orders are the same in every replication")


def test_what_is_wrong_is_said_before_anything_is_played() -> None:
    with pytest.raises(InputError, match="did you mean 'nearest'"):
        Experiment("hello", ["nearest"], baseline="neerest")
    with pytest.raises(InputError, match="did you mean 'late_share'"):
        Experiment("hello", family=["cost_per_order", "late_shared"])
    with pytest.raises(InputError, match="neither lower nor higher is better"):
        Experiment("hello", family=["orders"])
    with pytest.raises(OrderlabError, match="did you mean 'hello'"):
        Experiment("helo")
    with pytest.raises(InputError) as caught:
        Experiment(load_scenario("hello"), changes=["days=1"], seed=3)
    rule = "is for a scenario that has still to be loaded: load_scenario(source, changes) gives a changed one"
    assert str(caught.value).splitlines() == [
        f"changes: value 'days=1': {rule}",
        f"seed: value 'seed=3': {rule}",
    ]


def test_a_folder_whose_provenance_names_no_design_is_refused(tmp_path: Path) -> None:
    Experiment("hello", replications=1, changes=QUICK).run(tmp_path / "r", jobs=1)
    path = tmp_path / "r" / "provenance.json"
    path.write_text(path.read_text().replace('"fixed"', '"fixd"'))
    with pytest.raises(InputError) as caught:
        Experiment.read(tmp_path / "r")
    assert str(caught.value) == f"{path}: design: is not what a run wrote"
