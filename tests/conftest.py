"""A stage on which tests of all folders play: scenarios and rule sets as text, journals as tables."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Literal

import pandas as pd
import pytest

from policies import build_policy, read_policies
from sim.cli import main
from sim.journal import Journal
from sim.policy import Policy
from sim.replication import simulate
from sim.scenario import Scenario, load_scenario


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    output: str
    errors: str

    def refuses(self) -> list[str]:
        """Return what a command that the user got wrong says: exit code 2, nothing but a message."""
        assert self.code == 2, self
        assert "Traceback" not in self.output + self.errors
        return self.errors.splitlines()


class Stage:
    """Writes scenarios into a folder of its own and plays policies in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def scenario(self, text: str, changes: Sequence[str] = (), **tables: str) -> Scenario:
        """Load a scenario from text; `orders="order,..."` becomes orders.csv beside it."""
        for name, content in tables.items():
            self.write(f"{name}.csv", content)
        return load_scenario(self.write("world.yaml", text), changes)

    def policy(self, policy: str | Policy, scenario: Scenario) -> Policy:
        """Return a policy: a shipped id, the text of a rule set, or any object that decides."""
        if not isinstance(policy, str):
            return policy
        name = str(self.write("rules.yaml", policy)) if "\n" in policy else policy
        (source,) = read_policies([name], scenario)
        return build_policy(source, scenario)

    def play(
        self, world: str | Scenario, policy: str | Policy = "nearest", replication: int = 0, **options: Any
    ) -> Journal:
        """Play one replication."""
        scenario = self.scenario(world) if isinstance(world, str) else world
        return simulate(scenario, self.policy(policy, scenario), replication, **options)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a stage in a folder of its own."""
    return Stage(tmp_path)


def frame(journal: Journal, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a table of a journal; names as plain text."""
    found = journal.table(table, columns).to_pandas()
    for column in found.columns[found.dtypes == "category"]:
        found[column] = found[column].astype(object)
    return found


@pytest.fixture(name="frame")
def frame_() -> Any:
    """Return the function from a journal and the name of a table to a data frame."""
    return frame


SMALL = """\
name: a small shop
start: 2026-01-05T00:00
days: 1
drain_days: 5
items: [{id: tin, weight_kg: 0.5, price: 3.00}]
regions: [{id: here, at: [50, 8], share: 2}, {id: there, at: [48, 11]}]
segments: [{id: standard, promise_days: 3}]
demand: {orders_per_day: 60}
warehouses:
  - {id: shop, at: [50, 8], work_minutes: {exponential: {mean: 9}}, costs: {per_shipment: 1.5}}
  - {id: barn, at: [48, 11], work_minutes: 3, costs: {per_shipment: 1}}
carriers:
  - id: post
    services: [{id: parcel, zones_km: [200], transit_days: [1, 2], rates: {base: [4, 6]}}]
"""


@pytest.fixture(scope="session")
def small() -> str:
    """Return the text of a small scenario."""
    return SMALL


def program(*arguments: str | Path, folder: Path | None = None, mixed: bool = False) -> Outcome:
    """Run the program in this process: quicker than a new one, and open to patches.

    Args:
        arguments: the words after `orderlab`.
        folder: where it runs, if not in the working directory.
        mixed: whether errors stand among the output, as on a screen.

    """
    return called(main, "orderlab", *arguments, folder=folder, mixed=mixed)


def called(
    entry: Callable[[], object], *command: str | Path, folder: Path | None = None, mixed: bool = False
) -> Outcome:
    """Call the entry point of a program as it would be with this command; see `program`."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryFile() as output,
        TemporaryFile() as errors,
        _written_to(output, "stdout"),
        _written_to(output if mixed else errors, "stderr"),
    ):
        patch.chdir(folder or Path.cwd())
        patch.setattr(sys, "argv", [*map(str, command)])
        code: int | str | None = 0
        try:
            entry()
        except SystemExit as leaving:
            code = leaving.code
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        sys.stdout.flush()
        sys.stderr.flush()
        output.seek(0)
        errors.seek(0)
        return Outcome(int(code or 0), output.read().decode(), errors.read().decode())


@contextmanager
def _written_to(file: IO[bytes], stream: Literal["stdout", "stderr"]) -> Iterator[None]:
    """Let a file take what a stream is given: by Python, by a library, or by a process that is started."""
    number = {"stdout": 1, "stderr": 2}[stream]
    before, stands = getattr(sys, stream), os.dup(number)
    os.dup2(file.fileno(), number)
    try:
        with open(number, "w", buffering=1, encoding="utf-8", closefd=False) as text:
            setattr(sys, stream, text)
            yield
    finally:
        setattr(sys, stream, before)
        os.dup2(stands, number)
        os.close(stands)


@pytest.fixture(name="program")
def program_() -> Callable[..., Outcome]:
    """Return the function that runs the program in this process."""
    return program
