"""A policy that decides nothing: every order leaves the warehouse nearest to its region."""

from __future__ import annotations

from sim import Allocation, Network, Part
from sim.policy import Request


class Fixed:
    """One warehouse for each region. What is left of the cost of an order is that of its physics."""

    def prepare(self, network: Network) -> None:
        """Look up the nearest warehouse of each region."""
        self._site = [int(network.distance_m(region).argmin()) for region in range(len(network.regions))]

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Send all lines from there."""
        lines = tuple([(line, order.units[line]) for line in order.open])
        return Allocation(parts=(Part(self._site[order.region], lines),))
