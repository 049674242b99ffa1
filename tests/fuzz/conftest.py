"""How many inputs there are, what they may cost, and how many were tried.

`make test` tries a thousand, always the same; `make fuzz` as many as it is told, from a seed that it prints.
"""

from __future__ import annotations

import faulthandler
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError, OrderlabError
from tests.fuzz.effort import TOTAL

CPU_S, WALL_S, STUCK_S = 30, 90, 300
MEMORY = 3 << 30

tried: Counter[str] = Counter()


class HangError(BaseException):
    """An input took too long. No `Exception`, which what is tested might take for an error of its own."""


def _hang(*_: Any) -> None:
    raise HangError


@contextmanager
def bounded() -> Iterator[None]:
    """Fail what takes more time than any input may: of a processor, or asleep; end the process if that does not help."""
    signal.setitimer(signal.ITIMER_PROF, CPU_S)
    signal.setitimer(signal.ITIMER_REAL, WALL_S)
    faulthandler.dump_traceback_later(STUCK_S, exit=True)
    try:
        yield
    except HangError:
        raise AssertionError(f"no end after {CPU_S} s of a processor, or {WALL_S} s of waiting") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    """Hear the watchdogs, and have no more memory than is there now and some gigabytes."""
    before = {number: signal.signal(number, _hang) for number in (signal.SIGPROF, signal.SIGALRM)}
    limits = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
        for number, handler in before.items():
            signal.signal(number, handler)


class Judge:
    """Tries inputs: each is either read, or told of in lines that name its file."""

    def __init__(self, what: str) -> None:
        self.what = what

    def read(self, reader: Callable[[], Any], *names: str | Path) -> Any:
        """Return what a reader returns, None where it refuses; what it says must begin with one of some names."""
        tried[self.what] += 1
        try:
            with bounded():
                found = reader()
        except InputError as error:
            told = str(error).splitlines()
            assert told
            for line in told:
                assert line.startswith((*map(str, names), "--set ", "... and ")), line[:300]
                assert line.isprintable(), line[:300]
                assert len(line) <= 20_000, line[:300]
            return None
        tried[f"{self.what} that were read"] += 1
        return found

    def play(self, player: Callable[[], Any]) -> Any:
        """Return what is played; None where orderlab says that it cannot be."""
        tried[f"{self.what} that were played"] += 1
        try:
            with bounded():
                return player()
        except OrderlabError:
            return None


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """Return a judge that counts by the module."""
    return Judge(request.module.WHAT)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many inputs were tried."""
    if TOTAL:
        terminalreporter.section("hostile input")
        for what, count in tried.items():
            terminalreporter.line(f"{count:>9,} {what}")
