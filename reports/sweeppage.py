"""What the page of a sweep says of it, and which of its points the rest of the page is about."""

from __future__ import annotations

from typing import Any

from reports import numbers
from reports.designs import joined
from reports.figures.style import POLICIES
from reports.result import Result
from reports.sentences import replications
from reports.sweep import policies_of, rows_of, sweep_table
from reports.sweepanswer import sweep_answer
from reports.sweeptext import sweep_reading, sweep_tables

_WIDTH = 118  # letters that fit beside each other on the page


def sweep_section(result: Result) -> dict[str, Any]:
    """Return what the page says of a sweep: question, answer, tables, reading; and whether it hides points."""
    swept, summary, rows = result.summary["sweep"], result.summary, rows_of(sweep_table(result))
    keys = joined([entry["key"] for entry in swept["keys"]]) if swept["keys"] else ""
    asked = [f"What happens at other values of {keys}?"] if keys else []
    if any(point["without"] is not None for point in swept["points"]):
        asked.append("What is each rule worth?")
    orders = numbers.fixed(summary["kpis"]["orders"][summary["baseline"]]["mean"] or 0.0, 0)
    runs = f"{len(swept['points'])} points of {joined(list(policies_of(result)))}, {replications(summary)} of about"
    return {
        "question": f"{' '.join(asked)} {runs} {orders} orders each, the same at every point.",
        "answer": sweep_answer(result, rows),
        "tables": sweep_tables(result, rows, _WIDTH),
        "reading": sweep_reading(result, rows),
        "hidden": len(shown_summary(result)["policies"]) < len(summary["policies"]),
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
