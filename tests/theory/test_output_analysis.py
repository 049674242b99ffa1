"""What intervals and verdicts promise, on numbers of known distributions and on simulations.

The truths of the coverage and of the selection are simulated; those of the constants are exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.compare import comparison
from reports.designs.selection import Selection, constants
from reports.kpis import HEADLINE, KPIS, measure
from reports.statistics import BETTER, WORSE, mean_of, paired
from reports.warmups.mser import mser5
from tests.theory.agreement import SEED, TRUTHS, Agreement, family

TRUTH = TRUTHS["output_analysis"]


def error_of(share: float, n: int) -> float:
    """Return the standard error of a share of n."""
    return math.sqrt(share * (1 - share) / n)


def covers(values: Sequence[float], truth: float) -> bool:
    """Whether the 90 % interval of the mean holds the truth."""
    found = mean_of(values, 0.9)
    return abs(found.mean - truth) <= found.half_width


@family(
    "Intervals cover the mean", "output_analysis.coverage90_normal", "output_analysis.coverage90_exponential"
)
@pytest.mark.parametrize(
    ("distribution", "n"),
    [(name, int(n)) for name in ("normal", "exponential") for n in TRUTH[f"coverage90_{name}"]],
)
def test_intervals_cover_as_often_as_is_known(agree: Agreement, distribution: str, n: int) -> None:
    truth = TRUTH[f"coverage90_{distribution}"][str(n)]
    rng = np.random.default_rng(SEED + n)
    draw = rng.standard_normal if distribution == "normal" else rng.standard_exponential
    mean = 0.0 if distribution == "normal" else 1.0
    covered = sum(covers(draw(n), mean) for _ in range(4000)) / 4000
    agree.known(
        "share of 90 % intervals that cover", covered, truth, error=3 * error_of(truth, 4000), count=4000
    )


@family("The warm-up that MSER-5 cuts", "output_analysis.mser5_example")
def test_mser5_cuts_the_published_series_where_the_truths_say(agree: Agreement) -> None:
    truth = TRUTH["mser5_example"]
    series = [5 * math.exp(-i / 20) + ((7919 * i) % 101) / 101 for i in range(400)]
    found = mser5(series)
    agree.known("observations that are cut", found.observations, truth["truncate_observations"])
    agree.known("statistic", found.statistic, truth["stat"], error=1e-9 * truth["stat"])
    agree.known(
        "mean of the rest", np.mean(series[found.observations :]), truth["truncated_mean"], error=1e-9
    )
    assert not found.is_last


@family("Common random numbers", "output_analysis.crn_exponential_inversion")
def test_common_random_numbers_gain_what_is_known(agree: Agreement) -> None:
    truth = TRUTH["crn_exponential_inversion"]
    unit = -np.log1p(-(np.arange(20_000) + 0.5) / 20_000)
    a, b = (mean * unit for mean in truth["means"])
    agree.known("variance reduction", paired(a, b).variance_reduction, truth["ratio"], error=1e-4)
    agree.known("variance of the difference", np.var(b - a, ddof=1), truth["var_diff_crn"], error=1e-4)


@family("Selection of the best, KN: constants", "output_analysis.KN_eta_h2")
@pytest.mark.parametrize("policies", [2, 4])
def test_constants_of_the_selection_are_those_published(agree: Agreement, policies: int) -> None:
    truth = TRUTH["KN_eta_h2"][f"k{policies}_n10_a0.05"]
    eta, h2 = constants(policies, 10, 0.95)
    agree.known(f"η of {policies} policies", eta, truth["eta"], error=1e-9)
    agree.known(f"h² of {policies} policies", h2, truth["h2"], error=1e-8)


@family("Selection of the best, KN: how often it is right", "output_analysis.KN_PCS_slippage_k4_n10_d0.5sd")
def test_the_best_is_selected_as_often_as_promised_where_all_others_are_just_worse_enough(
    agree: Agreement,
) -> None:
    truth = TRUTH["KN_PCS_slippage_k4_n10_d0.5sd"]
    rng = np.random.default_rng(SEED)
    selection, right, observations = Selection("cost_per_order", 0.5), 0, []
    for _ in range(1000):
        values = rng.normal([[0.5], [0.5], [0.0], [0.5]], 1.0, (4, 200))
        found = {
            f"p{place}": [{"cost_per_order": x} for x in row] for place, row in enumerate(values.tolist())
        }
        told = selection.told(found)
        right += told["selected"] == "p2"
        observations.append(sum(policy["replications"] for policy in told["policies"].values()))
    assert truth["guarantee"] <= right / 1000
    agree.known(
        "share of selections that are right",
        right / 1000,
        truth["PCS"],
        error=3 * error_of(truth["PCS"], 1000),
        count=1000,
    )
    agree.known(
        "observations of all policies together", float(np.mean(observations)), truth["mean_total_obs"],
        error=3 * float(np.std(observations)) / math.sqrt(1000), count=1000,
    )  # fmt: skip


# A world in which every headline KPI varies from replication to replication.
SHOP = """\
start: 2026-01-05T00:00
warm_up_days: 1
days: 1
drain_days: 4
items:
  - {id: fish, weight_kg: 1, price: 24, cost: 11, shelf_life_days: 1.8, popularity: 2, return_share: 0.05}
  - {id: tin, weight_kg: 0.4, price: 3, cost: 1, popularity: 3, return_share: 0.1}
