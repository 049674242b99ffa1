"""When goods can be expected at the customer, by what is known: queues, calendars, pickups, mean transit."""

from __future__ import annotations

import numpy as np

from sim.carrier.carriers import Carriers
from sim.carrier.ratecard import UNSERVED
from sim.catalogue import Catalogue
from sim.clock import NEVER, Clock
from sim.order import Order, Shipment
from sim.warehouse.warehouses import Warehouses


class Expectations:
    """Estimates for single shipments, and the best case of what waits."""

    def __init__(
        self, clock: Clock, catalogue: Catalogue, warehouses: Warehouses, carriers: Carriers
    ) -> None:
        self._clock = clock
        self._serves = catalogue.serves
        self._handles = catalogue.handles
        self._tags: list[int] = catalogue.tags.tolist()
        self._warehouses = warehouses
        self._carriers = carriers

    def of_allocated(self, shipment: Shipment) -> int:
        """Return when a shipment that is given to its warehouse now can be expected to be delivered."""
        site, service, carriers = shipment.site, shipment.service, self._carriers
        ready = self._warehouses.ready_at_site(site, len(shipment.lines), shipment.units, shipment.tags)
        return carriers.arrives_at(shipment.lane, service, site, carriers.pickups.after(service, site, ready))

    def of_picked_up(self, shipment: Shipment) -> int:
        """Return when a shipment that is picked up now can be expected to be delivered."""
        return self._carriers.arrives_at(shipment.lane, shipment.service, shipment.site, self._clock.now)

    def of_waiting(self, order: Order) -> int:
        """Return when the open lines of an order would all be there if they left now, from wherever they may."""
        # Lines and units by handling tags: no service may take all of them together.
        wanted: dict[int, list[int]] = {}
        for item, units in zip(order.items, order.left, strict=True):
            if units:
                found = wanted.setdefault(self._tags[item], [0, 0])
                found[0] += 1
                found[1] += units
        return max(self._earliest(order.region, tags, *found) for tags, found in wanted.items())

    def _earliest(self, region: int, tags: int, lines: int, units: int) -> int:
        lane = self._carriers.lanes[region, tags]
        ready = self._warehouses.ready_at(lines, units, tags)
        pickup = self._carriers.pickups.after_each(ready)
        arrives_at = pickup + self._carriers.transit_s(lane, pickup)
        possible = (lane.base < UNSERVED) & self._serves[region] & ((tags & ~self._handles) == 0)
        return int(np.where(possible, arrives_at, NEVER).min())
