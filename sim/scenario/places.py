"""Where in a scenario's tree things stand that only the whole scenario shows to be wrong."""

from __future__ import annotations

from collections.abc import Sized

from sim.document import Map, Scalar, Seq, problem_at
from sim.document.paths import dotted
from sim.errors import Problem


def and_more(told: Sized, noun: str) -> str:
    """Return what is said beside a problem that is told of the first of several things only."""
    return f" (and {len(told) - 1:,} {noun} more)" if len(told) > 1 else ""


class Places:
    """Makes problems of paths."""

    def __init__(self, tree: Map) -> None:
        self._tree = tree

    def problem(self, steps: tuple[str | int, ...], rule: str) -> Problem:
        """Return a problem at the nearest place on a path; numbers are positions in lists."""
        node: object = self._tree
        place: Map | Seq | Scalar = self._tree
        names = []
        for step in steps:
            if isinstance(step, int) and isinstance(node, dict):
                continue  # a list of one may be written without its brackets
            parent, node = node, _child(node, step)
            ident = node.get("id") if isinstance(node, dict) else None
            names.append(str(ident) if isinstance(step, int) and isinstance(ident, str) else str(step))
            key = parent.key(step) if isinstance(parent, Map) and isinstance(step, str) else None
            if isinstance(node, Scalar) or (isinstance(node, (Map, Seq)) and key is None):
                place = node
            elif key is not None:
                place = key
        value = str(node) if isinstance(node, Scalar) else None
        return problem_at(place, rule, dotted(names), value=value)


def _child(node: object, step: str | int) -> object:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None
