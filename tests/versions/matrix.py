"""The golden journals on other Pythons, each with the oldest and the newest packages that pyproject.toml allows.

    python tests/versions/matrix.py python3.11 python3.12 ... [--pytest "tests/golden -x"]

A Python is the name of a program or its path. Every environment is made anew by uv, in a scratch folder. The exit code
is 1 where one is not found, cannot be installed, or gives another result.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from reports.layout import table

ROOT = Path(__file__).parents[2]
UV = (sys.executable, "-m", "uv", "--quiet", "--no-progress", "--no-python-downloads")
AGES = {"oldest": "lowest-direct", "newest": "highest"}
"""Of the packages that pyproject.toml names, in the words of uv; what these need in turn is always the newest."""


class Found(NamedTuple):
    """What came of one environment.

    Attributes:
        python, age: what was asked for.
        versions: of Python and the packages; empty where there is no environment.
        wrong: what is not as it should be.

    """

    python: str
    age: str
    versions: Mapping[str, str | None]
    wrong: Sequence[str]


class SetUpError(Exception):
    """There can be no such environment."""


def main() -> int:
    """Try all environments, tell what came of them, and return the exit code."""
    arguments = parsed()
    found = []
    for python in arguments.pythons:
        for age in AGES:
            found.append(tried(python, age, shlex.split(arguments.pytest)))
            print("\n  ".join([f"{python}, {age}: {verdict(found[-1])}", *found[-1].wrong]), flush=True)
    print(f"\n{told(found)}")
    return int(any(each.wrong for each in found))


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pythons", nargs="+", metavar="PYTHON", help="a program, or the path of one")
    parser.add_argument("--pytest", default="tests/baselines tests/golden", help="what pytest is told")
    return parser.parse_args()


def tried(python: str, age: str, tests: Sequence[str]) -> Found:
    """Make an environment and run the tests in it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            program = made(folder / "environment", python, age)
        except SetUpError as error:
            return Found(python, age, {}, [str(error)])
        ask = "import json; from sim.versions import versions; print(json.dumps(versions()))"
        versions = json.loads(subprocess.check_output([program, "-c", ask], cwd=ROOT))
        return Found(python, age, versions, failures(program, folder / "junit.xml", tests))


def made(folder: Path, python: str, age: str) -> str:
    """Return the Python of a new environment. Raises SetUpError where there can be none."""
    program = str(folder / "bin" / "python")
    install = ("pip", "install", "--python", program, "--only-binary", ":all:")
    uv("venv", "--python", python, str(folder))
    uv(*install, "--resolution", AGES[age], "--requirements", "pyproject.toml")
    uv(*install, "--editable", ".[dev]")  # whose tools take the packages that are there
    return program


def uv(*command: str) -> None:
    """Call uv. Raises SetUpError with what it says."""
    done = subprocess.run([*UV, *command], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SetUpError(" ".join(done.stderr.split()))


def failures(program: str, report: Path, tests: Sequence[str]) -> list[str]:
    """Run the tests, and tell those that fail and what each says."""
    command = [program, "-m", "pytest", "--quiet", f"--junit-xml={report}", *tests]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not done.returncode:
        return []
    if not report.exists():
        return [done.stdout]
    return [
        f"{case.get('classname')} {case.get('name')}: {fault.get('message')}"
        for case in ElementTree.parse(report).iter("testcase")
        for fault in case
        if fault.tag in ("failure", "error")
    ] or [done.stdout]


def verdict(found: Found) -> str:
    """Say in a word or two what came of an environment."""
    if not found.versions:
        return "not there"
    return f"{len(found.wrong)} differ" if found.wrong else "equal"


def told(found: Sequence[Found]) -> str:
    """Return the table: a line for each environment, with its versions."""
    packages = list(dict.fromkeys(name for each in found for name in each.versions if name != "orderlab"))
    return table(
        [["", *(each.python for each in found)], ["packages", *(each.age for each in found)]],
        [[name, *(each.versions.get(name) or "" for each in found)] for name in packages],
        [["journals", *(verdict(each) for each in found)]],
    )


if __name__ == "__main__":
    sys.exit(main())
