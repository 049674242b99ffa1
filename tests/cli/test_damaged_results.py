"""Any file of a result folder that is missing, empty, cut short or replaced: each command says so, or does without.

There is one message and no traceback, the exit code is that of the contract, and nothing else in the folder changes.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.cli.lab.experiment import Experiment
from sim.cli.lab.repetition import differing_files
from sim.journal import TABLES

SEED = 42
GARBAGE = random.Random(SEED).randbytes(3000)

DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(GARBAGE),
    "another": lambda path: path.write_bytes((path.parents[path_depth(path)] / "summary.json").read_bytes()),
}
COMMANDS = {
    "report": ["report", "result"],
    "check": ["check", "result", "--baseline", "baseline.json"],
    "save": ["check", "result", "--save", "saved.json"],
    "diff": ["diff", "result", "nearest", "cheapest"],
    "explain": ["explain", "result", "3"],
    "workbook": ["export", "result", "workbook"],
    "tables": ["export", "result", "tables"],
    "event-log": ["export", "result", "event-log"],
    "resume": ["resume", "result"],
    "again": ["again", "result", "--out", "other", "--jobs", "1"],
}
OUTPUTS = ("report.html", "figures", "exports")
"""What commands write into a result folder."""


def path_depth(path: Path) -> int:
    return path.parts[::-1].index("result") - 1


def files_of(folder: Path) -> list[str]:
    """Return the names of the files of a result that commands read, below its folder."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in names if not name.startswith(OUTPUTS))


NAMES = [
    "breakdown.parquet", "comparison.csv", "explanations.json", "kpis.csv", "policies/cheapest.yaml",
    "policies/nearest.yaml", "provenance.json", "reconciliation.csv", "scenario.yaml", "summary.json",
    *(f"journal/{policy}/0/{table}.parquet" for policy in ("cheapest", "nearest") for table in TABLES),
]  # fmt: skip


@pytest.fixture(scope="module")
def baseline(shop: Any) -> Path:
    """Return a baseline of the result that every module has."""
    desk, _ = shop
    assert desk.orderlab("check", "result", "--save", "baseline.json").code == 0
    return Path(desk.folder / "baseline.json")


@pytest.fixture
def here(shop: Any, baseline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of one's own with a result and its baseline."""
    desk, _ = shop
    shutil.copytree(desk.folder / "result", tmp_path / "result")
    shutil.copy(baseline, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files_of(folder)}


def is_told(program: Any, here: Path, shared: Path, command: list[str], named: str) -> None:
    """Run a command on a damaged copy of a result, and see what it says and leaves."""
    before = content(here / "result")
    outcome = program(*command)
    said = outcome.output + outcome.errors
    assert "Traceback" not in said, said
    assert "Exception ignored" not in said, said
    assert outcome.code in ((0, 1, 2) if command[0] == "check" else (0, 2)), said
    if outcome.code == 2:
        lines = [line for line in outcome.errors.splitlines() if not line.startswith(("note: ", "warning: "))]
        assert lines, said
        # A file that is read key by key is told so; else one line says what is wrong, and another what to do.
        assert len(lines) <= 2 or all(named in line.partition(":")[0] for line in lines), said
        assert "result" in lines[0], said
        # Whoever reads it knows which file is meant, or that this is no result any more.
        assert named in said or "not a result folder" in said or "is complete" in said, said
    if command[0] == "resume" and outcome.code == 0:  # it has brought back what was missing
        before = content(shared)
    assert content(here / "result") == before
    assert not list(here.rglob(".orderlab-*"))


def test_these_are_the_files_of_a_result(here: Path) -> None:
    assert files_of(here / "result") == sorted(NAMES)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_file_is_told(program: Any, shop: Any, here: Path, command: str) -> None:
    chance = random.Random(f"{SEED} {command}")
    name, damage = chance.choice(NAMES), chance.choice(list(DAMAGES))
    DAMAGES[damage](here / "result" / name)
    is_told(program, here, shop[0].folder / "result", COMMANDS[command], Path(name).name)


@pytest.mark.theory
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_damage_to_every_file_is_told_by_every_command(
    program: Any, shop: Any, here: Path, name: str, damage: str
) -> None:
    DAMAGES[damage](here / "result" / name)
    for command in COMMANDS.values():
        is_told(program, here, shop[0].folder / "result", command, Path(name).name)
        for made in ("result/exports", "other"):
            shutil.rmtree(here / made, ignore_errors=True)
        Path("saved.json").unlink(missing_ok=True)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_baseline_is_told_and_stays(program: Any, here: Path, damage: str) -> None:
    file = here / "baseline.json"
    DAMAGES["cut short" if damage == "another" else damage](file)
    left = file.read_bytes() if file.exists() else None
    outcome = program("check", "result", "--baseline", "baseline.json")
    assert outcome.code == 2, outcome
    (line,) = outcome.errors.splitlines()
    assert line.startswith("baseline.json:")
    assert (file.read_bytes() if file.exists() else None) == left


# -- a folder that was interrupted -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(shop: Any, tmp_path_factory: Any) -> tuple[Path, Path]:
    """Return the folder of an experiment, and that of the same when it was interrupted after three tasks of four."""
    folder = tmp_path_factory.mktemp("interrupted")
    desk, _ = shop
    world = desk.folder / "small.yaml"
    experiment = Experiment(world, ["nearest", "cheapest"], replications=2, changes=["days=0.5"])
    experiment.run(folder / "whole", jobs=1, journal="all")

    def stop(done: int, asked: int) -> None:
        if (done, asked) == (3, 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        experiment.run(folder / "result", jobs=1, journal="all", told=stop)
    return folder / "whole", folder / "result"


LEFT = [
    "tasks.jsonl", "provenance.json", "scenario.yaml", "policies/nearest.yaml", "digests/nearest/0.parquet",
    "digests/cheapest/0.parquet", "journal/nearest/1/orders.parquet", "journal/cheapest/0/ledger.parquet",
]  # fmt: skip
ORIGINALS = ("provenance.json", "scenario.yaml", "policies/nearest.yaml")
"""What nothing can be completed without."""


def test_what_an_interrupted_folder_has_lost_is_played_again(
    program: Any, whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(whole[1], "result")
    for name, damage in (("digests/nearest/0", "garbage"), ("journal/cheapest/0/ledger", "missing")):
        DAMAGES[damage](Path(f"result/{name}.parquet"))
    outcome = program("resume", "result", "--jobs", "1")
    assert outcome.code == 0, outcome
    assert differing_files(whole[0], tmp_path / "result") == []
    assert not Path("result/tasks.jsonl").exists()


@pytest.mark.theory
@pytest.mark.parametrize("name", LEFT)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut short", "garbage"])
def test_an_interrupted_folder_that_was_damaged_is_completed_or_refused(
    program: Any, whole: tuple[Path, Path], tmp_path: Path, monkeypatch: Any, name: str, damage: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(whole[1], "result")
    DAMAGES[damage](Path("result") / name)
    outcome = program("resume", "result", "--jobs", "1")
    said = outcome.output + outcome.errors
    assert "Traceback" not in said, said
    if name in ORIGINALS:
        assert outcome.code == 2
        (line,) = outcome.errors.splitlines()
        assert line.startswith("result")
    else:
        assert outcome.code == 0, said
        assert differing_files(whole[0], tmp_path / "result") == []
        assert not Path("result/tasks.jsonl").exists()
