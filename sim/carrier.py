"""Carriers: what a parcel costs with each service, when it is picked up, and how long it travels.

Everything is an array over services and warehouses, so that one quote prices a parcel from everywhere at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import randomness
from sim.catalogue import Catalogue, micros
from sim.clock import DAY, Clock
from sim.order import Shipment
from sim.pickup import Pickups
from sim.scenario.carriers import Carrier, RateTable, Service
from sim.scenario.distributions import AnyDistribution

Ints = NDArray[np.int64]

NANO_PER_CENT = 10_000_000
"""Prices are compared in 1e-9 of the currency: a rate in 1e-6 times a weight in grams, a thousandth of a kilogram."""

UNSERVED = 1 << 58
"""Price in 1e-9 of the currency where a service does not go: beyond any real one, and within 64 bits."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What does not change of the services to one region, for goods with some tags: arrays service x warehouse.

    Attributes:
        zone: position of the zone. transit_s: expected transit.
        base: in 1e-9 of the currency, UNSERVED where the service does not collect or does not carry the goods.
        per_kg: in 1e-6 of the currency, so that base + per_kg * grams is in 1e-9.
        served: bool by warehouse: some service goes there.

    """

    zone: Ints
    transit_s: Ints
    base: Ints
    per_kg: Ints
    served: NDArray[np.bool_]


class _Card:
    """A rate card by zone and weight: the price up to each bound of weight, in 1e-9 of the currency."""

    def __init__(self, table: RateTable, zones: int) -> None:
        rows = table.rows
        self.up_to_grams = np.array(sorted({round(row.up_to_kg * 1000) for row in rows}), np.int64)
        self.price = np.full((zones, len(self.up_to_grams)), UNSERVED, np.int64)
        for row in rows:
            step = int(np.searchsorted(self.up_to_grams, round(row.up_to_kg * 1000)))
            self.price[row.zone - 1, step] = micros(row.price) * 1000
        # A zone may list fewer bounds than another: the next one above it counts.
        for step in range(len(self.up_to_grams) - 2, -1, -1):
            missing = self.price[:, step] >= UNSERVED
            self.price[missing, step] = self.price[missing, step + 1]

    def quote(self, zone: Ints, grams: int) -> Any:
        """Return the prices of a parcel to some zones; UNSERVED beyond the last weight."""
        step = int(np.searchsorted(self.up_to_grams, grams))
        if step == len(self.up_to_grams):
            return UNSERVED
        return self.price[zone, step]


def service_ids(carriers: Sequence[Carrier]) -> list[str]:
    """Return the ids of all services, as carrier/service where two carriers use one name."""
    names = [service.id for carrier in carriers for service in carrier.services]
    return [
        f"{carrier.id}/{service.id}" if names.count(service.id) > 1 else service.id
        for carrier in carriers
        for service in carrier.services
    ]


class Carriers:
    """All services of all carriers.

    Attributes:
        ids: of the services, as `service_ids` names them.
        serves_site: bool, service x warehouse. carries: tags that a service takes, as bits (-1: everything).

    """

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self._clock = clock
        self._catalogue = catalogue
        carriers = catalogue.scenario.carriers
        self._services: list[Service] = [service for carrier in carriers for service in carrier.services]
        self.ids = service_ids(carriers)
        sites = len(catalogue.site_ids)
        self.serves_site = np.zeros((len(self._services), sites), bool)
        for s, service in enumerate(self._services):
            if service.sites == "all":
                self.serves_site[s] = True
            else:
                self.serves_site[s, [catalogue.site_index[id_] for id_ in service.sites]] = True
        self.carries = np.array(
            [
                -1 if service.carries is None else catalogue.tag_mask(service.carries)
                for service in self._services
            ],
            np.int64,
        )
        self._bounds_m = [
            np.array([round(bound * 1000) for bound in service.zones_km], np.int64)
            for service in self._services
        ]
        self._tables = [self._table(service) for service in self._services]
        self._transit = [
            [randomness.quantile(days) for days in service.transit_days]
            for service, bounds in zip(self._services, self._bounds_m, strict=True)
        ]
        # Whole seconds that never vary need no draw.
        self._sure_transit_s = [
            [_sure_seconds(days) for days in service.transit_days] for service in self._services
        ]
        self._co2e = [service.co2e_g_per_tonne_km for service in self._services]
        self._volumetric = [service.rates.volumetric_l_per_kg for service in self._services]
        self._round_up_g = [round(service.rates.round_up_kg * 1000) for service in self._services]
        # Services that weigh alike share one weight; as a rule all do.
        weighing = list(zip(self._volumetric, self._round_up_g, strict=True))
        self._weighing = sorted({rule: weighing.index(rule) for rule in weighing}.values())
        self._weighing_of = np.array(
            [sorted(set(map(weighing.index, weighing))).index(weighing.index(rule)) for rule in weighing]
        )
        self._cards = [
            (number, _Card(service.rates, len(service.zones_km) + 1))
            for number, service in enumerate(self._services)
            if isinstance(service.rates, RateTable)
        ]
        self._lanes: dict[tuple[int, int], Lane] = {}
        self.pickups = Pickups(clock, catalogue, self._services)

    @staticmethod
    def _table(service: Service) -> tuple[Ints, Ints, Ints]:
        zones = len(service.zones_km) + 1
        transit = [days.average * DAY for days in service.transit_days]
        rates = service.rates
        if isinstance(rates, RateTable):
            base = per_kg = [0] * zones
        else:
            base = [micros(rate) * 1000 for rate in rates.base]
            per_kg = [micros(rate) for rate in rates.per_kg]
        return np.rint(transit).astype(np.int64), np.array(base, np.int64), np.array(per_kg, np.int64)

    def lane(self, region: int, tags: int) -> Lane:
        """Return what does not change of the services to a region for goods with some handling tags."""
        lane = self._lanes.get((region, tags))
        if lane is None:
            distance = self._catalogue.distance_m[region]
            # The bound belongs to the nearer zone: side="left".
            zone = np.array([np.searchsorted(bounds, distance) for bounds in self._bounds_m], np.int64)
            transit_s, base, per_kg = (
                np.array(
                    [table[column][zones] for table, zones in zip(self._tables, zone, strict=True)], np.int64
                )
                for column in range(3)
            )
            permitted = self.serves_site & ((tags & ~self.carries) == 0)[:, None]
            base = np.where(permitted, base, UNSERVED)
            lane = Lane(zone, transit_s, base, per_kg, np.asarray((base < UNSERVED).any(0)))
            self._lanes[region, tags] = lane
        return lane

    def billable_grams(self, service: int, grams: int, millilitres: int) -> int:
        """Return the weight that a service charges: the actual or the volumetric one, rounded up."""
        volumetric = self._volumetric[service]
        if volumetric:
            # litres / (litres per kg) in kg = millilitres / (litres per kg) in grams, up to the next gram
            grams = max(grams, int(np.ceil(millilitres / volumetric - 1e-9)))
        step = self._round_up_g[service]
        return -(-grams // step) * step if step else grams

    def quote(self, lane: Lane, grams: int, millilitres: int) -> Ints:
        """Return the price of one parcel in 1e-9 of the currency: service x warehouse, UNSERVED where impossible."""
        weights = [self.billable_grams(service, grams, millilitres) for service in self._weighing]
        weight = weights[0] if len(weights) == 1 else np.array(weights, np.int64)[self._weighing_of][:, None]
        nano = lane.per_kg * weight
        nano += lane.base
        for service, card in self._cards:
            nano[service] = np.maximum(
                card.quote(lane.zone[service], weights[self._weighing_of[service]]), lane.base[service]
            )
        return nano

    def reaches(self, lane: Lane, grams: int, millilitres: int) -> NDArray[np.bool_]:
        """Tell from which warehouses some service takes a parcel; only rate cards end at a weight."""
        if not self._cards:
            return lane.served
        return np.asarray((self.quote(lane, grams, millilitres) < UNSERVED).any(0))

    def price(
        self, service: int, site: int, region: int, grams: int, millilitres: int, tags: int
    ) -> int | None:
        """Return what a service charges for a parcel from a warehouse, in cents; None where it does not go."""
        lane = self.lane(region, tags)
        grams = self.billable_grams(service, grams, millilitres)
        nano: int = lane.base.item(service, site) + lane.per_kg.item(service, site) * grams
        for number, card in self._cards:
            if number == service and nano < UNSERVED:
                nano = int(card.quote(lane.zone[service, site], grams))
        return (nano + NANO_PER_CENT // 2) // NANO_PER_CENT if nano < UNSERVED else None

    def co2e_grams(self, shipment: Shipment) -> int:
        """Return the emissions of a shipment's transport, by weight and distance."""
        if not self._co2e[shipment.service]:
            return 0
        distance = self._catalogue.distance_m.item(shipment.order.region, shipment.site)
        return round(self._co2e[shipment.service] * shipment.grams / 1e6 * distance / 1e3)

    def is_lost(self, shipment: Shipment) -> bool:
        """Tell whether a parcel gets lost: the same one whoever carries it, if the shares are the same."""
        share = self._services[shipment.service].lost_share
        if not share:
            return False
        bits = randomness.draw(shipment.order.key, randomness.code(shipment.number, randomness.LOSS))
        return randomness.unit(bits) < share

    def transit_seconds(self, shipment: Shipment) -> int:
        """Draw how long a shipment travels."""
        s = shipment.service
        zone: int = self.lane(shipment.order.region, shipment.order.tags).zone.item(s, shipment.site)
        sure = self._sure_transit_s[s][zone]
        if sure is not None:
            return sure
        quantile = self._transit[s][zone]
        bits = randomness.draw(shipment.order.key, randomness.code(shipment.number, randomness.TRANSIT_TIME))
        return randomness.whole(float(quantile(randomness.unit(bits))) * DAY, bits)


def _sure_seconds(days: AnyDistribution) -> int | None:
    seconds = days.average * DAY
    return round(seconds) if days.kind == "constant" and seconds == round(seconds) else None
