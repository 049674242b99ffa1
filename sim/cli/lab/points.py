"""The points of a sweep: what is played there, and what of it is wrong."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from policies.load import build_policy, change_policy
from sim.cli.lab.contents import NAMES
from sim.cli.lab.factors import Factor, as_written
from sim.document import Document, Scalar, Seq, find, plain, read_text, write
from sim.errors import InputError, PolicyError, Problem, RuleSetError, ScenarioError
from sim.execution.experiment import PolicySource, Variant
from sim.scenario import Scenario, check_scenario
from sim.scenario.resolved import table_places

_OPTION = "--vary"
_LONGEST_NAME = 150

Changed: TypeAlias = tuple[tuple[Factor, str], ...]
"""The keys that have another value at a point, and these values."""


class Maker:
    """Makes the variants of a sweep, each world once, and gathers what is wrong with any of them.

    Attributes:
        problems: in the order in which they were found, each once.

    """

    def __init__(self, unchanged: Sequence[Variant], short: Mapping[str, str]) -> None:
        """Begin a sweep around variants of one scenario; `short` is how names speak of the keys."""
        self.problems: dict[Problem, None] = {}
        self._scenario = unchanged[0].scenario
        self._short = short
        self._worlds: dict[tuple[str, ...], Scenario] = {(): self._scenario}
        self._names: dict[tuple[str, Changed], str] = {}
        self._taken = {variant.name for variant in unchanged}

    def changed(self, base: Variant, changed: Changed) -> Variant | None:
        """Return a policy with other values of keys; None when that is wrong."""
        of_world = tuple(factor.change(value) for factor, value in changed if not factor.of_policy)
        of_policy = tuple((factor, value) for factor, value in changed if factor.of_policy)

        def make() -> Variant:
            world = self._world(of_world)
            changes = [factor.change(value) for factor, value in of_policy]
            source = change_policy(base.source, world, changes, option=_OPTION)
            if changes:
                source = replace(source, name=self._name(base.name, of_policy))
            return Variant(self._name(base.name, changed), source, world, of_world)

        return self._tried(make, changed)

    def without_each_rule(self, base: Variant) -> dict[str, Variant]:
        """Return the rule set without each of its rules in turn, by what the rule is called."""
        if base.source.class_name:
            self._wrong(base, "is a Python class, and has no rules that could be left out")
            return {}
        document = read_text(base.source.text, base.source.file, RuleSetError)
        rules = document.tree["rules"]
        assert isinstance(rules, Seq)
        if len(rules) < 2:
            self._wrong(base, "has one rule, and would be empty without it")
            return {}
        found = {}
        for number, rule in enumerate(rules, start=1):
            rest = rules.like()
            del rest[number - 1]
            tree = document.tree.like()
            tree["rules"] = rest
            name = self._unique(f"{base.name}-without-rule-{number}")
            shorter = replace(base.source, name=name, text=write(tree))
            called = rule.get("name") if isinstance(rule, dict) else None
            label = f"{number}: {called}" if isinstance(called, Scalar) and called else str(number)

            def make(source: PolicySource = shorter) -> Variant:
                return Variant(source.name, change_policy(source, base.scenario, ()), base.scenario)

            variant = self._tried(make, ())
            if variant is not None:
                found[label] = variant
        return found

    def standing(self, base: Variant, factor: Factor, alone: Mapping[str, Variant]) -> str | None:
        """Return the value that a key has at the unchanged point, as text; None when it is not there.

        Args:
            base: the unchanged point.
            factor: the key.
            alone: by value, the point that differs in this key alone. If that is the same as the unchanged point, the
                value is returned as it is written there.

        """
        settings = _settings(base) if factor.of_policy else base.scenario
        for value, variant in alone.items():
            if (_settings(variant) if factor.of_policy else variant.scenario) == settings:
                return value
        if factor.of_policy and base.source.class_name:
            arguments: dict[str, Any] = _settings(base)
            name = factor.path
            return as_written(arguments[name]) if name in arguments else None
        tree = base.scenario.tree
        if factor.of_policy:
            tree = read_text(base.source.text, base.source.file).tree
        node = find(tree, factor.path)[1]
        return None if node is None else str(node) if isinstance(node, Scalar) else as_written(plain(node))

    def _tried(self, make: Callable[[], Variant], changed: Changed) -> Variant | None:
        try:
            return make()
        except InputError as error:
            self.problems |= dict.fromkeys(error.problems)
        except PolicyError as error:
            named = " ".join(f"{factor.key}={value}" for factor, value in changed)
            self.problems[Problem(f"{_OPTION} {named}"[:200], str(error))] = None
        return None

    def _wrong(self, base: Variant, rule: str) -> None:
        self.problems[Problem("--drop-each-rule", rule, value=base.name)] = None

    def _world(self, changes: tuple[str, ...]) -> Scenario:
        if changes not in self._worlds:
            document = Document(self._scenario.path, self._scenario.tree, ScenarioError)
            document = document.changed(changes, option=_OPTION)
            world = check_scenario(document, anywhere=self._scenario.anywhere, called=self._scenario.id)
            # A result folder keeps these tables, and the change must lead to them from there.
            kept = table_places(world, NAMES)
            taken = set(table_places(self._scenario, NAMES).values())
            wrong = [
                Problem(
                    f"{_OPTION} {changes[0]}",
                    "must name a table by its place below the scenario",
                    value=written,
                )
                for written in world.tables
                if written not in self._scenario.tables and (kept[written] != written or written in taken)
            ]
            if wrong:
                raise ScenarioError(wrong)
            self._worlds[changes] = world
        return self._worlds[changes]

    def _name(self, policy: str, changed: Changed) -> str:
        if (policy, changed) not in self._names:
            parts = [
                f"{_in_a_name(self._short[factor.key], 32)}-{_in_a_name(value, 24)}"
                for factor, value in changed
            ]
            self._names[policy, changed] = self._unique("-".join([policy, *parts])[:_LONGEST_NAME])
        return self._names[policy, changed]

    def _unique(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}-{number}"
        self._taken.add(name)
        return name


def _settings(variant: Variant) -> Any:
    """Return what makes a policy the one it is: its rules, or its arguments."""
    policy = build_policy(variant.source, variant.scenario)
    if not variant.source.class_name:
        return policy
    accepted = inspect.signature(type(policy)).parameters.values()
    return {argument.name: argument.default for argument in accepted} | dict(variant.source.parameters)


def _in_a_name(text: str, longest: int) -> str:
    """Return a text, no longer than that, as it can stand in the name of a file."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("_.")[:longest] or "empty"
