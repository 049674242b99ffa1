"""Where tasks are played: in this process, on this machine's cores, or on a cluster that is there already.

All are used through one interface, that of `concurrent.futures`; what differs is how a worker is made, and how it is
seen to have died.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import types
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from sim.experiment import Measured, Stage, Task


class Workers(Protocol):
    """Where tasks are played, while it is entered; left by an exception, it stops at once.

    Attributes:
        slots: how many tasks are worth having in hand at a time.
        died: what a task raises whose worker died, or shared its fate with one that did.
        tries: how often a task that may have killed its worker is played again, alone.

    """

    slots: int
    died: tuple[type[BaseException], ...]
    tries: int

    def __enter__(self) -> Workers: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def submit(self, task: Task) -> Future[Any]:
        """Have a task played."""
        ...

    def collect(self, future: Future[Any]) -> Measured:
        """Return what was measured of a task that is done, with its journal, if it is kept, in the folder."""
        ...

    def renew(self) -> None:
        """Replace workers that have died. Nothing is being played."""
        ...


def play_all(tasks: Sequence[Task], workers: Workers) -> Iterator[tuple[Task, Measured | None]]:
    """Play tasks, and yield what was measured of each as it comes; None for one that kills its workers.

    A death proves nothing against a task while others were being played: all that ended with a worker are played
    again, one at a time.

    Raises whatever else a task raises.
    """
    waiting, suspects = deque(tasks), deque[Task]()
    running: dict[Future[Any], Task] = {}
    while waiting or running or suspects:
        while waiting and not suspects and len(running) < workers.slots:
            task = waiting.popleft()
            running[workers.submit(task)] = task
        if not running:
            workers.renew()
            task = suspects.popleft()
            yield task, _play_alone(task, workers)
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task = running.pop(future)
            try:
                measured = workers.collect(future)
            except workers.died:
                suspects.append(task)
            else:
                yield task, measured


def _play_alone(task: Task, workers: Workers) -> Measured | None:
    for _ in range(workers.tries):
        try:
            return workers.collect(workers.submit(task))
        except workers.died:
            workers.renew()
    return None


class Here:
    """This process, one task after the other."""

    slots = 1
    died: tuple[type[BaseException], ...] = ()
    tries = 0

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._folder = folder

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, task: Task) -> Future[Any]:
        """Play a task, and return when that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(self._stage.play(task, self._folder))
        except Exception as error:
            future.set_exception(error)
        return future

    def collect(self, future: Future[Any]) -> Measured:
        """Return what was measured."""
        measured: Measured = future.result()
        return measured

    def renew(self) -> None:
        """Do nothing: this process is alive."""


class Cores:
    """Processes on this machine."""

    died: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    tries = 2  # memory may have run out by chance once

    def __init__(self, stage: Stage, folder: Path, jobs: int) -> None:
        self.slots = jobs
        self._start = (stage, folder)
        self._others = set(multiprocessing.active_children())
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # Workers are spawned, not forked: the same on every platform, and free of what this process holds.
        return ProcessPoolExecutor(self.slots, multiprocessing.get_context("spawn"), _set_up, self._start)

    def __enter__(self) -> Cores:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # Nobody wants the rest any more: what a policy did wrong, or Ctrl-C, need not wait for it.
            for worker in set(multiprocessing.active_children()) - self._others:
                worker.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, task: Task) -> Future[Any]:
        """Hand a task to the next process that is free."""
        with _alone_in_spawning():
            try:
                return self._pool.submit(_work, task)
            except BrokenProcessPool:  # a process died while nothing was being played
                self.renew()
                return self._pool.submit(_work, task)

    def collect(self, future: Future[Any]) -> Measured:
        """Return what was measured."""
        measured: Measured = future.result()
        return measured

    def renew(self) -> None:
        """Start new processes."""
        self._pool.shutdown(wait=True)
        self._pool = self._new_pool()


@contextmanager
def _alone_in_spawning() -> Iterator[None]:
    """Keep two things from processes that are started: the user's script, and Ctrl-C.

    A spawned process imports the script that started it, which would run again all that is not guarded there, and
    the workers need nothing of it. Ctrl-C is for the process that started them to deal with.
    """
    main = sys.modules["__main__"]
    masked = hasattr(signal, "pthread_sigmask") and signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if masked is not False:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)


_here: tuple[Stage, Path] | None = None


def _set_up(stage: Stage, folder: Path) -> None:
    """Get a process ready. It ends with the one that started it, and leaves Ctrl-C to that."""
    global _here
    _here = stage, folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(task: Task) -> Measured:
    assert _here is not None
    stage, folder = _here
    return stage.play(task, folder)
