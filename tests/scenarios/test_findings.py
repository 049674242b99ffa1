"""What the READMEs say that the shipped scenarios show, computed again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from policies import build_policy, read_policies
from reports import KPIS, measure
from reports.statistics import paired
from sim.scenario import load_scenario
from sim.simulate import simulate

PAGES = (Path(__file__).parents[2] / "README.md", Path(str(resources.files("scenarios"))) / "README.md")
REPLICATIONS = 5


@dataclass(frozen=True)
class Played:
    """A policy in a scenario, after some changes of it."""

    policy: str = "nearest"
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What one change does, as both pages say it.

    Attributes:
        scenario: its id.
        words: the sentence, as it stands there.
        kpi: what is compared; shares are said in per cent.
        numbers: what the sentence says of it, before and after.
        before, after: what is played.

    """

    scenario: str
    words: str
    kpi: str
    numbers: tuple[float, float]
    before: Played = field(default_factory=Played)
    after: Played = field(default_factory=Played)


FINDINGS = (
    Finding(
        "stores",
        "`nearest` ships from round the corner, in 39 h instead of the 66 h of `cheapest`",
        "lead_time_mean_h",
        (66, 39),
        Played("cheapest"),
        Played("nearest"),
    ),
)


def played(scenario: str, arm: Played) -> list[dict[str, float]]:
    """Return the KPIs of every replication."""
    world = load_scenario(scenario, arm.changes)
    (source,) = read_policies([arm.policy], world)
    return [measure(simulate(world, build_policy(source, world), r)) for r in range(REPLICATIONS)]


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: f"{finding.scenario}, {finding.kpi}")
def test_a_finding_is_what_comes_out(finding: Finding) -> None:
    unit = 100.0 if KPIS[finding.kpi].unit == "share" else 1.0
    before, after = (
        unit * np.array([kpis[finding.kpi] for kpis in played(finding.scenario, arm)])
        for arm in (finding.before, finding.after)
    )
    found = paired(before, after)
    assert found.low * found.high > 0, found  # the interval of the difference does not hold 0
    # What is said is what comes out, give or take a tenth.
    assert finding.numbers == pytest.approx((found.baseline_mean, found.policy_mean), rel=0.1), found


@pytest.mark.parametrize("page", PAGES, ids=("README", "scenarios/README"))
def test_both_pages_say_what_is_computed_and_of_every_scenario(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    for finding in FINDINGS:
        assert finding.words in text
        for number in finding.numbers:
            assert re.search(rf"(?<![\d.]){number:g}(?![\d.]\d)", finding.words), (number, finding.words)
