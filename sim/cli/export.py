"""`orderlab export`: a workbook, plain tables or an event log of a result, for other programs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.lab.contents import EXPORTS
from sim.errors import InputError, Problem
from sim.parquet import of_a_run
from sim.writing import SCRATCH, naming

if TYPE_CHECKING:
    from reports.kept import KeptJournal
    from reports.result import Result

_ENDINGS = {"workbook": ".xlsx", "tables": "", "event-log": "-events.csv"}
"""What there is to export, and how the name of such a file ends after policy and replication."""


@click.command(name="export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("form", metavar="workbook|tables|event-log", type=click.Choice(list(_ENDINGS)))
@click.option("-p", "--policy", metavar="POLICY", help="Whose journal. Default: the first policy.")
@click.option(
    "-r",
    "--replication",
    type=int,
    help="Of which order book, from 0. Default: the first of which there is a journal.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file, or the folder for tables. Default: in DIR/exports, called after policy and replication.",
)
def export_command(
    folder: Path, form: str, policy: str | None, replication: int | None, out: Path | None
) -> None:
    """Write a workbook, plain tables or an event log of a result, for other programs.

    workbook: an Excel file with the answer, every table of the result, and those of one journal. tables: the same
    tables as CSV. event-log: the journal as CSV for process mining, a row for everything that happened to an order.
    """
    # Loaded only now: `orderlab --help` does without.
    from reports.kept import kept_journal
    from reports.result import read_result

    result = read_result(folder)
    with of_a_run(folder):
        kept = kept_journal(folder, result.summary, policy, replication)
        if kept is None and form == "event-log":
            rule = "has no journal of that policy, from which a log is made: run with --journal first or all"
            raise InputError([Problem(str(folder), rule)])
        place = _place(out, folder, form, kept)
        {"workbook": _workbook, "tables": _tables, "event-log": _event_log}[form](place, folder, result, kept)


def _place(out: Path | None, folder: Path, form: str, kept: KeptJournal | None) -> Path:
    """Return where an export goes; the folder that holds it is there."""
    if out is None:
        out = folder / EXPORTS / f"{'result' if kept is None else kept.name}{_ENDINGS[form]}"
    else:
        rule = ""
        within = out.resolve().is_relative_to(folder.resolve())
        within = within and not out.resolve().is_relative_to((folder / EXPORTS).resolve())
        if form == "tables":
            if out.is_file():
                rule = "is a file; tables need a folder"
            elif out.is_dir() and any(out.iterdir()):
                rule = "holds something already: choose another folder"
            elif within and out.parent.resolve() != folder.resolve():
                rule = "is a part of the result: choose another name"
        elif out.is_dir():
            rule = "is a folder; name the file"
        elif out.suffix != (suffix := f".{_ENDINGS[form].rpartition('.')[2]}"):
            rule = f"must end in {suffix}"
        elif within and out.exists():
            rule = "is a part of the result: choose another name"
        if rule:
            raise InputError([Problem("--out", rule, value=str(out))])
    out.parent.mkdir(parents=True, exist_ok=True)
    return out


def _workbook(place: Path, folder: Path, result: Result, kept: KeptJournal | None) -> None:
    from reports.exports.workbook import write_workbook
    from sim.cli.playing import progress

    with progress("workbook", quiet=False, unit="row") as told:
        cuts = write_workbook(place, folder, result, kept, told)
    for cut in cuts:
        click.echo(f"note: {cut}", err=True)
    click.echo(f"workbook: {place}")


def _tables(place: Path, folder: Path, _: Result, kept: KeptJournal | None) -> None:
    from reports.exports.tables import write_tables

    with naming(place), tempfile.TemporaryDirectory(dir=place.parent, prefix=SCRATCH) as scratch:
        written = Path(scratch) / "tables"
        written.mkdir()
        number = len(write_tables(written, folder, kept))
        if place.exists():
            place.rename(Path(scratch) / "before")
        written.rename(place)
    click.echo(f"tables: {number} in {place}")


def _event_log(place: Path, folder: Path, _: Result, kept: KeptJournal | None) -> None:
    from reports.exports.events import write_event_log

    assert kept is not None, folder
    number = write_event_log(place, kept.journal, kept.policy)
    click.echo(f"event log: {number:,} events in {place}")
