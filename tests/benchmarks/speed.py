"""Orders a second beside bare SimPy timeouts a second, measured in turn in one process.

    python tests/benchmarks/speed.py [--scenario us_parcel] [--policy balanced] [--runs 5]

Machines differ, so speed is told as a ratio: bare timeouts a second ÷ orders a second; lower is better. Every run
measures both, one after the other, and the table shows the least, the median and the largest of the runs.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import simpy

from policies import build_policy, read_policies
from sim.replication import simulate
from sim.scenario import load_scenario

TIMEOUTS = 500_000


def bare_timeouts_per_second() -> float:
    """Time one process that yields timeouts of 1."""

    def tick(env: simpy.Environment) -> Iterator[simpy.Event]:
        for _ in range(TIMEOUTS):
            yield env.timeout(1)

    env = simpy.Environment()
    env.process(tick(env))  # type: ignore[arg-type]
    begin = time.perf_counter()
    env.run()
    return TIMEOUTS / (time.perf_counter() - begin)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="us_parcel")
    parser.add_argument("--policy", default="balanced")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    scenario = load_scenario(arguments.scenario, arguments.changes)
    (source,) = read_policies([arguments.policy], scenario)

    rows = []
    for _ in range(arguments.runs):
        bare = bare_timeouts_per_second()
        policy = build_policy(source, scenario)
        with tempfile.TemporaryDirectory() as folder:
            begin = time.perf_counter()
            journal = simulate(scenario, policy, folder=Path(folder))
            seconds = time.perf_counter() - begin
            orders = journal.table("orders", ["order"]).num_rows
        bare = (bare + bare_timeouts_per_second()) / 2
        rows.append((bare, orders / seconds, bare * seconds / orders))

    print(
        f"{arguments.scenario}, {arguments.policy}, journal on disk: {orders:,} orders, {arguments.runs} runs"
    )
    print(f"{'':28}{'least':>12}{'median':>12}{'largest':>12}")
    names = ("bare timeouts a second", "orders a second", "ratio")
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        shown = (min(values), statistics.median(values), max(values))
        print(f"{name:28}" + "".join(f"{value:12,.{1 if name == 'ratio' else 0}f}" for value in shown))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
