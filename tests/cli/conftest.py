"""The program as a user starts it: a process of its own, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Outcome


class Desk:
    """A folder in which commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def orderlab(self, *arguments: str | Path) -> Outcome:
        """Run a command and wait for it."""
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


class DeskHere(Desk):
    """A folder in which commands run in this process, which is there already: many tests need no program of their own."""

    def __init__(self, folder: Path, program: Callable[..., Outcome]) -> None:
        super().__init__(folder)
        self._program = program

    def orderlab(self, *arguments: str | Path) -> Outcome:
        """Run a command here."""
        return self._program(*arguments)

    def started(self, *arguments: str | Path) -> Outcome:
        """Run a command as a process of its own."""
        return super().orderlab(*arguments)


@pytest.fixture
def desk_here(tmp_path: Path, program: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> DeskHere:
    """Return a desk of one's own, in this process."""
    monkeypatch.chdir(tmp_path)
    return DeskHere(tmp_path, program)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: Any, small: str) -> Any:
    """Return a desk shared by a module, with a small scenario and a finished result of it in `result`."""
    desk = Desk(tmp_path_factory.mktemp("shop"))
    desk.write("small.yaml", small)
    command = ["run", "small.yaml", "-p", "nearest", "-p", "cheapest", "-n", "2", "--out", "result"]
    outcome = desk.orderlab(*command, "--set", "demand.orders_per_day=50")
    assert outcome.code == 0, outcome.errors
    return desk, outcome
