"""The pictures of a result, in the order in which its page shows them."""

from __future__ import annotations

from typing import NamedTuple

from reports.evidence import Evidence
from reports.figures import (
    Picture,
    cost_parts,
    daily,
    flow_maps,
    late_by_segment,
    lead_times,
    pairs,
    regions,
    site_loads,
    split_reasons,
    spoilage,
    stock_age,
    tradeoff,
)


class Group(NamedTuple):
    """Pictures that answer one question.

    Attributes:
        name: its id in the page.
        title: the question.
        pictures: at least one.

    """

    name: str
    title: str
    pictures: list[Picture]


_NO_BREAKDOWN = "The folder has no breakdown.parquet: play the experiment again to have one."


def gallery(evidence: Evidence) -> list[Group]:
    """Draw all pictures of a result; of one policy alone none that compares."""
    return [
        Group(
            "trade",
            "What it costs, and how long it takes",
            [
                tradeoff(evidence.summary),
                cost_parts(evidence.summary),
                lead_times(evidence.journals, evidence.policies),
            ],
        ),
        *_of_slices(evidence),
        Group(
            "maps",
            "Where shipments leave from",
            flow_maps(evidence.journals, evidence.policies, evidence.scenario),
        ),
        Group("sites", "What sites had to do", site_loads(evidence.journals, evidence.policies)),
        *([Group("proof", "What common orders are worth", pairs(evidence))] if _compares(evidence) else []),
    ]


def _of_slices(evidence: Evidence) -> list[Group]:
    """Draw what rests on the breakdown by segment, region and day, or say once that there is none."""
    if evidence.breakdown is None:
        title = "Who is late, who is split, and when"
        return [Group("slices", title, [Picture("no-slices", title, "", _NO_BREAKDOWN)])]
    customers = _drawn_first([late_by_segment(evidence), split_reasons(evidence)])
    days = _drawn_first([*daily(evidence), spoilage(evidence), stock_age(evidence)])
    found = [Group("customers", "Who is late, and who is split", customers)]
    if _compares(evidence):
        found.append(Group("regions", "Who wins and who loses, by region", regions(evidence)))
    return [*found, Group("time", "Day by day", days)]


def _compares(evidence: Evidence) -> bool:
    return len(evidence.policies) > 1


def _drawn_first(pictures: list[Picture]) -> list[Picture]:
    """Return pictures before the reasons why there are others not, so that these leave no holes."""
    return sorted(pictures, key=lambda picture: not picture.svg)
