"""The comparison table."""

import math

import pandas as pd
import pytest

from reports.compare import COLUMNS, comparison
from reports.kpis import HEADLINE, KPIS
from reports.statistics import holm, paired, sample_of, welch


def frame(values):
    """A table of KPIs from {policy: {kpi: [value of each replication]}}."""
    return pd.DataFrame(
        [
            (policy, replication, kpi, KPIS[kpi].unit, value)
            for policy, kpis in values.items()
            for kpi, column in kpis.items()
            for replication, value in enumerate(column)
        ],
        columns=["policy", "replication", "kpi", "unit", "value"],
    )


THREE = frame(
    {
        "near": {
            "cost_per_order": [9.0, 9.5, 9.2],
            "late_share": [0.1, 0.12, 0.11],
            "queue_mean_min": [5, 6, 7],
        },
        "cheap": {
            "cost_per_order": [8.0, 8.6, 8.1],
            "late_share": [0.2, 0.21, 0.2],
            "queue_mean_min": [5, 7, 7],
        },
        "slow": {
            "cost_per_order": [9.1, 9.4, 9.2],
            "late_share": [0.1, 0.12, 0.11],
            "queue_mean_min": [9, 9, 9],
        },
    }
)


def test_every_kpi_of_every_other_policy_is_compared_with_the_baseline():
    table = comparison(THREE, "near")
    assert tuple(table.columns) == COLUMNS
    assert list(zip(table["kpi"], table["policy"], strict=True)) == [
        (kpi, policy)
        for kpi in ("cost_per_order", "queue_mean_min", "late_share")  # the order of the catalogue
        for policy in ("cheap", "slow")
    ]
    assert set(table["baseline"]) == {"near"}
    row = table.iloc[0]
    expected = paired([9.0, 9.5, 9.2], [8.0, 8.6, 8.1])
    assert (row["n"], row["difference"], row["low"], row["high"], row["p_value"]) == (
        3, expected.difference, expected.low, expected.high, expected.p_value,
    )  # fmt: skip


def test_holm_runs_over_policies_and_the_family_alone():
    table = comparison(THREE, "near")
    judged = table[table["kpi"].isin(HEADLINE)]
    assert list(judged["p_holm"]) == holm(list(judged["p_value"]))
    others = table[~table["kpi"].isin(HEADLINE)]
    assert others["p_holm"].isna().all()
    assert set(others["verdict"]) == {""}


def test_the_verdict_is_on_what_holm_leaves_of_a_p_value():
    # Cost of cheap: -1, -0.9, -1.1, so t² = 300 and p = 1 - √(t² / (2 + t²)), the second least of four.
    table = comparison(THREE, "near").set_index(["kpi", "policy"])
    assert table.loc[("cost_per_order", "cheap"), "p_holm"] == pytest.approx(3 * (1 - math.sqrt(300 / 302)))
    assert dict(table.loc[["cost_per_order", "late_share"], "verdict"]) == {
        ("cost_per_order", "cheap"): "better",
        ("cost_per_order", "slow"): "too few replications to say",
        ("late_share", "cheap"): "worse",
        ("late_share", "slow"): "not distinguishable",
    }
    assert list(table["n_needed"].notna()) == [False, True, False, False, False, False]
    # One of a single KPI and policy has the p-value that it has.
    alone = comparison(THREE[THREE["policy"] != "slow"], "near", family=("cost_per_order",)).iloc[0]
    assert (alone["p_holm"], alone["verdict"]) == (alone["p_value"], "better")


def test_where_nothing_is_judged_there_is_no_verdict():
    table = comparison(THREE, "near", family=())
    assert set(table["verdict"]) == {""}
    assert table["p_holm"].dtype == float
    assert table["p_holm"].isna().all()


def test_the_family_can_be_chosen():
    table = comparison(THREE, "near", family=("queue_mean_min",))
    assert set(table.loc[table["verdict"] != "", "kpi"]) == {"queue_mean_min"}
    assert table["p_holm"].count() == 2


def test_replications_are_paired_by_their_number_whatever_the_order_of_rows():
    shuffled = THREE.sample(frac=1.0, random_state=3)
    table = comparison(shuffled, "near").set_index(["kpi", "policy"])
    expected = comparison(THREE, "near").set_index(["kpi", "policy"])
    pd.testing.assert_frame_equal(table.loc[expected.index], expected)


def test_an_unknown_baseline_is_named():
    with pytest.raises(ValueError, match="'nearest' is none of the policies near, cheap, slow"):
        comparison(THREE, "nearest")


def test_one_policy_alone_has_an_empty_comparison():
    table = comparison(THREE[THREE["policy"] == "near"], "near")
    assert len(table) == 0
    assert tuple(table.columns) == COLUMNS


def test_identical_policies_differ_by_exactly_zero_in_every_kpi():
    values = {kpi: [math.sqrt(place + 2), math.pi / (place + 1), math.nan] for place, kpi in enumerate(KPIS)}
    table = comparison(frame({"a": values, "b": values}), "a")
    assert len(table) == len(KPIS)
    assert (table[["difference", "low", "high"]] == 0.0).all(axis=None)
    assert (table["p_value"] == 1.0).all()


def test_policies_with_order_books_of_their_own_are_compared_by_welch():
    own = THREE.copy()
    places = {"near": 0, "cheap": 1, "slow": 2}
    own["replication"] = own["replication"] * 3 + own["policy"].map(places)
    row = comparison(own, "near").iloc[0]
    expected = welch(sample_of([9.0, 9.5, 9.2]), sample_of([8.0, 8.6, 8.1]))
    assert (row["method"], row["n"], row["difference"], row["low"], row["p_value"]) == (
        "Welch", 3, expected.difference, expected.low, expected.p_value,
    )  # fmt: skip
    assert math.isnan(row["variance_reduction"])
    told = comparison(THREE, "near", common=False).iloc[0]
    assert told.equals(row)


def test_pairs_are_the_replications_that_both_have():
    fewer = THREE[(THREE["policy"] != "cheap") | (THREE["replication"] < 2)]
    table = comparison(fewer, "near").set_index(["kpi", "policy"])
    assert table.loc[("cost_per_order", "cheap"), "n"] == 2
    assert table.loc[("cost_per_order", "slow"), "n"] == 3
    assert set(table["method"]) == {"paired"}


def test_the_level_of_the_intervals_can_be_chosen():
    row = comparison(THREE, "near", confidence=0.8).iloc[0]
    expected = paired([9.0, 9.5, 9.2], [8.0, 8.6, 8.1], 0.8)
    assert (row["low"], row["high"]) == (expected.low, expected.high)
    assert row["verdict"] == "better"
    assert comparison(THREE, "near", confidence=0.99).iloc[0]["verdict"] == "better"
    assert comparison(THREE, "near", confidence=0.995).iloc[0]["verdict"] == "too few replications to say"
    told = comparison(THREE, "near", common=False, confidence=0.8).iloc[0]
    expected = welch(sample_of([9.0, 9.5, 9.2]), sample_of([8.0, 8.6, 8.1]), 0.8)
    assert (told["low"], told["high"]) == (expected.low, expected.high)
