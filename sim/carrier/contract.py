"""Contracts with carriers: discounts by the number of parcels that a service picked up in the month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.arrays import Ints
from sim.carrier.ratecard import UNSERVED
from sim.catalogue import Catalogue
from sim.clock import Clock
from sim.localtime import period_end
from sim.scenario.carriers import Service

_WHOLE = 1_000_000_000
"""A share of a price is counted in 1e-9."""


class Contracts:
    """What the services with tiers take off the price of the next parcel.

    Tiers are marginal: the parcels that a service picks up beyond `parcels_per_month` have that tier's discount,
    those before keep the price that they had. Parcels count in the sequence of their pickups, over all warehouses,
    in the calendar month of the scenario's time zone. A run counts from its start, whatever the day of the month.
    """

    def __init__(self, clock: Clock, catalogue: Catalogue, services: Sequence[Service]) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._tiers = {
            number: [
                (tier.parcels_per_month, _WHOLE - round(tier.discount * _WHOLE)) for tier in service.tiers
            ]
            for number, service in enumerate(services)
            if service.tiers
        }
        self._parcels = dict.fromkeys(self._tiers, 0)
        # What the next parcel pays of its price, of services with a discount now.
        self._kept: dict[int, int] = {}
        self._month_ends = -1

    def __contains__(self, service: int) -> bool:
        return service in self._tiers

    def discount(self, nano: Ints) -> None:
        """Take the discount that the next parcel would have off some prices: service x warehouse, UNSERVED stays."""
        self._see_month()
        for service, kept in self._kept.items():
            price = nano[service]
            nano[service] = np.where(price < UNSERVED, _part(price, kept), price)

    def pick_up(self, service: int, nano: int) -> int:
        """Return the price of a parcel that is picked up now, and count it."""
        self._see_month()
        price: int = _part(nano, self._kept.get(service, _WHOLE))
        self._parcels[service] += 1
        for parcels, kept in self._tiers[service]:
            if self._parcels[service] >= parcels:
                self._kept[service] = kept
        return price

    def _see_month(self) -> None:
        """Begin to count anew when a month has ended."""
        now, start, zone = self._clock.now, self._catalogue.start, self._catalogue.zone_info
        if now < self._month_ends:
            return
        self._month_ends = period_end("month", start + now, zone) - start
        self._parcels = dict.fromkeys(self._tiers, 0)
        self._kept.clear()


def _part(nano: Any, kept: int) -> Any:
    """Return a part of prices, in whole 1e-9 below the exact one, so that one rounding to cents follows.

    Within 64 bits: a price below UNSERVED is less than 3e8 times 1e9.
    """
    return nano // _WHOLE * kept + nano % _WHOLE * kept // _WHOLE
