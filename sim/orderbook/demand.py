"""Expected demand: the rate of orders over time, and how many units of each item a day asks for."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

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


def demand_by_cell(catalogue: Catalogue) -> Floats:
    """Return the expected units a day that each cell has to provide: item x warehouse.

    The demand of an item is shared equally by the warehouses that serve a region and may keep it; what is asked
    for at a counter is asked of that warehouse alone. A depot, which serves no region, provides what the warehouses
    that it supplies provide, depots among them included.
    """
    serves = catalogue.serves.any(0)
    sells = catalogue.keeps & serves
    sites = sells.sum(1)
    provided = np.where(sells, (daily_units(catalogue) / np.maximum(sites, 1))[:, None], 0.0)
    for site, entry in enumerate(catalogue.scenario.warehouses):
        if entry.walk_ins is not None:
            provided[:, site] += entry.walk_ins.units_per_day * popularity_at(catalogue, site)
    asked = provided
    while True:  # ends, because no item is supplied in a circle
        asked = _asked_of_depots(catalogue, asked)
        if not asked.any():
            return provided
        provided = provided + asked


def _asked_of_depots(catalogue: Catalogue, units: Floats) -> Floats:
    """Return what some units, item x warehouse, ask of the depots that supply those cells."""
    asked = np.zeros_like(units)
    for number, rule in enumerate(catalogue.scenario.stock.replenish):
        depot = catalogue.site_index.get(rule.from_ or "")
        if depot is not None and not catalogue.serves[:, depot].any():
            asked[:, depot] += np.where(catalogue.replenished_by == number, units, 0.0).sum(1)
    return asked


def popularity_at(catalogue: Catalogue, site: int) -> Floats:
    """Return the share of each item in what is asked for at a site's counter: popularity among those it may keep."""
    shares: Floats = np.where(catalogue.keeps[:, site], catalogue.popularity, 0.0)
    total = shares.sum()
    return shares / total if total else shares


def daily_units(catalogue: Catalogue) -> Floats:
    """Return the expected units of each item a day over a flat week without surges (in a replay: recorded).

    The lines of an order are distinct items drawn one after the other by popularity.
    """
    demand = catalogue.scenario.demand
    if not isinstance(demand, Generated):
        recorded = catalogue.recorded
        units = np.bincount(recorded.line_item, recorded.line_units, minlength=len(catalogue.item_ids))
        daily: Floats = units / catalogue.scenario.days
        return daily
    weights = demand.lines_per_order
    included = inclusion(catalogue.popularity, max(weights))
    mean = sum(weight * included[lines] for lines, weight in weights.items()) / sum(weights.values())
    units_weights = demand.units_per_line
    mean_units = sum(n * weight for n, weight in units_weights.items()) / sum(units_weights.values())
    return np.asarray(demand.orders_per_day * mean_units * mean)


EXACT_LINES = 12
"""Beyond so many lines, what an order holds is told approximately."""


def inclusion(share: Floats, most: int) -> Floats:
    """Return the probability that an item is among the first k that are drawn without repetition: k (0 to most) x item.

    Drawing by share among what is left is a race: every item comes at an exponential time with its share as the
    rate, and the first k win (Holst 1973). So item i is among them when fewer than k others come before its time,

        P(i, k) = integral of share_i exp(-share_i t) P(fewer than k of the others came by t) dt,

    which the trapezoidal rule in log t gives to all digits. Beyond `EXACT_LINES` it is 1 - exp(-share_i t) with t
    such that the sum is k (Rosén 1997, asymptotically exact).
    """
    sold = np.flatnonzero(share > 0)
    included = np.zeros((most + 1, len(share)))
    included[len(sold) :, sold] = 1.0
    exact = min(most, len(sold) - 1, EXACT_LINES)
    if exact > 0:
        by_share = sold[np.argsort(-share[sold], kind="stable")]
        included[1 : exact + 1, by_share] = _race(share[by_share].tobytes(), exact)
    for k in range(exact + 1, min(most + 1, len(sold))):
        included[k] = _asymptotic(share, k)
    return included


@lru_cache(
    maxsize=4
)  # stock levels, the forecast and every replication ask for the same: 0.1 s each with 2,000 items
def _race(shares: bytes, most: int) -> Floats:
    """Return `inclusion` for k from 1 to most, less than there are items; shares are floats, positive, and descend."""
    share = np.frombuffer(shares)
    step = 0.2
    times = np.exp(np.arange(np.log(1e-13 / share[0]), np.log(60 / share[most]), step))
    # The popular ones are left out of the count in turn; of the others one divides out, which is stable because it
    # has hardly ever come when fewer than `most` have.
    popular = min(len(share), 2 * most + 30)
    others = np.zeros((most, len(times)))  # P(so many of the items so far have come by then)
    others[0] = 1.0
    for rate in share[popular:]:
        others = _joined(others, rate * times)
    included = np.empty((most, len(share)))
    for item, rate in enumerate(share[:popular]):
        count = others
        for rival, rival_rate in enumerate(share[:popular]):
            if rival != item:
                count = _joined(count, rival_rate * times)
        density = step * rate * times * np.exp(-rate * times)
        included[:, item] = (count.cumsum(0) * density).sum(1)
    everyone = others
    for rate in share[:popular]:
        everyone = _joined(everyone, rate * times)
    for item in range(popular, len(share)):
        late = share[item] * times
        density = step * late * np.exp(-late)
        count = everyone[0] * np.exp(late)
        fewer = (count * density).sum()
        included[0, item] = fewer
        for k in range(1, most):
            count = everyone[k] * np.exp(late) - np.expm1(late) * count
            fewer += (count * density).sum()
            included[k, item] = fewer
    included.flags.writeable = False
    return included


def _joined(count: Floats, late: Floats) -> Floats:
    """Return the distribution of a count to which one item is added that has come with probability 1 - exp(-late)."""
    more = count * np.exp(-late)
    more[1:] -= count[:-1] * np.expm1(-late)
    return more


def _asymptotic(share: Floats, lines: int) -> Floats:
    low, high = 0.0, 1.0
    while -np.expm1(-share * high).sum() < lines:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if -np.expm1(-share * middle).sum() < lines else (low, middle)
    return -np.expm1(-share * high)
