"""A folder of its own in which commands run: here, or as a user starts them, as processes of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Outcome, program


class Desk:
    """A folder in which commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def orderlab(self, *arguments: str | Path) -> Outcome:
        """Run a command in this process, which is there already."""
        return program(*arguments, folder=self.folder)

    def started(self, *arguments: str | Path) -> Outcome:
        """Run a command as a process of its own."""
        found = subprocess.run(
            [sys.executable, "-m", "sim", *map(str, arguments)],
            cwd=self.folder,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Outcome(found.returncode, found.stdout.decode(), found.stderr.decode())

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def names(self) -> set[str]:
        """Return what the folder holds."""
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk of one's own."""
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def played(tmp_path_factory: Any, small: str) -> tuple[Desk, Outcome]:
    """Return a desk that nobody changes, with a small scenario and a finished result of it in `result`."""
    desk = Desk(tmp_path_factory.mktemp("shop"))
    desk.write("small.yaml", small)
    command = ["run", "small.yaml", "-p", "nearest", "-p", "cheapest", "-n", "2", "--out", "result"]
    outcome = desk.started(*command, "--set", "demand.orders_per_day=50")
    assert outcome.code == 0, outcome.errors
    return desk, outcome


@pytest.fixture(scope="module")
def shop(tmp_path_factory: Any, played: tuple[Desk, Outcome]) -> tuple[Desk, Outcome]:
    """Return a desk shared by a module, with a copy of what was played, and what the program said."""
    desk, outcome = played
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(desk.folder, folder, dirs_exist_ok=True)
    return Desk(folder), outcome
