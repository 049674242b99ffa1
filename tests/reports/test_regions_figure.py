"""Who wins and who loses, and what common orders are worth."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from reports.breakdown import SUMS
from reports.evidence import Evidence
from reports.figures import pairs, regions
from reports.figures.lanes import Block, Lane, draw_lanes, height_of
from reports.figures.style import canvas, house_style
from sim.scenario import load_scenario

HOUR = 3_600


def region(cost, hours=10, orders=10):
    """Orders that cost and take so much each."""
    return {
        "orders": orders, "cost_cents": round(100 * cost * orders), "delivered": orders, "lead_s": hours * HOUR * orders,
    }  # fmt: skip


@pytest.fixture
def new_evidence(write):
    """Makes evidence from rows {region: {policy: [sums of each replication]}}."""

    def made(found, kpis=None, scenario=None, replications=2, policies=("near", "cheap")):
        result = write(kpis or {policy: {"cost_per_order": [9.0] * replications} for policy in policies})
        rows = [
            {
                "policy": policy,
                "replication": number,
                "by": "region",
                "slice": name,
                **dict.fromkeys(SUMS, 0),
                **sums,
            }
            for name, of in found.items()
            for policy, each in of.items()
            for number, sums in enumerate(each)
        ]
        columns = ["policy", "replication", "by", "slice", *SUMS]
        table = pd.DataFrame(rows, columns=columns)
        return Evidence(result.summary, result.kpis, table, {}, scenario)

    return made


def test_few_regions_are_all_shown_those_that_gain_most_first(new_evidence):
    (picture,) = regions(
        new_evidence(
            {
                "NYC": {"near": [region(9), region(8)], "cheap": [region(9.5), region(8.5)]},
                "<LAX>": {"near": [region(7, 20), region(6, 22)], "cheap": [region(6, 21), region(5, 23)]},
            }
        )
    )
    assert picture.policy == "cheap"
    assert "cost, every region: &lt;LAX&gt; −1.00 USD/order, NYC +0.50 USD/order" in picture.svg
    assert "lead time, every region: NYC 0.0 h, &lt;LAX&gt; +1.0 h" in picture.svg
    # Differences are the same in both replications: intervals have no width.
    assert "1 cheaper and 1 dearer of 2; 0 faster and 1 slower of 2." in picture.caption
    assert "left of zero is better" in picture.caption
    assert "without storage, supply and spoilage" in picture.caption


def test_of_many_regions_those_stand_first_where_all_orders_together_gain_or_lose_most(new_evidence):
    found = {
        f"r{n}": {"near": [region(10)] * 2, "cheap": [region(9 if n % 2 else 11)] * 2} for n in range(12)
    }
    # Small ones differ more, and large ones more in sum.
    found["small"] = {"near": [region(10, orders=1)] * 2, "cheap": [region(5, orders=1)] * 2}
    found["large"] = {"near": [region(10, orders=500)] * 2, "cheap": [region(10.1, orders=500)] * 2}
    (picture,) = regions(new_evidence(found))
    assert "cost, largest gains: r1 −1.00 USD/order, r3 −1.00" in picture.svg
    assert "cost, largest losses: large +0.10 USD/order, r" in picture.svg
    assert "small" not in picture.svg
    assert "Of 14 regions" in picture.caption
    assert "lead time" not in picture.svg  # which is the same everywhere


def test_what_moved_only_where_one_replication_had_orders_is_not_drawn(new_evidence):
    found = {f"r{n}": {"near": [region(10)] * 2, "cheap": [region(9)] * 2} for n in range(12)}
    nothing = dict.fromkeys(region(0), 0)
    found["once"] = {"near": [region(10, 5), nothing], "cheap": [region(9, 25), nothing]}
    (picture,) = regions(new_evidence(found))
    assert "cost, largest gains" in picture.svg
    assert "lead time" not in picture.svg


def test_where_nothing_is_compared_or_differs_the_reason_is_said(new_evidence):
    def said(found, **more):
        (picture,) = regions(new_evidence(found, **more))
        assert picture.svg == ""
        return picture.caption

    alike = {policy: [region(9)] * 2 for policy in ("near", "cheap")}
    nothing = "No region differs visibly from near in cost or lead time."
    assert said({"NYC": alike, "LAX": alike}) == nothing
    hardly = {
        "near": [region(9)] * 2,
        "cheap": [region(9) | {"cost_cents": 9_001, "lead_s": 36_000 * 10 + 99}] * 2,
    }
    assert said({f"r{number}": hardly for number in range(12)}) == nothing
    assert said({"NYC": alike}) == "Orders come from no more than one region."


def test_a_single_replication_has_differences_and_no_intervals(new_evidence):
    found = {name: {"near": [region(9)], "cheap": [region(cost)]} for name, cost in (("a", 8), ("b", 10))}
    (picture,) = regions(new_evidence(found, replications=1))
    assert "a −1.00 USD/order, b +1.00 USD/order" in picture.svg
    assert "95 %" not in picture.caption


@pytest.fixture
def world():
    """The regions of the parcel world."""
    return load_scenario("us_parcel")


def test_many_regions_with_places_are_a_map_in_classes_by_sign_and_size(new_evidence, world):
    names = [each.id for each in world.regions[:20]]
    costs = [6.0, 9.0, *[10.0] * 10, 10.1, *[11.0] * 7]
    found = {
        name: {"near": [region(10)] * 2, "cheap": [region(cost)] * 2}
        for name, cost in zip(names, costs, strict=True)
    }
    _, drawn = regions(new_evidence(found, scenario=world))
    # Of 20 regions alike in orders, 9 differ by 1 or more; the fifth that differs most differs by 1.
    assert "within 0.2: 11 regions" in drawn.svg
    assert "0.2 to 1.0 cheaper: 0 regions, 1.0 or more cheaper: 2 regions" in drawn.svg
    assert "0.2 to 1.0 dearer: 0 regions, 1.0 or more dearer: 7 regions" in drawn.svg
    assert {"--gain", "--loss"} <= set(re.findall(r"--[a-z]+", drawn.svg))
    assert drawn.policy == "cheap"
    assert "US Census Bureau" in drawn.source


def test_few_regions_or_regions_without_places_are_no_map(new_evidence, world):
    found = {name: {"near": [region(9)] * 2, "cheap": [region(8)] * 2} for name in ("NYC", "LAX")}
    evidence = new_evidence(found, scenario=world)
    assert len(regions(evidence)) == 1
    many = {f"nowhere{n}": each for n in range(20) for each in found.values()}
    assert len(regions(new_evidence(many, scenario=world))) == 1
    assert len(regions(new_evidence(many))) == 1


def test_an_interval_beyond_the_scale_has_an_arrowhead():
    lanes = [
        Lane("wide", 0, 1.0, 50.0, "+1"),
        Lane("narrow", 1, -1.0, 0.1, "-1"),
        Lane("none", 2, math.nan, 0, "–"),
    ]
    block = [Block("block", lanes)]
    with house_style():
        figure = canvas(height_of(block) + 0.5)
        axes = figure.add_subplot()
        draw_lanes(axes, block, "USD")
        heads = [line for line in axes.lines if line.get_marker() in "<>"]
        assert [float(line.get_xdata()[0]) for line in heads] == list(axes.get_xlim())
    # The values alone span 2; the scale goes thrice as far beyond.
    assert axes.get_xlim() == pytest.approx((-7.56, 7.56), rel=1e-3)


def test_pairs_tell_correlation_and_what_it_is_worth(new_evidence):
    before = [10.0, 12.0, 14.0, 11.0]
    now = [9.0, 11.0, 13.5, 10.0]
    kpis = {"near": {"cost_per_order": before}, "cheap": {"cost_per_order": now}}
    cost, lead = pairs(new_evidence({}, kpis))
    correlation = np.corrcoef(before, now)[0, 1]
    # Variances of 2.917 and 3.729 against 0.0625 of the differences -1, -1, -0.5, -1.
    assert f"cheap: correlation {correlation:.2f}, 106x" in cost.caption
    assert "below it the policy's is lower" in cost.caption
    assert "near (USD/order)" in cost.svg
    # Lead times are 0 throughout.
    assert "the same difference in every replication" in lead.caption


def test_without_pairs_the_reason_is_said(new_evidence):
    alone = pairs(new_evidence({}, policies=("near",)))
    assert (alone[0].svg, len(alone)) == ("", 1)
    single = pairs(new_evidence({}, replications=1))
    assert "No policy has two replications" in single[0].caption
    evidence = new_evidence({})
    for row in evidence.summary["comparison"]:
        row["method"] = "Welch"
    assert "met different orders" in pairs(evidence)[0].caption
