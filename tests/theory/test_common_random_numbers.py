"""What common order books gain in the largest of the shipped scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies.load import read_policies
from reports.kpis import HEADLINE
from sim import Experiment


@pytest.mark.theory
def test_common_order_books_save_replications_and_most_of_all_for_nearly_equal_rules(stage: Any) -> None:
    # A quarter of a day, so that it takes minutes. With 8 replications of half a day: 100,000 for the cost of
    # nearly equal rules, 747 or more for every other headline KPI that differs at all; 8.9 for that of `nearest`.
    (source,) = read_policies(["cost_based"], None)
    assert "landed_cost: 1.0 " in source.text
    heavier: Path = stage.write(
        "heavier.yaml", source.text.replace("landed_cost: 1.0 ", "landed_cost: 1.02 ")
    )
    experiment = Experiment(
        "us_parcel",
        ["cost_based", heavier, "nearest"],
        replications=6,
        changes=["warm_up_days=0.1", "days=0.25"],
    )
    compared = experiment.run(jobs=1).comparison
    judged = compared[compared["kpi"].isin(HEADLINE)].set_index(["policy", "kpi"])["variance_reduction"]
    assert (judged["heavier"].dropna() >= 10).all()
    assert judged["heavier", "cost_per_order"] >= 1000
    # Of the splits, nothing is gained: one policy splits a tenth of the orders, the other hardly any.
    assert judged["nearest", "cost_per_order"] >= 2
