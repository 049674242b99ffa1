"""Which points of a sweep a reader is shown, in which order, and in which KPIs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reports.kpis import KPIS
from reports.result import Result
from reports.sentences import is_same
from reports.sweeps.table import UNCHANGED, WITHOUT, Rows, policies_of, swept_of

_MOST_SHOWN = 10  # of the points of a grid
_MOST_CHANGES = 24  # one at a time


@dataclass(frozen=True, slots=True)
class Listing:
    """Points of one policy that belong side by side.

    Attributes:
        policy: the name of their unchanged point.
        kind: the response to one key; the best of a grid; every change by itself; the set without each of its rules.
        title: what stands above them.
        heads: what their labels are of: keys, or rules.
        labels: by variant, in the order in which they are shown, a text for each head.
        kpis: those of the family that differ at any point of the policy that is of this kind.
        count: of all points of the policy that are of this kind.
        nothing: what is said in their place where there is nothing to show; else empty.

    """

    policy: str
    kind: Literal["curve", "best", "changes", "rules"]
    title: str
    heads: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    kpis: tuple[str, ...]
    count: int
    nothing: str = ""


def listings(result: Result, points: Rows) -> list[Listing]:
    """Return what is shown of every policy: its response to keys, then what each rule is worth.

    Args:
        result: of a sweep.
        points: the rows of its table.

    """
    keys, found = swept_of(result)["keys"], []
    for policy in policies_of(result):
        rows = [row for row in points if row["of"] == policy]
        varied = [row for row in rows if not row.get(WITHOUT)]
        if len(keys) == 1:
            found.append(_curve(result, policy, varied))
        elif keys and swept_of(result)["one_at_a_time"]:
            found += _changes(result, policy, varied)
        elif keys:
            found += _best(result, policy, varied)
        if WITHOUT in rows[0]:
            found.append(_rules(result, policy, [row for row in rows if row[WITHOUT]]))
    return found


def _curve(result: Result, policy: str, rows: Rows) -> Listing:
    (entry,) = swept_of(result)["keys"]
    values = {row["policy"]: row[entry["key"]] for row in rows}
    if numeric(values.values()):
        values = dict(sorted(values.items(), key=lambda point: float(point[1]) if point[1] else math.inf))
    labels = {name: (value,) for name, value in values.items()}
    kpis = moved(result, rows)
    title = f"{policy} over {entry['key']}"
    nothing = "" if kpis else f"{title}: no headline KPI differs at any point, in any replication."
    return Listing(policy, "curve", title, (entry["short"],), labels, kpis, len(labels), nothing)


def _best(result: Result, policy: str, rows: Rows) -> list[Listing]:
    """Return the points of a grid that are best in the first KPI of the family."""
    kpi, entries = result.summary["family"][0], swept_of(result)["keys"]
    every = ranked(rows, kpi)
    shown = every[:_MOST_SHOWN]
    if not shown:
        return []
    best = f"the {len(shown)} best of " if len(shown) < len(every) else ""
    title = f"{policy}: {best}{len(every)} points by {kpi}, and their differences to the {UNCHANGED} point"
    labels = {row["policy"]: tuple(row[entry["key"]] or UNCHANGED for entry in entries) for row in shown}
    heads = tuple(entry["short"] for entry in entries)
    return [Listing(policy, "best", title, heads, labels, moved(result, rows), len(every))]


def _changes(result: Result, policy: str, rows: Rows) -> list[Listing]:
    """Return what every change by itself does; nothing if none does anything, or nobody would read so many."""
    kpis = moved(result, rows)
    changed = {row["policy"]: row for row in rows if row["policy"] != policy}
    if not kpis or len(changed) > _MOST_CHANGES:
        return []
    usual = next(row for row in rows if row["policy"] == policy)
    labels = {
        name: next(
            (entry["short"], row[entry["key"]])
            for entry in swept_of(result)["keys"]
            if row[entry["key"]] != usual[entry["key"]]
        )
        for name, row in changed.items()
    }
    title = f"each change of {policy}, minus {policy} {UNCHANGED}"
    return [Listing(policy, "changes", title, ("change", "to"), labels, kpis, len(labels))]


def _rules(result: Result, policy: str, rows: Rows) -> Listing:
    """Return what a rule set loses without each of its rules."""
    kpis = moved(result, rows)
    labels = {row["policy"]: (row[WITHOUT],) for row in rows}
    title = f"What each rule of {policy} is worth: the set without it, minus the set with all"
    nothing = (
        "" if kpis else f"{policy}: without any one of its rules, no headline KPI differs in any replication."
    )
    return Listing(policy, "rules", title, ("without rule",), labels, kpis, len(labels), nothing)


def ranked(rows: Rows, kpi: str) -> list[dict[str, Any]]:
    """Return the rows of one KPI in which it is defined, the best looking first."""
    sign = 1.0 if KPIS[kpi].better == "lower" else -1.0
    found = [row for row in rows if row["kpi"] == kpi and row["mean"] is not None]
    return sorted(found, key=lambda row: sign * row["mean"])


def moved(result: Result, rows: Rows) -> tuple[str, ...]:
    """Return the KPIs of the family that differ somewhere from the unchanged point."""
    found = {row["kpi"] for row in rows if differs(row)}
    return tuple(kpi for kpi in result.summary["family"] if kpi in found)


def differs(row: Mapping[str, Any]) -> bool:
    """Whether a point differs from the unchanged one, in any replication."""
    return row["difference"] is not None and not is_same(dict(row))


def numeric(values: Iterable[str]) -> bool:
    """Whether values are numbers, those that stand nowhere left aside."""
    try:
        return all(math.isfinite(float(value)) for value in values if value)
    except ValueError:
        return False


def by_name(rows: Rows) -> dict[tuple[str, str], dict[str, Any]]:
    """Return rows by KPI and variant."""
    return {(row["kpi"], row["policy"]): row for row in rows}


def shorts(result: Result) -> dict[str, str]:
    """Return by key the name that fits into a table."""
    entries: Sequence[dict[str, Any]] = swept_of(result)["keys"]
    return {entry["key"]: entry["short"] for entry in entries}
