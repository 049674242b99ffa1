"""How a KPI responds to one key: its mean at every value, and what is different from the unchanged point."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from reports import numbers
from reports.figures.ends import apart
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, PAPER, canvas, colour_of, house_style, lay_out, shape_of
from reports.kpis import KPIS
from reports.sentences import capital
from reports.statistics import BETTER, WORSE

_LONGEST = 22  # letters of a value or a name
_LETTERS = 40  # that have room below the axis
_WIDE = 30.0  # the largest value over the smallest one: beyond, the scale is logarithmic
_LINE = 12.5  # points from a name to the next one
_LETTER = 0.021  # of the width of the axes, that a letter of a name takes
_APART = 0.11  # between policies at the same value, of the room that a value has


@dataclass(frozen=True, slots=True)
class Curve:
    """One policy's response.

    Attributes:
        policy: the name of its unchanged point.
        place: of the policy, which gives its colour and marker.
        points: rows of the table of a sweep in one KPI, by value of the key as text; "" where it stands nowhere.

    """

    policy: str
    place: int
    points: Mapping[str, dict[str, Any]]


def response(name: str, kpi: str, key: str, curves: Sequence[Curve], same_orders: bool = True) -> Picture:
    """Draw the means of a KPI over the values of a key, and below them the differences to the unchanged point.

    Args:
        name: of the picture.
        kpi: the indicator.
        key: what is varied.
        curves: one a policy; values as they are to be placed, unless they are numbers.
        same_orders: whether all points met the same orders.

    """
    title = f"{capital(KPIS[kpi].label)} over {key}"
    drawn = [
        Curve(c.policy, c.place, {v: row for v, row in c.points.items() if row["mean"] is not None})
        for c in curves
    ]
    drawn = [curve for curve in drawn if curve.points]
    if not drawn:
        return Picture(name, title, "", "It is defined at no point.")
    values = list(dict.fromkeys(value for curve in drawn for value in curve.points if value))
    scale = _Scale.of(values)
    unit = next(iter(drawn[0].points.values()))["unit"]
    factor, shown = numbers.unit_shown(unit)
    with house_style():
        figure = canvas(4.6)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        for number, curve in enumerate(drawn):
            shift = (number - (len(drawn) - 1) / 2) * _APART
            _means(upper, curve, scale, shift, factor)
            _differences(lower, curve, scale, shift, factor)
        lower.axhline(0.0, color=MUTED.light, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
        scale.dress(lower)
        for axes in (upper, lower):
            axes.grid(axis="y", linewidth=0.6)
            axes.margins(0.09, 0.14)
            axes.yaxis.set_major_locator(MaxNLocator(5))
        upper.set_ylabel(_quantity(KPIS[kpi].label, shown))
        lower.set_ylabel(_quantity("minus unchanged\n", numbers.unit_of_difference(unit)))
        figure.align_ylabels()
        lower.set_xlabel("\n".join(textwrap.wrap(key, 60, break_on_hyphens=False)))
        if len(drawn) > 1:
            _name(figure, upper, drawn, scale, factor)
        svg = inline_svg(figure, name, title, _told(drawn, unit))
    return Picture(name, title, svg, _caption(drawn, same_orders))


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where values stand: as numbers, on a logarithmic scale, or side by side in the order given."""

    values: Sequence[str]
    numeric: bool
    logarithmic: bool

    @classmethod
    def of(cls, values: Sequence[str]) -> _Scale:
        try:
            places = [float(value) for value in values]
        except ValueError:
            return cls(values, False, False)
        if len(places) < 2 or not all(map(math.isfinite, places)):
            return cls(values, False, False)
        ordered = sorted(values, key=float)
        return cls(ordered, True, min(places) > 0.0 and max(places) / min(places) >= _WIDE)

    def place(self, value: str, shift: float = 0.0) -> float:
        """Return where a value stands, moved aside by a part of the room that it has; "" stands before all."""
        if not value:
            return self.place(self.values[0]) if self.values else 0.0
        if not self.numeric:
            return self.values.index(value) + shift
        if self.logarithmic:
            room = math.log(float(self.values[-1]) / float(self.values[0])) / len(self.values)
            return float(value) * math.exp(0.3 * shift * room)
        room = (float(self.values[-1]) - float(self.values[0])) / len(self.values)
        return float(value) + 0.3 * shift * room

    def dress(self, axes: Axes) -> None:
        """Write the values below the axis."""
        if self.logarithmic:
            axes.set_xscale("log")
        if not self.numeric:
            labels = [shortened(value, _LONGEST) for value in self.values]
            turned = sum(len(label) + 2 for label in labels) > 56
            rotation, side = (35, "right") if turned else (0, "center")
            axes.set_xticks(range(len(labels)), labels, rotation=rotation, ha=side)
        else:
            written = self._written()
            axes.xaxis.set_minor_locator(NullLocator())
            axes.set_xticks([float(value) for value in written], written)

    def _written(self) -> list[str]:
        """Return the values whose labels have room beside each other, from the left."""
        places = {
            value: math.log(float(value)) if self.logarithmic else float(value) for value in self.values
        }
        span = places[self.values[-1]] - places[self.values[0]]
        written: list[str] = []
        for value in self.values:
            room = (places[value] - places[written[-1]]) / span * _LETTERS if written else math.inf
            if not written or room >= (len(value) + len(written[-1])) / 2 + 1.5:
                written.append(value)
        return written


