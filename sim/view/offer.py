"""What a policy is offered for a parcel: at each warehouse a service, its price, and when the parcel would arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.carrier.ratecard import NANO_PER_CENT, UNSERVED
from sim.clock import NEVER

if TYPE_CHECKING:
    from sim.carrier.carriers import Lane
    from sim.view.offers import Offers


ServiceChoice = str | tuple[int, ...]
"""cheapest_in_time (cheapest that keeps the promise, else fastest), cheapest, fastest, or services by preference."""


# Constants as arrays without dimension: numpy takes half the time it needs for a Python number.
_CENT, _HALF_CENT = np.array(NANO_PER_CENT), np.array(NANO_PER_CENT // 2)
_CENTS = np.array(100.0)
_UNSERVED, _NOWHERE = np.array(UNSERVED), np.array(2 * NEVER)
LATE = np.array(UNSERVED >> 2)
"""Price of a service that would be late: above any real one."""

_MANY = 250
"""From so many warehouses on, comparing services row by row is quicker than argmin, which goes by column: 3 us and 16
for two services at a thousand."""


class Parcel(NamedTuple):
    """What some units of some lines amount to as one shipment: weights and volumes of all together."""

    lines: int
    units: int
    grams: int
    millilitres: int
    tags: int


class Chosen:
    """A service at each warehouse, and its price: of an offer what may be kept for the next parcel of its weight.

    Attributes:
        service: position of the service.
        nano: price in 1e-9 of the currency, UNSERVED where none goes.
        freight: in cents.
        missed: where no service keeps the promise; None for nowhere, and where there is none to keep.
        landed: with handling, in the currency, by lines, units and handling tags of the parcel.

    """

    __slots__ = ("_flat", "freight", "landed", "missed", "nano", "service")

    def __init__(self, service: Ints, nano: Ints, missed: Bools | None = None) -> None:
        self.service = service
        self.nano = nano
        self.freight: Ints = (nano + _HALF_CENT) // _CENT
        self.missed = missed
        self.landed: dict[tuple[int, int, int], Floats] = {}
        self._flat: Ints | None = None
        service.flags.writeable = self.freight.flags.writeable = False

    def of(self, values: Ints) -> Ints:
        """Return what is said of the chosen services, of values service x warehouse."""
        if self._flat is None:
            self._flat = _flat(self.service)
        return values.take(self._flat)


def priced(prices: Ints, service: Ints, missed: Bools | None = None) -> Chosen:
    """Return a service at each warehouse with its price; prices are service x warehouse."""
    return Chosen(service, prices.take(_flat(service)), missed)


def cheapest(prices: Ints, late: Bools | None = None) -> Chosen:
    """Return the cheapest service at each warehouse, of those that are not late; prices are service x warehouse."""
    if late is None:
        return Chosen(*_least(prices))
    service, nano = _least(np.where(late, LATE, prices))
    missed = nano >= LATE
    return priced(prices, service, missed) if np.count_nonzero(missed) else Chosen(service, nano)


def fastest(prices: Ints, arrival: Ints) -> Ints:
    """Return the cheapest of the services that arrive first, by warehouse."""
    possible = np.where(prices < _UNSERVED, arrival, _NOWHERE)
    return _least(np.where(possible == possible.min(0), prices, _UNSERVED))[0]


def _least(values: Ints) -> tuple[Ints, Ints]:
    """Return the first position of the least by column, and the least."""
    if values.shape[1] < _MANY:
        return values.argmin(0), values.min(0)
    least, first = values[0], np.zeros(values.shape[1], np.int64)
    for position in range(1, len(values)):
        row = values[position]
        less = row < least
        first = np.where(less, position, first) if position > 1 else less.astype(np.int64)
        least = np.minimum(least, row)
    return first, least


def _flat(service: Ints) -> Ints:
    """Return where services by warehouse stand in what is service x warehouse."""
    flat: Ints = service * len(service) + np.arange(len(service))
    return flat


class Offer:
    """The service chosen for a parcel at each warehouse. Arrays by warehouse, which cannot be written.

    Attributes:
        service: position of the service; meaningless where none goes (`possible`).
        freight: in cents.

    """

    __slots__ = ("_arrival", "_chosen", "_lane", "_offers", "_parcel", "freight", "service")

    def __init__(
        self, offers: Offers, parcel: Parcel, lane: Lane, chosen: Chosen, arrival: Ints | None
    ) -> None:
        self.service = chosen.service
        self.freight = chosen.freight
        self._chosen = chosen
        self._offers = offers
        self._parcel = parcel
        self._lane = lane
        self._arrival = arrival

    @property
    def possible(self) -> Bools:
        """From where one of the services asked for takes the parcel."""
        possible: Bools = self._chosen.nano < UNSERVED
        return possible

    @property
    def landed(self) -> Floats:
        """Freight, handling and packaging, in the currency."""
        parcel, known = self._parcel, self._chosen.landed
        at = parcel.lines, parcel.units, parcel.tags
        landed = known.get(at)
        if landed is None:
            landed = known[at] = (self.freight + self._offers.handling[at]) / _CENTS
            landed.flags.writeable = False
        return landed

    @property
    def arrives_at(self) -> Ints:
        """Expected delivery, seconds since start."""
        if self._arrival is None:
            self._arrival = self._offers.arrival(self._lane, self._parcel)
        arrives_at: Ints = self._chosen.of(self._arrival)
        return arrives_at

    @property
    def transit_s(self) -> Ints:
        """Expected transit, seconds; disruptions count as far as they are known."""
        transit_s: Ints = self._chosen.of(self._offers.transit_s(self._lane, self._parcel))
        return transit_s

    @property
    def zone(self) -> Ints:
        """The service's zone from there, the nearest being 1."""
        zone: Ints = self._chosen.of(self._lane.zone) + 1
        return zone
