"""Bare SimPy: what every figure of speed is told beside, because machines differ."""

from __future__ import annotations

import signal
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import simpy

TIMEOUTS = 500_000
_EVERY_S = 10.0


def bare_seconds() -> float:
    """Return the CPU seconds of one process that yields 500,000 timeouts of 1."""

    def tick(env: simpy.Environment) -> Iterator[simpy.Event]:
        for _ in range(TIMEOUTS):
            yield env.timeout(1)

    env = simpy.Environment()
    env.process(tick(env))  # type: ignore[arg-type]
    begin = time.process_time()
    env.run()
    return time.process_time() - begin


class Beside:
    """Bare SimPy measured before and after something, and every ten CPU seconds in between.

    What slows the machine down for a while then slows down both.

    Attributes:
        seconds: CPU time of what is measured, without that of bare SimPy.
        bare_s: the median of bare SimPy's.

    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._bare: list[float] = []

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure what happens within; the time of bare SimPy before it is left out."""
        self._take()
        signal.signal(signal.SIGPROF, lambda *_: self._take())
        signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
        begin, before = time.process_time(), sum(self._bare)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.seconds = time.process_time() - begin - (sum(self._bare) - before)
        self._take()

    def _take(self) -> None:
        self._bare.append(bare_seconds())

    @property
    def bare_s(self) -> float:
        """The median of the times that bare SimPy took."""
        return statistics.median(self._bare)
