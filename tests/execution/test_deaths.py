"""A task that kills its worker is found out and named, and the others are played."""

from __future__ import annotations

from typing import Any

import pytest

OTHERS = {("nearest", number) for number in range(4)} | {("Slow", 0), ("Slow", 2), ("Slow", 3)}
KILLER = [
    "Slow, replication 1: the worker died each time that this was played, as it does when memory runs out"
]


@pytest.mark.theory
def test_a_task_that_kills_its_process_is_named_and_the_others_are_kept(place: Any) -> None:
    run = place.begin_run("deadly", "--jobs", "2", file="deadly.py")
    code, output, errors = run.told()
    assert (code, output) == (2, "")
    assert errors.splitlines() == [*KILLER, "7 replications kept: orderlab resume deadly"]
    assert set(place.kept("deadly")) == OTHERS


def test_a_policy_that_ends_its_process_does_not_end_the_program_of_one_replication(place: Any) -> None:
    (place.folder / "ends.py").write_text(
        "import os\n\n\nclass Ends:\n    def allocate(self, order, network):\n        os._exit(0)\n"
    )
    run = place.begin("run", "small.yaml", "-p", "ends.py:Ends", "-n", "1", "--out", "ended")
    code, output, errors = run.told()
    assert (code, output) == (2, "")
    assert errors.startswith("Ends, replication 0: the worker died each time")


@pytest.mark.theory
def test_a_task_that_kills_its_worker_is_named_by_a_cluster_too(place: Any, dask_cluster: Any) -> None:
    cluster = dask_cluster(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    cluster.add_workers(2)  # with nannies, which start them again
    code, output, errors = place.begin_run("there", "--cluster", cluster.address, file="deadly.py").told()
    assert (code, output) == (2, "")
    assert errors.splitlines() == [*KILLER, "7 replications kept: orderlab resume there"]
    assert set(place.kept("there")) == OTHERS


@pytest.mark.theory
def test_when_no_worker_is_left_that_is_said(place: Any, dask_cluster: Any) -> None:
    cluster = dask_cluster()
    cluster.add_workers(2, "--no-nanny")
    run = place.begin_run(
        "nobody",
        *("--cluster", cluster.address),
        file="deadly.py",
        DASK_DISTRIBUTED__SCHEDULER__NO_WORKERS_TIMEOUT="3s",
    )
    code, output, errors = run.told()
    assert (code, output) == (2, "")
    kept = len(place.kept("nobody"))
    assert errors.splitlines() == [
        f"no worker is left at {cluster.address}: all have died, or were ended",
        f"{kept} replications kept: orderlab resume nobody",
    ]
