"""Many replications of several policies, in this process or on this machine's cores; results in task order.

It knows neither rule sets nor KPIs: a function that builds a policy from its source, and one that measures a
journal, are given to it and run where the simulation runs.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sim.errors import OrderlabError
from sim.journal import Journal
from sim.policy import Policy
from sim.replication import simulate
from sim.scenario import Scenario

_SCRATCH = ".orderlab-"  # prefix of folders in which journals are written until they are complete

Keep = Literal["all", "first", "none"]
"""Which replications' journals stay in the result folder."""


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A policy as text, so that every worker builds its own.

    Attributes:
        name: unique in the experiment, fit for a file's name.
        file: what the text was read from, for messages.
        text: the file's content.
        class_name: of a Python source, the class; empty for a rule set.
        parameters: of a Python source, keyword arguments for the class, by name; a rule set has them in its text.

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
class Task:
    """One replication of one policy."""

    policy: str
    replication: int


Build = Callable[[PolicySource, Scenario], Policy]
Measure = Callable[[Journal], Mapping[str, float]]


@dataclass(frozen=True)
class Experiment:
    """What is to be run.

    Attributes:
        scenario: the world; every policy meets the same order books in it.
        policies: in the order of the results.
        replications: how many order books, from number 0.
        build: makes a policy from its source; importable by name, as it runs in the workers.
        measure: what is wanted of each journal; importable by name, too.
        folder: `journal/POLICY/REPLICATION/` is written below it.
        keep: which journals stay there.

    """

    scenario: Scenario
    policies: Sequence[PolicySource]
    replications: int
    build: Build
    measure: Measure
    folder: Path
    keep: Keep = "first"
    _sources: dict[str, PolicySource] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sources", {source.name: source for source in self.policies})

    @property
    def tasks(self) -> list[Task]:
        """All tasks, in the order of the results."""
        return [Task(source.name, number) for source in self.policies for number in range(self.replications)]

    def run(
        self, jobs: int | None = None, finished: Callable[[Task], object] = lambda _: None
    ) -> list[tuple[str, int, Mapping[str, float]]]:
        """Run every task and return (policy, replication, measured), in task order.

        Args:
            jobs: how many processes; one runs here, without any. None: one for each core.
            finished: told of each task when it is done, in whatever order that happens.

        Raises:
            OrderlabError: what a policy did wrong, or a worker that died.

        """
        tasks = self.tasks
        jobs = min(jobs or os.cpu_count() or 1, len(tasks))
        if jobs == 1:
            rows = []
            for task in tasks:
                rows.append((task.policy, task.replication, self.run_task(task)))
                finished(task)
            return rows
        done = dict(self._run_in_pool(tasks, jobs, finished))
        return [(task.policy, task.replication, done[task]) for task in tasks]

    def _run_in_pool(
        self, tasks: Sequence[Task], jobs: int, finished: Callable[[Task], object]
    ) -> Iterator[tuple[Task, Mapping[str, float]]]:
        # Workers are spawned, not forked: the same on every platform, and free of what this process holds.
        others = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _set_up, (self,))
        try:
            # One replication of every policy after the other, so that early results can be compared.
            order = sorted(tasks, key=lambda task: task.replication)
            futures: dict[Future[Mapping[str, float]], Task] = {
                pool.submit(_work, task): task for task in order
            }
            for future in as_completed(futures):
                yield futures[future], future.result()
                finished(futures[future])
        except BaseException as error:
            # Nobody wants the rest any more: what a policy did wrong, or Ctrl-C, need not wait for it.
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            if isinstance(error, BrokenProcessPool):
                message = (
                    "a worker process died, as it does when memory runs out; try again with fewer --jobs"
                )
                raise OrderlabError(message) from error
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for scratch in self.folder.glob(f"{_SCRATCH}*"):
                shutil.rmtree(scratch, ignore_errors=True)

    def run_task(self, task: Task) -> Mapping[str, float]:
        """Run one task here, write its journal if it is kept, and return what was measured."""
        source = self._sources[task.policy]
        target = self.folder / "journal" / source.name / str(task.replication)
        keep = self.keep == "all" or (self.keep == "first" and task.replication == 0)
        with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=self.folder) as scratch:
            rows = Path(scratch) / "journal"
            rows.mkdir()
            policy = self.build(source, self.scenario)
            journal = simulate(self.scenario, policy, task.replication, name=source.name, folder=rows)
            measured = self.measure(journal)
            if keep:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.rmtree(target, ignore_errors=True)
                rows.rename(target)
        return measured


_here: Experiment | None = None


def _set_up(experiment: Experiment) -> None:
    """Get a worker ready. It ends with the process that started it, and leaves Ctrl-C to that."""
    global _here
    _here = experiment
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(task: Task) -> Mapping[str, float]:
    assert _here is not None
    return _here.run_task(task)
