"""Results on stdout, notes on stderr, and what becomes of a run whose reader, or whose program, gives up."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

from sim import Experiment
from sim.execution.tasklog import TaskLog

RULES = """\
name: by hand
rules:
  - {name: only, rank: {by: [site_id]}}
"""


@pytest.fixture
def here(desk: Any, small: str, monkeypatch: pytest.MonkeyPatch, program: Any) -> Any:
    """Return the function that runs a command in this process, beside a small scenario and a rule set."""
    desk.write("small.yaml", small)
    desk.write("by hand.yaml", RULES)
    monkeypatch.chdir(desk.folder)

    def run(*arguments: str) -> tuple[int, str, str]:
        outcome = program(*arguments)
        return outcome.code, outcome.output, outcome.errors

    return run


@pytest.mark.parametrize(
    "command", [["schema", "scenario"], ["list", "kpis"], ["--help"], ["validate", "hello"]]
)
def test_a_reader_that_has_seen_enough_is_no_failure(command: list[str]) -> None:
    """`orderlab list kpis | head -1`: the exit code used to be 1, which is a regression's."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.wait(timeout=60), process.stderr.read()) == (0, b"")
    process.stderr.close()


@pytest.mark.parametrize(("option", "shown"), [("--journal=none", True), ("--quiet", False)])
def test_progress_is_shown_on_a_terminal_unless_it_is_to_be_quiet(
    desk: Any, small: str, option: str, shown: bool
) -> None:
    desk.write("small.yaml", small)
    import termios

    terminal, its_end = os.openpty()
    termios.tcsetwinsize(terminal, (24, 100))
    command = ["run", "small.yaml", "-n", "1", "--set", "days=0.1", "--jobs", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *command, option],
        cwd=desk.folder,
        stdout=subprocess.PIPE,
        stderr=its_end,
    )
    output, _ = process.communicate(timeout=120)
    os.set_blocking(terminal, False)
    try:
        seen = os.read(terminal, 100_000)
    except BlockingIOError:
        seen = b""
    os.close(its_end)
    os.close(terminal)
    assert process.returncode == 0
    assert (b"1/1" in seen) == shown
    assert (b"small, writing: 100%" in seen) == shown  # what follows the last run takes a while, too
    assert bool(seen) == shown
    assert b"1/1" not in output
    assert b"report: " in output


