"""Warehouses: any node that can ship, with its work, its hours and its troubles."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from sim.document import (
    Count,
    Forms,
    Id,
    Listing,
    Money,
    Name,
    Number,
    PositiveCount,
    Probability,
    Section,
    Whole,
    checking,
)
from sim.scenario.customers import Place
from sim.scenario.distributions import NAMED, ZERO, Distribution
from sim.scenario.downtime import Downtime
from sim.scenario.goods import Item
from sim.scenario.levels import Level
from sim.scenario.times import OpeningHours, Shift, TimeZone, disjoint_shifts, is_zone

Kind: TypeAlias = Literal["fulfilment_centre", "store", "third_party", "drop_ship"]

KIND_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "fulfilment_centre": {"site_rank": 1},
    "store": {"site_rank": 2},
    "third_party": {"site_rank": 3},
    "drop_ship": {"site_rank": 4},
}
"""What a kind sets where the scenario does not: rules that rank by `site_rank` prefer own centres."""

Stations: TypeAlias = Annotated[int, Whole(at_most=1_000_000)]


class WorkMinutes(Section):
    """The work of one shipment: the sum of these, minutes at one station."""

    per_shipment: Distribution = Field(ZERO, description="work of a shipment, once")
    per_line: Distribution = Field(ZERO, description="work for each of its lines")
    per_unit: Distribution = Field(ZERO, description="work for each of its units")


def _per_shipment(work: Any) -> WorkMinutes:
    return work if isinstance(work, WorkMinutes) else WorkMinutes(per_shipment=work)


Work: TypeAlias = Annotated[
    WorkMinutes,
    Forms(
        "distribution, or {per_shipment, per_line, per_unit}",
        dict.fromkeys(WorkMinutes.model_fields, WorkMinutes) | dict.fromkeys(NAMED, Distribution),
        bare=Distribution,
    ),
    AfterValidator(_per_shipment),
]
"""`work_minutes`: a number or distribution alone is the work of a shipment."""


class Accuracy(Section):
    """How far records and hands can be trusted."""

    stock: Probability = Field(1.0, description="probability that a unit on record is really there")
    pick: Annotated[float, Number(above=0, at_most=1)] = Field(
        1.0, description="probability that a line of a shipment holds the right item"
    )


class SiteCosts(Section):
    """What work and storage cost."""

    per_shipment: Money = Field(Decimal(0), description="handling of a shipment, once")
    per_line: Money = Field(Decimal(0), description="handling of each of its lines")
    per_unit: Money = Field(Decimal(0), description="handling of each of its units")
    storage_per_l_day: Money = Field(Decimal(0), description="storage of a litre on hand for a day")
    door_per_l_day: Money | None = Field(
        None, description="one litre that waits at the door for one day; absent: as storage"
    )


class WalkIns(Section):
    """Sales over the counter, in opening hours, which compete with orders for stock, safety stock included."""

    units_per_day: Annotated[float, Number(at_most=1_000_000)] = Field(
        description="mean units a day over a flat week, Poisson at a constant rate while it is open; one unit a "
        "sale, items by popularity among those that it may keep"
    )


class Warehouse(Section):
    """A node that can ship."""

    id: Annotated[str, Id(reserved=("all", "none", "origin", "nearest"))] = Field(description="its id")
    kind: Kind = Field(
        "fulfilment_centre", description="what it is, for rules; sets the default of `site_rank`"
    )
    timezone: TimeZone | None = Field(
        None, description="zone of its hours, pickups and downtimes; absent: that of the scenario"
    )
    at: Place | None = Field(
        None, description="[latitude, longitude], north and east positive; distances are measured from it"
    )
    serves: Annotated[Literal["all", "none"] | tuple[str, ...], Listing("region", words=("all", "none"))] = (
        Field(
            "all",
            description="regions that it may ship to; none: a depot, which only supplies other warehouses",
        )
    )
    site_rank: Annotated[int, Whole()] = Field(
        1,
        description="for rules that rank by it, the lowest first; default by kind: fulfilment_centre 1, store 2, "
        "third_party 3, drop_ship 4",
    )
    groups: Annotated[tuple[str, ...], Listing()] = Field((), description="names by which rules choose it")
    zone: Name | None = Field(None, description="a market, compared with that of regions by rules")
    handling: Annotated[tuple[str, ...], Listing()] | None = Field(
        None, description="tags that it can keep and ship; absent: everything"
    )
    stations: Stations = Field(1, description="each picks and packs one shipment at a time")
    work_minutes: Work = Field(
        WorkMinutes(), description="work of a shipment at one station: a distribution, or the keys below"
    )
    hours: OpeningHours | None = Field(
        None,
        description='opening hours, {mon-fri: "06:00-22:00"}; work pauses outside; absent: always open; an absent '
        "day is closed",
    )
    shifts: Annotated[tuple[Shift, ...], AfterValidator(disjoint_shifts)] = Field(
        (), description="windows of the week with another number of stations"
    )
    queue: Literal["fifo", "priority", "due"] = Field(
        "fifo",
        description="which shipment is next: who came first, the segment's priority, or the earliest promise; work "
        "in hand is never interrupted for another",
    )
    queue_limit: PositiveCount | None = Field(
        None, description="shipments in the building, counted from allocation; absent: no limit"
    )
    order_limit_per_day: Count | None = Field(
        None,
        description="orders a calendar day at the site, for rules with the filter below_limit; absent: none",
    )
    storage_l: Annotated[float, Number(above=0)] | None = Field(
        None,
        description="volume that it can store, litres; what does not fit waits at the door; absent: no limit",
    )
    safety_stock: Level | None = Field(
        None, description="units of each item that are kept from orders; absent: none"
    )
    downtime: tuple[Downtime, ...] = Field(
        (), description="times without all its stations, planned or by chance"
    )
    accuracy: Accuracy = Field(
        Accuracy(), description="how far its stock records and picks can be trusted; absent: always"
    )
    costs: SiteCosts = Field(SiteCosts(), description="what handling and storage cost")
    issue: Literal["fifo", "fefo", "lifo"] = Field(
        "fifo", description="which lot leaves first: the one received first, expiring first, or received last"
    )
    walk_ins: WalkIns | None = Field(None, description="sales over the counter; absent: none")

    @model_validator(mode="wrap")
    @classmethod
    def _read_in_its_zone(cls, given: Any, handler: Any, info: ValidationInfo) -> Any:
        check = checking(info)
        outside = check.zone
        if isinstance(given, dict) and is_zone(given.get("timezone")):
            check.zone = str(given["timezone"])
        try:
            return handler(given)
        finally:
            check.zone = outside

    def may_keep(self, item: Item) -> bool:
        """Tell whether every handling tag of an item is one that it can keep."""
        return self.handling is None or set(item.handling) <= set(self.handling)

    @classmethod
    def completed(cls, given: dict[Any, Any]) -> dict[Any, Any]:
        """Add what the kind sets."""
        kind = given.get("kind", "fulfilment_centre")
        known = isinstance(kind, str) and kind in KIND_DEFAULTS
        return {**KIND_DEFAULTS[kind], **given} if known else given
