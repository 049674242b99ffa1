"""The unchanging part of a scenario as arrays: items, regions and warehouses, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools, Floats, Ints
from sim.clock import DAY
from sim.distance import great_circle_m
from sim.localtime import instant
from sim.money import micros
from sim.scenario import Scenario
from sim.scenario.customers import Region
from sim.scenario.replay import Recorded
from sim.scenario.sites import Warehouse


class Catalogue:
    """Items, regions and warehouses as arrays, in the order of the scenario's lists.

    Attributes:
        start, window, end: the run in seconds (start since 1970 UTC; the rest since start). Orders placed
            in [window[0], window[1]) are counted; nothing happens after `end`.
        grams, millilitres: weight and volume of one unit, int64 by item.
        price, cost: of one unit, in millionths of the currency, int64 by item.
        least_life_s: seconds that a unit must live after delivery, by item.
        popularity: share of each item in the draw of a line, sums to 1.
        tags: handling tags of each item as bits, int64 by item; `tag_bit` names them.
        handles: tags that each warehouse may keep and ship, as bits (-1: everything), int64 by warehouse.
        serves: bool, region x warehouse.
        distance_m: int32, region x warehouse, UNKNOWN where one has no coordinates.
        zones: per word of a zone its number; region_zone and site_zone hold those numbers, -1 for none.

    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.zone_info = ZoneInfo(scenario.timezone)
        self.start = instant(scenario.start, self.zone_info)
        warm_up = round(scenario.warm_up_days * DAY)
        self.window = (warm_up, warm_up + round(scenario.days * DAY))
        self.end = self.window[1] + round(scenario.drain_days * DAY)

        items, regions, sites = scenario.items, scenario.regions, scenario.warehouses
        self.item_ids = [item.id for item in items]
        self.region_ids = [region.id for region in regions]
        self.segment_ids = [segment.id for segment in scenario.segments]
        self.site_ids = [site.id for site in sites]
        self.site_index = {id_: i for i, id_ in enumerate(self.site_ids)}

        self.grams = np.array([round(item.weight_kg * 1000) for item in items], np.int64)
        self.millilitres = np.array([round(item.volume_l * 1000) for item in items], np.int64)
        self.price = np.array([micros(item.price) for item in items], np.int64)
        self.cost = np.array([micros(item.cost) for item in items], np.int64)
        self.least_life_s = tuple([round(item.min_life_at_delivery_days * DAY) for item in items])
        weights = np.array([item.popularity for item in items], float)
        self.popularity = weights / weights.sum()

        self.tag_bit: dict[str, int] = {}
        self.tags = np.array([self.tag_mask(item.handling) for item in items], np.int64)
        self.handles = np.array(
            [-1 if site.handling is None else self.tag_mask(site.handling) for site in sites], np.int64
        )

        region_index = {id_: i for i, id_ in enumerate(self.region_ids)}
        self.serves = np.zeros((len(regions), len(sites)), bool)
        for i, site in enumerate(sites):
            if site.serves == "all":
                self.serves[:, i] = True
            elif site.serves != "none":
                self.serves[[region_index[id_] for id_ in site.serves], i] = True
        self.distance_m = great_circle_m(_points(regions), _points(sites))
        self.distance_m.flags.writeable = False

        self.zones: dict[str, int] = {}
        self.region_zone = self._zone_numbers(region.zone for region in regions)
        self.site_zone = self._zone_numbers(site.zone for site in sites)
        self.site_zones = [ZoneInfo(site.timezone or scenario.timezone) for site in sites]

    def tag_mask(self, tags: Iterable[str]) -> int:
        """Return handling tags as bits; a new tag takes the next bit."""
        mask = 0
        for tag in tags:
            mask |= 1 << self.tag_bit.setdefault(tag, len(self.tag_bit))
        return mask

    def _zone_numbers(self, names: Iterable[str | None]) -> Ints:
        return np.array(
            [-1 if name is None else self.zones.setdefault(name, len(self.zones)) for name in names], np.int64
        )

    @cached_property
    def keeps(self) -> Bools:
        """Which warehouse may keep which item: bool, item x warehouse."""
        known, kind = np.unique(self.tags, return_inverse=True)  # few, however many items there are
        keeps: Bools = ((known[:, None] & ~self.handles) == 0)[kind]
        return keeps

    def cells(self, items: str | tuple[str, ...], warehouses: str | tuple[str, ...]) -> Bools:
        """Return the cells that a choice of items and warehouses means ("all", or ids): bool, item x warehouse."""
        rows, columns = (_members(self.item_ids, items), _members(self.site_ids, warehouses))
        cells: Bools = rows[:, None] & columns
        return cells

    @cached_property
    def replenished_by(self) -> NDArray[np.int32]:
        """The replenish rule that holds for each cell, by position, int32, item x warehouse; -1 where none does.

        Of several the last; `all` leaves out the source; what a warehouse may not keep never comes there.
        """
        rules = np.full(self.keeps.shape, -1, np.int32)
        for number, rule in enumerate(self.scenario.stock.replenish):
            cells = self.cells(rule.items, rule.warehouses)
            if rule.warehouses == "all" and rule.from_ in self.site_index:
                cells[:, self.site_index[rule.from_]] = False
            rules[cells & self.keeps] = number
        return rules

    @cached_property
    def perishable(self) -> tuple[bool, ...]:
        """Whether units of an item may expire: by its shelf life, or by a date in a table of opening stock."""
        expires = [item.shelf_life_days is not None for item in self.scenario.items]
        for opening in self.scenario.stock.opening or ():
            if opening.table is not None:
                for item in np.unique(opening.table.item[opening.table.expires_at >= 0]).tolist():
                    expires[item] = True
        return tuple(expires)

    @property
    def recorded(self) -> Recorded:
        """The orders of a replay. Raises AssertionError where demand is generated."""
        assert self.scenario.recorded is not None
        return self.scenario.recorded


def _members(ids: list[str], chosen: str | tuple[str, ...]) -> Bools:
    among = set(ids) if chosen == "all" else set(chosen)
    return np.array([id_ in among for id_ in ids])


def _points(places: Sequence[Region | Warehouse]) -> Floats:
    nowhere = (np.nan, np.nan)
    return np.array([nowhere if place.at is None else place.at for place in places], np.float64)
