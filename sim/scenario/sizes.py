"""How much a scenario may ask of a run: what would take more memory, or more time, than there is.

Numbers are expected ones, and those of one replication. How large its files may be stands in `sim.document.bounds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TypeAlias

from sim.calendar import Week
from sim.errors import Problem
from sim.scenario.demand import Generated
from sim.scenario.downtime import RandomDowntime
from sim.scenario.model import Scenario
from sim.scenario.places import Places
from sim.scenario.replay import window

MOST_CELLS = 50_000_000
"""Items or regions times warehouses: each cell costs some ten bytes, several times over."""

MOST_PAIRS = 20_000_000
"""Items and warehouses times services, or times rules of the stock: each pair is looked at, once."""

MOST_UNITS = 1_000_000_000
"""Units of one item: stock is counted in 32 bits."""

MOST_ORDERS = 100_000_000
"""They take hours to play, and two policies are compared with a hundred bytes of each in memory."""

MANY_ORDERS = 20_000_000
"""So many are worth a warning."""

MOST_LINES = 1_000_000_000
"""Of all orders together."""

MOST_BASKETS = 10_000_000
"""Items times lines of the largest order: the demand of each item is computed for every number of lines."""

MOST_SURGES = 1_000
"""Each multiplies the rate of all hours."""

MOST_SALES = 100_000_000
"""Units that are asked for over the counters: each is an event, and a row of the journal."""

MOST_ARRIVALS = 10_000_000
"""Each may lie on a shelf as a lot of its own, which takes a hundred bytes."""

MOST_FAILURES = 1_000_000
"""They are drawn before the run begins, and kept."""

MOST_LOOKS = 100_000_000_000
"""Cells that reviews, transfers and syncs look at: 10 ns each, so a quarter of an hour."""

MOST_HOURS = 100_000_000
"""Hours times warehouses: each is a row of the journal."""

MOST_WINDOWS = 10_000_000
"""Opening windows, shifts and pickups in the course of a run: they are kept, a hundred bytes each."""

_LEAST_LOOK = 3_000  # cells that could be looked at in the time that a review takes that has none

Rule: TypeAlias = Callable[[Scenario, Places], Iterator[Problem]]


def _days(scenario: Scenario) -> float:
    return scenario.warm_up_days + scenario.days + scenario.drain_days


def expected_orders(scenario: Scenario) -> float:
    """Return how many orders are expected up to the end of the window, the shapes of days and weeks left out."""
    demand, end = scenario.demand, scenario.warm_up_days + scenario.days
    if not isinstance(demand, Generated):
        return 0.0 if scenario.recorded is None else float(len(scenario.recorded.order_ids))
    surges = []
    for surge in demand.surges[:MOST_SURGES]:
        begins = (surge.begins - scenario.start) / timedelta(days=1)
        surges.append((max(begins, 0.0), min(begins + surge.days, end), surge.factor))
    cuts = sorted({0.0, end, *(at for begins, ends, _ in surges if begins < ends for at in (begins, ends))})
    orders = 0.0
    for begin, until in pairwise(cuts):
        grown = [max(0.0, 1.0 + demand.trend_per_year * at / 365) for at in (begin, until)]
        rate = demand.orders_per_day * sum(grown) / 2
        for begins, ends, factor in surges:
            if begins <= begin and until <= ends:
                rate = min(rate * factor, 1e15)
        orders += rate * (until - begin)
    return orders


def _arrays(scenario: Scenario, places: Places) -> Iterator[Problem]:
    sites = len(scenario.warehouses)
    for key, count in (("items", len(scenario.items)), ("regions", len(scenario.regions))):
        if count * sites > MOST_CELLS:
            yield places.problem(
                ("warehouses",),
                f"must not be more than {MOST_CELLS // count:,} beside {count:,} {key} (a table of "
                f"{MOST_CELLS:,} cells); there are {sites:,}",
            )
    stock, among = scenario.stock, len(scenario.items) + sites
    rules = len(stock.replenish) + len(stock.transfers) + len(stock.opening or ())
    services = sum(len(carrier.services) for carrier in scenario.carriers)
    for key, count, what in (("stock", rules, "rules"), ("carriers", services, "services")):
        if count * among > MOST_PAIRS:
            rule = f"must not hold more than {MOST_PAIRS // among:,} {what} beside {among:,} items and warehouses"
            yield places.problem((key,), f"{rule}; there are {count:,}")


def _demand(scenario: Scenario, places: Places) -> Iterator[Problem]:
    demand = scenario.demand
    if not isinstance(demand, Generated):
        return
    if len(demand.surges) > MOST_SURGES:
        rule = f"must not be more than {MOST_SURGES:,}; there are {len(demand.surges):,}"
        yield places.problem(("demand", "surges"), rule)
        return
    orders = expected_orders(scenario)
    if orders > MOST_ORDERS:
        yield _too_much(places, ("demand", "orders_per_day"), orders, "orders", MOST_ORDERS)
        return
    lines = demand.lines_per_order
    mean = sum(n * weight for n, weight in lines.items()) / sum(lines.values())
    if orders * mean > MOST_LINES:
        yield _too_much(places, ("demand", "lines_per_order"), orders * mean, "lines", MOST_LINES)
    if len(scenario.items) * max(lines) > MOST_BASKETS:
        most = MOST_BASKETS // len(scenario.items)
        rule = f"must not be more than {most:,} lines, of {len(scenario.items):,} items; there are {max(lines):,}"
        yield places.problem(("demand", "lines_per_order"), rule)


def _levels(scenario: Scenario, places: Places) -> Iterator[Problem]:
    demand = scenario.demand
    if isinstance(demand, Generated):
        units = demand.units_per_line
        per_line = sum(n * weight for n, weight in units.items()) / sum(units.values())
        daily = demand.orders_per_day * per_line
    else:
        recorded = scenario.recorded
        daily = (
            0.0 if recorded is None else recorded.line_units.sum() / window(recorded, scenario.timezone)[1]
        )
    daily += max(
        (s.walk_ins.units_per_day for s in scenario.warehouses if s.walk_ins is not None), default=0.0
    )
    levels: list[tuple[tuple[str | int, ...], object]] = [
        (("warehouses", i, "safety_stock"), site.safety_stock) for i, site in enumerate(scenario.warehouses)
    ]
    levels += [(("stock", "opening", i), entry) for i, entry in enumerate(scenario.stock.opening or ())]
    for i, rule in enumerate(scenario.stock.replenish):
        if rule.review is not None:
            levels.append((("stock", "replenish", i, "review", "reorder_point"), rule.review.reorder_point))
            levels.append((("stock", "replenish", i, "review", "order_up_to"), rule.review.order_up_to))
    for steps, level in levels:
        days = getattr(level, "days_of_demand", None)
        if days is not None and days * daily > MOST_UNITS:
            rule_text = f"may be {days * daily:,.0f} units of one item; at most {MOST_UNITS:,} can be kept"
            yield places.problem((*steps, "days_of_demand"), rule_text)


def _sales(scenario: Scenario, places: Places) -> Iterator[Problem]:
    sales = 0.0
    for i, site in enumerate(scenario.warehouses):
        if site.walk_ins is not None:
            sales += site.walk_ins.units_per_day * (scenario.warm_up_days + scenario.days)
            if sales > MOST_SALES:
                where = ("warehouses", i, "walk_ins", "units_per_day")
                yield _too_much(places, where, sales, "sales over the counter", MOST_SALES)
                return


def _arrivals(scenario: Scenario, places: Places) -> Iterator[Problem]:
    days, arrivals = _days(scenario), 0.0
    for i, rule in enumerate(scenario.stock.replenish):
        if rule.arrivals is None:
            continue
        each = days / rule.arrivals.every_days.average
        if rule.arrivals.units * each > MOST_UNITS:
            text = f"may bring {rule.arrivals.units * each:,.0f} units of one item; at most {MOST_UNITS:,} can be kept"
            yield places.problem(("stock", "replenish", i, "arrivals"), text)
            continue
        arrivals += each * _cells(scenario, rule.items, rule.warehouses)
        if arrivals > MOST_ARRIVALS:
            where = ("stock", "replenish", i, "arrivals", "every_days")
            yield _too_much(places, where, arrivals, "arrivals", MOST_ARRIVALS)
            return


def _failures(scenario: Scenario, places: Places) -> Iterator[Problem]:
    hours, failures = 24 * _days(scenario), 0.0
    found = [("warehouses", i, site.downtime) for i, site in enumerate(scenario.warehouses)]
    found += [("suppliers", i, supplier.downtime) for i, supplier in enumerate(scenario.suppliers)]
    for key, i, entries in found:
        for j, entry in enumerate(entries):
            if isinstance(entry, RandomDowntime):
                failures += hours / (entry.every_hours.average + entry.hours.average)
                if failures > MOST_FAILURES:
                    rule = f"may bring {failures:,.0f} failures; at most {MOST_FAILURES:,} can be played"
                    yield places.problem((key, i, "downtime", j, "every_hours"), rule)
                    return


def _looks(scenario: Scenario, places: Places) -> Iterator[Problem]:
    """Find what is looked at so often that nothing else would get done; what is looked at once is the opening stock."""
    days, stock = _days(scenario), scenario.stock
    whole = len(scenario.items) * len(scenario.warehouses)
    looks = float(whole * (len(stock.replenish) + len(stock.opening or ())))
    found: list[tuple[tuple[str | int, ...], float, int]] = []
    for i, rule in enumerate(stock.replenish):
        if rule.review is not None and rule.review.every_days is not None:
            cells = _cells(scenario, rule.items, rule.warehouses)
            found.append((("stock", "replenish", i, "review", "every_days"), rule.review.every_days, cells))
    for i, move in enumerate(stock.transfers):
        items = len(scenario.items) if move.items == "all" else len(move.items)
        found.append((("stock", "transfers", i, "every_days"), move.every_days, items))
    if scenario.visibility.sync_minutes:
        found.append((("visibility", "sync_minutes"), scenario.visibility.sync_minutes / 1440, whole))
    for where, every_days, cells in found:
        looks += days / max(every_days, 1 / 86_400) * max(cells, _LEAST_LOOK)
        if looks > MOST_LOOKS:
            text = f"is so often that {looks:,.0f} cells are looked at; at most {MOST_LOOKS:,} can be"
            yield places.problem(where, text)
            return
    if looks > MOST_LOOKS:
        yield _too_much(places, ("stock",), looks, "cells to be looked at", MOST_LOOKS)


def _calendars(scenario: Scenario, places: Places) -> Iterator[Problem]:
    days = _days(scenario)
    hours = 24 * (scenario.warm_up_days + scenario.days) * len(scenario.warehouses)
    if hours > MOST_HOURS:
        yield _too_much(places, ("days",), hours, "hours of warehouses", MOST_HOURS)
    windows = 0.0
    for i, site in enumerate(scenario.warehouses):
        weekly = _windows(site.hours) + sum(len(shift.days) for shift in site.shifts)
        windows += days * weekly / 7
        if windows > MOST_WINDOWS:
            yield _too_much(places, ("warehouses", i, "hours"), windows, "opening windows", MOST_WINDOWS)
            return
    zones = len({site.timezone for site in scenario.warehouses})
    known = set()
    for i, carrier in enumerate(scenario.carriers):
        for j, service in enumerate(carrier.services):
            if service.pickups is None or service.pickups in known:
                continue
            known.add(service.pickups)
            windows += days * len(service.pickups) * zones
            if windows > MOST_WINDOWS:
                where = ("carriers", i, "services", j, "pickups")
                yield _too_much(places, where, windows, "pickups and opening windows", MOST_WINDOWS)
                return


RULES: tuple[Rule, ...] = (
    _arrays, _demand, _levels, _sales, _arrivals, _failures, _looks, _calendars
)  # fmt: skip


def _too_much(places: Places, where: tuple[str | int, ...], count: float, what: str, most: int) -> Problem:
    return places.problem(where, f"asks for {count:,.0f} {what}; at most {most:,} can be played")


def _cells(scenario: Scenario, items: str | tuple[str, ...], warehouses: str | tuple[str, ...]) -> int:
    """Return how many cells a rule speaks of."""
    rows = len(scenario.items) if items == "all" else len(items)
    return rows * (len(scenario.warehouses) if warehouses == "all" else len(warehouses))


def _windows(week: Week | None) -> int:
    return 0 if week is None else sum(map(len, week))
