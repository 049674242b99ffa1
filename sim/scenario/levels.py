"""Levels of stock: in units, or in days of expected demand."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from sim.document import Forms, Number, Section, Whole

StockUnits: TypeAlias = Annotated[int, Whole(at_most=100_000_000)]


class Units(Section):
    """So many units of each item."""

    units: StockUnits = Field(description="units")


class DaysOfDemand(Section):
    """What is expected to be asked for in some days, half a unit rounded up."""

    days_of_demand: Annotated[float, Number(at_most=36_525)] = Field(
        description="days of the item's expected demand (flat week, no surge), shared equally by the sites "
        "that serve a region and may keep it"
    )


Level: TypeAlias = Annotated[
    Units | DaysOfDemand, Forms("stock level", {"units": Units, "days_of_demand": DaysOfDemand})
]
