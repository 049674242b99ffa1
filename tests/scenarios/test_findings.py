"""What the READMEs say that the shipped scenarios show, computed again.

That takes minutes, and is for `make theory`; `make test` compares the numbers of the pack.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from policies import build_policy, read_policies
from reports import KPIS
from reports.course import follow
from reports.measured import measure_run
from reports.statistics import mean_of, paired
from reports.warmups.warmup import ENOUGH, TOO_SHORT, UNSETTLED, too_short, warm_ups
from sim.replication import simulate
from sim.scenario import load_scenario, shipped_scenarios

PAGES = (Path(__file__).parents[2] / "README.md", Path(str(resources.files("scenarios"))) / "README.md")
REPLICATIONS = 4


class Arm(NamedTuple):
    """A policy in a scenario, after some changes of it, and what is said to come out; shares in per cent."""

    number: float
    policy: str = "nearest"
    changes: tuple[str, ...] = ()


class Finding(NamedTuple):
    """A sentence of the pages about one KPI. The first arm is what the others are compared with."""

    scenario: str
    kpi: str
    words: str
    arms: tuple[Arm, ...]


NO_SHIFT = ("warehouses.edison.shifts=[]",)
LIFO = ("warehouses.secaucus.issue=lifo", "warehouses.joliet.issue=lifo")
FINDINGS = (
    Finding(
        "bulky_goods",
        "late_share",
        "While sofas are crated, lamps wait: 48 % of the orders of `nearest` are late, and 7.5 % of those of "
        "`item_specific`, which has a rule for what is bulky.",
        (Arm(48), Arm(7.5, "item_specific")),
    ),
    Finding(
        "cold_chain",
        "spoiled_share",
        "Who ships the freshest lot first (`lifo`), and not the one that expires first (`fefo`), throws away 17 % of "
        "the units instead of 5.4 %. `inventory_age`, which ships from where goods would spoil, throws away 3.3 %.",
        (Arm(5.4), Arm(17, changes=LIFO), Arm(3.3, "inventory_age")),
    ),
    Finding(
        "downtime",
        "late_share",
        "While Newark counts its stock over a Sunday, `nearest` ships from Columbus, and 11 % of the orders are late; "
        "`back_soon` lets them wait for Monday, and 5.7 % are.",
        (Arm(11), Arm(5.7, "back_soon")),
    ),
    Finding(
        "hello",
        "cost_per_order",
        "An order costs 11.36 USD with `nearest`, and 10.75 with `cost_based`, which adds up all that a choice costs.",
        (Arm(11.36), Arm(10.75, "cost_based")),
    ),
    Finding(
        "peak_season",
        "late_share",
        "An evening shift brings the late orders of `nearest` from 15 % to 0.9 %; without it, `balanced`, which counts "
        "the queue, has 1.3 %. Without the shift, `throttled`, which passes over a site that has most of a day's work, "
        "has 3.2 %.",
        (
            Arm(15, changes=NO_SHIFT),
            Arm(0.9),
            Arm(1.3, "balanced", NO_SHIFT),
            Arm(3.2, "throttled", NO_SHIFT),
        ),
    ),
    Finding(
        "returns",
        "cancelled_share",
        "One line in three comes back. Where they are sold again, 0.6 % of the orders are cancelled for want of stock; "
        "where they are scrapped, 13 %.",
        (Arm(0.6, "balanced"), Arm(13, "balanced", ("returns.outcomes={scrap: 1}",))),
    ),
    Finding(
        "split_trap",
        "split_share",
        "`nearest` splits 28 % of the orders, `fewest_shipments` 12 %; `patient`, which first waits a day for the next "
        "truck, 0 %, at the lowest cost of the three. With `split_control`, for which a second parcel must be worth "
        "it, 1.8 % are split, and orders come three hours sooner than with `nearest`.",
        (Arm(28), Arm(12, "fewest_shipments"), Arm(0, "patient"), Arm(1.8, "split_control")),
    ),
    Finding(
        "stale_stock",
        "reallocated_share",
        "When stock is seen every four hours, 5 % of the orders find an empty shelf and are allocated again; when every "
        "quarter of an hour, 0.8 %.",
        (Arm(5), Arm(0.8, changes=("visibility.sync_minutes=15",))),
    ),
    Finding(
        "stores",
        "cost_per_order",
        "Neighbours collect in the store: an order of `cheapest` costs 8 USD, without the counter 10.8. `nearest`, "
        "from the store round the corner, takes 31 h instead of 43 h, for 9.8 USD.",
        (
            Arm(8, "cheapest"),
            Arm(10.8, "cheapest", ("carriers.counter.services.collect.kinds=[drop_ship]",)),
            Arm(9.8, "nearest"),
        ),
    ),
    Finding(
        "stores",
        "lead_time_mean_h",
        "`nearest`, from the store round the corner, takes 31 h instead of 43 h",
        (Arm(43, "cheapest"), Arm(31, "nearest")),
    ),
    Finding(
        "strike",
        "late_share",
        "While a carrier is on strike, 26 % of the orders of `nearest` are late; `proximity`, which asks how long the "
        "way takes today, has 5 %.",
        (Arm(26), Arm(5, "proximity")),
    ),
    Finding(
        "two_echelon",
        "split_share",
        "A day more of stock at each centre takes the split orders from 9.3 % to 5.7 %; a week less at the depot, to 11.7 %.",
        (
            Arm(9.3),
            Arm(5.7, changes=("stock.replenish.1.review.order_up_to.days_of_demand=6",)),
            Arm(11.7, changes=("stock.replenish.0.review.order_up_to.days_of_demand=21",)),
        ),
    ),
)


@cache
def played(scenario: str, policy: str, changes: tuple[str, ...]) -> list[dict[str, float]]:
    """Return what is measured of every replication."""
    world = load_scenario(scenario, changes)
    (source,) = read_policies([policy], world)
    return [measure_run(simulate(world, build_policy(source, world), r)) for r in range(REPLICATIONS)]


def values(finding: Finding, arm: Arm) -> np.ndarray:
    unit = 100.0 if KPIS[finding.kpi].unit == "share" else 1.0
    found = played(finding.scenario, arm.policy, arm.changes)
    return unit * np.array([kpis[finding.kpi] for kpis in found])


@pytest.mark.theory
@pytest.mark.parametrize(
    "finding",
    [
        pytest.param(
            finding, id=f"{finding.scenario}, {finding.kpi}", marks=pytest.mark.xdist_group(finding.scenario)
        )
        for finding in FINDINGS
    ],
)
def test_a_finding_is_what_comes_out(finding: Finding) -> None:
    first, *others = finding.arms
    before = values(finding, first)
    for arm in others:
        found = paired(before, values(finding, arm))
        assert found.low * found.high > 0, (arm, found)  # the interval of the difference does not hold 0
    for arm in finding.arms:
        # What is said comes from ten replications. It lies where these four, or a tenth, leave room for it.
        found = mean_of(values(finding, arm))
        assert abs(arm.number - found.mean) <= max(found.half_width, 0.1 * found.mean), (arm, found)


@pytest.mark.theory
@pytest.mark.parametrize(
    ("scenario", "policy", "kpi", "changes"),
    [
        pytest.param(*row, id=row[1], marks=pytest.mark.xdist_group(row[0]))
        for row in (
            ("split_trap", "split_control", "split_share", ()),
            ("split_trap", "split_control", "lead_time_mean_h", ()),
            ("hello", "cost_based", "cost_per_order", ()),
            ("cold_chain", "inventory_age", "spoiled_share", ()),
            ("cold_chain", "inventory_age", "cost_per_order", ()),
            ("peak_season", "throttled", "queue_p95_min", NO_SHIFT),
            ("peak_season", "throttled", "late_share", NO_SHIFT),
            ("bulky_goods", "item_specific", "late_share", ()),
            ("strike", "proximity", "lead_time_mean_h", ()),
        )
    ],
)
def test_each_of_the_six_rules_beats_the_nearest_at_what_it_is_for(
    scenario: str, policy: str, kpi: str, changes: tuple[str, ...]
) -> None:
    before, after = [
        np.array([kpis[kpi] for kpis in played(scenario, name, changes)]) for name in ("nearest", policy)
    ]
    assert paired(before, after).high < 0


@pytest.mark.theory
@pytest.mark.xdist_group("split_trap")
def test_in_the_split_trap_who_waits_pays_least() -> None:
    costs = {
        policy: np.array([kpis["cost_per_order"] for kpis in played("split_trap", policy, ())])
        for policy in ("nearest", "fewest_shipments", "patient")
    }
    for other in ("nearest", "fewest_shipments"):
        assert paired(costs[other], costs["patient"]).high < 0


SETTLED = ("bulky_goods", "cold_chain", "split_trap", "stale_stock", "two_echelon")
"""Long enough to be judged, and with neither a date nor stock that runs down before it can be."""


@pytest.mark.theory
@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(scenario, marks=pytest.mark.xdist_group(scenario))
        for scenario in shipped_scenarios()
        if scenario != "us_parcel"  # three days, of a week that repeats itself
    ],
)
def test_no_shipped_warm_up_is_too_short(scenario: str) -> None:
    rows = [("nearest", r, measured) for r, measured in enumerate(played(scenario, "nearest", ()))]
    world = {"nearest": load_scenario(scenario)}
    found = warm_ups(rows, world)
    assert too_short(found, world) == []
    judged = {said.verdict for said in found["nearest"].values()} & {ENOUGH, TOO_SHORT, UNSETTLED}
    assert bool(judged) == (scenario in SETTLED)


@pytest.mark.theory
@pytest.mark.parametrize("scenario", SETTLED)
def test_nor_does_one_look_too_short_in_many_replications(scenario: str) -> None:
    world = load_scenario(scenario)
    (source,) = read_policies(["nearest"], world)
    rows = [("nearest", r, follow(simulate(world, build_policy(source, world), r))) for r in range(20)]
    assert too_short(warm_ups(rows, {"nearest": world}), {"nearest": world}) == []


@pytest.mark.parametrize("page", PAGES, ids=("README", "scenarios/README"))
def test_both_pages_say_it_of_every_scenario(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    for finding in FINDINGS:
        assert finding.words in text
        for arm in finding.arms:
            assert re.search(rf"(?<![\d.]){arm.number:g}(?![\d.]?\d)", finding.words), arm
    assert {finding.scenario for finding in FINDINGS} | {"us_parcel"} == set(shipped_scenarios())
    for scenario in shipped_scenarios():
        assert f"`{scenario}`" in text
