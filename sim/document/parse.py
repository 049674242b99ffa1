"""YAML 1.1 text to a tree. Data only: no tags, no types, no cycles, and aliases cannot blow up.

The tree is built from parser events without recursion, so that no nesting, however deep, can exhaust a stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from sim.document.bounds import DEEPEST, MOST_DIRECTIVES, MOST_PROBLEMS, MOST_REPEATED, MOST_VALUES
from sim.document.paths import dotted
from sim.document.tree import Map, Node, Scalar, Seq, Source, label
from sim.errors import Problem

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml parses ten times as fast
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
_COLLECTION_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_MERGE = "<<"


class _Unreadable(Exception):  # noqa: N818 - control flow of this module
    """Nothing after this problem can be read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(slots=True)
class _Frame:
    """A collection that is being filled."""

    node: Map | Seq
    anchor: str | None
    size: int = 1
    key: Scalar | None = None  # of a mapping: the key whose value is next
    ignored: bool = False  # the value of a duplicate key
    firsts: dict[str, Scalar] = field(default_factory=dict)  # of a mapping: its keys
    merged: list[Map] = field(default_factory=list)


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int]] = {}  # with the number of values in each
        self._values = 0
        self._repeated = 0

    def build(self, events: Iterable[Any]) -> None:
        documents = 0
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._begin(event, Map if kind is yaml.MappingStartEvent else Seq)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end(event)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise self._unreadable(event, "must hold one YAML document; a second one begins here")

    def _scalar(self, event: Any) -> None:
        plain = event.style in (None, "")
        if event.tag is not None and event.tag not in _TEXT_TAGS:
            self._problem(event, f"must have no tag: {_readable(event.tag)} is not data")
        mark = event.start_mark
        style = "plain" if plain and event.tag is None else "quoted"
        scalar = Scalar(event.value, style, self.source, mark.line + 1, mark.column + 1)  # type: ignore[arg-type]
        if event.anchor is not None:
            self._anchors[event.anchor] = (scalar, 1)
        self._place(scalar, 1, event)

    def _begin(self, event: Any, kind: type[Map] | type[Seq]) -> None:
        if event.tag not in _COLLECTION_TAGS:
            self._problem(event, f"must have no tag: {_readable(event.tag)} is not data")
        if len(self._stack) >= DEEPEST:
            raise self._unreadable(event, f"must not be nested more than {DEEPEST} deep")
        if self._expects_key():
            raise self._unreadable(event, "must be a single word: a list or mapping cannot be a key")
        mark = event.start_mark
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)  # an alias inside its own anchor finds nothing
        self._stack.append(_Frame(kind(self.source, mark.line + 1, mark.column + 1), event.anchor))

    def _end(self, event: Any) -> None:
        frame = self._stack.pop()
        if isinstance(frame.node, Map):
            for other in frame.merged:
                for key, value in other.items():
                    frame.node.setdefault(key, value)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (frame.node, frame.size)
        self._place(frame.node, frame.size, event)

    def _alias(self, event: Any) -> None:
        known = self._anchors.get(event.anchor)
        if known is None:
            name = _readable(event.anchor)
            if any(frame.anchor == event.anchor for frame in self._stack):
                raise self._unreadable(event, f"must not hold itself: *{name} is in &{name}")
            raise self._unreadable(event, f"there is no anchor &{name} before this")
        node, size = known
        if self._expects_key() and not isinstance(node, Scalar):
            raise self._unreadable(event, "must be a single word: a list or mapping cannot be a key")
        self._repeated += size
        if self._repeated > MOST_REPEATED:
            raise self._unreadable(event, f"must not repeat more than {MOST_REPEATED:,} values by aliases")
        self._place(node, size, event)

    def _expects_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].node, Map) and self._stack[-1].key is None

    def _place(self, node: Node, size: int, event: Any) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            raise self._unreadable(event, f"must not hold more than {MOST_VALUES:,} values")
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        frame.size += size
        if isinstance(frame.node, Seq):
            frame.node.append(node)
        elif frame.key is None:
            assert isinstance(node, Scalar)
            frame.key = node
            first = None if node == _MERGE else frame.firsts.setdefault(node, node)
            first = None if first is node else first
            frame.ignored = first is not None
            if first is not None:
                self._problem(event, f"is given twice: the first is in line {first.line}", node)
        else:
            if frame.key == _MERGE and frame.key.style == "plain":
                self._merge(frame, node, event)
            elif not frame.ignored:
                frame.node[frame.key] = node
            frame.key = None

    def _merge(self, frame: _Frame, node: Node, event: Any) -> None:
        others = list(node) if isinstance(node, Seq) else [node]
        for other in others:
            if isinstance(other, Map):
                frame.merged.append(other)
            else:
                self._problem(event, "must be a mapping, or a list of mappings, to be merged")

    def _path(self) -> list[str]:
        path = []
        for depth, frame in enumerate(self._stack, start=1):
            if isinstance(frame.node, Seq):
                inner = self._stack[depth].node if depth < len(self._stack) else None
                path.append(label(inner, len(frame.node)))
            elif frame.key is not None:
                path.append(str(frame.key))
        return path

    def _problem(self, event: Any, rule: str, key: str | None = None) -> None:
        self.problems.append(self._at(event, rule, key))
        if len(self.problems) == MOST_PROBLEMS:
            raise self._unreadable(
                event, f"has {MOST_PROBLEMS:,} problems up to here: no more are looked for"
            )

    def _unreadable(self, event: Any, rule: str) -> _Unreadable:
        return _Unreadable(self._at(event, rule))

    def _at(self, event: Any, rule: str, key: str | None = None) -> Problem:
        mark = event.start_mark
        path = self._path()
        if key is not None and (not path or path[-1] != key):
            path.append(key)
        return Problem(self.source.name, rule, dotted(path), line=mark.line + 1, column=mark.column + 1)


