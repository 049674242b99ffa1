"""Two processes, and two workers of a Dask cluster, beside one process: the same experiment, in turn.

    python tests/benchmarks/parallel.py [--scenario us_parcel] [--policy balanced] [-n 20] [--runs 3]

A run is all that `Experiment.run` does: processes are started, replications played, numbers compared. The cluster is
there already, as clusters are, and has played one task. Aims, for replications of a second or more on two cores: two
processes at least 1.8 times as quick as one; the cluster at most 10 % slower than two processes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim import Experiment

QUICK = ("warm_up_days=0", "days=0.2", "demand.orders_per_day=1600")
"""A replication of us_parcel takes about a second and a half."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="us_parcel")
    parser.add_argument("--policy", default="balanced")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("-n", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    changes = arguments.changes or (QUICK if arguments.scenario == "us_parcel" else ())

    def seconds(replications: int = arguments.n, **where: Any) -> float:
        experiment = Experiment(
            arguments.scenario, [arguments.policy], replications=replications, changes=changes
        )
        begin = time.perf_counter()
        experiment.run(**where)
        return time.perf_counter() - begin

    rows = []
    with two_workers() as address:
        seconds(2, cluster=address)
        for _ in range(arguments.runs):
            one, two, cluster = seconds(jobs=1), seconds(jobs=2), seconds(cluster=address)
            rows.append((one, one / arguments.n, two, cluster, one / two, 100 * (cluster / two - 1)))

    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{arguments.scenario}, {arguments.policy}, {arguments.n} replications, load at the end {load}")
    print(f"{'':34}{'least':>10}{'median':>10}{'largest':>10}")
    names = (
        "one process, s",
        "one replication, s",
        "two processes, s",
        "two workers of a cluster, s",
        "two processes, times as quick",
        "cluster, % slower than processes",
    )
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        shown = (min(values), statistics.median(values), max(values))
        print(f"{name:34}" + "".join(f"{value:10.2f}" for value in shown))


@contextmanager
def two_workers() -> Iterator[str]:
    """Start a scheduler and two workers of one thread on the loopback, and yield the scheduler's address."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        dask = [sys.executable, "-m", "dask"]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        processes = [subprocess.Popen([*dask, "scheduler", *options], **quiet)]
        try:
            while not file.is_file() or not file.read_text():
                time.sleep(0.1)
            address = json.loads(file.read_text())["address"]
            worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
            processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]
            yield address
        finally:
            for process in processes:
                process.kill()
                process.wait()


if __name__ == "__main__":
    main()
