"""Shares of orders, in titled blocks with a lane for each policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reports import numbers
from reports.figures.inline_svg import inline_svg
from reports.figures.lanes import Block, Lane, draw_lanes, height_of
from reports.figures.style import canvas, house_style
from reports.slices import Slices
from reports.statistics import Values, mean_of

NO_TABLE = "The folder has no breakdown.parquet: play the experiment again to have one."
"""Why there is no picture of slices."""

ONE_DAY = "The window has no second day."
"""Why there is no picture over time."""

ONE_REPLICATION = "Of one replication."
"""What stands in a caption where nothing could be averaged."""

OWN_COSTS = "Cost: of the orders themselves, without storage, supply and spoilage."
"""What the cost of a slice is."""


def draw_shares(
    name: str, title: str, policies: Sequence[str], found: Mapping[str, Mapping[str, Values]], unit: str
) -> str:
    """Draw the mean share over replications with its interval, and return the SVG.

    Args:
        name: of the picture.
        title: of the picture.
        policies: all of the experiment, which fixes their colours.
        found: by the title of a block and by policy, the share in each replication; NaN where it is undefined.
        unit: what stands below the scale.

    """
    blocks, told = [], []
    for block, values in found.items():
        means = {policy: mean_of(values[policy]) for policy in policies}
        texts = {
            policy: numbers.MISSING
            if mean.n == 0
            else numbers.estimate(mean.mean, None if mean.n < 2 else mean.half_width, "share")
            for policy, mean in means.items()
        }
        lanes = [
            Lane(policy, place, 100 * means[policy].mean, 100 * means[policy].half_width, texts[policy])
            for place, policy in enumerate(policies)
        ]
        blocks.append(Block(block, lanes))
        told.append(f"{block}: " + ", ".join(f"{policy} {text} %" for policy, text in texts.items()))
    with house_style():
        figure = canvas(height_of(blocks) + 0.45)
        draw_lanes(figure.add_subplot(), blocks, unit, from_zero=True)
        return inline_svg(figure, name, title, "; ".join(told))


def most_of(totals: Values, number: int) -> list[int]:
    """Return the places of the largest totals, at most so many, in their own order."""
    largest = np.argsort(-totals, kind="stable")[:number]
    return sorted(int(place) for place in largest)


def bars(slices: Slices) -> str:
    """Return the sentence of a caption on what bars are."""
    return "Bars: 95 % intervals over replications." if slices.repeated else ONE_REPLICATION
