"""A Dask cluster that is there already, as a place where tasks are played."""

from __future__ import annotations

import asyncio
import logging
import pickle
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from sim.document.files import read_json
from sim.errors import InputError, OrderlabError, Problem
from sim.execution.experiment import Measured, Playable, Task
from sim.execution.workers import Workers, unpacked
from sim.versions import differing, versions
from sim.writing import replacing

_log = logging.getLogger("orderlab")

_ANSWERS_WITHIN_S = 10
_SAID_AFTER_S = 10
_GIVEN_UP_AFTER = "5 minutes"

_PLAY = "__import__('sim.execution.cluster', fromlist=['play_there']).play_there(stage, *task)"
"""What workers are sent: not the function, which would end a worker that cannot load it."""


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
        address: of the scheduler, or the file that it wrote its address into; `check_cluster` has found it.

    Raises InputError when nothing answers there any more.
    """

    slots = 2_000  # many more than workers, so that a cluster that grows with its queue has one

    def __init__(self, stage: Playable, folder: Path, address: str) -> None:
        import distributed

        self.died = (distributed.KilledWorker,)
        self._folder = folder
        self._address = address
        self._needed = {"needed": versions(), "packed": pickle.dumps(stage, pickle.HIGHEST_PROTOCOL)}
        self._name = f"orderlab-{uuid4().hex[:8]}"
        self._numbers = count()
        self._left = ExitStack()
        self._patience = _Patience(address)

    def __enter__(self) -> Cluster:
        from distributed import Client

        with self._left as left:
            left.enter_context(_without_its_log())
            where = _scheduler_at(self._address)
            try:
                self._client = Client(where, timeout=_ANSWERS_WITHIN_S, set_as_default=False)
            except OSError as error:  # it has ended since it was asked
                raise _silent(self._address) from error
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
                eval, _PLAY, {"stage": self._stage, "task": (task.variant, task.replication)}, key=key
            )
        return future

    def collect(self, future: Future[Any]) -> Measured:
        """Put the journal that came back into the folder, and return what was measured."""
        with self._said_plainly():
            measured, files = future.result()
        self._patience.see(1, time.monotonic())  # at least one was there
        for name, content in files.items():
            place = self._folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with replacing(place) as beside:
                beside.write_bytes(content)
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
        except ModuleNotFoundError as error:
            rule = "orderlab is not installed on every worker, in the version of this machine"
            raise OrderlabError(f"{self._address}: {rule}: {error}") from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "distributed":
                raise
            if type(error).__name__ == "NoWorkerError":  # its scheduler has less patience than this side
                raise _nobody(self._address) from error
            raise OrderlabError(f"{self._address}: {error}") from error


def play_there(stage: Mapping[str, Any], variant: str, replication: int) -> tuple[Measured, dict[str, bytes]]:
    """Play a task on a worker, and return what was measured and the files of the journal, if it is kept.

    Raises:
        OrderlabError: the worker has other versions, or no room on its disk.
        PolicyError: as `Stage.play`.

    """
    from distributed import get_worker

    worker = get_worker()
    needed, here = stage["needed"], versions()
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


def _silent(address: str) -> InputError:
    return InputError([Problem("--cluster", "no Dask scheduler answers there", value=address)])


def _nobody(address: str) -> OrderlabError:
    return OrderlabError(f"no worker is left at {address}: all have died, or were ended")


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
            raise _nobody(self._address)
        if not self._said and waited >= _SAID_AFTER_S:
            self._said = True
            there = "no worker is left" if self._were_there else "there is no worker yet"
            _log.warning("%s at %s: waiting for one", there, self._address)


def check_cluster(address: str) -> None:
    """Refuse an address at which no scheduler answers.

    Raises InputError when that is so, or when `distributed` is not installed.
    """
    if find_spec("distributed") is None:
        rule = "needs Dask: pip install 'orderlab[cluster]'"
        raise InputError([Problem("--cluster", rule, value=address)])
    with _without_its_log():
        _shake_hands(address)


def _scheduler_at(address: str) -> str:
    """Return an address, or the one that a scheduler wrote into the file of that name, or soon will."""
    if not address.endswith(".json"):
        return address
    end = time.monotonic() + _ANSWERS_WITHIN_S
    while True:
        try:
            return str(read_json(Path(address))["address"])
        except (InputError, TypeError, KeyError) as error:
            if time.monotonic() > end:
                rule = "no Dask scheduler has written its address into this file"
                raise InputError([Problem("--cluster", rule, value=address)]) from error
        time.sleep(0.1)


def _shake_hands(address: str) -> None:
    # A client would wait for ever for a server of another kind, and keep the program from ending.
    from distributed.comm import connect
    from distributed.security import Security

    scheduler = _scheduler_at(address)
    answer: Future[None] = Future()

    async def meet() -> None:
        arguments = Security().get_connection_args("client")
        comm = await asyncio.wait_for(
            connect(scheduler, timeout=_ANSWERS_WITHIN_S, **arguments), _ANSWERS_WITHIN_S
        )
        await comm.close()

    def ask() -> None:
        try:
            answer.set_result(asyncio.run(meet()))
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()  # a notebook has a loop of its own in the main thread
    try:
        answer.result()
    except OSError as error:
        raise _silent(address) from error
    except Exception as error:
        rule = f"is not the address of a scheduler, such as tcp://10.0.0.5:8786: {error}"
        raise InputError([Problem("--cluster", rule, value=address)]) from error


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
        warnings.filterwarnings("ignore", module="distributed")
        warnings.filterwarnings("ignore", message="Sending large graph")
        for logger in loggers:
            logger.handlers, logger.propagate = [logging.NullHandler()], False
        try:
            yield
        finally:
            for logger, handlers, propagate in before:
                logger.handlers, logger.propagate = handlers, propagate
