"""What a policy knows from the beginning, and what stays as it is: the scenario, and what its lists say, as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.arrays import read_only
from sim.catalogue import Catalogue
from sim.scenario.foreseeable import foreseeable


class Known:
    """The part of the view that never changes. Arrays are by warehouse, in the scenario's order.

    Attributes:
        scenario: the world, without what becomes known only in the course of the run.
        key: of the policy's noise in this replication, for `sim.randomness`.
        warehouses, services, regions, segments, items: ids by position.
        price, cost, grams, millilitres, tags: of one unit by item; money in millionths of the currency, tags as bits.
        perishable: whether an item expires, by item.
        least_life_s: seconds of life that it must have at delivery.
        handles: tags that a warehouse may keep and ship, as bits; -1 for all.
        columns: 0, 1, ... for each warehouse.
        site_rank: the scenario's `site_rank`.
        id_rank: position in the alphabet of ids.
        site_zone, region_zone: number of the zone of a warehouse, and of a region; -1 for none.
        order_limit_per_day: of the scenario; inf for none.

    """

    def __init__(self, catalogue: Catalogue, services: Sequence[str], key: int) -> None:
        scenario = catalogue.scenario
        sites = scenario.warehouses
        self.scenario = foreseeable(scenario)
        self.key = key
        self.warehouses: tuple[str, ...] = tuple(catalogue.site_ids)
        self.services: tuple[str, ...] = tuple(services)
        self.regions: tuple[str, ...] = tuple(catalogue.region_ids)
        self.segments: tuple[str, ...] = tuple(catalogue.segment_ids)
        self.items: tuple[str, ...] = tuple(catalogue.item_ids)
        self.price: tuple[int, ...] = tuple(catalogue.price.tolist())
        self.cost: tuple[int, ...] = tuple(catalogue.cost.tolist())
        self.grams: tuple[int, ...] = tuple(catalogue.grams.tolist())
        self.millilitres: tuple[int, ...] = tuple(catalogue.millilitres.tolist())
        self.tags: tuple[int, ...] = tuple(catalogue.tags.tolist())
        self.perishable = catalogue.perishable
        self.least_life_s = catalogue.least_life_s
        self.handles = read_only(catalogue.handles)
        self.columns = read_only(np.arange(len(sites)))
        self.site_rank = read_only(np.array([site.site_rank for site in sites], np.float64))
        self.id_rank = read_only(np.argsort(np.argsort(np.array(self.warehouses))))
        self.site_zone = read_only(catalogue.site_zone)
        self.region_zone = read_only(catalogue.region_zone)
        limits = [site.order_limit_per_day for site in sites]
        self.order_limit_per_day = read_only(np.array([np.inf if n is None else n for n in limits]))
