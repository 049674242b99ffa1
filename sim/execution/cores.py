"""Processes on this machine, as a place where tasks are played."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import types
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from pickle import HIGHEST_PROTOCOL, dumps
from typing import Any

from sim.execution.experiment import Measured, Playable, Task
from sim.execution.workers import Workers, unpacked


class Cores(Workers):
    """Processes on this machine. They are started once, and again only when one has died."""

    died = (BrokenProcessPool,)
    tries = 2  # memory may have run out by chance once

    def __init__(self, stage: Playable, folder: Path, jobs: int) -> None:
        self.slots = jobs
        self._start = (dumps(stage, HIGHEST_PROTOCOL), folder)
        self._others = set(multiprocessing.active_children())
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # Workers are spawned, not forked: the same on every platform, and free of what this process holds.
        return ProcessPoolExecutor(self.slots, multiprocessing.get_context("spawn"), _set_up, self._start)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is not None:  # nobody wants the rest any more
                self._terminate()
            self._pool.shutdown(wait=True, cancel_futures=True)
        except BaseException:  # Ctrl-C
            self._terminate()
            raise

    def _terminate(self) -> None:
        for worker in set(multiprocessing.active_children()) - self._others:
            worker.terminate()

    def submit(self, task: Task) -> Future[Any]:
        """Hand a task to the next process that is free; if one has died, to a new one."""
        with _undisturbed(), _alone_in_spawning():
            try:
                return self._pool.submit(_work, task)
            except BrokenProcessPool:  # all that were being played have said so already
                self._pool.shutdown(wait=True)
                self._pool = self._new_pool()
                return self._pool.submit(_work, task)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals wait until a process is started: one that is given half of what it needs complains of that."""
    came: list[int] = []
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():  # no other hears of them
        for wish in (signal.SIGINT, signal.SIGTERM):
            before[wish] = signal.signal(wish, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


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


_here: tuple[bytes, Path] | None = None


def _set_up(packed: bytes, folder: Path) -> None:
    """Get a process ready. It ends with the one that started it, and leaves Ctrl-C to that."""
    global _here
    _here = packed, folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(task: Task) -> Measured:
    assert _here is not None
    packed, folder = _here
    return unpacked(packed).play(task, folder)
