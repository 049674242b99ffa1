"""Processes on this machine: started once, by any script, and their progress is shown to whoever looks."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.util import spawnv_passfds
from pathlib import Path
from typing import Any

import pytest

from policies.load import build_policy, read_policies
from reports.breakdown import break_down
from reports.measured import measure_run
from sim.cli.signals import Terminated
from sim.execution.cores import Cores
from sim.execution.experiment import DIGESTS, Measured, Stage, Task, Variant
from sim.execution.workers import Workers, play_all
from sim.journal import Journal
from sim.scenario import load_scenario

UNGUARDED = """\
from sim import Experiment

print("begun")
result = Experiment("hello", ["nearest"], replications=2, changes=["days=0.1", "warm_up_days=0"]).run(jobs=2)
print(len(result.kpis["replication"].unique()), "replications")
"""


def test_a_script_that_guards_nothing_is_not_run_again_by_the_processes(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(UNGUARDED)
    found = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (found.stdout, found.stderr) == ("begun\n2 replications\n", "")


def process(_: Journal) -> dict[str, float]:
    return {"process": float(os.getpid())}


def test_processes_are_started_once(tmp_path: Path) -> None:
    scenario = load_scenario("hello", ["days=0.05", "warm_up_days=0"])
    (source,) = read_policies(["nearest"], scenario)
    stage = Stage([Variant("nearest", source, scenario)], build_policy, process)
    with Cores(stage, tmp_path, 2) as cores:
        rounds = [dict(play_all([Task("nearest", r) for r in range(8)], cores)) for _ in range(3)]
    used = {measured["process"] for found in rounds for measured in found.values() if measured}
    assert len(used) <= 2
    assert list(tmp_path.iterdir()) == []


def test_a_signal_waits_until_the_process_that_is_being_started_has_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    scenario = load_scenario("hello", ["days=0.05", "warm_up_days=0"])
    (source,) = read_policies(["nearest"], scenario)
    stage = Stage([Variant("nearest", source, scenario)], build_policy, process)
    spawn, started = spawnv_passfds, []

    def interrupted(*arguments: Any) -> int:
        number = spawn(*arguments)
        if "spawn_main" in str(arguments):  # and not what keeps track of semaphores
            started.append(number)
            signal.raise_signal(signal.SIGTERM)  # it has been told nothing yet
        return number

    def stop(*_: Any) -> None:
        raise Terminated

    monkeypatch.setattr("multiprocessing.util.spawnv_passfds", interrupted)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(Terminated), Cores(stage, tmp_path, 1) as cores:
            cores.submit(Task("nearest", 0))
    finally:
        signal.signal(signal.SIGTERM, before)
    for number in started:
        with suppress(ChildProcessError):  # its end has been waited for
            os.waitpid(number, 0)
    assert started
    assert capfd.readouterr().err == ""


def test_what_is_measured_is_the_same_whichever_journals_are_kept(tmp_path: Path) -> None:
    scenario = load_scenario("hello", ["days=0.1", "warm_up_days=0"])
    (source,) = read_policies(["nearest"], scenario)
    found, kept = [], []
    for keep in ("all", "first", "none"):
        folder = tmp_path / keep
        folder.mkdir()
        stage = Stage([Variant("nearest", source, scenario)], build_policy, measure_run, keep, break_down)
        measured = [stage.play(Task("nearest", replication), folder) for replication in range(2)]
        digests = [path.read_bytes() for path in sorted((folder / DIGESTS).rglob("*.parquet"))]
        found.append((str(measured), digests))
        kept.append(len(list(folder.glob("journal/nearest/*/orders.parquet"))))
    assert kept == [2, 1, 0]
    assert found[0] == found[1] == found[2]
    assert len(found[0][1]) == 2


class Fragile(Workers):
    """Workers that die of some tasks, and take with them all that are played beside those."""

    died = (BrokenProcessPool,)

    def __init__(self, deadly: set[int], slots: int, tries: int) -> None:
        self.deadly = deadly
        self.slots = slots
        self.tries = tries
        self.begun: list[int] = []
        self._in_hand: list[tuple[int, Future[Any]]] = []

    def submit(self, task: Task) -> Future[Any]:
        future: Future[Any] = Future()
        self.begun.append(task.replication)
        self._in_hand.append((task.replication, future))
        return future

    def look(self) -> None:
        """Play what is in hand: nothing is done before one looks."""
        in_hand, self._in_hand = self._in_hand, []
        dies = any(number in self.deadly for number, _ in in_hand)
        for number, future in in_hand:
            if dies:
                future.set_exception(BrokenProcessPool())
            else:
                future.set_result({"number": float(number)})


def played(workers: Workers, count: int) -> dict[int, Measured | None]:
    return {
        task.replication: found for task, found in play_all([Task("p", n) for n in range(count)], workers)
    }


@pytest.mark.parametrize(
    ("deadly", "slots"), [(set(), 3), ({0}, 1), ({1}, 4), ({0, 1, 4}, 3), ({0, 1, 2}, 3)]
)
def test_only_tasks_that_kill_alone_are_at_fault(
    deadly: set[int], slots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.execution.workers.LOOK_EVERY_S", 0.001)
    workers = Fragile(deadly, slots, tries=2)
    found = played(workers, 6)
    assert {number for number, measured in found.items() if measured is None} == deadly
    assert {number: m["number"] for number, m in found.items() if m} == {n: n for n in set(range(6)) - deadly}
    assert all(workers.begun.count(number) <= 3 for number in range(6))


def on_a_terminal(arguments: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield what a person sees, as it comes."""
    process, screen = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "sim", *arguments])
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    try:
        while seen := os.read(screen, 4096):
            yield seen.decode(errors="replace")
    except OSError:  # the end, on Linux
        pass
    finally:
        os.close(screen)
        os.waitpid(process, 0)


@pytest.mark.theory
def test_a_terminal_shows_how_much_is_done_and_the_time_left(place: Any) -> None:
    command = ["-p", "slow.py:Slow", "-n", "8", "--jobs", "2", "--out", "seen"]
    seen = "".join(on_a_terminal(["run", "small.yaml", *command], place.folder))
    assert re.search(r"small: +50%\|.*\| 4/8 \[\d\d:\d\d<\d\d:\d\d,", seen)
    assert "8/8" in seen
    run = place.begin("run", "small.yaml", *command[:-1], "half")
    place.until_kept("half", 4)
    run.send(2)
    run.told()
    seen = "".join(on_a_terminal(["resume", "half"], place.folder))
    first = re.search(r"\| (\d)/8 \[", seen)
    assert first is not None
    assert int(first[1]) >= 4
