"""Levels of stock: in units, or in days of expected demand."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from sim.document import Days, Forms, Section, Whole

MOST_STOCK = 100_000_000
"""Units of one item at one warehouse."""

StockUnits: TypeAlias = Annotated[int, Whole(at_most=MOST_STOCK)]
PositiveStockUnits: TypeAlias = Annotated[int, Whole(at_least=1, at_most=MOST_STOCK)]


class Units(Section):
    """So many units of each item."""

    units: StockUnits = Field(description="units")


class DaysOfDemand(Section):
    """What is expected to be asked for in some days, half a unit rounded up."""

    days_of_demand: Days = Field(
        description="days of the item's expected demand (flat week, no surge), shared equally by the sites "
        "that serve a region and may keep it"
    )


Level: TypeAlias = Annotated[
    Units | DaysOfDemand, Forms("stock level", {"units": Units, "days_of_demand": DaysOfDemand})
]
