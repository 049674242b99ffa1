"""Files of megabytes that are wrong a hundred thousand times, or in one word: told before anybody grows tired of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policies import load_policy
from sim.scenario import load_scenario
from tests.fuzz.conftest import Judge
from tests.fuzz.effort import TOTAL

pytestmark = pytest.mark.fuzz

WHAT = "large files"
WORLD = """\
start: 2026-01-05T00:00
days: 1
items: {items}
regions: [{{id: here}}]
segments: [{segment}]
demand: {{orders_per_day: 10{demand}}}
warehouses: [{{id: hub{hub}}}]
carriers: [{{id: post, services: {services}}}]
{more}
"""
PARTS = {
    "items": "[{id: tin}]",
    "segment": "{id: standard}",
    "demand": "",
    "hub": "",
    "services": "[{id: parcel}]",
    "more": "",
}


SCALE = 1 if TOTAL else 20
"""What the numbers below are divided by: `make test` has no time for all."""


def many(count: int, text: str) -> str:
    """Return a list of texts, in which N is the number."""
    return f"[{', '.join(text.replace('N', str(number)) for number in range(count // SCALE))}]"


LARGE: dict[str, dict[str, str]] = {
    "items that have no such key": {"items": many(20_000, "{id: iN, colour: red, prise: 3}")},
    "items that have no such value": {"items": many(20_000, "{id: iN, price: x, weight_kg: -1}")},
    "items of one id": {"items": many(20_000, "{id: tin}")},
    "references to nothing": {
        "items": many(10_000, "{id: iN}"),
        "more": f"stock: {{opening: {{units: 3, items: {many(60_000, 'jN')}}}}}",
    },
    "the same reference": {"more": f"stock: {{opening: {{units: 3, items: {many(100_000, 'tin')}}}}}"},
    "surges": {"demand": f", surges: {many(3_000, '{begins: 2026-01-05, days: 1, factor: 2}')}"},
    "surges that are too many": {"demand": f", surges: {many(20_000, '{begins: 2026-01-05, days: 1, factor: 1}')}"},
    "tags": {"items": many(3_000, "{id: iN, handling: [tN]}")},
    "services": {"services": many(15_000, "{id: sN, carries: [cN]}"), "items": many(2_000, "{id: iN}")},
    "rules of the stock": {"more": f"stock: {{opening: {many(20_000, '{units: N, items: all}')}}}", "items": many(2_000, "{id: iN}")},
    "shifts": {"hub": ", shifts: " + many(5_000, "{window: '06:00-07:00', stations: N}")},
    "downtimes": {"hub": f", downtime: {many(20_000, '{begins: 2026-01-05, hours: 1}')}"},
    "weights": {"demand": f", lines_per_order: {{{', '.join(f'{n}: 1' for n in range(1, 50_000 // SCALE))}}}"},
    "words": {"segment": f"{{id: standard, tags: {many(100_000, 'tN')}}}"},
    "one long word": {"segment": f"{{id: {'x' * 5_000_000}}}"},
    "one long key": {"segment": f"{{? {'x' * 5_000_000} : 1}}"},
    "a quote without end": {"segment": '"' + "x" * 2_000_000},
    "wrong weekdays": {"hub": f", hours: {{{', '.join(f'mn{n}: closed' for n in range(10_000 // SCALE))}}}"},
}  # fmt: skip


@pytest.mark.parametrize("what", LARGE)
def test_a_large_scenario_is_read_or_told(judge: Judge, tmp_path: Path, what: str) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(WORLD.format(**{**PARTS, **LARGE[what]}))
    judge.read(lambda: load_scenario(path), path)


RULES: dict[str, Callable[[], str]] = {
    "rules": lambda: f"rules: {many(20_000, '{name: rN}')}",
    "rules that are too many": lambda: f"rules: {many(1_001 * SCALE, '{when: {line: {category: cN}}}')}",
    "filters": lambda: f"rules: [{{filters: {many(50_000, 'is_up')}}}]",
    "filters that are none": lambda: f"rules: [{{filters: {many(20_000, 'is_upN')}}}]",
    "keys": lambda: f"rules: [{{rank: {{by: {many(20_000, '{distance_km: {band: N}}')}}}}}]",
    "keys that are none": lambda: f"rules: [{{rank: {{cost: {{{', '.join(f'landed_cst{n}: 1' for n in range(20_000 // SCALE))}}}}}}}]",
    "limits": lambda: f"rules: [{{filters: {many(20_000, '{below_limit: {n: N}}')}}}]",
    "items that stay together": lambda: f"rules: [{{split: {{keep_together: {many(20_000, '[aN, bN]')}}}}}]",
    "waits within waits": lambda: f"rules: [{{otherwise: {'{wait: {up_to_hours: 1, then: ' * 18}next{'}}' * 18}}}]",
}  # fmt: skip


@pytest.mark.parametrize("what", RULES)
def test_a_large_rule_set_is_read_or_told(judge: Judge, tmp_path: Path, what: str) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(RULES[what]())
    judge.read(lambda: load_policy(path), path)


TABLES: dict[str, tuple[str, str]] = {
    "rows of one cell": ("items={file: table.csv}", "id\n" + "\n" * (1_000_000 // SCALE) + "x\n"),
    "rows that are too long": ("items={file: table.csv}", "id\n" + "a,b\n" * (100_000 // SCALE)),
    "wrong cells": ("items={file: table.csv}", "id,price\n" + "".join(f"i{n},x\n" for n in range(20_000 // SCALE))),
    "orders of nobody": (
        "demand={replay: table.csv}",
        "order,placed_at,region,item,units\n" + "".join(f"{n},2026-01-05,h{n},t{n},{n}x\n" for n in range(100_000 // SCALE)),
    ),
    "orders that contradict themselves": (
        "demand={replay: table.csv}",
        "order,placed_at,region,item,units\n" + "".join(f"1,2026-01-05T{n % 24:02}:00,here,tin,1\n" for n in range(100_000 // SCALE)),
    ),
    "cells": ("items={file: table.csv}", ",".join(["id", *(f"c{n}" for n in range(900))]) + "\n" + ("x," * 900 + "\n") * 500),
    "a header of megabytes": ("demand={replay: table.csv}", "order," * 1_000_000),
    "one row of megabytes": ("demand={replay: table.csv}", "order,placed_at,region,item,units\n" + "x" * 5_000_000),
}  # fmt: skip


@pytest.mark.parametrize("what", TABLES)
def test_a_large_table_is_read_or_told(judge: Judge, tmp_path: Path, what: str) -> None:
    change, table = TABLES[what]
    (tmp_path / "table.csv").write_text(table)
    path = tmp_path / "world.yaml"
    path.write_text(WORLD.format(**PARTS))
    judge.read(lambda: load_scenario(path, [change]), tmp_path)
