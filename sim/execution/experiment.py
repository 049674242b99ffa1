"""Many replications of several policies: what is played, in which order, and what was measured of it.

It knows neither rule sets nor KPIs: a function that builds a policy from its source, and one that measures a
journal, are given to it and run where the simulation runs. How many replications there are to be is for a design
to say, which sees what was measured so far.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from sim.document import nearest
from sim.errors import InputError, Problem
from sim.journal import TABLES, Journal
from sim.policy import Policy
from sim.replication import simulate
from sim.scenario import Scenario
from sim.writing import SCRATCH, naming, replacing

DIGESTS = "digests"
"""Folder in which workers leave what is made of each journal, until the result is complete."""

Keep = Literal["all", "first", "none"]
"""Which replications' journals stay in the result folder."""

MOST_BOOKS = 2**31
"""Order books are numbered below it."""

_LONGEST_NAME = 200


def is_file_name(name: str) -> bool:
    """Tell whether a variant or policy of this name can have files of its own: it leads nowhere else."""
    return (
        name.isprintable()
        and 0 < len(name) <= _LONGEST_NAME
        and not set(name) & set("/\\:")
        and name.strip(".") != ""
    )


def check_is_one(name: str, names: Sequence[str], said_by: str) -> None:
    """Raise InputError, which names the option or key that said it, for what is no policy of an experiment."""
    if name not in names:
        rule = f"is none of the policies: {', '.join(names)}"
        raise InputError([Problem(said_by, rule, value=name, nearest=nearest(name, names))])


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A policy as text, so that every worker builds its own.

    Attributes:
        name: unique in the experiment, fit for a file's name.
        file: what the text was read from, for messages.
        text: the file's content.
        class_name: of a Python source, the class; empty for a rule set.
        parameters: of a Python source, keyword arguments for the class, by name; a rule set has them in its text.

    Example:
        >>> from policies import read_policies
        >>> (source,) = read_policies(["nearest"], None)
        >>> source.name, source.file_name, source.text.splitlines()[2][:5]
        ('nearest', 'nearest.yaml', 'name:')

    """

    name: str
    file: str
    text: str
    class_name: str = ""
    parameters: tuple[tuple[str, Any], ...] = ()

    @property
    def file_name(self) -> str:
        """The name of its copy in a result folder."""
        return f"{self.name}.py" if self.class_name else f"{self.name}.yaml"


@dataclass(frozen=True, slots=True)
class Variant:
    """One policy in one world: what the tables of a result call a policy.

    Attributes:
        name: unique in the experiment, fit for a file's name; in a plain run, the policy's.
        source: the policy.
        scenario: the world.
        changes: `KEY=VALUE`, by which that world differs from the scenario of the experiment.
        books: the order book of replication 0, and how many further the next replication's is.

    Example:
        >>> from policies import read_policies
        >>> from sim import Experiment, Variant, load_scenario
        >>> (nearest,) = read_policies(["nearest"], None)
        >>> as_it_is, busy = "demand.orders_per_day=200", "demand.orders_per_day=260"
        >>> worlds = {name: load_scenario("hello", ["days=1", name]) for name in (as_it_is, busy)}
        >>> variants = [Variant(name, nearest, world, (name,)) for name, world in worlds.items()]
        >>> result = Experiment(worlds[as_it_is], variants, replications=2).run(jobs=1)
        >>> result.kpis["policy"].unique().tolist()
        ['demand.orders_per_day=200', 'demand.orders_per_day=260']

    """

    name: str
    source: PolicySource
    scenario: Scenario
    changes: tuple[str, ...] = ()
    books: tuple[int, int] = (0, 1)

    def book(self, replication: int) -> int:
        """Return the number of the order book that a replication is played on."""
        return self.books[0] + replication * self.books[1]


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one variant."""

    variant: str
    replication: int

    def __str__(self) -> str:
        """Return how messages name it."""
        return f"{self.variant}, replication {self.replication}"


Measured = Mapping[str, float]
Build = Callable[[PolicySource, Scenario], Policy]
Measure = Callable[[Journal], Measured]
Digest = Callable[[Journal], pa.Table]

Replication = tuple[str, int, Measured]
"""What was measured of one replication, after its variant and its number from 0."""

Found = Mapping[str, Sequence[Measured]]
"""What was measured, by variant, of replications 0, 1, 2 and so on."""

