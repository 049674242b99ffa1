"""The regression gate: what is worse than a baseline, what may be noise, and what cannot be compared."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.gates.baseline import Baseline, Bound, Kept, Played
from reports.gates.gate import Check, check
from reports.gates.texts import check_junit, check_markdown, check_text
from reports.kpis import HEADLINE, KPIS
from sim.errors import InputError

Values = Mapping[str, Mapping[str, Sequence[float]]]
FILES = Path("baseline.json"), Path("result")
NEAR = Played(file="policies/near.yaml", replications=6)
OTHER = {"scenario.yaml": "sha256:1", "policies/near.yaml": "sha256:changed"}


def said(policies: Values, bounds: Mapping[str, Bound] | None = None, **others: Any) -> Baseline:
    """Return what a result says; a KPI that is not named is 1 in every replication."""
    bounds = bounds or {}
    n = {policy: len(next(iter(kpis.values()))) for policy, kpis in policies.items()}
    return Baseline(
        **{
            "version": "0.1.0",
            "scenario": "two_coasts",
            "currency": "USD",
            "seed": 1,
            "hashes": {"scenario.yaml": "sha256:1", **{f"policies/{p}.yaml": "sha256:2" for p in policies}},
            "variants": {p: Played(file=f"policies/{p}.yaml", replications=n[p]) for p in policies},
            "family": HEADLINE,
            "bounds": bounds,
            "policies": {
                policy: {
                    kpi: Kept.of(kpis.get(kpi, [1.0] * n[policy]), kpi in HEADLINE or kpi in bounds)
                    for kpi in KPIS
                }
                for policy, kpis in policies.items()
            },
            **others,
        }
    )


def compared(before: Baseline, now: Baseline) -> Check:
    return check(before, now, *FILES)


def failures(found: Check) -> list[tuple[str, str]]:
    return [(change.policy, change.kpi.name) for change in found.failed]


COSTS = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0]


def near(costs: Sequence[float], kpi: str = "cost_per_order", **others: Any) -> Baseline:
    return said({"near": {kpi: costs}}, **others)


def plus(amount: float, noise: float = 0.0) -> list[float]:
    """Costs that differ from the baseline's by an amount, a little more or less each time."""
    return [cost + amount + (noise if place % 2 else -noise) for place, cost in enumerate(COSTS)]


def test_the_same_result_is_no_regression() -> None:
    found = compared(near(COSTS), near(COSTS))
    assert not found.failed
    assert found.notes == ()
    assert all(change.exact and change.same for change in found.changes)
    judged = sum(1 for kpi in KPIS.values() if kpi.better is not None)
    assert f"No regression: all {judged} KPIs judged are the same." in check_text(found)


@pytest.mark.parametrize("kpi", ["cost_per_order", "queue_p95_min"])
def test_the_same_inputs_must_give_the_same_numbers_in_every_kpi(kpi: str) -> None:
    worse, better = near(plus(1e-6), kpi), near(plus(-1e-6), kpi)
    assert failures(compared(near(COSTS, kpi), worse)) == [("near", kpi)]
    found = compared(near(COSTS, kpi), better)
    assert not found.failed
    assert [change.kpi.name for change in found.changes if not change.same] == [kpi]
    assert "better" in check_text(found)
    assert "Here they do not" in check_text(found)


def test_a_last_digit_that_another_processor_may_round_otherwise_is_no_difference() -> None:
    assert not compared(near(COSTS), near([math.nextafter(cost, 99) for cost in COSTS])).failed


def test_what_has_no_better_direction_moves_and_is_told() -> None:
    found = compared(near(COSTS, "downtime_h"), near(plus(1.0), "downtime_h"))
    assert not found.failed
    assert "moved" in check_text(found)
    bounded = near(plus(1.0), "downtime_h", bounds={"downtime_h": Bound(0.5)})
    assert failures(compared(near(COSTS, "downtime_h"), bounded)) == [("near", "downtime_h")]


def test_a_changed_rule_is_judged_replication_by_replication() -> None:
    # The spread over replications is 1.9, that of the differences 0.03: alone Welch's test would see nothing.
    before, now = near(COSTS), near(plus(0.1, noise=0.03), hashes=OTHER)
    found = compared(before, now)
    assert failures(found) == [("near", "cost_per_order")]
    assert found.notes == ("policies/near.yaml is not that of the baseline",)
    books = {"near": NEAR.model_copy(update={"books": (1, 2)})}
    for other in ({"seed": 2}, {"variants": books}):
        found = compared(before, near(plus(0.1, noise=0.03), **other))
        assert not found.failed
        assert "may be noise" in check_text(found)
        assert "Intervals: of two samples (Welch)." in check_text(found)


