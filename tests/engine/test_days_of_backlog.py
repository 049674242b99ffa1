"""Days of backlog: work that waits, run down the calendar in slices of 24 hours from now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.clock import DAY, HOUR, NEVER
from sim.policy import Allocation, Part, Request
from sim.view.backlog import LONGEST_DAYS, days_of_backlog
from sim.view.network import Network

IBM = [50, 60, 185, 250, 300, 400]  # units a day, of the look-ahead example of IBM Sterling


def days(work: list[float], *slices: list[float]) -> list[float]:
    """Return the days of backlog of several warehouses: by slice the capacities of each; none afterwards."""

    def capacity(number: int, sites: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        room = slices[number] if number < len(slices) else [0.0] * len(work)
        is_last = np.full(len(work), number >= len(slices))
        chosen = slice(None) if sites is None else sites
        return np.array(room, float)[chosen], is_last[chosen]

    return days_of_backlog(np.array(work, float), capacity).tolist()


@pytest.mark.parametrize(
    ("work", "wanted"),
    [(40, 0.8), (1036, 5.4775), (0, 0), (50, 1), (51, 1 + 1 / 60), (845, 5), (1245, 6)],
)
def test_forty_units_are_four_fifths_of_a_day_and_1036_are_5_4775(work: float, wanted: float) -> None:
    assert days([work], *([room] for room in IBM)) == [pytest.approx(wanted, abs=1e-12)]


@pytest.mark.parametrize(
    ("work", "wanted"), [(50, 1), (50.5, 3.0 + 0.5 / 60), (80, 3.5), (110, 4), (110.1, LONGEST_DAYS)]
)
def test_a_night_of_zero_capacity_counts_as_a_whole_day(work: float, wanted: float) -> None:
    assert days([work], [50], [0], [0], [60]) == [pytest.approx(wanted)]


def test_a_first_slice_without_capacity_counts_for_whoever_has_work_and_for_nobody_else() -> None:
    assert days([10, 0, 10], [0, 0, 20], [20, 20, 20]) == [1.5, 0, 0.5]


def test_warehouses_together_are_each_as_they_are_alone() -> None:
    random = np.random.Generator(np.random.PCG64(7))
    work = random.integers(0, 900, 50).astype(float).tolist()
    slices = random.integers(0, 5, (12, 50)).astype(float) * 25
    together = days(work, *slices.tolist())
    assert together == [days([work[site]], *slices[:, [site]].tolist())[0] for site in range(50)]
    assert max(together) == LONGEST_DAYS
    assert min(together) < 1


WORLD = """\
start: 2026-01-05T00:00
days: 6
drain_days: 0
items: [{id: tin}]
regions: [{id: here}]
demand: {orders_per_day: 150}
warehouses:
  - {id: always, stations: 2, work_minutes: 240}
  - {id: office, work_minutes: 31, hours: {mon-fri: "08:00-18:00"}}
  - {id: shifts, work_minutes: 50, stations: 1, hours: {mon-sat: "06:00-22:00"},
     shifts: [{days: mon-fri, window: "10:00-15:00", stations: 3}, {days: tue, window: "15:00-17:00", stations: 0}]}
  - {id: closing, work_minutes: 40, downtime: [{begins: 2026-01-08T06:00, hours: 40, announced_hours: 30}]}
  - {id: failing, work_minutes: 40, downtime: [{begins: 2026-01-07T06:00, hours: 30, announced_hours: 0}]}
  - {id: halved, stations: 2, work_minutes: 60, downtime: [{begins: 2026-01-06T12:00, hours: 60, factor: 0.5}]}
carriers: [{id: post, services: [{id: slow}]}]
"""
SECONDS = 30 * DAY


def stations_as_known(now: int) -> NDArray[np.float64]:
    """Return how many stations each site of the world will have in each minute, as far as that is known at a second."""
    minute = np.arange(SECONDS // 60)
    day, hour = minute // 1440 % 7, minute % 1440 / 60  # 5 January 2026 is a Monday
    at = minute / 60
    found = np.ones((6, len(minute)))
    found[0] = 2
    found[1] = (day < 5) & (hour >= 8) & (hour < 18)
    found[2] = (day < 6) & (hour >= 6) & (hour < 22)
    found[2][(day < 5) & (hour >= 10) & (hour < 15)] = 3
    found[2][(day == 1) & (hour >= 15) & (hour < 17)] = 0
    if now >= (78 - 30) * HOUR:
        found[3][(at >= 78) & (at < 118)] = 0
    if now >= 54 * HOUR:
        found[4][(at >= 54) & (at < 84)] = 0
    found[5] = 2
    found[5][(at >= 36) & (at < 96)] = 1
    return found


class Counting:
    """Counts days of backlog minute by minute, and notes what the view says; warehouses get orders in turn."""

    def __init__(self) -> None:
        self.seen: list[tuple[list[float], list[float]]] = []
        self.falls: list[tuple[bool, bool]] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        site, now = order.order % 6, network.now
        if order.order % 5 == 0:
            done = np.cumsum(stations_as_known(now), 1) * 60
            work = network.work_s.tolist()
            found = network.backlog_days().tolist()
            self.seen.append((found, [counted(done[i], now, work[i]) for i in range(6)]))
            if found[site] > 0.25:
                at = network.backlog_falls_to(site, 0.25)
                after, before = (
                    counted(
                        done[site], second, work[site] - until(done[site], second) + until(done[site], now)
                    )
                    for second in (at, at - 1)
                )
                self.falls.append((after <= 0.25, before > 0.25))
        return Allocation((Part(site, ((0, 1),)),))


def until(done: NDArray[np.float64], second: int) -> float:
    """Return the station-seconds up to a second, from those up to the end of each minute."""
    minute, rest = divmod(second, 60)
    before = done.item(minute - 1) if minute else 0.0
    return before + (done.item(minute) - before) * rest / 60


def counted(done: NDArray[np.float64], at: int, work: float) -> float:
    days = 0.0
    while work > 0:
        room = until(done, at + DAY) - until(done, at)
        if work <= room:
            return days + work / room
        days, work, at = days + 1, work - room, at + DAY
    return days


def test_days_of_backlog_are_what_counting_minute_by_minute_says(stage: Any) -> None:
    """Opening hours, shifts, and downtimes once they are announced; those that are not count when they have begun."""
    policy = Counting()
    stage.play(WORLD, policy)
    assert len(policy.seen) > 150
    for found, wanted in policy.seen:
        assert found == pytest.approx(wanted, abs=1e-9)
    longest = np.array([found for found, _ in policy.seen]).max(0)
    assert longest[0] > 0
    assert (longest[1:5] > 1).all()  # more than one slice
    assert len(policy.falls) > 50
    assert all(reached and not_before for reached, not_before in policy.falls)


def test_work_that_no_calendar_holds_lasts_longest(stage: Any) -> None:
    text = WORLD.replace("id: always, stations: 2", "id: always, stations: 0")
    seen = []

    class Asking:
        def allocate(self, order: Request, network: Network) -> Allocation:
            seen.append((network.backlog_days().item(0), network.backlog_falls_to(0, 3)))
            return Allocation((Part(0, ((0, 1),)),))

    stage.play(stage.scenario(text), Asking())
    assert seen[0][0] == 0
    assert set(seen[1:]) == {(LONGEST_DAYS, NEVER)}
