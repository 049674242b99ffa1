"""What customers are promised: by when an order will be with them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from sim.arrays import AnyInts, Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER
from sim.localtime import instant, local_midnight
from sim.scenario.customers import Segment


class Promises:
    """The promises of all segments.

    Without a cut-off an order is promised `promise_days` x 86,400 s after it was placed. With one it is promised by
    the end of a day, local to the scenario: placed up to the cut-off, and in that very second too, it is due when
    the day ends that lies `promise_days` after the one on which it was placed; placed later, it counts as placed
    on the next day. Local days last 23 or 25 hours where the clock changes.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        segments = catalogue.scenario.segments
        self._seconds = np.array(
            [NEVER if s.promise_days is None else round(s.promise_days * DAY) for s in segments], np.int64
        )
        self._by_day = [number for number, segment in enumerate(segments) if segment.cut_off is not None]
        self._midnights = self._local_times(
            0, max((_days(segments[i]) for i in self._by_day), default=-1) + 2
        )
        self._days = {i: _days(segments[i]) for i in self._by_day}
        self._cut_offs = {i: self._local_times(segments[i].cut_off or 0) for i in self._by_day}

    def _local_times(self, time: int, more_days: int = 0) -> Ints:
        """Return when a time of day comes round on each day of the run, and on some days more; seconds since start."""
        if not self._by_day:
            return np.empty(0, np.int64)
        zone, start = self._catalogue.zone_info, self._catalogue.start
        first = local_midnight(start, zone)
        days = range(self._catalogue.end // DAY + 2 + more_days)
        times = (first + timedelta(day, time) for day in days)
        return np.array([instant(local, zone) - start for local in times], np.int64)

    def made(self, placed_at: AnyInts, segment: AnyInts) -> Ints:
        """Return until when orders are promised, seconds since start; NEVER where nothing is promised."""
        promised: Ints = np.minimum(placed_at + self._seconds[segment], NEVER)
        for number in self._by_day:
            mine = np.flatnonzero(segment == number)
            at = placed_at[mine]
            day = np.searchsorted(self._midnights, at, side="right") - 1
            day += at > self._cut_offs[number][day]
            promised[mine] = self._midnights[day + self._days[number] + 1]
        return promised


def _days(segment: Segment) -> int:
    assert segment.promise_days is not None
    return int(segment.promise_days)
