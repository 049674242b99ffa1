"""Rank keys in money."""

from __future__ import annotations

import numpy as np

from policies.case import Column
from policies.keys.key import Key
from sim.network import Network

CENTS = np.array(100.0)
"""In a unit of the currency; without dimension, for which numpy takes half the time of a Python number."""


class LandedCost(Key):
    """Freight of the rule's service, handling and packaging of the shipment, in the currency."""

    name = "landed_cost"
    split_reason = "cheaper"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: (case.offer.freight + network.handling(case.parcel)) / CENTS


class Freight(Key):
    """Freight of the rule's service, in the currency."""

    name = "freight"
    split_reason = "cheaper"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: case.offer.freight / CENTS


class Handling(Key):
    """Picking and packing of the shipment, in the currency."""

    name = "handling"
    split_reason = "cheaper"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: network.handling(case.parcel) / CENTS
