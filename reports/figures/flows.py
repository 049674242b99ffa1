"""Who is served from where: a map of the flows of each policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Line

from reports import numbers
from reports.figures.captions import NO_JOURNAL
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import label_points
from reports.figures.maps import Map, map_of
from reports.figures.style import MUTED, PAPER, Colour, canvas, colour_of, house_style
from reports.kpis.columns import Flags, Integers, flags, positions
from sim.arrays import Floats
from sim.journal import Journal
from sim.scenario import Scenario

_NAME, _TITLE = "flows", "Where shipments leave from"
_MOST_LINES = 1500
_MOST_NAMES = 12
_WORTH_A_NAME = 0.1  # of what the busiest site ships, where there are more sites than names
_NEAR = 0.03  # of the width: a region so near to a site needs no name
# Lines by their share of the largest flow: at least so much, this wide, this opaque.
_CLASSES = ((0.5, 3.2, 0.75), (0.2, 2.0, 0.6), (0.05, 1.1, 0.5), (0.0, 0.6, 0.4))


@dataclass(frozen=True, slots=True)
class _Flow:
    """Shipments from warehouses to regions, as a matrix."""

    counts: Integers

    @property
    def sites(self) -> Integers:
        """Shipments by warehouse."""
        total: Integers = self.counts.sum(axis=1)
        return total


def flow_maps(
    journals: Mapping[str, Journal], policies: Sequence[str], scenario: Scenario | None
) -> list[Picture]:
    """Draw one map for each policy.

    Args:
        journals: one of the same replication for each policy; none, and there is no map.
        policies: all of the experiment, which fixes their colours.
        scenario: where sites and customers are; None if the folder has none.

    """
    reason = _missing(journals, scenario)
    if reason or scenario is None:
        return [Picture(_NAME, _TITLE, "", reason)]
    ground = map_of(
        [region.at for region in scenario.regions if region.at is not None],
        [site.at for site in scenario.warehouses if site.at is not None],
    )
    flows = {policy: _flow(journal, scenario) for policy, journal in journals.items()}
    largest = max(int(flow.counts.max(initial=0)) for flow in flows.values())
    busiest = max(int(flow.sites.max(initial=0)) for flow in flows.values())
    pictures = []
    for policy, flow in flows.items():
        place = policies.index(policy)
        name = f"{_NAME}-{place + 1}"
        with house_style():
            figure = canvas(ground.height)
            axes = figure.add_subplot()
            ground.draw(axes)
            drawn = _draw_lines(axes, ground, flow, largest, colour_of(place))
            _draw_sites(axes, ground, flow, busiest, colour_of(place))
            _name_places(figure, axes, ground, flow, busiest, scenario)
            svg = inline_svg(figure, name, f"{_TITLE}: {policy}", _told(flow, scenario))
        pictures.append(Picture(name, policy, svg, _caption(drawn, len(flows)), ground.source, policy))
    return pictures


def _missing(journals: Mapping[str, Journal], scenario: Scenario | None) -> str:
    if scenario is None:
        return "The folder has no scenario.yaml, which says where sites and customers are."
    if any(site.at is None for site in scenario.warehouses) or any(r.at is None for r in scenario.regions):
        return "The scenario does not say where all its sites and regions are."
    if len({site.at for site in scenario.warehouses} | {region.at for region in scenario.regions}) == 1:
        return "Site and customers are at one place: there is nothing to see on a map."
    if not journals:
        return NO_JOURNAL
    return ""


def _flow(journal: Journal, scenario: Scenario) -> _Flow:
    """Count the shipments of counted orders that were not taken back."""
    warehouses = [site.id for site in scenario.warehouses]
    regions = [region.id for region in scenario.regions]
    counts = np.zeros(len(warehouses) * len(regions), dtype=np.int64)
    for batch in journal.batches("shipments", ("warehouse", "region", "state", "counted")):
        site, region = (
            positions(batch.column("warehouse"), warehouses),
            positions(batch.column("region"), regions),
        )
        gone = positions(batch.column("state"), ("cancelled",)) < 0
        chosen: Flags = flags(batch.column("counted")) & gone & (site >= 0) & (region >= 0)
        counts += np.bincount((site * len(regions) + region)[chosen], minlength=len(counts))
    return _Flow(counts.reshape(len(warehouses), len(regions)))


def _draw_lines(axes: Axes, ground: Map, flow: _Flow, largest: int, colour: Colour) -> float:
    """Draw the largest flows, and return the share of all shipments that they carry."""
    order = np.argsort(-flow.counts, axis=None, kind="stable")[:_MOST_LINES]
    counts = flow.counts.ravel()[order]
    order, counts = order[counts > 0], counts[counts > 0]
    site, region = np.divmod(order, flow.counts.shape[1])
    ends = np.stack([ground.sites[site], ground.regions[region]], axis=1)
    upper = np.inf
    for least, width, opacity in _CLASSES:
        chosen: Flags = (counts >= least * largest) & (counts < upper)
        upper = least * largest
        if chosen.any():
            # One path for all lines of a width: a line costs a few bytes of the page, and where lines cross
            # they do not darken.
            line = Line(ends[chosen].reshape(-1, 2), np.tile([Line.MOVETO, Line.LINETO], int(chosen.sum())))
            axes.add_collection(
                PathCollection(
                    [line],
                    facecolors="none",
                    edgecolors=colour.light,
                    linewidths=width,
                    alpha=opacity,
                    zorder=3,
                )
            )
    return float(counts.sum() / max(int(flow.counts.sum()), 1))


def _draw_sites(axes: Axes, ground: Map, flow: _Flow, busiest: int, colour: Colour) -> None:
    axes.scatter(
        ground.sites[:, 0], ground.sites[:, 1], s=_areas(flow, busiest), color=colour.light, edgecolors=PAPER.light,
        linewidths=1.0, zorder=5,
    )  # fmt: skip


def _areas(flow: _Flow, busiest: int) -> Floats:
    """Return the areas of circles as matplotlib takes them: the square of the diameter, in points."""
    areas: Floats = 8 + 150 * flow.sites / max(busiest, 1)
    return areas


def _name_places(
    figure: Figure, axes: Axes, ground: Map, flow: _Flow, busiest: int, scenario: Scenario
) -> None:
    """Name the sites that ship most and, where no outline tells where one is, the regions, if they are few."""
    named = np.argsort(-flow.sites, kind="stable")[:_MOST_NAMES]
    if len(flow.sites) > _MOST_NAMES:
        named = named[flow.sites[named] >= _WORTH_A_NAME * flow.sites.max()]
    points = [(float(x), float(y)) for x, y in ground.sites[named]]
    names = [scenario.warehouses[place].id for place in named]
    around: list[tuple[float, float]] = []
    quiet: list[str] = []
    if not ground.outline and len(scenario.regions) <= _MOST_NAMES:
        axes.scatter(ground.regions[:, 0], ground.regions[:, 1], s=7, color=MUTED.light, zorder=4)
        near = _NEAR * (ground.frame[1] - ground.frame[0])
        for region, place in zip(scenario.regions, ground.regions, strict=True):
            if np.hypot(*(np.array(points) - place).T).min() > near:
                around.append((float(place[0]), float(place[1])))
                quiet.append(region.id)
    radii = (np.sqrt(_areas(flow, busiest)[named]) / 2).tolist()
    label_points(figure, axes, [*points, *around], [*names, *quiet], size=9.0, radii=radii, quiet=len(quiet))


def _told(flow: _Flow, scenario: Scenario) -> str:
    total = max(int(flow.counts.sum()), 1)
    order = np.argsort(-flow.sites, kind="stable")[:_MOST_NAMES]
    shares = [
        f"{scenario.warehouses[place].id} {numbers.fixed(100 * int(flow.sites[place]) / total, 0)} %"
        for place in order
    ]
    return f"Share of shipments: {', '.join(shares)}"


def _caption(drawn: float, policies: int) -> str:
    text = (
        "Shipments of the counted orders of one replication. Circle: how many leave a site, by its area. Line: how many"
        " go from there to a region, by its width"
    )
    text += "; all policies on one scale." if policies > 1 else "."
    if drawn < 0.995:
        text += f" The {_MOST_LINES:,} largest flows: {100 * drawn:.0f} % of the shipments."
    return text
