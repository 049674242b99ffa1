"""What is sold, and how it wants to be handled."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from sim.clock import DAY
from sim.document import (
    Days,
    Identifier,
    Listing,
    Money,
    Name,
    Number,
    PositiveDays,
    Probability,
    Quantity,
    Section,
    wrong,
)

AMBIENT = "ambient"

Weight: TypeAlias = Annotated[float, Number(at_most=10_000)]
Volume: TypeAlias = Annotated[float, Number(at_most=100_000)]


def _ambient_if_none(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tags or (AMBIENT,)


class Item(Section):
    """Something that is sold."""

    id: Identifier = Field(description="its id")
    category: Name = Field("", description="any word; groups items for rules and reports")
    weight_kg: Weight = Field(0.0, description="weight of one unit; freight goes by it")
    volume_l: Volume = Field(
        0.0, description="volume of one unit: storage goes by it, and freight by volumetric weight"
    )
    price: Money = Field(Decimal(0), description="what a customer pays for one unit, the revenue")
    cost: Money = Field(
        Decimal(0), description="what one unit costs to buy; stock, spoilage and write-offs are valued by it"
    )
    popularity: Quantity = Field(1.0, description="how often it is asked for, relative to the others")
    handling: Annotated[tuple[str, ...], Listing(), AfterValidator(_ambient_if_none)] = Field(
        (AMBIENT,), description="tags; it may be kept and carried where every one of them is listed"
    )
    shelf_life_days: PositiveDays | None = Field(
        None, description="days from receipt to expiry; absent: it does not expire"
    )
    min_life_at_delivery_days: Days = Field(
        0.0, description="life that a lot must have left at the expected delivery, or it is not promised"
    )
    return_share: Probability = Field(
        0.0, description="probability that a delivered line of it comes back; needs a section `returns`"
    )

    @model_validator(mode="after")
    def _lives_long_enough(self) -> Item:
        if self.shelf_life_days is not None and round(self.shelf_life_days * DAY) < 1:
            raise wrong("must be a second or more", key="shelf_life_days")
        if self.shelf_life_days is not None and self.min_life_at_delivery_days >= self.shelf_life_days:
            raise wrong(
                f"must be less than shelf_life_days ({self.shelf_life_days:g}), or it could never be sold",
                key="min_life_at_delivery_days",
            )
        return self


class Protocol(Section):
    """What a handling tag asks for."""

    extra_work_minutes: Annotated[float, Number(at_most=100_000)] = Field(
        0.0, description="work added to a shipment that holds the tag, once"
    )
    packaging_cost: Money = Field(
        Decimal(0),
        description="packaging of a shipment that holds the tag, once; a part of its handling cost",
    )
