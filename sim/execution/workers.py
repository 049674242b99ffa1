"""Where tasks are played, as one sees it who has them played: in this process, or by workers that may die.

All places are used through one interface, that of `concurrent.futures`; what differs is how a worker is made, and
how it is seen to have died. `sim.execution.cores` and `sim.execution.cluster` are the others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from pickle import loads
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from sim.execution.experiment import Measured, Playable, Task

LOOK_EVERY_S = 1.0
"""How long nothing may be done before one looks whether there is anybody who plays."""


class Workers(ABC):
    """Who plays tasks, while it is entered; left by an exception, they stop as soon as they can.

    Attributes:
        slots: how many tasks are worth having in hand at a time.
        died: what a task raises whose worker died, or shared its fate with one that did.
        tries: how often a task is played alone, and its worker dies each time, until the task is at fault.

    """

    slots: int
    died: tuple[type[BaseException], ...] = ()
    tries = 1

    def __enter__(self) -> Workers:
        return self

    def __exit__(  # noqa: B027  some have nothing to leave
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    @abstractmethod
    def submit(self, task: Task) -> Future[Any]:
        """Have a task played. Workers that died are replaced, if that is for this side to do."""

    def collect(self, future: Future[Any]) -> Measured:
        """Return what was measured of a task that is done, with its journal, if it is kept, in the folder."""
        measured: Measured = future.result()
        return measured

    def look(self) -> None:  # noqa: B027  some are always there
        """Say, or raise, what is wrong with the workers. Called when nothing was done for a while."""


def play_all(tasks: Sequence[Task], workers: Workers) -> Iterator[tuple[Task, Measured | None]]:
    """Play tasks, and yield what was measured of each as it comes; None for one that kills its workers.

    A death proves nothing against a task while others were being played: all that ended with a worker are played
    again, one at a time.

    Raises whatever else a task raises.
    """
    waiting, suspects = deque(tasks), deque[Task]()
    running: dict[Future[Any], Task] = {}
    done: SimpleQueue[Future[Any]] = SimpleQueue()
    alone: Task | None = None
    died_alone = Counter[Task]()

    def start(task: Task) -> None:
        future = workers.submit(task)
        running[future] = task
        future.add_done_callback(done.put)

    while waiting or suspects or running:
        if not running:
            alone = suspects.popleft() if suspects else None
            if alone is not None:
                start(alone)
        while waiting and alone is None and not suspects and len(running) < workers.slots:
            start(waiting.popleft())
        try:
            future = done.get(timeout=LOOK_EVERY_S)
        except Empty:
            workers.look()
            continue
        task = running.pop(future)
        try:
            measured = workers.collect(future)
        except workers.died:
            died_alone[task] += task is alone
            if died_alone[task] == workers.tries:
                yield task, None
            else:
                suspects.append(task)
        else:
            yield task, measured


@lru_cache(maxsize=1)
def unpacked(packed: bytes) -> Playable:
    """Return the stage of these bytes; a worker makes it once for all tasks of an experiment."""
    stage: Playable = loads(packed)
    return stage


class Here(Workers):
    """This process, one task after the other."""

    slots = 1

    def __init__(self, stage: Playable, folder: Path) -> None:
        self._stage = stage
        self._folder = folder

    def submit(self, task: Task) -> Future[Any]:
        """Play a task, and return when that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(self._stage.play(task, self._folder))
        except Exception as error:
            future.set_exception(error)
        return future
