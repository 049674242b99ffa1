"""Why orders take more than one shipment: split orders by reason."""

from __future__ import annotations

from reports.evidence import Evidence
from reports.figures.captions import bars
from reports.figures.inline_svg import Picture
from reports.figures.shares import draw_shares
from reports.slices import divided

_NAME, _TITLE = "splits", "Why orders are split"
_REASONS = {
    "no_stock": "no site has everything",
    "capacity": "a site takes no more orders",
    "downtime": "a site is down",
    "cheaper": "it is cheaper",
    "faster": "it is faster",
    "policy": "the policy wants it so",
}


def split_reasons(evidence: Evidence) -> Picture:
    """Draw the share of orders that are split for each reason, policy by policy."""
    splits, all_orders = evidence.slices("split_reason"), evidence.slices("segment")
    if not splits.names:
        return Picture(_NAME, _TITLE, "", "No order is split, in any replication.")
    orders = {policy: all_orders.sums[policy]["orders"].sum(axis=1) for policy in evidence.policies}
    found = {
        _REASONS[reason]: {
            policy: divided(splits.sums[policy]["orders"][:, splits.names.index(reason)], orders[policy])
            for policy in evidence.policies
        }
        for reason in _REASONS
        if reason in splits.names
    }
    svg = draw_shares(_NAME, _TITLE, evidence.policies, found, "split orders (% of all)")
    caption = f"An order counts once, for the reason it was first split. {bars(splits.repeated)}"
    return Picture(_NAME, _TITLE, svg, caption, rests_on=("splits",))
