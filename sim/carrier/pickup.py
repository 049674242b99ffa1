"""Pickups at the dock of each warehouse."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import partial

import numpy as np

from sim.arrays import Ints
from sim.calendar import daily_instants
from sim.carrier.capacity import Capacity, Collect
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER, PICKUP, Clock
from sim.order import Shipment
from sim.scenario.carriers import Service


class Pickups:
    """When each service collects at each warehouse; parcels wait on the dock until then.

    A pickup that has nothing to collect costs nothing: its event is scheduled by the first parcel on the dock.
    Estimates do not foresee that a service may leave parcels behind because its day is full.

    Attributes:
        soon: the next pickups, service x warehouse, as of the last look ahead; NEVER for those on demand.
        earliest: the first of them that a parcel has to be ready for, by warehouse; -1 where one is on demand.
        valid_until: the second up to which they are the next ones.

    """

    def __init__(self, clock: Clock, catalogue: Catalogue, services: Sequence[Service]) -> None:
        self._clock = clock
        self._schedules: list[list[list[int] | None]] = []
        known: dict[tuple[tuple[int, ...], str], list[int]] = {}
        for service in services:
            row: list[list[int] | None] = []
            for zone in catalogue.site_zones:
                if service.pickups is None:
                    row.append(None)
                    continue
                at = (service.pickups, zone.key)
                if at not in known:
                    # Two days beyond the end: an estimate looks further than the run.
                    known[at] = daily_instants(
                        service.pickups, zone, catalogue.start, catalogue.end + 2 * DAY
                    )
                row.append(known[at])
            self._schedules.append(row)
        self._on_demand = np.array([service.pickups is None for service in services])[:, None]
        self._any_on_demand = bool(self._on_demand.any())
        self.soon: Ints = np.zeros((len(services), len(catalogue.site_ids)), np.int64)
        self.earliest: Ints = np.zeros(len(catalogue.site_ids), np.int64)
        self.valid_until = -1
        self._gap = np.zeros_like(self.soon)
        self._dock: dict[tuple[int, int], list[Shipment]] = {}
        self._capacities = {
            number: Capacity(
                clock,
                catalogue,
                service.parcels_per_day,
                None if service.pickups is None else partial(self.after, number),
            )
            for number, service in enumerate(services)
            if service.parcels_per_day is not None
        }

    def after(self, service: int, site: int, at: int) -> int:
        """Return the first pickup of a service at a warehouse from a second on."""
        schedule = self._schedules[service][site]
        if schedule is None:
            return at
        i = bisect_left(schedule, at)
        return schedule[i] if i < len(schedule) else NEVER

    def after_each(self, ready: Ints) -> Ints:
        """Return the first pickups, service x warehouse, of parcels that are ready at some seconds, by warehouse."""
        self.look_ahead(self._clock.now)
        missed = ready > self.soon
        if not np.count_nonzero(missed):
            pickup = self.soon
        else:
            pickup = self.soon + missed * self._gap
            if np.count_nonzero(ready > pickup):
                pickup = self._beyond(pickup, ready)
        return np.where(self._on_demand, ready, pickup) if self._any_on_demand else pickup

    def _beyond(self, pickup: Ints, ready: Ints) -> Ints:
        """Look up the pickups of parcels that will be ready after the next two."""
        for service, site in zip(*(axis.tolist() for axis in np.nonzero(ready > pickup)), strict=True):
            pickup[service, site] = self.after(service, site, int(ready[site]))
        return pickup

    def look_ahead(self, now: int) -> None:
        """See which pickups are the next ones from now on."""
        if now <= self.valid_until:
            return
        self.soon = np.zeros_like(self._gap)
        for s, row in enumerate(self._schedules):
            for w, schedule in enumerate(row):
                self.soon[s, w] = soon = NEVER if schedule is None else self.after(s, w, now)
                self._gap[s, w] = 0 if soon == NEVER else self.after(s, w, soon + 1) - soon
        self.earliest = np.full_like(self.earliest, -1) if self._any_on_demand else self.soon.min(0)
        self.valid_until = int(self.soon.min())

    def hand_over(self, shipment: Shipment, collect: Collect) -> None:
        """Put a packed parcel on the dock; `collect` gets the list of those that are picked up together."""
        service, site = shipment.service, shipment.site
        waiting = self._dock.get((service, site))
        if waiting is not None:
            waiting.append(shipment)
        elif service in self._capacities:
            self._capacities[service].hand_over(shipment, collect)
        elif self._schedules[service][site] is None:
            collect([shipment])
        else:
            self._dock[service, site] = [shipment]
            at = self.after(service, site, self._clock.now)
            if at < NEVER:
                self._clock.due(at, PICKUP, lambda _: collect(self._dock.pop((service, site))))
