"""What each command does when all is well."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from reports.kpis import KPIS
from sim.journal import TABLES, Journal
from sim.scenario import load_scenario

pytestmark = pytest.mark.xdist_group("commands")  # what its fixture plays is played once


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_help_and_version(desk: Any) -> None:
    for option in ("-h", "--help"):
        outcome = desk.orderlab(option)
        assert outcome.code == 0
        for command in (
            "run",
            "report",
            "explain",
            "check",
            "validate",
            "new",
            "check-policy",
            "schema",
            "list",
            "import",
        ):
            assert f"\n  {command} " in outcome.output
    assert desk.orderlab("--version").output == f"orderlab {version('orderlab')}\n"


def test_a_run_writes_its_result_folder(shop: Any) -> None:
    desk, outcome = shop
    result = desk.folder / "result"
    assert {
        "kpis.csv",
        "comparison.csv",
        "reconciliation.csv",
        "summary.json",
        "report.html",
        "provenance.json",
        "scenario.yaml",
        "policies",
    } <= {path.name for path in result.iterdir()}
    assert not list(result.glob(".*"))
    assert str(Path("result") / "report.html") in outcome.output
    for name in ("nearest", "cheapest"):
        assert name in outcome.output
        assert (result / "policies" / f"{name}.yaml").exists()
        # The journal of the first replication is kept, and no other.
        assert {path.name for path in (result / "journal" / name).iterdir()} == {"0"}
        assert {path.stem for path in (result / "journal" / name / "0").iterdir()} == set(TABLES)


def test_tables_of_kpis_have_every_kpi_of_every_replication(shop: Any) -> None:
    desk, _ = shop
    found = rows(desk.folder / "result" / "kpis.csv")
    assert list(found[0]) == ["policy", "replication", "kpi", "unit", "value"]
    assert [(row["policy"], row["replication"], row["kpi"]) for row in found] == [
        (policy, str(number), kpi) for policy in ("nearest", "cheapest") for number in (0, 1) for kpi in KPIS
    ]
    comparison = rows(desk.folder / "result" / "comparison.csv")
    columns = [
        "kpi", "unit", "baseline", "policy", "n", "baseline_mean", "policy_mean", "difference", "low", "high",
        "p_value", "p_holm", "variance_reduction", "verdict",
    ]  # fmt: skip
    assert [name for name in comparison[0] if name in columns] == columns
    assert {(row["baseline"], row["policy"]) for row in comparison} == {("nearest", "cheapest")}
    assert {row["n"] for row in comparison if row["kpi"] == "cost_per_order"} == {"2"}
    json.loads((desk.folder / "result" / "summary.json").read_text())


def test_changes_of_the_command_line_are_in_the_copy_of_the_scenario(shop: Any) -> None:
    desk, _ = shop
    copy = load_scenario(desk.folder / "result" / "scenario.yaml")
    assert copy.demand.orders_per_day == 50
    assert copy.name == "a small shop"
    assert load_scenario(desk.folder / "small.yaml").demand.orders_per_day == 60


def test_provenance_says_where_a_result_comes_from(shop: Any) -> None:
    desk, _ = shop
    found = json.loads((desk.folder / "result" / "provenance.json").read_text())
    assert found["command"][:3] == ["orderlab", "run", "small.yaml"]
    assert found["seed"] == 1
    assert found["versions"]["orderlab"] == version("orderlab")
    assert {"numpy", "simpy", "python"} <= set(found["versions"])
    assert datetime.fromisoformat(found["started"]).tzinfo is not None
    assert set(found["hashes"]) == {"scenario.yaml", "policies/nearest.yaml", "policies/cheapest.yaml"}


def test_the_report_can_be_written_again(shop: Any) -> None:
    desk, _ = shop
    page = desk.folder / "result" / "report.html"
    before = page.read_text(encoding="utf-8")
    page.unlink()
    outcome = desk.orderlab("report", "result")
    assert (outcome.code, outcome.output) == (0, f"report: {Path('result') / 'report.html'}\n")
    assert page.read_text(encoding="utf-8") == before
    assert "a small shop" in before


def test_defaults_are_nearest_and_the_next_free_folder(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    (desk.folder / "runs" / "small-0001").mkdir(parents=True)
    options = ["--seed", "9", "--journal", "none", "--set", "days=0.2", "--quiet", "--jobs", "1"]
    outcome = desk.orderlab("run", "small.yaml", "-n", "1", *options)
    assert outcome.code == 0, outcome.errors
    result = desk.folder / "runs" / "small-0002"
    assert {row["policy"] for row in rows(result / "kpis.csv")} == {"nearest"}
    assert rows(result / "comparison.csv") == []
    assert not (result / "journal").exists()
    assert json.loads((result / "provenance.json").read_text())["seed"] == 9
    assert outcome.errors == ""
    assert "nearest" in outcome.output


def test_the_seed_decides_and_overwrite_replaces(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    command = ["run", "small.yaml", "-n", "1", "--out", "result", "--set", "days=0.2"]
    assert desk.orderlab(*command).code == 0
    first = (desk.folder / "result" / "kpis.csv").read_bytes()
    orders = Journal.open(desk.folder / "result" / "journal" / "nearest" / "0").table("orders")
    outcome = desk.orderlab(*command)
    assert "holds something already: choose another --out, or add --overwrite" in outcome.refuses()[0]
    assert desk.orderlab(*command, "--overwrite", "--seed", "2", "-p", "cheapest").code == 0
    result = desk.folder / "result"
    assert (result / "kpis.csv").read_bytes() != first
    assert {path.name for path in (result / "journal").iterdir()} == {"cheapest"}
    assert {path.name for path in (result / "policies").iterdir()} == {"cheapest.yaml"}
    later = Journal.open(result / "journal" / "cheapest" / "0").table("orders")
    assert not later.select(["placed_at"]).equals(orders.select(["placed_at"]))


def test_what_new_writes_is_valid_and_runs(desk: Any) -> None:
    outcome = desk.orderlab("new", "mine")
    assert outcome.code == 0
    assert outcome.output.splitlines()[-1].startswith("next: orderlab run ")
    assert {path.name for path in (desk.folder / "mine").iterdir()} == {"scenario.yaml", "rules.yaml"}
    checked = desk.orderlab("validate", "mine/scenario.yaml", "mine/rules.yaml")
    assert (checked.code, checked.errors) == (0, "")
    command = outcome.output.splitlines()[-1].removeprefix("next: orderlab ").split()
    ran = desk.orderlab(*command, "-n", "1", "--set", "days=1", "--out", "result")
    assert ran.code == 0, ran.errors
    assert {row["policy"] for row in rows(desk.folder / "result" / "kpis.csv")} == {"nearest", "rules"}
    again = desk.orderlab("new", "mine").refuses()
    assert len(again) == 2
    assert all("is there already" in line for line in again)


def test_lists_have_one_line_each(desk: Any) -> None:
    assert {line.split()[0] for line in desk.orderlab("list", "scenarios").output.splitlines()} >= {
        "hello",
        "us_parcel",
    }
    policies = {line.split()[0] for line in desk.orderlab("list", "policies").output.splitlines()}
    assert policies >= {"nearest", "cheapest", "fewest_shipments", "balanced"}
    kpis = desk.orderlab("list", "kpis").output.splitlines()
    assert [line.split()[0] for line in kpis] == list(KPIS)
    parts = desk.orderlab("list", "parts").output
    for part in (
        "is_up",
        "has_stock",
        "below_limit",
        "distance_km",
        "landed_cost",
        "backlog",
        "backorder",
        "cancel",
    ):
        assert f" {part} " in parts


@pytest.mark.parametrize(("kind", "file"), [("scenario", "scenario.yaml"), ("policy", "rules.yaml")])
def test_schemas_accept_what_new_writes(desk: Any, kind: str, file: str) -> None:
    outcome = desk.orderlab("schema", kind)
    schema = json.loads(outcome.output)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    desk.orderlab("new", ".")
    document = yaml.safe_load((desk.folder / file).read_text())
    validator = jsonschema.Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(json.loads(json.dumps(document)))] == []
    document["nonsense"] = 1
    assert not validator.is_valid(document)


def test_check_policy_says_how_it_examined(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    desk.write("shop_only.yaml", "rules: [{sites: [shop]}]\n")
    found = desk.orderlab("check-policy", "nearest")
    assert found.output.startswith("nearest keeps to its contract: 8 worlds, ")
    assert found.output.endswith(" bare events of the clock\n")
    found = desk.orderlab("check-policy", "shop_only.yaml", "--scenario", "small.yaml")
    assert found.output.startswith("shop_only keeps to its contract: 1 world, ")


def test_validate_tells_scenarios_from_rule_sets(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    outcome = desk.orderlab("validate", "small.yaml", "nearest", "hello")
    assert outcome.code == 0
    assert outcome.output.splitlines() == [
        "small.yaml: a scenario that is right, with 2 warehouses, 1 item, 2 regions",
        "nearest: a rule set that is right, with 1 rule",
        "hello: a scenario that is right, with 2 warehouses, 4 items, 3 regions",
    ]
    (line,) = desk.orderlab("validate", "nearst").refuses()
    assert line == "nearst: is neither a file, nor a shipped scenario or rule set; did you mean 'nearest'?"
