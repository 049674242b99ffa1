"""SIGINT and SIGTERM end the program in order: as exceptions, so that workers are ended and scratch folders removed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.errors import Interruption

HEARD = (signal.SIGINT, signal.SIGTERM)

_PATIENCE = 2
"""So many are taken for a wish to end in order: `timeout` sends two. One more ends the program at once."""

_AGAIN_S = 0.1

received: list[int] = []
"""Numbers of the signals that came since the program listens."""


class Terminated(Interruption):
    """SIGTERM came."""


@contextmanager
def heard() -> Iterator[None]:
    """Raise KeyboardInterrupt or Terminated when a signal comes; at the end nothing is left to be stopped.

    What is raised while something is freed, or while a library asks for something that may fail, never arrives. So it
    is raised again and again until the program is on its way out.
    """
    received.clear()
    before, sys.unraisablehook = sys.unraisablehook, _passed_over
    for number in HEARD:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        ignore()
        sys.unraisablehook = before


def keep_from_arrow() -> None:
    """Have Arrow not listen itself while it reads a table: it loses one signal in ten, and may abort."""
    import pyarrow as pa

    pa.enable_signal_handlers(False)


def ignore() -> None:
    """Let no signal disturb a program that is on its way out."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    for number in HEARD:
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, _: object) -> None:
    received.append(number)
    if len(received) > _PATIENCE:
        os._exit(128 + number)
    if hasattr(signal, "setitimer"):  # not a thread, whose start may wait for what the signal has interrupted
        signal.signal(signal.SIGALRM, _stop_again)
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_S, _AGAIN_S)
    _raise()


def _stop_again(*_: object) -> None:
    if not _is_stopping(sys.exception()):
        _raise()


def _raise() -> None:
    raise KeyboardInterrupt if received[0] == signal.SIGINT else Terminated


def _is_stopping(error: BaseException | None) -> bool:
    """Tell whether an error that is being handled, or one that it came from, is a stop."""
    while error is not None and not isinstance(error, KeyboardInterrupt | Terminated):
        error = error.__context__
    return error is not None


def _passed_over(what: Any) -> None:
    if not _is_stopping(what.exc_value):
        sys.__unraisablehook__(what)
