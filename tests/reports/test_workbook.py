"""The workbook: every table with the values of the result, readable, and nothing in it that could run."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import xlsxwriter

from reports import read_result, sweep_table
from reports.exports import sheet
from reports.exports.meanings import ROWS, meaning
from reports.exports.workbook import write_workbook
from reports.kept import KeptJournal, kept_journal
from reports.sentences import answer, limits
from reports.sweeps.answer import sweep_answer
from reports.sweeps.table import rows_of
from sim import Experiment, Journal, sweep
from sim.errors import InputError
from sim.journal import TABLES

WRONG = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "http://example.com",
    "mailto:a@b.c",
    "{=1}",
    "internal:A1",
    '<r></r></is></c><c r="Z9"><f>1+1</f></c><c><is><r></r>',
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbook") / "result"
    changes = ["days=0.5", "warm_up_days=0"]
    Experiment("hello", ["nearest", "cheapest"], replications=3, changes=changes).run(folder, jobs=1)
    return folder


@pytest.fixture(scope="module")
def book(result: Path) -> Any:
    found = read_result(result)
    kept = kept_journal(result, found.summary, "cheapest")
    assert write_workbook(result / "book.xlsx", result, found, kept) == []
    return openpyxl.load_workbook(result / "book.xlsx")


def rows(book: Any, name: str) -> list[dict[str, Any]]:
    heading, *others = book[name].iter_rows(values_only=True)
    names = [str(text).split(" [")[0] for text in heading]
    return [dict(zip(names, row, strict=True)) for row in others]


def test_the_first_sheet_has_the_answer_and_what_the_others_hold(book: Any, result: Path) -> None:
    summary = read_result(result).summary
    texts = [cell.value for cell in book["summary"]["A"]]
    for sentence in (*answer(summary), *limits(summary)):
        assert sentence in texts
    listed = {row[0].value: row[1].value for row in book["summary"] if row[1].value not in (None, "Rows")}
    assert listed == {name: book[name].max_row - 1 for name in book.sheetnames[1:]}


def test_every_table_of_the_result_is_there_with_its_values(book: Any, result: Path) -> None:
    found = read_result(result)
    kpis = rows(book, "kpis")
    assert [row["kpi"] for row in kpis] == found.kpis["kpi"].tolist()
    for row, value in zip(kpis, found.kpis["value"], strict=True):
        assert same(row["value"], None if math.isnan(value) else value)
    assert [row["verdict"] or "" for row in rows(book, "comparison")] == found.comparison["verdict"].tolist()
    for row in rows(book, "estimates"):
        told = found.summary["kpis"][row["kpi"]][row["policy"]]
        assert all(same(row[name], told[name]) for name in ("n", "mean", "half_width"))
    assert len(rows(book, "breakdown")) == len(pd.read_parquet(result / "breakdown.parquet"))
    assert len(rows(book, "reconciliation")) == len(pd.read_csv(result / "reconciliation.csv"))


def same(cell: Any, value: Any) -> bool:
    """Tell whether a cell has a value: an empty text is an empty cell, and Excel has 15 digits of a number."""
    if isinstance(value, float):
        return bool(cell == pytest.approx(value, rel=1e-14))
    return (cell or "") == value if isinstance(value, str) else bool(cell == value)


@pytest.mark.parametrize("table", [name for name in TABLES if name != "reconciliation"])
def test_a_table_of_the_journal_is_as_it_is(book: Any, result: Path, table: str) -> None:
    journal = Journal.open(result / "journal" / "cheapest" / "0")
    expected = journal.table(table).to_pylist()
    found = rows(book, table)
    assert len(found) == len(expected)
    for row, as_it_is in zip(found, expected, strict=True):
        assert row.keys() == as_it_is.keys()
        assert all(same(row[name], value) for name, value in as_it_is.items()), (row, as_it_is)


def test_headings_stay_in_sight_and_say_units_and_columns_are_formatted(book: Any) -> None:
    orders = book["orders"]
    assert {name: book[name].freeze_panes for name in book.sheetnames[1:]} == dict.fromkeys(
        book.sheetnames[1:], "A2"
    )
    heading = {cell.value: cell.column_letter for cell in orders[1]}
    shown = {
        "placed_at [UTC]": "yyyy-mm-dd hh:mm:ss", "cost_freight [USD]": "#,##0.00", "lines": "#,##0", "order": "General",
    }  # fmt: skip
    assert {name: orders[f"{heading[name]}2"].number_format for name in shown} == shown
    late = next(row for row in book["kpis"] if row[2].value == "late_share")
    assert late[4].number_format == "0.00%"


def test_nothing_runs_whatever_a_text_begins_with(story: Any, write: Any, tmp_path: Path) -> None:
    write({name: {"cost_per_order": [1.0, 2.0]} for name in WRONG}, title="=HYPERLINK(A1)")
    for number, text in enumerate(WRONG):
        story.order(number).add("decisions", order=number, at=0, rule=text, removed=text, cause=text)
    write_workbook(
        tmp_path / "book.xlsx", tmp_path, read_result(tmp_path), KeptJournal("=1+1", 0, story.close())
    )
    with zipfile.ZipFile(tmp_path / "book.xlsx") as inside:
        for name in inside.namelist():
            assert not re.search(rb"<f[ >/]|<hyperlink|externalLink|ddeLink", inside.read(name)), name
    found = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert [row["rule"].strip() for row in rows(found, "decisions")] == list(WRONG)
    assert {
        cell.data_type
        for row in found["decisions"].iter_rows(min_row=2, min_col=4, max_col=4)
        for cell in row
    } == {"s"}
    assert found["summary"]["A1"].value == "=HYPERLINK(A1)"
    assert found["summary"]["A1"].data_type == "s"


def test_what_does_not_fit_is_left_out_and_said(
    result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 150)
    found = read_result(result)
    cut = write_workbook(tmp_path / "book.xlsx", result, found, kept_journal(result, found.summary))
    number = len(Journal.open(result / "journal" / "nearest" / "0").frame("orders"))
    said = f"orders: the first 149 of {number} rows, as many as a sheet holds; orderlab export DIR tables writes all"
    assert said in cut
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert book["orders"].max_row == 150
    assert said in [cell.value for cell in book["summary"]["A"]]


def test_progress_is_told_over_all_rows(result: Path, tmp_path: Path) -> None:
    found, told = read_result(result), list[tuple[int, int]]()
    kept = kept_journal(result, found.summary)
    write_workbook(tmp_path / "book.xlsx", result, found, kept, lambda done, rows: told.append((done, rows)))
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    all_rows = sum(book[name].max_row - 1 for name in book.sheetnames if name != "summary")
    assert told == sorted(told)
    assert told[-1] == (all_rows, all_rows)


@pytest.mark.usefixtures("book")
def test_the_same_folder_gives_the_same_bytes(result: Path, tmp_path: Path) -> None:
    found = read_result(result)
    write_workbook(tmp_path / "again.xlsx", result, found, kept_journal(result, found.summary, "cheapest"))
    assert (tmp_path / "again.xlsx").read_bytes() == (result / "book.xlsx").read_bytes()


def test_without_a_journal_it_has_the_tables_of_the_result(write: Any, tmp_path: Path) -> None:
    write({"one": {"cost_per_order": [1.0, 2.0]}})
    write_workbook(tmp_path / "book.xlsx", tmp_path, read_result(tmp_path), None)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert book.sheetnames == ["summary", "estimates", "kpis", "reconciliation"]


def test_a_sweep_has_its_points_and_its_answer(tmp_path: Path) -> None:
    vary = {"warehouses.newark.stations": [1, 2]}
    folder = tmp_path / "swept"
    found = sweep("hello", vary=vary, replications=2, changes=["days=0.1", "warm_up_days=0"]).run(
        folder, jobs=1
    )
    write_workbook(tmp_path / "book.xlsx", folder, found, None)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    table = sweep_table(found)
    assert [row["policy"] for row in rows(book, "sweep")] == table["policy"].tolist()
    assert [row["warehouses.newark.stations"] for row in rows(book, "sweep")[:1]] == ["2"]
    texts = [cell.value for cell in book["summary"]["A"]]
    assert set(sweep_answer(found, rows_of(table))) <= set(texts)


@pytest.mark.parametrize("when", ["1899-12-31 10:00:01", "1900-02-28 00:00:00"])
def test_a_time_that_excel_has_no_number_for_is_a_text(when: str, tmp_path: Path) -> None:
    times = pa.table({"at": pa.array([pd.Timestamp(when), pd.Timestamp("1900-03-01")], pa.timestamp("ms"))})
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx"), {"constant_memory": True}) as book:
        sheet.Sheet(book, sheet.Contents.of("times", "", times)).write()
    found = openpyxl.load_workbook(tmp_path / "book.xlsx")["times"]
    assert [found["A2"].value, found["A3"].value] == [when, pd.Timestamp("1900-03-01").to_pydatetime()]


def test_every_column_of_a_journal_has_a_meaning() -> None:
    assert ROWS.keys() == TABLES.keys()
    for table, columns in TABLES.items():
        assert all(meaning(table, column) for column in columns)


def test_a_journal_that_was_not_kept_is_asked_for_in_vain(result: Path) -> None:
    summary = read_result(result).summary
    found = kept_journal(result, summary)
    assert found is not None
    assert (found.policy, found.replication, found.name) == ("nearest", 0, "nearest-0")
    with pytest.raises(
        InputError, match="value 'nearst': is none of the policies: nearest, cheapest; did you mean 'nearest'"
    ):
        kept_journal(result, summary, "nearst")
    with pytest.raises(
        InputError, match="value '2': of this replication nearest kept no journal: there is one of 0"
    ):
        kept_journal(result, summary, "nearest", 2)
