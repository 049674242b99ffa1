"""What the program says when the user, a file or a policy is at fault: one clear message, no traceback, exit code 2."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

MINE = """\
from sim.policy import Allocation, Part

class Greedy:
    def allocate(self, order, network):
        return Allocation((Part(0, ((0, 99),)),))

class Reckless:
    def allocate(self, order, network):
        return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))

class Broken:
    def allocate(self, order, network):
        return order.no_such_thing

class Needy:
    def __init__(self, argument):
        pass

class Idle:
    pass
"""


@pytest.fixture
def small_desk(desk: Any, small: str) -> Any:
    """Return a desk with a small scenario and some policies."""
    desk.write("small.yaml", small)
    desk.write("mine.py", MINE)
    desk.write("rules.yaml", "rules: [{name: nearest}]")
    desk.write("shop/scenario.yaml", small)
    desk.write("shop/result/kpis.csv", "")
    return desk


WRONG_COMMANDS: dict[str, tuple[list[str], str]] = {
    "no such scenario": (["run", "nowhere.yaml"], "nowhere.yaml: is neither a file nor a shipped scenario"),
    "a mistyped scenario": (["run", "helo"], "helo: is neither a file nor a shipped scenario; did you mean 'hello'?"),
    "no such policy": (
        ["run", "small.yaml", "-p", "nearst"],
        "nearst: is neither a file, nor a shipped rule set, nor file.py:Class; did you mean 'nearest'?",
    ),
    "a mistyped key": (
        ["run", "small.yaml", "--set", "dais=2"],
        "--set dais=2: dais: is not a key here; did you mean 'days'?",
    ),
    "a mistyped id in a key": (
        ["run", "small.yaml", "--set", "warehouses.shp.stations=2"],
        "--set warehouses.shp.stations=2: warehouses.shp: is not in the list; did you mean 'shop'?",
    ),
    "an id where its list stands": (
        ["run", "small.yaml", "--set", "shop.stations=2"],
        "--set shop.stations=2: shop: is not a key here; did you mean 'warehouses.shop'?",
    ),
    "several values at once": (
        ["run", "small.yaml", "--set", "warehouses.shop.stations=1 2"],
        "warehouses.shop.stations: value '1 2': must be a whole number, in digits only",
    ),
    "a date as people write it": (
        ["run", "small.yaml", "--set", "start=11/23/2026"],
        "start: value '11/23/2026': must be a date and time such as 2026-01-05T08:00",
    ),
    "a change without a value": (["run", "small.yaml", "--set", "days"], "--set days: must be KEY=VALUE"),
    "no such baseline": (
        ["run", "small.yaml", "--baseline", "cheapst", "-p", "cheapest"],
        "baseline: value 'cheapst': is none of the policies: cheapest; did you mean 'cheapest'?",
    ),
    "no such class": (
        ["run", "small.yaml", "-p", "mine.py:Gredy"],
        "policy Gredy: mine.py has no class Gredy; did you mean 'Greedy'?",
    ),
    "no such Python file": (["run", "small.yaml", "-p", "yours.py:Greedy"], "yours.py: cannot be read"),
    "a class that needs arguments": (
        ["run", "small.yaml", "-p", "mine.py:Needy"],
        "policy Needy: Needy() raised TypeError",
    ),
    "a class that does not decide": (
        ["run", "small.yaml", "-p", "mine.py:Idle"],
        "policy Idle: Idle has no allocate(order, network)",
    ),
    "a policy that promises too much": (
        ["run", "small.yaml", "-p", "mine.py:Greedy", "-n", "1"],
        "policy Greedy, order 1, line 0, warehouse shop: 99 units, of 1 that are left to place",
    ),
    "a policy that fails, in a worker": (
        ["run", "small.yaml", "-p", "mine.py:Broken", "-n", "2", "--jobs", "2"],
        "policy Broken, order 1: raised AttributeError: 'Request' object has no attribute 'no_such_thing'",
    ),
    "a policy file that is none": (["check-policy", "nearst"], "did you mean 'nearest'?"),
    "a result folder that is none": (["report", "."], "not a result folder"),
    "a file for a folder": (["run", "small.yaml", "--out", "mine.py"], "mine.py: is a file; a result needs a folder"),
    "a folder that holds something": (["run", "small.yaml", "--out", "."], "holds something already"),
    "a folder that is no result": (["run", "small.yaml", "--out", ".", "--overwrite"], "is not a result folder"),
    "a policy for a scenario": (["run", "nearest"], "nor a shipped scenario (orderlab list scenarios)"),
    "a scenario for a policy": (["run", "small.yaml", "-p", "hello"], "hello: is a scenario, which is named before"),
    "a file for the other": (["run", "small.yaml", "-p", "small.yaml"], "small.yaml: is a scenario, and not a rule set"),
    "a rule set for a scenario": (["run", "rules.yaml"], "rules.yaml: is a rule set, and not a scenario: it is named by -p"),
    "a mistyped file": (["run", "smal.yml"], "did you mean 'small.yaml'?"),
    "a mistyped file of rules": (["run", "small.yaml", "-p", "rule.yaml"], "did you mean 'rules.yaml'?"),
    "a folder for a scenario": (["run", "shop"], "shop: is a folder; did you mean 'shop/scenario.yaml'?"),
    "a folder to validate": (["validate", "shop"], "shop: is a folder; did you mean 'shop/scenario.yaml'?"),
    "a scenario for a command": (["hello"], "No such command 'hello'. Did you mean 'orderlab run hello'?"),
    "two policies in one option": (
        ["run", "small.yaml", "-p", "nearest", "cheapest"],
        "Every policy takes a -p of its own, such as -p nearest -p cheapest",
    ),
    "two policies in one word": (["run", "small.yaml", "-p", "nearest,cheapest"], "every policy takes a -p of its own"),
    "a change in two words": (["run", "small.yaml", "--set", "days", "2"], "every change is one word: --set days=2"),
    "half the name of a KPI": (
        ["run", "small.yaml", "--precision", "cost=0.05"],
        "is no KPI (orderlab list kpis); did you mean 'cost_per_order'?",
    ),
    "the folder above a result": (["report", "shop"], "it has no kpis.csv; did you mean 'shop/result'?"),
    "a mistyped result": (["report", "shop/reslt"], "it has no kpis.csv; did you mean 'shop/result'?"),
    "no such command": (["frobnicate"], "No such command 'frobnicate'"),
    "a mistyped command": (["rn", "small.yaml"], "No such command 'rn'. Did you mean 'run'?"),
    "orders to import": (["import", "orders.csv"], "demand: {replay: orders.csv}"),
    "no scenario": (["run"], "Missing argument 'SCENARIO'"),
    "no replications": (["run", "small.yaml", "-n", "0"], "0 is not in the range"),
    "no such list": (["list", "recipes"], "'recipes' is not one of"),
}  # fmt: skip


PROGRAMS = ("a mistyped scenario", "no such command", "a policy that fails, in a worker")
"""Wrong commands that are given to a program of their own."""


@pytest.mark.parametrize("name", WRONG_COMMANDS)
def test_a_wrong_command_is_refused(small_desk: Any, name: str) -> None:
    command, message = WRONG_COMMANDS[name]
    before = small_desk.names()
    outcome = (small_desk.started if name in PROGRAMS else small_desk.orderlab)(*command)
    lines = outcome.refuses()
    assert message in lines[-1]
    assert len(lines) == 1 or lines[0].startswith("Usage: orderlab")
    assert outcome.output == ""
    # What is refused at once leaves nothing behind.
    if "-n" not in command:
        assert small_desk.names() == before


def test_a_policy_that_is_wrong_in_many_ways_is_told_all_at_once(small_desk: Any) -> None:
    small_desk.write("rules.yaml", "rules: [{sites: [shop]}]\n")
    lines = small_desk.orderlab("check-policy", "mine.py:Reckless").refuses()
    assert lines[0] == "policy Reckless does not keep to the contract, in 5 ways:"
    assert [line[:2] for line in lines[1::2]] == ["1.", "2.", "3.", "4.", "5."]
    assert lines[1].startswith(
        "1. world scarce, order 1, line 0, warehouse near: 2 units of lamp, of -2 available"
    )
    assert all(line.startswith("    what to do: ") for line in lines[2::2])
    lines = small_desk.orderlab("check-policy", "mine.py:Broken").refuses()
    assert "'Request' object has no attribute 'no_such_thing' (mine.py:13)" in lines[1]
    lines = small_desk.orderlab("check-policy", "rules.yaml").refuses()
    assert "there is no such warehouse as 'shop'" in lines[1]
    assert "--scenario FILE" in lines[2]


FILES: dict[str, tuple[bytes, str]] = {
    "empty.yaml": (b"", "empty.yaml"),
    "binary.yaml": (b"name: caf\xe9\n", "binary.yaml"),
    "list.yaml": (b"- 1\n- 2\n", "list.yaml"),
    "broken.yaml": (b"name: [1,\nstart: 2\n", "broken.yaml:3"),
    "tabs.yaml": (b"name: x\n\tdays: 2\n", "tabs.yaml:2"),
    "twice.yaml": (b"name: a\nname: b\n", "twice.yaml:2"),
    "wrong_rules.yaml": (b"rules:\n  - filters: [is_upp]\n", "wrong_rules.yaml:2"),
}


def test_files_that_cannot_be_read_are_told_all_at_once(small_desk: Any) -> None:
    for name, (content, _) in FILES.items():
        small_desk.write(name, content)
    outcome = small_desk.orderlab("validate", *FILES, "small.yaml", "missing.yaml")
    lines = outcome.refuses()
    for _, start in FILES.values():
        assert [line for line in lines if line.startswith(start)], start
    assert any(line.startswith("missing.yaml: ") for line in lines)
    assert "did you mean 'is_up'?" in next(line for line in lines if line.startswith("wrong_rules.yaml"))
    assert outcome.output == "small.yaml: a scenario that is right, with 2 warehouses, 1 item, 2 regions\n"


TABLES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "orders.csv"),
    "header": (b"order,placed_at,region,item,units\n", "orders.csv"),
    "latin": (b"order,placed_at,region,item,units\nx,2026-01-05,h\xe9re,tin,1\n", "orders.csv"),
    "item": (b"order,placed_at,region,item,units\nx,2026-01-05T10:00,here,tn,1\n", "did you mean 'tin'?"),
    "units": (b"order,placed_at,region,item,units\nx,2026-01-05T10:00,here,tin,0\n", "orders.csv:2"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_cannot_be_used_is_told(small_desk: Any, small: str, name: str) -> None:
    content, message = TABLES[name]
    small_desk.write("orders.csv", content)
    small_desk.write("replay.yaml", small.replace("{orders_per_day: 60}", "{replay: orders.csv}"))
    lines = small_desk.orderlab("run", "replay.yaml", "-n", "1").refuses()
    assert all(line.startswith("orders.csv") for line in lines)
    assert message in lines[0]


def test_a_missing_table_is_told_with_the_place_that_names_it(small_desk: Any, small: str) -> None:
    small_desk.write("replay.yaml", small.replace("{orders_per_day: 60}", "{replay: nowhere.csv}"))
    (line,) = small_desk.orderlab("validate", "replay.yaml").refuses()
    assert line.startswith("replay.yaml:8:")
    assert "nowhere.csv" in line


def test_a_folder_that_cannot_be_made_is_told(small_desk: Any) -> None:
    outcome = small_desk.orderlab("run", "small.yaml", "-n", "1", "--out", "mine.py/result")
    assert outcome.refuses() == ["mine.py/result: Not a directory"]


def _hear_signals() -> None:
    """Undo what a shell does to jobs in the background: they, and all they start, do not hear Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _begin_a_long_run(folder: Path, jobs: int) -> subprocess.Popen[str]:
    """Start 20 replications of 200,000 orders, and return in the middle of the first."""
    command = ["run", "small.yaml", "-n", "20", "--jobs", str(jobs), "--out", "result"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *command, "--set", "demand.orders_per_day=200000"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_signals,
    )
    for _ in range(300):
        if list(folder.glob("result/.orderlab-*/journal/*.parquet")):
            break
        time.sleep(0.1)
    return process


@pytest.mark.parametrize(("jobs", "number", "code"), [(1, signal.SIGTERM, 143), (2, signal.SIGINT, 130)])
def test_a_signal_ends_a_run_at_once_with_its_workers(
    small_desk: Any, jobs: int, number: int, code: int
) -> None:
    process = _begin_a_long_run(small_desk.folder, jobs)
    process.send_signal(number)
    # A worker that lived on would keep the pipes open, and this would not return.
    try:
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, output) == (code, "")
    said, kept = errors.splitlines()
    assert said == "stopped"
    assert re.fullmatch(r"\d+ replications? kept: orderlab resume \S+", kept)
    assert not list(small_desk.folder.glob("result/.orderlab-*"))


def test_workers_end_with_the_process_that_started_them(small_desk: Any) -> None:
    process = _begin_a_long_run(small_desk.folder, 2)
    process.kill()
    process.communicate(timeout=30)  # returns when the last of them has closed the pipe
    assert process.returncode == -signal.SIGKILL
