"""Which service a parcel would take from each warehouse, and when it would arrive by it."""

from __future__ import annotations

import numpy as np

from sim.carrier import Carriers, Lane
from sim.clock import NEVER
from sim.offer import LATE, Offer, Parcel, ServiceChoice, fastest
from sim.ratecard import UNSERVED, Ints
from sim.warehouses import Warehouses


class Offers:
    """Chooses services, by price and by what can be expected of warehouses, pickups and transit."""

    def __init__(self, carriers: Carriers, warehouses: Warehouses) -> None:
        self._carriers = carriers
        self._warehouses = warehouses
        self._columns = np.arange(len(warehouses.sites))

    def choose(self, region: int, parcel: Parcel, promised_at: int, choice: ServiceChoice) -> Offer:
        """Choose a service for a parcel at each warehouse.

        Raises ValueError for an unknown choice.
        """
        lane = self._carriers.lane(region, parcel.tags)
        nano = self._carriers.quote(lane, parcel.grams, parcel.millilitres)
        arrival: Ints | None = None
        if choice == "cheapest" or (choice == "cheapest_in_time" and promised_at >= NEVER):
            service = nano.argmin(0)
        elif choice == "cheapest_in_time":
            arrival = self.arrival(lane, parcel)
            price = np.where(arrival > promised_at, LATE, nano)
            service = price.argmin(0)
            flat = service * len(self._columns) + self._columns
            missed = price.take(flat) >= LATE
            if not np.count_nonzero(missed):
                return Offer(self, parcel, lane, nano, service, flat, arrival)
            service = np.where(missed, fastest(nano, arrival), service)
        elif choice == "fastest":
            arrival = self.arrival(lane, parcel)
            service = fastest(nano, arrival)
        elif isinstance(choice, tuple):
            service = np.array(choice, np.int64)[(nano[list(choice)] < UNSERVED).argmax(0)]
        else:
            raise ValueError(
                f"service {choice!r}: must be cheapest_in_time, cheapest, fastest or a tuple of positions"
            )
        flat = service * len(self._columns) + self._columns
        return Offer(self, parcel, lane, nano, service, flat, arrival)

    def arrival(self, lane: Lane, parcel: Parcel) -> Ints:
        """Return when a parcel allocated now can be expected to be delivered, service x warehouse.

        Expected work that waits, opening hours, the next pickup, the mean transit and what is known of its
        disruptions are counted.
        """
        pickup = self._pickup(parcel)
        return pickup + self._carriers.transit_s(lane, pickup)

    def transit_s(self, lane: Lane, parcel: Parcel) -> Ints:
        """Return how long a parcel allocated now can be expected to travel, service x warehouse."""
        if not lane.disruptions:
            return lane.transit_s
        return self._carriers.transit_s(lane, self._pickup(parcel))

    def _pickup(self, parcel: Parcel) -> Ints:
        """Return when a parcel allocated now can be expected to be picked up, service x warehouse."""
        ready = self._warehouses.ready_at(parcel.lines, parcel.units, parcel.tags)
        return self._carriers.pickups.after_each(ready)
