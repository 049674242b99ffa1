"""Carriers and their services: where they go, what they charge, how long they take."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from sim.document import (
    Amount,
    Forms,
    Hours,
    Identifier,
    Listing,
    LocalTime,
    Number,
    PositiveCount,
    PositiveDays,
    Probability,
    Section,
    Whole,
    checking,
    wrong,
)
from sim.scenario.distributions import NAMED, ZERO, AnyDistribution, Distribution
from sim.scenario.sites import Kind
from sim.scenario.tables import FilePath, path_key
from sim.scenario.times import Pickups

Rate: TypeAlias = Annotated[Decimal, Amount(at_most=100_000)]
Kilometres: TypeAlias = Annotated[float, Number(above=0, at_most=50_000)]
Kilograms: TypeAlias = Annotated[float, Number(above=0, at_most=1_000_000)]


def _one_for_all(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


PerZone: TypeAlias = Annotated[
    tuple[Rate, ...], Forms("rate", bare=Rate, listed=tuple[Rate, ...]), AfterValidator(_one_for_all)
]
TransitPerZone: TypeAlias = Annotated[
    tuple[AnyDistribution, ...],
    Forms(
        "transit time",
        dict.fromkeys(NAMED, Distribution),
        bare=Distribution,
        listed=tuple[Distribution, ...],
    ),
    AfterValidator(_one_for_all),
]


class _Weighing(Section):
    """How a carrier arrives at the weight that it charges."""

    volumetric_l_per_kg: Annotated[float, Number(at_most=1_000_000)] = Field(
        0.0,
        description="litres that are charged as one kilogram where that is more than the weight; 0: never",
    )
    round_up_kg: Annotated[float, Number(at_most=1000)] = Field(
        0.0, description="the charged weight is rounded up to a multiple of it; 0: not rounded"
    )


class Rates(_Weighing):
    """A price by zone that grows with the weight."""

    base: PerZone = Field((Decimal(0),), description="price of a parcel, one per zone or one for all")
    per_kg: PerZone = Field(
        (Decimal(0),), description="price of each charged kilogram, one per zone or one for all"
    )


class RateRow(Section):
    """One row of a rate card."""

    zone: Annotated[int, Whole(at_least=1, at_most=1000)] = Field(description="1 is the nearest")
    up_to_kg: Kilograms = Field(description="the heaviest parcel of this price, kg; the bound belongs to it")
    price: Rate = Field(description="of a parcel")


class RateTable(_Weighing):
    """A price by zone and weight, from a table."""

    file: FilePath = Field(description="a CSV table: zone (1 is the nearest), up_to_kg, price")
    _rows: tuple[RateRow, ...] = PrivateAttr(())

    @property
    def rows(self) -> tuple[RateRow, ...]:
        """The rows of the table, by zone and weight."""
        return self._rows

    @model_validator(mode="after")
    def _take_its_rows(self, info: ValidationInfo) -> RateTable:
        self._rows = checking(info).tables.get(path_key(self.file), ())
        return self


class Tier(Section):
    """A discount on the parcels of a month beyond a number."""

    parcels_per_month: PositiveCount = Field(
        description="the parcels beyond it have the discount: picked up by the service, from all warehouses, in "
        "the calendar month of the scenario's time zone; counted from the start of the run"
    )
    discount: Probability = Field(
        description="fraction of the freight; marginal: the parcels before keep their price"
    )


class Disruption(Section):
    """A time in which transit takes longer."""

    begins: LocalTime = Field(description="scenario-local time")
    days: PositiveDays = Field(description="how long it lasts")
    regions: Annotated[Literal["all"] | tuple[str, ...], Listing("region", words=("all",))] = Field(
        "all", description="where parcels go to that are picked up meanwhile"
    )
    transit_factor: Annotated[float, Number(above=0, at_most=1000)] = Field(
        description="what their transit is multiplied by; several disruptions multiply"
    )
    announced_hours: Hours | None = Field(
        None,
        description="policies know of it so many hours before it begins; 0: once it has begun; absent: from "
        "the start; its end is known with it",
    )


class Service(Section):
    """One product of a carrier."""

    id: Identifier = Field(description="its id")
    sites: Annotated[Literal["all"] | tuple[str, ...], Listing("warehouse", words=("all",), at_least=1)] = (
        Field("all", description="warehouses that hand over to it")
    )
    kinds: tuple[Kind, ...] | None = Field(
        None, description="kinds of the warehouses that hand over to it, such as [store]; absent: all of them"
    )
    reach_km: Kilometres | None = Field(
        None,
        description="it goes no further, km: such as customers who collect in a store; absent: everywhere",
    )
    carries: Annotated[tuple[str, ...], Listing()] | None = Field(
        None, description="tags of goods that it takes; absent: everything"
    )
    pickups: Pickups | None = Field(
        None,
        description="times of day at the site; what is packed by then goes along; absent: as soon as packed",
    )
    zones_km: tuple[Kilometres, ...] = Field(
        (),
        description="upper bounds of the zones by distance, each belonging to the nearer one; one more zone beyond; "
        "[]: one zone",
    )
    transit_days: TransitPerZone = Field(
        (ZERO,),
        description="from pickup to delivery, one per zone or one for all; a day is 24 hours",
        validate_default=True,
    )
    rates: Annotated[Rates | RateTable, Forms("rate card", {"file": RateTable}, otherwise=Rates)] = Field(
        Rates(), description="what a parcel costs", validate_default=True
    )
    tiers: tuple[Tier, ...] = Field((), description="discounts by number of parcels in a month")
    parcels_per_day: PositiveCount | None = Field(
        None,
        description="from all warehouses together, by the site-local date of the pickup; the rest goes with the "
        "warehouse's next pickup, without pickup times at local midnight; absent: no limit",
    )
    lost_share: Probability = Field(0.0, description="probability that a parcel is lost")
    co2e_g_per_tonne_km: Annotated[float, Number(at_most=1_000_000)] = Field(
        0.0, description="emissions of CO₂ equivalent, by weight and great-circle distance"
    )
    disruptions: tuple[Disruption, ...] = Field((), description="times in which transit takes longer")

    @field_validator("zones_km")
    @classmethod
    def _zones_ascend(cls, bounds: tuple[float, ...]) -> tuple[float, ...]:
        if any(later <= bound for bound, later in pairwise(bounds)):
            raise wrong("must ascend")
        return bounds

    @field_validator("transit_days")
    @classmethod
    def _transit_for_every_zone(cls, days: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        return _spread(days, info.data)

    @field_validator("rates")
    @classmethod
    def _rates_for_every_zone(cls, rates: Rates | RateTable, info: ValidationInfo) -> Rates | RateTable:
        if isinstance(rates, Rates):
            spread = {key: _spread(getattr(rates, key), info.data, key) for key in ("base", "per_kg")}
            return rates.model_copy(update=spread)
        zones = {row.zone for row in rates.rows}
        if rates.rows and "zones_km" in info.data and zones != set(range(1, len(info.data["zones_km"]) + 2)):
            wanted = f"the zones 1 to {len(info.data['zones_km']) + 1} (zones_km has one bound less)"
            priced = ", ".join(map(str, sorted(zones)))
            raise wrong(f"must price {wanted}; it prices {priced}", key="file")
        return rates

    @field_validator("tiers")
    @classmethod
    def _tiers_ascend(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        if any(b.parcels_per_month <= a.parcels_per_month for a, b in pairwise(tiers)):
            raise wrong("must ascend by parcels_per_month")
        return tiers


def _spread(values: tuple[Any, ...], data: Mapping[str, Any], key: str = "") -> tuple[Any, ...]:
    """Return one value per zone."""
    if "zones_km" not in data:
        return values
    zones = len(data["zones_km"]) + 1
    if len(values) == 1:
        return values * zones
    if len(values) != zones:
        raise wrong(
            f"must hold one value for all zones or {zones}, one more than zones_km; it has {len(values)}",
            key=key,
        )
    return values


class Carrier(Section):
    """A company that carries parcels."""

    id: Identifier = Field(description="its id")
    services: tuple[Service, ...] = Field(description="its products")

    @field_validator("services")
    @classmethod
    def _has_a_service(cls, services: tuple[Service, ...]) -> tuple[Service, ...]:
        if not services:
            raise wrong("must hold at least one service")
        return services


class Lost(Section):
    """What happens when a parcel is lost."""

    noticed_after_days: PositiveDays = Field(10.0, description="when it is noticed, from pickup")
    then: Literal["reship", "refund"] = Field("reship", description="send it again, or give the money back")
