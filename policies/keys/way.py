"""Rank keys by the way from a warehouse to the customer."""

from __future__ import annotations

from policies.case import Column
from policies.keys.key import Key
from sim.clock import DAY
from sim.view.network import Network


class DistanceKm(Key):
    """Great-circle distance from the warehouse to the customer's region, km."""

    name = "distance_km"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        if (
            len(network.warehouses) == 1 and not network.is_located
        ):  # nothing to compare: nobody need know where it is
            return lambda _: network.columns
        return lambda case: network.distance_m(case.request.region) / 1000


class TransitDays(Key):
    """Expected transit of the rule's service, days."""

    name = "transit_days"
    counts_lines = True
    split_reason = "faster"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: case.offer.transit_s / DAY


class Co2eKg(Key):
    """Emissions of the transport by the rule's service, kg of CO2 equivalent."""

    name = "co2e_kg"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: network.co2e_kg(case.request.region, case.parcel, case.offer.service)
