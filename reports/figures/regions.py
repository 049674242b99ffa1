"""Who wins and who loses: the difference to the baseline, region by region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reports import numbers
from reports.compare import PAIRED
from reports.evidence import Evidence
from reports.figures.captions import OWN_COSTS
from reports.figures.inline_svg import Picture, inline_svg
from reports.figures.lanes import Block, Lane, draw_lanes, height_of
from reports.figures.regionmap import region_map
from reports.figures.style import canvas, house_style
from reports.slices import Slices
from reports.statistics import Difference, Values

_NAME, _TITLE = "by-region", "Difference by region"
_ALL, _MOST = 10, 5  # so many regions are shown all; of more, so many that gain most, and that lose most


@dataclass(frozen=True, slots=True)
class _Measure:
    """Part for one of the whole, both of them `reports.breakdown.SUMS`; `less` and `more` say what a region meets."""

    label: str
    part: str
    whole: str
    scale: float
    unit: str
    places: int
    less: str
    more: str

    def moves(self, row: Difference) -> bool:
        """Whether a difference is more than what is written as 0."""
        return row.n > 0 and round(row.difference, self.places) != 0.0


def regions(evidence: Evidence) -> list[Picture]:
    """Draw for each policy but the baseline where it gains and loses: a list, and a map where regions are many."""
    summary, baseline = evidence.summary, evidence.summary["baseline"]
    slices = evidence.slices("region")
    if len(slices.names) < 2:
        return [Picture(_NAME, _TITLE, "", "Orders come from no more than one region.")]
    methods = {row["policy"]: row["method"] for row in summary["comparison"]}
    measures = (
        _Measure("cost", "cost_cents", "orders", 100, f"{evidence.currency}/order", 2, "cheaper", "dearer"),
        _Measure("lead time", "lead_s", "delivered", 3600, "h", 1, "faster", "slower"),
    )
    pictures = []
    for place, policy in enumerate(evidence.policies):
        if policy == baseline:
            continue
        found = {
            measure: slices.differences(
                baseline, policy, measure.part, measure.whole, measure.scale, common=methods[policy] == PAIRED
            )
            for measure in measures
        }
        moved = {measure: rows for measure, rows in found.items() if any(map(measure.moves, rows))}
        blocks = {measure: _blocks(measure, rows, slices, place) for measure, rows in moved.items()}
        blocks = {measure: shown for measure, shown in blocks.items() if shown}
        if not blocks:
            caption = f"No region differs visibly from {baseline} in cost or lead time."
            pictures.append(Picture(f"{_NAME}-{place + 1}", _TITLE, "", caption, policy=policy))
            continue
        pictures.append(
            _list(evidence, slices, {measure: found[measure] for measure in blocks}, blocks, place)
        )
        measure = next(iter(blocks))
        differences = np.array([row.difference for row in found[measure]])
        words = (f"{measure.label} ({measure.unit})", measure.less, measure.more)
        drawn = region_map(evidence, slices, differences, words, place)
        pictures += [drawn] if drawn else []
    return pictures


def _list(
    evidence: Evidence,
    slices: Slices,
    moved: dict[_Measure, list[Difference]],
    blocks: dict[_Measure, list[Block]],
    place: int,
) -> Picture:
    policy, baseline = evidence.policies[place], evidence.summary["baseline"]
    name, title = f"{_NAME}-{place + 1}", f"{_TITLE}: {policy} minus {baseline}"
    with house_style():
        heights = [height_of(found) + 0.45 for found in blocks.values()]
        figure = canvas(sum(heights))
        panels = figure.subplots(len(blocks), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (measure, found) in zip(panels, blocks.items(), strict=True):
            draw_lanes(axes, found, f"difference in {measure.label} ({measure.unit})")
        told = "; ".join(
            f"{measure.label}, {block.title}: "
            + ", ".join(f"{lane.name} {lane.text} {measure.unit}" for lane in block.lanes)
            for measure, found in blocks.items()
            for block in found
        )
        svg = inline_svg(figure, name, title, told)
    caption = f"{policy} minus {baseline}: left of zero is better. "
    if len(slices.names) > _ALL:
        caption += f"Of {len(slices.names):,} regions those where differences add up to most. "
    caption += _counted(moved)
    if any(measure.part == "cost_cents" for measure in moved):
        caption += OWN_COSTS
    return Picture(name, _TITLE, svg, caption.strip(), policy=policy, rests_on=("deliveries",))


def _blocks(measure: _Measure, rows: list[Difference], slices: Slices, place: int) -> list[Block]:
    """Return the regions to show, those that gain most first."""
    differences = np.array([row.difference for row in rows])
    defined = np.flatnonzero(~np.isnan(differences))
    if len(slices.names) <= _ALL:
        order = defined[np.argsort(differences[defined], kind="stable")]
        return [
            Block(f"{measure.label}, every region", [_lane(measure, rows, slices, place, i) for i in order])
        ]
    # Small regions differ most by chance; what counts is what all their orders together gain or lose.
    weights: Values = np.nan_to_num(differences) * slices.total(measure.whole)
    if any(row.n > 1 for row in rows):
        weights[[row.n < 2 for row in rows]] = 0.0
    weights[np.round(differences, measure.places) == 0.0] = 0.0  # would be written as 0
    order = np.argsort(weights, kind="stable")
    most = {
        f"{measure.label}, largest gains": [i for i in order[:_MOST] if weights[i] < 0],
        f"{measure.label}, largest losses": [i for i in order[::-1][:_MOST] if weights[i] > 0],
    }
    return [
        Block(title, [_lane(measure, rows, slices, place, i) for i in chosen])
        for title, chosen in most.items()
        if chosen
    ]


def _lane(measure: _Measure, rows: list[Difference], slices: Slices, place: int, region: int) -> Lane:
    row = rows[region]
    text = numbers.signed(row.difference, measure.places)
    return Lane(slices.names[region], place, row.difference, row.half_width, text)


def _counted(moved: Mapping[_Measure, list[Difference]]) -> str:
    """Say in how many regions the interval leaves zero out, and that some would by chance."""
    texts = []
    for measure, rows in moved.items():
        known = [row for row in rows if row.n > 1]
        if known:
            less, more = sum(row.high < 0 for row in known), sum(row.low > 0 for row in known)
            texts.append(f"{less:,} {measure.less} and {more:,} {measure.more} of {len(known):,}")
    if not texts:
        return ""
    return f"Regions whose 95 % interval leaves out zero (by chance 1 in 20 does): {'; '.join(texts)}. "
