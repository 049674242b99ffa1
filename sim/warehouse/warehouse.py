"""A warehouse: a queue, a count of busy stations and a roster.

Starting a job fixes the end of its work by the calendar, so a job costs one event and nothing is ever interrupted:
work that meets a closing or a downtime pauses there and goes on afterwards. A smaller shift lets it end.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from simpy import Event

from sim.calendar import Calendar
from sim.clock import NEVER, SITE, WORK, Clock
from sim.downtime import KnownOutages, Outage, Wear
from sim.order import IN_WORK
from sim.scenario.sites import Warehouse as Site
from sim.warehouse.desk import ORDER_OF_QUEUE, Job
from sim.warehouse.roster import Roster
from sim.warehouse.work import Work

if TYPE_CHECKING:
    from sim.warehouse.warehouses import Warehouses


class Warehouse:
    """One site: its queue, its stations, its roster.

    Args:
        index: position in the scenario.
        site: its entry in the scenario.
        plan: when it works, but for outages.
        outages: its downtimes by the clock.
        wear: its failures by work.
        view: the arrays that policies see; this object keeps its own column of them up to date.

    Attributes:
        calendar: when it works; work in hand pauses outside.
        known: its roster, as far as is known: without the downtimes that are not announced, or last as expected.
        is_open: whether it works now.
        up: whether no downtime takes all stations away, closed or not.
        stations: how many take jobs now.
        busy: how many hold one.
        backlog: jobs in the building, queued or in work.

    """

    __slots__ = (
        "_backlog_area", "_backlog_cell", "_busy_area", "_busy_cell", "_busy_sum", "_clock", "_down_area", "_index",
        "_kind_of_queue", "_limit", "_open_area", "_outages", "_plan", "_priorities", "_queue", "_roster", "_since",
        "_tickets", "_view", "_waiting", "_wear", "_work_cell", "backlog", "busy", "calendar", "is_open", "known",
        "stations", "up", "work",
    )  # fmt: skip

    def __init__(
        self,
        clock: Clock,
        index: int,
        site: Site,
        priorities: list[int],
        plan: Roster,
        outages: Sequence[Outage],
        wear: list[Wear],
        view: Warehouses,
    ) -> None:
        self._clock = clock
        self._index = index
        self._priorities = priorities
        self._view = view
        self._backlog_cell = view.backlog_cell
        self._busy_cell = view.busy_cell
        self._work_cell = view.work_cell
        self._plan = plan
        self.known = plan
        self._outages = KnownOutages(outages)
        self._roster = plan.less([(outage.begin, outage.end, outage.factor) for outage in outages])
        self._wear = wear
        self.calendar: Calendar = self._roster.calendar
        self.work = Work(site.work_minutes, view.protocols)
        self._kind_of_queue = ORDER_OF_QUEUE[site.queue]
        self._queue: list[tuple[int, int, int, int, int, Job]] = []
        self._tickets = count()  # jobs themselves have no order
        self._waiting: dict[Job, int] = {}  # seconds of work that are expected of those in the queue
        self._limit = NEVER if site.queue_limit is None else site.queue_limit
        self.up = True
        self.busy = 0
        self.backlog = 0
        # Jobs x seconds in the building since the last sample are this and the present jobs times the second: who
        # comes takes the second of coming off, who leaves adds the second of leaving. Likewise those at stations,
        # since it opened or closed.
        self._backlog_area = 0
        self._busy_sum = 0
        self._busy_area = 0
        self._since = 0
        self._open_area = 0
        self._down_area = 0
        self._look(0)
        changes = set(self._roster.changes())
        for outage in outages:
            changes.update((outage.known_from, outage.begin, outage.end))
        turns = sorted(at for at in changes if 0 < at < NEVER)
        if turns:
            clock.process(self._turn(turns))

    def submit(self, job: Job) -> None:
        """Take a job into the building: start its work, or queue it."""
        index = self._index
        job.released_at = now = self._clock.now
        self._backlog_area -= now
        self.backlog = backlog = self.backlog + 1
        self._backlog_cell[index] = backlog
        if self.busy < self.stations and not self._waiting:  # who waits is being given to the free stations
            if not self._start(job, now):
                self._fill(now)  # what came while it held the station
            return
        self._waiting[job] = seconds = round(job.desk.expected_s(job, self.work))
        self._work_cell[index] += seconds
        order = job.order
        rank = self._kind_of_queue(job, self._priorities[order.segment])
        heappush(self._queue, (rank, now, order.number, job.number, next(self._tickets), job))

    def _start(self, job: Job, now: int) -> bool:
        """Give a job to a free station; return whether there was something to do."""
        self.busy = busy = self.busy + 1
        self._busy_cell[self._index] = busy
        self._busy_sum -= now
        job.started_at = now
        job.state = IN_WORK
        seconds = job.desk.start(job, self.work)
        if seconds is None:
            self._leave_station(now)
            return False
        if self._wear:
            seconds += sum([wear.repairs(seconds) for wear in self._wear])
        due = self.calendar.finish(now, seconds)
        if due < NEVER:
            self._clock.due(due, WORK, self._finish, job)
        return True

    def _leave_station(self, now: int) -> None:
        """Count a job less at the stations and in the building."""
        self.busy = busy = self.busy - 1
        self._busy_cell[self._index] = busy
        self._busy_sum += now
        self._leave(now)

    def _leave(self, now: int) -> None:
        """Count a job less in the building."""
        self.backlog = backlog = self.backlog - 1
        self._backlog_cell[self._index] = backlog
        self._backlog_area += now
        if backlog == self._limit - 1:
            self._view.tell()

    def _finish(self, event: Event) -> None:
        job, now = cast(Job, event.value), self._clock.now
        self._leave_station(now)
        if self._queue:
            self._fill(now)
        if job.state == IN_WORK:  # else it was cancelled meanwhile
            job.packed_at = now
            job.desk.finish(job)

    def _fill(self, now: int) -> None:
        """Start waiting jobs while a station is free. Cancelled ones left the count when cancelled."""
        queue = self._queue
        while queue and self.busy < self.stations:
            job = heappop(queue)[-1]
            seconds = self._waiting.pop(job, None)
            if seconds is not None:
                self._work_cell[self._index] -= seconds
                self._start(job, now)

    def withdraw(self, job: Job) -> None:
        """Forget a job that waits in the queue and is cancelled; its place there is passed over later."""
        self._leave(self._clock.now)
        self._work_cell[self._index] -= self._waiting.pop(job)

    def queued(self) -> list[Job]:
        """Return the jobs in the queue, the next one first."""
        return [entry[-1] for entry in sorted(self._queue) if entry[-1] in self._waiting]

    def _turn(self, turns: Sequence[int]) -> Generator[Event, Any, None]:
        """Open, close, change shifts, break down and come back."""
        for at in turns:
            yield self._clock.due(at, SITE)
            self._account_busy(at)
            self._account_stations(at)
            was_up = self.up
            self._look(at)
            self._fill(at)
            if self.up and not was_up:
                self._view.tell()
            elif was_up and not self.up:
                self._view.tell_down(self._index)

    def _look(self, now: int) -> None:
        """See what holds from a second on, and tell what is known of the future."""
        outages = self._outages
        if outages.at(now):
            self.known = self._plan.less(
                [(outage.begin, outage.expected_end, outage.factor) for outage in outages.known]
            )
            self._view.set_known(self._index, outages.next_down())
        self.up = outages.is_up(now)
        self._view.set_up(self._index, self.up, 0 if self.up else outages.back_at(now))
        self.is_open = self.calendar.is_open(now)
        self.stations = self._roster.stations(now)
        self._view.set_segment(self._index, *self.known.segment(now))

    def _account_busy(self, now: int) -> None:
        """Add up busy stations, while it is open, since the last time that was done."""
        if self.is_open:
            self._busy_area += self._busy_sum + self.busy * now
        self._busy_sum = -self.busy * now

    def _account_stations(self, now: int) -> None:
        """Add up stations that take jobs, and the time in which the site is down, since the last change of either."""
        passed = now - self._since
        self._open_area += self.stations * passed
        if not self.up:
            self._down_area += passed
        self._since = now

    def sample(self, now: int, hour: int) -> tuple[float, int, int, int]:
        """Return mean backlog, busy and open station-seconds and seconds down since `hour`, and start over."""
        self._account_busy(now)
        self._account_stations(now)
        backlog_area = self._backlog_area + self.backlog * now
        row = backlog_area / (now - hour), self._busy_area, self._open_area, self._down_area
        self._backlog_area = -self.backlog * now
        self._busy_area = self._open_area = self._down_area = 0
        return row
