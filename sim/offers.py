"""Which service a parcel would take from each warehouse, and when it would arrive by it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.carrier import Carriers, Lane
from sim.clock import NEVER, Clock
from sim.expectedpickup import ExpectedPickups
from sim.handling import Handling
from sim.offer import Chosen, Offer, Parcel, ServiceChoice, cheapest, fastest
from sim.ratecard import UNSERVED, Ints
from sim.warehouses import Warehouses

KEPT_PRICES = 1 << 20
"""How many prices of services at warehouses may have their choices kept: most parcels weigh what others did."""


class Offers:
    """Chooses services, by price and by what can be expected of warehouses, pickups and transit.

    What is cheapest in time depends on the lane, the charged weight and which services would be late. Of one of ten
    orders at ten warehouses that is new; keeping it saves 5 us of each other.
    """

    def __init__(self, clock: Clock, carriers: Carriers, warehouses: Warehouses, handling: Handling) -> None:
        self._carriers = carriers
        self.handling = handling
        self._pickups = ExpectedPickups(clock, warehouses, carriers.pickups)
        self._shape = len(carriers.ids), len(warehouses.sites)
        self._kept = lru_cache(max(1, KEPT_PRICES // (self._shape[0] * self._shape[1])))(self._cheapest)

    def choose(self, region: int, parcel: Parcel, promised_at: int, choice: ServiceChoice) -> Offer:
        """Choose a service for a parcel at each warehouse.

        Raises ValueError for an unknown choice.
        """
        carriers = self._carriers
        lane = carriers.lanes[region, parcel.tags]
        weights = carriers.weights(parcel.grams, parcel.millilitres)
        cheapest = self._cheapest if carriers.has_tiers else self._kept
        arrival: Ints | None = None
        if choice == "cheapest_in_time" and promised_at < NEVER:
            arrival = self.arrival(lane, parcel)
            chosen = cheapest(lane, weights, (arrival > np.array(promised_at)).tobytes())
            if chosen.missed is not None:
                prices = carriers.quote(lane, weights)
                service = np.where(chosen.missed, fastest(prices, arrival), chosen.service)
                chosen = Chosen(prices, service)
        elif choice in ("cheapest_in_time", "cheapest"):
            chosen = cheapest(lane, weights)
        elif choice == "fastest":
            arrival = self.arrival(lane, parcel)
            prices = carriers.quote(lane, weights)
            chosen = Chosen(prices, fastest(prices, arrival))
        elif isinstance(choice, tuple):
            prices = carriers.quote(lane, weights)
            possible = prices[list(choice)] < UNSERVED
            chosen = Chosen(prices, np.array(choice, np.int64)[possible.argmax(0)])
        else:
            raise ValueError(
                f"service {choice!r}: must be cheapest_in_time, cheapest, fastest or a tuple of positions"
            )
        return Offer(self, parcel, lane, chosen, arrival)

    def _cheapest(self, lane: Lane, weights: tuple[int, ...], late: bytes | None = None) -> Chosen:
        """Return the cheapest service at each warehouse, of those that are not late: bool, service x warehouse."""
        prices = self._carriers.quote(lane, weights)
        if late is None:
            return cheapest(prices)
        return cheapest(prices, np.frombuffer(late, bool).reshape(self._shape))

    def arrival(self, lane: Lane, parcel: Parcel) -> Ints:
        """Return when a parcel allocated now can be expected to be delivered, service x warehouse.

        Expected work that waits, opening hours, the next pickup, the mean transit and what is known of its
        disruptions are counted.
        """
        pickup = self._pickups.of(parcel.lines, parcel.units, parcel.tags)
        return pickup + (self._carriers.transit_s(lane, pickup) if lane.disruptions else lane.transit_s)

    def transit_s(self, lane: Lane, parcel: Parcel) -> Ints:
        """Return how long a parcel allocated now can be expected to travel, service x warehouse."""
        if not lane.disruptions:
            return lane.transit_s
        return self._carriers.transit_s(lane, self._pickups.of(parcel.lines, parcel.units, parcel.tags))
