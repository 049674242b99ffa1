"""A sweep as plain text: response curves, swings, the best points, and what each rule is worth."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reports import numbers
from reports.kpis import KPIS
from reports.layout import table, tables
from reports.result import Result
from reports.sentences import is_same, replications, still_open
from reports.statistics import BETTER, TOO_FEW, WORSE
from reports.sweep import FILE_NAME, UNCHANGED, WITHOUT, Rows, policies_of, rows_of, sweep_table, tornado
from reports.sweepanswer import sweep_answer

_MARKS = {BETTER: " b", WORSE: " w", TOO_FEW: " ?"}
_NO_MARK = "  "
_MOST_SHOWN = 10  # of the points of a grid
_MOST_CHANGES = 24  # one at a time
_LONGEST_RULE = 44


def sweep_text(result: Result, width: int = 100) -> str:
    """Say what a sweep found: the answer, then for each policy its response to keys, and how that is to be read.

    Args:
        result: of a sweep.
        width: columns of the terminal; a wider table continues below, a few KPIs at a time.

    """
    rows = rows_of(sweep_table(result))
    answer = [
        textwrap.fill(sentence, width)
        for sentence in [*sweep_answer(result, rows), *still_open(result.summary)]
    ]
    reading = textwrap.fill(sweep_reading(result, rows), width)
    blocks = [_title(result, width), *answer, *sweep_tables(result, rows, width), reading]
    # A spreadsheet takes only a hyphen for a minus, and nobody can search for a space that is none.
    return ("\n\n".join(blocks) + "\n").replace(numbers.MINUS, "-").replace("\u00a0", " ")


def sweep_tables(result: Result, points: Rows, width: int) -> list[str]:
    """Return the response to one key, or the swings over several and their points; and what each rule is worth."""
    swept = result.summary["sweep"]
    blocks: list[str] = []
    for policy in policies_of(result):
        rows = [row for row in points if row["of"] == policy]
        varied = [row for row in rows if not row.get(WITHOUT)]
        if len(swept["keys"]) == 1:
            blocks += _curve(result, policy, varied, width)
        elif swept["keys"]:
            blocks += _swings(result, policy)
            each = _changes if swept["one_at_a_time"] else _best_of_grid
            blocks += each(result, policy, varied, width)
        if WITHOUT in rows[0]:
            blocks += _worth(result, policy, [row for row in rows if row[WITHOUT]], width)
    return blocks


def _title(result: Result, width: int) -> str:
    summary = result.summary
    about, count = summary["about"], len(summary["sweep"]["points"])
    names = dict.fromkeys(name for name in (about.get("scenario"), about.get("title")) if name)
    orders = [row["mean"] or 0.0 for row in summary["kpis"]["orders"].values()]
    fewest, most = numbers.fixed(min(orders), 0), numbers.fixed(max(orders), 0)
    many = fewest if fewest == most else f"{fewest} to {most}"
    facts = (f"{count} points", replications(summary), f"{many} orders in each")
    return textwrap.fill(f"{' - '.join(names)}: {', '.join(facts)}", width)


def _curve(result: Result, policy: str, rows: Rows, width: int) -> list[str]:
    """Return the response of one policy to one key."""
    (entry,) = result.summary["sweep"]["keys"]
    values = {row["policy"]: row[entry["key"]] for row in rows}
    order = sorted(values, key=lambda name: _rank(values[name]) if _numeric(values.values()) else 0.0)
    names = _moved(result, rows)
    if not names:
        return [f"{policy} over {entry['key']}: no headline KPI differs at any point, in any replication."]
    labels = {
        name: f"{values[name]} ({UNCHANGED})".strip() if name == policy else values[name] for name in order
    }
    every = [[entry["short"], "", *labels.values()]]
    others = [name for name in order if name != policy]
    left = [[entry["short"], "", *(labels[name] for name in others)]]
    return [
        f"{policy} over {entry['key']}\n{tables(every, _columns(rows, order, names, _mean), width)}",
        f"minus {policy} unchanged\n{tables(left, _columns(rows, others, names, _difference), width)}",
    ]


def _swings(result: Result, policy: str) -> list[str]:
    """Return the tornado tables of a policy: of the cost, and of late orders if their share swings."""
    first = result.summary["family"][0]
    how = "the others unchanged" if result.summary["sweep"]["one_at_a_time"] else "averaged over the others"
    short = {entry["key"]: entry["short"] for entry in result.summary["sweep"]["keys"]}
    blocks = []
    for kpi in dict.fromkeys([first, "late_share"]):
        rows = [row for row in rows_of(tornado(result, kpi)) if row["policy"] == policy]
        if not any(row["swing"] for row in rows):
            continue
        columns: list[list[str]] = [["lowest"], ["at"], ["highest"], ["at"], ["swing"], ["95 % interval"]]
        for row in rows:
            unit, low = row["unit"], row["low"]
            half_width = None if low is None else row["swing"] - low
            swing = {"difference": row["swing"], "low": low, "high": row["high"], "unit": unit}
            cells = (
                _with_places_of(half_width, row["lowest"], unit),
                row["lowest_at"],
                _with_places_of(half_width, row["highest"], unit),
                row["highest_at"],
                numbers.difference(swing).lstrip("+"),
                numbers.interval(swing),
            )
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
        heading = f"{policy}: swing of {kpi}, {numbers.unit_shown(rows[0]['unit'])[1]}, over each key, {how}"
        blocks.append(f"{heading}\n{table([['key', *(short[row['key']] for row in rows)]], columns)}")
    return blocks or [f"{policy}: {first} does not swing over any key."]


def _with_places_of(half_width: float | None, mean: float, unit: str) -> str:
    return numbers.estimate(mean, half_width, unit).partition(" ±")[0]


def _best_of_grid(result: Result, policy: str, rows: Rows, width: int) -> list[str]:
    """Return the points of a grid that are best in the first KPI of the family."""
    kpi, entries = result.summary["family"][0], result.summary["sweep"]["keys"]
    sign = 1.0 if KPIS[kpi].better == "lower" else -1.0
    ranked = [row for row in rows if row["kpi"] == kpi and row["mean"] is not None]
    ranked.sort(key=lambda row: sign * row["mean"])
    shown = ranked[:_MOST_SHOWN]
    if not shown:
        return []
    left = [[entry["short"], "", *(row[entry["key"]] or UNCHANGED for row in shown)] for entry in entries]
    order = [row["policy"] for row in shown]
    columns = _columns(rows, order, [kpi], _mean)
    columns[0][0] = f"mean {kpi}"
    columns += _columns(rows, order, _moved(result, rows), _difference)
    best = f"the {len(shown)} best of " if len(shown) < len(ranked) else ""
    heading = f"{policy}: {best}{len(ranked)} points by {kpi}, and their differences to the unchanged point"
    return [f"{textwrap.fill(heading, width)}\n{tables(left, columns, width)}"]


def _changes(result: Result, policy: str, rows: Rows, width: int) -> list[str]:
    """Return what every change by itself does."""
    names = _moved(result, rows)
    changed = {row["policy"]: row for row in rows if row["policy"] != policy}
    if not names or len(changed) > _MOST_CHANGES:
        return []
    usual = next(row for row in rows if row["policy"] == policy)
    left: list[list[str]] = [["change", ""], ["to", ""]]
    for row in changed.values():
        (entry,) = [
            each for each in result.summary["sweep"]["keys"] if row[each["key"]] != usual[each["key"]]
        ]
        left[0].append(entry["short"])
        left[1].append(row[entry["key"]])
    columns = _columns(rows, list(changed), names, _difference)
    return [f"each change of {policy}, minus {policy} unchanged\n{tables(left, columns, width)}"]


def _worth(result: Result, policy: str, rows: Rows, width: int) -> list[str]:
    """Return what a rule set loses without each of its rules."""
    names = _moved(result, rows)
    if not names:
        return [f"{policy}: without any one of its rules, no headline KPI differs in any replication."]
    rules = {row["policy"]: row[WITHOUT] for row in rows}
    labels = [textwrap.shorten(rule, _LONGEST_RULE, placeholder=" …") for rule in rules.values()]
    columns = _columns(rows, list(rules), names, _difference)
    heading = f"What each rule of {policy} is worth: the set without it, minus the set with all"
    return [f"{textwrap.fill(heading, width)}\n{tables([['without rule', '', *labels]], columns, width)}"]


def _moved(result: Result, rows: Rows) -> list[str]:
    """Return the KPIs of the family that differ somewhere from the unchanged point."""
    moved = {row["kpi"] for row in rows if _differs(row)}
    return [kpi for kpi in result.summary["family"] if kpi in moved]


def _differs(row: dict[str, Any]) -> bool:
    return row["difference"] is not None and not is_same(row)


def _columns(
    rows: Rows, order: Sequence[str], kpis: Sequence[str], cell: Callable[[dict[str, Any]], str]
) -> list[list[str]]:
    """Return a column for each KPI: its name, its unit, and a cell for each point."""
    found = {(row["kpi"], row["policy"]): row for row in rows}
    columns = []
    for kpi in kpis:
        unit = found[kpi, order[0]]["unit"]
        shown = (
            numbers.unit_of_difference(unit) + _NO_MARK
            if cell is _difference
            else numbers.unit_shown(unit)[1]
        )
        columns.append([kpi, shown, *(cell(found[kpi, name]) for name in order)])
    return columns


def _mean(row: dict[str, Any]) -> str:
    return numbers.estimate(row["mean"], row["half_width"], row["unit"])


def _difference(row: dict[str, Any]) -> str:
    """Write a difference with the half-width of its interval, and its verdict as a letter."""
    difference, low = row["difference"], row["low"]
    if difference is None:
        return numbers.MISSING + _NO_MARK
    if not _differs(row):
        return "0" + _NO_MARK
    text = numbers.estimate(difference, None if low is None else difference - low, row["unit"])
    sign = "" if text.startswith(numbers.MINUS) or difference == 0.0 else "+"
    return f"{sign}{text}{_MARKS.get(row['verdict'], _NO_MARK)}"


def _numeric(values: Iterable[str]) -> bool:
    try:
        return all(math.isfinite(float(value)) for value in values if value)
    except ValueError:
        return False


def _rank(value: str) -> float:
    return float(value) if value else math.inf


def sweep_reading(result: Result, rows: Rows) -> str:
    """Return how the tables of a sweep are to be read."""
    summary = result.summary
    judged = sum(1 for row in rows if row["p_holm"] is not None)
    if summary["replications"] == 1:
        text = "One replication has no interval, and allows no verdict."
    else:
        text = (
            "± is half of the 95 % interval over replications; differences are taken replication by replication on"
            f" the same orders. b, w: better or worse than unchanged, corrected for making {judged} comparisons (Holm)."
            " ?: too few replications to say. No letter: not distinguishable, and precise enough to show a difference"
            " of 1 % (of a share: 0.5 percentage points, pp)."
        )
        if len(summary["sweep"]["keys"]) > 1:
            text += " Intervals of swings hold for all pairs of values of a key at once."
    return f"{text} Every point and KPI: {FILE_NAME}. All against {summary['baseline']}: comparison.csv."
