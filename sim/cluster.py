"""A Dask cluster that is there already, as a place where tasks are played."""

from __future__ import annotations

import logging
import pickle
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from sim.errors import InputError, OrderlabError, Problem
from sim.experiment import Measured, Stage, Task
from sim.versions import code, differing, versions
from sim.workers import Workers, unpacked

_log = logging.getLogger("orderlab")

_ANSWERS_WITHIN_S = 10
_SAID_AFTER_S = 10
_GIVEN_UP_AFTER = "5 minutes"


class Cluster(Workers):
    """The workers of a Dask scheduler.

    They need the same versions of all that results depend on, which is checked where a task is played, so also by
    workers that come later. They need no folder in common with this machine: the stage goes to each of them once, by
    way of the scheduler, which keeps it; journals that are kept come back with what was measured.

    An experiment waits for its first worker as long as it takes: there are clusters that grow when tasks wait. When
    all that there were are gone, it waits for others as long as Dask's `distributed.scheduler.no-workers-timeout`
    says on this machine, or five minutes.

    Args:
        stage: the experiment.
        folder: of the result.
        address: of the scheduler, or the file that it wrote its address into.

    Raises:
        InputError: nothing answers at the address, or `distributed` is not installed.

    """

    slots = (
        2_000  # more than there are workers, so that a cluster that grows with its queue is seen to have one
    )

    def __init__(self, stage: Stage, folder: Path, address: str) -> None:
        try:
            import distributed
        except ModuleNotFoundError as error:
            rule = "needs Dask: pip install 'orderlab[cluster]'"
            raise InputError([Problem("--cluster", rule, value=address)]) from error
        self.died = (distributed.KilledWorker,)
        self._folder = folder
        self._address = address
        self._needed = {"needed": _here(), "packed": pickle.dumps(stage, pickle.HIGHEST_PROTOCOL)}
        self._name = f"orderlab-{uuid4().hex[:8]}"
        self._numbers = count()
        self._left = ExitStack()
        self._patience = _Patience(address)

    def __enter__(self) -> Cluster:
        with self._left as left:
            left.enter_context(_without_its_log())
            self._client = _connected(self._address)
            left.callback(self._client.close)
            self._executor = self._client.get_executor(pure=False)
            # A task of its own, which any worker can do, so that it survives the loss of all of them.
            self._stage = self._client.submit(dict, key=f"{self._name}-stage", **self._needed)
            self._left = left.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.close()

    def submit(self, task: Task) -> Future[Any]:
        """Hand a task to the scheduler."""
        # Tasks whose keys have a name in common queue there, and not at workers, with whom they would die.
        key = (self._name, next(self._numbers))
        with self._said_plainly():
            future: Future[Any] = self._executor.submit(
                play_there, self._stage, task.variant, task.replication, key=key
            )
        return future

    def collect(self, future: Future[Any]) -> Measured:
        """Put the journal that came back into the folder, and return what was measured."""
        with self._said_plainly():
            measured, files = future.result()
        self._patience.see(1, time.monotonic())  # at least one was there
        for name, content in files.items():
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(content)
        return dict(measured)

    def look(self) -> None:
        """Say that there is no worker, and raise when none comes back."""
        try:
            workers = len(self._client.nthreads())
        except OSError:  # the scheduler is gone, which the tasks that were handed to it will say
            return
        self._patience.see(workers, time.monotonic())

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        """Raise what happens to the cluster as OrderlabError."""
        try:
            yield
        except self.died:
            raise
        except CancelledError as error:
            raise OrderlabError(f"the scheduler at {self._address} is gone, or was restarted") from error
        except (ImportError, AttributeError) as error:
            # `play_there` itself, or what its arguments are made of, is not there.
            raise OrderlabError(
                f"a worker of {self._address} has no orderlab, or another: {error}"
            ) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "distributed":
                raise
            raise OrderlabError(f"{self._address}: {error}") from error


def play_there(stage: Mapping[str, Any], variant: str, replication: int) -> tuple[Measured, dict[str, bytes]]:
    """Play a task on a worker, and return what was measured and the files of the journal, if it is kept.

    Raises:
        OrderlabError: the worker has other versions, or no room on its disk.
        PolicyError: as `Stage.play`.

    """
    from distributed import get_worker

    worker = get_worker()
    needed, here = stage["needed"], _here()
    if names := differing(needed, here):
        others = ", ".join(f"{name} {here[name] or 'missing'} (here {needed.get(name)})" for name in names)
        raise OrderlabError(
            f"worker {worker.address} has {others}: workers need the versions of this machine"
        )
    try:
        # Dask removes this folder also when the worker dies.
        with tempfile.TemporaryDirectory(dir=worker.local_directory) as scratch:
            folder = Path(scratch)
            measured = unpacked(stage["packed"]).play(Task(variant, replication), folder)
            files = sorted(path for path in folder.rglob("*") if path.is_file())
            return measured, {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    except OSError as error:
        raise OrderlabError(f"worker {worker.address}: {error}") from error


def _here() -> dict[str, str | None]:
    return {**versions(), "build": code()[:8]}


class _Patience:
    """Judges how long there may be no worker."""

    def __init__(self, address: str) -> None:
        import dask.config
        from dask.utils import parse_timedelta

        said = dask.config.get("distributed.scheduler.no-workers-timeout", None)
        self._longest_s: float = parse_timedelta(said or _GIVEN_UP_AFTER)
        self._address = address
        self._were_there = False
        self._since: float | None = None
        self._said = False

    def see(self, workers: int, now: float) -> None:
        """Take note of how many workers there are.

        Raises OrderlabError when there were some, and none came back in time.
        """
        if workers:
            self._were_there, self._since, self._said = True, None, False
            return
        self._since = now if self._since is None else self._since
        waited = now - self._since
        if self._were_there and waited >= self._longest_s:
            raise OrderlabError(f"no worker is left at {self._address}: all have died or were ended")
        if not self._said and waited >= _SAID_AFTER_S:
            self._said = True
            there = "no worker is left" if self._were_there else "there is no worker yet"
            _log.warning("%s at %s: waiting for one", there, self._address)


def _connected(address: str) -> Any:
    """Return a client of the scheduler. Raises InputError when none answers."""
    from distributed import Client

    where = {"scheduler_file": address} if Path(address).is_file() else {"address": address}
    # Held before it is made: what fails in its making must be closed, or it keeps the program from ending.
    client = Client.__new__(Client)
    try:
        client.__init__(**where, timeout=_ANSWERS_WITHIN_S, set_as_default=False)
    except (ValueError, TypeError) as error:
        client.close()
        rule = f"is not the address of a scheduler, such as tcp://10.0.0.5:8786: {error}"
        raise InputError([Problem("--cluster", rule, value=address)]) from error
    except (OSError, ImportError) as error:
        client.close()
        raise InputError([Problem("--cluster", "no Dask scheduler answers there", value=address)]) from error
    except BaseException:
        client.close()
        raise
    return client


@contextmanager
def _without_its_log() -> Iterator[None]:
    """Keep from the terminal what Dask logs there: what matters is said by errors."""
    import distributed  # noqa: F401  it sets its loggers up when it is loaded

    loggers = [
        logger
        for name, logger in logging.Logger.manager.loggerDict.items()
        if name.partition(".")[0] in {"distributed", "tornado", "asyncio"}
        and isinstance(logger, logging.Logger)
    ]
    before = [(logger, logger.handlers, logger.propagate) for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.handlers, logger.propagate = [logging.NullHandler()], False
        try:
            yield
        finally:
            for logger, handlers, propagate in before:
                logger.handlers, logger.propagate = handlers, propagate
