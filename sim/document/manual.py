"""Tables of the keys that a document may hold, with unit or kind, default and effect, for people.

They are read off the sections that documents are checked against, so that they cannot say anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.document.choice import Forms
from sim.document.fields import Amount, Moment, Number, Reference, Switch, Text, Whole
from sim.document.listing import Listing
from sim.document.schema import as_written
from sim.document.section import Section

MARK = "<!-- Everything below this line is written by `make docs`. -->\n"

_UNITS = {"kg", "l", "km", "days", "hours", "minutes", "units", "orders", "parcels"}
"""What the last word of a key means, and the word before `_per_`: keys carry their unit."""

_OVER = {"l_day": "(l day)"}


class Held(NamedTuple):
    """A section that stands under a key.

    Attributes:
        step: how `--set` gets there from the key.
        where: in which case it is this one, as a part of its title.
        model: what it is.

    """

    step: str
    where: str
    model: type[Section]


class Value(NamedTuple):
    """What may stand under a key: its unit or kind, and the sections that it may hold."""

    kind: str
    holds: tuple[Held, ...] = ()


class Manual:
    """Tables of the sections of one kind of document.

    Args:
        own: units and kinds that neither the name of a key nor its value shows, by `Section.key`, of a
            section or of what it inherits from.
        weights: keys of weights.
        special: from what marks an annotation, and the key, to what may stand there; None: nothing special.
        default: from a default to how it is written; None: as any other.

    """

    def __init__(
        self,
        *,
        own: Mapping[str, str],
        special: Callable[[Any, str], Value | None],
        weights: Collection[str] = (),
        default: Callable[[Any], str | None] = lambda _: None,
    ) -> None:
        self._own = own
        self._weights = weights
        self._special = special
        self._default = default

    def sections(
        self, path: str, title: str, section: type[Section], seen: dict[type[Section], str]
    ) -> Iterator[str]:
        """Yield the table of a section, then those of the sections that it holds and that were not seen yet."""
        seen[section] = title
        later = []
        for key in section.key_names():
            for held in self._value(section, key).holds:
                if held.model not in seen:
                    way = f"{path}.{key}{held.step}".removeprefix(".")
                    seen[held.model] = f"`{way}`{held.where}"
                    later.append((way, held.model))
        rows = self.table(self.row(section, key, seen) for key in section.key_names())
        yield f"### {title}\n\n{said(section)}\n\n{rows}"
        for way, model in later:
            yield from self.sections(way, seen[model], model, seen)

    @staticmethod
    def table(rows: Iterable[str]) -> str:
        """Return rows under their heading."""
        return "| key | unit or kind | default | effect |\n|---|---|---|---|\n" + "".join(rows)

    def row(self, section: type[Section], key: str, titles: Mapping[type[Section], str]) -> str:
        """Return the row of a key; `titles` are those of the sections that have a table."""
        return cells(*self.described(section, key, titles))

    def described(
        self, section: type[Section], key: str, titles: Mapping[type[Section], str]
    ) -> tuple[str, str, str, str]:
        """Return a key, its unit or kind, its default and its effect."""
        entry = section.field_of(key)
        value = self._value(section, key)
        name = f"`{key}`"
        title = titles.get(value.holds[0].model) if value.holds else None
        if title is not None:
            name = f"[{name}](#{anchor(title)})"
        return name, value.kind, self._default_of(entry), str(entry.description)

    def _default_of(self, entry: FieldInfo) -> str:
        if entry.is_required():
            return "mandatory"
        default: Any = entry.default
        own = self._default(default)
        if own is not None:
            return own
        written = as_written(default)
        if written is None or written is False or written in ("", [], {}):
            return "–"
        return f"`{text(written)}`"

    def _value(self, section: type[Section], key: str) -> Value:
        entry = section.field_of(key)
        found = self.read(entry.annotation, entry.metadata, key)
        names = (f"{owner.__name__}.{key}" for owner in section.__mro__)
        own = next((self._own[name] for name in names if name in self._own), None)
        return found if own is None else found._replace(kind=own)

    def read(self, annotation: Any, marks: list[Any], key: str) -> Value:
        """Return what an annotation allows."""
        while True:
            if get_origin(annotation) is Annotated:
                annotation, *inner = get_args(annotation)
                marks = [*marks, *inner]
            elif get_origin(annotation) in (Union, UnionType) and get_args(annotation)[-1] is NoneType:
                annotation = get_args(annotation)[0]
            else:
                break
        for mark in marks:
            special = self._special(mark, key)
            if special is not None:
                return special
            if isinstance(mark, Forms):
                return chosen(mark)
            if isinstance(mark, (Listing, Amount, Number, Whole, Moment, Reference, Switch, Text)):
                return Value(self._kind(mark, key))
        return self._plain(annotation, key)

    def _plain(self, annotation: Any, key: str) -> Value:
        """Return what a type without marks allows."""
        if get_origin(annotation) is Literal:
            return Value(", ".join(f"`{word}`" for word in get_args(annotation)))
        if get_origin(annotation) is tuple:
            found = self.read(get_args(annotation)[0], [], key)
            if found.holds:
                return Value("list", tuple(held._replace(step=step(held.model)) for held in found.holds))
            return found if key in self._weights else Value(f"list of {found.kind}")
        if get_origin(annotation) is dict:
            found = self.read(get_args(annotation)[1], [], key)
            kind = found.kind if found.holds else "weights by number"
            return Value(kind, tuple(held._replace(step=".TAG") for held in found.holds))
        if isinstance(annotation, type) and issubclass(annotation, Section):
            return Value("mapping", (Held("", "", annotation),))
        return Value("file" if annotation is Path else "text")

    def _kind(self, mark: Any, key: str) -> str:
        """Return the unit of a single value, or what it is."""
        if isinstance(mark, Amount):
            return money(key)
        if isinstance(mark, Number) and key in self._weights:
            return "weight"
        if isinstance(mark, (Number, Whole)):
            number = (
                "whole number" if isinstance(mark, Whole) else "0 to 1" if mark.at_most == 1 else "number"
            )
            return unit(key) or number
        if isinstance(mark, Moment):
            return "local time"
        if isinstance(mark, Switch):
            return "true or false"
        if isinstance(mark, Listing):
            return " or ".join([*(f"`{word}`" for word in mark.words), mark.noun])
        return f"{' or '.join(mark.kinds)} id" if isinstance(mark, Reference) else "text"


def chosen(forms: Forms, kind: str = "") -> Value:
    """Return what several forms allow, as a value of some kind."""
    sections = forms.sections()
    held = tuple(
        Held("", f" with `{by}`" if by and len(sections) > 1 else "", model) for by, model in sections.items()
    )
    return Value(kind or "mapping", held)


def said(section: type[Section]) -> str:
    """Return the first paragraph of what a section says of itself."""
    return " ".join((section.__doc__ or "").split("\n\n")[0].split())


def cells(*texts: str) -> str:
    """Return a row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in texts) + " |\n"


