"""What every part of a document is checked against, and what a check must know beside the text."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from sim.document.tree import Map, Scalar

_LONGEST_NAME = 100  # difflib is quadratic


@dataclass(slots=True)
class Checking:
    """What fields may ask for while a document is checked.

    Attributes:
        names: per kind (item, warehouse, ...) the ids that references may use; an absent kind is not checked.
        zone: the IANA zone in which moments without an offset are read.
        tables: what was read from the tables that the document names, by path as written.
        sections: filled by the check: every mapping with the model that it was checked against, by `id()`.
        comparisons: how many more names may be compared to find the nearest; a file of ten thousand wrong
            references to ten thousand items must not take minutes.

    """

    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    zone: str = "UTC"
    tables: Mapping[str, Any] = field(default_factory=dict)
    sections: dict[int, tuple[Map, type[Section]]] = field(default_factory=dict)
    comparisons: int = 50_000

    def nearest(self, name: str, names: Collection[str]) -> str | None:
        """Return the name that is most like the given one, while there is time for it."""
        if not self.may_compare(len(names)):
            return None
        self.comparisons -= len(names)
        return nearest(name, names)

    def may_compare(self, count: int) -> bool:
        """Tell whether there is time to compare with so many names."""
        return count <= self.comparisons


def wrong(
    rule: str, *, key: str | Sequence[str | int] = "", nearest: str | None = None, unknown: bool = False
) -> PydanticCustomError:
    """Make the error that a validator raises.

    Args:
        rule: what would be right, without the value and its place: these are added.
        key: a key below the validated value, or the way to one, when that is what is wrong.
        nearest: the valid name that was probably meant.
        unknown: the key itself is wrong, whatever stands there.

    """
    steps = (key,) if isinstance(key, str) and key else tuple(key)
    context = {"rule": rule, "steps": steps, "nearest": nearest, "unknown": unknown}
    return PydanticCustomError("orderlab", "{rule}", context)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like the given one, or None when none is."""
    if len(name) > _LONGEST_NAME:
        return None
    by_fold = {candidate.casefold(): candidate for candidate in names if len(candidate) <= _LONGEST_NAME}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1)
    begun = (fold for fold in by_fold if fold.startswith(f"{name.casefold()}_"))
    return by_fold.get(close[0] if close else next(begun, ""))


def checking(info: ValidationInfo) -> Checking:
    """Return what the running check knows; models built in Python know nothing."""
    return info.context if isinstance(info.context, Checking) else Checking()


class Section(BaseModel):
    """A mapping with known keys. Immutable; an unknown key is an error; an explicit null means absent."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, protected_namespaces=(), strict=False
    )

    kept_when_named: ClassVar[tuple[str, ...]] = ()
    """Fields of which it makes a difference that they are named, though as by default."""

    @model_validator(mode="before")
    @classmethod
    def _read_mapping(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, Map):
            if isinstance(info.context, Checking):
                info.context.sections[id(given)] = given, cls
            if any(isinstance(value, Scalar) and value.is_null for value in given.values()):
                return cls.completed(
                    {k: v for k, v in given.items() if not (isinstance(v, Scalar) and v.is_null)}
                )
        if isinstance(given, dict):
            return cls.completed(given)
        if isinstance(given, cls):
            return given
        raise wrong(f"must be a mapping: {{{', '.join(f'{key}: …' for key in cls.key_names()[:6])}}}")

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Show what is said: what Python code would write."""
        return ((name, getattr(self, name)) for name in self.said())

    def said(self) -> Iterator[str]:
        """Yield the names of fields that are not as by default, or are named where that makes a difference."""
        for name, entry in type(self).model_fields.items():
            is_named = name in self.kept_when_named and name in self.model_fields_set
            if is_named or entry.is_required() or getattr(self, name) != entry.get_default():
                yield name

    @classmethod
    def completed(cls, given: dict[Any, Any]) -> dict[Any, Any]:
        """Return the mapping with what it leaves to be concluded from the rest of it; by default as it is."""
        return given

    @classmethod
    def key_names(cls) -> list[str]:
        """Return the keys as they are written, in order."""
        return [entry.alias or name for name, entry in cls.model_fields.items()]

    @classmethod
    def field_of(cls, key: str) -> FieldInfo:
        """Return the field behind a key."""
        return next(entry for name, entry in cls.model_fields.items() if (entry.alias or name) == key)
