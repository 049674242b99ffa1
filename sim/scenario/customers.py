"""Who buys: where customers live, and what they were promised."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from sim.document import (
    Days,
    Identifier,
    Listing,
    Money,
    Name,
    Number,
    PositiveDays,
    Quantity,
    Section,
    Whole,
    wrong,
)
from sim.scenario.times import TimeOfDay


def _a_pair(given: Any) -> Any:
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        raise wrong("must be [latitude, longitude]")
    return given


LATITUDE, LONGITUDE = Number(at_least=-90, at_most=90), Number(at_least=-180, at_most=180)

Place: TypeAlias = Annotated[
    tuple[Annotated[float, LATITUDE], Annotated[float, LONGITUDE]], BeforeValidator(_a_pair)
]
"""Latitude and longitude in degrees, north and east positive."""


class Region(Section):
    """Where customers are."""

    id: Identifier = Field(description="its id")
    at: Place | None = Field(
        None, description="[latitude, longitude], north and east positive; distances are measured from it"
    )
    share: Quantity = Field(1.0, description="how many of the orders come from it, relative to the others")
    zone: Name | None = Field(None, description="a market, compared with that of warehouses by rules")


class Segment(Section):
    """A class of customers."""

    id: Identifier = Field(description="its id")
    share: Quantity = Field(1.0, description="how many of the orders are of it, relative to the others")
    promise_days: Days | None = Field(
        None,
        description="an order is late when delivered more than this after it was placed; absent: no promise",
    )
    cut_off: TimeOfDay | None = Field(
        None,
        description="scenario-local time of day up to which, to the second, an order counts as placed that day; it is "
        "then promised by the end of the day that is promise_days later; absent: promised to the second",
    )
    priority: Annotated[int, Whole(at_least=-1_000_000, at_most=1_000_000)] = Field(
        1, description="in queues by priority the lower number goes first; of equals who came first"
    )
    late_penalty: Money = Field(Decimal(0), description="what a late order costs, once")
    late_penalty_per_day: Money = Field(
        Decimal(0), description="what every begun day costs that an order is late"
    )
    split: Literal["allowed", "never"] = Field(
        "allowed", description="whether an order may come in several shipments"
    )
    impatience_days: PositiveDays | None = Field(
        None, description="an order of which nothing was picked up by then is cancelled; absent: never"
    )
    tags: Annotated[tuple[str, ...], Listing()] = Field((), description="names by which rules choose orders")

    @model_validator(mode="after")
    def _promises_days(self) -> Segment:
        if self.cut_off is not None:
            if self.promise_days is None:
                raise wrong("needs promise_days: it says from which day these count", key="cut_off")
            if self.promise_days % 1:
                raise wrong("must be whole days, as there is a cut_off", key="promise_days")
        return self


STANDARD = Segment(id="standard")
"""The one segment of a scenario that names none."""
