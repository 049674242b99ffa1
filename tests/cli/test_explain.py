"""`orderlab explain`: the life of one order of a result, and why it was decided as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from policies import build_policy, read_policies
from sim.cli.explain import explain_command
from sim.errors import InputError
from sim.execution.story import TABLES, tell
from sim.journal import Journal
from sim.policy import Allocation, Part, Request
from sim.scenario import load_scenario
from sim.view.network import Network

pytestmark = pytest.mark.xdist_group("explain")  # what its fixture plays is played once


POLICY = """\
from sim import Allocation, Part

class Mine:
    def allocate(self, order, network):
        return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))

Other = Mine
"""


def test_the_replication_is_the_one_that_was_asked_for_also_where_each_policy_has_books_of_its_own(
    desk: Any, small: str
) -> None:
    desk.write("small.yaml", small)
    run = ["run", "small.yaml", "-p", "nearest", "-p", "cheapest", "-n", "2", "--independent", "--out", "own"]
    assert desk.orderlab(*run, "--jobs", "1", "--quiet").code == 0
    found = desk.orderlab("explain", "own", "1", "-p", "cheapest", "-r", "1")
    assert found.output.splitlines()[0] == 'order 1 of "a small shop" (policy cheapest, replication 1)'


def test_it_tells_the_life_of_an_order_and_the_reasons_of_its_decision(shop: Any) -> None:
    desk, _ = shop
    found = desk.orderlab("explain", "result", "3")
    assert (found.code, found.errors) == (0, "")
    lines = found.output.splitlines()
    assert lines[0] == 'order 3 of "a small shop" (policy nearest, replication 0)'
    text = found.output
    assert "decision 1, because the order was placed" in text
    assert 'rule "every line from the nearest that has it", asked about 1 tin' in text
    assert "next best: " in text
    assert "(distance_km)" in text
    for word in ("is packed", "is picked up by parcel", "is delivered", "money, USD", "freight"):
        assert word in text
    moments = [line[:19] for line in lines if line[:4] == "2026"]
    assert moments == sorted(moments)


def test_the_same_as_data_agrees_with_the_journal_that_was_kept(shop: Any, capsys: Any) -> None:
    desk, _ = shop
    result = str(desk.folder / "result")
    for policy in ("nearest", "cheapest"):
        story = json.loads(told(capsys, result, "7", "-p", policy, "--format", "json"))
        journal = Journal.open(desk.folder / "result" / "journal" / policy / "0")
        (shipment,) = [row for row in journal.table("shipments").to_pylist() if row["order"] == "7"]
        (order,) = [row for row in journal.table("orders").to_pylist() if row["order"] == "7"]
        assert story["policy"] == policy
        assert story["order"]["delivered_at"] == order["delivered_at"].isoformat(timespec="seconds")
        assert story["shipments"][0]["cost_freight"] == shipment["cost_freight"]
        (decision,) = story["decisions"]
        assert decision["cause"] == "placed"
        assert decision["parts"][0]["warehouse"] == shipment["warehouse"]
        (rule,) = decision["rules"]
        candidates = rule["comparisons"][0]["candidates"]
        assert {candidate["warehouse"] for candidate in candidates} == {"shop", "barn"}
        assert candidates[0]["warehouse"] == rule["comparisons"][0]["chosen"] == decision["chosen"]
        keys = {entry["key"] for entry in candidates[0]["keys"]}
        assert keys == (
            {"distance_km", "fewest_shipments", "site_id"} if policy == "nearest" else {"landed_cost", "sum"}
        )


def test_the_folder_alone_will_do_also_for_a_replication_without_a_journal(
    shop: Any, tmp_path: Path, capsys: Any
) -> None:
    desk, _ = shop
    copy = tmp_path / "copy"
    shutil.copytree(desk.folder / "result", copy, ignore=shutil.ignore_patterns("journal", "*.csv", "*.html"))
    assert "(policy cheapest, replication 1)" in told(
        capsys, str(copy), "3", "--replication", "1", "-p", "cheapest"
    )
    (copy / "scenario.yaml").write_text((copy / "scenario.yaml").read_text() + "# a remark\n")
    explain_command.main([str(copy), "3"], standalone_mode=False)
    assert capsys.readouterr().err == "warning: scenario.yaml has changed since the run\n"


def test_a_policy_in_python_is_explained_as_far_as_it_explains_itself(
    desk: Any, small: str, capsys: Any
) -> None:
    desk.write("small.yaml", small)
    desk.write("mine.py", POLICY)
    command = [
        "run",
        "small.yaml",
        "-p",
        "mine.py:Mine",
        "-p",
        "mine.py:Mine",
        "-p",
        "mine.py:Other",
        "-n",
        "1",
    ]
    assert desk.orderlab(*command, "--out", "result", "--set", "days=0.2", "--quiet").code == 0
    for name in ("Mine", "Mine-2", "Other"):
        code = desk.folder / "result" / "policies" / f"{name}.py"
        note = f"note: this runs the code of {code}\n"
        text = told(capsys, str(desk.folder / "result"), "1", "-p", name, warned=note)
        assert f"policy {name}, replication 0" in text
        assert f"{name}.py gives no reasons" in text
        assert "→ 1 tin: leaves shop" in text


def told(capsys: Any, *arguments: str, warned: str = "") -> str:
    """Return what the command says, with nothing else to warn of."""
    explain_command.main(list(arguments), standalone_mode=False)
    found = capsys.readouterr()
    assert found.err == warned
    return str(found.out)


def test_an_order_is_told_in_every_form(shop: Any, capsys: Any) -> None:
    desk, _ = shop
    result = str(desk.folder / "result")
    for form, start in {
        "table": 'order 3 of "a small shop" (policy nearest, replication 0)\n',
        "markdown": '## Order 3 of "a small shop" (policy nearest, replication 0)\n',
        "json": '{\n "scenario": ',
        "csv": "decision,at,cause,rule,lines,warehouse,has,asked,",
        "html": "<!doctype html>\n",
    }.items():
        text = told(capsys, result, "3", "--format", form)
        assert text.startswith(start)
        assert text == told(capsys, result, "3", "--format", form)
    assert desk.orderlab("explain", "result", "3", "--format", "xlsx").code == 2


def test_what_an_order_left_is_what_its_books_say(shop: Any, capsys: Any) -> None:
    desk, _ = shop
    result = desk.folder / "result"
    row = next(
        row
        for row in Journal.open(result / "journal" / "nearest" / "0").table("orders").to_pylist()
        if row["order"] == "3"
    )
    costs = ("freight", "handling", "late", "returns", "payment", "care", "goods")
    left = row["revenue"] - row["refunded"] - sum(row[f"cost_{name}"] for name in costs)
    last = told(capsys, str(result), "3").splitlines()[-1]
    assert last.split() == ["left", f"{left:+.2f}"]


WRONG = {
    "no such policy": (
        ["1", "-p", "nearst"],
        "--policy: value 'nearst': is none of the policies: nearest, cheapest",
    ),
    "no such replication": (["1", "-r", "2"], "--replication: value '2': must be 0 to 1, as in the run"),
    "a replication before the first": (["1", "-r", "-1"], "--replication: value '-1': must be 0 to 1"),
    "no number": (["first"], "first: is no order: drawn orders are numbered from 1"),
    "no order 0": (["0"], "0: is no order: drawn orders are numbered from 1"),
    "an order that was never placed": (["99999"], "99999: is no order of replication 0, which places "),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_there_is_told_in_one_line(shop: Any, name: str) -> None:
    desk, _ = shop
    arguments, message = WRONG[name]
    (problem,) = refused([str(desk.folder / "result"), *arguments])
    assert problem.startswith(message)


def test_a_folder_that_is_no_result_is_told(tmp_path: Path) -> None:
    assert refused([str(tmp_path), "1"]) == [f"{tmp_path}: not a result folder: it has no provenance.json"]
    (tmp_path / "provenance.json").write_text('{"settings": {"policies": []}}')
    assert refused([str(tmp_path), "1"]) == [
        f"{tmp_path / 'provenance.json'}: settings.scenario: is not what a run wrote"
    ]


def refused(arguments: list[str]) -> list[str]:
    """Return what is said of arguments that cannot be used."""
    with pytest.raises(InputError) as caught:
        explain_command.main(arguments, standalone_mode=False)
    return str(caught.value).splitlines()


def test_orders_of_a_replay_are_named_as_recorded(counter_world: Any) -> None:
    scenario, policy = counter_world
    story = tell(scenario, policy, "B-2", name="nearest")
    assert [row["order"] for table in TABLES for row in story.rows[table]] == ["B-2"] * sum(
        map(len, story.rows.values())
    )
    with pytest.raises(Exception, match=r"B-3: is none of the recorded orders; did you mean 'B-2'\?"):
        tell(scenario, policy, "B-3")


def test_the_replay_ends_with_the_order(counter_world: Any) -> None:
    scenario, _ = counter_world
    asked = []

    class Listed:
        def allocate(self, order: Request, network: Network) -> Allocation:
            asked.append(order.order)
            return Allocation((Part(0, ((0, order.units[0]),)),))

    story = tell(scenario, Listed(), "A-1")
    assert asked == [0]
    assert story.rows["orders"][0]["state"] == "delivered"


@pytest.fixture
def counter_world(tmp_path: Path) -> Any:
    """Return a scenario of three recorded orders, a day apart, and a policy."""
    (tmp_path / "orders.csv").write_text(
        "order,placed_at,region,item,units\nA-1,2026-01-05T10:00,here,tin,1\nB-2,2026-01-06T10:00,here,tin,2\n"
        "C-9,2026-01-07T10:00,here,tin,1\n"
    )
    (tmp_path / "world.yaml").write_text(
        "items: [{id: tin}]\nregions: [{id: here, at: [0, 0]}]\ndemand: {replay: orders.csv}\n"
        "warehouses: [{id: shop, at: [0, 0]}]\ncarriers: [{id: post, services: [{id: parcel}]}]\n"
    )
    scenario = load_scenario(tmp_path / "world.yaml")
    (source,) = read_policies(["nearest"], scenario)
    return scenario, build_policy(source, scenario)
