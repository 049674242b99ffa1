"""Warehouses: a queue, a count of busy stations and a calendar of open windows.

Starting a job fixes the end of its work by the calendar, so a job costs one event and nothing is ever interrupted:
work that meets a closing pauses there and goes on at the next opening.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from sim.calendar import ALWAYS, Calendar, weekly_windows
from sim.catalogue import Catalogue
from sim.clock import NEVER, SITE, WORK, Clock
from sim.order import IN_WORK, Order, Shipment
from sim.protocols import Protocols
from sim.scenario.sites import Warehouse as Site
from sim.work import Work


class Job(Protocol):
    """What a station works on: a shipment, or a line that came back.

    Attributes:
        desk: who gave it to the warehouse.
        order, number: what it belongs to, and which of the order's jobs of that desk it is.
        state: QUEUED, IN_WORK or CANCELLED while a warehouse has to do with it.
        released_at, started_at, packed_at: entered the building, taken by a station, done.

    """

    desk: Desk[Any]
    order: Order
    number: int
    state: int
    released_at: int
    started_at: int
    packed_at: int


_Job = TypeVar("_Job", contravariant=True)


class Desk(Protocol[_Job]):
    """Who gives jobs to a warehouse, and is told of them."""

    def expected_s(self, job: _Job, work: Work) -> float:
        """Return the mean seconds of work of a job."""
        ...

    def start(self, job: _Job, work: Work) -> int | None:
        """Begin a job that a station takes, and return its seconds; None: nothing is left to do."""
        ...

    def finish(self, job: _Job) -> None:
        """Take back a job that is complete."""
        ...


ORDER_OF_QUEUE: dict[str, Callable[[Job, int], int]] = {
    "fifo": lambda _job, _priority: 0,
    "priority": lambda job, priority: priority if isinstance(job, Shipment) else NEVER,
    "due": lambda job, _priority: job.order.promised_at if isinstance(job, Shipment) else NEVER,
}
"""What goes first in a queue; then who was released first, then the lower order number. Customers wait for shipments:
whatever else there is goes last, unless it is first come first served."""


class Warehouse:
    """One site: its queue, its stations, its calendar.

    Args:
        index: position in the scenario.
        site: its entry in the scenario.
        calendar: when it works.
        view: the arrays that policies see; this object keeps its own column of them up to date.

    """

    __slots__ = (
        "_backlog_area", "_busy_area", "_clock", "_index", "_is_open", "_kind_of_queue", "_last", "_priorities",
        "_queue", "_tickets", "_view", "_waiting", "backlog", "busy", "calendar", "stations", "work",
    )  # fmt: skip

    def __init__(
        self,
        clock: Clock,
        index: int,
        site: Site,
        priorities: list[int],
        calendar: Calendar,
        view: Warehouses,
    ) -> None:
        self._clock = clock
        self._index = index
        self._priorities = priorities
        self._view = view
        self.calendar = calendar
        self.stations = site.stations
        self.work = Work(site.work_minutes, view.protocols)
        self._kind_of_queue = ORDER_OF_QUEUE[site.queue]
        self._queue: list[tuple[int, int, int, int, int, Job]] = []
        self._tickets = count()  # jobs themselves have no order
        self._waiting: dict[Job, int] = {}  # seconds of work that are expected of those in the queue
        self._is_open = calendar.is_open(0)
        self.busy = 0
        self.backlog = 0
        self._last = 0
        self._backlog_area = 0
        self._busy_area = 0
        if calendar is not ALWAYS:
            clock.process(self._follow_calendar())

    def submit(self, job: Job) -> None:
        """Take a job into the building: start its work, or queue it."""
        now = self._clock.now
        job.released_at = now
        self._account(now)
        self.backlog += 1
        self._view.backlog_cell[self._index] = self.backlog
        if self._is_open and self.busy < self.stations:
            if not self._start(job, now):
                self._fill(now)  # what came while it held the station
            return
        self._waiting[job] = seconds = round(job.desk.expected_s(job, self.work))
        self._view.work_cell[self._index] += seconds
        order = job.order
        rank = self._kind_of_queue(job, self._priorities[order.segment])
        heappush(self._queue, (rank, now, order.number, job.number, next(self._tickets), job))

    def _start(self, job: Job, now: int) -> bool:
        """Give a job to a free station; return whether there was something to do."""
        self.busy += 1
        job.started_at = now
        job.state = IN_WORK
        seconds = job.desk.start(job, self.work)
        if seconds is None:
            self.busy -= 1
            self._leave()
            return False
        due = self.calendar.finish(now, seconds)
        if due < NEVER:
            self._clock.due(due, WORK, self._finish, job)
        return True

    def _leave(self) -> None:
        """Count a job less in the building."""
        self.backlog -= 1
        self._view.backlog_cell[self._index] = self.backlog

    def _finish(self, event: Event) -> None:
        job = cast(Job, event.value)
        now = self._clock.now
        self._account(now)
        self.busy -= 1
        self._leave()
        self._fill(now)
        if job.state == IN_WORK:  # else it was cancelled meanwhile
            job.packed_at = now
            job.desk.finish(job)

    def _fill(self, now: int) -> None:
        """Start waiting jobs while a station is free. Cancelled ones left the count when cancelled."""
        queue = self._queue
        while queue and self._is_open and self.busy < self.stations:
            job = heappop(queue)[-1]
            seconds = self._waiting.pop(job, None)
            if seconds is not None:
                self._view.work_cell[self._index] -= seconds
                self._start(job, now)

    def withdraw(self, job: Job) -> None:
        """Forget a job that waits in the queue and is cancelled; its place there is passed over later."""
        self._account(self._clock.now)
        self._leave()
        self._view.work_cell[self._index] -= self._waiting.pop(job)

    def _follow_calendar(self) -> Generator[Event, Any, None]:
        for begin, end in self.calendar.windows:
            if begin > 0:
                self._is_open = False
                self._view.set_window(self._index, begin, end)
                yield self._clock.due(begin, SITE)
                self._account(begin)
                self._is_open = True
                self._fill(begin)
            self._view.set_window(self._index, begin, end)
            yield self._clock.due(end, SITE)
            self._account(end)
            self._is_open = False
        self._view.set_window(self._index, NEVER, NEVER)

    def _account(self, now: int) -> None:
        """Add up jobs in the building and busy stations over the time since the last change."""
        passed = now - self._last
        if passed:
            self._backlog_area += self.backlog * passed
            if self._is_open:
                self._busy_area += self.busy * passed
            self._last = now

    def sample(self, now: int, hour: int) -> tuple[float, int, int]:
        """Return mean backlog, busy and open station-seconds since `hour`, and start over."""
        self._account(now)
        passed = now - hour
        row = (
            self._backlog_area / passed,
            self._busy_area,
            self.stations * self.calendar.open_seconds(hour, now),
        )
        self._backlog_area = self._busy_area = 0
        return row


class Warehouses:
    """All sites: the objects that work, and the arrays by warehouse that a policy sees of them.

    Attributes:
        backlog: jobs in the building, queued or in work, int32.
        work_s: expected whole seconds of work that waits in the queue, float64 (mixed types cost numpy a copy).
        stations: int64.
        opens_at, closes_at: the window that is open, else the next one.
        up: bool. all_up: whether all are.

    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        protocols: Protocols,
    ) -> None:
        sites = catalogue.scenario.warehouses
        self._clock = clock
        self.backlog = np.zeros(len(sites), np.int32)
        self.backlog_cell = self.backlog.data
        self.work_s = np.zeros(len(sites), np.float64)
        self.work_cell = self.work_s.data
        self.stations = np.array([site.stations for site in sites], np.int64)
        self._share = 1 / np.maximum(self.stations, 1)
        self.opens_at = np.full(len(sites), -NEVER, np.int64)
        self.closes_at = np.full(len(sites), NEVER, np.int64)
        self.up = np.ones(len(sites), bool)
        self.all_up = True
        self.protocols = protocols
        self._own_work: dict[tuple[int, int, int], NDArray[np.float64]] = {}
        priorities = [segment.priority for segment in catalogue.scenario.segments]
        calendars: dict[tuple[Any, str], Calendar] = {}
        self.sites: list[Warehouse] = []
        for index, (site, zone) in enumerate(zip(sites, catalogue.site_zones, strict=True)):
            calendar = ALWAYS
            if site.hours is not None:
                calendar = calendars.get((site.hours, zone.key)) or Calendar(
                    weekly_windows(site.hours, zone, catalogue.start, catalogue.end)
                )
                calendars[site.hours, zone.key] = calendar
            self.sites.append(Warehouse(clock, index, site, priorities, calendar, self))
            self.set_window(index, *calendar.window(0))

    def set_window(self, index: int, begin: int, end: int) -> None:
        """Note the window that is open at a site, else the next one."""
        self.opens_at[index] = begin
        self.closes_at[index] = end

    def own_work_s(self, lines: int, units: int, tags: int) -> NDArray[np.float64]:
        """Return the mean seconds of work that a shipment of some lines, units and handling tags takes at each site."""
        work = self._own_work.get((lines, units, tags))
        if work is None:
            # Without stations no work is ever done.
            work = np.array(
                [
                    site.work.expected(lines, units, tags) if site.stations else float(NEVER)
                    for site in self.sites
                ]
            )
            self._own_work[lines, units, tags] = work
        return work

    def ready_at(self, lines: int, units: int, tags: int) -> NDArray[np.int64]:
        """Return when a shipment that is allocated now can be expected to be packed, by warehouse.

        The work that waits is shared by the stations, and everything goes on in opening hours only. What is in
        hand at the stations is left out: while a station is free nothing waits.
        """
        now = self._clock.now
        seconds = (self.work_s * self._share + self.own_work_s(lines, units, tags)).astype(np.int64)
        ready: NDArray[np.int64] = np.maximum(self.opens_at, np.array(now)) + seconds
        late = ready > self.closes_at
        if np.count_nonzero(late):
            for site in np.flatnonzero(late).tolist():
                ready[site] = self.sites[site].calendar.finish(now, int(seconds[site]))
        return ready

    def hour_rows(self, now: int, hour: int) -> list[tuple[float, int, int]]:
        """Return what `Warehouse.sample` says of each site."""
        return [site.sample(now, hour) for site in self.sites]
