"""Pictures of a result, as SVG to put inside a page."""

from __future__ import annotations

from reports.figures.cost_parts import cost_parts
from reports.figures.flows import flow_maps
from reports.figures.inline_svg import Picture
from reports.figures.lead_times import lead_times
from reports.figures.sites import site_loads
from reports.figures.tradeoff import tradeoff
from reports.figures.whisker import whisker

__all__ = ["Picture", "cost_parts", "flow_maps", "lead_times", "site_loads", "tradeoff", "whisker"]
