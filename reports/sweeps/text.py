"""A sweep as plain text: response curves, swings, the best points, and what each rule is worth."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from reports import numbers
from reports.layout import table, tables
from reports.result import Result
from reports.sentences import limits, replications, still_open
from reports.statistics import BETTER, TOO_FEW, WORSE
from reports.sweeps.answer import orders_each, sweep_answer, sweep_reading
from reports.sweeps.points import Listing, by_name, differs, listings
from reports.sweeps.swings import Swings, cells, held, swings
from reports.sweeps.table import FILE_NAME, UNCHANGED, Rows, policies_of, rows_of, sweep_table, swept_of

_MARKS = {BETTER: " b", WORSE: " w", TOO_FEW: " ?"}
_NO_MARK = "  "
_SIGNS = (
    f"b, w: better or worse than {UNCHANGED}, corrected for making {{judged}} comparisons (Holm). ?: too few"
    " replications to say. No letter: not distinguishable, and precise enough to show a difference of 1 % (of a share:"
    " 0.5 percentage points, pp)."
)
_LONGEST_RULE = 44
_SWING_HEADS = {
    "key": "key", "lowest": "lowest", "lowest_at": "at", "highest": "highest", "highest_at": "at", "swing": "swing",
    "interval": "95 % interval",
}  # fmt: skip


def sweep_text(result: Result, width: int = 100) -> str:
    """Say what a sweep found: the answer, then for each policy its response to keys, and how that is to be read.

    Args:
        result: of a sweep.
        width: columns of the terminal; a wider table continues below, a few KPIs at a time.

    Raises:
        InputError: if it is not the result of a sweep.

    """
    rows, summary = rows_of(sweep_table(result)), result.summary
    # What is said of one replication stands at the end.
    sentences = [
        *sweep_answer(result, rows),
        *(limits if summary["replications"] > 1 else still_open)(summary),
    ]
    files = f"Every point and KPI: {FILE_NAME}. All against {summary['baseline']}: comparison.csv."
    reading = textwrap.fill(f"{sweep_reading(result, rows, _SIGNS)} {files}", width)
    answer = [textwrap.fill(sentence, width) for sentence in sentences]
    blocks = [_title(result, width), *answer, *_tables(result, rows, width), reading]
    return numbers.plain("\n\n".join(blocks) + "\n")


def _tables(result: Result, points: Rows, width: int) -> list[str]:
    """Return the response to one key, or the swings over several and their points; and what each rule is worth."""
    shown, swinging, blocks = listings(result, points), swings(result), []
    for policy in policies_of(result):
        rows = [row for row in points if row["of"] == policy]
        if len(swept_of(result)["keys"]) > 1:
            blocks += _swings(result, policy, swinging)
        for listing in shown:
            if listing.policy == policy:
                blocks += [listing.nothing] if listing.nothing else _listed(result, listing, rows, width)
    return blocks


def _title(result: Result, width: int) -> str:
    summary = result.summary
    about, count = summary["about"], len(summary["sweep"]["points"])
    names = dict.fromkeys(name for name in (about.get("scenario"), about.get("title")) if name)
    facts = (f"{count} points", replications(summary), f"{orders_each(result)} orders in each")
    return textwrap.fill(f"{' - '.join(names)}: {', '.join(facts)}", width)


def _listed(result: Result, listing: Listing, rows: Rows, width: int) -> list[str]:
    """Return the tables of some points."""
    order = list(listing.labels)
    if listing.kind == "curve":
        others = [name for name in order if name != listing.policy]
        minus = f"minus {listing.policy} {UNCHANGED}"
        return [
            f"{listing.title}\n{tables(_left(listing, order), _columns(rows, order, listing.kpis, _mean), width)}",
            f"{minus}\n{tables(_left(listing, others), _columns(rows, others, listing.kpis, _difference), width)}",
        ]
    columns = _columns(rows, order, listing.kpis, _difference)
    if listing.kind == "best":
        kpi = result.summary["family"][0]
        columns = [*_columns(rows, order, [kpi], _mean, f"mean {kpi}"), *columns]
    return [f"{textwrap.fill(listing.title, width)}\n{tables(_left(listing, order), columns, width)}"]


def _left(listing: Listing, order: Sequence[str]) -> list[list[str]]:
    """Return a column for what each label is of."""
    columns = []
    for place, head in enumerate(listing.heads):
        texts = [listing.labels[name][place] for name in order]
        if listing.kind == "curve":
            marked = {listing.policy: f" ({UNCHANGED})"}
            texts = [f"{text}{marked.get(name, '')}".strip() for name, text in zip(order, texts, strict=True)]
        if listing.kind == "rules":
            texts = [textwrap.shorten(text, _LONGEST_RULE, placeholder=" …") for text in texts]
        columns.append([head, "", *texts])
    return columns


def _swings(result: Result, policy: str, swinging: Sequence[Swings]) -> list[str]:
    """Return the tornado tables of a policy."""
    blocks = []
    for found in swinging:
        if found.policy != policy:
            continue
        each = [cells(result, row) for row in found.rows]
        columns = [[head, *(row[name] for row in each)] for name, head in _SWING_HEADS.items()]
        unit = numbers.unit_shown(found.unit)[1]
        heading = f"{policy}: swing of {found.kpi}, {unit}, over each key, {held(result)}"
        blocks.append(f"{heading}\n{table(columns[:1], columns[1:])}")
    return blocks or [f"{policy}: {result.summary['family'][0]} does not swing over any key."]


def _columns(
    rows: Rows,
    order: Sequence[str],
    kpis: Sequence[str],
    cell: Callable[[dict[str, Any]], str],
    head: str = "",
) -> list[list[str]]:
    """Return a column for each KPI: its name or another head, its unit, and a cell for each point."""
    found, columns = by_name(rows), []
    for kpi in kpis:
        unit = found[kpi, order[0]]["unit"]
        shown = (
            numbers.unit_of_difference(unit) + _NO_MARK
            if cell is _difference
            else numbers.unit_shown(unit)[1]
        )
        columns.append([head or kpi, shown, *(cell(found[kpi, name]) for name in order)])
    return columns


def _mean(row: dict[str, Any]) -> str:
    return numbers.estimate(row["mean"], row["half_width"], row["unit"])


def _difference(row: dict[str, Any]) -> str:
    """Write a difference with the half-width of its interval, and its verdict as a letter."""
    difference, low = row["difference"], row["low"]
    if difference is None:
        return numbers.MISSING + _NO_MARK
    if not differs(row):
        return "0" + _NO_MARK
    text = numbers.estimate(difference, None if low is None else difference - low, row["unit"])
    sign = "" if text.startswith(numbers.MINUS) or difference == 0.0 else "+"
    return f"{sign}{text}{_MARKS.get(row['verdict'], _NO_MARK)}"
