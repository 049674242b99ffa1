"""The ground of a map: an outline where there is one, and where places lie on the paper."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.path import Path as Line

from reports.figures.style import MUTED, WIDTH

Points = np.ndarray[Any, np.dtype[np.float64]]

# The contiguous US lie in this box (degrees south, north, west, east). Albers' equal-area projection with the
# parallels that maps of the US are drawn with.
_US = (24.4, 49.5, -125.0, -66.8)
_PARALLELS, _CENTRE = (29.5, 45.5), (37.5, -96.0)
_TALLEST = 4.6
_SOURCE = (
    "Outline of the states: US Census Bureau, cartographic boundary files (public domain), by way of us-atlas"
    " 3.0.1, © 2013-2019 Michael Bostock (ISC licence)."
)


@dataclass(frozen=True, slots=True)
class Map:
    """Places on paper, in kilometres or degrees.

    Attributes:
        regions: x, y of each region.
        sites: x, y of each warehouse.
        frame: left, right, bottom, top.
        outline: polylines in the same plane; none where the paper shows degrees.
        degrees_ratio: height of a degree of latitude over the width of one of longitude; 1 where it shows kilometres.

    """

    regions: Points
    sites: Points
    frame: tuple[float, float, float, float]
    outline: tuple[Points, ...]
    degrees_ratio: float = 1.0

    @property
    def source(self) -> str:
        """Whose work the ground is; empty where there is no outline."""
        return _SOURCE if self.outline else ""

    @property
    def height(self) -> float:
        """Inches of paper that the frame takes at the house's width."""
        left, right, bottom, top = self.frame
        room = 0.0 if self.outline else 0.5  # for the axes
        tall = (WIDTH - room) * (top - bottom) / (right - left) * self.degrees_ratio
        return min(max(tall, 1.8), _TALLEST) + room

    def draw(self, axes: Axes) -> None:
        """Draw the ground and set the frame."""
        left, right, bottom, top = self.frame
        axes.set_xlim(left, right)
        axes.set_ylim(bottom, top)
        axes.set_aspect(self.degrees_ratio)
        if not self.outline:
            axes.set_xlabel("longitude (degrees)")
            axes.set_ylabel("latitude (degrees)")
            axes.grid(linewidth=0.6)
            return
        axes.set_axis_off()
        codes = np.concatenate([[Line.MOVETO] + [Line.LINETO] * (len(line) - 1) for line in self.outline])
        axes.add_collection(
            PathCollection(
                [Line(np.concatenate(self.outline), codes)],
                facecolors="none", edgecolors=MUTED.light, linewidths=0.7, alpha=0.55, zorder=1,
            )
        )  # fmt: skip
        scale = 500.0
        axes.plot([left + 100, left + 100 + scale], [bottom + 90] * 2, color=MUTED.light, linewidth=1.2)
        axes.text(left + 100, bottom + 130, f"{scale:.0f} km", fontsize=9, color=MUTED.light)


def map_of(regions: Sequence[tuple[float, float]], sites: Sequence[tuple[float, float]]) -> Map:
    """Lay out places: with the outline of the states where all sites lie in the contiguous US.

    Args:
        regions: latitude and longitude of each.
        sites: latitude and longitude of each; at least one.

    """
    south, north, west, east = _US
    if all(south <= lat <= north and west <= lon <= east for lat, lon in sites):
        # Regions outside (Hawaii) keep their lines, which leave the frame in their direction.
        outline = tuple(_albers(np.array(line)[:, ::-1]) for line in _outline())
        corners = np.concatenate(outline)
        return Map(_albers(np.array(regions)), _albers(np.array(sites)), _frame(corners, 60.0), outline)
    places = np.array([*regions, *sites])[:, ::-1]
    middle = math.radians(float(places[:, 1].mean()))
    margin = max(0.5, 0.06 * float(np.ptp(places, axis=0).max()))
    return Map(
        np.array(regions)[:, ::-1],
        np.array(sites)[:, ::-1],
        _frame(places, margin),
        (),
        degrees_ratio=1 / max(math.cos(middle), 0.2),
    )


def _outline() -> list[list[list[float]]]:
    text = files("reports").joinpath("us_states_outline.json").read_text(encoding="utf-8")
    lines: list[list[list[float]]] = json.loads(text)
    return lines


def _frame(points: Points, margin: float) -> tuple[float, float, float, float]:
    (left, bottom), (right, top) = points.min(axis=0) - margin, points.max(axis=0) + margin
    return float(left), float(right), float(bottom), float(top)


def _albers(places: Points) -> Points:
    """Project latitude and longitude to kilometres east and north of the centre (sphere, R = 6371 km)."""
    first, second = np.sin(np.radians(_PARALLELS))
    n = (first + second) / 2
    c = 1 - first**2 + 2 * n * first
    radius = 6371.0 / n * np.sqrt(c - 2 * n * np.sin(np.radians(places[:, 0])))
    origin = 6371.0 / n * math.sqrt(c - 2 * n * math.sin(math.radians(_CENTRE[0])))
    angle = n * np.radians(places[:, 1] - _CENTRE[1])
    return np.stack([radius * np.sin(angle), origin - radius * np.cos(angle)], axis=1)
