"""The rank key of storage: what it would have cost to keep the units where they are."""

from __future__ import annotations

import numpy as np

from policies.case import Case, Column, Values
from policies.keys.key import Key
from sim.catalogue import MICRO, micros
from sim.inventory import UNLIMITED
from sim.network import Network

MOST_DAYS = 28.0
"""So many days of storage are relieved at most: stock that nobody wants, and nothing replaces, would lie for ever."""


class StorageRelieved(Key):
    """Storage that is saved by taking these units, as negative money.

    What leaves makes room until something else takes its place: until stock comes next (the next review, and the mean
    lead time), or until the units would have been sold anyway (what is available over expected demand), whichever is
    earlier; at most 28 days. Stock that never ends takes no room.
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
    daily = network.forecast.units_a_day

    def column(case: Case) -> Values:
        saved = np.zeros(len(rate))
        for line in case.lines:
            item = case.request.items[line]
            units = network.available[item]
            lasts = np.maximum(units, 0) / np.maximum(daily[item], 1e-6)
            days = np.minimum(np.minimum(lasts, network.forecast.replenished_in_days(item)), MOST_DAYS)
            litres = case.request.units[line] * network.millilitres[item] / 1000
            saved += np.where(network.on_hand[item] < UNLIMITED, rate * litres * days, 0.0)
        return -np.rint(saved) / MICRO

    return column
