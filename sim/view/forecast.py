"""What can be expected of the days to come, by what the scenario says: demand, targets, and when stock comes next."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.arrays import Floats, Ints
from sim.catalogue import Catalogue
from sim.clock import DAY, Clock
from sim.orderbook.demand import demand_by_cell
from sim.scenario.distributions import ZERO
from sim.scenario.stock import Replenish
from sim.stock.inventory import UNLIMITED
from sim.stock.levels import Levels


class Forecast:
    """The forecast of a scenario. It knows nothing of what happened so far, and each part is made when it is asked for.

    Expected demand is that of `days_of_demand`: of a flat week without surges, in a replay what is recorded.
    """

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self._clock = clock
        self._catalogue = catalogue

    @cached_property
    def units_a_day(self) -> Floats:
        """Units a day that each cell is expected to provide, item x warehouse: the demand of an item, shared equally.

        It is shared by the warehouses that serve a region and may keep the item, and includes what is asked for over
        the counter.
        """
        return _settled(demand_by_cell(self._catalogue))

    @cached_property
    def target(self) -> Ints:
        """Units that replenishment fills each cell up to, item x warehouse; UNLIMITED where no review does."""
        levels, catalogue = Levels(self._catalogue), self._catalogue
        target = np.full(catalogue.keeps.shape, UNLIMITED, np.int64)
        for number, rule in enumerate(catalogue.scenario.stock.replenish):
            cells = catalogue.replenished_by == number
            if rule.review is not None:
                target[cells] = levels.full(rule.review)[cells]
        target.flags.writeable = False
        return target

    def replenished_in_days(self, item: int, at: int | None = None) -> Floats:
        """Return in how many days what a warehouse orders next is expected there, by warehouse; inf where nothing is.

        Days count from now, or from a second `at` that is said.

        The time to the next review and the mean lead time; of supply that nobody orders the mean interval. That a
        supplier may be down, or a depot short, is not counted.
        """
        to_review = -(self._clock.now if at is None else at) / DAY
        waits = [lead if every is None else to_review % every + lead for every, lead in self._rules]
        days: Floats = np.array([*waits, np.inf]).take(self._catalogue.replenished_by[item])
        return days

    @cached_property
    def _rules(self) -> list[tuple[float | None, float]]:
        """Days between the reviews of each rule of replenishment, None without, and what is waited for besides."""
        return [
            (None if rule.review is None else rule.review.every_days, self._lead_days(rule))
            for rule in self._catalogue.scenario.stock.replenish
        ]

    def _lead_days(self, rule: Replenish) -> float:
        if rule.review is None:
            return 0.0 if rule.arrivals is None else rule.arrivals.every_days.average
        if rule.lead_days is not None:
            return rule.lead_days.average
        suppliers = self._catalogue.scenario.suppliers
        return next((entry.lead_days for entry in suppliers if entry.id == rule.from_), ZERO).average


def _settled(units: Floats) -> Floats:
    """Return an integral rounded to 1e-9, read-only: its last digits differ from one kind of processor to another."""
    units = units.round(9)
    units.flags.writeable = False
    return units
