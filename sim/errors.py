"""What can go wrong by the user's doing.

OrderlabError
 ├── InputError            a file that the user wrote, with all its problems
 │    ├── ScenarioError
 │    └── RuleSetError
 └── PolicyError           an answer of a policy that the world cannot carry out
      └── UnfitPolicyError  everything in which a policy does not keep to its contract

The command line prints these without a traceback and exits with 2. Whatever else is raised is a bug.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

SHOWN = 200  # problems that a message spells out; the rest is counted
_LONGEST_VALUE = 60
_LONGEST_TEXT = 4_096


class OrderlabError(Exception):
    """Anything that the user, and not orderlab, can put right.

    Example:
        >>> from sim import OrderlabError, load_scenario
        >>> try:
        ...     world = load_scenario("helo")
        ... except OrderlabError as error:
        ...     print(error)
        helo: is neither a file nor a shipped scenario; did you mean 'hello'?

    """


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file.

    Attributes:
        file: the file's name, or the option of the command line.
        rule: what would be right.
        key: the dotted path of the value, list elements by id, else by name, else by 0-based position.
        value: what stands there now.
        line: 1-based; None when the place is not a line of a file.
        column: 1-based.
        nearest: the valid name that is most like the one given.

    """

    file: str
    rule: str
    key: str = ""
    value: str | None = None
    line: int | None = None
    column: int | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        file = _cut(self.file, _LONGEST_TEXT)
        place = ":".join(str(part) for part in (file, self.line, self.column) if part is not None)
        parts = [place, _cut(self.key, _LONGEST_TEXT)] if self.key else [place]
        if self.value is not None:
            parts.append(f"value {shortened(self.value)}")
        rule = _cut(self.rule, _LONGEST_TEXT)
        rule = rule if self.nearest is None else f"{rule}; did you mean '{self.nearest}'?"
        return printable(": ".join([*parts, rule]))


def shortened(value: str) -> str:
    """Quote a text, and cut it when it is long."""
    return f"'{_cut(value, _LONGEST_VALUE)}'"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def printable(text: str) -> str:
    """Return a text on one line; what a terminal would act on is spelt out."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class InputError(OrderlabError):
    """A file cannot be used; `problems` says everything that is wrong with it, in the order of the file.

    Example:
        >>> from sim import InputError, load_scenario
        >>> try:
        ...     world = load_scenario("hello", ["days=-1", "sed=2"])
        ... except InputError as error:
        ...     print([(problem.key, problem.rule, problem.nearest) for problem in error.problems])
        [('days', 'must be greater than 0', None), ('sed', 'is not a key here', 'seed')]

    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN:,} more problems")
        return "\n".join(lines)


class ScenarioError(InputError):
    """A scenario, or a table that it names, is wrong.

    Example:
        >>> from sim import load_scenario
        >>> load_scenario("hello", ["seed=one"])
        Traceback (most recent call last):
        sim.errors.ScenarioError: --set seed=one: seed: value 'one': must be a whole number

    """


class RuleSetError(InputError):
    """A rule set is wrong.

    Example:
        >>> from policies import load_policy
        >>> load_policy("neares")
        Traceback (most recent call last):
        sim.errors.RuleSetError: neares: is neither a file, nor a shipped rule set, nor file.py:Class; ...

    """


class PolicyError(OrderlabError):
    """A policy gave an answer that the world cannot carry out, or failed.

    Args:
        message: the rule that was broken.
        policy: the policy's name.
        order: the id of the order that it was asked about.
        line: the 0-based position of the line in the order.
        warehouse: the id of the warehouse that the answer names.

    Example:
        >>> from sim import Allocation, Part, load_scenario, simulate
        >>> class Wishful:
        ...     def allocate(self, order, network):
        ...         return Allocation(parts=(Part(2, ((0, 1),)),))
        >>> simulate(load_scenario("hello"), Wishful(), name="wishful")
        Traceback (most recent call last):
        sim.errors.PolicyError: policy wishful, order 1: there is no warehouse 2

    """

    def __init__(
        self, message: str, *, policy: str = "", order: str = "", line: int | None = None, warehouse: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.policy = policy
        self.order = order
        self.line = line
        self.warehouse = warehouse

    def __str__(self) -> str:
        named = [
            ("policy", self.policy),
            ("order", self.order),
            ("line", self.line),
            ("warehouse", self.warehouse),
        ]
        where = ", ".join(f"{word} {name}" for word, name in named if name not in ("", None))
        return f"{where}: {self.message}" if where else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors travel from workers as pickles, and keyword-only arguments would be lost on the way.
        return _policy_error, (self.message, self.policy, self.order, self.line, self.warehouse)


class Interruption(BaseException):
    """What ends work from outside: nobody's error, and not for the code of a policy to answer for."""


def named(error: BaseException) -> str:
    """Return the kind of what the code of a policy raised, and its text, if it can say one."""
    try:
        text = str(error)
    except Exception:
        text = "(it has no text)"
    return f"{type(error).__name__}: {text}"


@contextmanager
def blaming(policy: str, what: str) -> Iterator[None]:
    """Raise as PolicyError whatever the code of a policy raises, also what would end the program.

    Args:
        policy: its name.
        what: is called, of the policy.

    """
    try:
        yield
    except (OrderlabError, KeyboardInterrupt, Interruption):
        raise
    except BaseException as error:
        raise PolicyError(f"{what} raised {named(error)}", policy=policy) from error


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a policy does and should not.

    Attributes:
        what: what was seen first, with world, order, line and warehouse.
        remedy: what to do about it.
        times: how often it was seen, in all worlds together.

    """

    what: str
    remedy: str
    times: int = 1

    def __str__(self) -> str:
        often = f" ({self.times:,} times)" if self.times > 1 else ""
        return f"{printable(self.what)}{often}\n    what to do: {self.remedy}"


class UnfitPolicyError(PolicyError):
    """A policy does not keep to its contract; `faults` says everything that is wrong with it."""

    def __init__(self, policy: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(
            f"does not keep to the contract, in {count} way{'' if count == 1 else 's'}", policy=policy
        )

    def __str__(self) -> str:
        lines = [f"{number}. {fault}" for number, fault in enumerate(self.faults, 1)]
        return "\n".join([f"policy {self.policy} {self.message}:", *lines])

    def __reduce__(self) -> tuple[Any, ...]:
        return UnfitPolicyError, (self.policy, self.faults)


def _policy_error(message: str, policy: str, order: str, line: int | None, warehouse: str) -> PolicyError:
    return PolicyError(message, policy=policy, order=order, line=line, warehouse=warehouse)
