"""Filters by how much a warehouse was given."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from policies.case import Bools, Case, Mask
from policies.filters.filter import SLACK, Limit
from sim.document import Quantity, Switch, wrong
from sim.network import Network


class BelowLimit(Limit):
    """The warehouse stays within a limit on what it is given, also counting this order."""

    name = "below_limit"
    split_reason = "capacity"

    n: Quantity | None = Field(None, description="the limit; absent: the warehouse's own order_limit_per_day")
    of: Literal["orders", "lines", "units", "value", "weight_kg"] = Field(
        "orders", description="what is counted"
    )
    per: Literal["hour", "day", "week", "month"] = Field(
        "day", description="calendar window at the site after which the count starts over"
    )
    strict: Annotated[bool, Switch()] = Field(False, description="whether the limit itself is too much")

    @model_validator(mode="after")
    def _limits_what_sites_limit(self) -> BelowLimit:
        if self.n is None and (self.of, self.per) != ("orders", "day"):
            raise wrong(
                "without n the limit is the warehouse's order_limit_per_day: of orders, per day", key="n"
            )
        return self

    @property
    def counts(self) -> tuple[str, ...]:
        """What is counted, and per what."""
        return self.of, self.per

    def bind(self, network: Network) -> Mask:
        """Bind to a replication: counting begins here."""
        usage = network.usage(self.of, self.per)
        limit = network.order_limit_per_day if self.n is None else np.full(len(network.warehouses), self.n)
        of, strict = self.of, self.strict
        limit = limit - SLACK if strict else limit + SLACK
        most = float(limit.min())

        def mask(case: Case) -> Bools | None:
            used, amount = usage.used(), case.amount(of)
            if usage.most + amount < most:
                return None
            return used + amount < limit if strict else used + amount <= limit

        return mask
