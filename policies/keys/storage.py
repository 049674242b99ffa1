"""The rank key of storage: what it would have cost to keep the units where they are."""

from __future__ import annotations

import numpy as np

from policies.case import Case, Column, Values
from policies.keys.key import Key
from sim.catalogue import MICRO, micros
from sim.clock import HOUR
from sim.inventory import UNLIMITED
from sim.network import Network

MOST_DAYS = 28.0
"""So many days of storage are relieved at most: stock that nobody wants, and nothing replaces, would lie for ever."""


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
    # By item, in the hour: what a unit saves for each unit that lies before it, and at most; both by warehouse.
    rates: dict[int, tuple[Values, Values]] = {}
    hour = -1

    def rates_of(item: int) -> tuple[Values, Values]:
        found = rates.get(item)
        if found is None:
            a_day = rate * network.millilitres[item] / (1000 * MICRO)
            a_day[network.on_hand[item] >= UNLIMITED] = 0.0
            daily = np.maximum(network.forecast.units_a_day[item], 1e-6)
            most_days = np.minimum(network.forecast.replenished_in_days(item), MOST_DAYS)
            found = rates[item] = a_day / daily, a_day * most_days
        return found

    def column(case: Case) -> Values:
        nonlocal hour
        if network.now // HOUR != hour:  # the next review comes nearer
            hour = network.now // HOUR
            rates.clear()
        saved = np.zeros(len(rate))
        for line in case.lines:
            item = case.request.items[line]
            each, most = rates_of(item)
            lies = np.maximum(network.available[item], 0)
            saved -= np.minimum(lies * each, most) * case.request.units[line]
        return saved

    return column
