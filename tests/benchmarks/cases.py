"""The cases: what is measured, how, and what is aimed at. Each runs in processes of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from world import World

ROOT = Path(__file__).parents[2]
PLAY = Path(__file__).with_name("play.py")
WRONG = 2
"""Exit code for what the user got wrong."""

_FUNCTIONS = 5
"""Of each part, so many are kept."""

Measured = dict[str, Any]
"""Figures of one case, as JSON holds them; see README.md."""


@dataclass(frozen=True, kw_only=True)
class Case(ABC):
    """Something that is measured.

    Attributes:
        name: by which it is chosen. about: what it is, in a line.
        aim: what the target is of. target: None for what has none. more: whether more is better.
        is_long: whether it is left out unless asked for.

    """

    name: str
    about: str
    aim: ClassVar[str]
    target: float | None = None
    more: bool = False
    is_long: bool = False

    @abstractmethod
    def measure(self, runs: int) -> Measured:
        """Return its figures, of so many runs where one is short."""


@dataclass(frozen=True, kw_only=True)
class Speed(Case):
    """Orders a second beside bare SimPy, and where the time goes."""

    world: World
    aim: ClassVar[str] = "ratio"

    def measure(self, runs: int) -> Measured:
        """Play it so many times for its speed, then for its parts."""
        rows = ask("speed", asdict(self.world), runs)
        us = [row["us"] for row in rows]
        looked = ask("parts", asdict(self.world), runs)
        total = sum(number for _, _, number in looked["samples"])
        each = statistics.median(us) / total
        parts: Counter[str] = Counter()
        functions: dict[str, dict[str, float]] = {}
        for part, name, number in looked["samples"]:  # most frequent first
            parts[part] += number * each
            if len(functions.setdefault(part, {})) < _FUNCTIONS:
                functions[part][name] = number * each
        return {
            **spread([row["ratio"] for row in rows]),
            "orders": rows[0]["orders"],
            "orders_per_s": 1e6 / statistics.median(us),
            "us": spread(us),
            "parts": parts,
            "functions": functions,
            "asked": looked["asked"] * each,
            "events": looked["events"],
            "bare_s": spread([row["bare_s"] for row in rows]),
            "peak_mib": looked["peak_mib"],
        }


@dataclass(frozen=True, kw_only=True)
class Growth(Case):
    """The cost of an order in a long run, as a multiple of that in a short one."""

    short: World
    long: World
    aim: ClassVar[str] = "times"
    is_long: bool = True

    def measure(self, runs: int) -> Measured:
        """Play the short one so many times, and the long one once in the middle."""
        before = ask("speed", asdict(self.short), (runs + 1) // 2)
        (long,) = ask("speed", asdict(self.long), 1)
        after = ask("speed", asdict(self.short), runs // 2)
        return {
            **spread([long["ratio"] / row["ratio"] for row in before + after]),
            "orders": long["orders"],
            "orders_per_s": 1e6 / long["us"],
            "us": spread([long["us"]]),
        }


@dataclass(frozen=True, kw_only=True)
class Memory(Case):
    """The memory of `orderlab run`, at its peak; its time, and the size of what it leaves."""

    world: World
    journal: str
    aim: ClassVar[str] = "GB"
    is_long: bool = True

    def measure(self, runs: int) -> Measured:
        """Run it once."""
        world = self.world
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "result"
            changes = [word for change in world.changes for word in ("--set", change)]
            arguments = [world.scenario, "-p", world.policy, "-n", "1", *changes, "--out", str(out)]
            cost = run("run", *arguments, "--journal", self.journal, "--quiet")
            kpis = json.loads((out / "summary.json").read_text())["kpis"]
            orders = next(iter(kpis["orders"].values()))["mean"]
            files_mb = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6
        us = cost.cpu_s / orders * 1e6
        return {
            **spread([cost.peak_mib * 1.048576 / 1000]),
            "orders": orders,
            "orders_per_s": 1e6 / us,
            "us": spread([us]),
            "peak_mib": cost.peak_mib,
            "files_mb": files_mb,
        }


@dataclass(frozen=True, kw_only=True)
class Command(Case):
    """The CPU time of a command."""

    arguments: tuple[str, ...]
    aim: ClassVar[str] = "CPU s"

    def measure(self, runs: int) -> Measured:
        """Call it so many times, beside bare SimPy."""
        with self.called() as arguments:
            bare = [ask("bare")]
            costs = []
            for _ in range(runs):
                costs.append(run(*arguments))
                bare.append(ask("bare"))
        seconds = [cost.cpu_s for cost in costs]
        beside = [
            2 * second / (before + after)
            for second, before, after in zip(seconds, bare, bare[1:], strict=False)
        ]
        return {
            **spread(seconds),
            "beside": spread(beside),
            "bare_s": spread(bare),
            "peak_mib": max(cost.peak_mib for cost in costs),
        }

    @contextmanager
    def called(self) -> Iterator[Sequence[str]]:
        """Yield its arguments, while what they name is there."""
        yield self.arguments


@dataclass(frozen=True, kw_only=True)
class Validation(Command):
    """The CPU time of `orderlab validate` for a long file."""

    arguments: tuple[str, ...] = ("validate",)
    lines: int = 10_000

    @contextmanager
    def called(self) -> Iterator[Sequence[str]]:
        """Yield the command, and a scenario written for it: hello, with more and more items."""
        hello = (ROOT / "scenarios" / "hello.yaml").read_text(encoding="utf-8")
        more = self.lines - hello.count("\n")
        items = [
            f"  - {{id: item-{number}, weight_kg: {number % 90 / 10 + 0.1:.1f}, price: {number % 70 + 1}, cost: 1}}\n"
            for number in range(more)
        ]
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "long.yaml"
            file.write_text(hello.replace("items:\n", "items:\n" + "".join(items)), encoding="utf-8")
            yield (*self.arguments, str(file))


@dataclass(frozen=True, kw_only=True)
class Parallel(Case):
    """How many times as long one way to play an experiment takes as another: the first of a question's answer."""

    question: str
    aim: ClassVar[str] = "times"
    is_long: bool = True

    def measure(self, runs: int) -> Measured:
        """Play it both ways, in turn, three times at most."""
        pairs = [ask(self.question) for _ in range(min(runs, 3))]
        return spread([first / second for first, second in pairs])


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def run(*arguments: str) -> Cost:
    """Run orderlab, and return what that took."""
    command = [sys.executable, "-m", "sim", *arguments]
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    wall_s = time.perf_counter() - begin
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def ask(question: str, *values: object) -> Any:
    """Put a question to a process of its own; see play.py."""
    command = [sys.executable, str(PLAY), question, *map(json.dumps, values)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if done.returncode == WRONG:
        sys.exit(WRONG)  # it has said what
    done.check_returncode()
    return json.loads(done.stdout)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the least, the median and the largest."""
    return {"least": min(values), "median": statistics.median(values), "largest": max(values)}


_AMBIENT = tuple(
    f"items.generate.categories.{name}.handling=[ambient]" for name in ("apparel", "furniture", "sprays")
)
CASES: tuple[Case, ...] = (
    Speed(
        name="us_parcel",
        about="10 sites, 2,000 items, `balanced`, full journal",
        target=40,
        world=World("us_parcel", "balanced", ("days=0.1",)),
    ),
    Speed(
        name="physics",
        about="us_parcel, each region from one site, unlimited stock of what any site may keep, no journal on disk",
        target=25,
        world=World(
            "us_parcel",
            "tests/benchmarks/fixed.py:Fixed",
            ("days=0.1", "stock=null", *_AMBIENT),
            on_disk=False,
        ),
    ),
    Speed(
        name="large",
        about="1,000 stores, 10,000 items, `balanced`, full journal",
        target=80,
        world=World("large", "balanced"),
    ),
    Speed(
        name="everything",
        about="us_parcel with nearly all that a rule set can say, every decision in the journal",
        target=90,
        world=World("us_parcel", "everything", ("days=0.1",)),
    ),
    Command(name="help", about="orderlab --help", target=0.25, arguments=("--help",)),
    Validation(name="validate", about="orderlab validate, for a file of 10,000 lines", target=4),
    Growth(
        name="growth",
        about="an order of 10,000,000 against one of 100,000, at 20,000 a day",
        target=1.15,
        short=World("us_parcel", "balanced", ("days=4",)),
        long=World("us_parcel", "balanced", ("days=500",)),
    ),
    Memory(
        name="memory_all",
        about="orderlab run, 10,000,000 orders, --journal all",
        target=1.5,
        world=World("us_parcel", "balanced", ("days=500",)),
        journal="all",
    ),
    Memory(
        name="memory_none",
        about="orderlab run, 10,000,000 orders, --journal none",
        target=0.7,
        world=World("us_parcel", "balanced", ("days=500",)),
        journal="none",
    ),
    Parallel(
        name="parallel",
        about="20 replications of 4 policies: one process against two",
        target=1.8,
        more=True,
        question="two_processes",
    ),
    Parallel(
        name="cluster",
        about="the same: two workers of a Dask cluster against two processes",
        target=1.1,
        question="two_workers",
    ),
)
