"""What limits are on: how much of what a warehouse may be given, in which time."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from policies.part import Part
from sim.document import Quantity, Switch, wrong
from sim.limits import Usage
from sim.view.network import Network

Counted: TypeAlias = Literal["orders", "lines", "units", "value", "weight_kg"]
Window: TypeAlias = Literal["hour", "day", "week", "month"]


class Allowance(Part):
    """What a limit is on: how much of what, in which time."""

    n: Quantity | None = Field(None, description="the limit; absent: the warehouse's own order_limit_per_day")
    of: Counted = Field("orders", description="what is counted")
    per: Window = Field(
        "day",
        description="calendar window at the site after which the count starts over; of a rolling one the length: "
        "3,600 s, 86,400 s, 7 or 30 days",
    )
    rolling: Annotated[bool, Switch()] = Field(
        False, description="whether the window ends now, instead of beginning with the calendar"
    )

    @model_validator(mode="after")
    def _limits_what_sites_limit(self) -> Allowance:
        if self.n is None and (self.of, self.per, self.rolling) != ("orders", "day", False):
            raise wrong(
                "without n the limit is the warehouse's order_limit_per_day: of orders, per day", key="n"
            )
        return self

    def usage(self, network: Network) -> Usage:
        """Return what was allocated in the present window: counting begins here."""
        return network.usage(self.of, self.per, rolling=self.rolling)

    def most(self, network: Network) -> NDArray[np.float64]:
        """Return the limit of each warehouse; infinite where it has none."""
        return network.order_limit_per_day if self.n is None else np.full(len(network.warehouses), self.n)
