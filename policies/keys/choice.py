"""Rank keys that choose by themselves, and have the last word."""

from __future__ import annotations

import numpy as np

from policies.case import Column
from policies.keys.key import Key
from sim.network import Network


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
