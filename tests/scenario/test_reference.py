"""The tables of scenarios/README.md: every key, with unit, default and effect, as the models have it."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from sim.document.manual import MARK, rewritten
from sim.scenario.reference import key_tables
from sim.scenario.schema import scenario_schema

PAGE = (Path(str(resources.files("scenarios"))) / "README.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| \[?`(?P<key>\w+)`(?:\]\(#(?P<link>[^)]*)\))? \| (?P<unit>.+) \| (?P<default>.+) \| (?P<effect>.+) \|$",
    re.M,
)


def test_the_page_is_what_is_generated() -> None:
    assert rewritten(PAGE, key_tables()) == PAGE  # else: make docs


def test_every_key_of_the_schema_has_a_row_with_unit_default_and_effect() -> None:
    rows = [found.groupdict() for found in ROW.finditer(key_tables())]
    keys = {row["key"] for row in rows}
    schema = scenario_schema()
    distributions = {"Constant", "Exponential", "Gamma", "Lognormal", "Normal", "Uniform", "Triangular", "Erlang", "Empirical"}  # fmt: skip
    for name, section in {"Scenario": schema, **schema["$defs"]}.items():
        if name not in distributions:
            assert set(section["properties"]) <= keys, name
    for row in rows:
        assert all(row[cell].strip() for cell in ("unit", "default", "effect")), row["key"]


def test_every_link_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", PAGE, re.M)
    }
    links = re.findall(r"\]\(#([^)]*)\)", PAGE)
    assert len(links) > 40
    assert set(links) <= headings


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("weight_kg", "| `weight_kg` | kg | `0` | weight of one unit"),
        ("storage_per_l_day", "| currency/(l day) | `0` |"),
        ("orders_per_day", "| orders/day | mandatory |"),
        ("sync_minutes", "| minutes | `0` |"),
        ("warehouses", "[`warehouses`](#warehousesid) | list or table | mandatory |"),
        ("to", "| `origin`, `nearest` or warehouse id | `origin` |"),
        ("while", "| `while` | `up`, `working` | `up` |"),
    ],
)
def test_units_and_defaults_are_those_of_the_contract(key: str, row: str) -> None:
    assert row in key_tables(), key


def test_a_page_without_a_place_for_the_tables_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no line"):
        rewritten(PAGE.replace(MARK, ""), key_tables())
