"""Limits of a result where they matter: what a reader must know stands beside the numbers that rest on it, too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from reports.searches import GREEDY_SEARCH
from reports.sentences import still_open
from reports.storage import AT_THE_DOOR
from reports.warmups.warmup import A_WARM_UP

Topic = Literal["deliveries", "splits", "stock", "course"]
"""What a limit is about: orders that were delivered, ways to split one, what is on the shelves, what happens when."""

Notes = dict[Topic, list[str]]

# A summary has warnings as sentences: their words tell what they are about.
_WORDS: dict[str, Topic] = {GREEDY_SEARCH: "splits", AT_THE_DOOR: "stock", A_WARM_UP: "course"}

_OF_KPIS: dict[Topic, tuple[str, ...]] = {
    "deliveries": (
        "lead_time_mean_h", "lead_time_p50_h", "lead_time_p95_h", "click_to_ship_mean_h", "lateness_mean_h",
    ),
    "splits": ("split_share", "shipments_per_order"),
    "stock": ("fill_share", "stockout_share", "storage_per_order", "inventory_turns"),
    "course": (),
}  # fmt: skip


def notes(summary: dict[str, Any]) -> Notes:
    """Return the limits of a result that are about some of its numbers, in sentences, by what they are about."""
    found: Notes = {topic: [] for topic in _OF_KPIS}
    found["deliveries"] += still_open(summary)
    for sentence in warnings_told(summary):
        for words, topic in _WORDS.items():
            if words in sentence:
                found[topic].append(sentence)
    return found


def warnings_told(summary: dict[str, Any]) -> list[str]:
    """Return the warnings of a run as sentences that end."""
    return [warning if warning.endswith(".") else f"{warning}." for warning in summary["warnings"]]


def beside(found: Notes, topics: Iterable[Topic]) -> list[str]:
    """Return the sentences on some topics, to stand where a picture or a table rests on them."""
    return [sentence for topic in topics for sentence in found[topic]]


def of_kpi(found: Notes, kpi: str) -> list[str]:
    """Return the sentences to stand beside a KPI."""
    return beside(found, (topic for topic, names in _OF_KPIS.items() if kpi in names))
