"""Whatever stands in a result folder, commands read it or tell of it; nothing is written outside, and nothing runs."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import read_result, result_text
from reports.diffs.why import why_section
from reports.gates.baseline import baseline_of, read_baseline, write_baseline
from reports.gates.gate import check
from reports.gates.texts import check_junit, check_markdown, check_text
from sim import Experiment
from sim.cli.diff import diff_command
from sim.cli.export import export_command
from sim.cli.lab.provenance import read_provenance, read_variants
from sim.cli.run import report_command
from sim.execution.experiment import Task
from sim.execution.tasklog import TaskLog
from tests.fuzz.conftest import Judge
from tests.fuzz.effort import inputs
from tests.fuzz.mutation import (
    Change,
    Cut,
    anything,
    changes,
    cut,
    cuts,
    flow,
    in_bytes,
    mutated,
    shares,
    tree_of_json,
)

pytestmark = pytest.mark.fuzz

WHAT = "result folders"
FOLDER = "result"
PAGE_ONE_IN = 300
JSONS = ["provenance.json", "summary.json", "explanations.json", "baseline.json", "tasks.jsonl"]
TEXTS = [
    *JSONS,
    "kpis.csv",
    "comparison.csv",
    "reconciliation.csv",
    "scenario.yaml",
    "policies/cheapest.yaml",
]
TABLES = ["orders", "shipments", "decisions", "warehouse_hours", "ledger", "outages", "returns", "breakdown"]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small result with its journals, a baseline of it, and a log as if it were not complete."""
    folder = tmp_path_factory.mktemp("results") / FOLDER
    few = ["days=0.1", "warm_up_days=0", "warehouses.newark.stations=1"]
    Experiment("hello", ["nearest", "cheapest"], replications=2, changes=few).run(folder, jobs=1)
    write_baseline(folder / "baseline.json", baseline_of(folder))
    rows = read_result(folder).kpis.groupby(["policy", "replication"])
    for (policy, replication), row in rows:
        TaskLog(folder).append(
            Task(policy, int(replication)), dict(zip(row["kpi"], row["value"], strict=True))
        )
    return folder


def place_of(folder: Path, table: str) -> Path:
    return (
        folder / "breakdown.parquet"
        if table == "breakdown"
        else folder / "journal" / "nearest" / "0" / f"{table}.parquet"
    )


