"""Where a policy gains and loses: regions on a map, by the sign and size of their difference to the baseline."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path as Line

from reports import numbers
from reports.evidence import Evidence
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.maps import Points, map_of
from reports.figures.style import GAIN, LOSS, MUTED, PAPER, Colour, canvas, house_style, lay_out
from reports.kpis.columns import Flags
from reports.slices import Slices
from reports.statistics import Values

_NAME, _TITLE = "by-region-map", "Difference by region"
_MANY = 12
_SMALLEST, _LARGEST = 4.0, 15.0  # points across a mark
_MILD = 0.5  # opacity
_DOWN, _UP = ((-1.0, 0.7), (1.0, 0.7), (0.0, -1.0)), ((-1.0, -0.7), (1.0, -0.7), (0.0, 1.0))
_DOT = ((-0.4, 0.0), (0.0, 0.4), (0.4, 0.0), (0.0, -0.4))


def region_map(
    evidence: Evidence, slices: Slices, differences: Values, words: tuple[str, str, str], place: int
) -> Picture | None:
    """Draw the regions of one policy; None where they are few, or the scenario does not say where all places are.

    Args:
        evidence: of the result.
        slices: by region.
        differences: to the baseline, one a region; NaN where it is undefined. Lower is better.
        words: what differs with its unit, what a region is where it is lower, and where it is higher.
        place: of the policy.

    """
    scenario, policy = evidence.scenario, evidence.policies[place]
    if scenario is None or len(slices.names) < _MANY:
        return None
    at = {region.id: region.at for region in scenario.regions if region.at is not None}
    sites = [site.at for site in scenario.warehouses if site.at is not None]
    if set(slices.names) - set(at) or not sites:
        return None
    ground = map_of([at[name] for name in slices.names], sites)
    weights = slices.total("orders")
    step = _step(differences, weights)
    with house_style():
        figure = canvas(ground.height + 0.9)
        axes = figure.add_subplot()
        ground.draw(axes)
        classes = _classes(differences, step, words)
        figure.legend(
            handles=[
                Line2D(
                    [], [], linestyle="none", marker=sign, color=colour.light, alpha=opacity, label=text,
                    markersize=8 if marks is not _DOT else 4, markeredgecolor=PAPER.light,
                )
                for text, sign, marks, colour, opacity, _ in classes
            ],
            title=f"difference in {words[0]}", title_fontsize=9, alignment="left", loc="outside lower left",
            ncols=2, frameon=False, fontsize=9, columnspacing=1.0, handletextpad=0.2,
        )  # fmt: skip
        lay_out(figure)  # marks have their size in points
        sides = np.clip(_LARGEST * np.sqrt(weights / weights.max()), _SMALLEST, _LARGEST)
        for _, _, marks, colour, opacity, chosen in classes:
            _draw(axes, ground.regions[chosen], sides[chosen], np.array(marks), colour, opacity)
        told = ", ".join(
            f"{text}: {numbers.counted(int(chosen.sum()), 'region')}" for text, *_, chosen in classes
        )
        name, baseline = f"{_NAME}-{place + 1}", evidence.summary["baseline"]
        svg = inline_svg(figure, name, f"{_TITLE}: {policy} minus {baseline}", f"{words[0]}: {told}")
    caption = f"{policy} minus {baseline}. The larger a mark, the more orders."
    left, right, bottom, top = ground.frame
    x, y = ground.regions.T
    outside = int(np.count_nonzero((x < left) | (x > right) | (y < bottom) | (y > top)))
    if outside:
        caption += f" {numbers.counted(outside, 'region lies', 'regions lie')} beyond the edge."
    return Picture(name, _TITLE, svg, caption, ground.source, policy)


def _step(differences: Values, weights: Values) -> float:
    """Return a round number that the differences of about a fifth of the orders reach."""
    sizes = np.abs(np.nan_to_num(differences))
    order = np.argsort(sizes, kind="stable")
    reached = sizes[order][np.searchsorted(np.cumsum(weights[order]), 0.8 * weights.sum())] or sizes.max()
    power = 10.0 ** math.floor(math.log10(reached))
    return max((step * power for step in (1, 2, 5) if step * power <= reached), default=power)


def _classes(
    differences: Values, step: float, words: tuple[str, str, str]
) -> list[tuple[str, str, tuple[tuple[float, float], ...], Colour, float, Flags]]:
    """Return what regions are told apart by: text, sign, outline, colour, opacity, and which belong to it."""
    _, less, more = words
    small, found = step / 5, differences  # comparisons with NaN are false
    places = max(0, 1 - math.floor(math.log10(step)))
    low, high = numbers.fixed(small, places), numbers.fixed(step, places)
    return [
        (f"within {low}", "D", _DOT, MUTED, 1.0, np.abs(found) < small),
        (f"{low} to {high} {less}", "v", _DOWN, GAIN, _MILD, (found <= -small) & (found > -step)),
        (f"{high} or more {less}", "v", _DOWN, GAIN, 1.0, found <= -step),
        (f"{low} to {high} {more}", "^", _UP, LOSS, _MILD, (found >= small) & (found < step)),
        (f"{high} or more {more}", "^", _UP, LOSS, 1.0, found >= step),
    ]


def _draw(axes: Axes, points: Points, sides: Values, marks: Points, colour: Colour, opacity: float) -> None:
    """Draw all marks of a class as one path: a region costs a few bytes of the page."""
    if not len(points):
        return
    pixels = axes.transData.transform(points)
    corners = pixels[:, None, :] + marks[None, :, :] * sides[:, None, None] / 2
    closed = np.concatenate([corners, corners[:, :1]], axis=1).reshape(-1, 2)
    codes = [Line.MOVETO] + [Line.LINETO] * (len(marks) - 1) + [Line.CLOSEPOLY]
    path = Line(axes.transData.inverted().transform(closed), np.tile(codes, len(points)))
    axes.add_collection(
        PathCollection(
            [path], facecolors=colour.light, edgecolors=PAPER.light, linewidths=0.4, alpha=opacity, zorder=3
        )
    )
