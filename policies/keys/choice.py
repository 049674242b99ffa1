"""Rank keys that choose by themselves, or by chance, and have the last word."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from policies.case import Case, Column, Values
from policies.keys.key import Key
from sim import randomness
from sim.view.network import Network


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


class Random(Key):
    """A number between 0 and 1, drawn for each order and warehouse: the same at each attempt and in each run."""

    name = "random"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication. Draws hang on the order and the warehouse's id, not on what was drawn before."""
        root, sites = network.key, np.array([crc32(site.encode()) for site in network.warehouses])

        def column(case: Case) -> Values:
            key = randomness.key(case.request.order, root)
            return randomness.unit_array(randomness.draw_array(key, sites, 0))

        return column
