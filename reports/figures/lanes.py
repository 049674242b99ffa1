"""Values with their intervals, one lane each, in titled blocks: names at the left, numbers at the right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, PAPER, colour_of, shape_of

_LANE = 0.21  # inches
_LONGEST = 20  # letters of a name at the left


@dataclass(frozen=True, slots=True)
class Lane:
    """One value.

    Attributes:
        name: what it is of.
        place: of the policy that it belongs to, for colour and shape.
        value: NaN where it is undefined.
        half_width: of its interval; NaN without one.
        text: the value as it is written at the right.

    """

    name: str
    place: int
    value: float
    half_width: float
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lanes under a title."""

    title: str
    lanes: Sequence[Lane]


def height_of(blocks: Sequence[Block]) -> float:
    """Return the inches that the lanes of blocks take, without an axis below."""
    return _LANE * sum(len(block.lanes) + 1.4 for block in blocks)


def draw_lanes(axes: Axes, blocks: Sequence[Block], unit: str, from_zero: bool = False) -> None:
    """Draw blocks from the top down, on one scale that has zero on it.

    Args:
        axes: empty, about `height_of(blocks)` tall.
        blocks: at least one, with at least one defined value.
        unit: what stands below the scale.
        from_zero: whether nothing can be below zero.

    """
    ticks, names = [], []
    row = 0.0
    for block in blocks:
        axes.text(
            0.0, row, block.title, transform=axes.get_yaxis_transform(), va="center", color=INK.light,
            fontweight="bold", zorder=4, bbox={"facecolor": PAPER.light, "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )  # fmt: skip
        for lane in block.lanes:
            row += 1.0
            _draw(axes, row, lane, from_zero)
            ticks.append(row)
            names.append(shortened(lane.name, _LONGEST))
        row += 1.4
    ends = _ends([lane for block in blocks for lane in block.lanes], from_zero)
    axes.set_xlim(*ends)
    _mark_cut(axes, ticks, [lane for block in blocks for lane in block.lanes], ends)
    axes.set_ylim(row - 0.8, -0.7)
    axes.set_yticks(ticks, names)
    axes.tick_params(axis="y", length=0, pad=7)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", linewidth=0.6)
    axes.axvline(0.0, color=MUTED.light, linewidth=1.0, zorder=1)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel(unit)


def _draw(axes: Axes, row: float, lane: Lane, from_zero: bool) -> None:
    axes.text(1.03, row, lane.text, transform=axes.get_yaxis_transform(), va="center", fontsize=9.0)
    if math.isnan(lane.value):
        return
    colour = colour_of(lane.place).light
    axes.plot([0.0, lane.value], [row, row], color=colour, linewidth=1.0, alpha=0.35, zorder=2)
    if not math.isnan(lane.half_width):
        low = lane.value - lane.half_width
        bar = [max(low, 0.0) if from_zero else low, lane.value + lane.half_width]
        axes.plot(bar, [row, row], color=colour, linewidth=2.2, zorder=3)
    axes.plot(
        lane.value, row, marker=shape_of(lane.place), markersize=7, color=colour, markeredgecolor=PAPER.light,
        clip_on=False, zorder=5,
    )  # fmt: skip


def _ends(lanes: Sequence[Lane], from_zero: bool) -> tuple[float, float]:
    """Return the ends of the scale: all values fit, and of intervals what is not far beyond all values."""
    values = [lane.value for lane in lanes if not math.isnan(lane.value)]
    span = max([0.0, *values]) - min([0.0, *values])
    reaches = [
        lane.value + sign * lane.half_width
        for lane in lanes
        for sign in (-1, 1)
        if not math.isnan(lane.value + lane.half_width)
    ]
    low, high = min([0.0, *values, *reaches]), max([0.0, *values, *reaches])
    if span > 0.0:
        low, high = max(low, min([0.0, *values]) - 3 * span), min(high, max([0.0, *values]) + 3 * span)
    margin = 0.04 * (high - low) or 1.0
    return (0.0 if from_zero else low - margin), high + margin


def _mark_cut(axes: Axes, rows: Sequence[float], lanes: Sequence[Lane], ends: tuple[float, float]) -> None:
    """Put an arrowhead where an interval goes on beyond the scale."""
    for row, lane in zip(rows, lanes, strict=True):
        colour = colour_of(lane.place).light
        for end, marker, beyond in (
            (ends[0], "<", lane.value - lane.half_width < ends[0] < 0.0),
            (ends[1], ">", lane.value + lane.half_width > ends[1]),
        ):
            if beyond:
                axes.plot(end, row, marker=marker, markersize=6, color=colour, clip_on=False, zorder=4)
