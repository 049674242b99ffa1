"""Filters: which warehouses may take some lines of an order. Each is one vector expression over warehouses."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from policies.case import Bools, Case, Mask
from policies.part import Part
from sim.clock import HOUR
from sim.document import Days, Hours, PositiveCount, Quantity, Switch, wrong
from sim.network import Network

SLACK = 1e-6
"""Decimals are not exact in binary: 0.1 + 0.2 is more than 0.3, and 1.001 × 1000 less than 1001. Whatever is compared
with a bound (metres, units, money, kilograms) is a multiple of much more than this."""


class Filter(Part):
    """A part that says which warehouses may take the lines of a case.

    Attributes:
        split_reason: why an order is split when this filter took away the last warehouse that had it all.

    """

    split_reason: ClassVar[str] = "policy"

    def bind(self, network: Network) -> Mask:
        """Return the function from a case to a mask over warehouses, for one replication; None: all pass."""
        raise TypeError(f"{type(self).__name__} must define bind")


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


class HandlesItems(Filter):
    """The warehouse may keep and ship at least one of the lines, by its handling tags."""

    name = "handles_items"

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""

        masks: dict[tuple[int, ...], Bools | None] = {}

        def mask(case: Case) -> Bools | None:
            items = case.request.items
            tags = tuple([network.tags[items[line]] for line in case.lines])
            if tags not in masks:
                able = np.zeros(len(network.warehouses), bool)
                for tag in tags:
                    able |= network.handles_tags(tag)
                masks[tags] = None if able.all() else able
            return masks[tags]

        return mask


class HasStock(Filter):
    """The warehouse can promise all lines, any whole line, or any unit of them."""

    name = "has_stock"
    main = "lines"

    lines: Literal["all", "any", "units"] = Field(
        "any", description="all: every line in full; any: at least one line in full; units: at least one unit"
    )

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        if self.lines == "units":
            return lambda case: np.any([case.available(line) > 0 for line in case.lines], axis=0)
        every = self.lines == "all"

        def mask(case: Case) -> Bools:
            lines = case.lines
            stocked = case.in_stock(lines[0])
            for line in lines[1:]:
                stocked = stocked & case.in_stock(line) if every else stocked | case.in_stock(line)
            return stocked

        return mask


class Within(Filter):
    """The warehouse is near: by distance, by expected days in transit, or by the carrier's zone."""

    name = "within"

    km: Quantity | None = Field(None, description="great-circle distance at most, km")
    transit_days: Days | None = Field(
        None, description="expected transit of the rule's service at most, days"
    )
    zone: PositiveCount | None = Field(
        None, description="zone of the rule's service at most, the nearest being 1"
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Within:
        given = [key for key, value in self if value is not None]
        if len(given) != 1:
            raise wrong("must have exactly one of km, transit_days and zone")
        return self

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        if self.km is not None:
            metres = self.km * 1000 + SLACK
            return lambda case: network.distance_m(case.request.region) <= metres
        if self.transit_days is not None:
            seconds = round(self.transit_days * 86_400)
            return lambda case: case.offer.transit_s <= seconds
        zone = self.zone or 1
        return lambda case: case.offer.zone <= zone


class BelowLimit(Filter):
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
