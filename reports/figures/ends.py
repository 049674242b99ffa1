"""Names at the right ends of lines, where they do not cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures.style import INK, settle
from reports.statistics import Values

_SIZE = 9.0
_GAP = 1.2 * _SIZE  # points from one name to the next


class Ends(NamedTuple):
    """Lines of one panel.

    Attributes:
        axes: with their limits set, and nothing at their right.
        points: the last of each line, in data coordinates.
        names: one a point.

    """

    axes: Axes
    points: Sequence[tuple[float, float]]
    names: Sequence[str]


def label_ends(figure: Figure, panels: Sequence[Ends]) -> None:
    """Write a name beside the end of each line; where ends are close, names move apart as little as possible."""
    texts = [
        [
            panel.axes.annotate(
                name, point, xytext=(6, 0), textcoords="offset points", va="center", fontsize=_SIZE,
                color=INK.light, annotation_clip=False,
            )
            for name, point in zip(panel.names, panel.points, strict=True)
        ]
        for panel in panels
    ]  # fmt: skip
    settle(figure)
    for panel, names in zip(panels, texts, strict=True):
        if names:
            levels = panel.axes.transData.transform(list(panel.points))[:, 1]
            for text, level, place in zip(names, levels, apart(levels, _GAP), strict=True):
                text.xyann = (6, float(place - level))


def apart(levels: Sequence[float] | Values, gap: float) -> Values:
    """Return the places nearest to these levels (least squares) of which no two are closer than the gap.

    Example:
        >>> apart([0.0, 5.0, 5.0], 2.0).tolist()
        [0.0, 4.0, 6.0]

    """
    order = np.argsort(levels, kind="stable")
    steps = gap * np.arange(len(order))
    # Without the steps, places need only ascend: neighbours that do not are pooled at their mean.
    pools: list[list[float]] = []
    for level in np.asarray(levels, dtype=np.float64)[order] - steps:
        pools.append([float(level)])
        while len(pools) > 1 and np.mean(pools[-2]) >= np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    places: Values = np.empty(len(order))
    places[order] = np.array([np.mean(pool) for pool in pools for _ in pool]) + steps
    return places
