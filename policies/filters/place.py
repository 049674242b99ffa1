"""Filters by where a warehouse is, and which it is."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field, ValidationInfo, model_validator

from policies.case import Bools, Mask
from policies.filters.filter import SLACK, Filter
from policies.names import check_names
from sim.clock import DAY
from sim.document import Days, Listing, PositiveCount, Quantity, checking, wrong
from sim.errors import PolicyError
from sim.scenario.sites import Kind
from sim.view.network import Network

NO_ZONES = "compares zones, and no warehouse is in the zone of any region"


class Within(Filter):
    """The warehouse is near: by distance, by expected days in transit, or by the carrier's zone."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    name = "within"

    km: Quantity | None = Field(None, description="great-circle distance at most, km")
    transit_days: Days | None = Field(
        None, description="expected transit of the rule's service at most, days"
    )
    zone: PositiveCount | None = Field(
        None, description="zone of the rule's service at most, the nearest being 1"
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Within:
        given = [key for key, value in self if value is not None]
        if len(given) != 1:
            raise wrong("must have exactly one of km, transit_days and zone")
        return self

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        if self.km is not None:
            metres = self.km * 1000 + SLACK
            return lambda case: network.distance_m(case.request.region) <= metres
        if self.transit_days is not None:
            seconds = round(self.transit_days * DAY)
            return lambda case: case.offer.transit_s <= seconds
        zone = np.array(self.zone)
        return lambda case: case.offer.zone <= zone


class SameZone(Filter):
    """The warehouse's `zone` in the scenario, a market, is that of the customer's region."""

    name = "same_zone"

    @model_validator(mode="after")
    def _has_something_to_compare(self, info: ValidationInfo) -> SameZone:
        shared = checking(info).names.get("shared zone")
        if shared is not None and not shared:
            raise wrong(NO_ZONES)
        return self

    def bind(self, network: Network) -> Mask:
        """Bind to a replication. Raises PolicyError where no warehouse could ever pass."""
        of_sites = network.site_zone
        in_zone: dict[int, Bools] = {
            zone: of_sites == zone for zone in set(network.region_zone.tolist()) - {-1}
        }
        if not any(mask.any() for mask in in_zone.values()):
            raise PolicyError(f"filter same_zone {NO_ZONES}")
        nowhere = np.zeros(len(of_sites), bool)
        zones: list[int] = network.region_zone.tolist()
        return lambda case: in_zone.get(zones[case.request.region], nowhere)


class OfAnyKind(Filter):
    """The warehouse is of one of some kinds."""

    name = "kind"
    main = "any_of"

    any_of: tuple[Kind, ...] = Field(
        description="fulfilment_centre, store, third_party, drop_ship", json_schema_extra={"minItems": 1}
    )

    @model_validator(mode="after")
    def _names_one(self) -> OfAnyKind:
        if not self.any_of:
            raise wrong("must hold at least 1", key="any_of")
        return self

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        return _fixed([site.kind in self.any_of for site in network.scenario.warehouses])


class AnySite(Filter):
    """The warehouse is one of some."""

    name = "site"
    main = "any_of"

    any_of: Annotated[tuple[str, ...], Listing("warehouse", at_least=1)] = Field(
        description="ids of warehouses"
    )

    def bind(self, network: Network) -> Mask:
        """Bind to a replication. Raises PolicyError where there is no such warehouse."""
        check_names("filter site", "warehouse", self.any_of, network.warehouses)
        return _fixed([id_ in self.any_of for id_ in network.warehouses])


class InAnyGroup(Filter):
    """The warehouse is in one of some groups."""

    name = "in_group"
    main = "any_of"

    any_of: Annotated[tuple[str, ...], Listing("group", at_least=1)] = Field(
        description="groups that warehouses name in the scenario"
    )

    def bind(self, network: Network) -> Mask:
        """Bind to a replication. Raises PolicyError where no warehouse is in such a group."""
        sites = network.scenario.warehouses
        check_names("filter in_group", "group", self.any_of, {name for site in sites for name in site.groups})
        return _fixed([not set(self.any_of).isdisjoint(site.groups) for site in sites])


def _fixed(passing: list[bool]) -> Mask:
    mask = np.array(passing)
    return lambda _: mask
