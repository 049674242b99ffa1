"""Every key of a scenario with its unit, default and effect: the tables of scenarios/README.md.

    make docs        writes them there again, below the line that says so

They are read off the sections that scenarios are checked against, so that they cannot say anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.document import Amount, Forms, Listing, Moment, Number, Reference, Section, Text, Whole
from sim.document.schema import as_written
from sim.scenario.distributions import NAMED
from sim.scenario.generate import GenerateItems
from sim.scenario.levels import DaysOfDemand, Units
from sim.scenario.model import Scenario
from sim.scenario.tables import Table

MARK = "<!-- Everything below this line is written by `make docs`. -->\n"

_UNITS = {"kg", "l", "km", "days", "hours", "minutes", "units", "orders", "parcels"}
"""What the last word of a key means, and the word before `_per_`: keys carry their unit."""

_OVER = {"l_day": "(l day)"}
_WEIGHTS = {
    "share",
    "popularity",
    "restock",
    "refurbish",
    "scrap",
    "lines_per_order",
    "units_per_line",
    "weights",
}
_UNIT_OF = {
    "Scenario.timezone": "IANA zone",
    "GenerateItems.price": "currency, [distribution](#distributions)",
    "GenerateCategory.price": "currency, [distribution](#distributions)",
    "Generated.hourly": "24 weights",
    "Generated.weekly": "7 weights",
    "Generated.trend_per_year": "fraction/year",
    "WorkMinutes.per_shipment": "minutes/shipment, [distribution](#distributions)",
    "WorkMinutes.per_line": "minutes/line, [distribution](#distributions)",
    "WorkMinutes.per_unit": "minutes/unit, [distribution](#distributions)",
    "Warehouse.timezone": "IANA zone",
    "Warehouse.at": "degrees",
    "Warehouse.hours": "times of the week",
    "Warehouse.order_limit_per_day": "orders/day",
    "Warehouse.queue_limit": "shipments",
    "Warehouse.stations": "stations",
    "Region.at": "degrees",
    "Returns.to": "`origin`, `nearest` or warehouse id",
    "Stock.opening": "mapping, list or `unlimited`",
    "ReturnCosts.refurbish": "currency/unit",
    "Service.co2e_g_per_tonne_km": "g/(tonne km)",
    "Service.pickups": "times of day",
    "Segment.cut_off": "time of day",
    "Shift.days": "weekdays",
    "Shift.window": "times of day",
    "Shift.stations": "stations",
    "Opening.unlimited": "true",
}
"""What neither the name of a key nor the kind of its value shows."""


class _Held(NamedTuple):
    """A section that stands under a key.

    Attributes:
        step: how `--set` gets there from the key.
        where: in which case it is this one, as a part of its title.
        model: what it is.

    """

    step: str
    where: str
    model: type[Section]


class _Value(NamedTuple):
    """What may stand under a key: its unit or kind, and the sections that it may hold."""

    kind: str
    holds: tuple[_Held, ...] = ()


def key_tables() -> str:
    """Return the tables as Markdown, each section once."""
    blocks = list(_sections("", "The file", Scenario, {}))
    blocks.append(
        "### Stock levels\n\nA mapping with one of these keys.\n\n"
        + _table(_row(form, key, {}) for form in (Units, DaysOfDemand) for key in form.key_names())
    )
    blocks.append(
        "### Distributions\n\nA number, which is then always the value, or a mapping with one of these keys. Means and "
        "values are in the unit of the key that the distribution stands under, and nothing is ever negative.\n\n"
        "| distribution | what it is | its keys |\n|---|---|---|\n"
        + "".join(f"| `{name}` | {_said(form)} | {_parameters(form)} |\n" for name, form in NAMED.items())
    )
    return "\n".join(blocks)


def _parameters(form: type[Section]) -> str:
    return "; ".join(f"`{key}`: {form.field_of(key).description}" for key in form.key_names())


def _sections(path: str, title: str, section: type[Section], seen: dict[type[Section], str]) -> Iterator[str]:
    """Yield the table of a section, then those of the sections that it holds and that were not seen yet."""
    seen[section] = title
    later = []
    for key in section.key_names():
        for held in _value(section, key).holds:
            if held.model not in seen:
                way = f"{path}.{key}{held.step}".removeprefix(".")
                seen[held.model] = f"`{way}`{held.where}"
                later.append((way, held.model))
    rows = _table(_row(section, key, seen) for key in section.key_names())
    yield f"### {title}\n\n{_said(section)}\n\n{rows}"
    for way, model in later:
        yield from _sections(way, seen[model], model, seen)


def _said(section: type[Section]) -> str:
    return " ".join((section.__doc__ or "").split("\n\n")[0].split())


def _table(rows: Iterable[str]) -> str:
    return "| key | unit or kind | default | effect |\n|---|---|---|---|\n" + "".join(rows)


def _row(section: type[Section], key: str, titles: dict[type[Section], str]) -> str:
    entry = section.field_of(key)
    value = _value(section, key)
    name = f"`{key}`"
    if value.holds:
        name = f"[{name}](#{_anchor(titles[value.holds[0].model])})"
    cells = (name, value.kind, _default(entry), str(entry.description))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _anchor(title: str) -> str:
    """Return how GitHub names a heading in links."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _default(entry: FieldInfo) -> str:
    if entry.is_required():
        return "mandatory"
    default: Any = entry.default
    if type(default) in NAMED.values():
        return f"`{{{default.kind}: {_text(default.model_dump())}}}`"
    written = as_written(default)
    if written is None or written is False or written in ("", [], {}):
        return "–"
    return f"`{_text(written)}`"


