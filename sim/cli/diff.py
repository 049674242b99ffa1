"""`orderlab diff`: which orders two policies of a result decided differently, what that did to them, and why."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np

from policies.load import build_policy
from reports.diffs.diff import order_rows
from reports.diffs.forms import orders_table
from reports.diffs.pair import Pair, compared, content_of, read_side
from reports.diffs.routes import OtherOrdersError
from reports.forms import as_csv, as_json
from sim.cli.lab.provenance import read_provenance, read_variants
from sim.cli.lab.retelling import have_told, retelling_of
from sim.cli.played import (
    check_replication,
    format_option,
    replication_option,
    tell_of_code,
    warn_of_changes,
)
from sim.cli.playing import progress, room
from sim.errors import InputError, Problem
from sim.execution.experiment import Task, Variant, check_is_one, journal_of
from sim.execution.workers import Here
from sim.journal import Journal
from sim.parquet import of_a_run
from sim.replication import simulate


@click.command(name="diff")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("baseline", metavar="POLICY_A")
@click.argument("policy", metavar="POLICY_B")
@replication_option
@click.option(
    "--told",
    type=click.IntRange(0, 100),
    default=2,
    show_default=True,
    help="Orders that are told in full, of those that show best what POLICY_B does otherwise.",
)
@format_option("every order that was decided differently")
def diff_command(folder: Path, baseline: str, policy: str, replication: int, told: int, form: str) -> None:
    """Tell which orders two policies of a result decided differently, what that did to them, and why.

    Differences are POLICY_B minus POLICY_A, order by order, of one replication. Journals that the run kept are read;
    without them, both policies play it again from the copies in DIR. Orders that are told in full are played again in
    any case, until they have been decided.
    """
    provenance = read_provenance(folder)
    for name, said_by in ((baseline, "POLICY_A"), (policy, "POLICY_B")):
        check_is_one(name, provenance["settings"]["policies"], said_by)
    if baseline == policy:
        raise InputError([Problem("POLICY_B", "is the same as POLICY_A: nothing to compare", value=policy)])
    check_replication(replication, folder, provenance)
    warn_of_changes(folder, provenance)
    _, found = read_variants(folder, provenance, [baseline, policy])
    tell_of_code(found)
    variants = sorted(found, key=lambda variant: variant.name != baseline)
    with (
        tempfile.TemporaryDirectory() as scratch,
        progress(f"{baseline}, {policy}", quiet=False) as tell,
    ):
        journals = list(_journals(folder, variants, replication, Path(scratch), tell))
        with _refused_plainly(folder):
            one = read_side(Task(baseline, replication), journals[0])
            other = read_side(Task(policy, replication), journals[1], one)
            pair = compared(one, other, 0 if form == "csv" else told)
            rows = _rows(pair) if form == "csv" else ""
        if not rows:
            retelling = retelling_of(variants, [pair])
            stories = have_told(retelling, Here(retelling, Path(scratch)), Path(scratch))
            with _refused_plainly(folder):
                content = content_of(pair, stories)
            rows = _written(content, form)
    click.echo(rows, nl=False)


@contextmanager
def _refused_plainly(folder: Path) -> Iterator[None]:
    """Raise as InputError what makes two journals impossible to compare."""
    with of_a_run(folder):
        try:
            yield
        except OtherOrdersError as error:
            rule = "the two did not meet the same orders, which cannot be compared one by one"
            raise InputError([Problem(str(folder), rule)]) from error
        except OSError as error:
            raise InputError([Problem(str(folder), f"a journal cannot be read: {error}")]) from error


def _journals(
    folder: Path, variants: list[Variant], replication: int, scratch: Path, tell: Callable[[int, int], None]
) -> Iterator[Journal]:
    kept = [journal_of(Task(variant.name, replication), folder) for variant in variants]
    missing = [place for place in kept if not (place / "orders.parquet").is_file()]
    for variant, place in zip(variants, kept, strict=True):
        if place not in missing:
            with _refused_plainly(folder):
                journal = Journal.open(place)
            yield journal
            continue
        tell(missing.index(place), len(missing))
        policy = build_policy(variant.source, variant.scenario)
        book, rows = variant.book(replication), scratch / variant.name
        yield simulate(variant.scenario, policy, book, name=variant.name, folder=rows)
        tell(missing.index(place) + 1, len(missing))


def _rows(pair: Pair) -> str:
    """Return a line of CSV for every order that was decided differently."""
    journals = (pair.baseline.journal, pair.policy.journal)
    rows = order_rows(pair.found, np.flatnonzero(pair.found.differently), journals)
    return as_csv(orders_table(pair.content, rows))


def _written(content: dict[str, Any], form: str) -> str:
    # Loaded only now: help does without.
    from reports.diffs import texts as difftexts

    match form:
        case "json":
            return as_json(content) + "\n"
        case "markdown":
            return difftexts.difference_markdown(content)
        case "html":
            return difftexts.difference_page(content) + "\n"
        case _:
            return difftexts.difference_text(content, room())
