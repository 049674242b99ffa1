"""A scenario's tree with its tables read, its items generated, and the ids that references may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from sim.document import Checking, Map, Node, Scalar, Section, Seq, problem_at, problems_of
from sim.document.table import read_table
from sim.errors import InputError, Problem, ScenarioError
from sim.scenario.carriers import RateRow
from sim.scenario.customers import STANDARD, Place
from sim.scenario.model import Scenario
from sim.scenario.replay import Recorded, read_orders, window
from sim.scenario.stocktable import read_stock
from sim.scenario.tables import Files, Table, Unread, path_key
from sim.scenario.times import is_zone

LISTS: Mapping[str, Table] = {
    key: mark
    for key, entry in Scenario.model_fields.items()
    for mark in entry.metadata
    if isinstance(mark, Table)
}
"""The keys of a scenario whose list may come from a table, each with the model of a row."""

KIND_OF = {
    "items": "item",
    "regions": "region",
    "segments": "segment",
    "warehouses": "warehouse",
    "suppliers": "supplier",
}

_T = TypeVar("_T")


@dataclass
class Expansion:
    """A tree in which lists are lists, wherever they came from.

    Attributes:
        tree: the document's, with the rows of tables in place of their names.
        files: what the scenario names.
        names: per kind the ids, in order; a kind whose table cannot be read is absent.
        tables: what was read from tables that are no lists of the scenario, by path as written.
        recorded: the orders of a replay.
        problems: what is wrong with tables and ids.
        zone: the scenario's time zone.

    """

    tree: Map
    files: Files
    names: dict[str, dict[str, int]] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    recorded: Recorded | None = None
    problems: list[Problem] = field(default_factory=list)
    zone: str = "UTC"

    def attempt(self, read: Callable[[], _T]) -> _T | None:
        """Return what a function returns, or None after noting the problems that it raises."""
        try:
            return read()
        except InputError as error:
            self.problems.extend(error.problems)
            return None


def expand(tree: Map, files: Files) -> Expansion:
    """Read the tables of a scenario, and collect its ids."""
    this = Expansion(tree.like(), files)
    zone = tree.get("timezone")
    if isinstance(zone, Scalar) and is_zone(zone):
        this.zone = str(zone)
    for key, table in LISTS.items():
        if key in tree:
            this.tree[key] = _list(this, tree[key], key, table)
        rows = this.tree.get(key)
        if not isinstance(rows, Unread):
            this.names[KIND_OF[key]] = _ids(this, rows, key)
    if "segments" not in tree:
        this.names["segment"] = {STANDARD.id: 0}
    this.names["destination"] = {"origin": 0, "nearest": 0}
    _check_carrier_ids(this)
    _check_suppliers_apart(this)
    _read_rates(this)
    _read_opening(this)
    _read_replay(this)
    return this


def _list(this: Expansion, node: Node, key: str, table: Table) -> Node:
    if isinstance(node, Map) and set(node) == {"generate"} and table.generated:
        return _generated(this, node, key)
    if isinstance(node, Map) and set(node) == {"file"}:
        return _rows(this, node, key, table.row)
    if not isinstance(node, Seq) or not any(isinstance(part, Map) and set(part) == {"file"} for part in node):
        return node
    whole = Seq(node.source, node.line, node.column)
    for position, part in enumerate(node):
        if isinstance(part, Map) and set(part) == {"file"}:
            rows = _rows(this, part, f"{key}.{position}", table.row)
            if isinstance(rows, Unread):
                return rows
            whole.extend(rows)
        else:
            whole.append(part)
    return whole


def _rows(this: Expansion, node: Map, key: str, row: type[Section]) -> Seq:
    path = this.files.find(node["file"], f"{key}.file", this.problems)
    rows = None
    if path is not None:
        rows = this.attempt(lambda: read_table(path, str(path), row, ScenarioError))
    elif not isinstance(node["file"], Scalar) or not node["file"]:
        this.problems.append(problem_at(node, "must name a file", f"{key}.file"))
    return Unread(node.source, node.line, node.column) if rows is None else rows


def _generated(this: Expansion, node: Map, key: str) -> Seq:
    from sim.scenario.generate import GenerateItems  # imports scipy, which few commands need

    checking = Checking(zone=this.zone)
    try:
        items = GenerateItems.model_validate(node["generate"], context=checking)
    except ValidationError as error:
        this.problems += problems_of(error, node["generate"], checking, within=(key, "generate"))
        return Unread(node.source, node.line, node.column)
    rows = Seq(node.source, node.line, node.column)
    rows.extend(items.rows())  # type: ignore[arg-type] # plain values, which every field accepts
    return rows


def _ids(this: Expansion, node: object, key: str) -> dict[str, int]:
    ids: dict[str, int] = {}
    first: dict[str, Scalar] = {}
    for position, element in enumerate(node if isinstance(node, Seq) else ()):
        name = element.get("id") if isinstance(element, dict) else None
        if isinstance(name, Scalar) and name in ids:
            where = f": line {first[name].line} has it" if name in first and first[name].line else ""
            rule = f"must be the id of one of the {key.split('.')[-1]} only{where}"
            this.problems.append(problem_at(name, rule, f"{key}.{position}.id", value=name))
        elif isinstance(name, str) and name:
            ids[str(name)] = len(ids)
            if isinstance(name, Scalar):
                first[name] = name
    return ids


def _mappings(node: object) -> Iterator[tuple[int, Map]]:
    for position, element in enumerate(node if isinstance(node, Seq) else ()):
        if isinstance(element, Map):
            yield position, element


def _check_carrier_ids(this: Expansion) -> None:
    carriers = this.tree.get("carriers")
    _ids(this, carriers, "carriers")
    for position, carrier in _mappings(carriers):
        _ids(this, carrier.get("services"), f"carriers.{carrier.get('id', position)}.services")


def _check_suppliers_apart(this: Expansion) -> None:
    for position, supplier in _mappings(this.tree.get("suppliers")):
        name = supplier.get("id")
        if isinstance(name, Scalar) and name in this.names.get("warehouse", ()):
            rule = "must not be the id of a warehouse too: `from` could mean either"
            this.problems.append(problem_at(name, rule, f"suppliers.{position}.id", value=name))


def _read_rates(this: Expansion) -> None:
    for i, carrier in _mappings(this.tree.get("carriers")):
        for j, service in _mappings(carrier.get("services")):
            rates = service.get("rates")
            if not isinstance(rates, Map) or "file" not in rates:
                continue
            key = f"carriers.{carrier.get('id', i)}.services.{service.get('id', j)}.rates"
            path = this.files.find(rates["file"], f"{key}.file", this.problems)
            if path is not None:
                rows = this.attempt(lambda path=path, key=key: _rate_rows(path, key))  # type: ignore[misc]
                this.tables[path_key(str(rates["file"]))] = rows or ()


def _rate_rows(path: Any, key: str) -> tuple[RateRow, ...]:
    table = read_table(path, str(path), RateRow, ScenarioError)
    checking = Checking()
    try:
        rows = TypeAdapter(tuple[RateRow, ...]).validate_python(table, context=checking)
    except ValidationError as error:
        raise ScenarioError(problems_of(error, table, checking, within=key.split("."))) from None
    if not rows:
        raise ScenarioError([Problem(str(path), "holds no rate")])
    found: dict[tuple[int, float], int] = {}
    for number, row in enumerate(rows, start=1):
        first = found.setdefault((row.zone, row.up_to_kg), number)
        if first != number:
            line = table.source.row_lines[number - 1] if table.source.row_lines else None
            rule = f"must hold a zone and weight once: row {number} is like row {first}"
            raise ScenarioError([Problem(str(path), rule, key, line=line)])
    return tuple(sorted(rows, key=lambda row: (row.zone, row.up_to_kg)))


def _read_opening(this: Expansion) -> None:
    stock = this.tree.get("stock")
    opening = stock.get("opening") if isinstance(stock, Map) else None
    entries: Sequence[tuple[str, object]] = [("stock.opening", opening)]
    if isinstance(opening, Seq):
        entries = [(f"stock.opening.{position}", entry) for position, entry in enumerate(opening)]
    for key, entry in entries:
        if not isinstance(entry, Map) or "file" not in entry:
            continue
        path = this.files.find(entry["file"], f"{key}.file", this.problems)
        if path is None or "item" not in this.names or "warehouse" not in this.names:
            continue
        names = {"items": [*this.names["item"]], "warehouses": [*this.names["warehouse"]]}
        this.tables[path_key(str(entry["file"]))] = this.attempt(
            lambda path=path, names=names: read_stock(path, timezone=this.zone, **names)  # type: ignore[misc]
        )


def _read_replay(this: Expansion) -> None:
    demand = this.tree.get("demand")
    if not isinstance(demand, Map) or "replay" not in demand:
        return
    path = this.files.find(demand["replay"], "demand.replay", this.problems)
    if path is not None and {"item", "region", "segment"} <= set(this.names):
        this.recorded = this.attempt(
            lambda: read_orders(
                path,
                items=[*this.names["item"]],
                regions=[*this.names["region"]],
                segments=[*this.names["segment"]],
                timezone=this.zone,
                places=_places(this.tree.get("regions")),
            )
        )
    # Without orders there is a problem, and these two are not missing beside it.
    start, days = "2000-01-01", "1"
    if this.recorded is not None:
        first, count = window(this.recorded, this.zone)
        start, days = first.isoformat(), f"{count:g}"
    for key, value in (("start", start), ("days", days)):
        given = this.tree.get(key)
        if given is None or (isinstance(given, Scalar) and given.is_null):
            this.tree[key] = Scalar(value, "plain", demand.source, demand.line, demand.column)


def _places(regions: object) -> list[tuple[float, float] | None]:
    place = TypeAdapter[Any](Place)
    places: list[tuple[float, float] | None] = []
    for _, region in _mappings(regions):
        try:
            places.append(place.validate_python(region["at"]))
        except (ValidationError, KeyError):
            places.append(None)  # the check of the scenario says why
    return places
