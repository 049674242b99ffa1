"""The rate of orders over time: hours, weekdays, surges and the trend."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from sim.arrays import Floats
from sim.catalogue import Catalogue
from sim.clock import DAY, HOUR
from sim.localtime import instant, local_time
from sim.scenario.demand import Generated

YEAR = 365 * DAY


class Rate:
    """The cumulated rate of orders, piecewise linear in time: exact for hours, weekdays, surges and the trend.

    A Poisson process of unit rate, mapped through the inverse of the cumulated rate, is the process with that
    rate (change of time; Çinlar 1975, Introduction to Stochastic Processes, section 4.7).

    Attributes:
        at: breakpoints in seconds since start.
        per_second: the rate from each breakpoint to the next.
        total: expected orders up to each breakpoint.

    """

    def __init__(self, demand: Generated, catalogue: Catalogue) -> None:
        start, end = catalogue.start, catalogue.end
        surges = []
        for surge in demand.surges:
            begins = instant(surge.begins, catalogue.zone_info) - start
            surges.append((begins, begins + round(surge.days * DAY), surge.factor))
        hourly = np.asarray(demand.hourly, float) / np.mean(demand.hourly)
        weekly = np.asarray(demand.weekly, float) / np.mean(demand.weekly)
        flat = bool((hourly == 1).all() and (weekly == 1).all()) and demand.trend_per_year == 0

        cuts = {0, end, *(at for surge in surges for at in surge[:2] if 0 < at < end)}
        if not flat:
            local = local_time(start, catalogue.zone_info).replace(minute=0, second=0)
            hours = (local + timedelta(hours=number) for number in range(1, end // HOUR + 26))
            cuts.update(
                at for at in (instant(hour, catalogue.zone_info) - start for hour in hours) if 0 < at < end
            )
        self.at = np.array(sorted(cuts), np.float64)
        middle = (self.at[:-1] + self.at[1:]) / 2
        rate = np.full(len(middle), demand.orders_per_day / DAY)
        if not flat:
            moments = [local_time(start + second, catalogue.zone_info) for second in middle]
            rate *= hourly[[moment.hour for moment in moments]]
            rate *= weekly[[moment.weekday() for moment in moments]]
            rate *= np.maximum(0.0, 1.0 + demand.trend_per_year * middle / YEAR)
        for begins, ends, factor in surges:
            rate[(middle >= begins) & (middle < ends)] *= factor
        self.per_second = rate
        self.total = np.concatenate([[0.0], np.cumsum(rate * np.diff(self.at))])

    def when(self, total: Floats) -> Floats:
        """Return the seconds at which the expected number of orders reaches some totals below the last."""
        piece = np.searchsorted(self.total, total, side="right") - 1
        when: Floats = self.at[piece] + (total - self.total[piece]) / self.per_second[piece]
        return when
