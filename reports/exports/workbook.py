"""One Excel workbook of a result: what it says, every table, and the tables of one journal.

No cell is a formula or a link, whatever it begins with: texts are written as texts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import clear_frames
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from reports.breakdown import read_breakdown
from reports.exports.meanings import ROWS, meaning
from reports.exports.sheet import Contents, Sheet, write_text, write_value
from reports.kept import KeptJournal
from reports.kpis import KPIS
from reports.notes import warnings_told
from reports.result import Result, read_table
from reports.sentences import answer, limits, reading, replications
from reports.summary import currency_of, title_of
from reports.sweeps.answer import sweep_answer
from reports.sweeps.table import rows_of, sweep_table
from sim.writing import SCRATCH, replacing

_BOOKS = {
    "policy": pa.utf8(),
    "replication": pa.int64(),
    "book": pa.utf8(),
    "entry": pa.utf8(),
    "unit": pa.utf8(),
}
_NO_DATE = datetime(1980, 1, 1)  # of a folder that does not say when it was played


def write_workbook(
    path: Path,
    folder: Path,
    result: Result,
    kept: KeptJournal | None,
    told: Callable[[int, int], object] = lambda done, rows: None,
) -> list[str]:
    """Write the workbook, and return a sentence for each table that does not fit into it.

    The first sheet has the answer in sentences, its limits, and a list of the others. The journal is read block by
    block, and rows go to disk as they are written: memory does not grow with their number. The same folder gives the
    same bytes.

    Args:
        path: of the file; it is replaced in one step.
        folder: of the result.
        result: its tables.
        kept: the journal; None: tables of the result alone.
        told: of progress: rows that are written, and all there are.

    """
    with replacing(path) as beside, _opened(beside) as book:
        book.use_zip64()
        book.set_properties({"title": title_of(result.summary), "created": _started(folder)})
        cover = book.add_worksheet("summary")
        swept = sweep_table(result) if "sweep" in result.summary else None
        contents = list(_contents(folder, result, swept, kept))
        done, rows = 0, sum(each.rows for each in contents)

        def tell(more: int) -> None:
            nonlocal done
            done += more
            told(done, rows)

        sheets = [Sheet(book, each).write(tell) for each in contents]
        said = answer(result.summary) if swept is None else sweep_answer(result, rows_of(swept))
        _write_cover(book, cover, result.summary, said, kept, sheets)
    return [sheet.cut for sheet in sheets if sheet.cut]


class _File(io.FileIO):
    """A file that may be told to take what it is given, and to drop it."""

    drops = False

    def write(self, given: Any) -> int:
        """Write bytes, and return how many."""
        return len(given) if self.drops else super().write(given)


@contextmanager
def _opened(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """Open a workbook; what goes wrong with its files is an OSError, as everywhere."""
    with (
        TemporaryDirectory(dir=path.parent, prefix=SCRATCH) as scratch,
        io.BufferedWriter(raw := _File(path, "w")) as file,
    ):
        try:
            with xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": scratch}) as book:
                yield book
        except BaseException as error:
            failed = error.args[0] if isinstance(error, FileCreateError) else error
            # A zip file that is not complete writes its end when it is freed, where nobody hears what goes wrong.
            raw.drops = True
            clear_frames(failed.__traceback__)
            if failed is error:
                raise
            raise failed from None


def _started(folder: Path) -> datetime:
    try:
        told = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["started"]
        return datetime.fromisoformat(told).replace(tzinfo=None)
    except (OSError, ValueError, LookupError, TypeError):
        return _NO_DATE


def _contents(
    folder: Path, result: Result, swept: pd.DataFrame | None, kept: KeptJournal | None
) -> Iterator[Contents]:
    """Yield what each sheet is made of, in their order."""
    summary = result.summary
    yield Contents.of("estimates", "each KPI of each policy: mean and 95 % interval", _estimates(summary))
    if swept is not None:
        yield Contents.of("sweep", "each point and KPI, against the unchanged point", _arrow(swept))
    if len(result.comparison):
        yield Contents.of(
            "comparison", "each KPI of each policy, minus the baseline", _arrow(result.comparison)
        )
    yield Contents.of("kpis", "each KPI of each replication", _arrow(result.kpis))
    sums = read_breakdown(folder)
    if sums is not None:
        units = {
            "cost_cents": f"0.01 {currency_of(summary)}",
            "lead_s": "s",
            "age_s": "s",
        }
        yield Contents.of("breakdown", "sums over counted orders, by slice and replication", sums, units)
    yield Contents.of(
        "reconciliation", "the books of orders, units and money of each replication", _books(folder)
    )
    if kept is None:
        return
    journal = kept.journal
    names = [name for name in ROWS if name != "reconciliation"]  # which the result has
    yield Contents.of("columns", "what each column of the journal means", _columns(kept, names))
    for name in names:
        about, units = f"journal: {ROWS[name]}", journal.units(name)
        yield Contents(name, about, journal.schema(name), units, journal.rows(name), journal.batches(name))


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def _estimates(summary: dict[str, Any]) -> pa.Table:
    currency = currency_of(summary)
    rows = [
        {
            "kpi": name, "label": kpi.label, "meaning": kpi.meaning, "unit": kpi.unit_in(currency),
            "better": kpi.better, "policy": policy, "n": found["n"], "mean": found["mean"],
            "half_width": found["half_width"],
        }
        for name, kpi in KPIS.items()
        if name in summary["kpis"]
        for policy in summary["policies"]
        for found in [summary["kpis"][name][policy]]
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def _books(folder: Path) -> pa.Table:
    """Read `reconciliation.csv`, in which names are texts whatever they look like."""
    options = pyarrow.csv.ConvertOptions(column_types=_BOOKS, strings_can_be_null=False)

    def parsed(text: str) -> pa.Table:
        return pyarrow.csv.read_csv(io.BytesIO(text.encode()), convert_options=options)

    books: pa.Table = read_table(folder, "reconciliation.csv", parsed)
    return books


def _columns(kept: KeptJournal, names: Sequence[str]) -> pa.Table:
    rows = [
        {"table": name, "column": column, "unit": units.get(column), "meaning": meaning(name, column)}
        for name in names
        for units in [kept.journal.units(name)]
        for column in kept.journal.schema(name).names
    ]
    return pa.Table.from_pylist(rows)


def _write_cover(
    book: xlsxwriter.Workbook,
    cover: Any,
    summary: dict[str, Any],
    said: Sequence[str],
    kept: KeptJournal | None,
    sheets: Sequence[Sheet],
) -> None:
    """Write the first sheet: the answer, its limits, and what the others hold."""
    chosen = "no journal was kept" if kept is None else f"of {kept.policy}, replication {kept.replication}"
    facts = [f"Policies: {', '.join(summary['policies'])}", f"{replications(summary)}. Journal: {chosen}."]
    cuts = [sheet.cut for sheet in sheets if sheet.cut]
    blocks = [
        (title_of(summary), facts),
        ("Answer", [*said, reading(summary)]),
        ("Limits", [*limits(summary), *warnings_told(summary), *cuts]),
    ]
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    cover.set_column(0, 0, 100)
    cover.set_column(1, 1, 14)
    cover.set_column(2, 2, 60)
    row = 0
    for heading, sentences in blocks:
        for place, text in enumerate([heading, *sentences] if sentences else []):
            write_text(cover, row, 0, text, wrapped if place else bold)
            row += 1
        row += 1
    whole = book.add_format({"num_format": "#,##0"})
    for column, text in enumerate(("Sheet", "Rows", "A row is")):
        write_text(cover, row, column, text, bold)
    for sheet in sheets:
        row += 1
        for column, value in enumerate((sheet.contents.name, sheet.written, sheet.contents.about)):
            write_value(cover, row, column, value, whole if column == 1 else None)
