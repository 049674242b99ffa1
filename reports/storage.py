"""How often a warehouse was full, so that goods waited at its door: a note, no KPI."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from reports.kpis.columns import positions, seconds, whole
from reports.numbers import fixed
from sim.execution.experiment import Replication
from sim.journal import Journal

AT_THE_DOOR = "at the door"
"""What every sentence of `too_full` says."""

_FULL = "full."
_MOST_NAMED = 3  # warehouses of a policy


def count_full_hours(journal: Journal) -> dict[str, float]:
    """Return the share of the window's hours that ended with goods at the door, by `full.WAREHOUSE`, where any did."""
    begin, end = (journal.about["start"] + second for second in journal.about["window"])
    full: dict[str, int] = defaultdict(int)
    hours: dict[str, int] = defaultdict(int)
    for batch in journal.batches("warehouse_hours", ("warehouse", "hour", "door_l")):
        names = batch.column("warehouse").dictionary.to_pylist()
        hour = seconds(batch.column("hour"))
        inside = (hour >= begin) & (hour < end)
        site = positions(batch.column("warehouse"), names)
        waits = inside & (whole(batch.column("door_l"), 1000) > 0)
        for place, name in enumerate(names):
            hours[name] += int(np.count_nonzero(inside & (site == place)))
            full[name] += int(np.count_nonzero(waits & (site == place)))
    return {f"{_FULL}{name}": number / hours[name] for name, number in full.items() if number}


def too_full(tasks: Iterable[Replication]) -> list[str]:
    """Return a sentence for each policy under which a warehouse was full, with the shares that are the largest."""
    shares: dict[str, dict[str, float]] = {}
    replications: dict[str, int] = defaultdict(int)
    for policy, _, measured in tasks:
        replications[policy] += 1
        by_site = shares.setdefault(policy, defaultdict(float))
        for key, share in measured.items():
            if key.startswith(_FULL):
                by_site[key.removeprefix(_FULL)] += share
    sentences = []
    for policy, by_site in shares.items():
        worst = sorted(by_site, key=lambda site: -by_site[site])
        told = [
            f"{site} was full in {_percent(by_site[site] / replications[policy])} % of the hours"
            for site in worst[:_MOST_NAMED]
        ]
        if told:
            more = f", {len(worst) - len(told)} more less often" if len(worst) > len(told) else ""
            sentences.append(f"{policy}: {', '.join(told)}{more}; goods waited {AT_THE_DOOR}")
    return sentences


def _percent(share: float) -> str:
    return "<0.1" if share < 0.001 else fixed(100 * share, 0 if share >= 0.1 else 1)
