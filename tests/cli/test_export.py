"""`orderlab export`: what it writes where, and what it says of what cannot be written."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from sim.cli.export import export_command
from sim.cli.lab.folder import clear
from sim.errors import InputError
from sim.journal import TABLES, Journal


@pytest.fixture
def result(shop: Any, tmp_path: Path) -> Path:
    """Return a result folder of one's own: nearest and cheapest, of two replications, with journals of the first."""
    desk, _ = shop
    shutil.copytree(desk.folder / "result", tmp_path / "result")
    return tmp_path / "result"


def told(capsys: Any, *arguments: str | Path) -> str:
    """Return what the command says, with nothing to note."""
    export_command.main([str(argument) for argument in arguments], standalone_mode=False)
    found = capsys.readouterr()
    assert found.err == ""
    return str(found.out)


def test_a_workbook_is_written_into_the_folder(result: Path, capsys: Any) -> None:
    path = result / "exports" / "nearest-0.xlsx"
    assert told(capsys, result, "workbook") == f"workbook: {path}\n"
    assert openpyxl.load_workbook(path).sheetnames[0] == "summary"


def test_tables_are_those_of_the_result_and_of_one_journal(result: Path, capsys: Any) -> None:
    folder = result / "exports" / "cheapest-0"
    for _ in range(2):  # its own earlier export is replaced
        assert told(capsys, result, "tables", "-p", "cheapest") == f"tables: 15 in {folder}\n"
    assert [path.name for path in (result / "exports").iterdir()] == ["cheapest-0"]
    for name in ("kpis.csv", "comparison.csv", "reconciliation.csv"):
        assert (folder / name).read_bytes() == (result / name).read_bytes()
    broken_down = pd.read_csv(folder / "breakdown.csv", dtype={"slice": str})
    pd.testing.assert_frame_equal(
        broken_down, pd.read_parquet(result / "breakdown.parquet"), check_dtype=False
    )
    journal = Journal.open(result / "journal" / "cheapest" / "0")
    for table in TABLES:
        with (folder / "journal" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == list(TABLES[table])
        assert len(rows) == journal.table(table).num_rows
        for row, as_it_is in zip(rows, journal.table(table).to_pylist(), strict=True):
            for cell, value in zip(row, as_it_is.values(), strict=True):
                assert text_is(cell, value), (table, cell, value)


def text_is(cell: str, value: Any) -> bool:
    """Tell whether a cell of a CSV file says a value of the journal."""
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == str(value).lower()
    if isinstance(value, int | float):
        return float(cell) == value
    return cell == str(value)


def test_an_event_log_is_written_where_it_is_asked_for(result: Path, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "new" / "log.csv"
    said = told(capsys, result, "event-log", "--out", path, "-r", "0")
    events = pd.read_csv(path)
    assert said == f"event log: {len(events):,} events in {path}\n"
    assert set(events["policy"]) == {"nearest"}
    assert events.columns[:4].tolist() == ["case", "activity", "timestamp", "resource"]


def test_without_journals_there_are_the_tables_of_the_result(result: Path, capsys: Any) -> None:
    shutil.rmtree(result / "journal")
    assert told(capsys, result, "tables") == f"tables: 4 in {result / 'exports' / 'result'}\n"
    told(capsys, result, "workbook")
    assert "orders" not in openpyxl.load_workbook(result / "exports" / "result.xlsx").sheetnames
    rule = "has no journal of that policy, from which a log is made: run with --journal first or all"
    assert refused(result, "event-log") == [f"{result}: {rule}"]


def refused(*arguments: str | Path) -> list[str]:
    """Return what is said of arguments that cannot be used."""
    with pytest.raises(InputError) as caught:
        export_command.main([str(argument) for argument in arguments], standalone_mode=False)
    return str(caught.value).splitlines()


WRONG = {
    "no such policy": (["workbook", "-p", "chepest"], "is none of the policies: nearest, cheapest; did you mean 'cheapest'?"),
    "a replication without a journal": (["tables", "-r", "1"], "value '1': of this replication nearest kept no journal: "),
    "a folder for a file": (["workbook", "--out", "{}"], "is a folder; name the file"),
    "another ending": (["workbook", "--out", "book.xls"], "value 'book.xls': must end in .xlsx"),
    "another ending of a log": (["event-log", "--out", "log.xes"], "value 'log.xes': must end in .csv"),
    "a folder that holds something": (["tables", "--out", "{}"], "holds something already: choose another folder"),
    "a file for a folder": (["tables", "--out", "{}/kpis.csv"], "is a file; tables need a folder"),
    "a folder among journals": (["tables", "--out", "{}/journal/nearest/7"], "is a part of the result"),
    "a part of the result": (["event-log", "--out", "{}/kpis.csv"], "is a part of the result: choose another name"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_written_is_told_in_one_line_and_nothing_is(result: Path, name: str) -> None:
    arguments, message = WRONG[name]
    before = {path: path.read_bytes() for path in result.rglob("*") if path.is_file()}
    (problem,) = refused(result, *(argument.format(result) for argument in arguments))
    assert message in problem
    assert {path: path.read_bytes() for path in result.rglob("*") if path.is_file()} == before


def test_a_folder_that_is_no_result_and_a_broken_journal_are_told(result: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (problem,) = refused(tmp_path / "empty", "workbook")
    assert problem.endswith("not a result folder: it has no kpis.csv")
    (result / "journal" / "nearest" / "0" / "shipments.parquet").write_bytes(b"PAR1 no more")
    for form in ("workbook", "tables", "event-log"):
        (problem,) = refused(result, form)
        assert problem.startswith(
            f"{result / 'journal' / 'nearest' / '0' / 'shipments.parquet'}: cannot be read: "
        )
    assert not (result / "exports").exists()


def test_exports_go_with_the_result_that_they_were_made_of(result: Path, capsys: Any) -> None:
    told(capsys, result, "event-log")
    clear(result)
    assert not (result / "exports").exists()


def test_another_form_is_refused_by_name(shop: Any) -> None:
    desk, _ = shop
    outcome = desk.orderlab("export", "result", "pdf")
    assert "'pdf' is not one of 'workbook', 'tables', 'event-log'" in outcome.refuses()[-1]
