"""Which customers wait longer than they were promised: late orders by segment."""

from __future__ import annotations

from reports import numbers
from reports.evidence import Evidence
from reports.figures.captions import bars
from reports.figures.inline_svg import Picture
from reports.figures.shares import draw_shares, most_of
from reports.kpis import KPIS

_NAME, _TITLE = "late-by-segment", "Late orders by segment"
_MOST = 8


def late_by_segment(evidence: Evidence) -> Picture:
    """Draw the share of late orders in every segment, policy by policy; of many segments the largest."""
    slices = evidence.slices("segment")
    if not slices.names:
        return Picture(_NAME, _TITLE, "", "No order was placed in the window.")
    if not slices.total("promised").any():
        return Picture(_NAME, _TITLE, "", "No order has a promise, so that none can be late.")
    if not slices.total("late").any():
        return Picture(_NAME, _TITLE, "", "No order of any segment is late, in any replication.")
    orders = slices.total("orders")
    shown = most_of(orders, _MOST)
    found = {
        f"{slices.names[place]}: {numbers.fixed(100 * orders[place] / orders.sum(), 0)} % of the orders": {
            policy: slices.ratio(policy, "late", "orders")[:, place] for policy in evidence.policies
        }
        for place in shown
    }
    svg = draw_shares(_NAME, _TITLE, evidence.policies, found, "late orders (% of the segment's)")
    caption = f"{bars(slices.repeated)} Late: {KPIS['late_share'].meaning}."
    if len(shown) < len(slices.names):
        caption += f" The {_MOST} largest of {len(slices.names)} segments."
    return Picture(_NAME, _TITLE, svg, caption)
