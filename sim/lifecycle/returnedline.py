"""A line that comes back, on its way through the stations of the site it goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from sim.order import QUEUED, Shipment
from sim.stock.lots import Goods

if TYPE_CHECKING:
    from sim.warehouse.desk import Desk

Reason: TypeAlias = Literal["customer", "wrong_item"]
"""Why a line comes back: its customer does not want it, or it was picked by mistake."""


class ReturnedLine:
    """Units of one line of one parcel on their way back: a job for the stations of the site they go to.

    Attributes:
        number: that of the shipment that brought it.
        line, item, units: of the order.
        goods: the units with the age and cost of the lots they were picked from.
        spent: cents that they cost, of what was posted when they were picked.
        reason: why they come back.
        cost: cents posted so far for label, inspection, refurbishing and write-off.

    """

    __slots__ = (
        "cost", "desk", "goods", "item", "line", "number", "order", "packed_at", "reason", "received_at", "released_at",
        "shipment", "site", "spent", "started_at", "state", "units",
    )  # fmt: skip

    def __init__(
        self,
        desk: Desk[ReturnedLine],
        shipment: Shipment,
        line: int,
        site: int,
        goods: list[Goods],
        spent: int,
        reason: Reason,
    ) -> None:
        self.desk = desk
        self.shipment = shipment
        self.order = shipment.order
        self.line = line
        self.number = shipment.number
        self.item = goods[0].item
        self.units = sum(found.units for found in goods)
        self.site = site
        self.goods = goods
        self.spent = spent
        self.reason = reason
        self.cost = 0
        self.state = QUEUED
        self.received_at = -1
        self.released_at = -1
        self.started_at = -1
        self.packed_at = -1
