"""The pictures of a sweep: responses, swings, and pairs of keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.figures import Picture
from reports.figures.heatmap import heatmap
from reports.figures.response import Curve, response
from reports.figures.tornado import tornado_bars
from reports.gallery import Group
from reports.kpis import KPIS
from reports.result import Result
from reports.sentences import other_orders
from reports.sweeps.points import by_name, moved, numeric, ranked, shorts
from reports.sweeps.swings import Swings, held, swings
from reports.sweeps.table import WITHOUT, Rows, policies_of, swept_of

RESPONSES = "responses"
"""The group of pictures of all policies; that of the policy at place n, from 1, is called `sweep-n`."""

_MOST_KEYS = 6  # of which the response is drawn, one at a time


def sweep_gallery(result: Result, points: Rows, shown: Sequence[str]) -> list[Group]:
    """Draw all pictures of a sweep.

    Args:
        result: of a sweep.
        points: the rows of its table.
        shown: names of the variants that the page shows; the place of an unchanged one gives its policy's colour.

    """
    rows = [row for row in points if not row.get(WITHOUT)]
    groups, swinging = [], swings(result)
    if pictures := _responses(result, rows, shown, swinging):
        groups.append(Group(RESPONSES, "How results respond", pictures))
    for number, policy in enumerate(policies_of(result), start=1):
        name, own = f"sweep-{number}", [row for row in rows if row["of"] == policy]
        if pictures := [
            *_tornadoes(result, policy, shown, name, own, swinging),
            *_heatmaps(result, policy, name, own, swinging),
        ]:
            groups.append(Group(name, policy, pictures))
    return groups


def _responses(result: Result, rows: Rows, shown: Sequence[str], swinging: Sequence[Swings]) -> list[Picture]:
    """Draw every KPI that moves, over the only key; or the first KPI over each key, if one was changed at a time."""
    swept = swept_of(result)
    if len(swept["keys"]) == 1:
        (entry,) = swept["keys"]
        return [_response(result, entry, kpi, rows, shown) for kpi in moved(result, rows)]
    if not swept["one_at_a_time"]:
        return []
    kpi = result.summary["family"][0]
    order = dict.fromkeys(
        row["key"] for found in swinging if found.kpi == kpi for row in found.rows if row["swing"]
    )
    entries = {entry["key"]: entry for entry in swept["keys"]}
    return [_response(result, entries[key], kpi, rows, shown) for key in list(order)[:_MOST_KEYS]]


def _response(
    result: Result, entry: Mapping[str, Any], kpi: str, rows: Rows, shown: Sequence[str]
) -> Picture:
    key, keys = entry["key"], [each["key"] for each in swept_of(result)["keys"]]
    curves = []
    for policy in policies_of(result):
        own = {row["policy"]: row for row in rows if row["of"] == policy and row["kpi"] == kpi}
        usual = own[policy]
        points = {
            row[key]: row
            for row in own.values()
            if all(row[other] == usual[other] for other in keys if other != key)
        }
        listed = {value: points[value] for value in [usual[key], *entry["values"]] if value in points}
        curves.append(Curve(policy, shown.index(policy), listed))
    number = 1 + keys.index(key)
    name = f"response-{kpi.replace('_', '-')}" + (f"-{number}" if len(keys) > 1 else "")
    return response(name, kpi, key, curves, key not in other_orders(result.summary))


def _tornadoes(
    result: Result, policy: str, shown: Sequence[str], name: str, rows: Rows, swinging: Sequence[Swings]
) -> list[Picture]:
    pictures = []
    for found in swinging:
        if found.policy == policy:
            bars = [row | {"short": shorts(result)[row["key"]]} for row in found.rows]
            unchanged = by_name(rows)[found.kpi, policy]["mean"]
            of_kpi = f"{name}-tornado-{found.kpi.replace('_', '-')}"
            pictures.append(tornado_bars(of_kpi, policy, shown.index(policy), bars, unchanged, held(result)))
    return pictures


def _heatmaps(
    result: Result, policy: str, name: str, rows: Rows, swinging: Sequence[Swings]
) -> list[Picture]:
    """Draw the two keys over which a KPI swings most, the others as they are at the point that looks best."""
    if swept_of(result)["one_at_a_time"]:
        return []
    pictures = []
    for found in swinging:
        if found.policy != policy or KPIS[found.kpi].better is None or len(found.rows) < 2:
            continue
        first, second = (row["key"] for row in found.rows[:2])
        entries = {entry["key"]: entry for entry in swept_of(result)["keys"]}
        others = [key for key in entries if key not in (first, second)]
        own = [row for row in rows if row["kpi"] == found.kpi]
        # The unchanged point is beside the grid where what stands there is none of the values.
        best = next(
            row for row in ranked(own, found.kpi) if all(row[key] in entries[key]["values"] for key in others)
        )
        cells = {
            (row[first], row[second]): row for row in own if all(row[key] == best[key] for key in others)
        }
        values = tuple(
            _in_order([value for value in entries[key]["values"] if any(value in place for place in cells)])
            for key in (first, second)
        )
        cells = {
            place: row for place, row in cells.items() if place[0] in values[0] and place[1] in values[1]
        }
        words = ", ".join(f"{shorts(result)[key]} {best[key]}" for key in others)
        pictures.append(
            heatmap(
                f"{name}-heatmap-{found.kpi.replace('_', '-')}",
                found.kpi,
                (shorts(result)[first], shorts(result)[second]),
                (values[0], values[1]),
                cells,
                f"at {words}, where it looks best" if words else "",
            )
        )
    return pictures


def _in_order(values: Sequence[str]) -> Sequence[str]:
    return sorted(values, key=float) if numeric(values) else values
