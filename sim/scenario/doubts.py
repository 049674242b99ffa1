"""What can be simulated, and is probably not meant: told as warnings."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Problem
from sim.scenario.demand import Generated
from sim.scenario.model import Scenario
from sim.scenario.places import Places, and_more
from sim.scenario.sizes import MANY_ORDERS, expected_orders


def doubts(scenario: Scenario, places: Places) -> list[Problem]:
    """Return what the author of a scenario should know."""
    return [
        *_unserved(scenario, places),
        *_uncarried(scenario, places),
        *_unmeasured(scenario, places),
        *_unsupplied(scenario, places),
        *_too_big(scenario, places),
        *_unused(scenario, places),
        *_unkept(scenario, places),
        *_long(scenario, places),
    ]


def _unkept(scenario: Scenario, places: Places) -> Iterator[Problem]:
    for i, entry in enumerate(scenario.stock.opening or ()):
        if entry.table is None:
            continue
        rows = entry.table.units.nonzero()[0]
        items, sites = entry.table.item[rows].tolist(), entry.table.warehouse[rows].tolist()
        cells = dict.fromkeys(zip(items, sites, strict=True))
        wrong = [
            (scenario.items[item].id, scenario.warehouses[site].id)
            for item, site in cells
            if not scenario.warehouses[site].may_keep(scenario.items[item])
        ]
        if wrong:
            item, site = wrong[0]
            more = and_more(wrong, "cells")
            rule = f"puts goods where they may not be kept, and they are left out: {item} at {site}{more}"
            yield places.problem(("stock", "opening", i, "file"), rule)


def _long(scenario: Scenario, places: Places) -> Iterator[Problem]:
    orders = expected_orders(scenario)
    if orders > MANY_ORDERS and isinstance(scenario.demand, Generated):
        rule = (
            f"asks for about {orders:,.0f} orders: each replication takes hours, and gigabytes of its journal"
        )
        yield places.problem(("demand", "orders_per_day"), rule)


def _unserved(scenario: Scenario, places: Places) -> Iterator[Problem]:
    served = {
        region for site in scenario.warehouses if site.serves not in ("all", "none") for region in site.serves
    }
    if any(site.serves == "all" for site in scenario.warehouses):
        return
    unserved = [i for i, region in enumerate(scenario.regions) if region.id not in served]
    if unserved:
        more = and_more(unserved, "regions")
        yield places.problem(("regions", unserved[0]), f"no warehouse serves it{more}")


def _uncarried(scenario: Scenario, places: Places) -> Iterator[Problem]:
    services = [service for carrier in scenario.carriers for service in carrier.services]
    for i, site in enumerate(scenario.warehouses):
        taken = any(
            (s.sites == "all" or site.id in s.sites) and (s.kinds is None or site.kind in s.kinds)
            for s in services
        )
        if site.serves != "none" and not taken:
            yield places.problem(("warehouses", i), "hands over to no service: nothing can leave it")
    carried: dict[tuple[str, ...], bool] = {}
    uncarried: dict[tuple[str, ...], list[int]] = {}
    for i, item in enumerate(scenario.items):
        tags = item.handling
        if tags not in carried:
            carried[tags] = any(s.carries is None or set(tags) <= set(s.carries) for s in services)
        if not carried[tags]:
            uncarried.setdefault(tags, []).append(i)
    for tags, positions in uncarried.items():
        more = and_more(positions, "items")
        yield places.problem(
            ("items", positions[0], "handling"), f"no service carries {', '.join(tags)}{more}"
        )


def _unmeasured(scenario: Scenario, places: Places) -> Iterator[Problem]:
    services = [service for carrier in scenario.carriers for service in carrier.services]
    emitting = next((service.id for service in services if service.co2e_g_per_tonne_km), None)
    nowhere = [("regions", i) for i, region in enumerate(scenario.regions) if region.at is None]
    nowhere += [("warehouses", i) for i, site in enumerate(scenario.warehouses) if site.at is None]
    if emitting is not None and nowhere:
        more = and_more(nowhere, "places")
        rule = f"has no `at`: emissions of service '{emitting}' count as 0 where a place is missing{more}"
        yield places.problem(nowhere[0], rule)


def _unsupplied(scenario: Scenario, places: Places) -> Iterator[Problem]:
    """Tell of depots that are asked for what they may not keep: they would owe it for ever."""
    sites = {site.id: site for site in scenario.warehouses}
    for i, rule in enumerate(scenario.stock.replenish):
        depot = sites.get(rule.from_ or "")
        if depot is None or depot.handling is None:
            continue
        asking = [
            site
            for id_, site in sites.items()
            if id_ != depot.id and (rule.warehouses == "all" or id_ in rule.warehouses)
        ]
        for item in scenario.items:
            is_missing = not depot.may_keep(item) and any(site.may_keep(item) for site in asking)
            if is_missing and (rule.items == "all" or item.id in rule.items):
                why = f"'{depot.id}' may not keep '{item.id}': it would owe it for ever"
                yield places.problem(("stock", "replenish", i, "from"), why)
                break


def _too_big(scenario: Scenario, places: Places) -> Iterator[Problem]:
    """Tell of items of which not even one fits into a warehouse: the door would be blocked for ever."""
    for i, site in enumerate(scenario.warehouses):
        if site.storage_l is None:
            continue
        for item in scenario.items:
            if item.volume_l > site.storage_l and site.may_keep(item):
                why = f"not one '{item.id}' of {item.volume_l:g} l fits: what is received waits at the door"
                yield places.problem(("warehouses", i, "storage_l"), why)
                break


def _unused(scenario: Scenario, places: Places) -> Iterator[Problem]:
    tags = {tag for item in scenario.items for tag in item.handling}
    for tag in scenario.protocols:
        if tag not in tags:
            yield places.problem(("protocols", tag), "no item has this handling tag")
    returned = [i for i, item in enumerate(scenario.items) if item.return_share]
    if returned and scenario.returns is None:
        rule = "nothing comes back without a section `returns`"
        yield places.problem(("items", returned[0], "return_share"), rule)
    mistaken = any(site.accuracy.pick < 1 for site in scenario.warehouses)
    if scenario.returns is not None and not returned and not mistaken:
        yield places.problem(("returns",), "nothing comes back: no item has a return_share")
    demand = scenario.demand
    if isinstance(demand, Generated):
        most = max((n for n, weight in demand.lines_per_order.items() if weight), default=0)
        sold = sum(item.popularity > 0 for item in scenario.items)
        if most > sold:
            rule = f"orders of {most} distinct items get {sold}: there are no more"
            yield places.problem(("demand", "lines_per_order"), rule)
    elif scenario.recorded is not None and scenario.recorded.unused:
        columns = ", ".join(scenario.recorded.unused)
        yield places.problem(("demand", "replay"), f"columns of the table that are not used: {columns}")