Design = Callable[[Found], Mapping[str, int]]
"""How many replications of each variant are wanted in all, judged by what was found.

A pure function, so that a resumed experiment takes the same way: it is asked first with nothing found, and again
whenever all that it asked for is there, until it asks for nothing more.
"""


class Playable(Protocol):
    """What workers are given, whole, before their first task."""

    @property
    def variants(self) -> Sequence[Variant]:
        """Whose tasks it plays."""
        ...

    def play(self, task: Task, folder: Path) -> Measured:
        """Play one task, and return what was measured; what else it leaves goes below the folder."""
        ...


@dataclass(frozen=True)
class Stage:
    """All that a worker needs to play any task of an experiment.

    Attributes:
        variants: in the order of the results.
        build: makes a policy from its source; importable by name, as it runs in the workers.
        measure: what is wanted of each journal; importable by name, too.
        keep: which journals are kept.
        digest: what is made of each journal, whether it is kept or not, as a table; importable by name.

    """

    variants: Sequence[Variant]
    build: Build
    measure: Measure
    keep: Keep = "none"
    digest: Digest | None = None

    def play(self, task: Task, folder: Path) -> Measured:
        """Play one task, and return what was measured.

        Args:
            task: of this experiment.
            folder: the journal, if it is kept, goes to `journal/VARIANT/REPLICATION/` below it in one step, the
                digest to `digests/VARIANT/REPLICATION.parquet`.

        Raises:
            PolicyError: the policy gave an answer that the world cannot carry out.

        """
        variant = next(variant for variant in self.variants if variant.name == task.variant)
        policy = self.build(variant.source, variant.scenario)
        with naming(folder), tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder) as scratch:
            rows = Path(scratch) / "journal"
            rows.mkdir()
            book = variant.book(task.replication)
            journal = simulate(variant.scenario, policy, book, name=variant.name, folder=rows)
            measured = self.measure(journal)
            if self.digest is not None:
                place = digest_of(task, folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                with replacing(place) as beside:
                    pq.write_table(self.digest(journal), beside, compression="zstd")
            if self._keeps(task):
                target = journal_of(task, folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.rmtree(target, ignore_errors=True)
                rows.rename(target)
        return measured

    def has_left(self, task: Task, folder: Path) -> bool:
        """Tell whether all that a task leaves below a folder is there, and nobody has cut it short since."""
        files = [digest_of(task, folder)] if self.digest is not None else []
        if self._keeps(task):
            files += [journal_of(task, folder) / f"{table}.parquet" for table in TABLES]
        return all(_is_whole(path) for path in files)

    def _keeps(self, task: Task) -> bool:
        return self.keep == "all" or (self.keep == "first" and task.replication == 0)


def digest_of(task: Task, folder: Path) -> Path:
    """Return where the digest of a task is, below the folder of a result."""
    return folder / DIGESTS / task.variant / f"{task.replication}.parquet"


def journal_of(task: Task, folder: Path) -> Path:
    """Return where the journal of a task is, if it is kept, below the folder of a result."""
    return folder / "journal" / task.variant / str(task.replication)


def _is_whole(path: Path) -> bool:
    """Tell whether a file ends as Parquet does: what says where everything is stands last."""
    try:
        pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        return False
    return True


Play = Callable[[Sequence[Task]], Mapping[Task, Measured]]
"""Plays tasks, in whatever order, and returns what was measured of each."""


def one_by_one(found: Found) -> list[Replication]:
    """Return the replications that were found, variant by variant."""
    return [(name, number, measured) for name, rows in found.items() for number, measured in enumerate(rows)]


def replicate(names: Sequence[str], design: Design, play: Play) -> Found:
    """Play replications until a design wants no more, and return what was measured.

    Args:
        names: of the variants.
        design: how many replications are wanted.
        play: plays tasks.

    """
    found: dict[str, list[Measured]] = {name: [] for name in names}
    while True:
        wanted = design(found)
        tasks = [
            Task(name, number) for name in names for number in range(len(found[name]), wanted.get(name, 0))
        ]
        if not tasks:
            return found
        # One replication of every policy after the other, so that what is there early can be compared.
        measured = play(sorted(tasks, key=lambda task: task.replication))
        for task in tasks:
            found[task.variant].append(measured[task])
