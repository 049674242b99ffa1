"""What cannot be simulated, and only shows when a scenario is seen as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sim.clock import DAY
from sim.document.bounds import YEARS
from sim.errors import Problem
from sim.localtime import instant, local_time
from sim.scenario import sizes
from sim.scenario.distributions import ZERO
from sim.scenario.instants import NONE
from sim.scenario.model import Scenario
from sim.scenario.places import Places, and_more
from sim.scenario.sizes import Rule
from sim.scenario.supply import circle

MOST_TAGS = 60  # sets of tags are bits of one number


def contradictions(scenario: Scenario, places: Places) -> list[Problem]:
    """Return every contradiction of a scenario whose parts are right; of one that asks for too much, that alone."""
    if too_much := [problem for rule in sizes.RULES for problem in rule(scenario, places)]:
        return too_much
    rules: tuple[Rule, ...] = (
        _weights, _horizon, _orders, _tags, _coordinates, _lots, _circles, _endless, _way_back,
    )  # fmt: skip
    return [problem for rule in rules for problem in rule(scenario, places)]


def _weights(scenario: Scenario, places: Places) -> Iterator[Problem]:
    lists = {
        "items": [item.popularity for item in scenario.items],
        "regions": [region.share for region in scenario.regions],
        "segments": [segment.share for segment in scenario.segments],
    }
    for key, weights in lists.items():
        if not sum(weights) > 0:
            yield places.problem(
                (key,), f"must not all have a {'popularity' if key == 'items' else 'share'} of 0"
            )


def _horizon(scenario: Scenario, places: Places) -> Iterator[Problem]:
    days = scenario.warm_up_days + scenario.days + scenario.drain_days
    if (scenario.start + timedelta(days=days)).year not in YEARS:
        yield places.problem(("days",), f"must end before the year {YEARS.stop}, with warm-up and drain")


def _orders(scenario: Scenario, places: Places) -> Iterator[Problem]:
    recorded = scenario.recorded
    if recorded is None:
        return
    begin = instant(scenario.start, ZoneInfo(scenario.timezone)) + round(scenario.warm_up_days * DAY)
    end = begin + round(scenario.days * DAY)
    if not ((recorded.placed_at >= begin) & (recorded.placed_at < end)).any():
        zone = ZoneInfo(scenario.timezone)
        first, last = (local_time(int(at), zone) for at in recorded.placed_at[[0, -1]])
        yield places.problem(
            ("start",),
            "must leave orders to count: those recorded are from "
            f"{first:%Y-%m-%dT%H:%M} to {last:%Y-%m-%dT%H:%M}",
        )


def _tags(scenario: Scenario, places: Places) -> Iterator[Problem]:
    kept: set[str] | None = set()
    for site in scenario.warehouses:
        kept = None if kept is None or site.handling is None else kept | set(site.handling)
    homeless: dict[tuple[str, ...], list[int]] = {}
    fits: dict[tuple[str, ...], bool] = {}
    for position, item in enumerate(scenario.items):
        tags = item.handling
        if tags not in fits:
            fits[tags] = any(site.may_keep(item) for site in scenario.warehouses)
        if not fits[tags]:
            homeless.setdefault(tags, []).append(position)
    for tags, positions in homeless.items():
        more = and_more(positions, "items")
        unknown = [] if kept is None else [tag for tag in tags if tag not in kept]
        why = (
            f"no warehouse lists {', '.join(unknown)}"
            if unknown
            else f"no warehouse lists all of {', '.join(tags)}"
        )
        yield places.problem(("items", positions[0], "handling"), f"must be kept somewhere: {why}{more}")
    words = {tag for item in scenario.items for tag in item.handling} | set(scenario.protocols)
    words.update(tag for site in scenario.warehouses for tag in site.handling or ())
    words.update(tag for c in scenario.carriers for service in c.services for tag in service.carries or ())
    if len(words) > MOST_TAGS:
        yield places.problem(
            ("items",), f"must not use more than {MOST_TAGS} different handling tags; there are {len(words)}"
        )


def _coordinates(scenario: Scenario, places: Places) -> Iterator[Problem]:
    why = {"regions": "", "warehouses": ""}
    sites: set[str] = set()
    for carrier in scenario.carriers:
        for service in carrier.services:
            if service.zones_km or service.reach_km is not None:
                way = "zones by distance" if service.zones_km else "a reach_km"
                why = dict.fromkeys(why, f"service '{service.id}' has {way}")
                sites.update((s.id for s in scenario.warehouses) if service.sites == "all" else service.sites)
    if scenario.returns is not None and scenario.returns.to == "nearest":
        why = {key: reason or "returns go to the nearest warehouse" for key, reason in why.items()}
        sites.update(site.id for site in scenario.warehouses)
    if why["regions"]:
        for i, region in enumerate(scenario.regions):
            if region.at is None:
                yield places.problem(("regions", i, "at"), f"is missing: {why['regions']}")
    for i, site in enumerate(scenario.warehouses):
        if site.at is None and site.id in sites:
            yield places.problem(("warehouses", i, "at"), f"is missing: {why['warehouses']}")


def _circles(scenario: Scenario, places: Places) -> Iterator[Problem]:
    found = circle(scenario)
    if found:
        item, sites = found
        yield places.problem(
            ("stock", "replenish"), f"must not go in a circle: {item} goes {' → '.join(sites)}"
        )


def _endless(scenario: Scenario, places: Places) -> Iterator[Problem]:
    """Find warehouses that order in the second in which they lose what they have, and have it in that second again."""
    losing = {site.id for site in scenario.warehouses if not site.accuracy.stock}
    leads = {supplier.id: supplier.lead_days for supplier in scenario.suppliers}
    for i, rule in enumerate(scenario.stock.replenish if losing else ()):
        if rule.review is None or rule.review.every_days is not None:
            continue
        lead_days = leads.get(rule.from_ or "", ZERO) if rule.lead_days is None else rule.lead_days
        served = losing - {rule.from_} if rule.warehouses == "all" else losing.intersection(rule.warehouses)
        if served and lead_days.average * DAY < 1:
            text = f"must be a second or more, or every_days be given: {min(served)} loses all it has (accuracy.stock)"
            yield places.problem(("stock", "replenish", i, "lead_days"), text)


def _lots(scenario: Scenario, places: Places) -> Iterator[Problem]:
    start = instant(scenario.start, ZoneInfo(scenario.timezone))
    for i, entry in enumerate(scenario.stock.opening or ()):
        if entry.table is not None:
            late = np.flatnonzero((entry.table.received_at != NONE) & (entry.table.received_at > start))
            if len(late):
                rule = f"must not hold lots received after the start: row {late[0] + 1} does"
                yield places.problem(("stock", "opening", i, "file"), rule)


def _way_back(scenario: Scenario, places: Places) -> Iterator[Problem]:
    returns = scenario.returns
    site = None if returns is None else next((w for w in scenario.warehouses if w.id == returns.to), None)
    if site is None:
        return
    # An item that is picked by mistake comes back too.
    all_come = any(warehouse.accuracy.pick < 1 for warehouse in scenario.warehouses)
    coming = [item for item in scenario.items if item.return_share or all_come]
    homeless = [item.id for item in coming if not site.may_keep(item)]
    if homeless:
        more = and_more(homeless, "items")
        rule = f"must be able to keep all that comes back; it may not keep {homeless[0]}{more}"
        yield places.problem(("returns", "to"), rule)
