"""Cost by part: one bar a policy, in its colour, parts by shade."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from matplotlib.axes import Axes

from reports import numbers
from reports.figures.captions import averaged
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, PAPER, WIDTH, canvas, colour_of, house_style
from reports.kpis import COST_PARTS, KPIS
from reports.summary import currency_of

_NAME, _TITLE = "cost-parts", "What the cost is made of"
_SHOWN = 0.02  # a part below this share of the dearest policy's cost joins the others
_BAND = 0.42  # height that names of parts take above a bar, in bars
_SHADES = (1.0, 0.62, 0.36, 0.8, 0.48, 0.24, 0.7, 0.3, 0.55)


def cost_parts(summary: dict[str, Any]) -> Picture:
    """Draw the parts of the cost per order of every policy side by side.

    Args:
        summary: the content of `summary.json`.

    """
    policies, currency = summary["policies"], currency_of(summary)
    means: dict[str, list[float]] = {
        KPIS[part].label: [summary["kpis"][part][policy]["mean"] or 0.0 for policy in policies]
        for part in COST_PARTS
    }
    totals = [sum(column) for column in zip(*means.values(), strict=True)]
    dearest = max(totals)
    if dearest <= 0.0:
        return Picture(
            _NAME, _TITLE, "", "No policy has any cost: the scenario sets no rates, work or penalties."
        )
    large = {label: values for label, values in means.items() if max(values) >= _SHOWN * dearest}
    small = [label for label, values in means.items() if any(values) and label not in large]
    rest = [sum(column) for column in zip(*(v for k, v in means.items() if k not in large), strict=True)]
    if any(rest):
        large["other" if len(small) > 1 else small[0]] = rest
    named = _named(large, _SHOWN * dearest)
    with house_style():
        figure = canvas(0.65 + 0.5 * len(policies) + _BAND * 0.5 * len(named))
        axes = figure.add_subplot()
        right = 1.13 * dearest
        below = 0.0
        for row, (policy, total) in enumerate(zip(policies, totals, strict=True)):
            axes.text(0, below + 0.02, shortened(policy, 50), ha="left", va="top", color=INK.light)
            below += 0.62
            begins = [0.0, *accumulate(values[row] for values in large.values())]
            if row in named:
                middles = {
                    label: begin + large[label][row] / 2
                    for label, begin in zip(large, begins, strict=False)
                    if label in named[row]
                }
                _name_parts(axes, middles, right, below)
                below += _BAND
            for shade, begin, values in zip(_SHADES, begins, large.values(), strict=False):
                axes.barh(
                    below, values[row], left=begin, height=0.42, color=colour_of(row).light, alpha=shade,
                    edgecolor=PAPER.light, linewidth=1.0,
                )  # fmt: skip
            axes.text(
                total + 0.015 * dearest,
                below,
                numbers.fixed(total, 2),
                ha="left",
                va="center",
                color=INK.light,
            )
            below += 0.38
        axes.set_xlim(0, right)
        axes.set_ylim(below, 0.0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(f"cost ({currency} an order)")
        told = "; ".join(
            f"{policy}: "
            + ", ".join(f"{label} {numbers.fixed(values[row], 2)}" for label, values in large.items())
            + f" {currency} an order"
            for row, policy in enumerate(policies)
        )
        svg = inline_svg(figure, _NAME, _TITLE, told)
    caption = f"{averaged(summary['replications'] > 1)} Parts from left to right in the same order for every policy."
    return Picture(_NAME, _TITLE, svg, caption)


def _named(parts: dict[str, list[float]], visible: float) -> dict[int, list[str]]:
    """Return the names to write at each policy's bar: of a part at the first one in which it can be seen."""
    rows: dict[int, list[str]] = {}
    for label, values in parts.items():
        enough = min(visible, max(values) / 2)  # what is small everywhere is named as soon as there is some
        row = next(row for row, value in enumerate(values) if value >= enough)
        rows.setdefault(row, []).append(label)
    return rows


def _name_parts(axes: Axes, middles: dict[str, float], right: float, top: float) -> None:
    """Write parts' names side by side below that height, each with a line down to the middle of its part."""
    # Data units that a letter of 9 points takes: the axes are about 4.3 inches wide.
    letter = right * 0.56 * 9 / (72 * (WIDTH - 0.3))
    widths = [letter * (len(label) + 1.5) for label in middles]
    begins: list[float] = []
    for middle, width in zip(middles.values(), widths, strict=True):
        earliest = begins[-1] + widths[len(begins) - 1] if begins else 0.0
        begins.append(max(earliest, middle - width / 2))
    for place in reversed(range(len(begins))):
        # None may pass the right edge, nor the one that it pushes back.
        latest = begins[place + 1] if place + 1 < len(begins) else right + 1.5 * letter
        begins[place] = min(begins[place], latest - widths[place])
    for (label, middle), begin in zip(middles.items(), begins, strict=True):
        axes.text(begin, top - 0.1, label, fontsize=9, ha="left", va="center", color=MUTED.light)
        centre = begin + letter * len(label) / 2
        axes.plot(
            [centre, middle],
            [top + 0.05, top + _BAND - 0.21],
            color=MUTED.light,
            linewidth=0.6,
            clip_on=False,
        )
