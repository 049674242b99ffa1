"""Pictures of slices: what they say of constructed results, and why there is none."""

import pandas as pd
import pytest

from reports.breakdown import BY, SUMS
from reports.evidence import Evidence
from reports.figures import late_by_segment, split_reasons
from reports.figures.labels import shortened
from reports.figures.style import colour_of

POLICIES = ("near", "cheap")


@pytest.fixture
def new_evidence(write):
    """Makes evidence from rows {by: {slice: {policy: [sums of each replication]}}}."""

    def made(slices=None, kpis=None, policies=POLICIES):
        result = write(kpis or {policy: {"cost_per_order": [9.0, 9.5, 9.1]} for policy in policies})
        assert set(slices or {}) <= set(BY)
        rows = [
            {
                "policy": policy,
                "replication": number,
                "by": by,
                "slice": name,
                **dict.fromkeys(SUMS, 0),
                **sums,
            }
            for by, found in (slices or {}).items()
            for name, of in found.items()
            for policy, replications in of.items()
            for number, sums in enumerate(replications)
        ]
        table = (
            None
            if slices is None
            else pd.DataFrame(rows, columns=["policy", "replication", "by", "slice", *SUMS])
        )
        return Evidence(result.summary, result.kpis, table, {}, None)

    return made


def orders(late=0, split=0, number=100):
    return {"orders": number, "promised": number, "late": late, "split": split}


def test_late_orders_are_a_share_of_their_segment(new_evidence):
    picture = late_by_segment(
        new_evidence(
            {
                "segment": {
                    "express": {"near": [orders(10), orders(20)], "cheap": [orders(0), orders(0)]},
                    "$ & <b>": {"near": [orders(0, number=300)] * 2, "cheap": [orders(9, number=300)] * 2},
                }
            }
        )
    )
    # 10 and 20 % have a mean of 15 and a half-width of 12.706 x 7.07 / sqrt(2).
    assert "express: 25 % of the orders: near 15 ± 64 %, cheap 0 ± 0 %" in picture.svg
    assert "$ &amp; &lt;b&gt;: 75 % of the orders: near 0 ± 0 %, cheap 3.000 ± 0 %" in picture.svg
    assert all(colour_of(place).variable in picture.svg for place in (0, 1))
    assert "95 % intervals" in picture.caption


def test_of_many_segments_the_largest_are_shown_and_the_rest_is_counted(new_evidence):
    segments = {
        f"s{number}": {policy: [orders(1, number=100 + number)] for policy in POLICIES}
        for number in range(11)
    }
    picture = late_by_segment(new_evidence({"segment": segments}))
    assert "The 8 largest of 11 segments." in picture.caption
    assert "s10: " in picture.svg
    assert "s2: " not in picture.svg
    assert "intervals" not in picture.caption  # of one replication


def test_without_late_orders_promises_or_orders_the_reason_is_said(new_evidence):
    def said(slices):
        picture = late_by_segment(new_evidence(slices))
        assert picture.svg == ""
        return picture.caption

    assert "No order of any segment is late" in said(
        {"segment": {"a": {"near": [orders()], "cheap": [orders()]}}}
    )
    assert "has a promise" in said({"segment": {"a": {"near": [{"orders": 5}], "cheap": [{"orders": 5}]}}})
    assert "No order was placed" in said({})
    assert "breakdown.parquet" in said(None)


def test_splits_are_a_share_of_all_orders_for_each_reason(new_evidence):
    both = {policy: [orders(number=200)] * 2 for policy in POLICIES}
    picture = split_reasons(
        new_evidence(
            {
                "segment": {"a": both, "b": both},
                # The second replication of `near` has none: it counts as 0 %.
                "split_reason": {"cheaper": {"near": [orders(number=40)], "cheap": []}},
            }
        )
    )
    # 40 of 400 orders and none of 400: a mean of 5 %.
    assert "it is cheaper: near 5 ± 64 %, cheap 0 ± 0 %" in picture.svg
    assert "downtime" not in picture.svg
    assert "a site is down" not in picture.svg


def test_without_splits_the_reason_is_said(new_evidence):
    slices = {"segment": {"a": {policy: [orders()] for policy in POLICIES}}}
    assert split_reasons(new_evidence(slices)).caption == "No order is split, in any replication."
    assert "breakdown.parquet" in split_reasons(new_evidence(None)).caption


def test_a_long_name_keeps_its_beginning_and_its_end():
    assert shortened("nearest", 7) == "nearest"
    assert shortened("abcdefghijkl", 7) == "abcd…kl"
    assert len(shortened("x" * 99, 20)) == 20
