"""What dies on the shelf: spoiled units and the age of stock, over time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import MaxNLocator

from reports import numbers
from reports.evidence import Evidence
from reports.figures.captions import ONE_DAY, averaged
from reports.figures.ends import Ends, label_ends
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import PAPER, canvas, colour_of, house_style, shape_of
from reports.slices import means_of
from reports.statistics import Values
from sim.clock import DAY

_SPOILAGE, _SPOILED = "spoilage", "Units that spoil"
_STOCK_AGE, _AGES = "stock-age", "Age of what is picked"
_LONGEST = 16  # letters of a name


def spoilage(evidence: Evidence) -> Picture:
    """Draw the units spoiled since the window began, a line for each policy."""
    slices = evidence.slices("day")
    if not slices.total("spoiled_units").any():
        return Picture(_SPOILAGE, _SPOILED, "", "No unit spoiled in the window, in any replication.")
    if len(slices.names) < 2:
        return Picture(_SPOILAGE, _SPOILED, "", ONE_DAY)
    lines = {
        policy: means_of(slices.sums[policy]["spoiled_units"].cumsum(axis=1)) for policy in evidence.policies
    }
    ends = {policy: _last(line, 0 if line[-1] >= 10 else 1) for policy, line in lines.items()}
    svg = _draw(_SPOILAGE, _SPOILED, lines, ends, "units spoiled so far")
    caption = f"Added up since the window began. {averaged(slices.repeated)}"
    return Picture(_SPOILAGE, _SPOILED, svg, caption, rests_on=("stock", "course"))


def stock_age(evidence: Evidence) -> Picture:
    """Draw the mean age of the stock that is picked each day, a line for each policy."""
    slices = evidence.slices("day")
    if not slices.total("shipments").any():
        return Picture(_STOCK_AGE, _AGES, "", "No shipment was picked in the window.")
    if not slices.total("age_s").any():
        return Picture(_STOCK_AGE, _AGES, "", "All that was picked had just arrived.")
    if len(slices.names) < 2:
        return Picture(_STOCK_AGE, _AGES, "", ONE_DAY)
    lines = {
        policy: means_of(slices.ratio(policy, "age_s", "shipments", DAY)) for policy in evidence.policies
    }
    ends = {policy: _last(line, 2) for policy, line in lines.items()}
    svg = _draw(_STOCK_AGE, _AGES, lines, ends, "mean age at the pick (d)")
    caption = (
        f"Mean over the shipments of a day; days without a pick are passed over. {averaged(slices.repeated)}"
    )
    return Picture(_STOCK_AGE, _AGES, svg, caption, rests_on=("stock", "course"))


def _last(line: Values, places: int) -> str:
    defined = line[~np.isnan(line)]
    return numbers.fixed(float(defined[-1]), places) if len(defined) else numbers.MISSING


def _draw(name: str, title: str, lines: Mapping[str, Values], last: Mapping[str, str], unit: str) -> str:
    """Draw a line for each policy, and return the SVG; `last` are the values at the ends, as texts."""
    with house_style():
        figure = canvas(2.9)
        axes = figure.add_subplot()
        number = max(map(len, lines.values()))
        axes.set_xlim(1, number)
        ends, names = [], []
        for place, (policy, line) in enumerate(lines.items()):
            days = np.flatnonzero(~np.isnan(line))
            if not len(days):
                continue
            colour = colour_of(place).light
            axes.plot(days + 1, line[days], color=colour, linewidth=1.8)
            ends.append((float(days[-1]) + 1, float(line[days[-1]])))
            names.append(f"{shortened(policy, _LONGEST)} {last[policy]}")
            axes.plot(
                *ends[-1], marker=shape_of(place), markersize=7, color=colour, markeredgecolor=PAPER.light,
                clip_on=False, zorder=5,
            )  # fmt: skip
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", linewidth=0.6)
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        axes.set_xlabel("day of the window")
        axes.set_ylabel(unit)
        label_ends(figure, [Ends(axes, ends, names)])
        told = "; ".join(f"{policy}: {text} on the last day" for policy, text in last.items())
        return inline_svg(figure, name, title, f"{unit}: {told}")
