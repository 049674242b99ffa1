"""The JSON Schema of rule sets: what an editor accepts and underlines."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from policies import rule_set_schema, shipped_rule_sets

STARTER = Path(str(resources.files("scenarios"))) / "starter" / "rules.yaml"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = rule_set_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", [*shipped_rule_sets().values(), STARTER], ids=lambda path: path.stem)
def test_a_shipped_rule_set_fits(validator: Any, path: Path) -> None:
    assert [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text("utf-8")))] == []


RIGHT = """\
rules:
  - name: NO
    sites: [006, near]
    filters: [is_up, {has_stock: all}, {has_stock: {lines: any}}, {within: {km: 5}}, {below_limit: {n: 5, per: week}}]
    rank: {by: [{landed_cost: {band: 0.5}}, {distance_km: {descending: true}}, site_id]}
    service: [ground]
    split: {max_shipments: 2}
    on_partial: {assign: {wait: {up_to_hours: 3, then: {cancel: 5}}}}
    otherwise: {backorder: 4}
  - {sites: {kind: store}, rank: {cost: {landed_cost: 1, backlog: {weight: 0.1}}}, service: fastest, on_partial: wait}
  - split: {max_shipments: 4, max_sites_per_line: 2, min_part_value: 50.5, min_order_value: 90, never_with_items: [mug],
      only_if: {saves_days: 1.5, costs_at_most: 4}, keep_together: [[mug, tea], [pot, 006]], penalty_per_shipment: 2}
    rank: {cost: {landed_cost: 1}}
    on_partial: {assign_units: {cancel: 5}}
attempts: {every_minutes: 5, after: [receipt], at_most: 3, give_up_after_hours: 4, then: wait}
decide: {every_minutes: 30, sort: [promised_at, value]}
reallocate: {after: [site_down, timer], wait_minutes: 15, every_minutes: 240, at_most: 2, cost: 1.5}
"""


def test_every_form_that_loads_fits(validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(yaml.safe_load(RIGHT))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("is_up", "is_upp"),
        ("is_up", "within"),
        ("{within: {km: 5}}", "{within: {}}"),
        ("[{landed_cost: {band: 0.5}}, {distance_km: {descending: true}}, site_id]", "[]"),
        ("{saves_days: 1.5, costs_at_most: 4}", "{}"),
        ("sites: [006, near]", "when: {}"),
        ("{has_stock: all}", "{has_stok: all}"),
        ("saves_days: 1.5", "saves_day: 1.5"),
        ("[mug, tea]", "mug"),
        ("min_part_value: 50.5", "min_part_value: -1"),
        ("assign_units: {", "assign_unit: {"),
        ("{has_stock: all}", "{has_stock: some}"),
        ("{km: 5}", "{km: -5}"),
        ("{km: 5}", "{miles: 5}"),
        ("{has_stock: all}", "{has_stock: all, within: {km: 5}}"),
        ("site_id]", "site_di]"),
        ("{landed_cost: 1,", "{landed_cots: 1,"),
        ("{landed_cost: 1,", "{landed_cost: dear,"),
        ("{weight: 0.1}", "{weight: heavy}"),
        ("{cost: {landed_cost: 1, backlog: {weight: 0.1}}}", "{cost: {}}"),
        ("{cost: {landed_cost: 1, backlog: {weight: 0.1}}}", "{cost: [landed_cost]}"),
        ("rules:", "ruls:"),
        ("filters:", "filers:"),
        ("kind: store", "kind: shop"),
        ("fastest", "quickest"),
        ("service: [ground]", "service: []"),
        ("max_shipments: 2", "max_shipments: 0"),
        ("{assign:", "{asign:"),
        ("{assign: {wait: {up_to_hours: 3, then: {cancel: 5}}}}", "assign"),
        ("otherwise: {backorder: 4}", "otherwise: backordr"),
        ("after: [receipt]", "after: [recipt]"),
        ("then: wait", "then: next"),
        ("decide: {every_minutes: 30,", "decide: {minutes: 30,"),
        ("decide: {every_minutes: 30,", "decide: {"),
        ("[promised_at, value]", "[promised, value]"),
        ("decide: {every_minutes: 30, sort: [promised_at, value]}", "decide: at_once"),
        ("[site_down, timer]", "[site_up]"),
        ("cost: 1.5", "cost: -1"),
    ],
)
def test_a_mistake_is_underlined(validator: Any, old: str, new: str) -> None:
    assert old in RIGHT
    assert not validator.is_valid(yaml.safe_load(RIGHT.replace(old, new, 1)))


def test_no_rules_are_underlined(validator: Any) -> None:
    assert not validator.is_valid({"rules": []})


def test_it_says_what_it_is_the_schema_of() -> None:
    assert rule_set_schema()["title"] == "orderlab rule set"


def test_every_key_is_described() -> None:
    schema = rule_set_schema()
    undescribed = [
        f"{name}.{key}"
        for name, definition in {"RuleSet": schema, **schema["$defs"]}.items()
        for key, value in definition.get("properties", {}).items()
        if "description" not in value
    ]
    assert undescribed == []
