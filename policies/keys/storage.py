"""The rank key of storage: what it would have cost to keep the units where they are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from policies.case import Case, Column, Values
from policies.keys.key import Key
from sim.clock import HOUR
from sim.money import MICRO, micros
from sim.stock.inventory import UNLIMITED
from sim.view.network import Network

MOST_DAYS = np.array(28.0)
"""So many days of storage are relieved at most: stock that nobody wants, and nothing replaces, would lie for ever."""

NOTHING = np.array(0.0)
"""Constants are arrays without dimension, for which numpy takes half the time of a Python number."""

KEPT_CELLS = 1 << 20
"""What does not change of so many cells is kept: the items of a catalogue, or of many shops those sold of late."""


class StorageRelieved(Key):
    """Storage that is saved by taking these units, as negative money.

    What leaves makes room until something else takes its place: until stock comes next (the next review, and the mean
    lead time), or until the units would have been sold anyway (what is available over expected demand), whichever is
    earlier; at most 28 days, as of the beginning of the hour. Stock that never ends takes no room.
    """

    name = "storage_relieved"
    split_reason = "cheaper"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return relief(network) or (lambda case: np.zeros(len(network.warehouses)))


def relief(network: Network) -> Column | None:
    """Return the function from a case to what storage is saved, by warehouse; None where none costs anything."""
    rate = np.array([micros(site.costs.storage_per_l_day) for site in network.scenario.warehouses], float)
    if not rate.any() or (network.on_hand >= UNLIMITED).all():
        return None

    @lru_cache(maxsize=max(1, KEPT_CELLS // len(rate)))
    def rates_of(item: int) -> tuple[Values, Values]:
        """Return what a unit saves a day, and what it saves for each unit that lies there."""
        a_day = rate * network.millilitres[item] / (-1000 * MICRO)
        a_day[network.on_hand[item] >= UNLIMITED] = 0.0
        return a_day, a_day / np.maximum(network.forecast.units_a_day[item], 1e-6)

    # By item, in this hour: what a unit saves for each unit that lies there, and at most; both by warehouse.
    rates: dict[int, tuple[Values, Values]] = {}
    hour = -HOUR

    def of_line(case: Case, line: int) -> Values:
        """Return what the units of a line save; nothing where others hold more than there is."""
        item, units = case.request.items[line], case.request.units[line]
        found = rates.get(item)
        if found is None:
            a_day, each = rates_of(item)
            days = network.forecast.replenished_in_days(item, hour)
            found = rates[item] = each, a_day * np.minimum(days, MOST_DAYS, out=days)
        each, most = found
        saved: Values = network.available[item] * each
        np.maximum(saved, most, out=saved)
        if units > 1:
            saved *= units
        np.minimum(saved, NOTHING, out=saved)
        return saved

    def column(case: Case) -> Values:
        nonlocal hour
        if network.now >= hour + HOUR:  # the next review comes nearer
            hour = network.now // HOUR * HOUR
            rates.clear()
        first, *others = case.lines
        saved = of_line(case, first)
        for line in others:
            saved = saved + of_line(case, line)
        return saved

    return column
