"""Filters by the state of a warehouse: whether it is up."""

from __future__ import annotations

from pydantic import Field

from policies.case import Mask
from policies.filters.filter import Filter
from sim.clock import HOUR
from sim.document import Hours
from sim.network import Network


class IsUp(Filter):
    """The warehouse is not in a downtime, or in one that is announced to end soon."""

    name = "is_up"
    split_reason = "downtime"

    within_hours: Hours | None = Field(
        None, description="also a warehouse whose announced downtime ends within so many hours"
    )

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        up, back_at = network.up, network.back_at
        if self.within_hours is None:
            return lambda case: None if network.all_up else up
        seconds = round(self.within_hours * HOUR)
        return lambda case: None if network.all_up else back_at <= network.now + seconds
