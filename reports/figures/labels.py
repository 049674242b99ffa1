"""Names in pictures: cut to the room there is, and beside points where they hide neither each other nor a point."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from reports.figures.style import INK, MUTED, PAPER, lay_out

_NEAR = 7.0  # points from the middle of a mark to its name
_CLEAR = 3.5  # points between the edge of a large mark and its name
_LONGEST = 26  # letters: a name beside a point has half of the picture
_PLACES = (
    (1, 0, "left", "center"), (-1, 0, "right", "center"), (0, 1, "center", "bottom"),
    (0, -1, "center", "top"), (0.8, 0.8, "left", "bottom"), (-0.8, 0.8, "right", "bottom"),
    (0.8, -0.8, "left", "top"), (-0.8, -0.8, "right", "top"), (0, 2.6, "center", "bottom"),
    (0, -2.6, "center", "top"),
)  # fmt: skip


def shortened(name: str, letters: int) -> str:
    """Return a name that takes no more than that many letters; of a longer one the middle is left out."""
    if len(name) <= letters:
        return name
    tail = (letters - 1) // 3  # names of a kind often begin alike and end in what tells them apart
    return f"{name[: letters - 1 - tail]}…{name[len(name) - tail :]}"


def label_points(
    figure: Figure,
    axes: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    size: float = 10.0,
    reaches: Sequence[tuple[float, float]] = (),
    radii: Sequence[float] = (),
    quiet: int = 0,
) -> None:
    """Write a name beside each point, at the place around it that covers least; earlier points choose first.

    Args:
        figure: that the axes are in.
        axes: with their limits set.
        points: in data coordinates.
        names: one a point; a long one is cut in its middle.
        size: of the type, in points.
        reaches: how far the bars of each point go to either side, in data coordinates.
        radii: of the marks of the first points, in points of type; the others are small.
        quiet: how many of the last names are less important than the others.

    """
    lay_out(figure)
    frame = axes.get_window_extent()
    pixels = axes.transData.transform(list(points))
    away = [max(_NEAR, radius + _CLEAR) for radius in radii] + [_NEAR] * (len(points) - len(radii))
    taken = [
        Bbox.from_bounds(x - near + 1, y - near + 1, 2 * near - 2, 2 * near - 2)
        for (x, y), near in zip(pixels, away, strict=True)
    ]
    for (x, y), (across, up) in zip(points, reaches, strict=False):
        (left, bottom), (right, top) = axes.transData.transform([(x - across, y - up), (x + across, y + up)])
        centre, level = (left + right) / 2, (bottom + top) / 2
        taken += [
            Bbox([[left, level - 2], [right, level + 2]]),
            Bbox([[centre - 2, bottom], [centre + 2, top]]),
        ]
    cut = (shortened(name, _LONGEST) for name in names)
    for number, ((x, y), point, name, near) in enumerate(zip(pixels, points, cut, away, strict=True)):
        best: tuple[float, Bbox, tuple[float, float, str, str]] | None = None
        for place in _PLACES:
            box = _box(x, y, name, size, near, place)
            cost = sum(_overlap(box, other) for other in taken) + 4.0 * (_area(box) - _overlap(box, frame))
            if best is None or cost < best[0] - 1.0:
                best = cost, box, place
        assert best is not None
        taken.append(best[1])
        right, up, horizontal, vertical = best[2]
        colour = INK if number < len(points) - quiet else MUTED
        axes.annotate(
            name, point, xytext=(right * near, up * near), textcoords="offset points", ha=horizontal,
            va=vertical, fontsize=size, color=colour.light, zorder=9, annotation_clip=False,
            bbox={"facecolor": PAPER.light, "edgecolor": "none", "alpha": 0.7, "pad": 0.6},
        )  # fmt: skip


def _box(
    x: float, y: float, name: str, size: float, near: float, place: tuple[float, float, str, str]
) -> Bbox:
    # Letters are on average at most 0.62 of the type size wide, in any font that a browser is likely to take.
    width, height = 0.62 * size * len(name), 1.25 * size
    right, up, horizontal, vertical = place
    left = x + right * near - {"left": 0.0, "center": width / 2, "right": width}[horizontal]
    bottom = y + up * near - {"bottom": 0.0, "center": height / 2, "top": height}[vertical]
    return Bbox.from_bounds(left, bottom, width, height)


def _area(box: Bbox) -> float:
    return float(box.width * box.height)


def _overlap(one: Bbox, other: Bbox) -> float:
    common = Bbox.intersection(one, other)
    return 0.0 if common is None else _area(common)
