"""Result folders that were changed by hand, or are half there, are told in one line, and nothing is written."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from reports import read_result, write_report
from reports.exports.workbook import write_workbook
from reports.forms import escaped
from reports.kept import kept_journal
from sim import Experiment
from sim.errors import InputError
from sim.journal import Journal, arrow_fields
from sim.parquet import check_file
from sim.writing import SCRATCH, copy_file, write_file


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of two policies."""
    folder = tmp_path_factory.mktemp("broken") / "result"
    Experiment("hello", ["nearest", "cheapest"], replications=2, changes=["days=0.1"]).run(folder, jobs=1)
    return folder


@pytest.fixture
def folder(played: Path, tmp_path: Path) -> Path:
    """A copy of it, to be broken."""
    return shutil.copytree(played, tmp_path / "result")


def _set(*path: str | int, to: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = to

    return change


def _change(file: Path, change: Callable[[Any], None]) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        _set("policies", to=[]),
        _set("policies", to=["nearest", "../../etc"]),
        _set("baseline", to="nobody"),
        _set("about", to=None),
        _set("about", "title", to=5),
        _set("warnings", to=[5]),
        _set("family", to=["nothing"]),
        _set("replications", to="many"),
        _set("replications_of", to={}),
        _set("kpis", to={}),
        _set("kpis", "cost_per_order", "nearest", to={"n": 1}),
        _set("kpis", "cost_per_order", "nearest", "mean", to="much"),
        _set("kpis", "cost_per_order", "nearest", "mean", to=1e200),
        _set("kpis", "cost_per_order", "nearest", "n", to=10**400),
        _set("replications", to=10**400),
        _set("comparison", to=[{}]),
        _set("comparison", 0, "difference", to="large"),
        _set("precision", to={}),
        _set("selection", to=3),
        _set("sweep", to={}),
    ],
)
def test_a_summary_that_no_run_wrote_is_refused(folder: Path, change: Callable[[Any], None]) -> None:
    _change(folder / "summary.json", change)
    with pytest.raises(InputError, match=r"summary\.json: not a table of results"):
        read_result(folder)


@pytest.mark.parametrize("number", ["nan", "1e300", "much", "9" * 200])
def test_a_kpi_that_is_no_number_of_a_run_is_refused(folder: Path, number: str) -> None:
    place = folder / "kpis.csv"
    head, first, *rest = place.read_text(encoding="utf-8").splitlines()
    place.write_text("\n".join([head, first.rpartition(",")[0] + f",{number}", *rest]), encoding="utf-8")
    with pytest.raises(InputError, match=r"kpis\.csv: not a table of results"):
        read_result(folder)


@pytest.mark.parametrize("count", ["-1", "9" * 30, "9" * 5_000, "1.5", "one"])
def test_a_replication_that_has_no_number_is_refused(folder: Path, count: str) -> None:
    place = folder / "kpis.csv"
    place.write_text(place.read_text(encoding="utf-8").replace(",0,", f",{count},"), encoding="utf-8")
    with pytest.raises(InputError, match=r"kpis\.csv: not a table of results"):
        read_result(folder)


def test_a_journal_of_another_run_or_of_too_many_rows_is_refused(folder: Path) -> None:
    place = folder / "journal" / "nearest" / "0"
    assert Journal.open(place)
    with pytest.raises(
        InputError, match=r"orders\.parquet: is not what a run wrote: it has \d+ rows, and 10 are"
    ):
        check_file(place / "orders.parquet", arrow_fields("orders"), at_most=10)
    orders = pq.read_table(place / "orders.parquet")
    for metadata in ({}, {b"orderlab": b"{}"}, {b"orderlab": b"[" * 100_000}, {b"orderlab": b"\xff"}):
        pq.write_table(orders.replace_schema_metadata(metadata), place / "orders.parquet")
        with pytest.raises(InputError, match=r"orders\.parquet: is not what a run wrote: it does not say"):
            Journal.open(place)
    (place / "orders.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"orders\.parquet: cannot be read"):
        Journal.open(place)


def test_what_is_changed_in_numbers_alone_is_read(folder: Path) -> None:
    _change(folder / "summary.json", _set("about", "title", to="<script>alert(1)</script>"))
    write_report(folder)
    assert "<script>" not in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("to", [5, [], {"pairs": 1}])
def test_a_page_that_cannot_be_written_leaves_the_old_one_and_its_pictures(folder: Path, to: Any) -> None:
    (folder / "explanations.json").write_text(json.dumps(to), encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    picture = next((folder / "figures").glob("*.svg"))
    picture.write_bytes(b"old")
    with pytest.raises(InputError, match=r"explanations\.json: is not what a run wrote"):
        write_report(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == {
        **before,
        picture: b"old",
    }


def test_explanations_of_another_run_are_refused(folder: Path) -> None:
    _change(folder / "explanations.json", _set("pairs", 0, "policy", to="balanced"))
    with pytest.raises(InputError, match=r"explanations\.json: is of another run"):
        write_report(folder)


def test_a_table_in_the_place_of_another_is_refused(folder: Path) -> None:
    journal = folder / "journal" / "nearest" / "0"
    shutil.copy(journal / "ledger.parquet", journal / "shipments.parquet")
    with pytest.raises(InputError, match=r"shipments\.parquet: is not what a run wrote"):
        kept_journal(folder, read_result(folder).summary)
    shutil.copy(journal / "ledger.parquet", folder / "breakdown.parquet")
    with pytest.raises(InputError, match=r"breakdown\.parquet: is not what a run wrote"):
        write_report(folder)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    for place in (tmp_path, Path()):
        with pytest.raises(IsADirectoryError):
            write_file(place, "text")
    assert not list(tmp_path.parent.glob(f"{SCRATCH}*"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a|b`c`*d*", r"a\|b\`c\`\*d\*"),
        ("~~gone~~ $x_1$", r"\~\~gone\~\~ \$x_1\$"),
        ("_this_ cost_per_order", r"\_this\_ cost_per_order"),
        ("&lt;<b>", "&amp;lt;&lt;b>"),
        ("[a](javascript:x)", r"[a]\(javascript:x)"),
    ],
)
def test_markdown_acts_on_no_name(name: str, shown: str) -> None:
    assert escaped(name) == shown


def test_a_run_in_which_nobody_orders_anything_is_told_to_its_end(tmp_path: Path) -> None:
    changes = ["days=0.02", "warm_up_days=0", "demand.orders_per_day=0.01"]
    Experiment("hello", ["nearest", "cheapest"], replications=1, changes=changes).run(tmp_path, jobs=1)
    assert "No order is counted" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_copy_that_cannot_be_written_names_its_place(folder: Path) -> None:
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            copy_file(folder / "kpis.csv", folder / "copy.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    assert caught.value.filename == str(folder / "copy.csv")
    assert not (folder / "copy.csv").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "it has no reconciliation.csv"),
        ("", "not a table of results: Empty CSV file"),
        ("a,b\n1", "not a table of results"),
    ],
)
def test_a_workbook_names_the_table_that_cannot_be_read(folder: Path, content: str | None, said: str) -> None:
    table = folder / "reconciliation.csv"
    if content is None:
        table.unlink()
    else:
        table.write_text(content)
    with pytest.raises(InputError, match=r"reconciliation\.csv") as caught:
        write_workbook(folder / "book.xlsx", folder, read_result(folder), None)
    assert said in str(caught.value)
    assert not (folder / "book.xlsx").exists()
