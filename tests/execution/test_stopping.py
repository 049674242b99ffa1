"""An experiment that is stopped, by whatever, says how it can be completed, and can."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports import read_result
from sim import Experiment
from sim.errors import InputError

MOMENTS = {"processes start": 0, "one is done": 1, "most are done": 6, "tables are written": 8}


def test_ctrl_c_leaves_what_is_done_and_says_how_to_go_on(place: Any) -> None:
    run = place.begin_run("stopped", "--jobs", "2")
    place.until_kept("stopped", 2)
    busy = Experiment.read(place.folder / "stopped")
    with pytest.raises(InputError, match="is being played by another program"):
        busy.resume(place.folder / "stopped")
    run.send_all(signal.SIGINT)
    code, output, errors = run.told()
    kept = len(place.kept("stopped"))
    assert (code, output) == (130, "")
    assert errors.splitlines() == ["stopped", f"{kept} replications kept: orderlab resume stopped"]
    with pytest.raises(
        InputError, match=r"stopped: the run was interrupted: orderlab resume .* completes it"
    ):
        read_result(place.folder / "stopped")


@pytest.mark.theory
def test_commands_that_need_a_result_name_the_one_that_completes_it(place: Any) -> None:
    run = place.begin_run("undone", "--jobs", "2")
    place.until_kept("undone", 2)
    run.send_all(signal.SIGKILL)
    run.told()
    for command in (["report", "undone"], ["check", "undone", "--save", "baseline.json"]):
        code, output, errors = place.begin(*command).told()
        assert (code, output) == (2, "")
        assert errors == "undone: the run was interrupted: orderlab resume undone completes it\n"
    assert place.begin("explain", "undone", "7").told()[0] == 0  # it is played again for that


@pytest.mark.theory
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", list(MOMENTS))
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_stopped_at_any_moment_and_completed_in_another_way(
    place: Any, reference: dict[str, bytes], number: signal.Signals, moment: str, jobs: str
) -> None:
    out = f"{number.name}-{MOMENTS[moment]}-{jobs}"
    run = place.begin_run(out, "--jobs", jobs)
    place.until_there(f"{out}/provenance.json")
    place.until_kept(out, MOMENTS[moment])
    run.send_all(number)
    run.send_all(number)  # as `timeout` does, and somebody who has no patience
    code, _, errors = run.told()
    assert code == 128 + number
    assert f"orderlab resume {out}" in errors
    run.until_nothing_is_left()
    code, _, errors = place.begin("resume", out, "--jobs", "1" if jobs == "2" else "2").told()
    assert (code, errors) == (0, "")
    assert place.result(out) == reference


@pytest.mark.theory
def test_workers_end_with_the_program_that_was_killed(place: Any) -> None:
    run = place.begin_run("orphans", "--jobs", "2")
    place.until_kept("orphans", 1)
    workers = run.workers()
    run.send(signal.SIGKILL)
    for worker in workers:
        worker.wait(timeout=30)


@pytest.mark.theory
@pytest.mark.usefixtures("reference")
def test_a_disk_that_is_full_is_named_and_the_rest_can_be_played_later(place: Any) -> None:
    journal = place.folder / "reference" / "journal" / "nearest" / "0"
    largest = max(path.stat().st_size for path in journal.iterdir())
    command = ["run", "small.yaml", "-p", "nearest", "-n", "2", "--out", "full", "--jobs"]
    for jobs in ("1", "2"):
        found = subprocess.run(
            [sys.executable, "-m", "sim", *command, jobs, "--overwrite"],
            cwd=place.folder,
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, largest - 1)),
            check=False,
        )
        assert found.returncode == 2, found.stderr
        said = found.stderr.splitlines()
        assert len(said) == 2, said
        assert "too large" in said[0]
        assert said[1] == "0 replications kept: orderlab resume full"
    assert place.begin("resume", "full").told()[0] == 0


@pytest.mark.theory
def test_a_folder_that_is_moved_away_is_missed_in_one_message(place: Any) -> None:
    run = place.begin_run("moved", "--jobs", "2")
    place.until_kept("moved", 1)
    (place.folder / "moved").rename(place.folder / "elsewhere")
    code, output, errors = run.told()
    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1
    assert "No such file or directory" in errors
    assert place.begin("resume", "elsewhere").told()[0] == 0


@pytest.mark.usefixtures("reference")
def test_a_finished_folder_has_nothing_to_resume(place: Any) -> None:
    code, _, errors = place.begin("resume", "reference").told()
    assert (code, errors) == (2, "reference: is complete: there is nothing to resume\n")


@pytest.mark.theory
def test_a_folder_that_was_changed_or_begun_by_others_is_not_resumed(place: Any) -> None:
    run = place.begin_run("changed", "--jobs", "2")
    place.until_kept("changed", 1)
    run.send_all(signal.SIGTERM)
    assert run.told()[0] == 143
    folder: Path = place.folder / "changed"
    before = (folder / "provenance.json").read_text()
    told = json.loads(before)
    told["versions"]["numpy"] = "1.0"
    (folder / "provenance.json").write_text(json.dumps(told))
    code, _, errors = place.begin("resume", "changed").told()
    assert code == 2
    assert errors.splitlines() == [
        "changed: was begun with numpy 1.0: its parts would not fit; orderlab again plays it anew"
    ]
    (folder / "provenance.json").write_text(before)
    scenario = folder / "scenario.yaml"
    scenario.write_text(scenario.read_text() + "\n# later\n")
    code, _, errors = place.begin("resume", "changed").told()
    assert (code, errors) == (2, "changed/scenario.yaml: is missing, or has changed since the run\n")


@pytest.mark.theory
@pytest.mark.usefixtures("reference")
def test_again_names_what_is_not_the_same_and_the_versions(place: Any, tmp_path: Path) -> None:
    folder = place.folder / "reference"
    before = (folder / "provenance.json").read_text()
    told = json.loads(before)
    told["versions"]["numpy"] = "1.0"
    journal = folder / "journal" / "nearest" / "0" / "orders.parquet"
    bytes_before = journal.read_bytes()
    try:
        (folder / "provenance.json").write_text(json.dumps(told))
        journal.write_bytes(b"another")
        code, output, _ = place.begin("again", "reference", "--out", str(tmp_path / "other")).told()
    finally:
        journal.write_bytes(bytes_before)
        (folder / "provenance.json").write_text(before)
    assert code == 0
    assert output.splitlines()[-2] == "not the same as reference: journal/nearest/0/orders.parquet"
    assert output.splitlines()[-1].startswith("versions: numpy 1.0 is now ")
    assert os.listdir(tmp_path) == ["other"]


@pytest.mark.theory
def test_again_says_that_all_is_the_same(place: Any, reference: dict[str, bytes]) -> None:
    code, output, errors = place.begin("again", "reference", "--out", "again", "--jobs", "2").told()
    assert (code, errors) == (0, "")
    assert (
        output.splitlines()[-1] == f"the same as reference, to the byte: {len(reference)} tables and journals"
    )
