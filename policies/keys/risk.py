"""Rank keys in money for what may become of stock: that it spoils if it stays, or is missed once it is gone."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from policies.case import Case, Column, Values
from policies.keys.demand import ByDemand
from policies.poisson import left_over, saved
from sim.clock import DAY, NEVER
from sim.document import Days
from sim.money import MICRO
from sim.stock.inventory import UNLIMITED
from sim.view.network import Network


class SpoilageCredit(ByDemand):
    """Spoilage avoided by taking these units, as negative money: value at risk x probability not to sell in time.

    A lot can be sold until its units would reach a customer with less life than the item's minimum, if they took as
    long as this order's. Demand D at the warehouse until then is Poisson, and serves the lots in their order of issue:
    with Q free units up to and including the lot, of which this order takes u, the units Q - u + 1, ..., Q would be
    left with probability P(D < k) each. So the credit of a lot is - unit cost x the sum of these, the newsvendor's
    expected left-over of Q less that of Q - u; that of an order is the sum over the lots it would take. For one lot
    it is exact; of several, that room in demand which earlier lots leave to later ones is not counted. Stock that
    lasts, or never ends, is at no risk.
    """

    name = "spoilage_credit"
    split_reason = "cheaper"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        units_a_day = self.units_a_day(network)

        def column(case: Case) -> Values:
            credit = np.zeros(len(network.warehouses))
            for line in case.lines:
                item = case.request.items[line]
                if network.perishable[item]:
                    credit -= network.cost[item] * _spared(case, line, units_a_day(item))
            return _money(credit)

        return column


def _spared(case: Case, line: int, units_a_day: Values) -> Values:
    """Return by warehouse how many units are expected to spoil less when the units of a line are taken."""
    picked = case.picked(line)
    last_sale = case.offer.arrives_at + case.network.least_life_s[case.request.items[line]]
    demand = units_a_day * (np.maximum(picked.expires_at - last_sale, 0) / DAY)
    spared = np.where(picked.expires_at < NEVER, saved(picked.free, case.request.units[line], demand), 0.0)
    if picked.mixed:
        spared[list(picked.mixed)] = 0.0
        shares = [
            (site, share.through, share.units, share.expires_at)
            for site, taken in picked.mixed.items()
            for share in taken
            if share.expires_at < NEVER
        ]
        if shares:
            site, through, units, expires_at = np.array(shares, np.int64).T
            demand = units_a_day[site] * (np.maximum(expires_at - last_sale[site], 0) / DAY)
            np.add.at(spared, site, left_over(through, demand) - left_over(through - units, demand))
    return spared


class StockoutCost(ByDemand):
    """Margin that is expected to be lost because these units are not there for others until stock comes next.

    Demand D at the warehouse until it can be replenished (the time to the next review, and the mean lead time) is
    Poisson, and met from what is available or on its way, A units. Taking u of them raises the expected shortage by
    the sum of P(D >= k) over k = A - u + 1, ..., A (the newsvendor's underage; Silver, Pyke and Thomas 2017, section
    9.2); each is worth the item's price less its cost. It is counted as though no other warehouse could help out, and
    as though nothing spoiled. Stock that never ends is never missed.
    """

    name = "stockout_cost"
    split_reason = "cheaper"

    horizon_days: Days = Field(
        28.0, description="days ahead that count at most, also where nothing is replenished"
    )

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        units_a_day, horizon = self.units_a_day(network), self.horizon_days

        def column(case: Case) -> Values:
            cost = np.zeros(len(network.warehouses))
            for line in case.lines:
                item = case.request.items[line]
                margin = max(0, network.price[item] - network.cost[item])
                days = np.minimum(network.forecast.replenished_in_days(item), horizon)
                units = np.maximum(network.available[item], 0) + network.on_order[item]
                taken = case.request.units[line]
                missed = np.minimum(taken, units) - saved(units, taken, units_a_day(item) * days)
                cost += np.where(network.on_hand[item] < UNLIMITED, margin * missed, 0.0)
            return _money(cost)

        return column


def _money(micro: Values) -> Values:
    """Return millionths of the currency as money; whole ones, as the last digits differ between processors."""
    return np.rint(micro) / MICRO
