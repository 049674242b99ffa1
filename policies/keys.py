"""Rank keys: what warehouses are compared by. Each is one vector expression; lower is better unless said."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from policies.case import Column
from policies.part import Part
from sim.document import Number, Quantity, Switch
from sim.document.fields import LARGEST
from sim.network import Network

CENTS = np.array(100.0)
"""In a unit of the currency; without dimension, for which numpy takes half the time of a Python number."""


class Key(Part):
    """A part that gives every warehouse a number for the lines of a case.

    Attributes:
        counts_lines: how the numbers of several shipments of one order add up: once for each line (how far lines
            travel), or once for each shipment (what shipments cost).

    """

    counts_lines: ClassVar[bool] = False

    band: Quantity | None = Field(
        None, description="in `by`: values up to this much above the best that is left count as equal to it"
    )
    descending: Annotated[bool | None, Switch()] = Field(None, description="in `by`: more is better")
    weight: Annotated[float, Number(at_least=-LARGEST)] | None = Field(
        None, description="in `cost`: what one unit of the key is worth, in the currency"
    )

    def bind(self, network: Network) -> Column:
        """Return the function from a case to numbers by warehouse, for one replication."""
        raise TypeError(f"{type(self).__name__} must define bind")


class DistanceKm(Key):
    """Great-circle distance from the warehouse to the customer's region, km."""

    name = "distance_km"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        if len(network.warehouses) == 1:  # nothing to compare, so nobody need know where it is
            return lambda _: network.columns
        return lambda case: network.distance_m(case.request.region) / 1000


class LandedCost(Key):
    """Freight of the rule's service, handling and packaging of the shipment, in the currency."""

    name = "landed_cost"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: (case.offer.freight + network.handling(case.parcel)) / CENTS


class Freight(Key):
    """Freight of the rule's service, in the currency."""

    name = "freight"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: case.offer.freight / CENTS


class Handling(Key):
    """Picking and packing of the shipment, in the currency."""

    name = "handling"

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: network.handling(case.parcel) / CENTS


class TransitDays(Key):
    """Expected transit of the rule's service, days."""

    name = "transit_days"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        return lambda case: case.offer.transit_s / 86_400


class Backlog(Key):
    """Shipments in the building, queued or in work."""

    name = "backlog"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        backlog = network.backlog
        return lambda case: backlog.astype(np.float64)


class SiteRank(Key):
    """The warehouse's `site_rank` in the scenario."""

    name = "site_rank"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        rank = network.site_rank
        return lambda case: rank


class SiteId(Key):
    """The warehouse's place in the alphabet of ids: the last word where all else is equal."""

    name = "site_id"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        rank = network.id_rank
        return lambda case: rank


class FewestShipments(Key):
    """The number of shipments. Not named, it comes first: splits are for what no warehouse ships alone."""

    name = "fewest_shipments"

    def bind(self, network: Network) -> Column:
        """Bind to a replication: one shipment is one, wherever it leaves."""
        one = np.ones(len(network.warehouses))
        return lambda case: one
