"""Small worlds in which a policy shows whether it keeps to its contract: each has what is easily forgotten."""

from __future__ import annotations

from functools import cache

from sim.document import Document, read_text
from sim.errors import ScenarioError
from sim.scenario import Scenario, check_scenario

PLENTY = "plenty"
"""The world in which every order can be placed at once."""

_WORLD = """\
start: 2026-01-05T00:00
days: 0.5
drain_days: 1
items:
  - {id: tin, weight_kg: 0.5, volume_l: 1, price: 3, cost: 1, popularity: 4}
  - {id: lamp, weight_kg: 2.5, volume_l: 12, price: 40, cost: 22}
  - {id: ice, weight_kg: 1, volume_l: 2, price: 9, cost: 4, popularity: 2, handling: [cold]}
regions: [{id: north, at: [50, 0], zone: shire}, {id: south, at: [47, 4]}, {id: island, at: [49, -6], share: 0.5}]
segments:
  - {id: standard, share: 4, promise_days: 4, late_penalty: 2, tags: [any]}
  - {id: whole, share: 2, promise_days: 2, split: never, priority: 1}
  - {id: patient}
demand: {orders_per_day: 120, lines_per_order: {1: 2, 2: 1, 3: 1}, units_per_line: {1: 3, 2: 1, 5: 1}}
"""

_SITES = """\
warehouses:
  - {id: near, at: [50, 1], zone: shire, site_rank: 1, groups: [main], costs: {per_shipment: 2, per_line: 0.2}}
  - {id: mid, at: [49, 2], stations: 2, work_minutes: 5, hours: {mon-sun: "06:00-20:00"}, costs: {per_shipment: 1}}
  - {id: far, at: [43, 6], kind: store, timezone: Europe/Paris, site_rank: 2, order_limit_per_day: 9, work_minutes: 8}
"""

_POST = """\
carriers:
  - id: post
    services:
      - {id: road, pickups: ["17:00"], zones_km: [300, 700], transit_days: [1, 2, 4],
         rates: {base: [4, 5, 7], per_kg: 0.4}}
      - {id: air, transit_days: 1, rates: {base: 12, per_kg: 2}}
"""

_TEXTS: dict[str, str] = {
    # Everything is everywhere, and may go anywhere.
    PLENTY: _WORLD + _SITES + _POST,
    # Too little of everything, of which some is not to be promised, and a little more arrives in the night.
    "scarce": _WORLD
    + _SITES.replace("id: near,", "id: near, safety_stock: {units: 3},")
    + "stock:\n  opening:\n    - {items: all, warehouses: all, units: 14}\n"
    + "    - {items: [lamp], warehouses: [near, far], units: 1}\n"
    + "  replenish: [{items: all, warehouses: [near, mid], arrivals: {every_days: 0.3, units: 4}}]\n"
    + _POST,
    # What is cold may be kept in two places, and goes by one service from there; one place serves one region only.
    "particular": _WORLD
    + _SITES.replace("id: near,", "id: near, handling: [ambient],").replace(
        "id: far,", "id: far, handling: [cold], serves: [south],"
    )
    + "protocols: {cold: {extra_work_minutes: 1, packaging_cost: 1.5}}\n"
    + _POST.replace("id: road,", "id: road, carries: [ambient], sites: [near, mid],"),
    # Warehouses go down, announced or not, in the end all of them; those that are up are full.
    "storm": _WORLD
    + _SITES.replace(
        "id: near,",
        "id: near, queue_limit: 4, work_minutes: 30, "
        "downtime: [{begins: 2026-01-05T03:00, hours: 2, announced_hours: 1}, {begins: 2026-01-05T08:00, hours: 2}, "
        "{every_hours: 4, hours: 0.5}],",
    )
    .replace(
        "id: mid,",
        "id: mid, queue_limit: 6, downtime: [{every_hours: 3, hours: 1}, {begins: 2026-01-05T08:00, hours: 1}],",
    )
    .replace("id: far,", "id: far, downtime: [{begins: 2026-01-05T08:00, hours: 3, announced_hours: 0}],")
    + _POST,
    # Nobody serves the island, and no service goes to the south.
    "nowhere": _WORLD
    + _SITES.replace("id: near,", "id: near, serves: [north, south],")
    .replace("id: mid,", "id: mid, serves: [north, south],")
    .replace("id: far,", "id: far, serves: none,")
    + _POST.replace("id: road,", "id: road, reach_km: 250,").replace("id: air,", "id: air, reach_km: 250,"),
    # Nobody has anything.
    "empty": _WORLD + _SITES + "stock: {opening: {units: 0}}\n" + _POST,
    # Goods die young, and what is seen of them is as of the last full hour.
    "stale": _WORLD.replace("id: ice,", "id: ice, shelf_life_days: 2, min_life_at_delivery_days: 1,")
    + _SITES
    + "stock:\n  opening: {units: 12}\n"
    + "  replenish: [{items: [ice, tin], warehouses: all, arrivals: {every_days: 0.15, units: 5}}]\n"
    + "visibility: {sync_minutes: 60}\n"
    + _POST,
    # The smallest there is.
    "one": "start: 2026-01-05T00:00\ndays: 0.2\ndrain_days: 1\nitems: [{id: tin}]\nregions: [{id: here, at: [0, 0]}]\n"
    "demand: {orders_per_day: 100}\nwarehouses: [{id: shop, at: [0, 0]}]\n"
    "carriers: [{id: post, services: [{id: parcel}]}]\n",
}


@cache
def small_worlds() -> tuple[Scenario, ...]:
    """Return the worlds; the id of each is its name."""
    return tuple([_scenario(name, text) for name, text in _TEXTS.items()])


def _scenario(name: str, text: str) -> Scenario:
    document: Document = read_text(text, name, ScenarioError)
    return check_scenario(document)