def parse(text: str, source: Source) -> tuple[Node | None, list[Problem]]:
    """Read YAML.

    Returns:
        The tree, None when the text cannot be read at all, and what is wrong with it.

    """
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        line = text.count("\n", 0, forbidden.start()) + 1
        column = forbidden.start() - text.rfind("\n", 0, forbidden.start())
        rule = f"must be text: there is a character U+{ord(forbidden[0]):04X}"
        return None, [Problem(source.name, rule, line=line, column=column)]
    if len(_DIRECTIVE.findall(text)) > MOST_DIRECTIVES:
        rule = f"must not hold more than {MOST_DIRECTIVES} lines that begin with %"
        return None, [Problem(source.name, rule)]
    builder = _Builder(source)
    try:
        builder.build(yaml.parse(text, Loader=LOADER))
    except _Unreadable as stop:
        return None, [*builder.problems, stop.problem]
    except yaml.MarkedYAMLError as error:
        return None, [*builder.problems, _syntax(error, text, source)]
    except yaml.YAMLError as error:
        return None, [*builder.problems, Problem(source.name, f"is not YAML: {_one_line(str(error))}")]
    return builder.root, builder.problems


def _syntax(error: yaml.MarkedYAMLError, text: str, source: Source) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    here = lines[line] if line < len(lines) else ""
    indent = here[: len(here) - len(here.lstrip())]
    if "\t" in indent:
        rule, column = "is not YAML: a line must be indented with spaces, not with tabs", indent.index("\t")
    else:
        said = [error.problem, f"({error.context})" if error.context else None]
        rule = "is not YAML: " + _one_line(" ".join(part for part in said if part))
    return Problem(source.name, rule, line=line + 1, column=column + 1)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _readable(tag: str) -> str:
    return _one_line(tag.replace("tag:yaml.org,2002:", "!!"))[:60]
