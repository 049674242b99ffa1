"""How a policy does day by day: the mean over replications, with the best and the worst of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from reports import numbers
from reports.evidence import Evidence
from reports.figures.captions import ONE_DAY, OWN_COSTS, averaged
from reports.figures.ends import Ends, label_ends
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, canvas, colour_of, house_style
from reports.slices import Slices, divided, means_of
from reports.statistics import Values, mean_of

_LONGEST = 26  # letters of a title
_MEAN: Any = {"linewidth": 2.0, "zorder": 3}
_BEST: Any = {"color": MUTED.light, "linewidth": 1.2, "linestyle": (0, (1, 1.5))}
_WORST: Any = {"color": MUTED.light, "linewidth": 0.9}


@dataclass(frozen=True, slots=True)
class _Measure:
    """What is shown: part for one of the whole, both of them `reports.breakdown.SUMS`.

    Attributes:
        name: of the picture.
        title: of the picture.
        part: divided by the whole.
        whole: by which the part is divided.
        factor: of the quotient as shown.
        label: what the quotient is called.
        unit: of the quotient as shown; `{currency}` stands for the currency's code.
        places: decimals of the numbers that are written.
        nothing: why there is no picture where the part is 0 throughout.

    """

    name: str
    title: str
    part: str
    whole: str
    factor: float
    label: str
    unit: str
    places: int
    nothing: str


_MEASURES = (
    _Measure(
        "daily-cost", "Cost by day", "cost_cents", "orders", 0.01,
        "cost", "{currency} an order", 2,
        "No order has any cost of its own.",
    ),
    _Measure(
        "daily-lead-time", "Lead time by day", "lead_s", "delivered", 1 / 3600,
        "lead time", "h", 1,
        "No order was delivered.",
    ),
    _Measure(
        "daily-late", "Late orders by day", "late", "orders", 100.0,
        "late orders", "%", 2,
        "No order of any day is late, in any replication.",
    ),
)  # fmt: skip


def daily(evidence: Evidence) -> list[Picture]:
    """Draw cost, lead time and late orders by the day on which orders were placed, a panel for each policy."""
    slices = evidence.slices("day")
    if len(slices.names) < 2:
        return [Picture("daily", "Day by day", "", ONE_DAY)]
    return [_picture(measure, slices, evidence) for measure in _MEASURES]


def _picture(measure: _Measure, slices: Slices, evidence: Evidence) -> Picture:
    if not slices.total(measure.part).any():
        return Picture(measure.name, measure.title, "", measure.nothing)
    unit = measure.unit.format(currency=evidence.currency)
    with house_style():
        figure = canvas(0.55 + 1.15 * len(evidence.policies))
        rows = figure.subplots(len(evidence.policies), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        rows[0].set_xlim(1, len(slices.names))
        panels = [
            _panel(axes, measure, slices, place, policy)
            for place, (axes, policy) in enumerate(zip(rows, evidence.policies, strict=True))
        ]
        if measure.part == "late":
            rows[0].set_ylim(bottom=0)
        rows[-1].xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        rows[-1].set_xlabel("day of the window on which orders were placed")
        figure.supylabel(f"{measure.label} ({unit})", fontsize=10, color=INK.light)
        label_ends(figure, panels)
        told = [f"{ax.get_title('left')}: {ax.get_title('right') or 'no order'}" for ax in rows]
        svg = inline_svg(figure, measure.name, measure.title, f"{unit}: {'; '.join(told)}")
    caption = averaged(
        slices.repeated,
        "Colour: mean over replications. Grey: the best replication (dotted) and the worst (solid). Numbers:"
        " the whole window, mean and from best to worst.",
    )
    if measure.part == "cost_cents":
        caption += f" {OWN_COSTS}"
    return Picture(measure.name, measure.title, svg, caption, rests_on=("deliveries", "course"))


def _panel(axes: Axes, measure: _Measure, slices: Slices, place: int, policy: str) -> Ends:
    """Draw one policy, with its mean and those of its best and its worst replication as title."""
    values = measure.factor * slices.ratio(policy, measure.part, measure.whole)
    part, whole = (slices.sums[policy][name].sum(axis=1) for name in (measure.part, measure.whole))
    means = measure.factor * divided(part, whole)
    defined = np.flatnonzero(~np.isnan(means))
    lines: dict[str, tuple[Values, Any]] = {}
    if len(defined):
        text = numbers.fixed(mean_of(means).mean, measure.places)
        if len(defined) > 1:
            best, worst = int(np.nanargmin(means)), int(np.nanargmax(means))
            lines = {"best": (values[best], _BEST), "worst": (values[worst], _WORST)}
            low, high = (numbers.fixed(means[number], measure.places) for number in (best, worst))
            text += f" ({low} to {high})"
        lines["mean"] = means_of(values), _MEAN | {"color": colour_of(place).light}
        axes.set_title(text, loc="right", pad=4, fontsize=9, color=MUTED.light)
    axes.set_title(shortened(policy, _LONGEST), loc="left", pad=4, color=INK.light)
    axes.grid(axis="y", linewidth=0.6)
    axes.locator_params(axis="y", nbins=4)
    points = []
    for line, look in lines.values():
        days = np.flatnonzero(~np.isnan(line))
        axes.plot(days + 1, line[days], **look)
        points.append((float(days[-1]) + 1, float(line[days[-1]])))
    return Ends(axes, points, list(lines) if len(lines) > 1 else [""] * len(lines))