regions: [{id: here, at: [50, 8], share: 2}, {id: there, at: [48, 11]}]
segments: [{id: standard, promise_days: 1.5, late_penalty: 3}]
demand: {orders_per_day: 45, lines_per_order: {1: 2, 2: 1}}
warehouses:
  - {id: shop, at: [50, 8], work_minutes: {exponential: {mean: 25}}, costs: {per_shipment: 1.5}}
  - {id: barn, at: [48, 11], work_minutes: {exponential: {mean: 15}}, costs: {per_shipment: 1}}
stock:
  opening: {days_of_demand: 0.7}
  replenish: [{items: all, warehouses: all, arrivals: {every_days: {exponential: {mean: 0.085}}, units: 1}}]
carriers:
  - id: post
    services: [{id: parcel, zones_km: [200], transit_days: [{gamma: {mean: 1, cv: 0.3}}, 1.3], rates: {base: [4, 6]}}]
returns: {delay_days: 0.5, to: origin, outcomes: {restock: 0.7, scrap: 0.3}, costs: {label: 4}}
"""
ARM = 4  # replications of each of the two in an A/A experiment


def table(arms: Sequence[Sequence[dict[str, float]]]) -> pd.DataFrame:
    """Return the KPIs of policies that met order books of their own, as in `kpis.csv`."""
    rows = [
        (f"p{place}", place * len(arm) + number, kpi, KPIS[kpi].unit, value)
        for place, arm in enumerate(arms)
        for number, measured in enumerate(arm)
        for kpi, value in measured.items()
    ]
    return pd.DataFrame(rows, columns=["policy", "replication", "kpi", "unit", "value"])


def false_verdicts(experiments: Sequence[Sequence[Sequence[dict[str, float]]]]) -> tuple[pd.Series, float]:
    """Return for each KPI the share of experiments with p below 5 %, and the share with any verdict at all."""
    found = [comparison(table(arms), "p0") for arms in experiments]
    assert all(set(each["method"]) == {"Welch"} for each in found)
    by_kpi = sum((each.set_index("kpi")["p_value"] < 0.05).astype(float) for each in found) / len(found)
    any_verdict = sum(bool(each["verdict"].isin([BETTER, WORSE]).any()) for each in found) / len(found)
    return by_kpi, any_verdict


def test_a_policy_is_not_called_different_from_itself(repeat: Any) -> None:
    # Experiments drawn from a few replications are not independent: four standard errors, and not two.
    pool = [
        dict(zip(KPIS, values, strict=True)) for values in zip(*repeat(SHOP, "nearest").values(), strict=True)
    ]
    assert all(len({row[kpi] for row in pool}) > 1 for kpi in HEADLINE)
    rng = np.random.default_rng(SEED)
    drawn = [rng.choice(len(pool), 2 * ARM, replace=False) for _ in range(60)]
    experiments = [[[pool[n] for n in numbers[:ARM]], [pool[n] for n in numbers[ARM:]]] for numbers in drawn]
    by_kpi, any_verdict = false_verdicts(experiments)
    assert by_kpi.max() <= 0.05 + 4 * error_of(0.05, 60)
    assert any_verdict <= 0.05 + 4 * error_of(0.05, 60)


@pytest.mark.theory
def test_of_200_experiments_with_one_policy_and_itself_one_in_twenty_is_wrong(stage: Any) -> None:
    scenario = stage.scenario(SHOP)
    rows = [measure(stage.play(scenario, "nearest", number)) for number in range(200 * 2 * ARM)]
    experiments = [
        [rows[start : start + ARM], rows[start + ARM : start + 2 * ARM]]
        for start in range(0, len(rows), 2 * ARM)
    ]
    by_kpi, any_verdict = false_verdicts(experiments)
    assert all(len({row[kpi] for row in rows}) > 10 for kpi in HEADLINE)
    assert by_kpi.max() <= 0.05 + 2 * error_of(0.05, 200), by_kpi[by_kpi > 0.05]
    assert any_verdict <= 0.05 + 2 * error_of(0.05, 200)


@family("Intervals of a queue cover its mean wait", "output_analysis.coverage90_normal")
@pytest.mark.theory
def test_intervals_of_a_queue_cover_the_wait_that_theory_knows(
    stage: Any, queue_world: Any, agree: Agreement
) -> None:
    # M/M/1 with load 0.5 and 10 minutes of work: the mean wait is 10 minutes.
    world = queue_world(load=0.5, minutes=10, work="{exponential: {mean: 10}}", orders=300)
    scenario = stage.scenario(world)
    waits = [measure(stage.play(scenario, "nearest", number))["queue_mean_min"] for number in range(2000)]
    covered = np.mean([covers(waits[start : start + 10], 10.0) for start in range(0, 2000, 10)])
    truth = TRUTH["coverage90_normal"]["10"]
    agree.known(
        "share of 90 % intervals that cover", float(covered), truth, error=2 * error_of(truth, 200), count=200
    )
