"""The scenario pack: every shipped scenario, cut short, gives the numbers that are kept beside this file.

    make baselines          keeps those of today; the change of a line is for review

It is how a change of the engine, of a scenario or of a rule set shows what it does to all the others.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from policies import shipped_rule_sets
from reports.baseline import baseline_of, read_baseline, write_baseline
from reports.gate import check
from reports.gatetexts import check_text
from sim.lab.experiment import Experiment
from sim.scenario import shipped_scenarios

HERE = Path(__file__).parent
REPLICATIONS = 2


class Case(NamedTuple):
    """Who plays a scenario, and what is changed in it, so that it is quick and still shows what it is about."""

    policies: Sequence[str]
    changes: Sequence[str]


PACK = {
    "bulky_goods": Case(["nearest", "item_specific"], ["warm_up_days=1", "days=4"]),
    "cold_chain": Case(["inventory_age"], ["days=7"]),
    "downtime": Case(["back_soon", "downtime_aware"], ["days=7"]),
    "hello": Case(["fewest_shipments", "cheapest", "everything"], ["days=1"]),
    "peak_season": Case(["throttled", "priority_tiers"], ["warm_up_days=5", "days=3", "drain_days=7"]),
    "returns": Case(["load_balanced"], ["days=21"]),
    "split_trap": Case(["patient", "split_control"], ["warm_up_days=2", "days=3"]),
    "stale_stock": Case(["cost_based"], ["days=7"]),
    "stores": Case(["cheapest", "green"], ["days=1", "drain_days=4"]),
    "strike": Case(["nearest", "proximity"], ["days=7"]),
    "two_echelon": Case(["nearest"], ["days=10"]),
    "us_parcel": Case(["balanced"], ["demand.orders_per_day=200", "warm_up_days=0", "days=1"]),
}


def play(scenario: str, folder: Path) -> None:
    """Write the result of a case into a folder."""
    case = PACK[scenario]
    experiment = Experiment(scenario, case.policies, replications=REPLICATIONS, changes=case.changes)
    experiment.run(folder, journal="none", jobs=1)


def kept(scenario: str) -> Path:
    """Return the file of a case."""
    return HERE / f"{scenario}.json"


def keep() -> None:
    """Play every case and keep what it says."""
    for scenario in PACK:
        with tempfile.TemporaryDirectory() as folder:
            play(scenario, Path(folder))
            write_baseline(kept(scenario), baseline_of(Path(folder)))
        sys.stdout.write(f"{scenario}\n")


@pytest.mark.parametrize("scenario", PACK)
def test_a_shipped_scenario_gives_the_numbers_that_are_kept(scenario: str, tmp_path: Path) -> None:
    play(scenario, tmp_path)
    before, now = read_baseline(kept(scenario)), baseline_of(tmp_path)
    # The numbers are what counts here, whatever the copies of the inputs look like by now.
    now = now.model_copy(update={"version": before.version, "hashes": before.hashes})
    found = check(before, now, kept(scenario), tmp_path)
    assert all(change.same for change in found.changes), (
        f"{check_text(found)}\nIf that is meant: make baselines"
    )
    assert all(change.exact for change in found.changes)


def test_every_shipped_scenario_and_rule_set_is_in_the_pack() -> None:
    assert sorted(PACK) == sorted(shipped_scenarios())
    assert {policy for case in PACK.values() for policy in case.policies} == set(shipped_rule_sets())
    assert {path.stem for path in HERE.glob("*.json")} == PACK.keys()


if __name__ == "__main__":
    keep()