def test_a_changed_rule_that_is_better_or_no_different_passes() -> None:
    assert not compared(near(COSTS), near(plus(-0.1, noise=0.03), hashes=OTHER)).failed
    found = compared(near(COSTS), near(plus(0.01, noise=0.5), hashes=OTHER))
    assert not found.failed
    assert "worse, may be noise" in check_text(found)


def test_a_higher_value_is_worse_only_where_lower_is_better() -> None:
    assert not compared(near(COSTS, "fill_share"), near(plus(1.0), "fill_share")).failed
    assert compared(near(COSTS, "fill_share"), near(plus(-1.0), "fill_share")).failed


def test_on_other_order_books_a_difference_that_no_noise_explains_is_a_regression() -> None:
    found = compared(near(COSTS), near(plus(8.0), seed=2))
    assert failures(found) == [("near", "cost_per_order")]
    assert "they met other order books" in found.notes[0]


def test_how_intervals_are_made_is_said_of_the_policies_that_it_is_true_of() -> None:
    both = {policy: {"cost_per_order": COSTS} for policy in ("near", "cheap")}
    moved = {policy: {"cost_per_order": plus(0.5, noise=0.1)} for policy in both}
    paired, other = "replication by replication on the same orders", "of two samples (Welch)"

    def reading(**others: Any) -> str:
        return check_text(compared(said(both), said(moved, **others))).splitlines()[-1]

    played = said(moved).variants
    assert f"Intervals: {paired}. May be" in reading(hashes={"scenario.yaml": "sha256:3"})
    assert f"Intervals: {other}. May be" in reading(seed=2)
    mixed = reading(variants={**played, "cheap": played["cheap"].model_copy(update={"books": (1, 2)})})
    assert f"Intervals: {paired}; for cheap, which met others, {other}. May be" in mixed


def test_what_the_baseline_kept_no_values_of_is_not_said_to_be_paired() -> None:
    """A bound that is stated with the result, and was not known to the baseline."""
    before = near(COSTS, "queue_mean_min")
    now = near(plus(1.0), "queue_mean_min", hashes=OTHER, bounds={"queue_mean_min": Bound(3.0)})
    found = compared(before, now)
    assert "of which the baseline keeps no single values, of two samples (Welch)" in check_text(found)
    kept = near(COSTS, "queue_mean_min", bounds={"queue_mean_min": Bound(3.0)})
    assert "Welch" not in check_text(compared(kept, now))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "0.2.0"),
        ("hashes", OTHER),
        ("variants", {"near": NEAR.model_copy(update={"parameters": {"weight": 2}})}),
        ("variants", {"near": NEAR.model_copy(update={"changes": ("days=2",)})}),
        ("variants", {"near": NEAR.model_copy(update={"file": "policies/near.py"})}),
        ("variants", {"near": NEAR.model_copy(update={"replications": 7})}),
        ("variants", {"near": NEAR.model_copy(update={"books": (1, 2)})}),
        ("seed", 2),
    ],
)
def test_whatever_else_went_in_is_told_and_allows_for_noise(key: str, value: Any) -> None:
    found = compared(near(COSTS), near(plus(1e-6, noise=0.5), **{key: value}))
    assert not found.failed
    assert len(found.notes) == 1
    assert not any(change.exact for change in found.changes)


def test_a_policy_that_did_not_change_stays_exact_beside_one_that_did() -> None:
    before = said({"near": {"cost_per_order": COSTS}, "cheap": {"cost_per_order": COSTS}})
    now = said(
        {"near": {"cost_per_order": COSTS}, "cheap": {"cost_per_order": COSTS}},
        hashes={**before.hashes, **OTHER},
    )
    found = compared(before, now)
    assert {change.policy for change in found.changes if change.exact} == {"cheap"}


def test_a_bound_is_all_that_counts_for_its_kpi() -> None:
    before, cents = near(COSTS), Bound(0.10)
    certain = near(plus(0.09), hashes=OTHER, bounds={"cost_per_order": cents})
    assert not compared(before, certain).failed
    assert "worse, within the bound of 0.1 USD/order" in check_text(compared(before, certain))
    uncertain = near(plus(0.11, noise=0.5), hashes=OTHER, bounds={"cost_per_order": cents})
    assert failures(compared(before, uncertain)) == [("near", "cost_per_order")]
    assert "worse, beyond the bound of 0.1 USD/order, may be noise" in check_text(compared(before, uncertain))
    exact = near(plus(0.09), bounds={"cost_per_order": cents})
    assert not compared(before, exact).failed
    assert not compared(before, near(plus(-5.0), bounds={"cost_per_order": Bound(0.0)})).failed


