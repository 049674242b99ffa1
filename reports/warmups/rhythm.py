"""What a scenario itself says of its course: after which time it repeats, and how long nothing dated interferes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sim.catalogue import Catalogue
from sim.clock import DAY, HOUR
from sim.localtime import instant
from sim.scenario import Scenario
from sim.scenario.demand import Generated
from sim.scenario.downtime import Downtime, PlannedDowntime

_WEEK = 7 * 24


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What to expect of a course that has settled.

    Attributes:
        cycle_h: the scenario repeats itself after this time, hours: a day, a week where its days differ, longer where
            stock is reviewed in other steps; 1 where every hour is like every other.
        until_h: when the first thing with a date begins (a surge, a planned downtime, a disruption), or the window
            ends; hours since the start.
        dated: what that thing is; empty where there is none.
        unsettled: why the scenario as a whole never settles; empty where nothing speaks against it.
        is_replenished: whether every cell that opens with stock that can end is filled up again.

    """

    cycle_h: int
    until_h: float
    dated: str
    unsettled: str
    is_replenished: bool


def rhythm(scenario: Scenario) -> Rhythm:
    """Return what a scenario says of its own course."""
    catalogue = Catalogue(scenario)
    end = catalogue.window[1]
    began, dated = min(
        ((max(begins, 0), what) for begins, ends, what in _dated(scenario, catalogue) if ends > 0),
        default=(end, ""),
    )
    recorded = not isinstance(scenario.demand, Generated)
    return Rhythm(
        _cycle_h(scenario),
        min(began, end) / HOUR,
        dated if began < end else "",
        "recorded orders are what they are, and need not settle" if recorded else "",
        _is_replenished(scenario, catalogue),
    )


def _cycle_h(scenario: Scenario) -> int:
    stock = scenario.stock
    steps = [rule.review.every_days for rule in stock.replenish if rule.review is not None]
    steps += [transfer.every_days for transfer in stock.transfers]
    # What is reviewed more than once a day is lost in the mean of a day.
    hours = [max(math.ceil(24 * step), 24) for step in steps if step is not None]
    return math.lcm(
        24 if hours or _hours_differ(scenario) else 1, _WEEK if _days_differ(scenario) else 1, *hours
    )


def _hours_differ(scenario: Scenario) -> bool:
    demand = scenario.demand
    return (isinstance(demand, Generated) and len(set(demand.hourly)) > 1) or any(
        site.hours is not None or site.shifts for site in scenario.warehouses
    )


def _days_differ(scenario: Scenario) -> bool:
    demand = scenario.demand
    return (isinstance(demand, Generated) and len(set(demand.weekly)) > 1) or any(
        (site.hours is not None and len(set(site.hours)) > 1)
        or any(len(shift.days) < 7 for shift in site.shifts)
        for site in scenario.warehouses
    )


def _dated(scenario: Scenario, catalogue: Catalogue) -> Iterator[tuple[float, float, str]]:
    """Yield begin and end of everything that has a date, seconds since the start, and what it is."""
    if isinstance(scenario.demand, Generated):
        for surge in scenario.demand.surges:
            begins = instant(surge.begins, catalogue.zone_info) - catalogue.start
            yield begins, begins + surge.days * DAY, "a surge of demand"
    for service in (service for carrier in scenario.carriers for service in carrier.services):
        for disruption in service.disruptions:
            begins = instant(disruption.begins, catalogue.zone_info) - catalogue.start
            yield begins, begins + disruption.days * DAY, f"a disruption of {service.id}"
    places = zip(
        (site.id for site in scenario.warehouses), scenario.warehouses, catalogue.site_zones, strict=True
    )
    for name, site, zone in places:
        yield from _planned(name, site.downtime, zone, catalogue.start)
    for supplier in scenario.suppliers:
        yield from _planned(supplier.id, supplier.downtime, catalogue.zone_info, catalogue.start)


def _planned(
    name: str, downtimes: Iterable[Downtime], zone: ZoneInfo, start: int
) -> Iterator[tuple[float, float, str]]:
    for downtime in downtimes:
        if isinstance(downtime, PlannedDowntime):
            begins = instant(downtime.begins, zone) - start
            yield begins, begins + downtime.hours * HOUR, f"a downtime of {name}"


def _is_replenished(scenario: Scenario, catalogue: Catalogue) -> bool:
    """Whether every cell that opens with stock that can end is filled up again."""
    stock = scenario.stock
    alone = catalogue.keeps & (catalogue.replenished_by < 0)
    for opening in stock.opening or ():
        if opening.table is not None:
            if alone[opening.table.item, opening.table.warehouse].any():
                return False
        elif not opening.unlimited and (alone & catalogue.cells(opening.items, opening.warehouses)).any():
            return False
    return True