def test_an_error_of_the_program_is_3_and_is_told_in_full(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("units not conserved")

    monkeypatch.setattr("sim.execution.experiment.simulate", lambda *_, **__: fail())
    code, output, errors = here("run", "small.yaml", "-n", "1", "--jobs", "1", "--out", "result")
    assert (code, output) == (3, "")
    assert errors.startswith("orderlab failed, and that is its own fault. Please report this:")
    assert "AssertionError: units not conserved" in errors


@pytest.mark.parametrize("moment", ["while it is said how to go on", "after that"])
def test_a_second_signal_does_not_take_away_how_to_go_on(
    here: Any, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """`timeout` sends two."""
    read, run, reads = TaskLog.read, Experiment.run, itertools.count()

    def stop(*_: Any, **__: Any) -> None:
        signal.raise_signal(signal.SIGTERM)

    def read_and_stop(log: TaskLog) -> Any:
        if next(reads) == 1:  # the first looks for what is done already
            stop()
        return read(log)

    def run_and_stop(*arguments: Any, **options: Any) -> Any:
        try:
            return run(*arguments, **options)
        finally:
            stop()

    monkeypatch.setattr("sim.execution.experiment.simulate", stop)
    if moment == "after that":
        monkeypatch.setattr(Experiment, "run", run_and_stop)
    else:
        monkeypatch.setattr(TaskLog, "read", read_and_stop)
    code, output, errors = here("run", "small.yaml", "-n", "2", "--jobs", "1", "--out", "result", "--quiet")
    assert (code, output) == (143, "")
    assert errors == "stopped\n0 replications kept: orderlab resume result\n"


DEAF = """\
import os
import signal
import time


class Freed:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        time.sleep(0.01)


class Deaf:
    def allocate(self, order, network):
        {stop}
        time.sleep(10)
"""
SWALLOWED = {
    "a policy": """\
try:
            os.kill(os.getpid(), signal.{name})
            time.sleep(0.01)
        except BaseException:
            pass""",
    "what is freed": """\
freed = Freed()
        del freed""",
}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("by", SWALLOWED)
def test_a_signal_that_something_swallows_stops_all_the_same(
    here: Any, desk: Any, by: str, name: str
) -> None:
    desk.write("deaf.py", DEAF.replace("{stop}", SWALLOWED[by]).replace("{name}", name))
    code, output, errors = here(
        "run", "small.yaml", "-p", "deaf.py:Deaf", "-n", "1", "--jobs", "1", "--out", "result", "--quiet"
    )
    assert (code, output) == (128 + getattr(signal, name), "")
    assert errors == "stopped\n0 replications kept: orderlab resume result\n"


def test_no_signal_is_lost_while_a_table_is_read(
    here: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrow listens to signals itself, while it reads one, and lost one in ten of them."""
    lines = "".join(f"{n},2026-01-05T10:00,here,tin,1\n" for n in range(2_000))
    desk.write("orders.csv", "order,placed_at,region,item,units\n" + lines)
    desk.write(
        "recorded.yaml",
        "items: [{id: tin}]\nregions: [{id: here, at: [0, 0]}]\ndemand: {replay: orders.csv}\n"
        "warehouses: [{id: shop, at: [0, 0]}]\ncarriers: [{id: post, services: [{id: parcel}]}]\n",
    )
    assert here("validate", "recorded.yaml")[0] == 0
    pa.enable_signal_handlers(True)  # as in a new process
    read, began, reading, sent = pyarrow.csv.read_csv, threading.Semaphore(0), threading.Event(), []

    def read_csv(*arguments: Any, **options: Any) -> Any:
        reading.set()
        began.release()
        table = read(*arguments, **options)
        reading.clear()
        return table

    def interrupt() -> None:
        began.acquire()
        time.sleep(random.Random(len(sent)).uniform(0, 0.0005))
        if reading.is_set():
            sent.append(signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("pyarrow.csv.read_csv", read_csv)
    for _ in range(200):
        reading.clear()
        before = len(sent)
        other = threading.Thread(target=interrupt)
        other.start()
        code, _, errors = here("validate", "recorded.yaml")
        other.join()
        assert (code, errors) == ((143, "stopped\n") if len(sent) > before else (0, ""))
    assert len(sent) > 5


def test_a_policy_that_fails_later_leaves_no_scratch_behind(here: Any, desk: Any) -> None:
    desk.write(
        "late.py",
        "class Late:\n    def allocate(self, order, network):\n        raise KeyError(order.order)\n",
    )
    code, output, errors = here(
        "run", "small.yaml", "-n", "1", "--jobs", "1", "--out", "result", "-p", "late.py:Late"
    )
    assert (code, output) == (2, "")
    assert errors == "policy Late, order 1: raised KeyError: 0\n"
    assert {path.name for path in (desk.folder / "result").iterdir()} == {
        "scenario.yaml",
        "policies",
        "provenance.json",
        "tasks.jsonl",
    }


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_policy_cannot_choose_the_exit_code(here: Any, desk: Any, code: int) -> None:
    desk.write(
        "exits.py",
        f"import sys\nclass Exits:\n    def allocate(self, order, network):\n        sys.exit({code})\n",
    )
    found = here("run", "small.yaml", "-n", "1", "--jobs", "1", "--out", "result", "-p", "exits.py:Exits")
    assert found == (2, "", f"policy Exits, order 1: raised SystemExit: {code}\n")


def test_a_syntax_error_of_a_policy_is_told_in_a_line(here: Any, desk: Any) -> None:
    desk.write("broken.py", "class Broken\n")
    assert here("run", "small.yaml", "-p", "broken.py:Broken") == (
        2,
        "",
        "policy Broken: broken.py cannot be run: SyntaxError: expected ':' (broken.py, line 1)\n",
    )
    assert not (desk.folder / "runs").exists()


def test_searches_that_were_cut_short_are_told_beside_the_result(here: Any, desk: Any, small: str) -> None:
    """Nine lines, of which no warehouse has all: more ways to split the order than are tried."""
    nine = [f"i{number}" for number in range(9)]
    orders = ["order,placed_at,region,segment,item,units"]
    stock = ["warehouse,item,units"]
    for number, item in enumerate(nine):
        orders.append(f"A,2026-01-05T10:00,here,standard,{item},1")
        stock.append(f"{'shop' if number % 2 else 'barn'},{item},1")
    desk.write("orders.csv", "\n".join([*orders, "B,2026-01-05T11:00,here,standard,i0,1"]) + "\n")
    desk.write("stock.csv", "\n".join(stock) + "\n")
    world = small.replace("{orders_per_day: 60}", "{replay: orders.csv}\nstock: {opening: {file: stock.csv}}")
    world = world.replace("start: 2026-01-05T00:00\ndays: 1\n", "")
    items = ", ".join(f"{{id: {item}}}" for item in nine)
    desk.write("nine.yaml", world.replace("{id: tin, weight_kg: 0.5, price: 3.00}", items))
    code, _, errors = here("run", "nine.yaml", "-n", "2", "--jobs", "1", "--quiet")
    assert code == 0
    assert errors.splitlines()[0] == (
        "warning: nearest: 2 of 4 decisions used the greedy search, because there were more ways to split the order "
        "than are tried"
    )


def test_warnings_go_beside_the_result(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.scenario import Scenario

    monkeypatch.setattr(Scenario, "warnings", ("small.yaml:3: days: something to know",))
    code, output, errors = here("validate", "small.yaml")
    assert (code, errors) == (0, "warning: small.yaml:3: days: something to know\n")
    assert output.startswith("small.yaml: a scenario that is right")


def test_keys_of_policies_reach_every_rule_set_and_keys_of_the_scenario_do_not(here: Any, desk: Any) -> None:
    code, output, errors = here(
        "run", "small.yaml", "-p", "by hand.yaml", "-p", "nearest", "-p", "by hand.yaml", "--baseline", "nearest",
        "--set", "policy.rules.0.split.max_shipments=2", "--set", "days=0.5", "--set", "policy.attempts.at_most=7",
        "--seed", "5", "-n", "2", "--jobs", "1", "--journal", "all", "--out", "result",
    )  # fmt: skip
    assert (code, errors) == (0, "")  # no progress where nobody watches
    result = desk.folder / "result"
    assert sorted(path.name for path in (result / "policies").iterdir()) == [
        "by_hand-2.yaml",
        "by_hand.yaml",
        "nearest.yaml",
    ]
    for path in (result / "policies").iterdir():
        text = path.read_text()
        assert "max_shipments: 2" in text
        assert "at_most: 7" in text
    assert "max_shipments" not in (result / "scenario.yaml").read_text()
    assert "seed: 5" in (result / "scenario.yaml").read_text()
    assert {str(path.relative_to(result / "journal")) for path in result.glob("journal/*/*")} == {
        f"{policy}/{number}" for policy in ("by_hand", "by_hand-2", "nearest") for number in (0, 1)
    }
    settings = json.loads((result / "provenance.json").read_text())["settings"]
    assert settings["policies"] == ["by_hand", "nearest", "by_hand-2"]
    assert (settings["baseline"], settings["design"]["replications"]) == ("nearest", 2)
    assert "by_hand minus nearest" in output
    # One rule set under two names: the same to the last bit.
    kpis = [line.split(",") for line in (result / "kpis.csv").read_text().splitlines()]
    values = {name: [row[1:] for row in kpis if row[0] == name] for name in ("by_hand", "by_hand-2")}
    assert values["by_hand"] == values["by_hand-2"]


def test_overwriting_leaves_what_is_not_of_an_earlier_run(here: Any, desk: Any, small: str) -> None:
    """Tables of an earlier scenario used to stay, and to be taken for those of the next."""
    desk.write("orders.csv", "order,placed_at,region,item,units\nx,2026-01-05T10:00,here,tin,1\n")
    desk.write("replay.yaml", small.replace("{orders_per_day: 60}", "{replay: orders.csv}"))
    options = ("-n", "1", "--jobs", "1", "--journal", "none", "--out", "result")
    assert here("run", "replay.yaml", *options)[0] == 0
    result = desk.folder / "result"
    assert set(json.loads((result / "provenance.json").read_text())["hashes"]) == {
        "scenario.yaml",
        "policies/nearest.yaml",
        "orders.csv",
    }
    desk.write("result/notes.csv", "mine\n")
    assert here("run", "small.yaml", *options, "--overwrite", "--set", "days=0.2")[0] == 0
    assert {path.name for path in result.glob("*.csv")} == {
        "kpis.csv",
        "comparison.csv",
        "reconciliation.csv",
        "notes.csv",
    }
    assert set(json.loads((result / "provenance.json").read_text())["hashes"]) == {
        "scenario.yaml",
        "policies/nearest.yaml",
    }


def test_a_result_is_not_overwritten_by_a_run_of_itself(here: Any, desk: Any, small: str) -> None:
    """It used to lose its tables half way: "are the same file"."""
    desk.write("orders.csv", "order,placed_at,region,item,units\nx,2026-01-05T10:00,here,tin,1\n")
    desk.write("replay.yaml", small.replace("{orders_per_day: 60}", "{replay: orders.csv}"))
    options = ("-n", "1", "--jobs", "1", "--journal", "none", "--out", "result")
    assert here("run", "replay.yaml", *options)[0] == 0
    before = {path: path.read_bytes() for path in (desk.folder / "result").rglob("*") if path.is_file()}
    code, output, errors = here("run", "result/scenario.yaml", *options, "--overwrite")
    assert (code, output) == (2, "")
    assert errors == "result: holds scenario.yaml, which is to be played: choose another --out\n"
    assert {path: path.read_bytes() for path in before} == before


def test_a_result_is_not_overwritten_by_what_reads_its_tables(here: Any, desk: Any, small: str) -> None:
    """The table used to be removed before it was read, and the result with it."""
    desk.write("items.CSV", "id,weight_kg,price\ntin,0.5,3.00\n")
    listed = small.replace("[{id: tin, weight_kg: 0.5, price: 3.00}]", "{file: items.CSV}")
    desk.write("listed.yaml", listed)
    options = ("-n", "1", "--jobs", "1", "--journal", "none", "--out", "result")
    assert here("run", "listed.yaml", *options)[0] == 0
    desk.write("other.yaml", listed.replace("items.CSV", "result/items.CSV"))
    before = {path: path.read_bytes() for path in (desk.folder / "result").rglob("*") if path.is_file()}
    code, _, errors = here("run", "other.yaml", *options, "--overwrite")
    assert (code, errors) == (2, "result: holds items.CSV, which is to be played: choose another --out\n")
    assert {path: path.read_bytes() for path in before} == before
    assert here("run", "small.yaml", *options, "--overwrite")[0] == 0
    assert not (desk.folder / "result" / "items.CSV").exists()  # the copy of the run before


def test_a_folder_for_results_that_leads_nowhere_is_told(here: Any, desk: Any) -> None:
    """It used to look for a free number for ever."""
    (desk.folder / "runs").symlink_to("unmounted")
    code, _, errors = here("run", "small.yaml", "-n", "1", "--jobs", "1")
    assert (code, errors) == (2, "runs: File exists\n")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_a_terminal_that_lacks_a_sign_is_no_failure(encoding: str) -> None:
    """A minus sign ended in a traceback where the output is not in UTF-8."""
    command = [sys.executable, "-m", "sim", "list", "kpis"]
    found = subprocess.run(
        command,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=60,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, b"")
    assert ("\N{MINUS SIGN}" if encoding == "utf-8" else "\\u2212") in found.stdout.decode(encoding)


@pytest.mark.parametrize(
    "provenance",
    ["", "[]", "{}", '{"hashes": 3}', '{"hashes": {"../small.yaml.csv": ""}}', '{"hashes": [1]}'],
)
def test_a_damaged_provenance_is_no_reason_to_fail_or_to_reach_beyond_the_folder(
    desk: Any, provenance: str
) -> None:
    from sim.cli.lab.folder import clear

    (desk.folder / "result").mkdir()
    desk.write("result/provenance.json", provenance)
    outside = desk.write("small.yaml.csv", "mine\n")
    clear(desk.folder / "result")
    assert outside.exists()
    assert desk.names() == {"result", "small.yaml.csv"}
    assert not list((desk.folder / "result").iterdir())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rule:\n  - {}\n", "wrong.yaml:1:1: rule: is not a key here; did you mean 'rules'?"),
        ("Rules: []\n", "wrong.yaml:1:1: Rules: is not a key here; did you mean 'rules'?"),
    ],
)
def test_a_rule_set_with_rules_misspelt_is_still_taken_for_one(
    here: Any, desk: Any, text: str, says: str
) -> None:
    """It used to be checked as a scenario: "items: is missing"."""
    desk.write("wrong.yaml", text)
    code, output, errors = here("validate", "wrong.yaml")
    assert (code, output) == (2, "")
    assert sorted(errors.splitlines()) == sorted(
        ["wrong.yaml:1:1: rules: is missing, and has no default", says]
    )


def test_import_says_what_it_can_import(here: Any) -> None:
    code, output, _ = here("import", "--help")
    assert code == 0
    assert "completejourney" in output
    code, output, errors = here("import", "completejourney")
    assert (code, output) == (2, "")
    assert "Missing argument 'DIR'" in errors
