"""Who plays the tasks of a result folder, and keeps what is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sim.cli.lab.folder import clear_scratch
from sim.errors import OrderlabError
from sim.execution.cluster import Cluster
from sim.execution.cores import Cores
from sim.execution.experiment import Design, Found, Measured, Playable, Stage, Task, replicate
from sim.execution.tasklog import TaskLog
from sim.execution.workers import Here, Workers, play_all
from sim.scenario.sizes import expected_orders

_QUICK = 20_000
"""Orders that this process plays before others, which have to be started, could."""

Told = Callable[[int, int], object]
"""Told of how many tasks are done, and of how many are asked for so far."""


class Player:
    """Plays tasks that are not in the log of a folder, or of which something is missing there, and logs them."""

    def __init__(self, stage: Stage, folder: Path, workers: Workers, told: Told) -> None:
        self._workers = workers
        self._told = told
        self._log = TaskLog(folder)
        logged = self._log.read()
        self._measured = {task: logged[task] for task in logged if stage.has_left(task, folder)}
        self._asked = 0

    def __call__(self, tasks: Sequence[Task]) -> Mapping[Task, Measured]:
        """Return what was measured, at least of these tasks."""
        missing = [task for task in tasks if task not in self._measured]
        done, self._asked = self._asked + len(tasks) - len(missing), self._asked + len(tasks)
        self._told(done, self._asked)
        killers = []
        for task, measured in play_all(missing, self._workers):
            if measured is None:
                killers.append(task)
                continue
            self._log.append(task, measured)
            self._measured[task] = measured
            done += 1
            self._told(done, self._asked)
        if killers:
            names = "; ".join(map(str, killers))
            raise OrderlabError(
                f"{names}: the worker died each time that this was played, as it does when memory runs out"
            )
        return self._measured


def play(
    stage: Stage, design: Design, folder: Path, jobs: int | None, cluster: str | None, told: Told
) -> Found:
    """Play an experiment, but for what the log of a folder has already, and return what was measured.

    Args:
        stage: the experiment.
        design: how many replications are wanted.
        folder: of the result.
        jobs: how many processes; None: one for each core, where that is quicker than one.
        cluster: address of a Dask scheduler, whose workers play instead.
        told: of progress.

    """
    names = [variant.name for variant in stage.variants]
    wanted = design(dict.fromkeys(names, ()))
    orders = sum(wanted[variant.name] * expected_orders(variant.scenario) for variant in stage.variants)
    try:
        with workers_for(stage, folder, jobs, cluster, sum(wanted.values()), orders) as workers:
            return replicate(names, design, Player(stage, folder, workers, told))
    finally:
        clear_scratch(folder)


def workers_for(
    stage: Playable, folder: Path, jobs: int | None, cluster: str | None, tasks: int, orders: float
) -> Workers:
    """Return who plays: the workers of a cluster, processes here, or this process if one is enough.

    Args:
        stage: what is played.
        folder: of the result.
        jobs: how many processes; None: one for each core, where that is quicker than one.
        cluster: address of a Dask scheduler.
        tasks: how many there are to begin with.
        orders: about how many they have together.

    """
    if cluster is not None:
        return Cluster(stage, folder, cluster)
    # A policy in Python may kill its process, which should not be this one.
    foreign = any(variant.source.class_name for variant in stage.variants)
    if jobs is None and orders < _QUICK and not foreign:
        return Here(stage, folder)
    processes = min(jobs or os.cpu_count() or 1, tasks)
    if processes <= 1 and not (foreign and jobs is None):
        return Here(stage, folder)
    return Cores(stage, folder, max(1, processes))
