"""The same experiment in one process, in two, and on two workers of a Dask cluster.

A run is all that `Experiment.run` does: processes are started, replications played, numbers compared. The cluster is
there already, as clusters are, and has played one task.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim import Experiment

POLICIES = ("nearest", "cheapest", "fewest_shipments", "balanced")
REPLICATIONS = 20
CHANGES = ("warm_up_days=0", "days=0.2", "demand.orders_per_day=2500")
"""A replication of us_parcel then takes a second or two."""


def two_processes() -> tuple[float, float]:
    """Return the seconds that one process takes, and that two take."""
    return _seconds(jobs=1), _seconds(jobs=2)


def two_workers() -> tuple[float, float]:
    """Return the seconds that two workers of a cluster take, and that two processes take."""
    with cluster() as address:
        _seconds(2, cluster=address)
        return _seconds(cluster=address), _seconds(jobs=2)


def _seconds(replications: int = REPLICATIONS, **where: Any) -> float:
    experiment = Experiment("us_parcel", POLICIES, replications=replications, changes=CHANGES)
    begin = time.perf_counter()
    experiment.run(**where)
    return time.perf_counter() - begin


@contextmanager
def cluster() -> Iterator[str]:
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
