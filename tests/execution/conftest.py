"""Runs that are watched and disturbed while they go on: processes of their own, and a Dask cluster of processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from sim.cli.lab.contents import TABLES

PATIENCE_S = 120
"""How long anything may take on a machine that is busy with other things."""

SLOW = """\
import os
import time

from sim import Allocation, Part


class Slow:
    \"\"\"Takes its time over the first order of a replication; if that came at a given second, its process dies.\"\"\"

    def __init__(self, seconds=0.3, deadly=-1):
        self.seconds = seconds
        self.deadly = deadly
        self.begun = False

    def allocate(self, order, network):
        if not self.begun:
            self.begun = True
            time.sleep(self.seconds)
            if order.placed_at == self.deadly:
                os._exit(9)
        return Allocation((Part(0, tuple((line, order.units[line]) for line in order.open)),))
"""
DEADLY = 620
"""When the first order of replication 1 comes, and of no other, in seconds."""


class Run:
    """A command that goes on in a group of processes of its own."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONFAULTHANDLER": "1", **environment},  # if it dies, it says where
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The program's."""
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self._process.send_signal(number)

    def send_all(self, number: signal.Signals) -> None:
        """Send a signal to the program and its workers, as a terminal does."""
        with suppress(ProcessLookupError):  # it is done
            os.killpg(self._process.pid, number)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that play."""
        children = psutil.Process(self._process.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    def waits(self, seconds: float) -> None:
        """Wait for its end, but no longer than that."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def until_nothing_is_left(self) -> None:
        """Wait for the end of all its processes."""
        until(lambda: not self._is_alive())

    def _is_alive(self) -> bool:
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def told(self) -> tuple[int, str, str]:
        """Wait for the end, and return exit code, output, and errors without the notes of what code it runs."""
        output, errors = self._process.communicate(timeout=PATIENCE_S)
        assert "Traceback" not in output + errors
        lines = errors.splitlines(keepends=True)
        return (
            self._process.returncode,
            output,
            "".join(line for line in lines if not line.startswith("note: ")),
        )

    def end(self) -> None:
        """Leave nothing of it running."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


def until(what: Callable[[], Any]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


class Place:
    """A folder with a scenario and policies in which commands run."""

    def __init__(self, folder: Path, world: str) -> None:
        self.folder = folder
        self._runs: list[Run] = []
        (folder / "small.yaml").write_text(world)
        (folder / "slow.py").write_text(SLOW)
        (folder / "deadly.py").write_text(SLOW.replace("deadly=-1", f"deadly={DEADLY}"))

    def begin(self, *arguments: str, **environment: str) -> Run:
        """Begin a command."""
        run = Run([sys.executable, "-m", "sim", *arguments], self.folder, environment)
        self._runs.append(run)
        return run

    def begin_run(self, out: str, *options: str, file: str = "slow.py", **environment: str) -> Run:
        """Begin the experiment of all tests: two policies, four replications, all journals."""
        policies = ["-p", "nearest", "-p", f"{file}:Slow"]
        command = ["run", "small.yaml", *policies, "-n", "4", "--journal", "all", "--out", out]
        return self.begin(*command, *options, **environment)

    def kept(self, out: str) -> list[tuple[str, int]]:
        """Return the tasks that an unfinished folder has."""
        path = self.folder / out / "tasks.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.is_file() else []
        return [tuple(json.loads(line)[:2]) for line in lines if line.endswith("\n")]  # type: ignore[misc]

    def until_kept(self, out: str, count: int) -> None:
        """Wait until so many tasks are done."""
        until(lambda: len(self.kept(out)) >= count)

    def until_there(self, name: str) -> None:
        """Wait until there is such a file."""
        until((self.folder / name).is_file)

    def result(self, out: str) -> dict[str, bytes]:
        """Return what must be the same of a result, and check that nothing is left over."""
        folder = self.folder / out
        assert not list(folder.glob(".orderlab-*"))
        assert not (folder / "tasks.jsonl").exists()
        files = sorted((folder / "journal").rglob("*.parquet"))
        files += [folder / name for name in TABLES if (folder / name).exists()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    def clean(self) -> None:
        """End what still runs."""
        for run in self._runs:
            run.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have one process of pytest-xdist run all tests of this folder, which share what they compare with."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("execution"))


@pytest.fixture(scope="session")
def place(tmp_path_factory: Any, small: str) -> Iterator[Place]:
    """Return a place that all tests share."""
    world = small.replace("orders_per_day: 60", "orders_per_day: 30")
    place = Place(tmp_path_factory.mktemp("place"), world)
    yield place
    place.clean()


@pytest.fixture(scope="session")
def reference(place: Place) -> dict[str, bytes]:
    """Return the result of the experiment, played by one process."""
    run = place.begin_run("reference", "--jobs", "1")
    assert run.told()[0] == 0
    return place.result("reference")


class Dask:
    """A scheduler, and workers of one thread, in processes of their own and in a folder of their own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self._environment = environment
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self._begin("scheduler", *options)
        until(self.file.is_file)
        until(self.file.read_text)
        self.address: str = json.loads(self.file.read_text())["address"]
        self.workers: list[subprocess.Popen[bytes]] = []

    def _begin(self, *arguments: str, program: Sequence[str] = ("-m", "dask")) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=self.folder,
            env={**os.environ, **self._environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def add_workers(
        self, count: int, *options: str, program: Sequence[str] = ("-m", "dask", "worker")
    ) -> None:
        """Start workers that leave their files in the cluster's folder."""
        usual = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder / "scratch")]
        for _ in range(count):
            self.workers.append(self._begin(self.address, *usual, *options, program=program))

    def clean(self) -> None:
        """End all of it."""
        for process in [*self.workers, self.scheduler]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def dask_cluster(tmp_path: Path) -> Iterator[Callable[..., Dask]]:
    """Return the function that starts a cluster, which is ended with the test."""
    clusters: list[Dask] = []

    def start(**environment: str) -> Dask:
        folder = tmp_path / f"cluster{len(clusters)}"
        folder.mkdir()
        clusters.append(Dask(folder, **environment))
        return clusters[-1]

    yield start
    for cluster in clusters:
        cluster.clean()
