"""Times without all the stations: facts of a replication, and what of them is known.

A planned downtime and a random one `while: up` are windows of time, drawn for the whole run before it begins. A
random one `while: working` happens to work: it is added to what a job takes, and the site stays up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from sim import randomness
from sim.arrays import Ints
from sim.clock import HOUR, NEVER
from sim.localtime import instant
from sim.quantiles import Quantile, duration, quantile_of
from sim.scenario.distributions import AnyDistribution
from sim.scenario.downtime import Downtime, PlannedDowntime, RandomDowntime

MOST_AT_A_TIME = 4096  # failures are drawn in blocks, which change nothing


class Outage(NamedTuple):
    """One window [begin, end) of a downtime, in seconds since start.

    Attributes:
        factor: share of the stations that is left; 0: the site is down.
        known_from: when policies learn of it, at the latest when it begins.
        expected_end: what they then take for its end: that of a planned one is known, a random one is expected to
            last as long as repairs do on average.
        is_planned: whether its end is announced.
        reason: what the scenario says of it.

    """

    begin: int
    end: int
    factor: float
    known_from: int
    expected_end: int
    is_planned: bool
    reason: str


def outages(downtime: Sequence[Downtime], zone: ZoneInfo, start: int, end: int, key: int = 0) -> list[Outage]:
    """Return the windows of a site's downtimes that touch [0, end), by begin.

    Args:
        downtime: the entries of the site.
        zone: where planned ones have their local times.
        start: the run's first instant, seconds since 1970 UTC.
        end: the run's length in seconds.
        key: of the site's facts in a replication.

    """
    found: list[Outage] = []
    for number, entry in enumerate(downtime):
        if isinstance(entry, PlannedDowntime):
            begin = instant(entry.begins, zone) - start
            finish = begin + round(entry.hours * HOUR)
            notice = NEVER if entry.announced_hours is None else round(entry.announced_hours * HOUR)
            if begin < end and finish > max(begin, 0):
                found.append(Outage(begin, finish, entry.factor, begin - notice, finish, True, entry.reason))
        elif entry.while_ == "up":
            lasts = round(entry.hours.average * HOUR)
            found += [
                Outage(begin, finish, entry.factor, begin, begin + lasts, False, entry.reason)
                for begin, finish in _failures(entry, number, key, end)
            ]
    return sorted(found)


def _failures(entry: RandomDowntime, number: int, key: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield when the site fails and when it is repaired; the time to a failure begins at the end of a repair."""
    if not entry.hours.average:
        return
    cycle = (entry.every_hours.average + entry.hours.average) * HOUR
    size = min(MOST_AT_A_TIME, int(1.2 * end / cycle) + 8)
    first, repaired = 0, 0
    while repaired < end:
        block = np.arange(first, first + size)
        repairs = _seconds(entry.hours, key, block, randomness.REPAIR, number)
        ends = repaired + np.cumsum(
            _seconds(entry.every_hours, key, block, randomness.FAILURE, number) + repairs
        )
        for begin, finish in zip((ends - repairs).tolist(), ends.tolist(), strict=True):
            if begin < finish and begin < end:
                yield begin, finish
        first, repaired = first + size, int(ends[-1])


def _seconds(hours: AnyDistribution, key: int, numbers: Ints, kind: int, entry: int) -> Ints:
    bits = randomness.draw_array(key, numbers, kind, entry)
    return randomness.whole_array(quantile_of(hours)(randomness.unit_array(bits)) * HOUR, bits)


class Wear:
    """Failures that come with the busy time of a site's stations, of one entry of its downtimes.

    A failure holds up the job at whose station the time has come, and its repair is added to that job, which may
    fail again. What a repair takes is no time at work: the next failure counts from its end.

    Args:
        number: position of the entry.
        key: of the site's facts in a replication.

    """

    __slots__ = ("_between", "_key", "_left", "_number", "_occurrence", "_repair")

    def __init__(self, entry: RandomDowntime, number: int, key: int) -> None:
        self._between = quantile_of(entry.every_hours)
        self._repair = quantile_of(entry.hours)
        self._number = number
        self._key = key
        self._occurrence = 0
        self._left = self._draw(self._between, randomness.FAILURE)

    def _draw(self, quantile: Quantile, kind: int) -> int:
        bits = randomness.draw(self._key, randomness.code(self._occurrence, kind, self._number))
        return duration(quantile, HOUR, bits)

    def repairs(self, seconds: int) -> int:
        """Return the seconds of repair that fall into some seconds of work, which count as done."""
        repairs = 0
        while self._left < seconds:  # work due at the second of a failure is complete
            seconds -= self._left
            repairs += self._draw(self._repair, randomness.REPAIR)
            self._occurrence += 1
            self._left = self._draw(self._between, randomness.FAILURE)
        self._left -= seconds
        return repairs


def wear(downtime: Sequence[Downtime], key: int) -> list[Wear]:
    """Return the failures that come with work, one for each entry that asks for them."""
    return [
        Wear(entry, number, key)
        for number, entry in enumerate(downtime)
        if isinstance(entry, RandomDowntime) and entry.while_ == "working"
    ]


class KnownOutages:
    """What is known of a site's outages as time goes on: those that have begun, and those that were announced.

    Attributes:
        known: of these the ones that have not ended.

    """

    def __init__(self, outages: Sequence[Outage]) -> None:
        self._coming = sorted(outages, key=lambda outage: outage.known_from, reverse=True)
        self.known: list[Outage] = []

    def at(self, now: int) -> bool:
        """Go on to a second; return whether anything became known or came to its end."""
        known = [outage for outage in self.known if outage.end > now]
        changed = len(known) < len(self.known)
        while self._coming and self._coming[-1].known_from <= now:
            known.append(self._coming.pop())
            changed = True
        self.known = known
        return changed

    def is_up(self, now: int) -> bool:
        """Tell whether no outage takes all stations away."""
        return all(outage.factor or outage.begin > now for outage in self.known)

    def next_down(self) -> int:
        """Return when the site goes down next, as far as is known: in the past while it is down; NEVER for not."""
        return min([outage.begin for outage in self.known if not outage.factor], default=NEVER)

    def back_at(self, now: int) -> int:
        """Return when a site that is down comes back, as far as that is announced; NEVER where it is not."""
        back = now
        for outage in sorted(outage for outage in self.known if not outage.factor):
            if outage.begin > back:
                break
            if not outage.is_planned:
                return NEVER
            back = max(back, outage.end)
        return back
