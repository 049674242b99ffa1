"""The README does what it says: its files are written, its commands run, and what it shows is what comes out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from reports import read_result
from reports.sentences import answer

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "reports" / "first_result.png"


@pytest.fixture
def reader(follower: Any) -> Any:
    return follower("README.md")


@pytest.fixture
def readme(page: Any) -> Any:
    return page("README.md")


def test_the_first_result_is_as_shown_and_can_be_read_as_told(reader: Any) -> None:
    reader.follow("A first result")
    reader.follow("Read a result")
    summary = read_result(reader.folder / "runs" / "hello-0001").summary
    with Image.open(PICTURE) as picture:
        told = picture.info["Description"]
    assert told.splitlines() == answer(summary)  # a new picture: python tests/readme/picture.py


def test_a_scenario_is_written_as_told_and_errors_look_as_shown(reader: Any) -> None:
    reader.follow("Write your own scenario")


def test_rules_are_written_as_told(reader: Any) -> None:
    reader.follow("Write your own rule")


@pytest.mark.theory
def test_precision_and_selection_say_what_is_shown(reader: Any) -> None:
    reader.follow("How many replications")


def test_an_experiment_is_played_in_a_notebook_as_told(reader: Any) -> None:
    reader.follow("In a notebook")


@pytest.mark.theory
def test_workers_on_a_laptop_play_as_told(reader: Any) -> None:
    reader.follow("On more cores and machines")
    assert (reader.folder / "runs" / "hello-0001" / "report.html").exists()


def test_a_bad_rule_is_stopped_as_told_and_the_workflow_passes_a_good_one(reader: Any) -> None:
    reader.follow("Stop a bad rule")
    summary = (reader.folder / "summary.md").read_text(encoding="utf-8")
    assert "**No regression: " in summary


@pytest.mark.theory
def test_real_data_are_imported_as_told(reader: Any) -> None:
    reader.follow("Real data")
    assert (reader.folder / "baskets" / "grocery.yaml").exists()


@pytest.mark.theory
def test_a_sweep_shows_what_a_value_does(reader: Any) -> None:
    reader.follow("What a value does")


def test_no_section_is_left_out(readme: Any) -> None:
    assert readme.played == [
        "A first result",
        "Write your own scenario",
        "Write your own rule",
        "Read a result",
        "How many replications",
        "What a value does",
        "In a notebook",
        "On more cores and machines",
        "Stop a bad rule",
        "Real data",
    ]


def test_every_make_target_and_extra_that_is_named_is_there(readme: Any) -> None:
    lines = readme.commands
    targets = {line.split()[1] for line in lines if line.startswith("make ")}
    assert targets >= {"demo", "test", "check"}
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets <= set(re.findall(r"^(\w+):", rules, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = re.findall(r"pip install '\.\[(\w+)\]'", readme.text)
    assert extras
    assert set(extras) <= set(project["optional-dependencies"])


def test_every_file_that_is_linked_is_there_and_pictures_are_small(readme: Any) -> None:
    assert readme.broken_links == []
    pictures = re.findall(r"\((reports/\w+\.png)\)", readme.text)
    assert len(pictures) == 2
    assert all((ROOT / picture).stat().st_size < 150_000 for picture in pictures)
