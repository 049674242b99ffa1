"""Two commands on one folder at the same time: one of them is sent away, and the other does not notice."""

from __future__ import annotations

import signal
from typing import Any

import pytest

pytestmark = pytest.mark.theory

PLAYED = "is being played by another program: wait for its end, or end it"


def test_a_folder_that_is_being_played_is_not_overwritten(place: Any, reference: dict[str, bytes]) -> None:
    run = place.begin_run("busy", "--jobs", "2")
    place.until_kept("busy", 1)
    run.send_all(signal.SIGSTOP)  # so that it is not done before the others have looked
    code, output, errors = place.begin_run("busy", "--overwrite", "--jobs", "1").told()
    assert (code, output, errors) == (2, "", f"busy: {PLAYED}\n")
    code, output, errors = place.begin("report", "busy").told()
    assert (code, output, errors) == (2, "", f"busy: {PLAYED}\n")
    run.send_all(signal.SIGCONT)
    code, _, errors = run.told()
    assert (code, errors) == (0, "")
    assert place.result("busy") == reference


def test_of_two_that_begin_at_once_one_plays(place: Any, reference: dict[str, bytes]) -> None:
    for round_ in range(4):
        out = f"twice-{round_}"
        runs = [place.begin_run(out, "--jobs", "1") for _ in range(2)]
        outcomes = sorted(run.told() for run in runs)
        assert [code for code, _, _ in outcomes] == [0, 2]
        assert outcomes[1][2] in (
            f"{out}: {PLAYED}\n",
            f"{out}: holds something already: choose another --out, or add --overwrite\n",
        )
        assert place.result(out) == reference


def test_of_two_that_resume_at_once_one_does(place: Any, reference: dict[str, bytes]) -> None:
    run = place.begin_run("again-and-again", "--jobs", "2")
    place.until_kept("again-and-again", 2)
    run.send_all(signal.SIGKILL)
    run.told()
    runs = [place.begin("resume", "again-and-again", "--jobs", "1") for _ in range(2)]
    outcomes = sorted(run.told() for run in runs)
    assert [code for code, _, _ in outcomes] == [0, 2]
    assert outcomes[1][2] == f"again-and-again: {PLAYED}\n"
    assert place.result("again-and-again") == reference


def test_two_that_write_a_report_at_once_both_do(place: Any, reference: dict[str, bytes]) -> None:
    page = place.folder / "reference" / "report.html"
    before = page.read_bytes()
    runs = [place.begin("report", "reference") for _ in range(2)]
    assert [run.told()[0] for run in runs] == [0, 0]
    assert page.read_bytes() == before
    assert place.result("reference") == reference


def test_two_that_look_for_a_free_folder_find_two(place: Any) -> None:
    command = ["run", "small.yaml", "-p", "nearest", "-n", "1", "--jobs", "1"]
    runs = [place.begin(*command) for _ in range(3)]
    said = [run.told() for run in runs]
    assert [code for code, _, _ in said] == [0, 0, 0]
    reports = {output.splitlines()[-1] for _, output, _ in said}
    assert len(reports) == 3
