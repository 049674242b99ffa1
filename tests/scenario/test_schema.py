"""The JSON Schema: what an editor accepts and underlines."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml

from sim.scenario import shipped_scenarios
from sim.scenario.schema import scenario_schema


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return scenario_schema()


@pytest.fixture(scope="module")
def validator(schema) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def plain(text: str) -> Any:
    """Return what a YAML 1.1 loader makes of a text, as JSON: dates become ISO texts, keys texts."""
    return json.loads(json.dumps(yaml.safe_load(text), default=lambda moment: moment.isoformat()))


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_a_shipped_scenario_fits(validator, name):
    text = shipped_scenarios()[name].read_text(encoding="utf-8")
    assert [error.message for error in validator.iter_errors(plain(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("stations: 3", "statoins: 3"),
        ("stations: 3", "stations: three"),
        ("stations: 3", "queue: fio"),
        ("days: 2\n", ""),
        ("work_minutes: 4", "work_minutes: {gama: {mean: 4}}"),
        ("work_minutes: 4", "work_minutes: {gamma: {mean: 4, cv: 1, sd: 1}}"),
        ("mon-fri:", "workdays:"),
        ("[52.5, 13.4]", "[152.5, 13.4]"),
        ("orders_per_day: 100", "orders_per_day: 100\n  replay: a.csv"),
        ("share: 3", "share: -3"),
    ],
)
def test_a_mistake_is_underlined(desk, validator, old, new):
    assert validator.is_valid(plain(desk.towns))
    assert not validator.is_valid(plain(desk.changed(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: north", "id: NO"),
        ("id: hub", "id: 006"),
        ("2026-01-05T00:00", "2026-01-05"),
        ("work_minutes: 4", "work_minutes: {per_shipment: {erlang: {mean: 4, k: 2}}, per_line: 1}"),
        ("stations: 3", "serves: none"),
        ("orders_per_day: 100", "orders_per_day: 100\n  lines_per_order: {1: 0.5, 2: 0.5}"),
        ("start: 2026-01-05T00:00\ndays: 2\n", ""),
    ],
)
def test_what_loads_is_not_underlined(desk, validator, old, new):
    text = desk.changed(old, new)
    if "start" in old:
        text = text.replace("orders_per_day: 100", "replay: orders.csv")
    assert [error.message for error in validator.iter_errors(plain(text))] == []


def test_every_key_is_described(schema):
    undescribed = [
        f"{name}.{key}"
        for name, definition in {"Scenario": schema, **schema["$defs"]}.items()
        for key, value in definition.get("properties", {}).items()
        if "description" not in value
    ]
    assert undescribed == []
