"""What the page of a sweep says of it, and which of its points the rest of the page is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports import numbers
from reports.figures.style import POLICIES
from reports.figures.whisker import ends_of
from reports.kpis import KPIS
from reports.numbers import joined
from reports.result import Result
from reports.sentences import other_orders, replications
from reports.sweeps.answer import orders_each, sweep_answer, sweep_reading
from reports.sweeps.points import Listing, by_name, listings
from reports.sweeps.swings import Swings, cells, held, swings
from reports.sweeps.table import FILE_NAME, UNCHANGED, Rows, policies_of, swept_of

_SIGNS = (
    f"Dot and bar: the difference to the {UNCHANGED} point of the same policy, with its interval; dashed: zero."
    " Verdicts are corrected for making {judged} comparisons (Holm)."
)
_LEFT_OUT = f"KPIs of the family that differ at no point are left out. Every point and KPI: {FILE_NAME}."


def sweep_section(result: Result, rows: Rows) -> dict[str, Any]:
    """Return what the page says of a sweep: question, answer, keys, swings, points, reading; whether it hides any."""
    swept, swinging = swept_of(result), swings(result)
    return {
        "question": _question(result),
        "answer": sweep_answer(result, rows),
        "keys": [entry | {"standing": _standing(result, entry["key"])} for entry in swept["keys"]],
        "policies": [_of_policy(result, policy, rows, swinging) for policy in policies_of(result)],
        "held": held(result),
        "reading": f"{sweep_reading(result, rows, _SIGNS)} {_LEFT_OUT}",
        "hidden": len(shown_summary(result)["policies"]) < len(result.summary["policies"]),
    }


def shown_summary(result: Result) -> dict[str, Any]:
    """Return the summary of the points that the page shows one by one: all, or the unchanged ones.

    More points than there are colours cannot be told apart in pictures, and their names fill the page.
    """
    summary = result.summary
    if len(summary["policies"]) <= len(POLICIES):
        return summary
    shown = list(dict.fromkeys([summary["baseline"], *policies_of(result)]))
    return summary | {
        "policies": [name for name in summary["policies"] if name in shown],
        "replications_of": {name: summary["replications_of"][name] for name in shown},
        "kpis": {kpi: {name: found[name] for name in shown} for kpi, found in summary["kpis"].items()},
        "comparison": [row for row in summary["comparison"] if row["policy"] in shown],
    }


def _question(result: Result) -> str:
    swept, summary = swept_of(result), result.summary
    keys = joined([entry["key"] for entry in swept["keys"]]) if swept["keys"] else ""
    asked = [f"What happens at other values of {keys}?"] if keys else []
    if any(point["without"] is not None for point in swept["points"]):
        asked.append("What is each rule worth?")
    runs = f"{len(swept['points'])} points of {joined(list(policies_of(result)))}, {replications(summary)}"
    same = "" if other_orders(result.summary) else ", the same at every point"
    return f"{' '.join(asked)} {runs} of about {orders_each(result)} orders each{same}."


def _standing(result: Result, key: str) -> str:
    """Return the value that a key has where nothing is changed; of each policy, where they differ."""
    points = {point["policy"]: point for point in swept_of(result)["points"]}
    found = {policy: points[policy]["values"][key] for policy in policies_of(result)}
    told = {policy: "none" if value is None else value for policy, value in found.items()}
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return "; ".join(f"{value} ({policy})" for policy, value in told.items())


def _of_policy(result: Result, policy: str, points: Rows, swinging: Sequence[Swings]) -> dict[str, Any]:
    """Return what is said of one policy: its swings, and its points KPI by KPI."""
    rows = [row for row in points if row["of"] == policy]
    return {
        "name": policy,
        "swings": [
            {
                "label": KPIS[found.kpi].label,
                "unit": numbers.unit_shown(found.unit)[1],
                "rows": [cells(result, row) for row in found.rows],
            }
            for found in swinging
            if found.policy == policy
        ],
        "listings": [
            {
                "title": _titled(result, listing),
                "nothing": listing.nothing
                or ("" if listing.kpis else f"No headline KPI differs at any of {listing.count:,} points."),
                "cards": [_card(listing, kpi, rows, points) for kpi in _shown_kpis(result, listing)],
            }
            for listing in listings(result, points)
            if listing.policy == policy
        ],
    }


def _shown_kpis(result: Result, listing: Listing) -> list[str]:
    first = [result.summary["family"][0]] if listing.kind == "best" else []
    return list(dict.fromkeys([*first, *listing.kpis]))


def _titled(result: Result, listing: Listing) -> str:
    """Return the title of points where the page has named their policy."""
    if listing.kind == "curve":
        return f"Over {swept_of(result)['keys'][0]['key']}"
    if listing.kind == "best":
        shown = len(listing.labels)
        of_all = f"{listing.count:,}" if shown == listing.count else f"{shown} best of {listing.count:,}"
        return f"The {of_all} points by {KPIS[result.summary['family'][0]].label}"
    if listing.kind == "changes":
        return "Each change by itself"
    return "What each rule is worth: the set without it, beside the set with all"


def _card(listing: Listing, kpi: str, rows: Rows, points: Rows) -> dict[str, Any]:
    """Return the points of a listing in one KPI; all policies on the same scale."""
    found = by_name(rows)
    unit = found[kpi, listing.policy]["unit"]
    return {
        "kpi": kpi,
        "label": KPIS[kpi].label,
        "better": KPIS[kpi].better,
        "unit": unit,
        "shown_unit": numbers.unit_shown(unit)[1],
        "ends": ends_of(row for row in points if row["kpi"] == kpi),
        "heads": listing.heads,
        "rows": [{"label": label, "found": found[kpi, name]} for name, label in _labels(listing).items()],
    }


def _labels(listing: Listing) -> dict[str, str]:
    """Return by variant what tells it from the others, on one line; what all are compared with comes along."""
    labels = {"changes": {listing.policy: "as it is"}, "rules": {listing.policy: "all rules"}}.get(
        listing.kind, {}
    )
    for name, texts in listing.labels.items():
        pairs = zip(listing.heads, texts, strict=True)
        labels[name] = {
            "best": ", ".join(" ".join(pair) for pair in pairs),
            "rules": f"without {texts[0]}",
        }.get(listing.kind, " ".join(texts))
    return labels
