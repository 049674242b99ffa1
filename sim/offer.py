"""What a policy is offered for a parcel: at each warehouse a service, its price, and when the parcel would arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import NEVER
from sim.ratecard import NANO_PER_CENT, UNSERVED, Ints

if TYPE_CHECKING:
    from sim.carrier import Lane
    from sim.offers import Offers

Bools = NDArray[np.bool_]

ServiceChoice = str | tuple[int, ...]
"""cheapest_in_time (cheapest that keeps the promise, else fastest), cheapest, fastest, or services by preference."""


# Constants as arrays without dimension: numpy takes half the time it needs for a Python number.
_CENT, _HALF_CENT = np.array(NANO_PER_CENT), np.array(NANO_PER_CENT // 2)
LATE = np.array(UNSERVED >> 2)
"""Price of a service that would be late: above any real one."""


class Parcel(NamedTuple):
    """What some units of some lines amount to as one shipment: weights and volumes of all together."""

    lines: int
    units: int
    grams: int
    millilitres: int
    tags: int


class Offer:
    """The service chosen for a parcel at each warehouse. Arrays by warehouse, each made when it is first asked for.

    Attributes:
        service: position of the service; meaningless where none goes (`possible`).

    """

    __slots__ = ("_arrival", "_flat", "_lane", "_offers", "_parcel", "_price", "service")

    def __init__(
        self,
        offers: Offers,
        parcel: Parcel,
        lane: Lane,
        nano: Ints,
        service: Ints,
        flat: Ints,
        arrival: Ints | None,
    ) -> None:
        self.service = service
        self._flat = flat
        self._offers = offers
        self._parcel = parcel
        self._lane = lane
        self._arrival = arrival
        self._price: Ints = nano.take(self._flat)

    @property
    def possible(self) -> Bools:
        """From where one of the services asked for takes the parcel."""
        possible: Bools = self._price < UNSERVED
        return possible

    @property
    def freight(self) -> Ints:
        """Freight in cents."""
        cents: Ints = (self._price + _HALF_CENT) // _CENT
        return cents

    @property
    def arrives_at(self) -> Ints:
        """Expected delivery, seconds since start."""
        if self._arrival is None:
            self._arrival = self._offers.arrival(self._lane, self._parcel)
        arrives_at: Ints = self._arrival.take(self._flat)
        return arrives_at

    @property
    def transit_s(self) -> Ints:
        """Expected transit, seconds; disruptions count as far as they are known."""
        transit_s: Ints = self._offers.transit_s(self._lane, self._parcel).take(self._flat)
        return transit_s

    @property
    def zone(self) -> Ints:
        """The service's zone from there, the nearest being 1."""
        zone: Ints = self._lane.zone.take(self._flat) + 1
        return zone


def fastest(nano: Ints, arrival: Ints) -> Ints:
    """Return the cheapest of the services that arrive first, by warehouse."""
    possible = np.where(nano < UNSERVED, arrival, 2 * NEVER)
    first: Ints = np.where(possible == possible.min(0), nano, UNSERVED).argmin(0)
    return first