def _means(axes: Axes, curve: Curve, scale: _Scale, shift: float, factor: float) -> None:
    colour = colour_of(curve.place).light
    if "" in curve.points:
        axes.axhline(factor * curve.points[""]["mean"], color=colour, linewidth=1.0, linestyle=(0, (1, 2)))
    points = [(scale.place(value, shift), row) for value, row in curve.points.items() if value]
    points.sort(key=lambda point: point[0])
    places = [place for place, _ in points]
    means = [factor * row["mean"] for _, row in points]
    axes.plot(places, means, color=colour, linewidth=1.2 if scale.numeric else 0.0)
    reaches = [math.nan if row["half_width"] is None else factor * row["half_width"] for _, row in points]
    axes.errorbar(
        places, means, yerr=reaches, color=colour, linestyle="none", elinewidth=1.4, marker=shape_of(curve.place),
        markersize=6.5, markeredgecolor=PAPER.light, zorder=4,
    )  # fmt: skip
    rings = [(place, factor * row["mean"]) for place, row in points if row["policy"] == row["of"]]
    axes.plot(
        [x for x, _ in rings], [y for _, y in rings], marker="o", markersize=12, markerfacecolor="none",
        markeredgecolor=INK.light, markeredgewidth=1.0, linestyle="none", zorder=3,
    )  # fmt: skip


def _name(figure: Figure, axes: Axes, curves: Sequence[Curve], scale: _Scale, factor: float) -> None:
    """Write each policy's name beside its last point, where there is room made for it."""
    left, right = axes.get_xlim()
    room = min((max(len(curve.policy) for curve in curves) + 2) * _LETTER, 0.45)
    if scale.logarithmic:
        axes.set_xlim(left, right * (right / left) ** (room / (1.0 - room)))
    else:
        axes.set_xlim(left, right + (right - left) * room / (1.0 - room))
    ends = [
        max((scale.place(value), factor * row["mean"]) for value, row in curve.points.items())
        for curve in curves
    ]
    lay_out(figure)
    pixels = axes.transData.transform(ends)
    frame = axes.get_window_extent()
    gap = min(_LINE, (float(frame.height) - _LINE) / len(ends))
    heights = apart(pixels[:, 1], gap, frame.y0 + _LINE / 2, frame.y1 - _LINE / 2)
    for curve, end, (_, y), height in zip(curves, ends, pixels, heights, strict=True):
        axes.annotate(
            shortened(curve.policy, _LONGEST), end, xytext=(16.0, float(height - y)), textcoords="offset points",
            va="center", color=INK.light, annotation_clip=False, zorder=9,
            arrowprops={
                "arrowstyle": "-", "color": colour_of(curve.place).light, "linewidth": 0.9, "shrinkA": 1.0,
                "shrinkB": 5.0, "relpos": (0.0, 0.5),
            },
        )  # fmt: skip


def _differences(axes: Axes, curve: Curve, scale: _Scale, shift: float, factor: float) -> None:
    colour = colour_of(curve.place).light
    points = [
        (scale.place(value, shift), row)
        for value, row in curve.points.items()
        if value and row["difference"] is not None and row["policy"] != row["of"]
    ]
    for sure in (True, False):
        chosen = [(x, row) for x, row in points if (row["verdict"] in (BETTER, WORSE)) is sure]
        reaches = [
            math.nan if row["low"] is None else factor * (row["difference"] - row["low"]) for _, row in chosen
        ]
        axes.errorbar(
            [x for x, _ in chosen], [factor * row["difference"] for _, row in chosen], yerr=reaches, color=colour,
            linestyle="none", elinewidth=1.4, marker=shape_of(curve.place), markersize=6.5, zorder=4,
            markerfacecolor=colour if sure else PAPER.light, markeredgecolor=colour,
        )  # fmt: skip


def _quantity(words: str, unit: str) -> str:
    return f"{words} ({unit})".replace("\n ", "\n") if unit else words.strip()


def _told(curves: Sequence[Curve], unit: str) -> str:
    shown = numbers.unit_shown(unit)[1]
    return "; ".join(
        f"{curve.policy}: "
        + ", ".join(
            f"{numbers.estimate(row['mean'], row['half_width'], unit)} at {value or 'unchanged'}"
            for value, row in curve.points.items()
        )
        + f" {shown}".rstrip()
        for curve in curves
    )


def _caption(curves: Sequence[Curve], same_orders: bool) -> str:
    rows = [row for curve in curves for row in curve.points.values()]
    ringed = any(row["policy"] == row["of"] and value for c in curves for value, row in c.points.items())
    text = "Above: means" + (", the unchanged point in a ring." if ringed else ".")
    if any("" in curve.points for curve in curves):
        text += " Dotted: unchanged, where the key stands nowhere."
    if any(row["half_width"] is not None for row in rows):
        text += " Bars: 95 % intervals."
    text += " Below: differences to the unchanged point"
    text += ", replication by replication on the same orders" if same_orders else ""
    return f"{text}; filled where the verdict is better or worse."
