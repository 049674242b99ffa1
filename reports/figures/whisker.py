"""A difference and its interval on a line with zero, small enough for a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from reports import numbers
from reports.figures.style import Colour

_WIDTH, _HEIGHT, _EDGE = 96, 20, 6


def ends_of(rows: Iterable[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the lowest and the highest difference that rows of a comparison have to show, intervals included."""
    ends = [row[end] for row in rows for end in ("low", "high", "difference") if row[end] is not None]
    return min(ends, default=0.0), max(ends, default=0.0)


def whisker(row: Mapping[str, Any], ends: tuple[float, float], colour: Colour) -> Markup:
    """Draw the difference of one row of a comparison.

    Args:
        row: of the comparison in `summary.json`.
        ends: `ends_of` all rows that are to be compared by eye.
        colour: of the policy.

    """
    if row["difference"] is None:
        return Markup("")
    text = f"difference {numbers.difference(row)} {numbers.unit_of_difference(row['unit'])}"
    if row["low"] is not None:
        text += f", 95 % interval {numbers.interval(row)}"

    left, right = min(ends[0], 0.0), max(ends[1], 0.0)

    def place(number: float) -> float:
        share = (number - left) / (right - left) if right > left else 0.5
        return round(_EDGE + share * (_WIDTH - 2 * _EDGE), 1)

    middle = _HEIGHT / 2
    bar = ""
    if row["low"] is not None:
        bar = f'<path d="M{place(row["low"])} {middle}H{place(row["high"])}" stroke-width="2.5"/>'
    style = f"var({colour.variable}, {colour.light})"
    return Markup(
        '<svg class="whisker" viewBox="0 0 {width} {height}" role="img" aria-label="{text}">'
        '<path class="zero" d="M{zero} 0V{height}"/>'
        '<g style="stroke: {style}; fill: {style}">{bar}'
        '<circle cx="{x}" cy="{middle}" r="4" stroke="none"/></g></svg>'
    ).format(
        width=_WIDTH, height=_HEIGHT, text=text, zero=place(0.0), style=style, bar=Markup(bar),
        x=place(row["difference"]), middle=middle,
    )  # fmt: skip
