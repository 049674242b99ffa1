"""The greedy cover: for more lines than there is time to try every way for, or where not all can be shipped."""

from __future__ import annotations

import numpy as np

from policies.case import Bools
from policies.splits.blocks import Blocks, Parcels, joined
from policies.splits.plan import Lines, Plan, Ship, score


def cover(
    blocks: Blocks, parcels: Parcels, at_most: int, *, rest_waits: bool = True, within: Bools | None = None
) -> Plan | None:
    """Ship as many lines as possible: again and again those of the warehouse that has most of what is left.

    The greedy set cover (Chvátal 1979): where more shipments are not allowed, lines stay behind.

    Args:
        blocks: the lines, and who has them.
        parcels: those that may leave.
        at_most: shipments.
        rest_waits: whether what stays behind is a part of the order, which must not be worth too little.
        within: mask of the only warehouses that may send something.

    """
    preference = blocks.bounds.preference
    held: dict[Lines, Bools] = {}
    for lines in parcels:
        have = np.logical_and.reduce([blocks.stocked[line] for line in lines])
        held[lines] = have if within is None else have & within
    ships: list[Ship] = []
    left = parcels
    while left and len(ships) < at_most:
        counts = np.sum([held[lines].astype(np.int64) * len(lines) for lines in left], axis=0)
        found: list[Ship] = []
        for most in sorted(set(counts.tolist()) - {0}, reverse=True):
            for site in np.flatnonzero(counts == most).tolist():
                lines = joined([lines for lines in left if held[lines][site]])
                case = blocks.case.part_of(lines)
                if case.reachable[site] and _is_worth_enough(blocks, ships, lines, rest_waits):
                    found.append(Ship(site, case))
            if found:
                break
        if not found:
            break
        scores = [score(preference, (ship,)) for ship in found] if len(found) > 1 else [()]
        ships.append(found[preference.least(scores)])
        left = tuple([lines for lines in left if lines[0] not in ships[-1].case.lines])
    return Plan(tuple(ships)) if ships else None


def _is_worth_enough(blocks: Blocks, ships: list[Ship], lines: Lines, rest_waits: bool) -> bool:
    """Tell whether one more shipment leaves no part of the order that is worth too little."""
    if not blocks.bounds.least_value:
        return True
    sent = {line for ship in ships for line in ship.case.lines}
    rest = tuple([line for line in blocks.case.lines if line not in sent and line not in lines])
    parts = [*(blocks.value(ship.case.lines) for ship in ships), blocks.value(lines)]
    if rest and rest_waits:
        parts.append(blocks.value(rest))
    return blocks.bounds.allow(parts)
