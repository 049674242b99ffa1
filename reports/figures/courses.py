"""How a policy's courses settle: their mean over replications, Welch's moving average, and where MSER-5 cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from reports.course import COURSES, Course
from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, PAPER, RULE, Colour, canvas, colour_of, house_style
from reports.statistics import Values
from reports.warmups.rhythm import Rhythm
from reports.warmups.warmup import WarmUp, days
from sim.writing import replacing

_DOTS_PER_INCH = 200  # of a PNG
_WHOLE_DAYS = 4  # from so many days on, only whole ones stand below the picture

_MEAN: Any = {"color": MUTED.light, "alpha": 0.55, "linewidth": 0.7}
_SMOOTH: Any = {"linewidth": 1.8}
_CUT: Any = {"color": INK.light, "linewidth": 1.0, "linestyle": (0, (3, 2))}
_WARM_UP: Any = {"color": RULE.light, "alpha": 0.5, "linewidth": 0}
_DATED: Any = {"color": MUTED.light, "linewidth": 1.0, "linestyle": "dotted"}


def draw_courses(
    path: Path,
    found: Mapping[str, Mapping[str, Course]],
    said: Mapping[str, Mapping[str, WarmUp]],
    known: Rhythm,
    warm_up_days: float,
) -> None:
    """Write a picture, one panel for each policy and course.

    Args:
        path: ends in .svg or .png.
        found: the courses, by policy and name; at least one.
        said: what they say of the warm-up, by the same.
        known: the scenario's rhythm.
        warm_up_days: the scenario's.

    """
    panels = [(policy, name) for policy, by_name in found.items() for name in by_name]
    with house_style():
        figure = canvas(1.1 + 1.4 * len(panels))
        figure.set_facecolor(PAPER.light)
        rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (policy, name) in zip(rows, panels, strict=True):
            title = COURSES[name] if len(found) == 1 else f"{shortened(policy, 26)}: {COURSES[name]}"
            axes.set_title(title, loc="left", color=INK.light)
            colour = colour_of(list(found).index(policy))
            _panel(axes, found[policy][name], said[policy][name], known, warm_up_days, colour)
        rows[-1].set_xlabel("days since the start")
        handles, labels = zip(*_legend(said, known, warm_up_days), strict=True)
        figure.legend(
            handles, labels, loc="outside lower left", ncols=2, frameon=False, fontsize=9,
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0.0)},
        )  # fmt: skip
        metadata = {"Date": None} if path.suffix == ".svg" else None
        with replacing(path) as beside:
            figure.savefig(beside, format=path.suffix[1:], dpi=_DOTS_PER_INCH, metadata=metadata)


def moving_average(series: Sequence[float] | Values, length: int) -> Values:
    """Return Welch's moving average: of about `length` values around each.

    Welch 1983, "The statistical analysis of simulation results": the window is centred, and shrinks where the series
    begins; where it would pass the end there is no average. Of an even number of values the outer two count half, so
    that what repeats after `length` values is gone.
    """
    values = np.asarray(series, dtype=np.float64)
    half = length // 2
    weights = np.ones(2 * half + 1)
    if length % 2 == 0:
        weights[[0, -1]] = 0.5
    first = [values[: 2 * place + 1].mean() for place in range(min(half, len(values) - half))]
    if len(values) < len(weights):
        return np.array(first)
    return np.concatenate([first, np.convolve(values, weights / length, mode="valid")])


def _panel(
    axes: Axes, course: Course, said: WarmUp, known: Rhythm, warm_up_days: float, colour: Colour
) -> None:
    mean = course.mean
    middles = (np.arange(len(mean)) + 0.5) * course.hours / 24
    if warm_up_days:
        axes.axvspan(0, warm_up_days, **_WARM_UP)
    axes.plot(middles, mean, **_MEAN)
    smooth = moving_average(mean, _window_h(known) // course.hours)
    axes.plot(middles[: len(smooth)], smooth, color=colour.light, **_SMOOTH)
    if said.cut_days is not None:
        axes.axvline(said.cut_days, **_CUT)
    if known.dated:
        axes.axvline(known.until_h / 24, **_DATED)
    axes.set_xlim(0, len(mean) * course.hours / 24)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", linewidth=0.6)
    axes.locator_params(axis="y", nbins=4)
    if axes.get_xlim()[1] >= _WHOLE_DAYS:
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))


def _window_h(known: Rhythm) -> int:
    """Return over how many hours is averaged: a cycle, or a day where every hour is like every other."""
    return max(known.cycle_h, 24)


def _legend(
    said: Mapping[str, Mapping[str, WarmUp]], known: Rhythm, warm_up_days: float
) -> Iterator[tuple[Artist | tuple[Artist, ...], str]]:
    """Yield what is drawn and how it is called; a line of every policy's colour has all of them side by side."""
    yield Line2D([], [], **_MEAN), "mean over replications"
    smooth = tuple(Line2D([], [], color=colour_of(place).light, **_SMOOTH) for place in range(len(said)))
    yield smooth, f"moving average over {days(_window_h(known))}"
    if any(one.cut_days is not None for by_name in said.values() for one in by_name.values()):
        yield Line2D([], [], **_CUT), "cut by MSER-5"
    if warm_up_days:
        yield Patch(**_WARM_UP), f"warm_up_days: {warm_up_days:g}"
    if known.dated:
        yield Line2D([], [], **_DATED), known.dated
