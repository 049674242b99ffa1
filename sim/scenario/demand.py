"""When and what customers order: drawn from rates and weights, or recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from sim.document import (
    CountKey,
    Forms,
    LocalTime,
    Number,
    PositiveDays,
    Quantity,
    Section,
    wrong,
)
from sim.scenario.tables import FilePath


def _some_weight(weights: Any) -> Any:
    values = weights.values() if isinstance(weights, Mapping) else weights
    if not math.fsum(values) > 0:
        raise wrong("must not all be 0")
    return weights


def _as_many_as(n: int, of: str) -> AfterValidator:
    def check(weights: tuple[float, ...]) -> tuple[float, ...]:
        if len(weights) != n:
            raise wrong(f"must hold {n} weights, {of}; there are {len(weights)}")
        return weights

    return AfterValidator(check)


def _sorted_by_key(weights: dict[int, float]) -> dict[int, float]:
    return dict(sorted(weights.items()))


MOST_PER_LINE = 1_000_000
"""Units of a line of an order."""

Lines: TypeAlias = Annotated[int, CountKey(at_least=1, at_most=1000)]
Units: TypeAlias = Annotated[int, CountKey(at_least=1, at_most=MOST_PER_LINE)]


class Surge(Section):
    """A time in which demand is multiplied."""

    begins: LocalTime = Field(description="from when on")
    days: PositiveDays = Field(description="how long it lasts")
    factor: Annotated[float, Number(at_most=1000)] = Field(
        description="what the rate of orders is multiplied by"
    )


class Generated(Section):
    """Orders drawn from a Poisson process."""

    orders_per_day: Annotated[float, Number(at_most=10_000_000)] = Field(
        description="mean number of orders a day over a flat week"
    )
    hourly: Annotated[
        tuple[Quantity, ...], _as_many_as(24, "entry h for [h, h+1)"), AfterValidator(_some_weight)
    ] = Field(
        (1.0,) * 24,
        description="how the orders of a day fall on its hours, scenario time; divided by their mean",
    )
    weekly: Annotated[tuple[Quantity, ...], _as_many_as(7, "from Monday"), AfterValidator(_some_weight)] = (
        Field(
            (1.0,) * 7,
            description="how the orders of a week fall on its days, from Monday; divided by their mean",
        )
    )
    trend_per_year: Annotated[float, Number(at_least=-100, at_most=100)] = Field(
        0.0, description="growth of the rate, linear from the start; 0.1: a tenth more after a year"
    )
    surges: tuple[Surge, ...] = Field((), description="times of more, or less, demand")
    lines_per_order: Annotated[
        dict[Lines, Quantity], AfterValidator(_some_weight), AfterValidator(_sorted_by_key)
    ] = Field({1: 1.0}, description="weights of the number of distinct items in an order")
    units_per_line: Annotated[
        dict[Units, Quantity], AfterValidator(_some_weight), AfterValidator(_sorted_by_key)
    ] = Field({1: 1.0}, description="weights of the number of units of a line")


class Replay(Section):
    """Recorded orders."""

    replay: FilePath = Field(
        description="a CSV file, one row a line: order, placed_at, region (or lat, lon), segment, item, units"
    )

    @model_validator(mode="before")
    @classmethod
    def _draws_nothing(cls, given: Any) -> Any:
        for key in Generated.model_fields:
            if isinstance(given, dict) and key in given:
                raise wrong("does not go with replay: the orders are those recorded", key=key)
        return given


Demand: TypeAlias = Annotated[Generated | Replay, Forms("demand", {"replay": Replay}, otherwise=Generated)]
