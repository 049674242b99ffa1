"""Whatever stands in a file: a scenario, or a message. Never a traceback, a hang, or a blow-up of memory."""

from __future__ import annotations

import copy
from itertools import dropwhile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import load_scenario, write_resolved

EVERY_KEY = Path(__file__).with_name("every_key.yaml")
TEXT = EVERY_KEY.read_text(encoding="utf-8")
TREE = yaml.safe_load(TEXT)

few = settings(
    max_examples=60,
    deadline=10_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

NASTY_VALUES = st.sampled_from(
    [
        None, True, False, 0, -1, 1, 10**9, 10**30, -(10**400), 0.5, 1e-300, 1e300, float("nan"), float("inf"), "",
        " ", "all", "none", "NO", "17:00", "22:00-06:00", "1e5", "1.0e+999999999999999999999",
        "0x10", "010", "2026-01-05", "9999-12-31", "newark", "tin", "x" * 500, "\u0085\u2028", "é\n",
        "../../etc/passwd", "every_key_rates.csv", "/dev/zero", [], {}, [[]],
        [None], [1, 2], {"file": "every_key_rates.csv"}, {"generate": {"count": 3}}, {"exponential": {"mean": 0}},
        {"gamma": {}}, {"units": 1}, {"": 1}, {"<exponential>": 1}, {"[key]": 1}, {1: 2}, {"mon-sun": "00:00-24:00"},
    ]
)  # fmt: skip

NASTY_TEXT = st.sampled_from(
    [
        "\t", "\x00", "\ufeff", "\r\n", "\u2028", ":", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "!!int ", "!<x> ",
        "| ", ">", "%YAML 1.1\n", "---\n", "...\n", "? ", "<<: ", "'", '"', "#", "@", "`", ",", "~", "é", "\\",
        "\U0001f600", "0o17", "+.inf", "2026-13-45", "\n  ", "x" * 300,
    ]
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "every_key_rates.csv").write_bytes(EVERY_KEY.with_name("every_key_rates.csv").read_bytes())
    return tmp_path


def is_told_or_loads(folder: Path, content: bytes, changes: tuple[str, ...] = ()) -> None:
    path = folder / "hostile.yaml"
    path.write_bytes(content)
    try:
        scenario = load_scenario(path, changes)
    except ScenarioError as error:
        told = str(error).splitlines()
    else:
        assert load_scenario(write_resolved(scenario, folder / "copy")) == scenario
        return
    assert told
    for line in told:
        assert line.startswith((f"{path}", f"{folder}", "--set ", "... and "))
        assert line.isprintable()


def test_the_scenario_with_every_key_is_right(folder):
    scenario = load_scenario(EVERY_KEY)
    assert load_scenario(write_resolved(scenario, folder / "copy")) == scenario


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where every value of a tree stands."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(below for key, child in children for below in paths(child, (*path, key)))]


PATHS = paths(TREE)[1:]


@few
@given(st.lists(st.tuples(st.sampled_from(PATHS), NASTY_VALUES), min_size=1, max_size=3))
def test_with_values_replaced(folder, replacements):
    tree = copy.deepcopy(TREE)
    for path, value in replacements:
        node = tree
        try:
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue  # an earlier replacement took the place away
    is_told_or_loads(folder, yaml.safe_dump(tree, allow_unicode=True).encode())


@few
@given(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3))
def test_with_keys_left_out(folder, left_out):
    tree = copy.deepcopy(TREE)
    for path in left_out:
        node = tree
        try:
            for step in path[:-1]:
                node = node[step]
            del node[path[-1]]
        except (TypeError, KeyError, IndexError):
            continue
    is_told_or_loads(folder, yaml.safe_dump(tree).encode())


@few
@given(
    st.lists(
        st.tuples(st.integers(0, len(TEXT) - 1), st.integers(0, 20), NASTY_TEXT | st.text(max_size=5)),
        min_size=1,
        max_size=4,
    )
)
def test_with_text_replaced(folder, cuts):
    text = TEXT
    for at, length, instead in cuts:
        text = text[:at] + instead + text[at + length :]
    is_told_or_loads(folder, text.encode("utf-8", "surrogatepass"))


@few
@given(st.binary(max_size=60) | st.lists(NASTY_TEXT, max_size=12).map(lambda parts: "".join(parts).encode()))
def test_with_anything_at_all(folder, content):
    is_told_or_loads(folder, content)


@few
@given(
    st.sampled_from(PATHS).map(lambda path: ".".join(str(step) for step in path)) | st.text(max_size=8),
    NASTY_TEXT | st.text(max_size=8) | NASTY_VALUES.map(str),
)
def test_with_any_change_of_the_command_line(folder, key, value):
    is_told_or_loads(folder, TEXT.encode(), (f"{key}={value}",))


CELL = st.text(max_size=4) | st.sampled_from(
    ["", "1", "-1", "x", "NO", "1e5", "inf", '"', '"a"', "a;b", "\x00", "é", "2026-01-05", "newark", "tin", "NYC", " ",
     "\t", "9" * 50, "1e999999999999999999999", "0.1"]
)  # fmt: skip
HEADER = st.sampled_from(
    ["id", "id,lat,lon", "id,lat,lon,share", "warehouse,item,units", "warehouse,item,units,received_at,expires_at",
     "order,placed_at,region,item,units", "order,placed_at,lat,lon,segment,item,units", "zone,up_to_kg,price",
     "id,costs.per_line,hours.mon", "id,hours,hours.mon", "id,id.x", "", "id,id", "\ufeffid", "x,y"]
)  # fmt: skip


@few
@given(
    HEADER | st.text(max_size=10),
    st.lists(st.lists(CELL, max_size=7), max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["items", "regions", "warehouses", "suppliers", "opening", "replay", "rates"]),
)
def test_with_any_table(folder, header, rows, line_end, use):
    table = line_end.join([header, *(",".join(row) for row in rows)])
    (folder / "table.csv").write_bytes(table.encode("utf-8", "surrogatepass"))
    key, value = {
        "opening": ("stock.opening", "{file: table.csv}"),
        "replay": ("demand", "{replay: table.csv}"),
        "rates": ("carriers.groundco.services.card.rates", "{file: table.csv}"),
    }.get(use, (use, "{file: table.csv}"))
    is_told_or_loads(folder, TEXT.encode(), (f"{key}={value}",))


@pytest.mark.parametrize("section", ["items", "regions", "warehouses", "carriers"])
def test_a_mandatory_list_must_hold_something(desk, section):
    before, _, after = desk.towns.partition(f"{section}:\n")
    rest = "".join(dropwhile(lambda line: line.startswith(" "), after.splitlines(keepends=True)))
    line = before.count("\n") + 1
    said = f"towns.yaml:{line}:1: {section}: must not be empty"
    assert said in desk.wrong(f"{before}{section}: []\n{rest}")
