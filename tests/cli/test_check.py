"""`orderlab check`, as a pipeline runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from sim.cli.lab.experiment import Experiment

pytestmark = pytest.mark.xdist_group("check")  # what its fixture plays is played once


RULES = """\
name: mine
rules:
  - name: all from one place
    sites: [shop]
"""


@pytest.fixture(scope="module")
def gate(shop: Any) -> Any:
    """Return a desk with a baseline of four replications, and with results of what came after it."""
    desk, _ = shop
    world, rules = desk.folder / "small.yaml", desk.write("mine.yaml", RULES)

    def run(name: str, replications: int = 4, **others: Any) -> None:
        experiment = Experiment(world, [rules], replications=replications, **others)
        experiment.run(desk.folder / name, journal="none", jobs=1)

    for name in ("before", "dearer", "reseeded", "once", "changed", "once_changed"):
        (desk.folder / name).mkdir()
    run("before")
    run("dearer", changes=["warehouses.shop.costs.per_shipment=1.51"])
    run("reseeded", seed=9)
    run("once", 1)
    rules.write_text(RULES.replace("[shop]", "[barn]"))
    run("changed")
    run("once_changed", 1)
    for before, baseline in (("before", "kept/baseline.json"), ("once", "once.json")):
        assert desk.orderlab("check", before, "--save", baseline).code == 0
    return desk


@pytest.fixture
def inside(gate: Any, monkeypatch: pytest.MonkeyPatch, program: Any) -> Any:
    """Return the function that runs the check in this process."""
    monkeypatch.chdir(gate.folder)

    def check(*arguments: str) -> tuple[int, str, str]:
        outcome = program("check", *arguments)
        return outcome.code, outcome.output, outcome.errors

    return check


def test_saving_says_where(gate: Any) -> None:
    outcome = gate.orderlab("check", "before", "--save", "saved.json")
    assert (outcome.code, outcome.output, outcome.errors) == (0, "baseline: saved.json\n", "")
    assert (gate.folder / "saved.json").read_bytes() == (gate.folder / "kept" / "baseline.json").read_bytes()


def test_the_same_run_passes_and_has_nothing_to_tell(gate: Any) -> None:
    outcome = gate.orderlab("check", "before", "--baseline", "kept/baseline.json")
    assert (outcome.code, outcome.errors) == (0, "")
    assert "No regression: all " in outcome.output
    assert outcome.output.startswith("small: 1 policy against the baseline\n")


def test_other_order_books_pass_as_noise(gate: Any) -> None:
    outcome = gate.orderlab("check", "reseeded", "--baseline", "kept/baseline.json")
    assert outcome.code == 0
    assert "note: the baseline has seed 1, the result 9: they met other order books\n" in outcome.output
    assert "may be noise" in outcome.output


def test_a_cent_more_is_found_on_the_same_orders(gate: Any) -> None:
    outcome = gate.orderlab("check", "dearer", "--baseline", "kept/baseline.json")
    assert (outcome.code, outcome.errors) == (1, "")
    assert "note: scenario.yaml is not that of the baseline\n" in outcome.output
    (line,) = [line for line in outcome.output.splitlines() if "cost_per_order" in line]
    assert line.endswith("regression: worse")
    assert "Regression: 1 KPI of 6 judged got worse than allowed." in outcome.output


def test_a_regression_is_one_whether_or_not_anybody_reads_it(gate: Any) -> None:
    """The exit code used to be 0 where the reader was gone: a gate that is piped passed."""
    command = [sys.executable, "-m", "sim", "check", "dearer", "--baseline", "kept/baseline.json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=gate.folder)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=120) == 1
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_worse_rule_fails_and_every_form_says_so(gate: Any) -> None:
    outcome = gate.orderlab(
        "check",
        "changed",
        "--baseline",
        "kept/baseline.json",
        "--junit",
        "out/junit.xml",
        "--markdown",
        "out/check.md",
        "--report",
        "out/check.html",
    )
    assert (outcome.code, outcome.errors) == (1, "")
    assert "note: policies/mine.yaml is not that of the baseline\n" in outcome.output
    failed = [line.split()[1] for line in outcome.output.splitlines() if "regression: worse" in line]
    assert failed
    root = ElementTree.fromstring((gate.folder / "out" / "junit.xml").read_bytes())
    cases = root.findall("testsuite/testcase")
    assert [case.get("name") for case in cases if case.find("failure") is not None] == failed
    table = (gate.folder / "out" / "check.md").read_text(encoding="utf-8")
    assert [line.split(" | ")[1] for line in table.splitlines() if "regression: worse" in line] == failed
    page = (gate.folder / "out" / "check.html").read_text(encoding="utf-8")
    rows = [row for row in page.split("<tr>") if "regression: worse" in row]
    assert [row.split('data-kpi="')[1].split('"')[0] for row in rows] == failed


def test_a_bound_lets_a_change_pass_and_is_kept_with_the_baseline(gate: Any, inside: Any) -> None:
    assert inside("before", "--save", "bounded.json", "--bound", "cost_per_order=1%")[0] == 0
    assert json.loads((gate.folder / "bounded.json").read_text())["bounds"] == {"cost_per_order": "1%"}
    code, output, _ = inside("dearer", "--baseline", "bounded.json")
    assert code == 0
    assert "worse, within the bound of 1% of the baseline" in output
    code, output, _ = inside("dearer", "--baseline", "bounded.json", "--bound", "cost_per_order=0.001")
    assert code == 1
    assert "worse, beyond the bound of 0.001 USD/order" in output


def test_other_numbers_from_the_same_inputs_are_told_however_small(gate: Any) -> None:
    shutil.copytree(gate.folder / "before", gate.folder / "touched")
    kpis = gate.folder / "touched" / "kpis.csv"
    lines = kpis.read_text().splitlines()
    for place, line in enumerate(lines):
        if line.startswith(("mine,0,cost_per_order,", "mine,0,queue_mean_min,")):
            kept, _, value = line.rpartition(",")
            lines[place] = f"{kept},{float(value) + (1e-5 if 'cost' in line else -1e-5)!r}"
    kpis.write_text("\n".join(lines) + "\n")
    outcome = gate.orderlab("check", "touched", "--baseline", "kept/baseline.json")
    assert outcome.code == 1
    words = {
        line.split()[1]: line.split("–")[-1].strip()
        for line in outcome.output.splitlines()
        if line.startswith("mine")
    }
    assert words == {"cost_per_order": "regression: worse", "queue_mean_min": "better"}


WRONG: dict[str, tuple[list[str], str]] = {
    "nothing to do": (["before"], "One of --save FILE and --baseline FILE is needed, and not both."),
    "both": (["before", "--save", "a", "--baseline", "b"], "One of --save FILE and --baseline FILE is needed, and not both."),
    "a table of nothing": (["before", "--save", "a", "--junit", "b"], "they need --baseline FILE"),
    "no such folder": (["nowhere", "--save", "a"], "nowhere: not a result folder: it has no kpis.csv"),
    "no such baseline": (["before", "--baseline", "nowhere.json"], "nowhere.json: cannot be read: No such file"),
    "a baseline that is none": (["before", "--baseline", "mine.yaml"], "mine.yaml: is not a baseline: Invalid JSON"),
    "a mistyped KPI": (
        ["before", "--baseline", "kept/baseline.json", "--bound", "cost_per_ordr=1"],
        "--bound: value 'cost_per_ordr': is no KPI (orderlab list kpis); did you mean 'cost_per_order'?",
    ),
    "a policy that is not there": (
        ["result", "--baseline", "kept/baseline.json"],
        "kept/baseline.json: policies.mine: result has no such policy",
    ),
    "too little to judge": (
        ["once_changed", "--baseline", "once.json"],
        "once_changed: has too few replications to judge cost_per_order of mine, lead_time_mean_h of mine",
    ),
    "a place that is a file": (["before", "--save", "mine.yaml/b.json"], "mine.yaml: File exists"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_compared_is_refused(gate: Any, inside: Any, name: str) -> None:
    arguments, message = WRONG[name]
    before = gate.names()
    code, output, errors = inside(*arguments)
    assert (code, output) == (2, "")
    lines = errors.splitlines()
    assert message in lines[-1]
    assert len(lines) == 1 or lines[0].startswith("Usage: orderlab")
    assert gate.names() == before


def test_a_copy_that_was_edited_after_the_run_is_told(gate: Any, inside: Any) -> None:
    shutil.copytree(gate.folder / "before", gate.folder / "edited")
    with (gate.folder / "edited" / "scenario.yaml").open("a") as file:
        file.write("# a note\n")
    for asked in (["--baseline", "kept/baseline.json"], ["--save", "of_edited.json"]):
        code, _, errors = inside("edited", *asked)
        assert (code, errors) == (0, "warning: scenario.yaml has changed since the run\n")


def test_a_baseline_of_another_scenario_is_refused(gate: Any) -> None:
    text = (gate.folder / "kept" / "baseline.json").read_text()
    gate.write("other.json", text.replace('"scenario": "small"', '"scenario": "large"'))
    lines = gate.orderlab("check", "before", "--baseline", "other.json").refuses()
    assert lines == ["other.json: scenario: value 'large': is not that of before, which is small"]


def test_the_result_folder_is_left_as_it_was(gate: Any, inside: Any) -> None:
    def files(folder: Path) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    before = files(gate.folder / "before")
    inside("before", "--baseline", "kept/baseline.json")
    assert files(gate.folder / "before") == before
