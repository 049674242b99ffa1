"""A reader who follows a page: its files are written, its commands run, and what it shows is what comes out.

Commands that make environments are not run: whoever follows a page in a fresh clone does.
"""

from __future__ import annotations

import html
import os
import re
import runpy
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from policies import RuleSet, check_rule_set
from sim.document import read
from sim.scenario import load_scenario
from tests.conftest import program

ROOT = Path(__file__).parents[2]

INSTALL = re.compile(r"make |bash \.ci/run|python3 -m venv |pip install ")
STEP = re.compile(
    r"(?:`(?P<table>[\w.]+)`:\n\n)?^```(?P<language>\w+)\n(?P<block>.*?)^```$"
    r"|(?:In\s+`(?P<file>[^`]+)`,\s+change\s+)?`(?P<old>[^`]+)`\s+to\s+`(?P<new>[^`]+)`"
    r"|`(?P<command>orderlab\s[^`]+)`"
    r"|Open\s+`(?P<report>[^`]+\.html)`",
    re.MULTILINE | re.DOTALL,
)
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


class Step(NamedTuple):
    """Something that a reader does, or should see: a block in a language, a "change", a "command" or a "report"."""

    kind: str
    text: str
    new: str = ""
    file: str = ""


def steps(section: str) -> Iterator[Step]:
    """Yield what there is to do in a section, but for what makes environments."""
    for found in STEP.finditer(section):
        if found["old"]:
            yield Step("change", found["old"], found["new"], found["file"] or "")
        elif found["report"]:
            yield Step("report", found["report"])
        elif found["command"]:
            yield Step("command", " ".join(found["command"].split()))
        elif found["language"] != "sh":
            yield Step(found["language"], found["block"], file=found["table"] or "")
        else:
            for command in shell_lines(found["block"]):
                if command and not INSTALL.match(command):
                    yield Step("command", command)


def shell_lines(block: str) -> list[str]:
    return [line.split(" #")[0].strip() for line in block.splitlines()]


