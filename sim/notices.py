"""What customers are told: a message at every step of their order, and that it will be late as soon as that shows.

A message is sent when an order is confirmed or declined; when it is held for wrong data, and when these are right; at
every decision that allocates goods; when a shipment is picked up, and when it is delivered; when lines are cancelled;
when a parcel is lost; for a refund and for a replacement; and once in the life of an order, that it will be late. That
last one is sent at the first step at which what is known says so: a shipment is expected after the promise when it
is allocated or picked up, or what still waits could not come in time if it left now, or nothing comes any more.
"""

from __future__ import annotations

import numpy as np

from sim.carrier import UNSERVED, Carriers
from sim.catalogue import Catalogue
from sim.clock import NEVER, Clock
from sim.order import Order, Shipment
from sim.warehouse import Warehouses


class Notices:
    """Counts the messages of every order, and notes when its customer was told that it will be late."""

    def __init__(
        self, clock: Clock, catalogue: Catalogue, warehouses: Warehouses, carriers: Carriers
    ) -> None:
        self._clock = clock
        self._serves = catalogue.serves
        self._tags: list[int] = catalogue.tags.tolist()
        self._warehouses = warehouses
        self._carriers = carriers

    def tell(self, order: Order) -> None:
        """Send a message about a step that says nothing of the promise."""
        order.notifications += 1

    def _tell_late(self, order: Order) -> None:
        order.told_at = self._clock.now
        order.notifications += 1

    def allocated(self, shipment: Shipment) -> None:
        """Look whether a shipment that is about to enter its warehouse can be expected in time.

        The message of the step itself is one for all shipments of a decision: `tell`.
        """
        order = shipment.order
        if order.promised_at >= NEVER or order.told_at >= 0:
            return
        service, site, carriers = shipment.service, shipment.site, self._carriers
        ready = self._warehouses.ready_at_site(site, len(shipment.lines), shipment.units, shipment.tags)
        transit_s = carriers.lane(order.region, shipment.tags).transit_s
        if carriers.pickups.after(service, site, ready) + transit_s.item(service, site) > order.promised_at:
            self._tell_late(order)

    def picked_up(self, shipment: Shipment) -> None:
        """Send the message of a pickup, and look whether the shipment can still be expected in time."""
        order = shipment.order
        order.notifications += 1
        if order.promised_at >= NEVER or order.told_at >= 0:
            return
        transit_s = self._carriers.lane(order.region, shipment.tags).transit_s
        if self._clock.now + transit_s.item(shipment.service, shipment.site) > order.promised_at:
            self._tell_late(order)

    def waits(self, order: Order) -> None:
        """Look whether what waits could come in time if it left now, from any warehouse, were there stock."""
        if order.promised_at >= NEVER or order.told_at >= 0:
            return
        units: dict[int, list[int]] = {}  # lines and units by handling tags: no service may take all together
        for item, left in zip(order.items, order.left, strict=True):
            if left:
                found = units.setdefault(self._tags[item], [0, 0])
                found[0] += 1
                found[1] += left
        if any(self._earliest(order, tags, *found) > order.promised_at for tags, found in units.items()):
            self._tell_late(order)

    def _earliest(self, order: Order, tags: int, lines: int, units: int) -> int:
        lane = self._carriers.lane(order.region, tags)
        ready = self._warehouses.ready_at(lines, units, tags)
        arrives_at = self._carriers.pickups.after_each(ready) + lane.transit_s
        possible = (lane.base < UNSERVED) & self._serves[order.region]
        return int(np.where(possible, arrives_at, NEVER).min())

    def lost(self, order: Order, *, comes_again: bool) -> None:
        """Send the message of a lost parcel; where it is not sent again, the order will never be complete."""
        order.notifications += 1
        if not comes_again and order.promised_at < NEVER and order.told_at < 0:
            self._tell_late(order)
