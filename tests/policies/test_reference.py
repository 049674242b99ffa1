"""The tables of policies/README.md: every key of a rule set and every part, as the models have them."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies import ACTIONS, FILTERS, KEYS, rule_set_schema
from policies.reference import part_tables
from policies.written import written
from sim.document.manual import rewritten

PAGE = (Path(str(resources.files("policies"))) / "README.md").read_text(encoding="utf-8")


def test_the_page_is_what_is_generated() -> None:
    assert rewritten(PAGE, part_tables()) == PAGE  # else: make docs


def test_every_part_has_a_row_that_says_what_it_does() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|  \|  \|  \| (.+) \|$", part_tables(), re.MULTILINE))
    assert {*FILTERS, *KEYS, *ACTIONS} <= set(rows)
    assert all(text.endswith(".") for text in rows.values())


def test_every_key_of_the_schema_has_a_row_with_unit_default_and_effect() -> None:
    rows = re.findall(
        r"^\| (?: \| )?\**\[?`(\w+)`\S* \| (.+) \| (.+) \| (.+) \|$", part_tables(), re.MULTILINE
    )
    keys = {key for key, *_ in rows}
    schema = rule_set_schema()
    del schema["$defs"]["Penalty"]  # the kind of `effect` says what it holds
    for name, section in {"RuleSet": schema, **schema["$defs"]}.items():
        assert set(section.get("properties", {})) <= keys, name
    for key, *cells in rows:
        assert all(cell.strip() for cell in cells), key


@pytest.mark.parametrize(
    "row",
    [
        "| **`lines`** | `all`, `any`, `units` | `any` |",  # may stand alone: {has_stock: all}
        "| `km` | km | – | great-circle distance at most, km |",
        "| `strict` | true or false | `false` |",
        "| `otherwise` | [action](#actions) | `next` |",
        "| `filters` | list of [filter](#filters) | `[is_up, handles_items, has_stock]` |",
    ],
)
def test_units_and_defaults_are_those_of_the_contract(row: str) -> None:
    assert row in part_tables()


@pytest.mark.parametrize(
    "part", ["{within: {km: 5}}", "{has_stock: all}", "is_up", "{below_limit: {n: 5, per: week}}"]
)
def test_a_part_is_written_as_it_was_read(part: str) -> None:
    from pydantic import TypeAdapter

    from policies.rule import Rule

    given: Any = yaml.safe_load(part)
    (read,) = TypeAdapter(Rule).validate_python({"filters": [given]}).filters
    assert yaml.safe_load(written(read)) == given
