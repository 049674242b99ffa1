"""The proof that common orders help: replications in pairs, the baseline against each policy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from reports import numbers
from reports.compare import PAIRED
from reports.evidence import Evidence
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.labels import shortened
from reports.figures.style import INK, MUTED, PAPER, canvas, colour_of, house_style, shape_of
from reports.kpis import KPIS
from reports.sentences import same_orders
from reports.statistics import Values

_SHOWN = ("cost_per_order", "lead_time_mean_h")
_MOST = 300  # replications drawn
_LONGEST = 18  # letters of a title


class _Pairs(NamedTuple):
    """One policy: its place, the baseline's values and its own, and its row of the comparison."""

    place: int
    before: Values
    now: Values
    row: dict[str, Any]


def pairs(evidence: Evidence) -> list[Picture]:
    """Draw every replication at the baseline's value and the policy's, with the line of no difference."""
    title = "Replications in pairs"
    if all(row["method"] != PAIRED for row in evidence.summary["comparison"]):
        return [
            Picture("pairs", title, "", "Policies met different orders: their replications are no pairs.")
        ]
    return [_picture(kpi, evidence) for kpi in _SHOWN]


def _picture(kpi: str, evidence: Evidence) -> Picture:
    name, title = f"pairs-{kpi.replace('_', '-')}", f"Replications in pairs: {KPIS[kpi].label}"
    found = _found(kpi, evidence)
    if not found:
        caption = f"No policy has two replications with a {KPIS[kpi].label} in common with the baseline."
        return Picture(name, title, "", caption)
    unit = KPIS[kpi].unit_in(evidence.currency)
    columns = min(2, len(found))
    lines = -(-len(found) // columns)
    with house_style():
        figure = canvas(0.4 + lines * (2.35 if columns == 2 else 3.0))
        panels = figure.subplots(lines, columns, squeeze=False).ravel()
        for axes, one in zip(panels, found, strict=False):
            _panel(axes, one, evidence.policies[one.place])
        for axes in panels[len(found) :]:
            axes.set_axis_off()
        figure.supxlabel(f"{evidence.summary['baseline']} ({unit})", fontsize=10, color=INK.light)
        figure.supylabel(f"the policy ({unit})", fontsize=10, color=INK.light)
        told = "; ".join(f"{evidence.policies[one.place]}: {_words(one)}" for one in found)
        svg = inline_svg(figure, name, title, told)
    met = "the same orders" if same_orders(evidence.summary) else "the same random numbers"
    caption = (
        f"A mark is a replication: {met} under both. On the dashed line both give the same {KPIS[kpi].label};"
        f" below it the policy's is lower. {told}."
    )
    if any(one.row["variance_reduction"] is not None for one in found):
        caption += " x: how many times larger the variance of the difference would be with separate orders."
    if max(len(one.now) for one in found) > _MOST:
        caption += f" Drawn: the first {_MOST} replications."
    return Picture(name, title, svg, caption)


def _found(kpi: str, evidence: Evidence) -> list[_Pairs]:
    """Return the policies that share at least two replications with the baseline."""
    summary = evidence.summary
    table = evidence.kpis[evidence.kpis["kpi"] == kpi]
    values = table.pivot(index="replication", columns="policy", values="value").sort_index()
    rows = {row["policy"]: row for row in summary["comparison"] if row["kpi"] == kpi}
    found = []
    for place, policy in enumerate(evidence.policies):
        if policy == summary["baseline"] or rows[policy]["method"] != PAIRED:
            continue
        both = values[[summary["baseline"], policy]].dropna().to_numpy(dtype=np.float64)
        if len(both) > 1:
            found.append(_Pairs(place, both[:, 0], both[:, 1], rows[policy]))
    return found


def _words(one: _Pairs) -> str:
    """Say how replications of the two go together, and what that is worth."""
    texts = []
    if len(one.now) > 2 and np.ptp(one.before) > 0 and np.ptp(one.now) > 0:
        texts.append(f"correlation {numbers.fixed(float(np.corrcoef(one.before, one.now)[0, 1]), 2)}")
    if one.row["variance_reduction"] is not None:
        texts.append(numbers.times(one.row["variance_reduction"]))
    elif np.ptp(one.now - one.before) == 0:
        texts.append("the same difference in every replication")
    return ", ".join(texts) or "too few replications to say"


def _panel(axes: Axes, one: _Pairs, policy: str) -> None:
    low, high = float(min(one.before.min(), one.now.min())), float(max(one.before.max(), one.now.max()))
    margin = 0.08 * (high - low) or max(0.01 * abs(high), 0.01)
    ends = (low - margin, high + margin)
    axes.plot(ends, ends, color=MUTED.light, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    axes.plot(
        one.before[:_MOST], one.now[:_MOST], linestyle="none", marker=shape_of(one.place), markersize=6,
        color=colour_of(one.place).light, alpha=0.8, markeredgecolor=PAPER.light, markeredgewidth=0.5, zorder=3,
    )  # fmt: skip
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_aspect("equal")
    axes.set_title(shortened(policy, _LONGEST), loc="left", pad=4, color=INK.light)
    axes.locator_params(nbins=4)
    axes.grid(linewidth=0.6)
