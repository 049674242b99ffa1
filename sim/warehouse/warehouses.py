"""All warehouses of a replication: the objects that work, and what a policy sees of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from simpy import Event

from sim import randomness
from sim.arrays import Floats, Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER, RETRY, Clock
from sim.downtime import Outage, outages, wear
from sim.memo import Memo
from sim.recorder import Recorder
from sim.warehouse.handling import Handling
from sim.warehouse.protocols import Protocols
from sim.warehouse.roster import Roster, roster
from sim.warehouse.warehouse import Warehouse

LOOK_AHEAD = 14 * DAY
"""Rosters go beyond the end of the run: what can be expected does not depend on when it ends."""


class Warehouses:
    """All sites: the objects that work, and the arrays by warehouse that a policy sees of them.

    Attributes:
        backlog: jobs in the building, queued or in work, int32.
        busy: jobs at the stations, those that pause there included, int32.
        work_s: expected whole seconds of work that waits in the queue, float64 (mixed types cost numpy a copy).
        opens_at, closes_at: the time, as far as is known, in which the next `stations` take jobs, int64. It may have
            begun.
        stations: int64.
        segments_set: how often one of these three was set.
        own_work_s: mean seconds of work of a shipment at each site, by its lines, units and handling tags.
        up: bool.
        all_up: whether all are.
        next_down: when the next downtime of a site begins, as announced; past while it is down, NEVER without one.
        back_at: when a site that is down comes back, as announced; NEVER where that is not known, 0 where it is up.
        queue_limit: jobs in the building at which a site takes no more, NEVER for none, int64.
        is_limited: whether any site has such a limit.
        protocols: what handling tags ask for.
        handling: what work on shipments costs.
        on_down: what is told of a site in the second in which it goes down.
        on_up: what is called in the second in which a site comes back from a downtime, or falls below its
            `queue_limit`, after the orders of that second.
        on_known: what is called with the position of a site when its known roster changes.

    """

    def __init__(self, clock: Clock, catalogue: Catalogue, seed: int, replication: int) -> None:
        sites = catalogue.scenario.warehouses
        self._clock = clock
        self.backlog = np.zeros(len(sites), np.int32)
        self.backlog_cell = self.backlog.data
        self.busy = np.zeros(len(sites), np.int32)
        self.busy_cell = self.busy.data
        self.work_s = np.zeros(len(sites), np.float64)
        self.work_cell = self.work_s.data
        self.stations = np.zeros(len(sites), np.int64)
        self._share = np.ones(len(sites), np.float64)
        self._share_cell = self._share.data
        self.opens_at = np.zeros(len(sites), np.int64)
        self._opens_cell = self.opens_at.data
        self.closes_at = np.zeros(len(sites), np.int64)
        self.segments_set = 0
        self._closes_cell = self.closes_at.data
        self.up = np.ones(len(sites), bool)
        self.all_up = True
        self.back_at = np.zeros(len(sites), np.int64)
        self.next_down = np.full(len(sites), NEVER, np.int64)
        limits = [site.queue_limit for site in sites]
        self.queue_limit = np.array([NEVER if limit is None else limit for limit in limits], np.int64)
        self.is_limited = any(limit is not None for limit in limits)
        self.on_down: list[Callable[[int], None]] = []
        self.on_up: list[Callable[[], None]] = []
        self.on_known: list[Callable[[int], None]] = []
        self._is_telling = False
        self.own_work_s: Memo[tuple[int, int, int], Floats] = Memo(self._own_work)
        self.protocols = Protocols(catalogue)
        self.handling = Handling(sites, self.protocols)
        priorities = [segment.priority for segment in catalogue.scenario.segments]
        start, end = catalogue.start, catalogue.end + LOOK_AHEAD
        facts = randomness.root(seed, replication, randomness.SITE_FACTS)
        plans: dict[tuple[Any, ...], Roster] = {}
        self.sites: list[Warehouse] = []
        self._outages: list[list[Outage]] = []
        for index, (site, zone) in enumerate(zip(sites, catalogue.site_zones, strict=True)):
            at = site.stations, site.hours, site.shifts, zone.key
            plan = plans[at] = plans.get(at) or roster(site, zone, start, end)
            key = randomness.key(index, facts)
            windows = outages(site.downtime, zone, start, end, key)
            self._outages.append(windows)
            self.sites.append(
                Warehouse(clock, index, site, priorities, plan, windows, wear(site.downtime, key), self)
            )

    def set_segment(self, index: int, begin: int, end: int, stations: int) -> None:
        """Note when a site, as far as is known, has how many stations next; it may have begun."""
        self.opens_at[index] = begin
        self.closes_at[index] = end
        self.stations[index] = stations
        self._share[index] = 1 / max(stations, 1)
        self.segments_set += 1

    def set_known(self, index: int, next_down: int) -> None:
        """Note that what is known of a site's downtimes has changed, and when the next one begins."""
        self.next_down[index] = next_down
        for callback in self.on_known:
            callback(index)

    def set_up(self, index: int, up: bool, back_at: int) -> None:
        """Note whether a site is up, and if not, when it comes back."""
        self.back_at[index] = back_at
        if self.up[index] != up:
            self.up[index] = up
            self.all_up = bool(self.up.all())

    def tell_down(self, index: int) -> None:
        """Call `on_down` for a site."""
        for callback in self.on_down:
            callback(index)

    def tell(self) -> None:
        """Have `on_up` called, once, in this second."""
        if not self._is_telling:
            self._is_telling = True
            self._clock.due(self._clock.now, RETRY, self._call)

    def _call(self, _: Event) -> None:
        self._is_telling = False
        for callback in self.on_up:
            callback()

    def _own_work(self, lines: int, units: int, tags: int) -> Floats:
        return np.array([site.work.expected(lines, units, tags) for site in self.sites])

    def ready_at(self, lines: int, units: int, tags: int) -> Ints:
        """Return when a shipment that is allocated now can be expected to be packed, by warehouse.

        The work that waits is shared by the stations, and everything goes on by the calendar, as far as that is
        known. What is in hand at the stations is left out: while a station is free nothing waits.
        """
        now = self._clock.now
        own = self.own_work_s[lines, units, tags]
        ready: Ints = np.maximum(self.opens_at, np.array(now))
        ready += (self.work_s * self._share + own).astype(np.int64)
        late = ready > self.closes_at
        if np.count_nonzero(late):
            for site in np.flatnonzero(late).tolist():
                ready[site] = self.sites[site].known.ready(now, float(self.work_s[site]), float(own[site]))
        return ready

    def ready_at_site(self, site: int, lines: int, units: int, tags: int) -> int:
        """Return `ready_at` of one warehouse."""
        now, opens_at = self._clock.now, self._opens_cell[site]
        own = self.own_work_s[lines, units, tags].item(site)
        ready = (opens_at if opens_at > now else now) + int(
            self.work_cell[site] * self._share_cell[site] + own
        )
        if ready <= self._closes_cell[site]:
            return ready
        return self.sites[site].known.ready(now, self.work_cell[site], own)

    def hour_rows(self, now: int, hour: int) -> list[tuple[float, int, int, int]]:
        """Return what `Warehouse.sample` says of each site."""
        return [site.sample(now, hour) for site in self.sites]

    def write_outages(self, recorder: Recorder) -> None:
        """Write the downtimes by the clock that have begun; those that go on have no end."""
        now = self._clock.now
        for site, windows in enumerate(self._outages):
            for outage in windows:
                if outage.begin < now:
                    ends = outage.end if outage.end <= now else -1
                    recorder.add("outages", (site, max(outage.begin, 0), ends, outage.factor, outage.reason))
