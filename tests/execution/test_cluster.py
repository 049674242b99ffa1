"""A Dask cluster that is not as it should be is spoken of plainly, and left as it was found."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim import Experiment
from sim.errors import InputError

BARE = """\
import sys
sys.modules["sim"] = None  # orderlab is not installed
from distributed.cli.dask_worker import main
main()
"""
OTHERS = """\
import importlib.metadata
true = importlib.metadata.version
importlib.metadata.version = lambda name: "1.0" if name in ("numpy", "simpy") else true(name)
from distributed.cli.dask_worker import main
main()
"""


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a server that takes calls and says nothing, as one for web pages does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def test_an_address_is_refused_before_anything_is_touched(
    tmp_path: Path, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.execution.cluster._ANSWERS_WITHIN_S", 0.5)
    monkeypatch.chdir(tmp_path)
    Path("scheduler.json").write_text("{}")
    experiment = Experiment("hello", ["nearest"], replications=1)
    wrong = {
        "10.0.0.5": r"value '10.0.0.5': is not the address of a scheduler, such as tcp://10.0.0.5:8786: missing port",
        "http://127.0.0.1:1": "is not the address of a scheduler.*: unknown address scheme 'http'",
        "tls://127.0.0.1:1": "is not the address of a scheduler.*: TLS",
        "tcp://127.0.0.1:9": "no Dask scheduler answers there",
        silent: "no Dask scheduler answers there",
        "scheduler.json": "no Dask scheduler has written its address into this file",
    }
    for address, message in wrong.items():
        with pytest.raises(InputError, match=f"^--cluster: .*{message}"):
            experiment.run("result", cluster=address)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"needs Dask: pip install 'orderlab\[cluster\]'"):
        experiment.run("result", cluster="tcp://127.0.0.1:9")
    assert [path.name for path in tmp_path.iterdir()] == ["scheduler.json"]


@pytest.mark.theory
def test_workers_need_the_same_orderlab_and_the_same_packages(place: Any, dask_cluster: Any) -> None:
    for name, text in (("bare.py", BARE), ("others.py", OTHERS)):
        cluster = dask_cluster()
        (cluster.folder / name).write_text(text)
        cluster.add_workers(1, "--no-nanny", program=[name])
        code, output, errors = place.begin_run(name, "--cluster", str(cluster.file)).told()
        assert (code, output) == (2, "")
        said, kept = errors.splitlines()
        assert kept == f"0 replications kept: orderlab resume {name}"
        if name == "bare.py":
            rule = "orderlab is not installed on every worker, in the version of this machine"
            assert said.startswith(f"{cluster.file}: {rule}: ")
        else:
            assert said.startswith("worker tcp://127.0.0.1:")
            assert "has simpy 1.0 (here 4." in said
            assert ", numpy 1.0 (here " in said
            assert said.endswith("workers need the versions of this machine")
        assert [worker.poll() for worker in cluster.workers] == [None]  # nobody else's cluster is harmed


@pytest.mark.theory
def test_a_wrong_worker_that_comes_later_is_found_out_and_the_rest_is_played_without_it(
    place: Any, reference: dict[str, bytes], dask_cluster: Any
) -> None:
    cluster = dask_cluster()
    cluster.add_workers(1, "--no-nanny")
    run = place.begin_run("later", "--cluster", cluster.address)
    place.until_kept("later", 1)
    (cluster.folder / "others.py").write_text(OTHERS)
    cluster.add_workers(1, "--no-nanny", program=["others.py"])
    code, _, errors = run.told()
    if code == 0:  # the first worker was quicker than the second could start
        pytest.fail("the experiment is too short to be joined")
    assert "workers need the versions of this machine" in errors
    cluster.workers[1].kill()
    assert place.begin("resume", "later", "--cluster", cluster.address).told()[0] == 0
    assert place.result("later") == reference


@pytest.mark.theory
def test_a_cluster_that_grows_when_tasks_wait_is_waited_for(
    place: Any, reference: dict[str, bytes], dask_cluster: Any
) -> None:
    cluster = dask_cluster()
    run = place.begin_run("waits", "--cluster", cluster.address)
    place.until_there("waits/provenance.json")
    time.sleep(14)
    cluster.add_workers(1)
    code, _, errors = run.told()
    assert (code, errors) == (0, f"there is no worker yet at {cluster.address}: waiting for one\n")
    assert place.result("waits") == reference


@pytest.mark.theory
def test_all_workers_may_be_lost_when_others_come(
    place: Any, reference: dict[str, bytes], dask_cluster: Any
) -> None:
    cluster = dask_cluster()
    cluster.add_workers(1, "--no-nanny")
    run = place.begin_run("others", "--cluster", cluster.address)
    place.until_kept("others", 2)
    cluster.workers[0].kill()
    cluster.add_workers(1, "--no-nanny")
    code, _, errors = run.told()
    assert (code, errors) == (0, "")
    assert place.result("others") == reference
    left = list((cluster.folder / "scratch").rglob("*.parquet"))
    assert left == []  # the second worker has removed what the first left


@pytest.mark.theory
def test_a_scheduler_that_dies_leaves_what_is_done(
    place: Any, reference: dict[str, bytes], dask_cluster: Any
) -> None:
    cluster = dask_cluster()
    cluster.add_workers(1, "--no-nanny")
    run = place.begin_run("headless", "--cluster", cluster.address)
    place.until_kept("headless", 2)
    cluster.scheduler.send_signal(signal.SIGKILL)
    code, output, errors = run.told()
    assert (code, output) == (2, "")
    kept = len(place.kept("headless"))
    assert errors.splitlines() == [
        f"the scheduler at {cluster.address} is gone, or was restarted",
        f"{kept} replications kept: orderlab resume headless",
    ]
    assert place.begin("resume", "headless", "--jobs", "2").told()[0] == 0
    assert place.result("headless") == reference


@pytest.mark.theory
def test_ctrl_c_leaves_the_cluster_to_others(
    place: Any, reference: dict[str, bytes], dask_cluster: Any
) -> None:
    cluster = dask_cluster()
    cluster.add_workers(2)
    run = place.begin_run("left", "--cluster", cluster.address)
    place.until_kept("left", 2)
    run.send_all(signal.SIGINT)
    code, _, errors = run.told()
    assert code == 130
    assert errors.splitlines()[0] == "stopped"
    assert place.begin("resume", "left", "--cluster", cluster.address).told()[0] == 0
    assert place.result("left") == reference
