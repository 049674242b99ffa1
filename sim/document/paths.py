"""Dotted paths: how a value is named in messages and on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from sim.document.tree import Map, Node, Seq, label

_LONGEST_STEP = 60


def dotted(steps: Sequence[str]) -> str:
    """Return a path as text; a long step is cut."""
    return ".".join(step if len(step) <= _LONGEST_STEP else step[: _LONGEST_STEP - 1] + "…" for step in steps)


def children(node: Node) -> list[str]:
    """Return how a path names each child of a node."""
    if isinstance(node, Map):
        return [str(key) for key in node]
    if isinstance(node, Seq):
        return [label(child, position) for position, child in enumerate(node)]
    return []
