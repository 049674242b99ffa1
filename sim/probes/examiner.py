"""Who watches a policy that is examined: judges every answer, and lets the play go on whatever it is."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sim.decision.watch import Ask, Checked
from sim.errors import Interruption, PolicyError
from sim.orderbook.names import order_id
from sim.policy import Allocation, Cancel, Policy, Request
from sim.probes.remedies import remedy
from sim.probes.untouched import Parameters, Shown
from sim.replication import simulate
from sim.scenario import Scenario
from sim.view.network import Network

MOST_DECISIONS = 2_000
"""So often a policy is asked in one play at the most."""

MOST_TRIES = 100
"""So often it may be asked about one order before that may not be more than once a minute."""

FICKLE = (
    "decide by request and network alone: take chance from network.key and request.order, and count with "
    "network.usage"
)
"""What to do about an answer that differs when the same is asked again."""


class _EnoughError(Exception):
    """What is to be seen of a play has been seen."""


class _NoAnswerError(Interruption):
    """An answer takes too long. No Exception: a policy that catches everything must not catch this."""


class Examiner:
    """Watches one play of a policy.

    Args:
        world: the scenario that is played.
        note: told of each fault: what was seen, and what to do about it.
        seconds: the longest time that one answer may take; all together may take twice that long.
        asks_twice: whether every question is put twice.

    Attributes:
        answers: one after the other, with the order's name.
        times: seconds that each took.
        is_over: whether the play came to its end.

    """

    ends_with = -1

    def __init__(
        self, world: Scenario, note: Callable[[str, str], None], seconds: float, *, asks_twice: bool
    ) -> None:
        self._world = world
        self._note = note
        self._seconds = seconds
        self._asks_twice = asks_twice
        self._was_meddled_with = False
        self.answers: list[tuple[str, Allocation]] = []
        self.times: list[float] = []
        self.is_over = False

    def play(self, policy: Any) -> None:
        """Let a policy play, and see whether it stays what it was."""
        before = Parameters(policy)
        try:
            simulate(self._world, policy, name="", watch=self)
            self.is_over = True
        except _EnoughError:
            pass
        except PolicyError as error:  # before the first order
            self._note_error(error)
        except AssertionError:
            if not self._was_meddled_with:
                raise
        for name in before.changed():
            self._note(
                f"world {self._world.id}: its parameter {name} has changed",
                "leave the parameters as they are: keep what it learns under other names",
            )

    def ask(self, request: Request, policy: Policy, network: Network, ask: Ask) -> Checked:
        """Return the answer to a request; where it is wrong that is noted, and the open lines are given up."""
        if len(self.answers) >= MOST_DECISIONS or sum(self.times) > 2 * self._seconds:
            raise _EnoughError
        name = order_id(self._world, request.order)
        where = f"world {self._world.id}, order {name}"
        if request.attempt > MOST_TRIES and network.now - request.placed_at < 60 * request.attempt:
            self._note(
                f"{where}: is asked {request.attempt} times within {network.now - request.placed_at} s",
                "let lines wait longer: without `until`, the policy is asked again when stock arrives or a site is up",
            )
            raise _EnoughError
        shown = Shown(network)
        begin = perf_counter()
        try:
            with _at_most(self._seconds):
                answer = ask(request)
            self.times.append(perf_counter() - begin)
            if self._asks_twice and not _answers_the_same(answer, request, ask):
                self._note(
                    f"{where}: answers otherwise when the same is asked again in the same second",
                    FICKLE,
                )
        except _NoAnswerError:
            self._note(
                f"{where}: gives no answer within {self._seconds:g} s",
                "look for a loop that does not end; bound what is searched, and take the best found by then",
            )
            raise _EnoughError from None
        except PolicyError as error:
            self._note_error(error)
            answer = given_up(request)
        names = shown.put_back()
        if names:
            self._was_meddled_with = True
            self._note(
                f"{where}: changes network.{names[0]}",
                "leave the network as it is: copy an array before you change it, and keep what you remember in the "
                "policy",
            )
        self.answers.append((name, answer[0]))
        return answer

    def _note_error(self, error: PolicyError) -> None:
        cause = error.__cause__
        message = error.message
        if cause is not None:
            message += place_of(cause)
        where = str(PolicyError("", order=error.order, line=error.line, warehouse=error.warehouse))
        place = ", ".join(filter(None, (f"world {self._world.id}", where.rstrip(": "))))
        self._note(f"{place}: {message}", remedy(error.message))


def given_up(request: Request) -> Checked:
    """Return the answer that cancels all that is open."""
    return Allocation(holds=(Cancel(request.open),)), []


def place_of(error: BaseException) -> str:
    """Return the last line of a policy that an exception came through, in brackets."""
    own = Path(__file__).parent
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not Path(frame.filename).is_relative_to(own)
    ]
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""


def _answers_the_same(answer: Checked, request: Request, ask: Ask) -> bool:
    try:
        return ask(request) == answer
    except PolicyError:
        return False


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, in the main thread of systems that can."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise _NoAnswerError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