@contextmanager
def holding(path: Path, content: bytes) -> Iterator[None]:
    """Have a file hold something else."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def rebuild(folder: Path) -> Experiment:
    experiment = Experiment.read(folder)
    read_variants(folder, read_provenance(folder))
    return experiment


def judge_gate(folder: Path) -> None:
    found = check(
        read_baseline(folder / "baseline.json"), baseline_of(folder), folder / "baseline.json", folder
    )
    check_text(found), check_junit(found), check_markdown(found)


def exported(folder: Path, form: str) -> None:
    out = (
        folder
        / "exports"
        / {"tables": "tables", "workbook": "result.xlsx", "event-log": "log-events.csv"}[form]
    )
    shutil.rmtree(folder / "exports", ignore_errors=True)
    run: Callable[..., None] = export_command.callback  # type: ignore[assignment]
    run(folder, form, "nearest", 0, out)


READERS: dict[str, list[Callable[[Path], Any]]] = {
    "provenance.json": [rebuild, judge_gate],
    "summary.json": [lambda folder: result_text(read_result(folder)), judge_gate],
    "kpis.csv": [lambda folder: result_text(read_result(folder)), judge_gate],
    "comparison.csv": [lambda folder: result_text(read_result(folder))],
    "reconciliation.csv": [lambda folder: exported(folder, "tables")],
    "explanations.json": [lambda folder: why_section(folder, read_result(folder).summary)],
    "baseline.json": [judge_gate],
    "tasks.jsonl": [lambda folder: TaskLog(folder).read()],
    "scenario.yaml": [rebuild, lambda folder: read_variants(folder, read_provenance(folder))],
    "policies/cheapest.yaml": [rebuild, lambda folder: read_variants(folder, read_provenance(folder))],
}


def try_(judge: Judge, folder: Path, name: str, content: bytes, readers: list[Callable[[Path], Any]]) -> None:
    with holding(folder / name, content):
        for reader in readers:
            judge.read(lambda reader=reader: reader(folder), folder)  # type: ignore[misc]
        if crc32(content) % PAGE_ONE_IN == 0 and name not in ("tasks.jsonl", "baseline.json"):
            page: Callable[..., None] = report_command.callback  # type: ignore[assignment]
            judge.read(lambda: page(folder), folder)
            judge.read(lambda: exported(folder, "workbook"), folder)
    assert {path.name for path in folder.parent.iterdir()} == {FOLDER}


@inputs(90)
@given(st.sampled_from(JSONS), changes)
def test_with_values_and_keys_changed(judge: Judge, played: Path, name: str, done: list[Change]) -> None:
    first, *rest = (
        (played / name).read_text(encoding="utf-8").splitlines()
        if name == "tasks.jsonl"
        else [(played / name).read_text(encoding="utf-8")]
    )
    tree = tree_of_json(json.loads(first))
    text = "\n".join([flow(mutated(tree, done, [tree])), *rest])
    try_(judge, played, name, in_bytes(text), READERS[name])


@inputs(50)
@given(st.sampled_from(TEXTS), cuts)
def test_with_bytes_changed(judge: Judge, played: Path, name: str, done: list[Cut]) -> None:
    try_(judge, played, name, cut((played / name).read_bytes(), done), READERS[name])


@inputs(10)
@given(st.sampled_from(TEXTS), anything)
def test_that_never_was_one(judge: Judge, played: Path, name: str, content: bytes) -> None:
    try_(judge, played, name, content, READERS[name])


VALUES = [
    None,
    0,
    1,
    -1,
    2**31,
    2**62,
    -(2**63),
    0.5,
    float("nan"),
    float("inf"),
    1e300,
    "",
    "x",
    "newark",
    "delivered",
    "é" * 300,
]


def _retyped(table: pa.Table, column: int, choice: int, row: int) -> pa.Table:
    del row
    kinds = [pa.utf8(), pa.int64(), pa.int8(), pa.float64(), pa.timestamp("ns"), pa.binary(), pa.bool_()]
    kind = kinds[choice % len(kinds)]
    return table.set_column(column, pa.field(table.column_names[column], kind), pa.nulls(len(table), kind))


def _revalued(table: pa.Table, column: int, choice: int, row: int) -> pa.Table:
    field = table.schema.field(column)
    values = table.column(column).to_pylist()
    value = VALUES[choice % len(VALUES)]
    for place in range(len(values)) if choice % 2 else ([row % len(values)] if values else []):
        values[place] = value
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    try:
        array = pa.array(values, kind)
    except (pa.ArrowException, TypeError, OverflowError, ValueError):
        return table
    if pa.types.is_dictionary(field.type):
        array = array.dictionary_encode().cast(field.type)
    return table.set_column(column, field, array)


def _rebuilt(table: pa.Table, column: int, choice: int, row: int) -> pa.Table:
    name = table.column_names[column]
    ways: list[Callable[[], pa.Table]] = [
        lambda: table.drop_columns([name]),
        lambda: table.append_column("more", table.column(column)),
        lambda: table.rename_columns(["x" if other == name else other for other in table.column_names]),
        lambda: table.slice(0, 0),
        lambda: table.slice(row % max(len(table), 1)),
        lambda: pa.concat_tables([table] * 3),
        lambda: table.replace_schema_metadata(None),
        lambda: table.select(table.column_names[::-1]),
        lambda: _retyped(table, column, choice, row),
    ]
    return ways[choice % len(ways)]()


ABOUT = ["start", "window", "end", "title", "scenario", "currency", "timezone"]


def _told_otherwise(table: pa.Table, column: int, choice: int, _: int) -> pa.Table:
    about = json.loads((table.schema.metadata or {}).get(b"orderlab", b"{}"))
    strange = [None, -1, 2**62, 2**33, 0.5, "x", [], [0], [5, 1], [0, 2**40], {"a": 1}, "Mars/Base", 3]
    about[ABOUT[column % len(ABOUT)]] = strange[choice % len(strange)]
    return table.replace_schema_metadata({b"orderlab": json.dumps(about).encode()})


MADE = {"values": _revalued, "columns": _rebuilt, "about": _told_otherwise}


def differ(folder: Path) -> None:
    lay_side_by_side: Callable[..., None] = diff_command.callback  # type: ignore[assignment]
    lay_side_by_side(folder, "nearest", "cheapest", 0, 0, "csv")


READ_JOURNAL = [
    lambda folder: exported(folder, "tables"),
    lambda folder: exported(folder, "event-log"),
    differ,
]


@inputs(40)
@given(
    st.sampled_from(TABLES),
    st.sampled_from(["values", *MADE]),
    shares,
    st.integers(0, 999),
    st.integers(0, 999),
)
def test_with_parquet_of_other_contents(
    judge: Judge, played: Path, table: str, how: str, column: float, choice: int, row: int
) -> None:
    path = place_of(played, table)
    before = pq.read_table(path)
    after = MADE[how](before, int(column * before.num_columns), choice, row)
    beside = io.BytesIO()
    pq.write_table(after, beside)
    try_(judge, played, str(path.relative_to(played)), beside.getvalue(), READ_JOURNAL)


@inputs(20)
@given(st.sampled_from(TABLES), cuts)
def test_with_parquet_of_other_bytes(judge: Judge, played: Path, table: str, done: list[Cut]) -> None:
    path = place_of(played, table)
    try_(judge, played, str(path.relative_to(played)), cut(path.read_bytes(), done), READ_JOURNAL)
