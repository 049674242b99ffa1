"""Which warehouse supplies which: the last matching rule of each item and site."""

from __future__ import annotations

from sim.scenario.model import Scenario
from sim.scenario.stock import Replenish


def holding_rule(rules: list[Replenish], warehouse: str) -> Replenish | None:
    """Return the last of some rules that speaks of a warehouse; `all` leaves out the source."""
    for rule in reversed(rules):
        if warehouse in rule.warehouses if rule.warehouses != "all" else warehouse != rule.from_:
            return rule
    return None


def circle(scenario: Scenario) -> tuple[str, list[str]] | None:
    """Return an item and warehouses that supply it to each other in a circle, if there are such."""
    rules = scenario.stock.replenish
    sites = [site.id for site in scenario.warehouses]
    if not any(rule.from_ in sites for rule in rules):
        return None
    named = [None if rule.items == "all" else frozenset(rule.items) for rule in rules]
    seen: set[tuple[int, ...]] = set()
    for item in scenario.items:
        matching = tuple(i for i, items in enumerate(named) if items is None or item.id in items)
        if matching in seen:  # items that the same rules speak of go the same ways
            continue
        seen.add(matching)
        source: dict[str, str] = {}
        for site in sites:
            rule = holding_rule([rules[i] for i in matching], site)
            if rule is not None and rule.from_ in sites:
                source[site] = str(rule.from_)
        found = _circle_of(source)
        if found:
            return item.id, found
    return None


def _circle_of(source: dict[str, str]) -> list[str] | None:
    done: set[str] = set()
    for site in source:
        way = [site]
        while way[-1] in source and way[-1] not in done:
            way.append(source[way[-1]])
            if way[-1] in way[:-1]:
                return way[way.index(way[-1]) :][::-1]
        done.update(way)
    return None
