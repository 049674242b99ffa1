"""`make bench`: what its table and its file promise. How long anything takes is no matter of a test."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from policies import load_policy
from sim import load_scenario, simulate
from tests.conftest import Outcome, called

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def bench(*arguments: str | Path) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        return called(import_module("bench").main, "bench.py", *arguments, folder=ROOT)


def case(
    median: float, spread: float = 0.0, *, more: bool = False, target: float | None = None, **what: str
) -> dict[str, Any]:
    """Return the figures of a case, made by hand."""
    return {
        "case": {"name": "a", "about": "a case", "target": target, "more": more, "is_long": False, **what},
        "aim": "ratio",
        "least": median - spread,
        "median": median,
        "largest": median + spread,
    }


def written(file: Path, **cases: dict[str, Any]) -> Path:
    file.write_text(json.dumps({"about": {"python": "3.11"}, "cases": cases}), encoding="utf-8")
    return file


def shown(folder: Path, now: dict[str, Any], stored: dict[str, Any]) -> list[list[str]]:
    """Return the words of each line of the table that shows one beside the other."""
    done = bench("--read", written(folder / "now", a=now), "--stored", written(folder / "stored", a=stored))
    assert done.code == 0, done.errors
    return [line.split() for line in done.output.splitlines()]


@pytest.mark.parametrize(
    ("now", "stored", "said"),
    [
        (case(30), case(40), "-25 % better"),
        (case(40), case(30), "+33 % worse"),
        (case(2, more=True), case(1, more=True), "+100 % better"),
        (case(1, more=True), case(2, more=True), "-50 % worse"),
        (case(40, 3), case(35, 3), "the same"),  # the spreads overlap
        (case(40, 2), case(35, 2), "+14 % worse"),  # they do not
        (case(40.5), case(40), "the same"),  # next to nothing
        (case(30, world="one"), case(40, world="another"), "another case"),
        (case(30, target=25), case(40, target=40), "-25 % better"),  # another target is not another case
        (
            {**case(9), "beside": case(1)},
            {**case(3), "beside": case(1)},
            "the same",
        ),  # seconds are not compared
    ],
)
def test_a_case_is_compared_with_what_was_stored(
    tmp_path: Path, now: dict[str, Any], stored: dict[str, Any], said: str
) -> None:
    assert said.split() in shown(tmp_path, now, stored)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (case(30, target=40), "met"),
        (case(50, target=40), "+25 %"),
        (case(2, target=1.8, more=True), "met"),
        (case(0.9, target=1.8, more=True), "-50 %"),
    ],
)
def test_a_target_is_met_or_missed_by_so_much(tmp_path: Path, now: dict[str, Any], said: str) -> None:
    assert said.split() in shown(tmp_path, now, now)


def test_what_is_kept_replaces_the_cases_that_were_measured_and_no_others(tmp_path: Path) -> None:
    stored = written(tmp_path / "stored", a=case(40), b=case(7))
    assert bench("--read", written(tmp_path / "now", a=case(30)), "--stored", stored, "--keep").code == 0
    assert {name: figures["median"] for name, figures in json.loads(stored.read_text())["cases"].items()} == {
        "a": 30,
        "b": 7,
    }


def test_a_tiny_world_has_every_figure(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    arguments = ["--scenario", "hello", "--policy", "nearest", "--set", "days=0.2", "--runs", "1"]
    done = bench(*arguments, "--profile", "--json", file, "--stored", tmp_path / "none")
    assert done.code == 0, done.errors
    found = json.loads(file.read_text())
    assert {"processor", "system", "python", "simpy", "numpy"} <= found["about"].keys()
    figures = found["cases"]["hello"]
    assert figures["least"] <= figures["median"] <= figures["largest"]
    journal = simulate(load_scenario("hello", ["days=0.2"]), load_policy("nearest"))
    assert figures["orders"] == journal.table("orders").num_rows
    assert figures["events"] > 1
    assert figures["peak_mib"] > 50
    # The parts are shares of all that an order costs, and samples fall to one of them, but for a stray one.
    assert sum(figures["parts"].values()) == pytest.approx(figures["us"]["median"], rel=1e-3)
    assert figures["parts"].get("other", 0) < 0.02 * figures["us"]["median"]
    assert {"decision", "warehouse", "events"} <= figures["parts"].keys()
    assert 0 < figures["asked"] < figures["us"]["median"]
    for label in (
        "ratio",
        "median",
        "orders a second",
        "µs an order",
        "decision",
        "events an order",
        "peak memory",
    ):
        assert label in done.output
    assert " sim." in done.output.partition("\nhello, µs an order\n")[2]  # the profile


def test_the_page_shows_the_table_that_is_stored(tmp_path: Path) -> None:
    done = bench("--read", HERE / "table.json", "--stored", tmp_path / "none")
    assert done.output in (HERE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["us_parcels"], "'us_parcels' is no case: us_parcel"),
        (["help", "--runs", "-1"], "--runs -1: must be 1 or more"),
        (["help", "--json", "nowhere/figures.json"], "there is no folder nowhere"),
        (["--read", "nothing.json"], "nothing.json: cannot be read"),
        (["--read", "README.md"], "README.md: is no JSON"),
        (["--scenario", "helo"], "did you mean 'hello'?"),
        (["--scenario", "hello", "--policy", "nearst"], "did you mean 'nearest'?"),
        (["--scenario", "hello", "--set", "dayz=1"], "dayz"),
        (["--scenario", "hello", "--set", "demand.orders_per_day=0.000001"], "no order is placed"),
    ],
)
def test_what_is_wrong_is_told_in_a_message(arguments: list[str], said: str) -> None:
    done = bench(*arguments)
    assert said in "\n".join(done.refuses())


def test_answers_that_are_known_make_the_same_journal() -> None:
    arguments = ["--scenario", "hello", "--policy", "everything", "--set", "days=1", "--runs", "1"]
    command = [sys.executable, str(HERE / "decided.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["everything", "decided"]


def test_every_module_of_the_engine_plays_a_part_or_none() -> None:
    """A new module is named in parts.py, or its package, so that no time goes unseen."""
    parts = runpy.run_path(str(HERE / "parts.py"))
    at_rest = (*parts["LOOKED_THROUGH"], *parts["NOT_PLAYED"])
    named = [*at_rest, *(name for names in parts["PARTS"].values() for name in names)]
    assert len(set(named)) == len(named)
    engine = ROOT / "sim"
    unseen = []
    for path in sorted(engine.rglob("*.py")):
        module = ".".join(path.relative_to(engine).with_suffix("").parts)
        if path.stem.startswith("__") or module.partition(".")[0] in at_rest:
            continue
        if parts["part_of"](f"sim.{module}") is None:
            unseen.append(module)
    assert unseen == [], "name them in tests/benchmarks/parts.py"
    places = [engine / name.replace(".", "/") for name in named]
    assert [path for path in places if not path.is_dir() and not path.with_suffix(".py").is_file()] == []
