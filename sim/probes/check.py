"""`check_policy`: everything in which a policy does not keep to its contract, told before it counts."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Generator, Sequence
from copy import deepcopy
from itertools import zip_longest
from time import perf_counter
from typing import Any, NamedTuple, cast

from simpy import Event

from sim.clock import WORK, Clock
from sim.errors import Fault, Interruption, UnfitPolicyError, named
from sim.policy import Allocation, Policy
from sim.probes.examiner import FICKLE, Examiner, place_of
from sim.probes.small_worlds import PLENTY, small_worlds
from sim.probes.untouched import hidden_parameters
from sim.scenario import Scenario

MOST_EVENTS = 20_000
"""A decision may take as long as so many bare events of the clock, some 10 ms: a hundred times that of a rule set."""

_EVENTS = 2_000  # that are timed

Answers = list[tuple[str, Allocation]]


class Fitness(NamedTuple):
    """How a policy that keeps to its contract was examined.

    Attributes:
        worlds: in how many it played.
        decisions: how often it was asked.
        events: how many bare events of the clock its median decision takes.

    """

    worlds: int
    decisions: int
    events: float


def check_policy(
    policy: Policy | Callable[[], Policy],
    *,
    name: str = "",
    worlds: Sequence[Scenario] = (),
    seconds: float = 5.0,
) -> Fitness:
    """Play a policy in small worlds, and tell everything that is wrong with it at once.

    Looked for: answers that the engine refuses (more than there is, of lines that are not open, from warehouses that
    are down or full, or may not), exceptions, slow answers or none, an answer that differs when the same is asked
    again, by another instance, or by one that was used before, and changes to the network or to the policy's own
    parameters.

    Args:
        policy: an instance, or a class or function that makes one without arguments. An instance is copied for each
            play.
        name: for messages; by default that of the class.
        worlds: scenarios to play instead of the small ones, as for a policy that names warehouses.
        seconds: the longest time that one answer may take; only the main thread can interrupt it.

    Returns:
        How it was examined.

    Raises:
        UnfitPolicyError: a PolicyError with every fault, each with what to do about it.

    Example:
        >>> from sim import Allocation, Part, check_policy
        >>> class Hasty:
        ...     # does not ask what there is
        ...     def allocate(self, order, network):
        ...         return Allocation(parts=(Part(0, tuple((line, order.units[line]) for line in order.open)),))
        >>> check_policy(Hasty())
        Traceback (most recent call last):
        sim.errors.UnfitPolicyError: policy Hasty does not keep to the contract, in ... ways:
        ...

    """
    examination = _Examination(_maker(policy))
    if examination.may_begin():
        for world in worlds or small_worlds():
            examination.play(world, seconds)
            if examination.is_slow():
                break
    if examination.faults:
        name = name or getattr(policy, "__name__", type(policy).__name__)
        raise UnfitPolicyError(name, examination.faults.values())
    return examination.fitness()


def _maker(policy: Any) -> Callable[[], Any]:
    """Return what makes a fresh instance each time."""
    if isinstance(policy, type) or (callable(policy) and not hasattr(policy, "allocate")):
        return cast(Callable[[], Any], policy)
    try:
        kept = deepcopy(policy)
    except Exception:  # it holds what cannot be copied, such as a lock or a solver
        return lambda: policy
    return lambda: deepcopy(kept)


class _Examination:
    """Collects the faults of one policy, the first of each kind: kinds differ in what is to be done about them."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._times: list[float] = []
        self._worlds = 0
        self._noted = 0
        self._event_s = min(_time_events() for _ in range(5)) / _EVENTS
        self.faults: dict[str, Fault] = {}

    def note(self, what: str, remedy: str) -> None:
        """Note a fault, or that one was seen again."""
        self._noted += 1
        seen = self.faults.get(remedy)
        self.faults[remedy] = (
            Fault(what, remedy) if seen is None else Fault(seen.what, remedy, seen.times + 1)
        )

    def may_begin(self) -> bool:
        """Look at a policy that has not played; return whether it can."""
        try:
            policy = self._make()
        except (KeyboardInterrupt, Interruption):
            raise
        except BaseException as error:
            self.note(
                f"cannot be made: raised {named(error)}{place_of(error)}", "let it be made without arguments"
            )
            return False
        if not isinstance(policy, Policy):
            self.note("has no allocate(order, network)", "write the method that decides, see sim.policy")
            return False
        for what in hidden_parameters(policy):
            self.note(what, "take explicit parameters, and store each unchanged under its own name")
        return True

    def play(self, world: Scenario, seconds: float) -> None:
        """Play a world with a fresh policy; if nothing is wrong, with another one, and then with that again."""
        self._worlds += 1
        noted = self._noted
        first = Examiner(world, self.note, seconds, asks_twice=True)
        first.play(self._make())
        self._times += first.times
        if self._noted > noted:
            return
        if world.id == PLENTY and not any(answer.parts for _, answer in first.answers):
            self.note(
                f"world {PLENTY}: ships nothing, where every warehouse has everything and is up",
                "answer with parts: Allocation(parts=(Part(warehouse, ((line, units),)),))",
            )
        if FICKLE in self.faults:
            return
        used = self._make()
        for whose, remedy in (
            (
                "another instance",
                "remember nothing in the class or the module; take chance from network.key alone",
            ),
            ("one that has played before", "forget the run before: begin anew in prepare(network)"),
        ):
            again = Examiner(world, self.note, seconds, asks_twice=False)
            again.play(used)
            a, b = first.answers, again.answers
            if not (first.is_over and again.is_over):  # as far as both were watched
                a, b = a[: len(b)], b[: len(a)]
            different = _first_difference(a, b)
            if different:
                self.note(f"world {world.id}, {different}: {whose} answers otherwise", remedy)
                return

    def is_slow(self) -> bool:
        """Tell whether decisions take too long, and note it."""
        events = self._events()
        if events > MOST_EVENTS:
            milliseconds = statistics.median(self._times) * 1e3
            self.note(
                f"a decision takes {milliseconds:,.0f} ms, as long as {events:,.0f} bare events of the clock; at most "
                f"{MOST_EVENTS:,} will do",
                "compute what does not change in prepare(network), and with arrays over warehouses instead of loops",
            )
        return events > MOST_EVENTS

    def fitness(self) -> Fitness:
        """Return how it went."""
        return Fitness(self._worlds, len(self._times), self._events())

    def _events(self) -> float:
        return statistics.median(self._times) / self._event_s if self._times else 0.0


def _first_difference(a: Answers, b: Answers) -> str:
    """Return the order at which two plays part."""
    for one, other in zip_longest(a, b):
        if one != other:
            return f"order {(one or other)[0]}"
    return ""


def _time_events() -> float:
    """Return the seconds that a process of `_EVENTS` events takes on this machine now."""
    clock = Clock()

    def tick() -> Generator[Event, Any, None]:
        for at in range(_EVENTS):
            yield clock.due(at, WORK)
        clock.stop()

    clock.process(tick())
    begin = perf_counter()
    clock.run()
    return perf_counter() - begin
