"""Pictures of a result, as SVG to put inside a page."""

from __future__ import annotations

from reports.figures.cost_parts import cost_parts
from reports.figures.daily import daily
from reports.figures.flows import flow_maps
from reports.figures.inline_svg import Picture
from reports.figures.lead_times import lead_times
from reports.figures.pairs import pairs
from reports.figures.regions import regions
from reports.figures.segments import late_by_segment
from reports.figures.sites import site_loads
from reports.figures.splits import split_reasons
from reports.figures.spoilage import spoilage, stock_age
from reports.figures.tradeoff import tradeoff
from reports.figures.whisker import whisker

__all__ = [
    "Picture",
    "cost_parts",
    "daily",
    "flow_maps",
    "late_by_segment",
    "lead_times",
    "pairs",
    "regions",
    "site_loads",
    "split_reasons",
    "spoilage",
    "stock_age",
    "tradeoff",
    "whisker",
]