def _text(value: Any) -> str:
    if isinstance(value, list):
        alike = len(value) > 2 and len(set(value)) == 1
        return f"{_text(value[0])}, …" if alike else ", ".join(map(_text, value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(each)}" for key, each in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _value(section: type[Section], key: str) -> _Value:
    entry = section.field_of(key)
    found = _read(entry.annotation, entry.metadata, key)
    own = _UNIT_OF.get(f"{section.__name__}.{key}")
    return found if own is None else found._replace(kind=own)


def _read(annotation: Any, marks: list[Any], key: str) -> _Value:
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
        if isinstance(mark, Table):
            made = (_Held(".generate", "", GenerateItems),) if mark.generated else ()
            return _Value("list or table", (_Held(_step(mark.row), "", mark.row), *made))
        if isinstance(mark, Forms):
            return _chosen(mark, key)
        if isinstance(mark, (Listing, Amount, Number, Whole, Moment, Reference, Text)):
            return _Value(_kind(mark, key))
    return _plain(annotation, key)


def _step(model: type[Section]) -> str:
    return ".ID" if "id" in model.key_names() else ".N"


def _chosen(forms: Forms, key: str) -> _Value:
    """Return what several forms allow."""
    if forms.noun == "stock level":
        return _Value("[stock level](#stock-levels)")
    sections = forms.sections()
    held = tuple(
        _Held("", f" with `{by}`" if by and len(sections) > 1 else "", model)
        for by, model in sections.items()
    )
    drawn = "distribution" in forms.noun or forms.noun == "transit time"
    kind = ", ".join(filter(None, (_unit(key), "[distribution](#distributions)" if drawn else "")))
    if forms.noun == "rate":
        kind = _money(key)
    return _Value(kind or "mapping", held)


def _plain(annotation: Any, key: str) -> _Value:
    """Return what a type without marks allows."""
    if get_origin(annotation) is Literal:
        return _Value(", ".join(f"`{word}`" for word in get_args(annotation)))
    if get_origin(annotation) is tuple:
        found = _read(get_args(annotation)[0], [], key)
        if found.holds:
            return _Value("list", tuple(held._replace(step=_step(held.model)) for held in found.holds))
        return found if key in _WEIGHTS else _Value(f"list of {found.kind}")
    if get_origin(annotation) is dict:
        found = _read(get_args(annotation)[1], [], key)
        kind = found.kind if found.holds else "weights by number"
        return _Value(kind, tuple(held._replace(step=".TAG") for held in found.holds))
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return _Value("mapping", (_Held("", "", annotation),))
    return _Value("file" if annotation is Path else "text")


def _kind(mark: Any, key: str) -> str:
    """Return the unit of a single value, or what it is."""
    if isinstance(mark, Amount):
        return _money(key)
    if isinstance(mark, Number) and key in _WEIGHTS:
        return "weight"
    if isinstance(mark, (Number, Whole)):
        number = "whole number" if isinstance(mark, Whole) else "0 to 1" if mark.at_most == 1 else "number"
        return _unit(key) or number
    if isinstance(mark, Moment):
        return "local time"
    if isinstance(mark, Listing):
        return " or ".join([*(f"`{word}`" for word in mark.words), mark.noun])
    return f"{' or '.join(mark.kinds)} id" if isinstance(mark, Reference) else "text"


def _unit(key: str) -> str:
    """Return the unit that a key carries, or nothing."""
    of, _, per = key.removesuffix("_of_demand").partition("_per_")
    unit = of.rpartition("_")[2]
    if unit not in _UNITS:
        return ""
    return f"{unit}/{per.replace('_', ' ')}" if per else unit


def _money(key: str) -> str:
    per = key.rpartition("per_")[2] if "per_" in key else ""
    return f"currency/{_OVER.get(per, per)}" if per else "currency"


def rewritten(page: str) -> str:
    """Return the page with the tables as they are now. Raises ValueError where it has no place for them."""
    introduction, mark, _ = page.partition(MARK)
    if not mark:
        raise ValueError(f"the page has no line {MARK!r}")
    return f"{introduction}{mark}\n{key_tables()}"


if __name__ == "__main__":
    path = Path(str(resources.files("scenarios"))) / "README.md"
    path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
