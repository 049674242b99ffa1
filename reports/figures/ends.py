"""Names at the right ends of lines, where they do not cover each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures.style import INK, lay_out
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
    lay_out(figure)
    for panel, names in zip(panels, texts, strict=True):
        if names:
            levels = panel.axes.transData.transform(list(panel.points))[:, 1]
            bottom, top = panel.axes.bbox.intervaly
            places = apart(levels, _GAP, bottom + _SIZE / 2, top - _SIZE / 2)
            for text, level, place in zip(names, levels, places, strict=True):
                text.xyann = (6, float(place - level))


def apart(
    levels: Sequence[float] | Values, gap: float, low: float = -math.inf, high: float = math.inf
) -> Values:
    """Return the places nearest to these levels (least squares) of which no two are closer than the gap.

    Args:
        levels: in any order.
        gap: from one place to the next, at least.
        low: where the lowest may be.
        high: where the highest may be; where there is no room, places go on below `low`.

    Example:
        >>> from reports.figures.ends import apart
        >>> apart([0.0, 5.0, 5.0], 2.0).tolist()
        [0.0, 4.0, 6.0]
        >>> apart([0.0, 5.0, 5.0], 2.0, high=5.5).tolist()
        [0.0, 3.5, 5.5]

    """
    order = np.argsort(levels, kind="stable")
    steps = gap * np.arange(len(order))
    # Without the steps, places need only ascend: neighbours that do not are pooled at their mean.
    pools: list[list[float]] = []
    for level in np.asarray(levels, dtype=np.float64)[order] - steps:
        pools.append([float(level)])
        while len(pools) > 1 and np.mean(pools[-2]) >= np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    ascending = np.array([np.mean(pool) for pool in pools for _ in pool])
    places: Values = np.empty(len(order))
    places[order] = np.minimum(np.maximum(ascending, low), high - steps.max(initial=0.0)) + steps
    return places
