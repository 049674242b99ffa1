"""Filters by how much a warehouse was given, and how much of that still waits."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from policies.allowance import Allowance
from policies.case import Bools, Case, Mask
from policies.filters.filter import SLACK, Limit, Moment
from sim.clock import NEVER
from sim.document import Days, Switch
from sim.limits import UNITS_OF_LIMITS
from sim.view.network import Network

LOOK_AGAIN_S = 300
"""When work is expected to be done is not when it is: an order that waits for it looks again no sooner than this."""


class BelowLimit(Allowance, Limit):
    """The warehouse stays within a limit on what it is given, also counting this order."""

    name = "below_limit"
    split_reason = "capacity"

    strict: Annotated[bool, Switch()] = Field(False, description="whether the limit itself is too much")

    @property
    def counts(self) -> tuple[str, ...]:
        """What is counted, and per what."""
        return self.of, f"rolling {self.per}" if self.rolling else self.per

    def bind(self, network: Network) -> Mask:
        """Bind to a replication: counting begins here."""
        usage, limit, of = self.usage(network), self._bound(network), self.of
        most, counted = float(limit.min()), UNITS_OF_LIMITS.index(of)

        def mask(case: Case) -> Bools | None:
            used, amount = usage.used(), case.amount(of)
            given = case.terms.given
            if given:  # by earlier rules, in this decision
                used = used.copy()
                for site, amounts in given:
                    used[site] += amounts[counted]
            elif usage.most + amount < most:
                return None
            return used + amount <= limit

        return mask

    def passes_again(self, network: Network) -> Moment:
        """Tell when the window of a warehouse has moved on so far that the lines are within its limit."""
        usage, limit, of = self.usage(network), self._bound(network), self.of

        def moment(case: Case, sites: NDArray[np.intp]) -> int:
            much = np.zeros(len(limit))
            much[sites] = usage.used()[sites] + case.amount(of) - limit[sites]
            return usage.falls_at(much)

        return moment

    def _bound(self, network: Network) -> NDArray[np.float64]:
        """Return what no warehouse may have more of: the limit, or what is just below it."""
        limit = self.most(network)
        return limit - SLACK if self.strict else limit + SLACK


class BelowBacklog(Limit):
    """The work that waits at the warehouse lasts at most some days, run down its calendar."""

    name = "below_backlog"
    split_reason = "capacity"

    days: Days = Field(
        description="slices of 24 hours from now, each with what the stations can do in it as far as downtimes are "
        "known; one without capacity counts as a whole day"
    )

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        most = self.days + SLACK
        return lambda case: network.backlog_days() <= most

    def passes_again(self, network: Network) -> Moment:
        """Tell when the least busy warehouse will have worked off what is too much, if nothing is added."""
        most = self.days + SLACK

        def moment(_: Case, sites: NDArray[np.intp]) -> int:
            days = network.backlog_days()
            above = sites[days[sites] > most]
            if not len(above):
                return NEVER
            at = network.backlog_falls_to(int(above[days[above].argmin()]), most)
            return max(at, network.now + LOOK_AGAIN_S)

        return moment
