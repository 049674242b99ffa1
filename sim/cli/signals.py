"""SIGINT and SIGTERM end the program in order: as exceptions, so that workers are ended and scratch folders removed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.errors import Interruption

HEARD = (signal.SIGINT, signal.SIGTERM)

_PATIENCE = 2
"""So many are taken for a wish to end in order: `timeout` sends two. One more ends the program at once."""

_SOON_S = 0.02

received: list[int] = []
"""Numbers of the signals that came since the program listens."""


class Terminated(Interruption):
    """SIGTERM came."""


@contextmanager
def heard() -> Iterator[None]:
    """Raise KeyboardInterrupt or Terminated when a signal comes; at the end nothing is left to be stopped."""
    received.clear()
    before, sys.unraisablehook = sys.unraisablehook, _lost
    for number in HEARD:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        ignore()
        sys.unraisablehook = before


def ignore() -> None:
    """Let no signal disturb a program that is on its way out."""
    for number in HEARD:
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, _: object) -> None:
    received.append(number)
    if len(received) > _PATIENCE:
        os._exit(128 + number)
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated


def _lost(passed_over: Any) -> None:
    """Send a signal again that came while something was freed: what is raised there, Python passes over."""
    if not isinstance(passed_over.exc_value, KeyboardInterrupt | Terminated):
        sys.__unraisablehook__(passed_over)
        return
    again = threading.Timer(_SOON_S, os.kill, (os.getpid(), received.pop()))
    again.daemon = True
    again.start()
