"""A Dask cluster that is there already, as a place where tasks are played."""

from __future__ import annotations

import pickle
import tempfile
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.experiment import Measured, Stage, Task

_ANSWERS_WITHIN_S = 10


class Cluster:
    """The workers of a Dask scheduler.

    They need the same versions of everything that results depend on, and no folder in common with this machine:
    journals that are kept come back with what was measured.

    Raises InputError when nothing answers at the address, or `distributed` is not installed.
    """

    slots = 1_000_000  # all at once: the scheduler knows how many workers there are, and asks for more by its queue
    tries = 0  # the scheduler has tried it on several workers before it gives up

    def __init__(self, stage: Stage, folder: Path, address: str) -> None:
        try:
            import distributed
        except ModuleNotFoundError as error:
            rule = "needs Dask: pip install 'orderlab[cluster]'"
            raise InputError([Problem("--cluster", rule, value=address)]) from error
        self.died: tuple[type[BaseException], ...] = (distributed.KilledWorker,)
        self._folder = folder
        try:
            self._client: Any = distributed.Client(address, timeout=_ANSWERS_WITHIN_S)
        except (OSError, ValueError) as error:
            rule = "no scheduler answers there; the address is like tcp://10.0.0.5:8786"
            raise InputError([Problem("--cluster", rule, value=address)]) from error
        self._executor = self._client.get_executor(pure=False)
        # Made where it is needed from bytes that the scheduler keeps: a worker that comes later gets it, too.
        self._stage = self._client.submit(pickle.loads, pickle.dumps(stage))

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def submit(self, task: Task) -> Future[Any]:
        """Hand a task to the scheduler."""
        future: Future[Any] = self._executor.submit(_play_there, self._stage, task)
        return future

    def collect(self, future: Future[Any]) -> Measured:
        """Put the journal that came back into the folder, and return what was measured."""
        measured, files = future.result()
        for name, content in files.items():
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(content)
        return dict(measured)

    def renew(self) -> None:
        """Do nothing: the scheduler looks after its workers."""


def _play_there(stage: Stage, task: Task) -> tuple[Measured, dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        measured = stage.play(task, folder)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return measured, {str(path.relative_to(folder)): path.read_bytes() for path in files}
