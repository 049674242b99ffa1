"""What is on the shelves, and how it is filled up again."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sim.document import (
    Days,
    Forms,
    Identifier,
    Listing,
    Money,
    Number,
    Reference,
    Scalar,
    Section,
    checking,
    wrong,
)
from sim.scenario.distributions import ZERO, Distribution, Interval
from sim.scenario.downtime import Downtime, RandomDowntime
from sim.scenario.levels import DaysOfDemand, Level, PositiveStockUnits, StockUnits, Units
from sim.scenario.stocktable import StockTable
from sim.scenario.tables import FilePath, path_key

Items: TypeAlias = Annotated[Literal["all"] | tuple[str, ...], Listing("item", words=("all",))]
Warehouses: TypeAlias = Annotated[Literal["all"] | tuple[str, ...], Listing("warehouse", words=("all",))]


def _read_unlimited(given: Any) -> bool:
    # `{items: [tin], unlimited}` is a mapping with an empty value.
    if given is True or (isinstance(given, Scalar) and (given.is_empty or given.value is True)):
        return True
    raise wrong("must be true, or left away")


class Opening(Section):
    """What some cells (an item at a warehouse) open with: exactly one of the four."""

    items: Items = Field("all", description="items that it speaks of")
    warehouses: Warehouses = Field("all", description="warehouses that it speaks of")
    unlimited: Annotated[bool, PlainValidator(_read_unlimited), WithJsonSchema({"enum": [True, None]})] = (
        Field(False, description="stock that never ends: no lots, age, expiry or storage")
    )
    units: StockUnits | None = Field(None, description="units of each item")
    days_of_demand: Days | None = Field(None, description="days of each item's expected demand")
    file: FilePath | None = Field(
        None,
        description="a CSV table: warehouse, item, units[, received_at, expires_at]; speaks of its rows only",
    )
    _table: StockTable | None = PrivateAttr(None)

    @property
    def table(self) -> StockTable | None:
        """The rows of the file."""
        return self._table

    @model_validator(mode="after")
    def _says_one_thing(self, info: ValidationInfo) -> Opening:
        given = self.model_fields_set & {"unlimited", "units", "days_of_demand", "file"}
        if len(given) != 1:
            raise wrong("must hold exactly one of unlimited, units, days_of_demand, file")
        if self.file is not None:
            self._table = checking(info).tables.get(path_key(self.file))
        return self


def _read_word(given: Any) -> Opening:
    if given != "unlimited":
        raise wrong(
            "must be 'unlimited', or a mapping with units, days_of_demand or file", nearest="unlimited"
        )
    return Opening(unlimited=True)


def _listed(opening: Any) -> Any:
    return (opening,) if isinstance(opening, Opening) else opening


_Word: TypeAlias = Annotated[Opening, PlainValidator(_read_word), WithJsonSchema({"const": "unlimited"})]
_OneOpening: TypeAlias = Annotated[Opening, Forms("opening stock", bare=_Word, otherwise=Opening)]
Openings: TypeAlias = Annotated[
    tuple[Opening, ...],
    Forms("opening stock", bare=_Word, otherwise=Opening, listed=tuple[_OneOpening, ...]),
    AfterValidator(_listed),
]


class Review(Section):
    """When to order, and how much."""

    every_days: Annotated[float, Number(at_least=0.00001, at_most=36_525)] | None = Field(
        None, description="at start + k times this, first at k = 0; absent: after each change"
    )
    reorder_point: Level | None = Field(
        None, description="order when the position is at or below it; absent: when it is below order_up_to"
    )
    order_units: PositiveStockUnits | None = Field(
        None, description="its smallest multiple that lifts the position above the reorder point"
    )
    order_up_to: Level | None = Field(None, description="what an order lifts the position to")

    @model_validator(mode="after")
    def _says_how_much(self) -> Review:
        if (self.order_units is None) == (self.order_up_to is None):
            raise wrong("must hold exactly one of order_units and order_up_to")
        low, high = self.reorder_point, self.order_up_to
        if high is None and low is None:
            raise wrong("must hold a reorder_point beside order_units")
        if isinstance(low, Units) and isinstance(high, Units) and low.units >= high.units:
            raise wrong("must be below order_up_to", key="reorder_point")
        if (
            isinstance(low, DaysOfDemand)
            and isinstance(high, DaysOfDemand)
            and low.days_of_demand >= high.days_of_demand
        ):
            raise wrong("must be below order_up_to", key="reorder_point")
        return self


class Arrivals(Section):
    """Supply that nobody orders."""

    every_days: Interval = Field(description="time between arrivals")
    units: PositiveStockUnits = Field(1, description="units that arrive each time")


class Replenish(Section):
    """How some cells are filled up again: by review and order, or by arrivals. The last match holds."""

    items: Items = Field("all", description="items that it speaks of")
    warehouses: Warehouses = Field(
        "all", description="warehouses that it speaks of; `all` leaves out the source"
    )
    from_: Annotated[str, Reference(kinds=("supplier", "warehouse"))] | None = Field(
        None, alias="from", description="the supplier, or the warehouse, that ships"
    )
    lead_days: Distribution | None = Field(
        None, description="from order to receipt; absent: the supplier's; from a warehouse 0"
    )
    cost_per_kg: Money = Field(Decimal(0), description="freight of what is received, due at arrival")
    review: Review | None = Field(None, description="when to order, and how much: this, or arrivals")
    arrivals: Arrivals | None = Field(None, description="supply that nobody orders")

    @model_validator(mode="after")
    def _orders_or_receives(self) -> Replenish:
        if (self.review is None) == (self.arrivals is None):
            raise wrong("must hold exactly one of review and arrivals")
        if self.review is not None and self.from_ is None:
            raise wrong("must name a supplier or a warehouse with `from`")
        if self.arrivals is not None and self.from_ is not None:
            raise wrong("does not go with arrivals, which nobody orders", key="from")
        if self.from_ is not None and self.from_ in self.warehouses and self.warehouses != "all":
            raise wrong(f"must not hold '{self.from_}', which is the source", key="warehouses")
        return self


class Ageing(Section):
    """A transfer of ageing stock: it rotates."""

    older_than_days: Days = Field(description="lots that were received longer ago than this")


class Shortage(Section):
    """A lateral transfer: one warehouse helps out another that runs short."""

    below: Level = Field(description="items whose position at `to` is below it are lifted to it")


When: TypeAlias = Annotated[
    Ageing | Shortage, Forms("reason to transfer", {"older_than_days": Ageing, "below": Shortage})
]


class Transfer(Section):
    """A regular move of stock from one warehouse to another: what ages, or what is missing there."""

    items: Items = Field("all", description="items that it speaks of")
    from_: Annotated[str, Reference(kinds=("warehouse",))] = Field(
        alias="from", description="where it leaves"
    )
    to: Annotated[str, Reference(kinds=("warehouse",))] = Field(description="where it goes")
    when: When = Field(description="which units: lots of an age, or what is missing at `to`")
    keep: Level | None = Field(
        None, description="units on hand and not reserved that stay at `from`; absent: its safety stock"
    )
    every_days: Annotated[float, Number(at_least=0.00001, at_most=36_525)] = Field(
        description="at start + k times this, first at k = 1, days"
    )
    lead_days: Distribution = Field(ZERO, description="how long it travels")
    cost_per_kg: Money = Field(Decimal(0), description="freight, due at arrival")

    @model_validator(mode="after")
    def _goes_elsewhere(self) -> Transfer:
        if self.from_ == self.to:
            raise wrong("must be another warehouse than `from`", key="to")
        return self


class Stock(Section):
    """Opening stock, replenishment and transfers."""

    opening: Openings | None = Field(
        None,
        description="the last entry that speaks of a cell holds, and a cell that none speaks of is empty; "
        "absent: unlimited where nothing replenishes, else the order-up-to level (or reorder point + order)",
    )
    replenish: tuple[Replenish, ...] = Field((), description="how stock is filled up again; absent: never")
    transfers: tuple[Transfer, ...] = Field((), description="regular moves between warehouses; absent: none")


UNLIMITED = Stock(opening=(Opening(unlimited=True),))
"""The stock of a scenario that says nothing of it."""


class SupplierCosts(Section):
    """What an order costs."""

    per_order: Money = Field(Decimal(0), description="of each order placed with it")


class Supplier(Section):
    """Where replenishment comes from."""

    id: Identifier = Field(description="its id; no warehouse may have the same")
    lead_days: Distribution = Field(ZERO, description="from order to receipt")
    minimum_units: StockUnits = Field(0, description="least units of each item of an order")
    multiple_units: PositiveStockUnits = Field(
        1, description="units of each item of an order are rounded up to a multiple of it"
    )
    downtime: tuple[Downtime, ...] = Field(
        (),
        description="times in which nothing leaves it: an order waits for their end, then its lead time begins",
    )
    costs: SupplierCosts = Field(SupplierCosts(), description="what orders cost")

    @model_validator(mode="after")
    def _is_down_as_a_whole(self) -> Supplier:
        for number, downtime in enumerate(self.downtime):
            if downtime.factor:
                raise wrong("must be 0: a supplier has no stations", key=("downtime", number, "factor"))
            if isinstance(downtime, RandomDowntime) and downtime.while_ == "working":
                raise wrong("must be up: a supplier has no stations", key=("downtime", number, "while"))
        return self
