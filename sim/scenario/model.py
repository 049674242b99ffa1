"""A scenario as one immutable object; attributes are named as the keys of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field, PrivateAttr, field_validator

from sim.document import (
    Days,
    LocalTime,
    Map,
    Name,
    PositiveDays,
    Section,
    Text,
    Whole,
    wrong,
)
from sim.errors import Problem
from sim.scenario.aftersales import CaptureErrors, Payments, Returns, Visibility
from sim.scenario.carriers import Carrier, Lost
from sim.scenario.customers import STANDARD, Region, Segment
from sim.scenario.demand import Demand
from sim.scenario.goods import Item, Protocol
from sim.scenario.sites import Warehouse
from sim.scenario.stock import UNLIMITED, Stock, Supplier
from sim.scenario.tables import Table
from sim.scenario.times import TimeZone

if TYPE_CHECKING:
    from sim.scenario.replay import Recorded

Currency: TypeAlias = Annotated[str, Text(may_be_empty=False, longest=10)]
Tag: TypeAlias = Annotated[str, Text(may_be_empty=False)]


@dataclass(frozen=True)
class Origin:
    """Where a scenario came from.

    Attributes:
        path: the file.
        tree: what it says, changes of the command line included, before tables are read in.
        tables: the files that it names, by path as written.
        warnings: what its author should know, one line each.
        recorded: the orders of a replay.
        unlocated: what is wrong where a policy asks for distances.
        called: its id, where that is not the stem of the file.
        anywhere: its tables may lie outside its folder.

    """

    path: Path = Path()
    tree: Map = field(default_factory=Map)
    tables: Mapping[str, Path] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    recorded: Recorded | None = None
    unlocated: tuple[Problem, ...] = ()
    called: str = ""
    anywhere: bool = False


class Scenario(Section):
    """The world without the policy.

    Example:
        >>> from sim import load_scenario
        >>> hello = load_scenario("hello")
        >>> hello.id, hello.days, [site.id for site in hello.warehouses]
        ('hello', 7.0, ['newark', 'louisville'])
        >>> sum(item.popularity for item in hello.items)
        20.0

    """

    name: Name = Field("", description="a title, for lists and reports; absent: the stem of the file")
    timezone: TimeZone = Field("UTC", description="zone of all local times that are not those of a warehouse")
    start: LocalTime = Field(
        description="first instant of the warm-up, scenario-local; absent in a replay: the midnight before "
        "the first order"
    )
    warm_up_days: Days = Field(
        0.0, description="simulated first, so that queues and shelves fill, and not counted"
    )
    days: PositiveDays = Field(
        description="orders placed in this window, after the warm-up, are counted; absent in a replay: up to the last "
        "order"
    )
    drain_days: Days = Field(
        60.0,
        description="the run goes on until every counted order ended, at most this long; demand goes on, too",
    )
    seed: Annotated[int, Whole(at_most=2**63 - 1)] = Field(
        1, description="of all random numbers; another seed: other customers, other luck"
    )
    currency: Currency = Field("USD", description="code of all amounts, shown in reports")
    items: Annotated[tuple[Item, ...], Table(Item, generated=True, at_least=1)] = Field(
        description="what is sold; {generate: …} makes an assortment"
    )
    regions: Annotated[tuple[Region, ...], Table(Region, at_least=1)] = Field(
        description="where customers are"
    )
    segments: Annotated[tuple[Segment, ...], Table(Segment, at_least=1)] = Field(
        (STANDARD,), description="classes of customers; absent: one, `standard`, without a promise"
    )
    demand: Demand = Field(description="orders, drawn or recorded")
    warehouses: Annotated[tuple[Warehouse, ...], Table(Warehouse, at_least=1)] = Field(
        description="from where it ships: any node that keeps stock"
    )
    protocols: dict[Tag, Protocol] = Field(
        {}, description="what a handling tag of items asks for at the station, by tag"
    )
    stock: Stock = Field(
        UNLIMITED, description="opening stock, replenishment and transfers; absent: unlimited stock"
    )
    suppliers: Annotated[tuple[Supplier, ...], Table(Supplier)] = Field(
        (), description="where replenishment comes from"
    )
    carriers: tuple[Carrier, ...] = Field(description="who carries parcels")
    lost: Lost | None = Field(
        None,
        description="what happens when a parcel is lost; absent: it is missed after 10 days, and nothing is done",
    )
    returns: Returns | None = Field(None, description="lines that come back; absent: none do")
    payments: Payments | None = Field(None, description="payment; absent: always accepted, without fee")
    capture_errors: CaptureErrors | None = Field(None, description="orders held until their data are right")
    visibility: Visibility = Field(Visibility(), description="how old the stock is that policies see")

    _origin: Origin = PrivateAttr(Origin())

    @field_validator("carriers")
    @classmethod
    def _has_a_carrier(cls, carriers: tuple[Carrier, ...]) -> tuple[Carrier, ...]:
        if not carriers:
            raise wrong("must not be empty")
        return carriers

    @property
    def id(self) -> str:
        """The stem of the file; of the copy in a result, that of the file it was made from."""
        return self._origin.called or self._origin.path.stem

    @property
    def path(self) -> Path:
        """The file."""
        return self._origin.path

    @property
    def tree(self) -> Map:
        """What the file says, changes of the command line included, before tables are read in."""
        return self._origin.tree

    @property
    def tables(self) -> Mapping[str, Path]:
        """The files that the scenario names, by path as written."""
        return self._origin.tables

    @property
    def anywhere(self) -> bool:
        """Whether its tables may lie outside its folder."""
        return self._origin.anywhere

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its author should know, one line each."""
        return self._origin.warnings

    @property
    def unlocated(self) -> tuple[Problem, ...]:
        """What is wrong where a policy asks for distances: each region and warehouse without coordinates."""
        return self._origin.unlocated

    @property
    def recorded(self) -> Recorded | None:
        """The orders of a replay; None where demand is generated."""
        return self._origin.recorded

    def __eq__(self, other: object) -> bool:
        # Where it came from is no part of what it is.
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]
