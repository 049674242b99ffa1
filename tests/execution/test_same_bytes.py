"""Where and how often an experiment is begun makes no difference to what it finds, to the byte."""

from __future__ import annotations

import shutil
import signal
from typing import Any

import pytest


@pytest.mark.theory
def test_after_a_worker_and_then_the_program_were_killed_and_it_was_resumed(
    place: Any, reference: dict[str, bytes]
) -> None:
    run = place.begin_run("killed", "--jobs", "2")
    place.until_kept("killed", 2)
    run.workers()[0].kill()
    place.until_kept("killed", 5)  # the rest goes on
    run.send_all(signal.SIGKILL)
    assert run.told()[0] == -signal.SIGKILL
    log = place.folder / "killed" / "tasks.jsonl"
    done = len(place.kept("killed"))
    assert done < 8
    log.write_bytes(log.read_bytes() + b'["Slow", 3, {"cost_per_or')  # killed while it wrote a line
    code, output, errors = place.begin("resume", "killed", "--jobs", "1").told()
    assert (code, errors) == (0, "")
    assert "killed/report.html" in output
    assert place.result("killed") == reference


@pytest.mark.theory
def test_a_killed_worker_loses_nothing(place: Any, reference: dict[str, bytes]) -> None:
    run = place.begin_run("worker", "--jobs", "2")
    place.until_kept("worker", 2)
    run.workers()[0].kill()
    code, _, errors = run.told()
    assert (code, errors) == (0, "")
    assert place.result("worker") == reference


@pytest.mark.theory
def test_on_a_cluster_whose_worker_is_killed_and_has_no_file_of_the_policy(
    place: Any, reference: dict[str, bytes], dask_cluster: Any
) -> None:
    cluster = dask_cluster()
    cluster.add_workers(2, "--no-nanny")
    shutil.copy(place.folder / "slow.py", place.folder / "kept.py")
    run = place.begin_run("cluster", "--cluster", cluster.address)
    try:
        place.until_kept("cluster", 2)
        (place.folder / "slow.py").unlink()
        cluster.workers[0].kill()
        code, _, errors = run.told()
    finally:
        (place.folder / "kept.py").rename(place.folder / "slow.py")
    assert (code, errors) == (0, "")
    assert place.result("cluster") == reference
