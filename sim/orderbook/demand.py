"""Expected demand: how many units of each item a day asks for, in all and of each warehouse."""

from __future__ import annotations

import numpy as np

from sim.arrays import Floats
from sim.catalogue import Catalogue
from sim.orderbook.inclusion import inclusion
from sim.scenario.demand import Generated
from sim.scenario.replay import window


def demand_by_cell(catalogue: Catalogue) -> Floats:
    """Return the expected units a day that each cell has to provide: item x warehouse.

    The demand of an item is shared equally by the warehouses that serve a region and may keep it; what is asked
    for at a counter is asked of that warehouse alone. A depot, which serves no region, provides what the warehouses
    that it supplies provide, depots among them included.
    """
    serves = catalogue.serves.any(0)
    sells = catalogue.keeps & serves
    sites = sells.sum(1)
    provided = np.where(sells, (daily_units(catalogue) / np.maximum(sites, 1))[:, None], 0.0)
    for site, entry in enumerate(catalogue.scenario.warehouses):
        if entry.walk_ins is not None:
            provided[:, site] += entry.walk_ins.units_per_day * popularity_at(catalogue, site)
    asked = provided
    while True:  # ends, because no item is supplied in a circle
        asked = _asked_of_depots(catalogue, asked)
        if not asked.any():
            return provided
        provided = provided + asked


def _asked_of_depots(catalogue: Catalogue, units: Floats) -> Floats:
    """Return what some units, item x warehouse, ask of the depots that supply those cells."""
    asked = np.zeros_like(units)
    for number, rule in enumerate(catalogue.scenario.stock.replenish):
        depot = catalogue.site_index.get(rule.from_ or "")
        if depot is not None and not catalogue.serves[:, depot].any():
            asked[:, depot] += np.where(catalogue.replenished_by == number, units, 0.0).sum(1)
    return asked


def popularity_at(catalogue: Catalogue, site: int) -> Floats:
    """Return the share of each item in what is asked for at a site's counter: popularity among those it may keep."""
    shares: Floats = np.where(catalogue.keeps[:, site], catalogue.popularity, 0.0)
    total = shares.sum()
    return shares / total if total else shares


def daily_units(catalogue: Catalogue) -> Floats:
    """Return the expected units of each item a day over a flat week without surges.

    The lines of an order are distinct items drawn one after the other by popularity. In a replay it is the mean of all
    days that were recorded, whichever of them are played.
    """
    demand = catalogue.scenario.demand
    if not isinstance(demand, Generated):
        recorded = catalogue.recorded
        units = np.bincount(recorded.line_item, recorded.line_units, minlength=len(catalogue.item_ids))
        _, days = window(recorded, catalogue.scenario.timezone)
        daily: Floats = units / days
        return daily
    weights = demand.lines_per_order
    included = inclusion(catalogue.popularity, max(weights))
    mean = sum(weight * included[lines] for lines, weight in weights.items()) / sum(weights.values())
    units_weights = demand.units_per_line
    mean_units = sum(n * weight for n, weight in units_weights.items()) / sum(units_weights.values())
    return np.asarray(demand.orders_per_day * mean_units * mean)
