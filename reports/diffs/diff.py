"""Which orders two policies decided differently on the same order book, and what that did to them and to the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reports.diffs.routes import NEVER, Routes
from reports.kpis.columns import Flags, Integers
from reports.kpis.orders import ratio
from reports.numbers import joined
from sim.journal import Journal

KINDS = {
    "units": "more or fewer units were sent",
    "warehouses": "from other warehouses",
    "parcels": "from the same warehouses, in other parcels",
    "services": "in the same parcels, by other services",
    "times": "the same parcels, decided at another time",
}
"""How the routes of an order may differ; what stands first is what is said of one that differs in more ways."""

GROUPS = {**KINDS, "differently": "decided differently", "alike": "decided alike", "all": "all"}
"""The groups of orders that a difference is told of."""

FIRST = 10_000
"""Counted orders, from the first, among which those are chosen that are told in full: their replay is short."""

MOST = 5
"""Orders that a table names, of those that differ most."""

NOTHING = "nothing was sent"
"""The route of an order of which nothing was sent."""

_REASONS = (
    "one of those on which {policy} saves most",
    "one of those on which {policy} costs most more",
    "one of those that {policy} delivers sooner by most",
    "one of those that {policy} delivers later by most",
    "one of those that {policy} decides differently",
)


@dataclass(frozen=True, slots=True)
class RouteDifferences:
    """Two policies on the same orders, order by order; the differences are the policy minus the baseline.

    Attributes:
        baseline: the routes that are compared with.
        policy: the routes of the same orders under the policy.
        kind: place in `KINDS` of how the routes differ, -1 where they do not.
        cost: cents.
        both: whether both delivered the order.
        lead: seconds, of orders that both delivered; 0 for others.

    """

    baseline: Routes
    policy: Routes
    kind: Integers
    cost: Integers
    both: Flags
    lead: Integers

    @property
    def differently(self) -> Flags:
        """Which orders were decided differently."""
        found: Flags = self.kind >= 0
        return found


def compare_routes(baseline: Routes, policy: Routes) -> RouteDifferences:
    """Compare the routes of the same orders; `policy` was read like `baseline`."""
    kind = np.full(len(baseline.orders), -1, dtype=np.int64)
    for place, name in reversed(list(enumerate(KINDS))):
        kind[getattr(baseline, name) != getattr(policy, name)] = place
    both: Flags = (baseline.lead != NEVER) & (policy.lead != NEVER)
    lead = np.where(both, policy.lead - baseline.lead, 0)
    return RouteDifferences(baseline, policy, kind, policy.cost - baseline.cost, both, lead)


def share_differently(one: Routes, other: Routes) -> float:
    """Return the share of orders that two policies decided differently, NaN where there are no orders."""
    # Fingerprints of times are made of all that comes before them.
    return ratio(int(np.count_nonzero(one.times != other.times)), len(one.orders))


def chosen_orders(found: RouteDifferences, number: int, policy: str) -> dict[str, str]:
    """Return the ids of the orders that show best what a policy does, and what each shows.

    They are taken in turn from those that it makes cheapest, dearest, soonest and latest, among the first counted
    orders; where it moves neither cost nor time, the first that it decides differently.
    """
    early = np.flatnonzero(found.differently[:FIRST])
    turns = [_most(early, values, sign) for values in (found.cost, found.lead) for sign in (-1, 1)]
    chosen: dict[int, str] = {}
    for turn in zip_longest(*map(np.ndarray.tolist, turns)):
        for place, because in zip(turn, _REASONS, strict=False):
            if place is not None:
                chosen.setdefault(place, because)
    for place in early.tolist():
        chosen.setdefault(place, _REASONS[-1])
    ids = found.baseline.orders
    return {
        ids[place].as_py(): because.format(policy=policy) for place, because in islice(chosen.items(), number)
    }


def _most(places: Integers, values: Integers, sign: int) -> Integers:
    """Return the places where a value is positive (or negative), the largest first."""
    signed = sign * values[places]
    some = places[signed > 0]
    return some[np.argsort(-sign * values[some], kind="stable")]


def difference_content(
    found: RouteDifferences, names: tuple[str, str], journals: tuple[Journal, Journal], replication: int
) -> dict[str, Any]:
    """Return the difference of two policies as what JSON can hold: money in the currency, times in hours.

    Orders that are told in full are for others to add, as `told`: see `told_content`.

    Args:
        found: the difference.
        names: of baseline and policy.
        journals: of both.
        replication: of both, from 0.

    """
    about = journals[0].about
    moved: Flags = (found.cost != 0) | (found.baseline.lead != found.policy.lead)
    return {
        **{key: about.get(key) for key in ("scenario", "title", "currency", "timezone")},
        "replication": replication,
        "baseline": names[0],
        "policy": names[1],
        "orders": len(found.kind),
        "differently": int(np.count_nonzero(found.differently)),
        "alike_but_moved": int(np.count_nonzero(moved & ~found.differently)),
        "groups": list(_groups(found)),
        "moves": list(_moves(found, journals)),
        "most_by_cost": order_rows(found, _largest(found, found.cost), journals),
        "most_by_time": order_rows(found, _largest(found, found.lead), journals),
        "told": [],
    }


def told_content(
    chosen: Mapping[str, str], stories: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return orders that are told in full.

    Args:
        chosen: what each order shows, by its id.
        stories: of baseline and policy, by order; in place of one that cannot be told, the reason as text.

    """
    return [
        {"order": order, "because": because, "stories": [side[order] for side in stories]}
        for order, because in chosen.items()
    ]


