"""Changes from the command line: `--set KEY=VALUE`, where KEY is a dotted path."""

from __future__ import annotations

from sim.document.parse import parse
from sim.document.paths import children, dotted
from sim.document.section import nearest
from sim.document.tree import Map, Node, Scalar, Seq, Source
from sim.errors import InputError, Problem


def set_key(tree: Map, key: str, value: str, named: str = "") -> Map:
    """Return a tree in which one value is another; the given tree stays as it is.

    Args:
        tree: the document.
        key: a dotted path; elements of lists by id, else by name, else by 0-based position. A key that is not
            there is added (whether it is valid is for the check of the document to say); an element is not.
        value: one YAML scalar, or a list or mapping in flow style.
        named: how messages name the change; empty: `--set KEY=VALUE`.

    Raises InputError for a path that leads nowhere and a value that is not one.
    """
    source = Source(named or f"--set {key}={value}"[:200])
    replaced = _put(tree, key.split("."), _read_value(value, source), [], source)
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


def _put(node: Node, steps: list[str], value: Node, passed: list[str], source: Source) -> Node:
    """Return the node with a value put where the steps lead; what lies on the way is copied, not changed."""
    if not steps:
        return value
    if isinstance(node, Scalar):
        raise _nowhere(source, passed, steps[0], "is a single value and has no keys", None)
    # An id may hold dots, so the longest run of steps that is a name comes first.
    names = children(node)
    for length in range(len(steps), 0, -1):
        name = ".".join(steps[:length])
        if name in names:
            break
    else:
        return _added(node, steps, value, passed, source)
    copy = node.like()
    if isinstance(copy, Map):
        copy[name] = _put(copy[name], steps[length:], value, [*passed, name], source)
    else:
        at = names.index(name)
        copy[at] = _put(copy[at], steps[length:], value, [*passed, name], source)
    return copy


def _added(node: Map | Seq, steps: list[str], value: Node, passed: list[str], source: Source) -> Node:
    if isinstance(node, Seq):
        if not steps[0].isdecimal() or len(steps[0]) > 9 or int(steps[0]) >= len(node):
            close = nearest(steps[0], children(node))
            raise _nowhere(source, passed, steps[0], "is not in the list", close)
        elements = node.like()
        at = int(steps[0])
        elements[at] = _put(elements[at], steps[1:], value, [*passed, steps[0]], source)
        return elements
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
