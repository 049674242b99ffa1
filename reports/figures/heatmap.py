"""A KPI over two keys: the mean at every pair of values, and whether it is better or worse than unchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from reports import numbers
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, PAPER, POLICIES, canvas, house_style
from reports.kpis import KPIS
from reports.sentences import capital
from reports.statistics import BETTER, WORSE

# Blue and orange: no colour blindness confuses them. The deeper, the larger the difference.
_BLUE, _ORANGE = POLICIES[0], POLICIES[1]
_PALEST, _DEEPEST = 0.08, 0.62  # of a cell in which something differs; ink is read on both
_MOST_WRITTEN = 8  # columns in which a number has room
_LONGEST_VALUE, _LONGEST_DOWN = 14, 20
_LETTERS = 48  # that have room below the cells

Cells = Mapping[tuple[str, str], Mapping[str, Any]]
"""Rows of the table of a sweep in one KPI, by the values of the two keys."""


def heatmap(
    name: str,
    kpi: str,
    keys: tuple[str, str],
    values: tuple[Sequence[str], Sequence[str]],
    cells: Cells,
    others: str,
) -> Picture:
    """Draw the points of one policy over two keys. The key with fewer values is laid across.

    Args:
        name: of the picture.
        kpi: the indicator, one of which a direction is better.
        keys: the two, as they are written.
        values: of each, in the order in which they stand.
        cells: the points, by their values.
        others: what the other keys are, in words; empty where there are none.

    """
    title = f"{capital(KPIS[kpi].label)} over two keys"
    defined = {place: row for place, row in cells.items() if row["mean"] is not None}
    if not defined:
        return Picture(name, title, "", "It is defined at no point.")
    if len(values[0]) > len(values[1]):
        keys, values = (keys[1], keys[0]), (values[1], values[0])
        defined = {(second, first): row for (first, second), row in defined.items()}
    across, down = values
    largest = max((abs(row["difference"] or 0.0) for row in defined.values()), default=0.0)
    unit = next(iter(defined.values()))["unit"]
    height = min(max(0.30 * len(down), 0.9), 9.0)
    written = len(across) <= _MOST_WRITTEN
    with house_style():
        figure = canvas(0.9 + height)
        axes = figure.add_subplot()
        for (first, second), row in defined.items():
            _cell(axes, across.index(first), down.index(second), kpi, row, largest, written)
        axes.set_xlim(-0.5, len(across) - 0.5)
        axes.set_ylim(len(down) - 0.5, -0.5)
        labels = [shortened(value, max(_LONGEST_VALUE, _LETTERS // len(across))) for value in across]
        turned = sum(len(label) + 2 for label in labels) > _LETTERS + 4
        axes.set_xticks(
            range(len(across)), labels, rotation=35 if turned else 0,
            ha="right" if turned else "center",
        )  # fmt: skip
        axes.set_yticks(range(len(down)), [shortened(value, _LONGEST_DOWN) for value in down])
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xlabel(keys[0])
        axes.set_ylabel(keys[1] if len(keys[1]) <= 24 + 8 * height else f"…{keys[1][-20:]}")
        told = "; ".join(
            f"{numbers.estimate(row['mean'], row['half_width'], unit)} at {first}, {second}"
            for (first, second), row in defined.items()
        )
        svg = inline_svg(figure, name, title, f"{keys[0]}, {keys[1]}: {told}")
    return Picture(name, title, svg, _caption(unit, largest, defined, others, written))


def _cell(
    axes: Axes, column: int, line: int, kpi: str, row: Mapping[str, Any], largest: float, written: bool
) -> None:
    corner = (column - 0.5, line - 0.5)
    difference = row["difference"] or 0.0
    if difference and largest:
        lower = difference < 0.0
        colour = _BLUE if lower == (KPIS[kpi].better == "lower") else _ORANGE
        depth = _PALEST + (_DEEPEST - _PALEST) * abs(difference) / largest
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=colour.light, alpha=depth, linewidth=0))
    axes.add_patch(Rectangle(corner, 1, 1, facecolor="none", edgecolor=PAPER.light, linewidth=1.5))
    unchanged = row["policy"] == row["of"]
    if unchanged:
        inner = (corner[0] + 0.04, corner[1] + 0.06)
        frame: Any = {"facecolor": "none", "edgecolor": INK.light, "linewidth": 1.4, "zorder": 5}
        axes.add_patch(Rectangle(inner, 0.92, 0.88, **frame))
    sure = row["verdict"] in (BETTER, WORSE)
    if written:
        text = numbers.mean(row["mean"], row["half_width"], row["unit"])
        axes.text(
            column, line, text, ha="center", va="center", fontsize=9, zorder=6,
            color=INK.light, fontweight="bold" if sure else "normal",
        )  # fmt: skip
    elif sure:
        axes.plot(column, line, marker="o", markersize=3, color=INK.light, zorder=6)


def _caption(unit: str, largest: float, cells: Cells, others: str, written: bool) -> str:
    shown = numbers.unit_shown(unit)[1]
    text = f"Means ({shown})" if shown else "Means"
    text += f", {others}." if others else "."
    if not largest:
        return f"{text} No point differs from the unchanged one."
    row = max(cells.values(), key=lambda row: abs(row["difference"] or 0.0))
    most = (
        f"{numbers.difference(row).lstrip('+' + numbers.MINUS)} {numbers.unit_of_difference(unit)}".rstrip()
    )
    text += f" Blue: better than the unchanged point, orange: worse; deepest at a difference of {most}."
    if any(row["policy"] == row["of"] for row in cells.values()):
        text += " Framed: the unchanged point."
    return (
        f"{text} {'Bold' if written else 'Dotted'}: the verdict is better or worse, corrected for all points."
    )
