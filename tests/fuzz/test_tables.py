"""Whatever stands in a CSV table, it is read or told of, with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import load_policy
from sim.replication import simulate
from sim.scenario import load_scenario
from tests.fuzz.conftest import Judge
from tests.fuzz.effort import inputs
from tests.fuzz.mutation import Cut, anything, cut, cuts, in_bytes, shares, texts

pytestmark = pytest.mark.fuzz

WHAT = "tables"
WORLD = Path(__file__).parents[1] / "scenario" / "every_key.yaml"

TABLES = {
    "items": (
        "items={file: table.csv}",
        "id,category,weight_kg,price,cost,popularity,handling,shelf_life_days,return_share\n"
        "salmon,fish,1,24.00,11,8,cold,8,0.02\ntin,pantry,0.4,3.00,1.10,20,,,\nice,,2,5,1,0,cold;ambient,30,0\n",
    ),
    "regions": ("regions={file: table.csv}", "id,lat,lon,share,zone\nNYC,40.71,-74.01,19.8,east\nNO,29.95,-90.07,1.2,south\n"),
    "segments": (
        "segments={file: table.csv}",
        "id,share,promise_days,priority,late_penalty,split,tags\nstandard,0.9,5,2,3.00,allowed,\nexpress,0.1,2,1,12,never,gold;a\n",
    ),
    "warehouses": (
        "warehouses=[{file: table.csv}]",
        "id,lat,lon,kind,timezone,handling,stations,work_minutes.per_line,hours.mon-fri,costs.per_line,safety_stock.units\n"
        "newark,40.73,-74.17,fulfilment_centre,America/New_York,ambient;cold,12,0.5,06:00-22:00,0.25,2\n"
        "boston,42.36,-71.06,store,,,2,1,08:00-20:00,0,\n006,36.0,-86.0,drop_ship,UTC,,1,,,,0\n",
    ),
    "suppliers": ("suppliers=[{file: table.csv}]", "id,lead_days,minimum_units,costs.per_order\nfarm,3,10,40.00\n"),
    "stock": (
        "stock.opening={file: table.csv}",
        "warehouse,item,units,received_at,expires_at\nnewark,tin,500,2026-01-01,\nnewark,salmon,40,2026-01-02T06:00,2026-01-09Z\n"
        "boston,tin,20,,2026-03-01T00:00+02:00\n",
    ),
    "orders": (
        "demand={replay: table.csv}",
        "order,placed_at,region,segment,item,units\na1,2026-01-05T08:00,NYC,standard,tin,2\na1,2026-01-05T08:00,NYC,standard,salmon,1\n"
        "a2,2026-01-05T09:30:30,NO,express,tin,1\na3,2026-01-06T00:00Z,NYC,express,salmon,3\n",
    ),
    "places": (
        "demand={replay: table.csv}",
        "order,placed_at,lat,lon,segment,item,units,colour\n1,2026-01-05T08:00,40.7,-74,standard,tin,2,red\n2,2026-01-07,30,-90,express,tin,1,\n",
    ),
    "rates": (
        "carriers.groundco.services.card.rates={file: table.csv}",
        "zone,up_to_kg,price\n1,1,4.10\n1,30,6\n",
    ),
}  # fmt: skip
PLAYED_ONE_IN = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scenario whose tables these are."""
    folder = tmp_path_factory.mktemp("tables")
    for path in (WORLD, WORLD.with_name("every_key_rates.csv")):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def try_(judge: Judge, folder: Path, use: str, content: bytes) -> None:
    (folder / "table.csv").write_bytes(content)
    set_ = [
        TABLES[use][0],
        "drain_days=1",
        "warm_up_days=0",
        "days=2" if "replay" in TABLES[use][0] else "days=0.2",
    ]
    scenario = judge.read(lambda: load_scenario(folder / WORLD.name, set_), folder)
    if scenario is not None and crc32(content) % PLAYED_ONE_IN == 0:
        judge.play(lambda: simulate(scenario, load_policy("nearest", scenario)))


Cells = list[list[str]]


def _replace(rows: Cells, row: int, column: int, text: str) -> None:
    rows[row][column] = text


def _delete_row(rows: Cells, row: int, *_: Any) -> None:
    del rows[row]


def _repeat_row(rows: Cells, row: int, column: int, _: str) -> None:
    rows[row:row] = [list(rows[row])] * (1, 2, 500)[column % 3]


def _delete_column(rows: Cells, _: int, column: int, *__: Any) -> None:
    for cells in rows:
        del cells[column : column + 1]


def _repeat_column(rows: Cells, row: int, column: int, _: str) -> None:
    for cells in rows:
        cells[column:column] = cells[column : column + 1] * (1, 2, 1_200)[row % 3]


def _add_cell(rows: Cells, row: int, column: int, text: str) -> None:
    rows[row].insert(column, text)


def _swap_columns(rows: Cells, _: int, column: int, *__: Any) -> None:
    for cells in rows:
        if len(cells) > column:
            cells[0], cells[column] = cells[column], cells[0]


LONG = "<long>"
"""Stands for a cell of a hundred kilobytes, which would not be shown well where it fails."""

_DO: dict[str, Callable[[Cells, int, int, str], None]] = {
    "replace": _replace, "delete row": _delete_row, "repeat row": _repeat_row, "delete column": _delete_column,
    "repeat column": _repeat_column, "add cell": _add_cell, "swap columns": _swap_columns,
}  # fmt: skip

CELLS = texts | st.sampled_from(
    ["", " ", '"', '"a', 'a"b', '"a""b"', "a;b", ";", "a;a", "1e5", "1e999", "-0.0", "9" * 50, "2026-01-05", "2026-01-05T08:00:00.5",
     "2026-03-08T02:30", "20260105", "2026-W02-1", "1812-01-01", "newark", "tin", "NYC", "a1", "\u0000", "\r", "id", LONG]
)  # fmt: skip


@inputs(140)
@given(
    st.sampled_from(sorted(TABLES)),
    st.lists(st.tuples(st.sampled_from(["replace"] * 4 + [*_DO]), shares, shares, CELLS), min_size=1, max_size=3),
)  # fmt: skip
def test_with_cells_and_columns_changed(
    judge: Judge, folder: Path, use: str, done: list[tuple[str, float, float, str]]
) -> None:
    rows = [line.split(",") for line in TABLES[use][1].splitlines()]
    for what, row, column, text in done:
        if rows and rows[int(row * len(rows))]:
            number = int(row * len(rows))
            _DO[what](rows, number, int(column * len(rows[number])), "x" * 140_000 if text == LONG else text)
    try_(judge, folder, use, in_bytes("\n".join(map(",".join, rows)) + "\n"))


@inputs(80)
@given(st.sampled_from(sorted(TABLES)), cuts)
def test_with_bytes_changed(judge: Judge, folder: Path, use: str, done: list[Cut]) -> None:
    try_(judge, folder, use, cut(TABLES[use][1].encode(), done))


@inputs(20)
@given(st.sampled_from(sorted(TABLES)), anything)
def test_that_never_was_one(judge: Judge, folder: Path, use: str, content: bytes) -> None:
    try_(judge, folder, use, content)
