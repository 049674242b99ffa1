"""The scenario pack: every shipped scenario, cut short, gives the numbers and the journals that are kept beside this file.

    make baselines          keeps those of today; the change of a line is for review
    make versions           compares them on other Pythons, with the oldest and the newest packages

One scenario more has every key that there is. It is how a change of the engine, of a scenario or of a rule set shows
what it does to all the others: the numbers say how much, and digests of the first replication's journals whether any
second, cent, metre or gram is another one.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from policies import shipped_rule_sets
from reports.gates.baseline import baseline_of, read_baseline, write_baseline
from reports.gates.gate import check
from reports.gates.texts import check_text
from sim.cli.lab.experiment import Experiment
from sim.journal import TABLES, Journal
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
    "every_key": Case(
        ["everything"], ["start=2026-01-13T00:00", "warm_up_days=0", "days=3", "demand.orders_per_day=200"]
    ),
}
NOT_SHIPPED = {"every_key": HERE.parent / "scenario" / "every_key.yaml"}


WHOLE = {"money": 100, "kg": 1_000, "km": 1_000, "days": 86_400, "float": 10**9}
"""In how many parts a number is told: cents, grams, metres, seconds. Margins, backlogs and litres are to 1e-9."""

Digests = dict[str, dict[str, int | str]]
"""By "policy/table" the number of rows, and by column what `digest` says."""


def play(scenario: str, folder: Path) -> None:
    """Write the result of a case into a folder."""
    case = PACK[scenario]
    world = NOT_SHIPPED.get(scenario, scenario)
    experiment = Experiment(world, case.policies, replications=REPLICATIONS, changes=case.changes)
    experiment.run(folder, journal="first", jobs=1)


def digest(values: pa.ChunkedArray, kind: str) -> str:
    """Return a digest of what a column says, however Arrow and Parquet store it; `kind` is that of `TABLES`."""
    if pa.types.is_dictionary(values.type) or pa.types.is_string(values.type):
        told = json.dumps(np.asarray(values.cast(pa.utf8())).tolist()).encode()
    else:
        if kind in WHOLE:
            numbers = np.rint(np.asarray(values.fill_null(0.0)) * WHOLE[kind])
        else:
            numbers = np.asarray(values.cast(pa.int64()).fill_null(0))
        told = np.asarray(values.is_null()).tobytes() + numbers.astype("<i8").tobytes()
    return hashlib.sha256(told).hexdigest()[:8]


def digests_of(folder: Path) -> Digests:
    """Return the digests of the journals in a result folder."""
    found: Digests = {}
    for place in sorted((folder / "journal").glob("*/0")):
        for name, columns in TABLES.items():
            table = Journal.open(place).table(name)
            each = {column: digest(table[column], kind) for column, kind in columns.items()}
            found[f"{place.parent.name}/{name}"] = {"rows": table.num_rows, **each}
    return found


def differing(before: Digests, now: Digests) -> list[str]:
    """Tell the tables that are not what they were, and in which columns."""
    found = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, {}), now.get(name, {})
        columns = [column for column in old | new if old.get(column) != new.get(column)]
        if columns:
            found.append(f"{name}: {', '.join(columns)}")
    return found


def numbers_file(scenario: str) -> Path:
    """Return the file that keeps the numbers of a case."""
    return HERE / f"{scenario}.json"


def digests_file(scenario: str) -> Path:
    """Return the file that keeps the digests of a case."""
    return HERE / "journals" / f"{scenario}.json"


def keep() -> None:
    """Play every case and keep what it says."""
    for scenario in PACK:
        with tempfile.TemporaryDirectory() as folder:
            play(scenario, Path(folder))
            write_baseline(numbers_file(scenario), baseline_of(Path(folder)))
            lines = [
                f" {json.dumps(name)}: {json.dumps(of)}" for name, of in digests_of(Path(folder)).items()
            ]
        digests_file(scenario).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        sys.stdout.write(f"{scenario}\n")


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"pack {name}")) for name in PACK],
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return a scenario and the result of its case, which is played once."""
    folder = tmp_path_factory.mktemp(request.param)
    play(request.param, folder)
    return request.param, folder


def test_a_shipped_scenario_gives_the_numbers_that_are_kept(case: tuple[str, Path]) -> None:
    scenario, folder = case
    before, now = read_baseline(numbers_file(scenario)), baseline_of(folder)
    # The numbers are what counts here, whatever the copies of the inputs look like by now.
    now = now.model_copy(update={"version": before.version, "hashes": before.hashes})
    found = check(before, now, numbers_file(scenario), folder)
    assert all(change.same for change in found.changes), (
        f"{check_text(found)}\nIf that is meant: make baselines"
    )
    assert all(change.exact for change in found.changes)


def test_a_shipped_scenario_gives_the_journals_that_are_kept(case: tuple[str, Path]) -> None:
    scenario, folder = case
    found = differing(json.loads(digests_file(scenario).read_text(encoding="utf-8")), digests_of(folder))
    assert not found, f"{'; '.join(found)}\nIf that is meant: make baselines"


def test_every_shipped_scenario_and_rule_set_is_in_the_pack() -> None:
    assert PACK.keys() - NOT_SHIPPED.keys() == set(shipped_scenarios())
    assert {policy for case in PACK.values() for policy in case.policies} == set(shipped_rule_sets())
    for keeps in (numbers_file, digests_file):
        assert {path.stem for path in keeps("any").parent.glob("*.json")} == PACK.keys()


if __name__ == "__main__":
    keep()
