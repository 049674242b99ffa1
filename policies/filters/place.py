"""Filters by where a warehouse is."""

from __future__ import annotations

from pydantic import Field, model_validator

from policies.case import Mask
from policies.filters.filter import SLACK, Filter
from sim.document import Days, PositiveCount, Quantity, wrong
from sim.network import Network


class Within(Filter):
    """The warehouse is near: by distance, by expected days in transit, or by the carrier's zone."""

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
            seconds = round(self.transit_days * 86_400)
            return lambda case: case.offer.transit_s <= seconds
        zone = self.zone or 1
        return lambda case: case.offer.zone <= zone
