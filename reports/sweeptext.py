"""A sweep as plain text: response curves, swings, the best points, and what each rule is worth."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reports import numbers
from reports.kpis import KPIS
from reports.result import Result
from reports.sentences import replications
from reports.statistics import BETTER, TOO_FEW, WORSE
from reports.sweep import FILE_NAME, UNCHANGED, WITHOUT, contenders, policies_of, sweep_table, tornado
from reports.terminal import table, tables

_Rows = Sequence[dict[str, Any]]
"""Rows of the table of a sweep."""

_MARKS = {BETTER: " b", WORSE: " w", TOO_FEW: " ?"}
_NO_MARK = "  "
_MOST_SHOWN = 10  # of the points of a grid
_MOST_CHANGES = 24  # one at a time
_LONGEST_RULE = 44


def sweep_text(result: Result, width: int = 100) -> str:
    """Say what a sweep found: for each policy its response to one key, or the swings over several and the best points.

    Args:
        result: of a sweep.
        width: columns of the terminal; a wider table continues below, a few KPIs at a time.

    """
    swept = result.summary["sweep"]
    points: list[dict[str, Any]] = sweep_table(result).to_dict("records")  # type: ignore[assignment]
    blocks = [_title(result, width)]
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
    judged = sum(1 for row in points if row["p_holm"] == row["p_holm"])
    blocks.append(textwrap.fill(_reading(result, judged), width))
    # A spreadsheet takes only a hyphen for a minus.
    return ("\n\n".join(blocks) + "\n").replace(numbers.MINUS, "-").replace("\u00a0", " ")


def best_sentence(result: Result, policy: str) -> str:
    """Say which point of a policy looks best in the first KPI of the family, and which others may be."""
    kpi = result.summary["family"][0]
    points = {point["policy"]: point for point in result.summary["sweep"]["points"]}
    count = sum(1 for point in points.values() if point["of"] == policy and point["without"] is None)
    left = contenders(result, policy, kpi)
    if not left:
        return f"{policy}: {KPIS[kpi].label} is defined at no point."
    unit = KPIS[kpi].unit_in(result.summary["about"].get("currency", "money"))
    found = result.summary["kpis"][kpi][left[0]]
    mean = numbers.estimate(found["mean"], found["half_width"], unit)
    text = (
        f"Of {count} points of {policy}, the best in {KPIS[kpi].label} looks to be {_place(result, points[left[0]])}:"
        f" {mean} {numbers.unit_shown(unit)[1]}."
    )
    if found["n"] < 2:
        return f"{text} One replication cannot say whether it is."
    if len(left) == 1:
        return f"{text} It is, with 95 % confidence, corrected for the choice among {count}."
    others = "; ".join(_place(result, points[name]) for name in left[1:4])
    more = f"; and {len(left) - 4} more" if len(left) > 4 else ""
    return f"{text} With 95 % confidence the best is that, or one that looks close: {others}{more}."


def _place(result: Result, point: dict[str, Any]) -> str:
    """Return the values of a point in words."""
    values = [
        f"{entry['short']} {_shown(point['values'][entry['key']])}"
        for entry in result.summary["sweep"]["keys"]
    ]
    return ", ".join(values) + (f" ({UNCHANGED})" if point["policy"] == point["of"] else "")


def _shown(value: str | None) -> str:
    return "as it is" if value is None else value


def _title(result: Result, width: int) -> str:
    summary = result.summary
    about, count = summary["about"], len(summary["sweep"]["points"])
    names = dict.fromkeys(name for name in (about.get("scenario"), about.get("title")) if name)
    orders = summary["kpis"]["orders"][summary["baseline"]]["mean"] or 0.0
    facts = (f"{count} points", replications(summary), f"{numbers.fixed(orders, 0)} orders in each")
    return textwrap.fill(f"{' - '.join(names)}: {', '.join(facts)}", width)


def _curve(result: Result, policy: str, rows: _Rows, width: int) -> list[str]:
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
        textwrap.fill(best_sentence(result, policy), width),
    ]


def _swings(result: Result, policy: str) -> list[str]:
    """Return the tornado tables of a policy: of the cost, and of late orders if their share swings."""
    first = result.summary["family"][0]
    how = "the others unchanged" if result.summary["sweep"]["one_at_a_time"] else "averaged over the others"
    short = {entry["key"]: entry["short"] for entry in result.summary["sweep"]["keys"]}
    blocks = []
    for kpi in dict.fromkeys([first, "late_share"]):
        rows = [row for row in tornado(result, kpi).to_dict("records") if row["policy"] == policy]
        if not any(row["swing"] for row in rows):
            continue
        columns: list[list[str]] = [["lowest"], ["at"], ["highest"], ["at"], ["swing"], ["95 % interval"]]
        for row in rows:
            unit, low = row["unit"], _defined(row["low"])
            half_width = None if low is None else row["swing"] - low
            swing = {"difference": row["swing"], "low": low, "high": _defined(row["high"]), "unit": unit}
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


def _best_of_grid(result: Result, policy: str, rows: _Rows, width: int) -> list[str]:
    """Return the points of a grid that are best in the first KPI of the family."""
    kpi, entries = result.summary["family"][0], result.summary["sweep"]["keys"]
    sign = 1.0 if KPIS[kpi].better == "lower" else -1.0
    ranked = [row for row in rows if row["kpi"] == kpi and _defined(row["mean"]) is not None]
    ranked.sort(key=lambda row: sign * row["mean"])
    shown = ranked[:_MOST_SHOWN]
    if not shown:
        return [best_sentence(result, policy)]
    left = [[entry["short"], "", *(row[entry["key"]] or UNCHANGED for row in shown)] for entry in entries]
    order = [row["policy"] for row in shown]
    columns = _columns(rows, order, [kpi], _mean)
    columns[0][0] = f"mean {kpi}"
    columns += _columns(rows, order, _moved(result, rows), _difference)
    best = f"the {len(shown)} best of " if len(shown) < len(ranked) else ""
    heading = f"{policy}: {best}{len(ranked)} points by {kpi}, and their differences to the unchanged point"
    return [
        f"{textwrap.fill(heading, width)}\n{tables(left, columns, width)}",
        textwrap.fill(best_sentence(result, policy), width),
    ]


def _changes(result: Result, policy: str, rows: _Rows, width: int) -> list[str]:
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


def _worth(result: Result, policy: str, rows: _Rows, width: int) -> list[str]:
    """Return what a rule set loses without each of its rules."""
    names = _moved(result, rows)
    if not names:
        return [f"{policy}: without any one of its rules, no headline KPI differs in any replication."]
    rules = {row["policy"]: row[WITHOUT] for row in rows}
    labels = [textwrap.shorten(rule, _LONGEST_RULE, placeholder=" …") for rule in rules.values()]
    columns = _columns(rows, list(rules), names, _difference)
    heading = f"What each rule of {policy} is worth: the set without it, minus the set with all"
    return [f"{textwrap.fill(heading, width)}\n{tables([['without rule', '', *labels]], columns, width)}"]


def _moved(result: Result, rows: _Rows) -> list[str]:
    """Return the KPIs of the family that differ somewhere from the unchanged point."""
    moved = {row["kpi"] for row in rows if _differs(row)}
    return [kpi for kpi in result.summary["family"] if kpi in moved]


def _differs(row: dict[str, Any]) -> bool:
    return _defined(row["difference"]) is not None and (
        row["difference"] != 0.0 or _defined(row["low"]) not in (0.0, None)
    )


def _columns(
    rows: _Rows, order: Sequence[str], kpis: Sequence[str], cell: Callable[[dict[str, Any]], str]
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
    return numbers.estimate(_defined(row["mean"]), _defined(row["half_width"]), row["unit"])


def _difference(row: dict[str, Any]) -> str:
    """Write a difference with the half-width of its interval, and its verdict as a letter."""
    difference, low = _defined(row["difference"]), _defined(row["low"])
    if difference is None:
        return numbers.MISSING + _NO_MARK
    if not _differs(row):
        return "0" + _NO_MARK
    text = numbers.estimate(difference, None if low is None else difference - low, row["unit"])
    sign = "" if text.startswith(numbers.MINUS) or difference == 0.0 else "+"
    return f"{sign}{text}{_MARKS.get(row['verdict'], _NO_MARK)}"


def _defined(number: float) -> float | None:
    return None if math.isnan(number) else number


def _numeric(values: Iterable[str]) -> bool:
    try:
        return all(math.isfinite(float(value)) for value in values if value)
    except ValueError:
        return False


def _rank(value: str) -> float:
    return float(value) if value else math.inf


def _reading(result: Result, judged: int) -> str:
    summary = result.summary
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
