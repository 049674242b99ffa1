"""Plays a world in a process of its own, and tells on stdout, as JSON, what that cost. bench.py starts it."""

from __future__ import annotations

import json
import platform
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bare import TIMEOUTS, Beside, bare_seconds
from large import write_large
from parallel import two_processes, two_workers
from parts import Sampler
from world import World

import sim.replication
from policies import build_policy, read_policies
from sim.clock import Clock
from sim.errors import OrderlabError
from sim.replication import simulate
from sim.scenario import load_scenario
from sim.versions import versions

_SAMPLES = 400
"""Of each run. Those of five make a share of 10 % one of 10 ± 1.3 %."""


@contextmanager
def ready(world: World) -> Iterator[Callable[[], int]]:
    """Yield a function that plays a world once and returns the number of orders."""
    with tempfile.TemporaryDirectory() as scratch:
        name = str(write_large(Path(scratch))) if world.scenario == "large" else world.scenario
        scenario = load_scenario(name, world.changes)
        (source,) = read_policies([world.policy], scenario)
        folder = Path(scratch) / "journal" if world.on_disk else None

        def play() -> int:
            journal = simulate(scenario, build_policy(source, scenario), folder=folder)
            orders = int(journal.table("orders", ["order"]).num_rows)
            if not orders:
                raise OrderlabError(f"{world.scenario}: no order is placed, so there is nothing to measure")
            return orders

        yield play


def speed(world: World, runs: int) -> list[dict[str, Any]]:
    """Play a world so often, beside bare SimPy, and return what each run took."""
    rows = []
    with ready(world) as play:
        for _ in range(runs):
            beside = Beside()
            with beside.measured():
                orders = play()
            us = beside.seconds / orders * 1e6
            rows.append(
                {
                    "orders": orders,
                    "us": us,
                    "ratio": us / (beside.bare_s / TIMEOUTS * 1e6),
                    "bare_s": beside.bare_s,
                }
            )
    return rows


def parts(world: World, runs: int) -> dict[str, Any]:
    """Play a world as often as it takes to see where the time goes; count its events, and see its memory at its peak."""
    clocks: list[Clock] = []

    class Counted(Clock):
        def __init__(self) -> None:
            super().__init__()
            clocks.append(self)

    vars(sim.replication)["Clock"] = Counted
    sampler = Sampler()
    with ready(world) as play:
        with sampler.sampling():
            orders = play()
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        while sampler.samples.total() < _SAMPLES * runs:
            with sampler.sampling():
                play()
    return {
        "events": next(clocks[0].env._eid) / orders,
        "peak_mib": peak_mib,
        "asked": sampler.asked,
        "samples": [[*key, number] for key, number in sampler.samples.most_common()],
    }


def about() -> dict[str, str | None]:
    """Tell which machine and which versions figures are of."""
    processor = platform.processor() or platform.machine()
    names = Path("/proc/cpuinfo")
    if names.exists():
        models = [
            line.partition(":")[2].strip() for line in names.read_text().splitlines() if "model name" in line
        ]
        processor = models[0] if models else processor
    return {"processor": processor, "system": platform.system(), **versions()}


def main() -> None:
    """Answer one question, which is the first argument; the others are as JSON."""
    question, *rest = sys.argv[1:]
    values = [json.loads(value) for value in rest]
    answers: dict[str, Callable[..., object]] = {
        "bare": bare_seconds,
        "about": about,
        "speed": lambda world, runs: speed(World(**world), runs),
        "parts": lambda world, runs: parts(World(**world), runs),
        "two_processes": two_processes,
        "two_workers": two_workers,
    }
    try:
        print(json.dumps(answers[question](*values)))
    except OrderlabError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
