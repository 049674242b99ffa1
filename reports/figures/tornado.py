"""How far a KPI swings over the values of each key: a bar a key, the largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports import numbers
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, PAPER, canvas, colour_of, house_style
from reports.kpis import KPIS
from reports.numbers import joined

_MOST_KEYS = 12
_LONGEST_VALUE = 16
_LETTERS = 56  # that have room above a bar


def tornado_bars(
    name: str, policy: str, place: int, rows: Sequence[Mapping[str, Any]], unchanged: float | None, held: str
) -> Picture:
    """Draw the swings of one KPI of one policy.

    Args:
        name: of the picture.
        policy: whose they are.
        place: of the policy, which gives its colour.
        rows: of `reports.tornado` in one KPI, the largest swing first, which is not zero; with the `short` of each key.
        unchanged: the mean at the unchanged point; None where it is undefined.
        held: what the other keys are meanwhile.

    """
    kpi = KPIS[rows[0]["kpi"]]
    factor, unit = numbers.unit_shown(rows[0]["unit"])
    title = f"Swing of {kpi.label} by key"
    shown = [row for row in rows if row["swing"]][:_MOST_KEYS]
    reaches = [_reach(row, factor) for row in shown]
    low, high = min(left for left, _ in reaches), max(right for _, right in reaches)
    if unchanged is not None:
        low, high = min(low, factor * unchanged), max(high, factor * unchanged)
    span = (high - low) or abs(high) or 1.0
    with house_style():
        figure = canvas(0.85 + 0.52 * len(shown))
        axes = figure.add_subplot()
        for line, (row, (left, right)) in enumerate(zip(shown, reaches, strict=True)):
            begin, end = factor * row["lowest"], factor * row["highest"]
            axes.barh(line, end - begin, left=begin, height=0.34, color=colour_of(place).light, alpha=0.55)
            if row["low"] is not None:
                ends = [factor * (row["lowest"] + row[side]) for side in ("low", "high")]
                axes.plot(ends, [line, line], color=INK.light, linewidth=1.2, zorder=4)
            axes.text(
                low - 0.2 * span, line - 0.27, _heading(row, _LETTERS), va="bottom", color=INK.light, zorder=5,
                bbox={"facecolor": PAPER.light, "edgecolor": "none", "alpha": 0.85, "pad": 0.6},
            )  # fmt: skip
            style: Any = {"va": "center", "fontsize": 9, "color": MUTED.light}
            axes.text(
                left - 0.015 * span, line, shortened(row["lowest_at"], _LONGEST_VALUE), ha="right", **style
            )
            axes.text(
                right + 0.015 * span, line, shortened(row["highest_at"], _LONGEST_VALUE), ha="left", **style
            )
        if unchanged is not None:
            axes.axvline(factor * unchanged, color=INK.light, linewidth=1.0, linestyle=(0, (3, 2)), zorder=3)
        axes.set_xlim(low - 0.2 * span, high + 0.2 * span)
        axes.set_ylim(len(shown) - 0.6, -0.75)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=5)
        axes.set_xlabel(f"{kpi.label} ({unit})" if unit else kpi.label)
        told = "; ".join(f"{_heading(row)}, from {row['lowest_at']} to {row['highest_at']}" for row in shown)
        svg = inline_svg(figure, name, f"{title}: {policy}", told)
    return Picture(name, title, svg, _caption(rows, shown, unchanged, held))


def _caption(
    rows: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]], unchanged: float | None, held: str
) -> str:
    text = f"A bar: from the lowest mean over the values of a key to the highest, {held}; at its ends the values."
    if any(row["low"] is not None for row in shown):
        text += " Thin line: where the bar may end, the swing's 95 % interval."
    if unchanged is not None:
        text += " Dashed: the unchanged point."
    if still := [row["short"] for row in rows if not row["swing"]]:
        text += f" No swing over {joined(still, 'or')}."
    if left := sum(1 for row in rows if row["swing"]) - len(shown):
        text += f" Not shown: {numbers.counted(left, 'key')} over which it swings less."
    return text


def _reach(row: Mapping[str, Any], factor: float) -> tuple[float, float]:
    """Return between what a row is drawn, interval included."""
    ends = [row["lowest"], row["highest"]]
    ends += [row["lowest"] + row[side] for side in ("low", "high") if row[side] is not None]
    return factor * min(ends), factor * max(ends)


def _heading(row: Mapping[str, Any], longest: int | None = None) -> str:
    """Return a key with its swing; a key that has no room loses its beginning."""
    swing = {"difference": row["swing"], "low": row["low"], "high": row["high"], "unit": row["unit"]}
    amount = numbers.difference(swing).lstrip("+")
    between = "" if row["low"] is None else f" {numbers.interval(swing)}"
    amount = f": {amount}{between} {numbers.unit_of_difference(row['unit'])}".rstrip()
    room = len(row["short"]) if longest is None else longest - len(amount)
    key = row["short"] if len(row["short"]) <= room else f"…{row['short'][len(row['short']) - room + 1 :]}"
    return f"{key}{amount}"
