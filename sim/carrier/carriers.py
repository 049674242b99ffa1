"""Carriers: what a parcel costs with each service, how long it travels, whether it arrives, and what it emits.

Everything is an array over services and warehouses, so that one quote prices a parcel from everywhere at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from sim import randomness
from sim.arrays import Bools, Ints
from sim.carrier.contract import Contracts
from sim.carrier.disruption import Disruption, disruptions_by_region, factor, foreseen, known
from sim.carrier.pickup import Pickups
from sim.carrier.ratecard import UNSERVED, Card, Weighing, rates_by_zone, whole_cents
from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER, Clock
from sim.memo import Memo
from sim.order import Shipment
from sim.quantiles import quantile_of
from sim.scenario.carriers import Carrier, RateTable, Service
from sim.scenario.distributions import AnyDistribution

KEPT_WEIGHTS = 1 << 14
"""So many parcels' charged weights are kept: each is asked for by the policy, and again by who checks its answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a region lies, as services see it: arrays service x warehouse.

    Attributes:
        zone: position of the zone.
        within: bool: the service collects there, and reaches the region.
        disruptions: of transit to the region.

    """

    zone: Ints
    within: Bools
    disruptions: tuple[Disruption, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """What does not change of the services to one region, for goods with some tags: arrays service x warehouse.

    Attributes:
        zone: position of the zone.
        transit_s: expected transit, without disruptions.
        base: in 1e-9 of the currency, UNSERVED where the service does not collect or does not carry the goods.
        per_kg: in 1e-6 of the currency, so that base + per_kg * grams is in 1e-9.
        served: bool by warehouse: some service goes there.
        disruptions: of transit to the region, whether known or not: not for policies.

    """

    zone: Ints
    transit_s: Ints
    base: Ints
    per_kg: Ints
    served: Bools
    disruptions: tuple[Disruption, ...]


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
        lanes: by region and handling tags of the goods: what does not change of the services.
        weights: from grams and millilitres of a parcel to the grams that are charged, one number for all services that
            weigh alike.
        serves_site: bool, service x warehouse.
        carries: tags that a service takes, as bits (-1: everything).
        has_tiers: whether prices depend on what was picked up so far.
        rounds_up: whether all charge weight in steps.
        pickups: when each service collects.
        co2e_g_per_tonne_km: float64 by service.

    """

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self._clock = clock
        self._catalogue = catalogue
        carriers = catalogue.scenario.carriers
        services = [service for carrier in carriers for service in carrier.services]
        self.ids = service_ids(carriers)
        self.serves_site = np.zeros((len(services), len(catalogue.site_ids)), bool)
        for number, service in enumerate(services):
            if service.sites == "all":
                self.serves_site[number] = True
            else:
                self.serves_site[number, [catalogue.site_index[id_] for id_ in service.sites]] = True
            if service.kinds is not None:
                self.serves_site[number] &= [s.kind in service.kinds for s in catalogue.scenario.warehouses]
        self._reach_m = np.array(
            [NEVER if service.reach_km is None else round(service.reach_km * 1000) for service in services]
        )[:, None]
        self.carries = np.array(
            [-1 if service.carries is None else catalogue.tag_mask(service.carries) for service in services],
            np.int64,
        )
        self._bounds_m = [
            np.array([round(bound * 1000) for bound in service.zones_km], np.int64) for service in services
        ]
        self._by_zone = [_by_zone(service) for service in services]
        self._transit = [[quantile_of(days) for days in service.transit_days] for service in services]
        # Whole seconds that never vary need no draw.
        self._sure_transit_s = [
            [_sure_seconds(days) for days in service.transit_days] for service in services
        ]
        # Services that weigh alike share one weight; as a rule all do.
        weighing = [
            Weighing(service.rates.volumetric_l_per_kg, service.rates.round_up_kg * 1000)
            for service in services
        ]
        self._weighing = list(dict.fromkeys(weighing))
        self._weighing_of = [self._weighing.index(way) for way in weighing]
        self.rounds_up = all(way.step_g for way in weighing)
        self.weights = lru_cache(KEPT_WEIGHTS)(self._weights)
        self._cards = {
            number: Card(service.rates, len(service.zones_km) + 1)
            for number, service in enumerate(services)
            if isinstance(service.rates, RateTable)
        }
        self.has_tiers = any(service.tiers for service in services)
        self._contracts = Contracts(clock, catalogue, services) if self.has_tiers else None
        self._disruptions = disruptions_by_region(catalogue, services)
        self._lost_share = [service.lost_share for service in services]
        self.co2e_g_per_tonne_km = np.array([service.co2e_g_per_tonne_km for service in services], np.float64)
        self.lanes: Memo[tuple[int, int], Lane] = Memo(self._lane)
        self._alike: Memo[tuple[Place, bytes], Lane] = Memo(self._lane_between)
        self._places: Memo[tuple[int], Place] = Memo(self._place)
        self._known_places: dict[tuple[bytes, tuple[Disruption, ...]], Place] = {}
        self._takers: Memo[tuple[int], bytes] = Memo(lambda tags: ((tags & ~self.carries) == 0).tobytes())
        self._co2e: list[float] = self.co2e_g_per_tonne_km.tolist()
        self.pickups = Pickups(clock, catalogue, services)

    # -- quotes -----------------------------------------------------------------------------------------

    def _lane(self, region: int, tags: int) -> Lane:
        # Regions of the same zones share one, as do goods that the same services take: what is kept by lane serves all.
        return self._alike[self._places[region,], self._takers[tags,]]

    def _place(self, region: int) -> Place:
        distance = self._catalogue.distance_m[region]
        # The bound belongs to the nearer zone: side="left".
        zone = np.array([np.searchsorted(bounds, distance) for bounds in self._bounds_m], np.int64)
        within = self.serves_site & (distance <= self._reach_m)
        place = Place(zone, within, self._disruptions[region])
        alike = blake2b(zone.tobytes() + within.tobytes(), digest_size=16).digest()
        return self._known_places.setdefault((alike, place.disruptions), place)

    def _lane_between(self, place: Place, takers: bytes) -> Lane:
        zone, disruptions = place.zone, place.disruptions
        transit_s, base, per_kg = (
            np.array(
                [table[column][zones] for table, zones in zip(self._by_zone, zone, strict=True)], np.int64
            )
            for column in range(3)
        )
        base = np.where(place.within & np.frombuffer(takers, bool)[:, None], base, UNSERVED)
        return Lane(zone, transit_s, base, per_kg, np.asarray((base < UNSERVED).any(0)), disruptions)

    def _weights(self, grams: int, millilitres: int) -> tuple[int, ...]:
        return tuple([way.billable(grams, millilitres) for way in self._weighing])

    def quote(self, lane: Lane, weights: tuple[int, ...]) -> Ints:
        """Return the price of one parcel in 1e-9 of the currency: service x warehouse, UNSERVED where impossible.

        It is what the next parcel would be charged, were it picked up now.
        """
        if self._contracts is None:
            return self._list_price(lane, weights)
        nano = self._list_price(lane, weights)
        self._contracts.discount(nano)
        return nano

    def _list_price(self, lane: Lane, weights: tuple[int, ...]) -> Ints:
        weight = (
            weights[0]
            if len(weights) == 1
            else np.array([[weights[way]] for way in self._weighing_of], np.int64)
        )
        nano = lane.per_kg * weight
        nano += lane.base
        for service, card in self._cards.items():
            prices = card.quote(lane.zone[service], weights[self._weighing_of[service]])
            nano[service] = np.maximum(prices, lane.base[service])
        return nano

    def reaches(self, lane: Lane, grams: int, millilitres: int) -> Bools:
        """Tell from which warehouses some service takes a parcel; only rate cards end at a weight."""
        if not self._cards:
            return lane.served
        prices = self._list_price(lane, self.weights(grams, millilitres))
        return np.asarray((prices < UNSERVED).any(0))

    def price(
        self, service: int, site: int, region: int, grams: int, millilitres: int, tags: int
    ) -> int | None:
        """Return the list price of a parcel from a warehouse, in cents; None where the service does not take it."""
        nano = self._nano(service, site, self.lanes[region, tags], grams, millilitres)
        return whole_cents(nano) if nano < UNSERVED else None

    def _nano(self, service: int, site: int, lane: Lane, grams: int, millilitres: int) -> int:
        grams = self.weights(grams, millilitres)[self._weighing_of[service]]
        nano: int = lane.base.item(service, site) + lane.per_kg.item(service, site) * grams
        if self._cards and service in self._cards and nano < UNSERVED:
            nano = int(self._cards[service].quote(lane.zone[service, site], grams))
        return nano

    def transit_s(self, lane: Lane, pickup: Ints) -> Ints:
        """Return the expected transit of parcels by their expected pickup, as far as is known now.

        Arrays service x warehouse. A disruption counts once it is announced, where it holds the pickup.
        """
        if not lane.disruptions:
            return lane.transit_s
        return foreseen(known(lane.disruptions, self._clock.now), lane.transit_s, pickup)

    def arrives_at(self, lane: Lane, service: int, site: int, pickup: int) -> int:
        """Return when a parcel that is picked up at a second can be expected to arrive, as far as is known now."""
        transit_s: int = lane.transit_s.item(service, site)
        if lane.disruptions:
            transit_s = round(transit_s * factor(known(lane.disruptions, self._clock.now), service, pickup))
        return pickup + transit_s

    # -- what happens -----------------------------------------------------------------------------------

    def charge(self, shipment: Shipment) -> int:
        """Return what a parcel that is picked up now is charged, in cents, and count it in its service's month.

        The list price less the discount of the tier, rounded once.
        """
        service, contracts = shipment.service, self._contracts
        if contracts is None or service not in contracts:
            return shipment.freight
        nano = self._nano(service, shipment.site, shipment.lane, shipment.grams, shipment.millilitres)
        return whole_cents(contracts.pick_up(service, nano))

    def transit_seconds(self, shipment: Shipment) -> int:
        """Draw how long a parcel that is picked up now travels; disruptions multiply it."""
        service, lane = shipment.service, shipment.lane
        zone: int = lane.zone.item(service, shipment.site)
        times = factor(lane.disruptions, service, self._clock.now) if lane.disruptions else 1.0
        sure = self._sure_transit_s[service][zone]
        if sure is not None and times == 1.0:
            return sure
        quantile = self._transit[service][zone]
        bits = randomness.draw(shipment.order.key, randomness.code(shipment.number, randomness.TRANSIT_TIME))
        return randomness.whole(float(quantile(randomness.unit(bits))) * DAY * times, bits)

    def is_lost(self, shipment: Shipment) -> bool:
        """Tell whether a parcel never arrives: a fact of the order's shipment number, wherever it leaves from."""
        share = self._lost_share[shipment.service]
        if not share:
            return False
        bits = randomness.draw(shipment.order.key, randomness.code(shipment.number, randomness.LOSS))
        return randomness.unit(bits) < share

    def co2e_grams(self, shipment: Shipment) -> int:
        """Return the emissions of a shipment's transport, by weight and distance; none before its pickup."""
        rate = self._co2e[shipment.service]
        if not rate or shipment.picked_up_at < 0:
            return 0
        distance = self._catalogue.distance_m.item(shipment.order.region, shipment.site)
        return round(rate * shipment.grams / 1e6 * max(distance, 0) / 1e3)


def _by_zone(service: Service) -> tuple[Ints, Ints, Ints]:
    """Return expected transit in seconds, base price and price of a kilogram of a service by zone."""
    transit = np.rint([days.average * DAY for days in service.transit_days]).astype(np.int64)
    return transit, *rates_by_zone(service.rates, len(service.zones_km) + 1)


def _sure_seconds(days: AnyDistribution) -> int | None:
    seconds = days.average * DAY
    return round(seconds) if days.kind == "constant" and seconds == round(seconds) else None
