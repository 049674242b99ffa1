"""A rule set as its author would write it: YAML that reads back to the same rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from policies.keys import Key
from policies.part import Part
from policies.ranks import Cost, Penalties
from sim.document import Map, Node, Scalar, Section, Seq, write


def written(rules: Section | tuple[Section, ...]) -> str:
    """Return the YAML of a rule set, or of anything that one is made of; what is as by default is left out."""
    return write(_node(rules))


def _node(value: Any) -> Node:
    if isinstance(value, Part):
        return _part(value)
    if isinstance(value, Cost | Penalties):
        (name,) = type(value).key_names()
        return _map({name: _map({key.name: _weighted(key) for key in value.keys})})
    if isinstance(value, Section):
        return _map(_said(value))
    if isinstance(value, tuple):
        items = Seq()
        items.extend([_node(item) for item in value])
        return items
    return _scalar(value)


def _part(part: Part) -> Node:
    """Return a name alone, a name with the value of its main parameter, or with all its parameters."""
    said = _said(part)
    if not said:
        return _scalar(part.name)
    if part.main in said and len(said) == 1:
        value = said[part.main]
        if part.takes_whole_value or not isinstance(value, Map):
            return _map({part.name: value})
    return _map({part.name: _map(said)})


def _weighted(key: Key) -> Node:
    said = _said(key)
    return said["weight"] if len(said) == 1 else _map(said)


def _said(section: Section) -> dict[str, Node]:
    """Return the keys of a section that are not as by default, or are named where that makes a difference."""
    fields = type(section).model_fields
    return {fields[name].alias or name: _node(getattr(section, name)) for name in section.said()}


def _map(entries: dict[str, Node]) -> Map:
    mapping = Map()
    mapping.update({_scalar(key): value for key, value in entries.items()})
    return mapping


def _scalar(value: Any) -> Scalar:
    if isinstance(value, bool):
        return Scalar(str(value).lower())
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return Scalar(str(int(value)))
    if isinstance(value, float):
        return Scalar(f"{value:.17f}".rstrip("0") if "e" in repr(value) else repr(value))
    if isinstance(value, datetime):
        return Scalar(value.isoformat())
    return Scalar(str(value), "plain" if str(value) else "quoted")
