"""`orderlab sweep`: the folder that it writes, that its points are plain runs, and what other commands make of it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from policies import shipped_rule_sets

pytestmark = pytest.mark.xdist_group("sweep")  # what its fixture plays is played once


KEY = "warehouses.shop.stations"
POINT = "nearest-shop.stations-2"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def swept(shop: Any) -> Any:
    """Return a desk with a small scenario and a finished sweep of it in `swept`, and what the command said."""
    desk, _ = shop
    command = ["sweep", "small.yaml", "-p", "nearest", "-p", "cheapest", "--vary", f"{KEY}=2", "-n", "2"]
    command += ["--set", "days=0.3", "--jobs", "1"]
    outcome = desk.orderlab(*command, "--journal", "all", "--out", "swept")
    assert outcome.code == 0, outcome.errors
    return desk, outcome


def test_a_sweep_writes_the_folder_of_a_run_and_its_own_table(swept: Any) -> None:
    desk, outcome = swept
    folder = desk.folder / "swept"
    names = [f"{policy}{end}" for policy in ("nearest", "cheapest") for end in ("", "-shop.stations-2")]
    assert {path.name for path in (folder / "journal").iterdir()} == set(names)
    assert {path.name for path in (folder / "policies").iterdir()} == {"nearest.yaml", "cheapest.yaml"}
    table = rows(folder / "sweep.csv")
    assert list(table[0])[:5] == ["policy", "of", KEY, "kpi", "unit"]
    assert list(dict.fromkeys(row["policy"] for row in table)) == names
    assert {(row["policy"], row[KEY]) for row in table if row["of"] == "cheapest"} == {
        ("cheapest", ""), ("cheapest-shop.stations-2", "2"),
    }  # fmt: skip
    summary = json.loads((folder / "summary.json").read_text())
    assert [point["policy"] for point in summary["sweep"]["points"]] == names
    # One named policy is the baseline of the comparison, whatever the policy of a point.
    assert {row["baseline"] for row in rows(folder / "comparison.csv")} == {"nearest"}
    assert "small - a small shop: 4 points, 2 replications" in outcome.output
    assert f"cheapest over {KEY}\n" in outcome.output
    assert "report: swept/report.html" in outcome.output


def test_a_point_is_to_the_byte_the_run_with_that_value(swept: Any) -> None:
    desk, _ = swept
    shutil.copy(shipped_rule_sets()["nearest"], desk.folder / f"{POINT}.yaml")
    command = ["run", "small.yaml", "-p", f"{POINT}.yaml", "-n", "2", "--set", f"{KEY}=2", "--journal", "all"]
    command += ["--set", "days=0.3", "--jobs", "1"]
    assert desk.orderlab(*command, "--out", "single").code == 0
    journals = sorted((desk.folder / "single" / "journal").rglob("*.parquet"))
    assert len(journals) > 10
    for path in journals:
        same = desk.folder / "swept" / path.relative_to(desk.folder / "single")
        assert path.read_bytes() == same.read_bytes(), path
    for table in ("kpis.csv", "reconciliation.csv"):
        lines = (desk.folder / "swept" / table).read_text().splitlines()
        of_point = [line for line in lines if line.startswith((f"{POINT},", "policy,"))]
        assert (desk.folder / "single" / table).read_text().splitlines() == of_point


def test_a_sweep_is_played_again_from_its_folder_with_any_jobs(swept: Any) -> None:
    desk, _ = swept
    again = desk.orderlab("again", "swept", "--out", "twice", "--jobs", "2")
    assert again.code == 0, again.errors
    assert "the same as swept, to the byte" in again.output


def test_an_order_of_a_point_is_explained_in_its_world(swept: Any) -> None:
    desk, _ = swept
    told = desk.orderlab("explain", "swept", "7", "-p", POINT, "-r", "1")
    assert told.code == 0, told.errors
    assert "shop" in told.output


def test_rules_are_dropped_and_one_key_is_changed_at_a_time(swept: Any) -> None:
    desk, _ = swept
    desk.write("two.yaml", "rules: [{name: barn first, sites: [barn]}, {sites: [shop], service: fastest}]\n")
    vary = ["--one-at-a-time", "--vary", "days=0.5", "--vary", "policy.rules.1.service=cheapest"]
    quick = ["-n", "1", "--jobs", "1", "--journal", "none", "--out", "worth"]
    outcome = desk.orderlab("sweep", "small.yaml", "-p", "two.yaml", "--drop-each-rule", *vary, *quick)
    assert outcome.code == 0, outcome.errors
    assert "Without rule 1 (barn first), two " in outcome.output
    assert "What each rule of two is worth: the set without it, minus the set with all" in outcome.output
    assert "two: swing of cost_per_order, USD/order, over each key, the others unchanged" in outcome.output
    table = rows(desk.folder / "worth" / "sweep.csv")
    assert list(dict.fromkeys(row["without_rule"] for row in table)) == ["", "1: barn first", "2"]
    played = {path.stem for path in (desk.folder / "worth" / "policies").iterdir()}
    assert played == {"two", "two-rules.service-cheapest", "two-without-rule-1", "two-without-rule-2"}


WRONG: dict[str, tuple[list[str], str]] = {
    "nothing to vary": ([], "--vary: is missing: KEY=V1,V2,..., or --drop-each-rule instead"),
    "a value that the scenario refuses": (
        ["--vary", f"{KEY}=2,many"],
        f"--vary {KEY}=many: {KEY}: value 'many': must be a whole number",
    ),
}


@pytest.mark.parametrize(("options", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_swept_is_said_in_a_sentence(swept: Any, options: list[str], said: str) -> None:
    desk, _ = swept
    outcome = desk.orderlab("sweep", "small.yaml", *options, "--out", "wrong")
    assert outcome.refuses() == [said]
    assert not (desk.folder / "wrong").exists()
