"""How every picture looks: colours, sizes and type.

A picture is 440 px wide by nature, so that its 10 pt type is still read on a phone of 390 px. Colours come
in pairs, one for a light page and one for a dark one; pictures are drawn in the light ones, and `inline_svg`
turns each into a CSS variable that the page sets for both.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

WIDTH = 4.6  # inches


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour by its CSS variable and its two values."""

    variable: str
    light: str
    dark: str


INK = Colour("--ink", "#1b1f24", "#e8eaed")
MUTED = Colour("--muted", "#57606b", "#a3acb8")
RULE = Colour("--rule", "#d5dae1", "#353c46")
PAPER = Colour("--paper", "#fffffe", "#12161c")

# Better and worse than the baseline, on maps: as far apart for every kind of colour blindness.
GAIN = Colour("--gain", "#2166ac", "#6db3f2")
LOSS = Colour("--loss", "#b2182b", "#ff8f80")

# Any two can be told apart with every kind of colour blindness (a distance of 18 or more in CIELAB under the
# usual simulations), and each has a contrast of three to one or more with its paper.
POLICIES = (
    Colour("--policy-1", "#0072b2", "#5ab4ec"),
    Colour("--policy-2", "#d55e00", "#ff8d4a"),
    Colour("--policy-3", "#28534d", "#5ff0c4"),
    Colour("--policy-4", "#560a63", "#e02f97"),
    Colour("--policy-5", "#76672f", "#f2e030"),
    Colour("--policy-6", "#8e45ed", "#b058ff"),
    Colour("--policy-7", "#c87f71", "#be8f78"),
    Colour("--policy-8", "#273409", "#a9f392"),
)
SHAPES = ("o", "s", "^", "D", "v", "p", "h", "<")

COLOURS = (INK, MUTED, RULE, PAPER, GAIN, LOSS, *POLICIES)


def colour_of(place: int) -> Colour:
    """Return the colour of the policy at that place of the experiment; the ninth has that of the first."""
    return POLICIES[place % len(POLICIES)]


def shape_of(place: int) -> str:
    """Return the marker of the policy at that place of the experiment."""
    return SHAPES[(place + place // len(POLICIES)) % len(SHAPES)]


_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "orderlab",
    "text.parse_math": False,  # a site may be called $1
    "font.family": "sans-serif",
    "font.size": 10.0,
    "axes.titlesize": 10.0,
    "axes.labelsize": 10.0,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "text.color": INK.light,
    "axes.edgecolor": MUTED.light,
    "axes.labelcolor": INK.light,
    "xtick.color": MUTED.light,
    "ytick.color": MUTED.light,
    "xtick.labelcolor": INK.light,
    "ytick.labelcolor": INK.light,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": RULE.light,
    "axes.axisbelow": True,
    "lines.solid_capstyle": "butt",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house's style within this context, whatever the user's own settings are."""
    with mpl.rc_context(), warnings.catch_warnings():
        # The browser has fonts for the signs that matplotlib's lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def canvas(height: float) -> Figure:
    """Return an empty figure of the house's width; height in inches."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    # The SVG backend draws at 72 dots an inch: a pixel is then a point also while the picture is laid out.
    figure.set_dpi(72)
    return figure


def lay_out(figure: Figure) -> None:
    """Fix where everything is: places in pixels are final from here on, and are not searched for again.

    A layout takes as long as drawing, and would be made anew at every draw.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)
    for axes in figure.axes:
        axes.apply_aspect()
