"""The README does what it says: its files are written, its commands run, and what it shows is what comes out.

Commands that make environments are not run here: whoever follows the README in a fresh clone does.
"""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from policies import RuleSet, check_rule_set
from reports import read_result
from reports.sentences import answer
from sim.document import read
from sim.scenario import load_scenario

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in re.split(r"^## ", README, flags=re.MULTILINE)[1:]}
PICTURE = ROOT / "reports" / "first_result.png"

INSTALL = re.compile(r"make |bash \.ci/run|python3 -m venv |pip install ")
STEP = re.compile(
    r"^```(?P<language>\w+)\n(?P<block>.*?)^```$"
    r"|`(?P<old>[^`]+)`\s+to\s+`(?P<new>[^`]+)`"
    r"|`(?P<command>orderlab\s[^`]+)`",
    re.MULTILINE | re.DOTALL,
)


class Step(NamedTuple):
    """Something that a reader does, or should see: a block in a language, a "change" or a "command"."""

    kind: str
    text: str
    new: str = ""


def steps(section: str) -> Iterator[Step]:
    """Yield what there is to do in a section, but for what makes environments."""
    for found in STEP.finditer(section):
        if found["old"]:
            yield Step("change", found["old"], found["new"])
        elif found["command"]:
            yield Step("command", " ".join(found["command"].split()))
        elif found["language"] != "sh":
            yield Step(found["language"], found["block"])
        else:
            for command in shell_lines(found["block"]):
                if not INSTALL.match(command):
                    yield Step("command", command)


def shell_lines(block: str) -> list[str]:
    return [line.split(" #")[0].strip() for line in block.splitlines()]


class Reader:
    """Follows the README in a folder, and remembers the last file and what came out last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder
        self.output = ""
        self.exit_code = 0

    def follow(self, heading: str) -> None:
        """Do all of a section."""
        for step in steps(SECTIONS[heading]):
            if step.kind != "text":
                assert self.exit_code == 0, self.output  # only what is shown may fail
            getattr(self, step.kind)(step)
        assert self.exit_code == 0, self.output

    def command(self, step: Step) -> None:
        """Run a command as a shell would in this environment."""
        programs = Path(sys.executable).parent
        done = subprocess.run(
            step.text,
            shell=True,
            cwd=self.folder,
            env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.output, self.exit_code = done.stdout, done.returncode

    def text(self, step: Step) -> None:
        """See an output: passages between lines of `...`, one after the other."""
        at = 0
        for passage in re.split(r"^\.\.\.\n", step.text, flags=re.MULTILINE):
            assert passage in self.output[at:]
            at = self.output.index(passage, at) + len(passage)
        self.exit_code = 0

    def yaml(self, step: Step) -> None:
        """Write a file that must be right."""
        self._write(step)
        if "\nrules:" in step.text:
            check_rule_set(read(self.file), load_scenario("hello"))
        else:
            assert load_scenario(self.file).warnings == ()

    def python(self, step: Step) -> None:
        """Write a file and run it."""
        self._write(step)
        names = runpy.run_path(str(self.file))
        if "whole" in names:  # "the same objects"
            rules = RuleSet(name="mine", rules=(names["whole"], names["parcels"]))
            assert rules == check_rule_set(read(self.folder / "mine.yaml"))

    def change(self, step: Step) -> None:
        """Change the file written last. A rule set stays right; a scenario is shown to be wrong."""
        text = self.file.read_text(encoding="utf-8")
        assert text.count(step.text) == 1, f"{step.text} in {self.file.name}"
        self.file.write_text(text.replace(step.text, step.new), encoding="utf-8")
        if "\nrules:" in text:
            check_rule_set(read(self.file), load_scenario("hello"))

    def _write(self, step: Step) -> None:
        """A block's first line names its file, as a comment."""
        first = step.text.split("\n", 1)[0]
        name = first.removeprefix("# ") if first.startswith("# ") else f"block.{step.kind}"
        self.file = self.folder / name
        self.file.write_text(step.text, encoding="utf-8")


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.chdir(tmp_path)
    return Reader(tmp_path)


def test_the_first_result_is_as_shown_and_can_be_read_as_told(reader: Reader) -> None:
    reader.follow("A first result")
    reader.follow("Read a result")
    summary = read_result(reader.folder / "runs" / "hello-0001").summary
    with Image.open(PICTURE) as picture:
        told = picture.info["Description"]
    assert told.splitlines() == answer(summary)  # a new picture: python tests/readme/picture.py


def test_a_scenario_is_written_as_told_and_errors_look_as_shown(reader: Reader) -> None:
    reader.follow("Write your own scenario")


def test_rules_are_written_as_told(reader: Reader) -> None:
    reader.follow("Write your own rule")


def test_real_data_are_imported_as_told(reader: Reader) -> None:
    reader.follow("Real data")
    assert (reader.folder / "baskets" / "grocery.yaml").exists()


def test_no_section_is_left_out() -> None:
    played = [heading for heading, text in SECTIONS.items() if list(steps(text))]
    assert played == [
        "A first result",
        "Write your own scenario",
        "Write your own rule",
        "Read a result",
        "Real data",
    ]


def test_every_make_target_and_extra_that_is_named_is_there() -> None:
    lines = [line for text in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in shell_lines(text)]
    targets = {line.removeprefix("make ") for line in lines if line.startswith("make ")}
    assert targets >= {"demo", "test", "check"}
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets <= set(re.findall(r"^(\w+):", rules, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = re.findall(r"pip install '\.\[(\w+)\]'", README)
    assert extras
    assert set(extras) <= set(project["optional-dependencies"])


def test_every_file_that_is_linked_is_there_and_the_picture_is_small() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert len(links) > 3
    assert [link for link in links if not (ROOT / link).is_file()] == []
    assert PICTURE.stat().st_size < 150_000
