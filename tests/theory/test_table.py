"""The table of README.md has every family and instance, nothing that differs, and what the tests say today."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.theory.agreement import FAST, TRUTHS, Row, in_words
from tests.theory.table import HEADING, PAGE, keys_of, line_of, rewritten, rows_of

ROOT = Path(__file__).parents[2]
TEXT = PAGE.read_text(encoding="utf-8")
# Short ones of several kinds: exact traces and counts, distances, means of replications.
PLAYED_AGAIN = ("planned_downtime", "reevaluation", "geography", "random_rounding")


def listed() -> list[dict[str, str]]:
    """Return the rows of all tables, each with the file of its tests."""
    rows, file = [], ""
    for line in TEXT.splitlines():
        file = found[1] if (found := re.search(r"\]\((test_\w+\.py)\)$", line)) else file
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == len(HEADING) and cells[0] != HEADING[0] and not cells[0].startswith("---"):
            rows.append(dict(zip(HEADING, cells, strict=True)) | {"file": file})
    return rows


def pytest_here(*arguments: str) -> str:
    """Run pytest in a process of its own and return what it prints."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=own, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_truth_is_held_by_some_row() -> None:
    assert [key for key in keys_of(TRUTHS) if f"`{key}`" not in TEXT] == []


def test_nothing_differs_and_every_interval_is_narrow() -> None:
    rows = listed()
    assert {row["verdict"] for row in rows} == {"agrees"}
    assert [row for row in rows if float(row["± of the truth"].strip("%") or 0) > 100 * FAST] == []


def test_every_instance_is_listed_and_no_other() -> None:
    collected = pytest_here("--collect-only", "-m", "family", "tests/theory")
    tests = re.findall(r"^tests/theory/(test_\w+\.py)::(\w+)(?:\[(.*)\])?$", collected, re.MULTILINE)
    instances = {(file, instance or in_words(test)) for file, test, instance in tests}
    assert {(row["file"], row["instance"].removesuffix("◦").strip()) for row in listed()} == instances


@pytest.mark.theory
def test_what_is_played_again_says_the_same(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    files = [f"tests/theory/test_{name}.py" for name in PLAYED_AGAIN]
    pytest_here(*files, "-m", "family and not theory", f"--junit-xml={report}")
    rows = list(rows_of(report))
    assert {row.file for row in rows} == {Path(file).name for file in files}
    assert [line_of(row) for row in rows if line_of(row) not in TEXT] == []  # else: make theory


def row(name: str, place: int, result: float, error: float = 0.1) -> Row:
    return Row(name, [], "test_x.py", "test_x", [place], "small", True, "wait", 2.0, result, error, 20)


def test_rows_are_sorted_and_what_differs_is_seen() -> None:
    rows = [row("late", 9, 2.0), row("early", 5, 2.05), row("early", 4, 2.2), row("early", 6, 2.0, 0.0)]
    page = rewritten(TEXT, rows)
    assert page == rewritten(page, reversed(rows))
    assert (
        page.partition("### early")[2]
        == """

[test_x.py](test_x.py)

| instance | what | truth | result | ± | ± of the truth | n | verdict |
|---|---|---|---|---|---|---|---|
| small | wait | 2 | 2.2 | 0.1 | 5.0% | 20 | DIFFERS |
| small | wait | 2 | 2.05 | 0.1 | 5.0% | 20 | agrees |
| small | wait | 2 | 2 | exact |  | 20 | agrees |

### late

[test_x.py](test_x.py)

| instance | what | truth | result | ± | ± of the truth | n | verdict |
|---|---|---|---|---|---|---|---|
| small | wait | 2 | 2 | 0.1 | 5.0% | 20 | agrees |
"""
    )


@pytest.mark.parametrize(("result", "error"), [(2.1, 0.1), (1.9, 0.1)])
def test_the_bounds_of_an_interval_belong_to_it(result: float, error: float) -> None:
    assert row("x", 1, result, error + 1e-12).agrees
