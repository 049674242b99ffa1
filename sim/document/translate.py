"""From what pydantic says to what a person needs: place, dotted key, value, rule, nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from sim.document.paths import children, dotted
from sim.document.section import Checking
from sim.document.tree import Map, Node, Scalar, Seq, label
from sim.errors import Problem

_PLAIN_RULES = {
    "missing": "is missing, and has no default",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "extra_forbidden": "is not a key here",
}


def problems_of(
    error: ValidationError, tree: Node, checking: Checking, *, within: Sequence[str] = ()
) -> list[Problem]:
    """Return one problem for each error, in the order of the file; `within` is the path of the tree."""
    errors = error.errors(include_url=False, include_input=False)
    return in_order([_problem(one, tree, checking, within) for one in errors], tree.source.name)


def in_order(found: list[Problem], first_file: str) -> list[Problem]:
    """Sort problems by file, line and column; those of the document come before those of its tables."""
    return sorted(found, key=lambda p: (p.file != first_file, p.file, p.line or 0, p.column or 0))


class _Walk:
    """Follows a location of pydantic down a tree, as far as the tree goes."""

    def __init__(self, tree: Node, steps: Sequence[str | int], within: Sequence[str]) -> None:
        self.node: Node | None = tree
        self.parent: Node = tree
        self.names = [*within]
        self.place: Map | Seq | Scalar = tree  # the nearest thing that has a line
        for number, step in enumerate(steps):
            if not self._is_put_between(steps[number:]):
                self.step(step)

    def step(self, step: str | int) -> None:
        node = self.node
        if isinstance(node, Map) and step in node:
            self._enter(node, node[str(step)], str(step))
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            self._enter(node, node[step], label(node[step], step))
        elif step == "[key]":  # what is wrong is the key itself
            self.place = self._key_of(self.parent) or self.place
            self.node = self.place if isinstance(self.place, Scalar) else None
        elif _is_form(step):
            return
        elif isinstance(node, (Map, Seq)):
            self.names.append(str(step))
            self.parent, self.node = node, None

    def _is_put_between(self, steps: Sequence[str | int]) -> bool:
        """Tell whether a step was added when the value was read: the next one leads on from where we are."""
        step, *later = steps
        following = next((one for one in later if not _is_form(one)), None)
        node = self.node
        if isinstance(node, Seq):
            return not _is_form(step) and isinstance(step, str) and following in range(len(node))
        return isinstance(node, Map) and step not in node and not _is_form(step) and following in node

    def _enter(self, parent: Node, child: Any, name: str) -> None:
        self.names.append(name)
        self.parent, self.node = parent, child
        if isinstance(child, Scalar):
            self.place = child
        else:
            self.place = self._key_of(parent) or (child if isinstance(child, (Map, Seq)) else self.place)

    def at_key(self) -> None:
        """Take the key itself for the place, whatever stands there."""
        self.place = self._key_of(self.parent) or self.place

    def _key_of(self, parent: Node) -> Scalar | None:
        return parent.key(self.names[-1]) if isinstance(parent, Map) and self.names else None


def _is_form(step: str | int) -> bool:
    """Tell whether a step is the form of a value, and no key."""
    return isinstance(step, str) and step.startswith("<") and step.endswith(">")


def _problem(error: Any, tree: Node, checking: Checking, within: Sequence[str]) -> Problem:
    walk = _Walk(tree, error["loc"], within)
    context = error.get("ctx", {})
    rule, close = _PLAIN_RULES.get(error["type"], error["msg"][:1].lower() + error["msg"][1:]), None
    value_matters = error["type"] not in ("missing", "extra_forbidden")
    if error["type"] == "orderlab":
        rule, close = context["rule"], context["nearest"]
        for step in context["steps"]:
            walk.step(step)
        if context["unknown"]:
            value_matters = False
            walk.at_key()
    elif error["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        rule = f"must be {', '.join(choices[:-1])}{' or ' * (len(choices) > 1)}{choices[-1]}"
        if isinstance(walk.node, Scalar):
            close = checking.nearest(walk.node, choices)
    elif error["type"] == "extra_forbidden":
        if id(walk.parent) in checking.sections:
            _, section = checking.sections[id(walk.parent)]
            close = checking.nearest(walk.names[-1], section.key_names())
            close = close or _element(walk.parent, walk.names[-1])
            if close is None:
                names = ", ".join(section.key_names())
                rule += f"; valid are {names}" if names else "; there are none"
        walk.at_key()
    value = str(walk.node) if value_matters and isinstance(walk.node, Scalar) else None
    return problem_at(walk.place, rule, dotted(walk.names), value=value, nearest=close)


def _element(node: Node, name: str) -> str | None:
    """Return the path to an element of that name in one of the lists of a mapping."""
    lists = node.items() if isinstance(node, Map) else ()
    return next(
        (f"{key}.{name}" for key, child in lists if isinstance(child, Seq) and name in children(child)), None
    )


def problem_at(
    place: Map | Seq | Scalar,
    rule: str,
    key: str = "",
    *,
    value: str | None = None,
    nearest: str | None = None,
) -> Problem:
    """Return a problem at the place of a node; a place in a table also says the row."""
    row = place.source.row(place.line)
    return Problem(
        place.source.name,
        rule if row is None else f"{rule} (row {row} of the table)",
        key,
        value or None,
        place.line or None,
        place.column or None,
        nearest,
    )
