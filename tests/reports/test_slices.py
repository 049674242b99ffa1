"""Sums by slice: what is added up, divided and compared."""

import math

import numpy as np
import pandas as pd
import pytest

from reports.breakdown import SUMS
from reports.slices import slices_of


def table(*rows):
    """Rows of policy, replication, by, slice and the sums that are not 0."""
    keys = ("policy", "replication", "by", "slice")
    return pd.DataFrame(
        [dict(zip(keys, row[:4], strict=True)) | dict.fromkeys(SUMS, 0) | row[4] for row in rows]
    )


TWO = table(
    ("near", 0, "region", "NYC", {"orders": 10, "cost_cents": 5_000}),
    ("near", 0, "region", "LAX", {"orders": 5, "cost_cents": 5_000}),
    ("near", 0, "day", "2", {"orders": 15, "cost_cents": 10_000}),
    ("near", 1, "region", "NYC", {"orders": 20, "cost_cents": 14_000}),
    ("cheap", 0, "region", "NYC", {"orders": 10, "cost_cents": 4_000}),
    ("cheap", 0, "region", "LAX", {"orders": 5, "cost_cents": 2_500}),
    ("cheap", 1, "region", "NYC", {"orders": 20, "cost_cents": 11_000}),
)


def test_a_ratio_is_of_one_slice_of_one_replication_and_undefined_without_orders():
    found = slices_of(TWO, ["near", "cheap"], "region")
    assert found.names == ["NYC", "LAX"]
    cost = found.ratio("near", "cost_cents", "orders", 100)
    assert cost[0].tolist() == [5.0, 10.0]
    assert cost[1, 0] == 7.0
    assert math.isnan(cost[1, 1])


def test_differences_are_of_the_same_replication():
    found = slices_of(TWO, ["near", "cheap"], "region").differences(
        "near", "cheap", "cost_cents", "orders", 100, common=True
    )
    # New York: 4 - 5 and 5.5 - 7 USD. Los Angeles: 5 - 10 USD, in one replication alone.
    assert (found[0].n, found[0].difference) == (2, -1.25)
    assert (found[1].n, found[1].difference) == (1, -5.0)
    # Student's t with one degree of freedom: 12.706 times the standard error, 0.25.
    assert found[0].half_width == pytest.approx(12.706 * 0.25, rel=1e-4)


def test_replications_that_only_one_policy_played_are_in_no_pair():
    more = pd.concat([TWO, table(("cheap", 7, "region", "NYC", {"orders": 1, "cost_cents": 99_900}))])
    found = slices_of(more, ["near", "cheap"], "region")
    assert found.replications == {"near": [0, 1], "cheap": [0, 1, 7]}
    pairs = found.differences("near", "cheap", "cost_cents", "orders", 100, common=True)
    assert (pairs[0].n, pairs[0].difference) == (2, -1.25)


def test_other_orders_are_compared_by_their_means_and_wider():
    slices = slices_of(TWO, ["near", "cheap"], "region")
    found = slices.differences("near", "cheap", "cost_cents", "orders", 100, common=False)[0]
    assert found.difference == -1.25
    assert found.half_width > 12.706 * 0.25


def test_days_without_orders_are_days_and_replications_without_slices_count():
    days = slices_of(TWO, ["near", "cheap"], "day")
    assert days.names == ["0", "1", "2"]
    assert days.sums["near"]["orders"].tolist() == [[0, 0, 15], [0, 0, 0]]
    assert days.sums["cheap"]["orders"].tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_policy_without_counted_orders_has_no_replication():
    found = slices_of(TWO, ["near", "idle"], "region")
    assert found.replications["idle"] == []
    assert found.total("orders").tolist() == [30, 5]
    assert np.isnan(
        [d.difference for d in found.differences("near", "idle", "late", "orders", common=True)]
    ).all()
