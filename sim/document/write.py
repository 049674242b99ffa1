"""A tree back to YAML: every scalar as its author wrote it, so that reading it gives the same values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from sim.document.tree import Map, Node, Scalar, Seq

WIDTH = 110
_STYLES = {"plain": None, "quoted": '"', "cell": '"'}


def write(tree: Node) -> str:
    """Return the YAML of a tree. Comments, anchors and merge keys are gone; they are spelt out."""
    events = [yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False), *_events(tree)]
    events += [yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent()]
    return str(yaml.emit(events, width=WIDTH, allow_unicode=True))


def _events(node: Node) -> Iterator[yaml.Event]:
    if isinstance(node, Map):
        yield yaml.MappingStartEvent(None, None, True, flow_style=_is_small(node))
        for key, value in node.items():
            yield from _events(key if isinstance(key, Scalar) else Scalar(key))
            yield from _events(value)
        yield yaml.MappingEndEvent()
    elif isinstance(node, Seq):
        yield yaml.SequenceStartEvent(None, None, True, flow_style=_is_small(node))
        for value in node:
            yield from _events(value)
        yield yaml.SequenceEndEvent()
    else:
        quoted = node.style != "plain"
        yield yaml.ScalarEvent(None, None, (not quoted, True), str(node), style=_STYLES[node.style])


def _is_small(node: Map | Seq) -> bool:
    """Tell whether a collection reads well on one line: only single values, or lists of them, stand in it."""
    children: Any = node.values() if isinstance(node, Map) else node
    if all(isinstance(child, Scalar) for child in children):
        return True
    return len(node) <= 6 and all(
        isinstance(child, Scalar) or all(isinstance(leaf, Scalar) for leaf in _leaves(child))
        for child in children
    )


def _leaves(child: Map | Seq) -> Any:
    return child.values() if isinstance(child, Map) else child
