"""What an experiment has measured so far, kept in its folder until it is complete: one line for each task."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from sim.document import nearest
from sim.errors import InputError, Problem
from sim.execution.experiment import Measured, Task
from sim.writing import naming

if sys.platform != "win32":
    import fcntl

FILE_NAME = "tasks.jsonl"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other programs from the folder of a result. Raises InputError when one is at work there."""
    if sys.platform == "win32":
        yield
        return
    lock = os.open(folder, os.O_RDONLY)  # the folder itself: whatever is in it may be replaced meanwhile
    try:
        with suppress(OSError):  # a file system without locks
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                rule = "is being played by another program: wait for its end, or end it"
                raise InputError([Problem(str(folder), rule)]) from error
        yield
    finally:
        os.close(lock)


def no_result(folder: Path, missing: str) -> Problem:
    """Return what is wrong with a folder without a file of every result, and the result that was probably meant."""
    below = sorted(folder.glob(f"*/{missing}"), key=os.path.getmtime)
    beside = {path.parent.name: path.parent for path in folder.parent.glob(f"*/{missing}")}
    meant = below[-1].parent if below else beside.get(nearest(folder.name, beside) or "")
    rule = f"not a result folder: it has no {missing}"
    return Problem(str(folder), rule, nearest=None if meant is None else str(meant))


class TaskLog:
    """The tasks of a folder that are done. A line is written only when the task's journal is in its place."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    @property
    def exists(self) -> bool:
        """Whether an experiment was begun here, and not completed."""
        return self._path.is_file()

    @property
    def is_empty(self) -> bool:
        """Whether an experiment was begun here, and nothing is done."""
        return self.exists and not self._path.stat().st_size

    def begin(self) -> None:
        """Say that an experiment was begun here, and that nothing is done."""
        self._path.write_bytes(b"")

    def read(self) -> dict[Task, Measured]:
        """Return what was measured, by task, up to the first line that is none.

        A line is none when it was being written as the program ended, or was changed since: its checksum tells. It
        is removed, with what comes after it: those tasks are played again.
        """
        done: dict[Task, Measured] = {}
        if not self.exists:
            return done
        whole = 0
        for line in self._path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            try:
                variant, replication, measured, checksum = json.loads(line)
                if checksum != _checksum([variant, replication, measured]):
                    break
                done[Task(variant, replication)] = measured
            except (ValueError, TypeError, RecursionError):  # a disk may keep a damaged line
                break
            whole += len(line)
        with self._path.open("ab") as file:
            file.truncate(whole)
        return done

    def append(self, task: Task, measured: Measured) -> None:
        """Add a task. Numbers are written with the digits that give them back exactly."""
        row = [task.variant, task.replication, dict(measured)]
        with naming(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([*row, _checksum(row)]) + "\n")

    def remove(self) -> None:
        """Say that the experiment is complete."""
        self._path.unlink(missing_ok=True)


def _checksum(row: list[Any]) -> int:
    """Return what no line has that was damaged: numbers are read as they were written, and written as they were."""
    return crc32(json.dumps(row).encode())
