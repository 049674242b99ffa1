"""Rank keys in money."""

from __future__ import annotations

import numpy as np

from policies.case import Case, Column, Values
from policies.keys.key import Key
from policies.keys.storage import relief
from sim.clock import DAY, NEVER
from sim.money import cents, micros
from sim.view.network import Network

CENTS = np.array(100.0)
"""In a unit of the currency; without dimension, for which numpy takes half the time of a Python number."""


class LandedCost(Key):
    """Freight of the rule's service, handling and packaging of the shipment, less storage relieved, in the currency."""

    name = "landed_cost"
    split_reason = "cheaper"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        relieved = relief(network)
        if relieved is None:
            return lambda case: case.offer.landed
        return lambda case: case.offer.landed + relieved(case)


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


class LatenessCost(Key):
    """What it costs that the lines come late, at their expected delivery: penalties of the segment, currency.

    `late_penalty` once, and `late_penalty_per_day` for each started day, as at settlement; 0 up to the promise. Each
    shipment of a split counts, though the customer is owed the penalties of the last one only.
    """

    name = "lateness_cost"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        segments = network.scenario.segments
        once = [cents(micros(segment.late_penalty)) / 100 for segment in segments]
        daily = [cents(micros(segment.late_penalty_per_day)) / 100 for segment in segments]
        nothing = np.zeros(len(network.warehouses))

        def column(case: Case) -> Values:
            promised_at, segment = case.request.promised_at, case.request.segment
            if promised_at >= NEVER or not once[segment] + daily[segment]:
                return nothing
            late = case.offer.arrives_at - promised_at
            days = np.ceil(np.maximum(late, 0) / DAY)
            return once[segment] * (late > 0) + daily[segment] * days

        return column
