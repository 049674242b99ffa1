"""The story of one order as data, from which it is told in every form.

Names stand instead of positions, moments as text, money as in the journal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reports.stories.names import Names
from sim.clock import NEVER
from sim.decision.record import Comparison, RuleRecord, Weighing
from sim.execution.story import Decision, Story
from sim.policy import Backorder, Cancel, Care, Hold, Part, Wait


def story_content(story: Story, file: str = "") -> dict[str, Any]:
    """Return the story of an order as what JSON can hold. Moments are UTC, lines count from 0.

    Args:
        story: from `sim.execution.story.tell`.
        file: of the policy, to name it where it gives no reasons.

    """
    names = Names(story.scenario)
    rows = {table: [_plain(row) for row in found] for table, found in story.rows.items()}
    decided = rows.pop("decisions")
    return {
        "scenario": story.scenario.id,
        "title": story.scenario.name or story.scenario.id,
        "currency": story.scenario.currency,
        "timezone": story.scenario.timezone,
        "policy": story.policy,
        "file": file,
        "replication": story.replication,
        "order": rows.pop("orders")[0],
        "goods": _goods(story, names),
        "decisions": [
            {**row, **_decision(decision, names)}
            for row, decision in zip(decided, story.decisions, strict=True)
        ],
        **rows,
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _text(value) if isinstance(value, datetime) else value for key, value in row.items()}


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _goods(story: Story, names: Names) -> list[dict[str, Any]]:
    """Return what was ordered; nothing where no decision was asked for, because the payment was declined."""
    if not story.decisions:
        return []
    request = story.decisions[0].request
    return [
        {"item": names.items[item], "units": units}
        for item, units in zip(request.items, request.ordered, strict=True)
    ]


def _decision(decision: Decision, names: Names) -> dict[str, Any]:
    request, answer = decision.request, decision.answer
    return {
        "moves_from": names.warehouses[request.moves_from] if request.moves_from >= 0 else None,
        "at": _text(names.at(decision.at)),
        "lines": [
            {"line": line, "item": names.items[request.items[line]], "units": request.units[line]}
            for line in request.open
        ],
        "rules": [_record(record, names) for record in decision.records],
        "parts": _parts(answer.parts, names),
        "holds": _holds(answer.holds, names),
    }


def _record(record: RuleRecord, names: Names) -> dict[str, Any]:
    return {
        "rule": record.rule,
        "lines": list(record.lines),
        "left": list(record.left),
        "removed": [
            {"filter": word, "warehouses": [names.warehouses[site] for site in sites]}
            for word, sites in record.removed
        ],
        "dropped": list(record.dropped),
        "comparisons": [_comparison(comparison, names) for comparison in record.comparisons],
        "parts": _parts(record.parts, names),
        "holds": _holds(record.holds, names),
        "runner_up": [names.warehouses[site] for site in record.runner_up],
        "margin": record.margin,
        "decided_by": record.decided_by,
        "outcome": record.outcome,
        "capped": record.capped,
        "soft": list(record.soft),
    }


def _comparison(comparison: Comparison, names: Names) -> dict[str, Any]:
    return {
        "lines": list(comparison.lines),
        "chosen": names.warehouses[comparison.chosen] if comparison.chosen >= 0 else None,
        "keys": [
            {"key": key, **weighing._asdict()}
            for key, weighing in zip(
                comparison.keys, comparison.weighing or [Weighing()] * len(comparison.keys), strict=True
            )
        ],
        "candidates": [
            {
                "warehouse": names.warehouses[candidate.warehouse],
                "has": list(candidate.has),
                "service": names.services[candidate.service] if candidate.service >= 0 else None,
                "expected_at": _text(names.at(candidate.arrives_at))
                if candidate.arrives_at < NEVER
                else None,
                "keys": [
                    {"key": key, "value": value if math.isfinite(value) else None}
                    for key, value in zip(comparison.keys, candidate.values, strict=True)
                ],
            }
            for candidate in comparison.candidates
        ],
    }


def _parts(parts: Sequence[Part], names: Names) -> list[dict[str, Any]]:
    return [
        {
            "warehouse": names.warehouses[part.warehouse],
            "service": None if part.service is None else names.services[part.service],
            "lines": [{"line": line, "units": units} for line, units in part.lines],
        }
        for part in parts
    ]


def _holds(holds: Sequence[Hold], names: Names) -> list[dict[str, Any]]:
    return [_hold(hold, names) for hold in holds]


def _hold(hold: Hold, names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {"action": type(hold).__name__.lower(), "lines": list(hold.lines)}
    if isinstance(hold, Backorder):
        found["warehouse"] = names.warehouses[hold.warehouse]
    if isinstance(hold, Cancel):
        found["reason"] = hold.reason
    if isinstance(hold, Wait | Backorder | Care):
        found["until"] = None if hold.until is None else _text(names.at(hold.until))
    return found