def test_exactly_the_bound_is_allowed() -> None:
    bounds = {"cost_per_order": Bound(0.1)}
    assert not compared(near([0.1, 0.3]), near([0.2, 0.4], bounds=bounds)).failed


def test_a_bound_may_be_per_cent_of_the_baseline() -> None:
    for percent, fails in ((2.0, False), (0.5, True)):  # of 12.5; the change is 0.125
        now = near(plus(0.125), bounds={"cost_per_order": Bound(percent, percent=True)})
        assert bool(compared(near(COSTS), now).failed) is fails


def test_a_bound_makes_any_kpi_count() -> None:
    before = near(COSTS, "queue_p95_min")
    assert not compared(before, near(plus(9.0), "queue_p95_min", seed=2)).failed
    bounded = near(plus(9.0), "queue_p95_min", seed=2, bounds={"queue_p95_min": Bound(1.0)})
    assert failures(compared(before, bounded)) == [("near", "queue_p95_min")]


def test_a_kpi_that_is_no_longer_defined_is_a_regression() -> None:
    """Nothing is delivered, and nobody waits."""
    lost = near([math.nan] * 6, "lead_time_mean_h", hashes=OTHER)
    found = compared(near(COSTS, "lead_time_mean_h"), lost)
    assert failures(found) == [("near", "lead_time_mean_h")]
    assert "no longer defined" in check_text(found)
    back = compared(lost, near(COSTS, "lead_time_mean_h"))
    assert not back.failed
    assert "0 worse within bounds, 0 may be noise, 1 were not defined before; the others" in check_text(back)
    assert not compared(lost, lost).failed


def test_values_that_never_meet_in_a_replication_are_compared_as_samples() -> None:
    before = near([10.0, 11.0, 12.0, math.nan, math.nan, math.nan])
    now = near([math.nan, math.nan, math.nan, 90.0, 91.0, 92.0], hashes=OTHER)
    assert failures(compared(before, now)) == [("near", "cost_per_order")]


def test_one_replication_cannot_be_judged_without_a_bound() -> None:
    before, now = near([10.0]), near([11.0], hashes=OTHER)
    with pytest.raises(
        InputError, match=r"^result: has too few replications to judge cost_per_order of near: run"
    ):
        compared(before, now)
    bounded = near([11.0], hashes=OTHER, bounds={"cost_per_order": Bound(0.5)})
    assert failures(compared(before, bounded)) == [("near", "cost_per_order")]
    assert compared(before, near([11.0])).failed  # the same inputs


def test_fewer_replications_are_compared_with_their_own_pairs() -> None:
    found = compared(near(COSTS), near(COSTS[:3]))
    assert not found.failed
    assert all(change.same for change in found.changes)
    assert found.notes == ("near has 3 replications, in the baseline 6",)


def test_a_new_policy_is_told_and_a_missing_one_is_refused() -> None:
    one, two = (
        said({"near": {"cost_per_order": COSTS}}),
        said({"near": {"cost_per_order": COSTS}, "nearer": {"cost_per_order": COSTS}}),
    )
    assert compared(one, two).notes == ("nearer is not in the baseline, and not judged",)
    with pytest.raises(InputError) as refused:
        compared(two, one)
    assert (
        str(refused.value)
        == "baseline.json: policies.nearer: result has no such policy; did you mean 'near'?"
    )


def test_a_kpi_that_either_lacks_is_refused() -> None:
    whole = near(COSTS)
    kpis = {name: kept for name, kept in whole.policies["near"].items() if name != "cost_per_order"}
    less = whole.model_copy(update={"policies": {"near": kpis}})
    for before, now, message in (
        (whole, less, "result has no such KPI"),
        (less, whole, "is missing, and result is judged by it"),
    ):
        with pytest.raises(InputError, match=rf"^baseline.json: policies.near.cost_per_order: {message}"):
            compared(before, now)