def anchor(title: str) -> str:
    """Return how GitHub names a heading in links."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def step(model: type[Section]) -> str:
    """Return how `--set` gets to an element of a list."""
    return ".ID" if "id" in model.key_names() else ".N"


def text(value: Any) -> str:
    """Return a default as it would be written."""
    if isinstance(value, list):
        alike = len(value) > 2 and len(set(value)) == 1
        return f"{text(value[0])}, …" if alike else ", ".join(map(text, value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text(each)}" for key, each in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def unit(key: str) -> str:
    """Return the unit that a key carries, or nothing."""
    of, _, per = key.removesuffix("_of_demand").removesuffix("_at_least").partition("_per_")
    carried = of.rpartition("_")[2]
    if carried not in _UNITS:
        return ""
    return f"{carried}/{per.replace('_', ' ')}" if per else carried


def money(key: str) -> str:
    """Return the unit of an amount."""
    per = key.rpartition("per_")[2] if "per_" in key else ""
    return f"currency/{_OVER.get(per, per)}" if per else "currency"


def rewritten(page: str, tables: str) -> str:
    """Return a page with the tables as they are now. Raises ValueError where it has no place for them."""
    introduction, mark, _ = page.partition(MARK)
    if not mark:
        raise ValueError(f"the page has no line {MARK!r}")
    return f"{introduction}{mark}\n{tables}"