def _groups(found: RouteDifferences) -> Iterator[dict[str, Any]]:
    every = np.ones(len(found.kind), dtype=np.bool_)
    masks = [found.kind == place for place in range(len(KINDS))]
    for name, mask in zip(GROUPS, [*masks, found.differently, ~found.differently, every], strict=True):
        orders, both = int(np.count_nonzero(mask)), int(np.count_nonzero(mask & found.both))
        lead = int(found.lead[mask].sum())
        yield {
            "group": name,
            "orders": orders,
            "share": orders / len(mask) if len(mask) else None,
            "cost_difference": int(found.cost[mask].sum()) / 100,
            "delivered_by_both": both,
            "lead_time_difference_h": lead / 3600 / both if both else None,
            "late": [int(np.count_nonzero(mask & side.late)) for side in (found.baseline, found.policy)],
        }


def _moves(found: RouteDifferences, journals: tuple[Journal, Journal]) -> Iterator[dict[str, Any]]:
    """Yield from which warehouses to which others most orders moved, and what that did to them."""
    before, now = found.baseline.warehouses, found.policy.warehouses
    moved = np.flatnonzero(before != now)
    pairs = np.stack([before[moved], now[moved]], axis=1)
    _, first, code, counts = np.unique(
        pairs, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    most = np.lexsort((first, -counts))[:MOST]
    ids = found.baseline.orders.take(pa.array(moved[first[most]]))
    sites = [_site_texts(journal, ids) for journal in journals]
    for move, order in zip(most.tolist(), ids.to_pylist(), strict=True):
        places = moved[code.ravel() == move]
        both = places[found.both[places]]
        yield {
            "warehouses": [texts.get(order, NOTHING) for texts in sites],
            "orders": len(places),
            "share": len(places) / len(before),
            "cost_difference": int(found.cost[places].sum()) / 100,
            "lead_time_difference_h": int(found.lead[both].sum()) / 3600 / len(both) if len(both) else None,
        }


def _largest(found: RouteDifferences, values: Integers) -> Integers:
    """Return the places of the largest values, either way, of orders that were decided differently."""
    places = np.flatnonzero(found.differently & (values != 0))
    return places[np.argsort(-np.abs(values[places]), kind="stable")][:MOST]


def order_rows(
    found: RouteDifferences, places: Integers, journals: tuple[Journal, Journal]
) -> list[dict[str, Any]]:
    """Return what each policy made of the orders at these places, a row an order."""
    ids = found.baseline.orders.take(pa.array(places))
    routes = [_route_texts(journal, ids) for journal in journals]
    named = zip(ids.to_pylist(), places.tolist(), strict=True)
    return [_row(found, place, order, routes) for order, place in named]


def _row(found: RouteDifferences, place: int, order: str, routes: Sequence[dict[str, str]]) -> dict[str, Any]:
    sides = (found.baseline, found.policy)
    leads = [int(side.lead[place]) for side in sides]
    return {
        "order": order,
        "kind": list(KINDS)[int(found.kind[place])],
        "cost": [int(side.cost[place]) / 100 for side in sides],
        "cost_difference": int(found.cost[place]) / 100,
        "lead_time_h": [None if lead == NEVER else lead / 3600 for lead in leads],
        "lead_time_difference_h": int(found.lead[place]) / 3600 if found.both[place] else None,
        "late": [bool(side.late[place]) for side in sides],
        "routes": [texts.get(order, NOTHING) for texts in routes],
    }


def _route_texts(journal: Journal, orders: pa.Array) -> dict[str, str]:
    """Return the routes of some orders in words, "newark by ground, reno by air", by order."""
    return {
        order: joined([f"{row['warehouse']} by {row['service']}" for row in parcels])
        for order, parcels in _parcels(journal, orders).items()
    }


def _site_texts(journal: Journal, orders: pa.Array) -> dict[str, str]:
    """Return the warehouses of some orders in words, "newark and reno", by order."""
    found = _parcels(journal, orders).items()
    return {order: joined(sorted({row["warehouse"] for row in parcels})) for order, parcels in found}


def _parcels(journal: Journal, orders: pa.Array) -> dict[str, list[dict[str, Any]]]:
    """Return the shipments on the routes of some orders, by order, the first shipment first."""
    columns = ("order", "shipment", "warehouse", "service", "state", "replaces")
    found: dict[str, list[dict[str, Any]]] = {}
    for batch in journal.batches("shipments", columns):
        for row in batch.filter(pc.is_in(batch.column("order"), value_set=orders)).to_pylist():
            if row["state"] != "cancelled" and row["replaces"] is None:
                found.setdefault(row["order"], []).append(row)
    return {order: sorted(rows, key=lambda row: int(row["shipment"])) for order, rows in found.items()}
