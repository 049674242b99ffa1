"""`orderlab diff`: which orders two policies of a result decided differently, what that did to them, and why."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sim import Experiment
from sim.cli.diff import diff_command
from sim.errors import InputError
from sim.journal import Journal

pytestmark = pytest.mark.xdist_group("diff")  # what its fixture plays is played once


def told(capsys: Any, *arguments: str | Path) -> str:
    """Return what the command says, with nothing to warn of."""
    diff_command.main(list(map(str, arguments)), standalone_mode=False)
    found = capsys.readouterr()
    assert found.err == ""
    return str(found.out)


@pytest.fixture(scope="module")
def result(tmp_path_factory: Any, small: str) -> Path:
    """Return a finished result of which the journals of replication 0 were kept.

    The barn is cheaper for all, and farther for those who live here.
    """
    folder: Path = tmp_path_factory.mktemp("diff")
    world = small.replace("orders_per_day: 60", "orders_per_day: 50").replace("[4, 6]", "[4, 4.2]")
    (folder / "world.yaml").write_text(world)
    Experiment(folder / "world.yaml", ["nearest", "cheapest"], replications=2).run(folder / "result", jobs=1)
    return folder / "result"


def test_it_agrees_with_the_journals_order_by_order(result: Path, capsys: Any) -> None:
    content = json.loads(told(capsys, result, "nearest", "cheapest", "--format", "json", "--told", "3"))
    sites, costs = [], []
    for policy in ("nearest", "cheapest"):
        journal = Journal.open(result / "journal" / policy / "0")
        # Orders of this shop have one line, so that each leaves in one parcel.
        parcels = [row for row in journal.table("shipments").to_pylist() if row["counted"]]
        sites.append({row["order"]: row["warehouse"] for row in parcels})
        costs.append(
            {
                row["order"]: sum(
                    value for key, value in row.items() if key.startswith("cost_") and key != "cost_goods"
                )
                for row in journal.table("orders").to_pylist()
                if row["counted"]
            }
        )
    differently = {order for order in sites[0] if sites[0][order] != sites[1][order]}
    assert 0 < len(differently) == content["differently"] < content["orders"] == len(sites[0])
    groups = {group["group"]: group for group in content["groups"]}
    assert groups["warehouses"]["orders"] == len(differently)
    assert groups["differently"]["cost_difference"] == pytest.approx(
        sum(costs[1][order] - costs[0][order] for order in differently)
    )
    assert groups["all"]["cost_difference"] == pytest.approx(sum(costs[1].values()) - sum(costs[0].values()))
    assert len(content["told"]) == 3
    for order in content["told"]:
        assert order["order"] in differently
        for story, name, there in zip(order["stories"], ("nearest", "cheapest"), sites, strict=True):
            assert (story["policy"], story["order"]["order"]) == (name, order["order"])
            (decision,) = story["decisions"]
            assert decision["chosen"] == there[order["order"]]
            (rule,) = decision["rules"]
            candidates = rule["comparisons"][0]["candidates"]
            assert {candidate["warehouse"] for candidate in candidates} == {"shop", "barn"}
            assert rule["runner_up"] != [decision["chosen"]]


def test_the_terminal_is_told_how_many_what_it_did_and_why(result: Path, capsys: Any) -> None:
    text = told(capsys, result, "nearest", "cheapest")
    assert text.startswith("cheapest against nearest in a small shop, replication 0\n\ncheapest decided ")
    for part in (
        "differently from nearest.",
        "What that did: cheapest minus nearest",
        "decided alike",
        "The orders that differ most in money: nearest → cheapest",
        "they explain, and prove nothing",
        "(policy nearest, replication 0)",
        "(policy cheapest, replication 0)",
        "next best: ",
    ):
        assert part in text
    assert text.count("decision 1, because the order was placed") == 4
    assert "decision" not in told(capsys, result, "nearest", "cheapest", "--told", "0").partition("Cost:")[2]


def test_every_form_says_the_same(result: Path, capsys: Any) -> None:
    content = json.loads(told(capsys, result, "nearest", "cheapest", "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(told(capsys, result, "nearest", "cheapest", "--format", "csv"))))
    assert len(rows) == content["differently"]
    most = content["most_by_cost"][0]
    (row,) = [row for row in rows if row["order"] == most["order"]]
    assert float(row["cost difference"]) == most["cost_difference"]
    assert [row["sent, nearest"], row["sent, cheapest"]] == most["routes"]
    markdown = told(capsys, result, "nearest", "cheapest", "--format", "markdown")
    assert markdown.startswith("# cheapest against nearest in a small shop, replication 0\n")
    assert f"\n## Order {content['told'][0]['order']}, " in markdown
    page = told(capsys, result, "nearest", "cheapest", "--format", "html")
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    for order in content["told"]:
        assert f"<summary>Order {order['order']}, " in page


def test_turned_round_it_says_the_opposite(result: Path, capsys: Any) -> None:
    one, other = (
        json.loads(told(capsys, result, *names, "--format", "json", "--told", "0"))
        for names in (("nearest", "cheapest"), ("cheapest", "nearest"))
    )
    assert one["differently"] == other["differently"]
    for ours, theirs in zip(one["groups"], other["groups"], strict=True):
        assert ours["cost_difference"] == -theirs["cost_difference"]
        assert ours["late"] == theirs["late"][::-1]


def test_without_journals_both_play_the_replication_again(result: Path, tmp_path: Path, capsys: Any) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(result, copy, ignore=shutil.ignore_patterns("journal", "*.csv", "*.html"))
    arguments = ["nearest", "cheapest", "--format", "json"]
    assert told(capsys, copy, *arguments) == told(capsys, result, *arguments)
    second = json.loads(told(capsys, result, *arguments, "--replication", "1"))  # whose journal was not kept
    assert second["replication"] == 1
    assert [story["replication"] for order in second["told"] for story in order["stories"]] == [1] * 4
    (copy / "scenario.yaml").write_text((copy / "scenario.yaml").read_text() + "# a remark\n")
    diff_command.main([str(copy), *arguments], standalone_mode=False)
    assert capsys.readouterr().err == "warning: scenario.yaml has changed since the run\n"


WRONG = {
    "no such baseline": (
        ["nearst", "cheapest"],
        "POLICY_A: value 'nearst': is none of the policies: nearest, cheapest",
    ),
    "no such policy": (
        ["nearest", "cheap"],
        "POLICY_B: value 'cheap': is none of the policies: nearest, cheapest",
    ),
    "the same twice": (["nearest", "nearest"], "POLICY_B: value 'nearest': is the same as POLICY_A"),
    "no such replication": (["nearest", "cheapest", "-r", "2"], "--replication: value '2': must be 0 to 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_there_is_told_in_one_line(result: Path, name: str) -> None:
    arguments, message = WRONG[name]
    with pytest.raises(InputError) as caught:
        diff_command.main([str(result), *arguments], standalone_mode=False)
    (problem,) = str(caught.value).splitlines()
    assert problem.startswith(message)


@pytest.mark.parametrize("table", ["orders", "ledger"])
def test_a_damaged_journal_is_told_in_one_line(result: Path, tmp_path: Path, table: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(result, copy)
    (copy / "journal" / "cheapest" / "0" / f"{table}.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError) as caught:
        diff_command.main([str(copy), "nearest", "cheapest"], standalone_mode=False)
    (problem,) = str(caught.value).splitlines()
    assert problem.startswith(f"{copy / 'journal' / 'cheapest' / '0' / table}.parquet: cannot be read: ")


def test_policies_that_met_other_customers_are_not_compared(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    command = ["run", "small.yaml", "-p", "nearest", "-p", "cheapest", "-n", "1", "--independent", "--quiet"]
    assert desk.orderlab(*command, "--set", "days=0.2", "--out", "result").code == 0
    assert "explanations.json" not in {path.name for path in (desk.folder / "result").iterdir()}
    (said,) = desk.orderlab("diff", "result", "nearest", "cheapest").refuses()
    assert said == "result: the two did not meet the same orders, which cannot be compared one by one"
