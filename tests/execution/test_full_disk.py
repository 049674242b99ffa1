"""A disk that is full, at whichever moment: one message that names the place, and what was there before stays.

Where this process may mount one, the disk is a small file system that other files fill up; everywhere, it is a limit
on the size of a file, which a system refuses to pass in the same way.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DISK_KB = 16_000
FULL = ("No space left on device", "File too large")


class Disk:
    """A folder on which commands run while there is room for so much."""

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder = folder
        self.is_mounted = is_mounted

    def orderlab(self, *arguments: str, kilobytes: float | None = None) -> tuple[int, str, str]:
        """Run a command; with a limit, there is room for so many kilobytes: in all, or in one file."""
        filler = self.folder / "filler"
        limits: Callable[[], None] | None = None
        if kilobytes is not None and self.is_mounted:
            free = shutil.disk_usage(self.folder).free
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(1, free - round(1024 * kilobytes)))
        elif kilobytes is not None:
            size = round(1024 * kilobytes)

            def limits() -> None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        # What counts lines would write there, too.
        unwatched = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        try:
            found = subprocess.run(
                [sys.executable, "-m", "sim", *arguments],
                cwd=self.folder,
                env=unwatched,
                capture_output=True,
                text=True,
                preexec_fn=limits,
                timeout=120,
                check=False,
            )
        finally:
            filler.unlink(missing_ok=True)
        assert "Traceback" not in found.stderr, found.stderr
        assert "Exception ignored" not in found.stderr, found.stderr
        return found.returncode, found.stdout, found.stderr

    def is_full(self, *arguments: str, kilobytes: float) -> str:
        """Run a command for which there is no room, and return the line that says so."""
        code, output, errors = self.orderlab(*arguments, kilobytes=kilobytes)
        assert code == 2, (output, errors)
        said = errors.splitlines()
        assert any(rule in said[0] for rule in FULL), errors
        assert len(said) <= 2, errors
        assert all("replication" in line and "kept: orderlab resume" in line for line in said[1:]), errors
        return said[0]

    def content(self) -> dict[str, bytes]:
        """Return all that the disk holds."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}


def mounted(folder: Path) -> bool:
    """Mount a small file system, and tell whether this process may."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(params=[pytest.param("a small disk", marks=pytest.mark.theory), "a limit"])
def disk(request: Any, place: Any, tmp_path: Path) -> Iterator[Disk]:
    """Return a disk of one's own, with a scenario and the finished experiment of all tests."""
    folder = tmp_path / "disk"
    folder.mkdir()
    is_mounted = request.param == "a small disk" and mounted(folder)
    if request.param == "a small disk" and not is_mounted:
        pytest.skip("this process may not mount a file system")
    try:
        for name in ("small.yaml", "slow.py"):
            shutil.copy(place.folder / name, folder)
        yield Disk(folder, is_mounted=is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


LARGE = ["--set", "demand.orders_per_day=30000", "--set", "drain_days=1"]
"""Journals of more than one block: the disk is full in the middle of a table, and not only at its end."""


@pytest.mark.parametrize(
    ("kilobytes", "options"), [(40, []), pytest.param(700, LARGE, marks=pytest.mark.theory)]
)
def test_a_run_for_which_there_is_no_room_is_completed_when_there_is(
    disk: Disk, kilobytes: float, options: list[str]
) -> None:
    command = ["run", "small.yaml", "-p", "nearest", "-n", "2", "--journal", "all", "--jobs", "1", *options]
    line = disk.is_full(*command, "--out", "result", kilobytes=kilobytes)
    assert line.startswith("result")
    assert not list(disk.folder.rglob(".orderlab-*"))
    assert disk.orderlab("resume", "result", "--jobs", "1")[0] == 0
    assert (
        disk.orderlab("again", "result", "--out", "anew", "--jobs", "1")[1]
        .splitlines()[-1]
        .startswith("the same as result, to the byte")
    )


@pytest.mark.theory
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_disk_that_is_full_at_any_moment(disk: Disk, jobs: str) -> None:
    command = ["run", "small.yaml", "-p", "nearest", "-p", "slow.py:Slow", "-n", "2", "--journal", "all"]
    command += ["--jobs", jobs, "--out", "result"]
    assert disk.orderlab(*command)[0] == 0
    whole, failed = disk.content(), 0
    most = max(map(len, whole.values())) if not disk.is_mounted else sum(map(len, whole.values()))
    for step in range(1, 16):
        shutil.rmtree(disk.folder / "result", ignore_errors=True)
        code, _, errors = disk.orderlab(*command, kilobytes=most / 1024 * step / 12)
        if code == 0:
            continue
        failed += 1
        said = errors.splitlines()
        assert code == 2
        assert any(rule in said[0] for rule in FULL), errors
        assert said[0].startswith("result"), errors
        if not (disk.folder / "result").exists():
            assert len(said) == 1
            continue
        assert len(said) == 2, errors
        assert re.fullmatch(r"\d+ replications? kept: orderlab resume result", said[1])
        assert disk.orderlab("resume", "result", "--jobs", "1")[0] == 0
        now = disk.content()
        for name in whole:
            if name.startswith("result/journal") or name.endswith((".csv", "summary.json")):
                assert now[name] == whole[name], name
    assert failed >= 5


WRITERS = {
    "report": (["report", "result"], "result/figures/"),
    "save": (["check", "result", "--save", "baseline.json"], "baseline.json"),
    "workbook": (["export", "result", "workbook"], "result/exports/nearest-0.xlsx"),
    "tables": (["export", "result", "tables"], "result/exports/nearest-0"),
    "event-log": (["export", "result", "event-log"], "result/exports/nearest-0-events.csv"),
    "warmup": (["warmup", "small.yaml", "-n", "2", "--out", "course.svg"], ""),
    "page": (["check", "result", "--baseline", "baseline.json", "--report", "check.html"], "check.html"),
    "new": (["new", "shop"], "shop"),
}  # fmt: skip


@pytest.mark.theory
@pytest.mark.parametrize("writer", WRITERS)
def test_what_cannot_be_written_leaves_what_was_there(disk: Disk, writer: str) -> None:
    command, named = WRITERS[writer]
    begin = ["run", "small.yaml", "-p", "nearest", "-n", "2", "--jobs", "1", "--out", "result"]
    assert disk.orderlab(*begin)[0] == 0
    assert disk.orderlab("check", "result", "--save", "baseline.json")[0] == 0
    if writer != "new":  # which writes only what is not there yet
        assert disk.orderlab(*command)[0] == 0
    before = disk.content()
    line = disk.is_full(*command, kilobytes=0.5)
    assert line.startswith(named), line
    assert disk.content() == before
    assert not list(disk.folder.rglob(".orderlab-*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", [["list", "kpis"], ["--help"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_cannot_be_written_is_told(command: list[str], unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        found = subprocess.run(
            [sys.executable, "-m", "sim", *command],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (found.returncode, found.stderr) == (2, "No space left on device\n")
