"""Same input, same bytes: however many processes there are, and whichever process it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

# Played once, by one worker. tests/execution has the quick part: one process, two, a cluster, killed and resumed.
pytestmark = [pytest.mark.theory, pytest.mark.xdist_group("same_bytes")]


SCENARIO = """\
name: both ends
start: 2026-03-07T00:00
timezone: America/New_York
warm_up_days: 0.5
days: 2
drain_days: 9
seed: 77
items: {generate: {count: 40}}
regions: [{id: here, at: [40, -74], share: 3}, {id: there, at: [34, -118]}]
segments: [{id: standard, promise_days: 3, late_penalty: 1.5}, {id: express, share: 0.2, promise_days: 1, priority: 0}]
demand: {orders_per_day: 150, lines_per_order: {1: 3, 2: 1, 3: 1}, units_per_line: {1: 4, 3: 1}}
warehouses:
  - {id: east, at: [41, -74], queue: priority, work_minutes: {per_shipment: {gamma: {mean: 9, cv: 1.1}}, per_line: 1},
     costs: {per_shipment: 2.1, storage_per_l_day: 0.01}, hours: {mon-sun: "06:00-23:00"}}
  - {id: west, at: [35, -118], timezone: America/Los_Angeles, work_minutes: {lognormal: {mean: 7, cv: 0.7}}}
stock: {opening: {units: 9}}
carriers:
  - id: post
    services:
      - {id: ground, pickups: ["17:00"], zones_km: [500], transit_days: [1.5, {gamma: {mean: 4, cv: 0.4}}],
         rates: {base: [6, 9], per_kg: 0.7}}
      - {id: air, transit_days: {lognormal: {mean: 1, cv: 0.3}}, rates: {base: 19}}
"""
POLICY = """\
from sim.policy import Allocation, Part, Wait

class Second:
    \"\"\"Ships from the warehouse that has most, an order in two calls.\"\"\"

    def allocate(self, order, network):
        line = order.open[0]
        site = int(network.available[order.items[line]].argmax())
        if network.available[order.items[line], site] < order.units[line]:
            return Allocation((), (Wait(order.open),))
        later = (Wait(order.open[1:], network.now + 600),) if order.open[1:] else ()
        return Allocation((Part(site, ((line, order.units[line]),)),), later)
"""
RUNS = {
    "one job": (["--jobs", "1"], "1"),
    "two jobs": (["--jobs", "2"], "2"),
    "one job, another process": (["--jobs", "1"], "3"),
}
REPLICATIONS = 3
POLICIES = ("nearest", "balanced", "Second")


@pytest.fixture(scope="module")
def results(tmp_path_factory: Any) -> Mapping[str, Path]:
    """Run the same command three times, each time in a process of its own with another hash seed."""
    folder = tmp_path_factory.mktemp("same")
    (folder / "both_ends.yaml").write_text(SCENARIO)
    (folder / "policy.py").write_text(POLICY)
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        "both_ends.yaml",
        "-n",
        str(REPLICATIONS),
        "--journal",
        "all",
    ]
    for policy in ("nearest", "balanced", "policy.py:Second"):
        command += ["-p", policy]
    processes = [
        subprocess.Popen(
            [*command, *options, "--out", name],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, (options, seed) in RUNS.items()
    ]
    for process in processes:
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        assert "report:" in output
    return {name: folder / name for name in RUNS}


def files(folder: Path) -> dict[str, bytes]:
    """Return what must be the same: the journals, and what was made of them."""
    found = sorted((folder / "journal").rglob("*.parquet"))
    found += [folder / name for name in ("kpis.csv", "comparison.csv", "reconciliation.csv", "summary.json")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize("name", [name for name in RUNS if name != "one job"])
def test_the_bytes_do_not_depend_on_jobs_or_on_the_process(results: Mapping[str, Path], name: str) -> None:
    one, other = files(results["one job"]), files(results[name])
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


def test_every_replication_of_every_policy_has_its_journal(results: Mapping[str, Path]) -> None:
    folders = {path.parent for path in (results["one job"] / "journal").rglob("orders.parquet")}
    expected = {f"{policy}/{number}" for policy in POLICIES for number in range(REPLICATIONS)}
    assert {f"{folder.parent.name}/{folder.name}" for folder in folders} == expected


@pytest.mark.parametrize("table", ["orders", "shipments", "decisions", "ledger", "warehouse_hours"])
def test_replications_are_distinct(results: Mapping[str, Path], table: str) -> None:
    journal = results["one job"] / "journal"
    for policy in POLICIES:
        contents = {
            (journal / policy / str(number) / f"{table}.parquet").read_bytes()
            for number in range(REPLICATIONS)
        }
        assert len(contents) == REPLICATIONS


def test_a_result_can_be_run_again_from_itself(results: Mapping[str, Path]) -> None:
    first = results["one job"]
    again = first.parent / "again"
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        str(first / "scenario.yaml"),
        "-n",
        str(REPLICATIONS),
        "--journal",
        "all",
    ]
    for policy in ("nearest.yaml", "balanced.yaml", "Second.py:Second"):
        command += ["-p", str(first / "policies" / policy)]
    found = subprocess.run([*command, "--out", str(again)], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    one, other = files(first), files(again)
    assert one.keys() == other.keys()
    for path in one:
        if path.endswith(".parquet"):  # beside its rows a journal says what its scenario was called
            assert pq.read_table(first / path).equals(pq.read_table(again / path)), path
    assert one["kpis.csv"] == other["kpis.csv"]
    assert one["comparison.csv"] == other["comparison.csv"]
