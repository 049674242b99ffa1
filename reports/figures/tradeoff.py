"""Cost against lead time: what each policy trades for what."""

from __future__ import annotations

import math
from typing import Any

from reports import numbers
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import label_points
from reports.figures.style import MUTED, PAPER, canvas, colour_of, house_style, shape_of
from reports.numbers import joined
from reports.sentences import same_orders
from reports.summary import currency_of

_NAME, _TITLE = "tradeoff", "Cost against lead time"
_COST, _TIME = "cost_per_order", "lead_time_mean_h"


def tradeoff(summary: dict[str, Any]) -> Picture:
    """Draw every policy at its mean lead time and cost, with intervals, and the efficient frontier.

    Args:
        summary: the content of `summary.json`.

    """
    kpis, currency = summary["kpis"], currency_of(summary)
    places = [
        place
        for place, policy in enumerate(summary["policies"])
        if kpis[_COST][policy]["mean"] is not None and kpis[_TIME][policy]["mean"] is not None
    ]
    if not places:
        return Picture(_NAME, _TITLE, "", "No order was delivered: there is no lead time to show.")
    if not any(kpis[_COST][summary["policies"][place]]["mean"] for place in places):
        return Picture(_NAME, _TITLE, "", "No policy has any cost to set against its lead time.")
    if len(summary["policies"]) == 1:
        return Picture(
            _NAME, _TITLE, "", "One policy alone has nothing to be traded against: run another beside it."
        )
    names = [summary["policies"][place] for place in places]
    points = [(kpis[_TIME][name]["mean"], kpis[_COST][name]["mean"]) for name in names]
    with house_style():
        figure = canvas(3.4)
        axes = figure.add_subplot()
        front = frontier(points)
        if len(front) > 1:
            axes.plot(
                *zip(*front, strict=True), color=MUTED.light, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1
            )
        for place, name, (time, cost) in zip(places, names, points, strict=True):
            colour = colour_of(place).light
            axes.errorbar(
                time, cost, xerr=kpis[_TIME][name]["half_width"], yerr=kpis[_COST][name]["half_width"],
                color=colour, elinewidth=1.4, marker=shape_of(place), markersize=8,
                markeredgecolor=PAPER.light, zorder=5,
            )  # fmt: skip
        axes.margins(0.16)
        axes.set_xlabel("mean lead time (h)")
        axes.set_ylabel(f"cost ({currency} an order)")
        reaches = [
            (kpis[_TIME][name]["half_width"] or 0.0, kpis[_COST][name]["half_width"] or 0.0) for name in names
        ]
        label_points(figure, axes, points, names, reaches=reaches)
        told = "; ".join(
            f"{name}: {_estimate(kpis[_COST][name], 'money/order')} {currency} an order, "
            f"{_estimate(kpis[_TIME][name], 'h')} h"
            for name in names
        )
        svg = inline_svg(figure, _NAME, _TITLE, told)
    caption = "Left is faster, down is cheaper."
    missing = [policy for policy in summary["policies"] if policy not in names]
    if missing:
        caption += f" No order was delivered with {joined(missing)}."
    if any(kpis[_COST][name]["half_width"] is not None for name in names):
        caption += " Bars: 95 % intervals of the means."
        if same_orders(summary):
            caption += " Differences are known better: the orders were the same."
    if len(front) > 1:
        caption += " Dashed: policies that no other beats in both."
    return Picture(_NAME, _TITLE, svg, caption, rests_on=("deliveries",))


def _estimate(found: dict[str, Any], unit: str) -> str:
    return numbers.estimate(found["mean"], found["half_width"], unit)


def frontier(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points that no other beats in both, from left to right."""
    front: list[tuple[float, float]] = []
    lowest = math.inf
    for time, cost in sorted(points):
        if cost < lowest:
            front.append((time, cost))
            lowest = cost
    return front
