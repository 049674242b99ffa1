"""The lots that units would be taken from are those that the inventory binds, whatever happened before."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from sim.catalogue import Catalogue
from sim.clock import NEVER, Clock
from sim.scenario import load_scenario
from sim.stock.inventory import Inventory
from sim.stock.lots import Goods
from sim.stock.opening import open_stock
from sim.view.nextlots import NextLots

WORLD = """\
start: 2026-01-05T00:00
days: 1
items: [{id: milk, shelf_life_days: 9}, {id: tin}]
regions: [{id: here}]
demand: {orders_per_day: 1}
warehouses:
  - {id: a, issue: fifo}
  - {id: b, issue: fefo}
  - {id: c, issue: lifo}
stock: {opening: [{units: 0}, {items: [tin], warehouses: [b], units: 20}, {warehouses: [c], items: [tin], unlimited}]}
carriers: [{id: post, services: [{id: van}]}]
"""


@pytest.fixture
def inventory(tmp_path: Any) -> Inventory:
    path = tmp_path / "world.yaml"
    path.write_text(WORLD)
    catalogue = Catalogue(load_scenario(path))
    found = Inventory(Clock(), catalogue)
    open_stock(catalogue, found)
    return found


def test_what_would_be_taken_is_what_is_bound(inventory: Inventory) -> None:
    """A thousand times something comes, is held, let go, taken or thrown away; each time one cell is asked about."""
    random = Random(1)
    next_lots = NextLots(inventory)
    held: list[tuple[int, Any]] = []
    asked = 0
    for _ in range(1000):
        item, site = random.randrange(2), random.randrange(3)
        match random.randrange(5):
            case 0:
                received, life = random.randrange(100), random.choice([5, 60, NEVER])
                goods = Goods(item, random.randint(1, 5), received, min(NEVER, received + life), 1)
                inventory.add(site, goods)
            case 1 if held:
                inventory.release(*held.pop(random.randrange(len(held))))
            case 2 if held:
                inventory.take(*held.pop(random.randrange(len(held))))
            case 3:
                lots = [lot for lot in inventory.lots.of(item, site) or [] if not lot.reserved]
                if lots and random.random() < 0.3:
                    inventory.remove(item, site, random.choice(lots))
        units = min(inventory.unreserved(item, site), random.randint(1, 6))
        if units < 1 or inventory.on_hand[item, site] >= 1 << 30:
            continue
        issue = random.choice([None, "fifo", "fefo", "lifo"])
        alive_at = random.choice([None, 0, 40, 90])
        until = None if alive_at is None else np.full(3, alive_at)
        picked = next_lots.of(item, units, until, issue)
        alive = -NEVER if alive_at is None else alive_at
        bound = inventory.reserve(item, site, units, None, alive, issue)
        fresh = [(lot, n) for _, n, lot in bound if lot is None or lot.expires_at >= alive]
        wanted = [
            (0 if lot is None else lot.received_at, NEVER if lot is None else lot.expires_at, n)
            for lot, n in fresh
        ]
        if site in picked.mixed:
            assert [(s.received_at, s.expires_at, s.units) for s in picked.mixed[site]] == wanted
        else:
            first = (int(picked.received_at[site]), int(picked.expires_at[site]), units)
            assert [first] == wanted
        held += [(site, pick) for pick in bound]
        asked += 1
    assert asked > 300


def test_units_through_a_lot_are_those_that_leave_no_later(inventory: Inventory) -> None:
    for received, units in ((3, 4), (1, 2), (2, 5)):
        inventory.add(0, Goods(0, units, received, 100 + received, 1))
    shares = NextLots(inventory).of(0, 8).mixed[0]
    assert [(s.received_at, s.units, s.through) for s in shares] == [(1, 2, 2), (2, 5, 7), (3, 1, 11)]


def test_where_nothing_lies_or_never_ends_nothing_is_old(inventory: Inventory) -> None:
    picked = NextLots(inventory).of(1, 3)
    assert picked.received_at.tolist() == [NEVER, 0, NEVER]
    assert picked.mixed == {}
    with pytest.raises(ValueError, match="read-only"):
        picked.received_at[0] = 1


def test_only_cells_that_changed_are_looked_at_again(inventory: Inventory, monkeypatch: Any) -> None:
    next_lots = NextLots(inventory)
    next_lots.of(0, 1)
    looks: list[tuple[int, int]] = []
    look = NextLots._look

    def counted(self: Any, item: int, site: int, issue: str | None) -> Any:
        looks.append((item, site))
        return look(self, item, site, issue)

    monkeypatch.setattr(NextLots, "_look", counted)
    next_lots.of(0, 1)
    assert looks == []
    inventory.add(1, Goods(0, 3, 0, 50, 1))
    inventory.add(1, Goods(0, 3, 0, 60, 1))
    inventory.add(2, Goods(1, 3, 0, 60, 1))  # an item that nobody asked about
    next_lots.of(0, 1)
    assert looks == [(0, 1)]
