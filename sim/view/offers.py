"""Which service a parcel would take from each warehouse, and when it would arrive by it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.arrays import Ints
from sim.carrier.carriers import Carriers, Lane
from sim.carrier.ratecard import UNSERVED
from sim.clock import NEVER, Clock
from sim.view.expectedpickup import ExpectedPickups
from sim.view.offer import Chosen, Offer, Parcel, ServiceChoice, cheapest, fastest, priced
from sim.warehouse.warehouses import Warehouses

KEPT_PRICES = 1 << 20
"""How many prices of services at warehouses may have their choices kept: most parcels weigh what others did."""


class Offers:
    """Chooses services, by price and by what can be expected of warehouses, pickups and transit.

    What is cheapest in time depends on the lane, the charged weight and which services would be late. Where weights are
    rounded up it is new to one order of six, at ten warehouses; keeping it saves 5 us of each other.

    Attributes:
        handling: see `Handling.cents`.

    """

    def __init__(self, clock: Clock, carriers: Carriers, warehouses: Warehouses) -> None:
        self._carriers = carriers
        self.handling = warehouses.handling.cents
        self._pickups = ExpectedPickups(clock, warehouses, carriers.pickups)
        cells = len(carriers.ids) * len(warehouses.sites)
        self._is_kept = carriers.rounds_up and not carriers.has_tiers
        self._kept = lru_cache(max(1, KEPT_PRICES // cells))(self._cheapest)

    def choose(self, region: int, parcel: Parcel, promised_at: int, choice: ServiceChoice) -> Offer:
        """Choose a service for a parcel at each warehouse.

        Raises ValueError for an unknown choice.
        """
        carriers = self._carriers
        lane = carriers.lanes[region, parcel.tags]
        weights = carriers.weights(parcel.grams, parcel.millilitres)
        arrival: Ints | None = None
        if choice == "cheapest_in_time" and promised_at < NEVER:
            arrival = self.arrival(lane, parcel)
            chosen = self._in_time(lane, weights, arrival, promised_at)
        elif choice in ("cheapest_in_time", "cheapest"):
            chosen = self._kept(lane, weights) if self._is_kept else cheapest(carriers.quote(lane, weights))
        elif choice == "fastest":
            arrival = self.arrival(lane, parcel)
            prices = carriers.quote(lane, weights)
            chosen = priced(prices, fastest(prices, arrival))
        elif isinstance(choice, tuple):
            prices = carriers.quote(lane, weights)
            possible = prices[list(choice)] < UNSERVED
            chosen = priced(prices, np.array(choice, np.int64)[possible.argmax(0)])
        else:
            raise ValueError(
                f"service {choice!r}: must be cheapest_in_time, cheapest, fastest or a tuple of positions"
            )
        return Offer(self, parcel, lane, chosen, arrival)

    def _in_time(self, lane: Lane, weights: tuple[int, ...], arrival: Ints, promised_at: int) -> Chosen:
        """Return the cheapest service that keeps a promise, else the fastest, at each warehouse."""
        late = arrival > np.array(promised_at)
        if self._is_kept:
            chosen = self._kept(lane, weights, late.tobytes())
        else:
            chosen = cheapest(self._carriers.quote(lane, weights), late)
        if chosen.missed is None:
            return chosen
        prices = self._carriers.quote(lane, weights)
        return priced(prices, np.where(chosen.missed, fastest(prices, arrival), chosen.service))

    def _cheapest(self, lane: Lane, weights: tuple[int, ...], late: bytes | None = None) -> Chosen:
        """Return the cheapest of the services that are not late: bool, service x warehouse."""
        mask = None if late is None else np.frombuffer(late, bool).reshape(lane.base.shape)
        return cheapest(self._carriers.quote(lane, weights), mask)

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