class Page:
    """A page of the repository, by its sections."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        parts = re.split(r"^## ", self.text, flags=re.MULTILINE)[1:]
        self.sections = {part.split("\n", 1)[0]: part for part in parts}

    @property
    def played(self) -> list[str]:
        """The headings of sections in which there is something to do."""
        return [heading for heading, text in self.sections.items() if list(steps(text))]

    @property
    def commands(self) -> list[str]:
        """Every line of every block of shell commands."""
        blocks = re.findall(r"```sh\n(.*?)```", self.text, re.DOTALL)
        return [line for block in blocks for line in shell_lines(block)]

    @property
    def numbers(self) -> set[str]:
        """The numbers of its words: not of what stands in boxes, or is code."""
        words = re.sub(r"^```.*?^```$|`[^`]*`|\]\([^)]*\)", "", self.text, flags=re.MULTILINE | re.DOTALL)
        return set(NUMBER.findall(words))

    @property
    def broken_links(self) -> list[str]:
        """Links to files, or to headings of pages, that are not there."""
        broken = []
        for link in re.findall(r"\]\(([^)]+)\)", self.text):
            file, _, heading = link.partition("#")
            target = self.path.parent / file if file else self.path
            if "://" not in link and (
                not target.is_file() or (heading and heading not in Page(target).headings)
            ):
                broken.append(link)
        return broken

    @property
    def headings(self) -> set[str]:
        """Its headings as links name them."""
        return {
            re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-")
            for line in re.findall(r"^#+ (.*)$", self.text, re.MULTILINE)
        }


class Reader:
    """Follows a page in a folder, and remembers the last file, what came out last, and all that there was to see."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.file = folder
        self.output = ""
        self.exit_code = 0
        self.seen: list[str] = []
        self._world: str | Path = "hello"  # for which rule sets are written
        self._background: list[subprocess.Popen[bytes]] = []

    def follow(self, heading: str) -> None:
        """Do all of a section."""
        for step in steps(self.page.sections[heading]):
            if step.kind != "text":
                assert self.exit_code == 0, self.output  # only what is shown may fail
            getattr(self, step.kind)(step)
            self.seen += [step.text, step.new, self.output]
        assert self.exit_code == 0, self.output

    def follow_all(self) -> None:
        """Do all of a page, from its first section to its last."""
        for heading in self.page.played:
            self.follow(heading)

    @property
    def numbers(self) -> set[str]:
        """All numbers that were typed or seen."""
        return set(NUMBER.findall("\n".join(self.seen)))

    def command(self, step: Step) -> None:
        """Run a command as a shell would in this environment; the program itself in this process, which is there."""
        words = shlex.split(step.text)
        if words[0] == "orderlab" and not {"&", "|", ">", ">>"} & set(words):
            outcome = program(*words[1:], folder=self.folder, mixed=True)
            self.output, self.exit_code = outcome.output, outcome.code
            return
        programs = Path(sys.executable).parent
        environment = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_STEP_SUMMARY": "summary.md",
        }
        if step.text.endswith(" &"):
            self._background.append(
                subprocess.Popen(
                    step.text.removesuffix(" &"),
                    shell=True,
                    cwd=self.folder,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
            return
        done = subprocess.run(
            step.text,
            shell=True,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.output, self.exit_code = done.stdout, done.returncode

    def bash(self, step: Step) -> None:
        """Write a script. Of one without a name, for machines that are not here, only the grammar is checked."""
        subprocess.run(["bash", "-n"], input=step.text, text=True, check=True)
        if step.text.startswith("# "):
            self._write(step)

    def csv(self, step: Step) -> None:
        """Write a table, whose file is named in the words before it."""
        self.file = self.folder / step.file
        self.file.write_text(step.text, encoding="utf-8")

    def report(self, step: Step) -> None:
        """Open a page in a browser, and see its words."""
        text = (self.folder / step.text).read_text(encoding="utf-8")
        self.output = html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL))

    def py(self, step: Step) -> None:
        """Read a program for machines that are not here: only its grammar is checked."""
        compile(step.text, "block.py", "exec")

    def end(self) -> None:
        """End what was started with `&`."""
        for process in self._background:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()

    def text(self, step: Step) -> None:
        """See an output: passages between lines of `...`, one after the other."""
        at = 0
        for passage in re.split(r"^\.\.\.\n", step.text, flags=re.MULTILINE):
            assert passage in self.output[at:]
            at = self.output.index(passage, at) + len(passage)
        self.exit_code = 0

    def yaml(self, step: Step) -> None:
        """Write a file that must be right."""
        if "\njobs:" in step.text:
            self._workflow(step)
            return
        self._write(step)
        if "\nrules:" in step.text:
            check_rule_set(read(self.file), load_scenario(self._world))
        else:
            self._world = self.file
            assert load_scenario(self._world).warnings == ()

    def _workflow(self, step: Step) -> None:
        """Do what a workflow of GitHub does, but for what makes its environment."""
        for job in yaml.safe_load(step.text)["jobs"].values():
            for command in (of["run"] for of in job["steps"] if "run" in of):
                if not INSTALL.match(command):
                    assert self.exit_code == 0, self.output
                    self.command(Step("command", command))

    def python(self, step: Step) -> None:
        """Write a file and run it."""
        self._write(step)
        with redirect_stdout(StringIO()) as printed:
            names = runpy.run_path(str(self.file))
        self.output = re.sub(r" +$", "", printed.getvalue(), flags=re.MULTILINE)  # of data frames
        if "whole" in names:  # "the same objects"
            rules = RuleSet(name="mine", rules=(names["whole"], names["parcels"]))
            assert rules == check_rule_set(read(self.folder / "mine.yaml"))

    def change(self, step: Step) -> None:
        """Change a file, or the one written last. A rule set stays right; a scenario is shown to be wrong."""
        if step.file:
            self.file = self.folder / step.file
        text = self.file.read_text(encoding="utf-8")
        assert text.count(step.text) == 1, f"{step.text} in {self.file.name}"
        self.file.write_text(text.replace(step.text, step.new), encoding="utf-8")
        if "\nrules:" in text:
            check_rule_set(read(self.file), load_scenario(self._world))

    def _write(self, step: Step) -> None:
        """A block's first line names its file, as a comment."""
        first = step.text.split("\n", 1)[0]
        name = first.removeprefix("# ") if first.startswith("# ") else f"block.{step.kind}"
        self.file = self.folder / name
        self.file.write_text(step.text, encoding="utf-8")


@pytest.fixture(scope="session")
def page() -> Callable[[str], Page]:
    """Return the function from a path in the repository to the page."""
    return lambda path: Page(ROOT / path)


@pytest.fixture
def follower(
    page: Callable[[str], Page],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], Reader]]:
    """Return the function from a path in the repository to a reader of that page, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    readers: list[Reader] = []

    def reader(path: str) -> Reader:
        readers.append(Reader(page(path), tmp_path))
        return readers[-1]

    yield reader
    for each in readers:
        each.end()
