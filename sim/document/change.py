"""Changes from the command line: `--set KEY=VALUE`, where KEY is a dotted path."""

from __future__ import annotations

from typing import Any

from sim.document.bounds import MOST_STEPS
from sim.document.parse import parse
from sim.document.paths import children, dotted
from sim.document.section import nearest
from sim.document.tree import Map, Node, Scalar, Seq, Source, label
from sim.errors import InputError, Problem


def set_key(tree: Map, key: str, value: str, named: str = "") -> Map:
    """Return a tree in which one value is another; the given tree stays as it is.

    Args:
        tree: the document.
        key: a dotted path; elements of lists by id, else by name, else by 0-based position; one that is a single word,
            or has a single key, by that, too: `filters.below_limit.n`. A key that is not there is added (whether it is
            valid is for the check of the document to say); an element is not.
        value: one YAML scalar, or a list or mapping in flow style.
        named: how messages name the change; empty: `--set KEY=VALUE`.

    Raises InputError for a path that leads nowhere and a value that is not one.
    """
    source = Source(named or f"--set {key}={value}"[:200])
    steps = key.split(".", MOST_STEPS)
    if len(steps) > MOST_STEPS:
        raise InputError([Problem(source.name, f"must be a path of at most {MOST_STEPS} words")])
    replaced = _put(tree, steps, _read_value(value, source), [], source)
    assert isinstance(replaced, Map)
    return replaced


def _read_value(value: str, source: Source) -> Node:
    tree, wrong = parse(value, source)
    is_block = isinstance(tree, (Map, Seq)) and not value.lstrip().startswith(("{", "[", "&"))
    if tree is None and not wrong:
        raise InputError([Problem(source.name, "has no value")])
    if wrong or is_block or tree is None:
        rule = wrong[0].rule if wrong else "must be one value, or a list or mapping in [ ] or { }"
        raise InputError([Problem(source.name, rule)])
    return _unplaced(tree, source)


def _unplaced(node: Node, source: Source) -> Node:
    """Return the node without lines and columns, which would not be those of a file."""
    if isinstance(node, Scalar):
        return Scalar(node, node.style, source)
    if isinstance(node, Seq):
        items = Seq(source)
        items.extend(_unplaced(child, source) for child in node)
        return items
    mapping = Map(source)
    mapping.update({Scalar(key, "plain", source): _unplaced(child, source) for key, child in node.items()})
    return mapping


def find(tree: Map, key: str) -> tuple[tuple[str, ...], Node | None]:
    """Return the way to a value, in which elements of lists are named by position alone, and the value.

    Args:
        tree: the document.
        key: a dotted path, as in `set_key`.

    Returns:
        None in place of the value when it is not there; the way then ends with what was not found.

    """
    steps = key.split(".")
    way: list[str] = []
    node: Node | None = tree
    while steps:
        found = None if node is None or isinstance(node, Scalar) else _child(node, steps)
        if found is None:
            return (*way, *steps), None
        name, taken = found
        way.append(str(name))
        node, steps = _step_down(node, name, steps[taken:]), steps[taken:]  # type: ignore[arg-type]
    return tuple(way), node


def _put(node: Node, steps: list[str], value: Node, passed: list[str], source: Source) -> Node:
    """Return the node with a value put where the steps lead; what lies on the way is copied, not changed."""
    if not steps:
        return value
    if isinstance(node, Scalar):
        raise _nowhere(source, passed, steps[0], "is a single value and has no keys", None)
    found = _child(node, steps)
    if found is None:
        return _added(node, steps, value, passed, source)
    name, taken = found
    rest = steps[taken:]
    copy: Any = node.like()
    # A list by ids is read with these, and not with positions.
    called = label(copy[name], name) if isinstance(name, int) else name
    copy[name] = _put(_step_down(node, name, rest), rest, value, [*passed, called], source)
    return copy  # type: ignore[no-any-return]


def _child(node: Map | Seq, steps: list[str]) -> tuple[str | int, int] | None:
    """Return the key or position of the child that a path leads to, and how many of its steps that takes."""
    # An id may hold dots, so the longest run of steps that is a name comes first.
    names = children(node)
    for length in range(len(steps), 0, -1):
        name = ".".join(steps[:length])
        if name in names:
            return (name if isinstance(node, Map) else names.index(name)), length
    if isinstance(node, Map):
        return None
    if steps[0].isdecimal() and len(steps[0]) <= 9 and int(steps[0]) < len(node):
        return int(steps[0]), 1
    # A part by what it is: the step is then its key, and not yet taken.
    called = [position for position, part in enumerate(_parts(node)) if part == steps[0]]
    return (called[0], 0) if len(called) == 1 else None


def _parts(node: Seq) -> list[str | None]:
    """Return the word that each element of a list is, or the single key that it has."""
    return [
        str(child) if isinstance(child, Scalar) else str(next(iter(child))) if _is_part(child) else None
        for child in node
    ]


def _is_part(node: Node) -> bool:
    return isinstance(node, Map) and len(node) == 1


def _step_down(node: Map | Seq, name: str | int, rest: list[str]) -> Node:
    """Return a child; a part that is a bare word, as one that can have parameters, if the path goes on into it."""
    child: Node = node[name]  # type: ignore[index]
    if isinstance(node, Seq) and isinstance(child, Scalar) and rest and rest[0] == child:
        part = Map(child.source, child.line, child.column)
        part[child] = Map(child.source, child.line, child.column)
        return part
    return child


def _added(node: Map | Seq, steps: list[str], value: Node, passed: list[str], source: Source) -> Node:
    if isinstance(node, Seq):
        parts = [part for part in _parts(node) if part is not None]
        if steps[0] in parts:
            raise _nowhere(
                source, passed, steps[0], "stands there more than once: name it by its position", None
            )
        close = nearest(steps[0], [*children(node), *parts])
        raise _nowhere(source, passed, steps[0], "is not in the list", close)
    copy = node.like()
    for step in reversed(steps[1:]):
        outer = Map(source)
        outer[Scalar(step, "plain", source)] = value
        value = outer
    copy[Scalar(steps[0], "plain", source)] = value
    return copy


def _nowhere(source: Source, passed: list[str], step: str, rule: str, close: str | None) -> InputError:
    key = dotted(passed) if rule.startswith("is a single") else dotted([*passed, step])
    return InputError([Problem(source.name, rule, key, nearest=close)])