@pytest.mark.parametrize(("key", "value"), [("scenario", "other"), ("currency", "EUR")])
def test_another_scenario_or_currency_is_refused(key: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        compared(near(COSTS, **{key: value}), near(COSTS))
    expected = "two_coasts" if key == "scenario" else "USD"
    assert (
        str(refused.value)
        == f"baseline.json: {key}: value '{value}': is not that of result, which is {expected}"
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_chance_alone_seldom_fails_a_rule(seed: int) -> None:
    """Four policies, six KPIs, 400 times: in at most 5 % of them any false verdict."""
    rng = np.random.default_rng(20260105)
    names = ("a", "b", "c", "d")
    before = said({policy: {"orders": [1.0] * 8} for policy in names})
    now = before.model_copy(update={"seed": seed, "hashes": dict.fromkeys(before.hashes, "sha256:changed")})

    def drawn(result: Baseline) -> Baseline:
        policies = {p: {k: Kept.of(rng.normal(10.0, 1.0, 8), judged=True) for k in HEADLINE} for p in names}
        return result.model_copy(update={"policies": policies})

    false = sum(bool(compared(drawn(before), drawn(now)).failed) for _ in range(400))
    assert 0.0 < false / 400 <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 400)


def changed() -> Check:
    before = said(
        {"near": {"cost_per_order": COSTS, "late_share": [0.1, 0.2], "spoiled_share": [math.nan] * 6}}
    )
    now = {"cost_per_order": plus(0.5), "late_share": [0.05, 0.1], "spoiled_share": [math.nan] * 6}
    return compared(
        before, said({"near": now}, bounds={"cost_per_order": Bound(0.25)}, scenario="two_coasts")
    )


def test_the_table_begins_with_the_regressions() -> None:
    lines = check_text(changed()).splitlines()
    assert lines[0] == "two_coasts: 1 policy against the baseline"
    assert lines[2].split() == [
        "policy",
        "kpi",
        "unit",
        "baseline",
        "result",
        "change",
        "95",
        "%",
        "interval",
        "verdict",
    ]
    assert lines[3].split(maxsplit=7) == [
        "near", "cost_per_order", "USD/order", "12.50", "13.00", "+0.5000", "–",
        "regression: worse, beyond the bound of 0.25 USD/order",
    ]  # fmt: skip
    assert lines[4].split(maxsplit=7) == [
        "near",
        "late_share",
        "%",
        "15.00",
        "7.500",
        "-7.500",
        "–",
        "better",
    ]


def test_markdown_is_a_table_of_a_pull_request() -> None:
    lines = check_markdown(changed()).splitlines()
    assert lines[0] == "### two_coasts: 1 policy against the baseline"
    assert lines[2].startswith("**Regression: 1 KPI of ")
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 4
    assert {line.count("|") for line in table} == {9}
    assert set(table[1]) <= set("|-: ")


def test_junit_has_a_case_for_each_policy_and_kpi_and_a_failure_for_each_regression() -> None:
    root = ElementTree.fromstring(check_junit(changed()))
    assert root.tag == "testsuites"
    (suite,) = root
    cases = suite.findall("testcase")
    assert [case.tag for case in suite] == ["testcase"] * len(cases)
    assert suite.get("tests") == root.get("tests") == str(len(cases))
    failed = [case for case in cases if case.find("failure") is not None]
    assert suite.get("failures") == str(len(failed)) == "1"
    assert (failed[0].get("classname"), failed[0].get("name")) == ("two_coasts.near", "cost_per_order")
    failure = failed[0].find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "regression: worse, beyond the bound of 0.25 USD/order: 12.50 became 13.00 USD/order, +0.5000"
    )
    skipped = [case.get("name") for case in cases if case.find("skipped") is not None]
    assert skipped == ["spoiled_share"]
    assert suite.get("skipped") == "1"
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
    "testsuite": {
        "name",
        "tests",
        "failures",
        "errors",
        "time",
        "disabled",
        "skipped",
        "timestamp",
        "hostname",
        "id",
    },
    "testcase": {"name", "assertions", "time", "classname", "status"},
    "failure": {"type", "message"},
    "skipped": set(),
}
"""Elements, and the attributes that the schema of Jenkins (jenkins-junit.xsd) allows them."""


def test_junit_says_nothing_that_a_strict_reader_refuses() -> None:
    text = check_junit(changed())
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    for element in ElementTree.fromstring(text).iter():
        assert set(element.attrib) <= ALLOWED[element.tag]
        if element.tag in ("testsuite", "testcase"):
            assert element.get("name")


def test_names_that_markup_would_read_stay_names() -> None:
    before = near(COSTS, scenario='a<b>|"\x07')
    found = compared(before, near(plus(1.0), scenario='a<b>|"\x07'))
    (suite,) = ElementTree.fromstring(check_junit(found))
    assert suite.get("name") == 'orderlab check a<b>|"\\x07'
    assert "\x07" not in check_text(found) + check_markdown(found)
