"""Filters by the state of a warehouse: whether it is up, will be, and has not failed the order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from policies.case import Bools, Case, Mask
from policies.filters.filter import Filter, Moment
from sim.clock import HOUR, NEVER
from sim.document import Hours
from sim.view.network import Network


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

    def passes_again(self, network: Network) -> Moment | None:
        """Tell when the next downtime is so near its announced end that its warehouse passes."""
        if not self.within_hours:
            return None  # a warehouse that is back has waiting orders decided without a clock
        back_at, seconds = network.back_at, round(self.within_hours * HOUR)

        def moment(_: Case, sites: NDArray[np.intp]) -> int:
            back = back_at[sites]
            coming = back[(back > network.now + seconds) & (back < NEVER)]
            return int(coming.min()) - seconds if len(coming) else NEVER

        return moment


class NoDowntimeWithin(Filter):
    """The warehouse is up, and no downtime is known that begins within some hours."""

    name = "no_downtime_within"
    split_reason = "downtime"

    hours: Hours = Field(description="hours from now; a downtime that begins at their end is not within them")

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        next_down, seconds = network.next_down, round(self.hours * HOUR)

        def mask(_: Case) -> Bools | None:
            begins = next_down - network.now
            return None if network.all_up and begins.min() >= seconds else (begins >= seconds) & network.up

        return mask


class PromiseCanBeMet(Filter):
    """The rule's service can be expected to deliver from there by the promise."""

    name = "promise_can_be_met"
    split_reason = "faster"

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""

        def mask(case: Case) -> Bools | None:
            promised_at = case.request.promised_at
            return None if promised_at >= NEVER else case.offer.arrives_at <= promised_at

        return mask


class NotTried(Filter):
    """The warehouse has not failed the order before: it did not come up short, nor give lines of it back."""

    name = "not_tried"

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        everywhere = np.ones(len(network.warehouses), bool)

        def mask(case: Case) -> Bools | None:
            tried = case.request.tried
            if not tried:
                return None
            passing = everywhere.copy()
            passing[list(tried)] = False
            return passing

        return mask
