"""Workload: how many shipments were in each building of a replication, and how busy it was, through the window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reports.course import added_up, hours_of_a_value, row_ends
from reports.kpis.columns import ABSENT, positions, seconds, whole, words
from reports.statistics import Values
from sim.clock import DAY, HOUR
from sim.journal import Journal

_DAILY = 4  # from so many days on, how busy a site was is told by the day: nights are no news


@dataclass(frozen=True, slots=True)
class Steps:
    """A quantity at every site, step by step through the window; a last step may be cut by its end.

    Attributes:
        begin: of the first step, seconds since the start.
        seconds: how long a step is.
        values: site x step; NaN where the quantity is undefined.

    """

    begin: int
    seconds: int
    values: Values


@dataclass(frozen=True, slots=True)
class Workload:
    """What the sites of one replication had to do in its window.

    Attributes:
        sites: their names, in the order of the scenario.
        backlog: shipments and returns in the building, queued or in work, mean over the step.
        busy: share of the open station hours that were worked; undefined where no station was open.

    """

    sites: tuple[str, ...]
    backlog: Steps
    busy: Steps


@dataclass(frozen=True, slots=True)
class Outage:
    """A downtime of a site.

    Attributes:
        site: its name.
        begins: seconds since the start.
        ends: the same; None where it goes on when the run ends.
        left: share of the stations that go on working.
        reason: what the scenario says of it, or nothing.

    """

    site: str
    begins: int
    ends: int | None
    left: float
    reason: str


def workload(journal: Journal) -> Workload:
    """Add up what a journal's table `warehouse_hours` says of its window."""
    begin, end = journal.about["window"]
    short = HOUR * hours_of_a_value(end - begin)
    long = DAY if end - begin >= _DAILY * DAY else short
    sites = words(journal, "warehouse_hours", "warehouse")
    steps, turns = -(-(end - begin) // short), -(-(end - begin) // long)
    waited = np.zeros(len(sites) * steps)
    busy, opened = np.zeros(len(sites) * turns), np.zeros(len(sites) * turns)
    for batch in journal.batches("warehouse_hours", ("warehouse", "hour", "backlog", "busy_s", "open_s")):
        begins = seconds(batch.column("hour")) - journal.about["start"]
        inside = (begins >= begin) & (begins < end)
        at, site = begins[inside] - begin, positions(batch.column("warehouse"), sites)[inside]
        amounts = added_up(batch.column("backlog"), row_ends(begins, (begin, end)) - begins)[inside]
        waited += np.bincount(site * steps + at // short, amounts, len(waited))
        place = site * turns + at // long
        busy += np.bincount(place, whole(batch.column("busy_s"))[inside], len(busy))
        opened += np.bincount(place, whole(batch.column("open_s"))[inside], len(opened))
    lengths = np.minimum(short, end - begin - short * np.arange(steps))
    share = np.divide(busy, opened, out=np.full(len(busy), np.nan), where=opened > 0)
    return Workload(
        sites,
        Steps(begin, short, waited.reshape(len(sites), steps) / lengths),
        Steps(begin, long, share.reshape(len(sites), turns)),
    )


def outages(journals: Iterable[Journal]) -> list[Outage]:
    """Return the downtimes of a replication, each once, by begin: those that any of its journals tells of.

    Runs of a replication meet the same downtimes, but one that ends early does not see them all.
    """
    found: dict[tuple[int, str, float, str], int | None] = {}
    for journal in journals:
        start = journal.about["start"]
        for batch in journal.batches("outages"):
            begins, ends = (seconds(batch.column(name)).tolist() for name in ("begins_at", "ends_at"))
            rest = (batch.column(name).to_pylist() for name in ("warehouse", "stations_left", "reason"))
            for begin, end, site, left, reason in zip(begins, ends, *rest, strict=True):
                key = begin - start, site, left, reason or ""
                if found.get(key) is None:
                    found[key] = None if end == ABSENT else end - start
    return [
        Outage(site, begin, end, left, reason) for (begin, site, left, reason), end in sorted(found.items())
    ]
