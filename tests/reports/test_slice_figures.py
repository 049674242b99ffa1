"""Pictures of slices: what they say of constructed results, and why there is none."""

import numpy as np
import pandas as pd
import pytest

from reports.breakdown import BY, SUMS
from reports.evidence import Evidence
from reports.figures import daily, late_by_segment, split_reasons, spoilage, stock_age
from reports.figures.ends import apart
from reports.figures.labels import shortened
from reports.figures.style import colour_of

POLICIES = ("near", "cheap")
DAY, HOUR = 86_400, 3_600


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
        table = pd.DataFrame(rows, columns=["policy", "replication", "by", "slice", *SUMS])
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


def day(cost, hours=10, late=0):
    """Two orders of a day."""
    return {
        "orders": 2, "cost_cents": 200 * cost, "delivered": 2, "lead_s": 2 * hours * HOUR, "promised": 2, "late": late,
    }  # fmt: skip


def test_the_best_and_the_worst_replication_are_those_of_the_whole_window(new_evidence):
    days = {
        # Over both days: 5, 8 and 6 USD an order; the third begins worst of all and yet is neither.
        "0": {"near": [day(6), day(7), day(10)], "cheap": [day(4)] * 3},
        "1": {"near": [day(4), day(9), day(2)], "cheap": [day(4, late=1)] * 3},
    }
    cost, lead, late = daily(new_evidence({"day": days}))
    assert "near: 6.33 (5.00 to 8.00); cheap: 4.00 (4.00 to 4.00)" in cost.svg
    assert "USD an order" in cost.svg
    assert "without storage, supply and spoilage" in cost.caption
    assert "near: 10.0 (10.0 to 10.0)" in lead.svg
    # One of four orders.
    assert "near: 0.00 (0.00 to 0.00); cheap: 25.00 (25.00 to 25.00)" in late.svg


def test_a_single_replication_is_neither_best_nor_worst(new_evidence):
    days = {str(number): {policy: [day(5)] for policy in POLICIES} for number in range(3)}
    cost, _, late = daily(new_evidence({"day": days}))
    assert "near: 5.00; cheap: 5.00" in cost.svg
    assert "best" not in cost.svg
    assert cost.caption.startswith("Of one replication.")
    assert (late.svg, late.caption) == ("", "No order of any day is late, in any replication.")


def test_days_are_not_drawn_where_there_is_one_alone(new_evidence):
    (picture,) = daily(new_evidence({"day": {"0": {policy: [day(5)] for policy in POLICIES}}}))
    assert (picture.svg, picture.caption) == ("", "The window has no second day.")


def test_spoiled_units_are_added_up_and_averaged_over_replications(new_evidence):
    days = {
        "0": {"near": [{"spoiled_units": 4}, {"spoiled_units": 0}], "cheap": [{"orders": 1}] * 2},
        "2": {"near": [{"spoiled_units": 1}, {"spoiled_units": 2}], "cheap": [{"orders": 1}] * 2},
    }
    picture = spoilage(new_evidence({"day": days}))
    assert "near: 3.5 on the last day; cheap: 0.0 on the last day" in picture.svg  # (5 + 2) / 2 units
    single = spoilage(new_evidence({"day": {"0": {policy: [{"spoiled_units": 1}] for policy in POLICIES}}}))
    assert (single.svg, single.caption) == ("", "The window has no second day.")
    nothing = spoilage(new_evidence({"day": {"0": {policy: [{"orders": 1}] for policy in POLICIES}}}))
    assert (nothing.svg, nothing.caption) == ("", "No unit spoiled in the window, in any replication.")


def test_the_age_of_stock_is_that_of_what_was_picked_and_days_without_a_pick_are_passed_over(new_evidence):
    picked = {"shipments": 4, "age_s": 10 * DAY}
    days = {
        "0": {policy: [picked] for policy in POLICIES},
        "1": {"near": [{"shipments": 1, "age_s": 3 * DAY}], "cheap": [{"orders": 3}]},
    }
    picture = stock_age(new_evidence({"day": days}))
    assert "near: 3.00 on the last day; cheap: 2.50 on the last day" in picture.svg
    none = stock_age(new_evidence({"day": {"0": {policy: [{"orders": 1}] for policy in POLICIES}}}))
    assert (none.svg, none.caption) == ("", "No shipment was picked in the window.")


def test_names_move_apart_no_more_than_they_must():
    places = apart([3.0, 0.0, 0.1, 9.0], 1.0)
    assert places.tolist() == pytest.approx([3.0, -0.45, 0.55, 9.0])
    crowded = apart(np.zeros(5), 2.0)
    assert np.diff(crowded).tolist() == [2.0] * 4
    assert crowded.mean() == pytest.approx(0.0)
    assert apart([], 2.0).tolist() == []
    assert apart([9.0, 9.0, 1.0], 2.0, low=0.0, high=9.5).tolist() == [7.5, 9.5, 1.0]
    assert apart([0.0, 0.0], 2.0, low=0.0, high=9.0).tolist() == [0.0, 2.0]


def test_a_long_name_keeps_its_beginning_and_its_end():
    assert shortened("nearest", 7) == "nearest"
    assert shortened("abcdefghijkl", 7) == "abcd…kl"
    assert len(shortened("x" * 99, 20)) == 20
