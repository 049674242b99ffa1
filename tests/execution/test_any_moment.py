"""Stopped at any moment, from the first import to the last line: no traceback, and no folder that is of no use."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

SEED = 20_261_123
MOMENTS = 60


def is_deaf(pid: int) -> bool:
    """Tell whether Python itself is still starting: it hears Ctrl-C before any line of a program is run."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    heard = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return bool(heard >> (signal.SIGINT - 1) & 1) and not heard >> (signal.SIGTERM - 1) & 1


@pytest.fixture(scope="module")
def seconds(place: Any) -> float:
    """Return how long the experiment takes when nobody stops it."""
    begin = time.monotonic()
    assert place.begin_run("timed", "--jobs", "1").told()[0] == 0
    return time.monotonic() - begin


def stopped(run: Any, number: signal.Signals, after: float) -> tuple[int, str, str]:
    """Stop a command at a moment, and return what it came to."""
    time.sleep(after)
    while is_deaf(run.pid):
        time.sleep(0.001)
    run.send_all(number)
    code, output, errors = run.told()
    run.until_nothing_is_left()
    assert "Exception ignored" not in errors
    # Done before; told; before the program could tell anything.
    assert code in (0, 128 + number, -number), errors
    if code > 0:
        assert errors.startswith("stopped\n")
    return code, output, errors


def moments(count: int, *about: str) -> list[tuple[float, signal.Signals, str]]:
    chance = random.Random(f"{SEED} {about}")
    numbers = [chance.choice([signal.SIGINT, signal.SIGTERM]) for _ in range(count)]
    return [(chance.random(), number, chance.choice(["1", "2"])) for number in numbers]


@pytest.mark.theory
def test_a_run_that_is_stopped_leaves_no_folder_or_one_that_can_be_completed(
    place: Any, reference: dict[str, bytes], seconds: float
) -> None:
    for moment, (share, number, jobs) in enumerate(moments(MOMENTS, "often")):
        out = f"often-{moment}"
        code, _, errors = stopped(place.begin_run(out, "--jobs", jobs), number, share * seconds)
        folder = place.folder / out
        if not folder.exists():
            assert "resume" not in errors
            continue
        if (folder / "tasks.jsonl").exists():
            assert f"orderlab resume {out}" in errors
            code, _, errors = place.begin("resume", out, "--jobs", "1").told()
            assert (code, errors) == (0, "")
        assert (folder / "report.html").exists()
        assert place.result(out) == reference


COMMANDS = {
    "report": ["report", "reference"],
    "again": ["again", "reference", "--out", "anew", "--overwrite"],
    "workbook": ["export", "reference", "workbook"],
    "event-log": ["export", "reference", "event-log"],
    "diff": ["diff", "reference", "nearest", "Slow"],
    "explain": ["explain", "reference", "7"],
    "save": ["check", "reference", "--save", "baseline.json"],
    "check": ["check", "reference", "--baseline", "baseline.json", "--report", "check.html"],
    "warmup": ["warmup", "small.yaml", "-n", "2"],
    "sweep": ["sweep", "small.yaml", "--vary", "days=1,2", "-n", "2", "--out", "swept", "--overwrite"],
    "validate": ["validate", "hello", "nearest"],
    "list": ["list", "kpis"],
}  # fmt: skip


@pytest.mark.theory
@pytest.mark.parametrize("command", COMMANDS)
def test_any_command_may_be_stopped_at_any_moment(
    place: Any, reference: dict[str, bytes], command: str
) -> None:
    begin = time.monotonic()
    assert place.begin("check", "reference", "--save", "baseline.json").told()[0] == 0
    for _ in range(2):  # the second finds the modules compiled
        begin = time.monotonic()
        assert place.begin(*COMMANDS[command]).told()[0] == 0
    seconds = time.monotonic() - begin
    whole = {path: path.read_bytes() for path in written(place.folder)}
    for share, number, _ in moments(8, command):
        stopped(place.begin(*COMMANDS[command]), number, share * seconds)
        assert place.result("reference") == reference
        # What it writes is what was there, or is what it would have been: never a half.
        assert {path: path.read_bytes() for path in written(place.folder)} == whole


def written(folder: Path) -> list[Path]:
    """Return the files that commands write beside results, or into them."""
    found = [*folder.glob("*.json"), *folder.glob("*.html"), *folder.glob("reference/exports/*.xlsx")]
    return sorted([*found, *folder.glob("reference/exports/*.csv"), folder / "reference" / "report.html"])
