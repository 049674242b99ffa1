"""Docks of a service that takes a limited number of parcels a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sim.catalogue import Catalogue
from sim.clock import NEVER, PICKUP, Clock
from sim.localtime import local_time, period_end
from sim.order import PACKED, Shipment

Collect = Callable[[list[Shipment]], None]


class Capacity:
    """Who goes with a service that takes so many parcels a day, from all its warehouses together.

    A day is the local date of the pickup at the warehouse. Parcels go in the order in which they came to their
    docks. What exceeds the day stays for the next pickup of its warehouse; of a service without pickup times, until
    local midnight. An event is scheduled only while a parcel waits for it.

    Args:
        per_day: parcels a day.
        after: gives the first pickup at a warehouse from a second on; None: the service comes for every parcel.

    """

    def __init__(
        self, clock: Clock, catalogue: Catalogue, per_day: int, after: Callable[[int, int], int] | None
    ) -> None:
        self._clock = clock
        self._start = catalogue.start
        self._zones = catalogue.site_zones
        self._per_day = per_day
        self._after = after
        self._taken: dict[date, int] = {}
        self._handed_over = 0
        self._waiting: dict[int, list[tuple[int, Shipment]]] = {}  # by second: (place in the line, parcel)

    def hand_over(self, shipment: Shipment, collect: Collect) -> None:
        """Put a packed parcel on the dock; `collect` gets the list of those that are picked up together."""
        now, site = self._clock.now, shipment.site
        self._handed_over += 1
        if self._after is not None:
            at = self._after(site, now)
        elif now in self._waiting:
            at = now  # those who wait for this very second go first
        elif self._takes(site):
            collect([shipment])
            return
        else:
            at = self._next(site)
        self._wait(at, self._handed_over, shipment, collect)

    def _wait(self, at: int, place: int, shipment: Shipment, collect: Collect) -> None:
        waiting = self._waiting.get(at)
        if waiting is None:
            waiting = self._waiting[at] = []
            if at < NEVER:
                self._clock.due(at, PICKUP, lambda _: self._pick_up(at, collect))
        waiting.append((place, shipment))

    def _pick_up(self, at: int, collect: Collect) -> None:
        """Take what the day has room for; the rest waits on."""
        taken = []
        for place, shipment in sorted(self._waiting.pop(at)):
            if shipment.state != PACKED:  # cancelled on the dock: it takes no room
                continue
            if self._takes(shipment.site):
                taken.append(shipment)
            else:
                self._wait(self._next(shipment.site), place, shipment, collect)
        collect(taken)

    def _takes(self, site: int) -> bool:
        """Take one parcel from a warehouse if the day has room."""
        today = local_time(self._start + self._clock.now, self._zones[site]).date()
        taken = self._taken.get(today, 0)
        if taken < self._per_day:
            self._taken[today] = taken + 1
        return taken < self._per_day

    def _next(self, site: int) -> int:
        """Return the first second after now at which a warehouse may hand over again."""
        if self._after is not None:
            return self._after(site, self._clock.now + 1)
        return period_end("day", self._start + self._clock.now, self._zones[site]) - self._start
