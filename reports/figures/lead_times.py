"""How long customers wait: the lead times of one replication, policy by policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reports.figures.captions import NO_JOURNAL
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, canvas, colour_of, house_style
from reports.kpis.columns import Integers, flags, positions, seconds
from sim.journal import Journal

Shares = np.ndarray[Any, np.dtype[np.float64]]

_NAME, _TITLE = "lead-times", "How long customers wait"
_NONE = "no order was delivered"
_BINS = 48
_WIDTHS = tuple(60 * minutes for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 10_080))


def lead_times(journals: Mapping[str, Journal], policies: list[str]) -> Picture:
    """Draw the distribution of lead times of every policy, one below the other on one scale.

    Args:
        journals: one of the same replication for each policy; none, and there is no picture.
        policies: all of the experiment, which fixes their colours.

    """
    if not journals:
        return Picture(_NAME, _TITLE, "", NO_JOURNAL)
    minutes = {policy: _minutes(journal) for policy, journal in journals.items()}
    total = sum((counts.sum() for counts in minutes.values()), 0)
    if not total:
        return Picture(_NAME, _TITLE, "", "No order was delivered in the replication whose journal is kept.")
    longest = max(_quantile(counts, 0.995) for counts in minutes.values()) + 1
    width = next((w for w in _WIDTHS if w * _BINS >= 60 * longest), _WIDTHS[-1]) // 60
    bins = -(-longest // width)
    shares = {policy: _shares(counts, width, bins) for policy, counts in minutes.items()}
    hours = bins * width >= 240
    unit, scale = ("h", 60) if hours else ("min", 1)
    edges = np.arange(bins + 1) * width / scale
    with house_style():
        figure = canvas(0.7 + 0.95 * len(shares))
        rows = figure.subplots(len(shares), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, (policy, share) in zip(rows, shares.items(), strict=True):
            colour = colour_of(policies.index(policy)).light
            axes.stairs(100 * share, edges, fill=True, color=colour, alpha=0.55, linewidth=0)
            axes.stairs(100 * share, edges, color=colour, linewidth=1.2)
            if not share.any():
                axes.text(
                    0.5, 0.5, _NONE, ha="center", va="center", transform=axes.transAxes, color=INK.light
                )
            for quantile, style in ((0.5, "solid"), (0.95, (0, (3, 2)))) if share.any() else ():
                place = _quantile(minutes[policy], quantile) / scale
                axes.axvline(place, color=INK.light, linewidth=1.0, linestyle=style)
            axes.set_title(shortened(policy, 46), loc="left", pad=3, color=INK.light)
            axes.grid(axis="x", linewidth=0.6)
            axes.locator_params(axis="y", nbins=3)
        rows[-1].set_xlim(0, edges[-1])
        rows[-1].set_xlabel(f"lead time ({unit})")
        if hours and edges[-1] > 36:
            rows[-1].set_xticks(_days(float(edges[-1])))
        figure.supylabel(f"orders (% per {_span(width)})", fontsize=10, color=INK.light)
        told = "; ".join(f"{policy}: {_told(counts, scale, unit)}" for policy, counts in minutes.items())
        svg = inline_svg(figure, _NAME, _TITLE, told)
    caption = (
        "Delivered orders of one replication, placed to delivered; at most the slowest half per cent lies beyond"
        " the right edge. Lines: when half of them had come (solid), and 95 % (dashed)."
    )
    return Picture(_NAME, _TITLE, svg, caption, rests_on=("deliveries",))


def _told(counts: Integers, scale: int, unit: str) -> str:
    if not counts.any():
        return _NONE
    half, most = (_quantile(counts, share) / scale for share in (0.5, 0.95))
    return f"half of the orders within {half:.0f} {unit}, 95 % within {most:.0f} {unit}"


def _minutes(journal: Journal) -> Integers:
    """Count the delivered counted orders by whole minutes of lead time."""
    counts = np.zeros(0, dtype=np.int64)
    for batch in journal.batches("orders", ("placed_at", "delivered_at", "state", "counted")):
        chosen = flags(batch.column("counted")) & (positions(batch.column("state"), ("delivered",)) == 0)
        taken = seconds(batch.column("delivered_at")) - seconds(batch.column("placed_at"))
        more = np.bincount(taken[chosen] // 60, minlength=len(counts))
        more[: len(counts)] += counts
        counts = more
    return counts


def _quantile(counts: Integers, share: float) -> int:
    """Return the minute by which that share of the orders came; 0 without any."""
    return int(np.searchsorted(np.cumsum(counts), share * counts.sum())) if counts.any() else 0


def _shares(counts: Integers, width: int, bins: int) -> Shares:
    padded = np.zeros(bins * width, dtype=np.int64)
    inside = counts[: len(padded)]
    padded[: len(inside)] = inside
    shares: Shares = padded.reshape(bins, width).sum(axis=1) / max(int(counts.sum()), 1)
    return shares


def _days(hours: float) -> list[float]:
    step = next(step for step in (12, 24, 48, 96, 168, 336, 672, 10**6) if hours / step <= 7)
    return [float(h) for h in np.arange(0, hours + 1, step)]


def _span(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
