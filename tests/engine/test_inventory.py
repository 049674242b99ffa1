"""The shelves: what can be promised, what lies there, which lot it is of, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.catalogue import Catalogue
from sim.clock import DAY, NEVER, Clock
from sim.scenario import load_scenario
from sim.stock.inventory import UNLIMITED, Inventory
from sim.stock.lots import Goods, Lot
from sim.stock.opening import open_stock

WORLD = """\
start: 2026-01-05T00:00
days: 1
items:
  - {id: milk, shelf_life_days: 2, volume_l: 1.5, cost: 0.5}
  - {id: tin, volume_l: 0.25, cost: 2, handling: [ambient]}
  - {id: ice, shelf_life_days: 9, volume_l: 1, cost: 3, handling: [frozen]}
regions: [{id: here}]
demand: {orders_per_day: 1}
warehouses:
  - {id: a, issue: fifo, handling: [ambient, frozen]}
  - {id: b, issue: fefo, handling: [ambient]}
  - {id: c, issue: lifo, handling: [ambient]}
carriers: [{id: post, services: [{id: van}]}]
"""
MILK, TIN, ICE = 0, 1, 2
A, B, C = 0, 1, 2
MILK_COST, TIN_COST, ICE_COST = 500_000, 2_000_000, 3_000_000  # millionths
LIFE = 2 * DAY

Opened = Callable[..., Inventory]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: Any) -> Catalogue:
    path = tmp_path_factory.mktemp("shelves") / "world.yaml"
    path.write_text(WORLD)
    return Catalogue(load_scenario(path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(catalogue: Catalogue, clock: Clock) -> Opened:
    """Return the function from opening units and safety stock by (item, warehouse), and lots, to an inventory."""

    def open_(units: Any = (), safety: Any = (), lots: Any = ()) -> Inventory:
        found = Inventory(clock, catalogue)
        cells, kept = np.zeros((3, 3), np.int64), np.zeros((3, 3), np.int64)
        for cell, number in dict(units).items():
            cells[cell] = number
        for cell, number in dict(safety).items():
            kept[cell] = number
        found.open(cells, kept, lots)
        return found

    return open_


def lots_of(inventory: Inventory, item: int, site: int) -> list[tuple[int, int, int, int]]:
    """Return units, reserved, received and expiry of the lots of a cell, in the order of issue."""
    lots = inventory.lots.of(item, site)
    assert lots is not None
    return [(lot.units, lot.reserved, lot.received_at, lot.expires_at) for lot in lots]


def test_what_is_open_is_on_hand_and_available_but_for_the_safety_stock(opened: Opened) -> None:
    stock = opened({(MILK, A): 5, (TIN, A): 7, (TIN, B): UNLIMITED}, {(TIN, A): 2, (MILK, A): 1, (TIN, B): 3})
    assert stock.on_hand.tolist() == [[5, 0, 0], [7, UNLIMITED, 0], [0, 0, 0]]
    assert stock.available.tolist() == [[4, 0, 0], [5, UNLIMITED, 0], [0, 0, 0]]
    assert stock.safety.tolist() == [[1, 0, 0], [2, 0, 0], [0, 0, 0]]  # stock without end needs none
    assert stock.on_order.tolist() == [[0, 0, 0]] * 3
    assert stock.limited.tolist() == [[True] * 3, [True, False, True], [True] * 3]
    assert {a.dtype for a in (stock.on_hand, stock.available, stock.safety, stock.on_order)} == {
        np.dtype(np.int32)
    }


def test_goods_that_expire_open_as_a_lot_and_others_as_none(opened: Opened) -> None:
    stock = opened({(MILK, A): 5, (MILK, B): UNLIMITED, (MILK, C): 1, (TIN, A): 7})
    assert lots_of(stock, MILK, A) == [(5, 0, 0, LIFE)]
    assert lots_of(stock, MILK, C) == [(1, 0, 0, LIFE)]
    assert {lot.cost for *_, lots in stock.lots for lot in lots} == {MILK_COST}
    assert [stock.lots.of(*cell) for cell in ((MILK, B), (ICE, C), (TIN, A))] == [None, None, None]


def test_lots_of_a_table_lie_beside_what_was_opened(opened: Opened) -> None:
    stock = opened(
        {(TIN, A): 7},
        {(TIN, A): 2},
        [(TIN, A, 3, -DAY, NEVER), (TIN, A, 4, -2 * DAY, 5), (MILK, B, 6, -60, 90)],
    )
    assert lots_of(stock, TIN, A) == [(4, 0, -2 * DAY, 5), (3, 0, -DAY, NEVER), (7, 0, 0, NEVER)]
    assert lots_of(stock, MILK, B) == [(6, 0, -60, 90)]
    assert {lot.cost for lot in stock.lots.of(TIN, A) or ()} == {TIN_COST}
    assert stock.on_hand[TIN, A] == 14
    assert stock.available[TIN, A] == 12
    assert stock.opening[TIN, A] == 14
    assert stock.site_units.tolist() == [14, 6, 0]


def test_the_last_table_that_speaks_of_a_cell_holds(stage: Any, clock: Clock) -> None:
    opening = "stock: {opening: [{units: 2}, {file: one.csv}, {file: two.csv}]}\n"
    one = "warehouse,item,units\na,milk,7\na,milk,3\nb,milk,4\na,tin,6\nb,ice,5\nb,ice,5\n"  # no ice is kept there
    two = "warehouse,item,units\na,milk,0\nb,milk,1\na,tin,0\n"
    catalogue = Catalogue(stage.scenario(WORLD + opening, one=one, two=two))
    stock = Inventory(clock, catalogue)
    open_stock(catalogue, stock)
    assert stock.on_hand.tolist() == [[0, 1, 2], [0, 2, 2], [2, 0, 0]]


def test_what_was_there_at_the_start_is_remembered(opened: Opened) -> None:
    stock = opened({(TIN, A): 7})
    stock.take(A, stock.reserve(TIN, A, 2)[0])
    assert (stock.opening[TIN, A], stock.on_hand[TIN, A]) == (7, 5)


def test_a_warehouse_knows_its_units_its_volume_its_cells_and_which_are_empty(opened: Opened) -> None:
    stock = opened({(MILK, A): 5, (TIN, A): 2, (TIN, B): UNLIMITED, (TIN, C): 4}, lots=[(ICE, A, 1, 0, 9)])
    assert stock.site_units.tolist() == [8, 0, 4]
    assert stock.site_millilitres.tolist() == [5 * 1500 + 2 * 250 + 1000, 0, 4 * 250]
    assert stock.site_cells.tolist() == [3, 1, 2]  # b and c keep no ice, and tins at b never end
    assert stock.site_empty.tolist() == [0, 1, 1]
    assert stock.values().tolist() == [5 * MILK_COST + 2 * TIN_COST + ICE_COST, 0, 4 * TIN_COST]


def test_units_volume_and_empty_cells_follow_what_comes_and_goes(opened: Opened) -> None:
    stock = opened({(TIN, A): 5})
    assert stock.site_empty.tolist() == [2, 2, 2]
    stock.add(A, Goods(MILK, 2, 0, 50, 1))
    assert stock.site_empty.tolist() == [1, 2, 2]
    stock.add(A, Goods(MILK, 3, 0, 60, 1))
    stock.add(C, Goods(TIN, 1, 0, NEVER, 1))
    assert stock.site_empty.tolist() == [1, 2, 1]
    assert stock.available[:, A].tolist() == stock.on_hand[:, A].tolist() == [5, 5, 0]
    assert stock.site_units.tolist() == [10, 0, 1]
    assert stock.site_millilitres.tolist() == [5 * 250 + 5 * 1500, 0, 250]
    for pick in stock.reserve(MILK, A, 5):
        stock.take(A, pick)
    assert stock.site_empty.tolist() == [2, 2, 1]
    assert stock.site_units.tolist() == [5, 0, 1]
    assert stock.site_millilitres.tolist() == [5 * 250, 0, 250]


def test_a_warehouse_that_was_empty_is_not_when_something_comes(opened: Opened) -> None:
    stock = opened()
    assert stock.site_empty.tolist() == [3, 2, 2]
    stock.add(A, Goods(ICE, 1, 0, 50, 1))
    assert stock.site_empty.tolist() == [2, 2, 2]


def test_a_promise_leaves_units_on_hand_and_work_takes_them(opened: Opened) -> None:
    stock = opened({(TIN, B): 7})
    fallen: list[Any] = []
    roomy: list[int] = []
    stock.on_fall, stock.on_room = lambda item, site: fallen.append((item, site)), roomy.append
    picks = stock.reserve(TIN, B, 3)
    assert picks == [(TIN, 3, None)]
    assert (stock.on_hand[TIN, B], stock.available[TIN, B]) == (7, 4)
    assert (fallen, roomy) == ([(TIN, B)], [])
    assert stock.take(B, picks[0]) is True
    assert (stock.on_hand[TIN, B], stock.available[TIN, B]) == (4, 4)
    assert (fallen, roomy) == ([(TIN, B)], [B])
    stock.put_back(B, picks[0])
    assert (stock.on_hand[TIN, B], stock.available[TIN, B]) == (7, 7)
    stock.release(B, stock.reserve(TIN, B, 5)[0])
    assert (stock.on_hand[TIN, B], stock.available[TIN, B]) == (7, 7)
    assert roomy == [B]  # only what leaves makes room
    assert stock.lots.of(TIN, B) is None


def test_stock_without_end_never_changes(opened: Opened) -> None:
    stock = opened({(TIN, C): UNLIMITED, (MILK, C): UNLIMITED})
    told: list[Any] = []
    stock.on_fall = stock.on_room = lambda *cell: told.append(cell)
    stock.watch_lots(lambda *lot: told.append(lot))
    (pick,) = stock.reserve(TIN, C, 9)
    assert pick == (TIN, 9, None)
    assert stock.take(C, pick) is False
    stock.put_back(C, pick)
    stock.release(C, pick)
    stock.add(C, Goods(MILK, 3, 0, 60, 1))
    stock.add(C, Goods(TIN, 3, 0, NEVER, 1))
    assert stock.withdraw(TIN, C, 4) == [Goods(TIN, 4, 0, NEVER, TIN_COST)]
    assert stock.withdraw(MILK, C, 4, 0) == [Goods(MILK, 4, 0, LIFE, MILK_COST)]
    assert stock.on_hand[:, C].tolist() == stock.available[:, C].tolist() == [UNLIMITED, UNLIMITED, 0]
    assert (stock.site_units[C], stock.site_millilitres[C]) == (0, 0)
    assert told == []


def test_lots_are_bound_in_the_order_of_the_site_or_as_asked(opened: Opened) -> None:
    lots = [
        (TIN, site, 2, received, expires) for site in (A, B, C) for received, expires in ((1, 90), (5, 50))
    ]
    for site, issue, received in (
        (A, None, [1, 5]), (B, None, [5, 1]), (C, None, [5, 1]), (A, "lifo", [5, 1]), (C, "fifo", [1, 5]),
    ):  # fmt: skip
        stock = opened(lots=lots)
        picks = stock.reserve(TIN, site, 3, "order", issue=issue)
        assert [(item, units, lot.received_at) for item, units, lot in picks if lot] == [
            (TIN, 2, received[0]),
            (TIN, 1, received[1]),
        ]
        assert [list(lot.holders) for *_, lot in picks if lot] == [["order"], ["order"]]


def test_lots_that_would_be_dead_are_bound_last(opened: Opened) -> None:
    lots = [(TIN, A, 2, 1, 40), (TIN, A, 2, 2, 60), (TIN, A, 2, 3, NEVER)]
    first = opened(lots=lots).reserve(TIN, A, 2)
    assert [lot.received_at for *_, lot in first if lot] == [1]  # asked for no life, the oldest
    later = opened(lots=lots).reserve(TIN, A, 5, alive_at=60)
    assert [(units, lot.received_at) for _, units, lot in later if lot] == [(2, 2), (2, 3), (1, 1)]


def test_more_than_there_is_cannot_be_promised(opened: Opened) -> None:
    with pytest.raises(AssertionError, match=r"^reserved more than there is$"):
        opened(lots=[(TIN, A, 2, 1, 40)]).reserve(TIN, A, 3)


def test_what_is_given_back_is_free_in_its_lot_and_nobody_holds_it(opened: Opened) -> None:
    stock = opened({(MILK, A): 5})
    stock.reserve(MILK, A, 1, "other")
    (pick,) = stock.reserve(MILK, A, 2, "order")
    lot = pick[2]
    assert lot is not None
    assert (lot.units, lot.reserved, list(lot.holders)) == (5, 3, ["other", "order"])
    watched = stock.lots.watch()
    watched.clear()
    stock.release(A, pick, "order")
    assert (lot.units, lot.reserved, list(lot.holders)) == (5, 1, ["other"])
    assert watched == {MILK * 3 + A}
    assert stock.available[MILK, A] == 4
    stock.release(A, (MILK, 1, lot), "order")  # a second part of the same lot
    assert lot.reserved == 0


def test_what_is_taken_leaves_its_lot_and_the_last_unit_ends_it(opened: Opened) -> None:
    stock = opened({(MILK, A): 5})
    stock.reserve(MILK, A, 1, "other")
    first, second = stock.reserve(MILK, A, 2, "order")[0], stock.reserve(MILK, A, 2, "order")[0]
    lot = first[2]
    assert lot is not None
    stock.take(A, first, "order")
    assert (lot.units, lot.reserved, list(lot.holders)) == (3, 3, ["other"])
    assert lots_of(stock, MILK, A) == [(3, 3, 0, LIFE)]
    stock.take(A, second, "order")
    stock.take(A, (MILK, 1, lot), "other")
    assert (lot.units, lot.reserved, list(lot.holders)) == (0, 0, [])
    assert lots_of(stock, MILK, A) == []


def test_goods_that_last_have_no_holders(opened: Opened) -> None:
    stock = opened(lots=[(TIN, A, 2, 1, NEVER)])
    (pick,) = stock.reserve(TIN, A, 2, "order")
    assert pick[2] is not None
    assert pick[2].holders == {}
    stock.release(A, pick, "order")
    assert pick[2].reserved == 0


def test_what_comes_back_from_work_is_as_old_as_before(opened: Opened, clock: Clock) -> None:
    stock = opened(lots=[(TIN, A, 2, 1, 50), (TIN, A, 2, 7, 60)])
    expiring: list[Any] = []
    stock.watch_lots(lambda item, site, lot: expiring.append((item, site, lot.expires_at)))
    expiring.clear()
    (pick,) = stock.reserve(TIN, A, 2, "order")
    stock.take(A, pick, "order")
    assert lots_of(stock, TIN, A) == [(2, 0, 7, 60)]
    watched = stock.lots.watch()
    watched.clear()
    clock.now = 49
    stock.put_back(A, (TIN, 1, pick[2]))
    assert lots_of(stock, TIN, A) == [(1, 0, 1, 50), (2, 0, 7, 60)]
    assert (stock.on_hand[TIN, A], stock.available[TIN, A]) == (3, 3)
    assert watched == {TIN * 3 + A}
    assert expiring == []  # its expiry is known, and to come
    clock.now = 50
    stock.put_back(A, (TIN, 1, pick[2]))
    assert lots_of(stock, TIN, A) == [(2, 0, 1, 50), (2, 0, 7, 60)]
    assert expiring == [(TIN, A, 50)]  # it came back dead


def test_a_promise_of_the_opening_stock_holds_when_lots_begin(opened: Opened) -> None:
    stock = opened({(TIN, B): 5}, {(TIN, B): 1})
    (held,) = stock.reserve(TIN, B, 2)
    (in_work,) = stock.reserve(TIN, B, 1)
    stock.take(B, in_work)
    stock.add(B, Goods(TIN, 3, 8, NEVER, 9))
    assert lots_of(stock, TIN, B) == [(4, 2, 0, NEVER), (3, 0, 8, NEVER)]
    assert [lot.cost for lot in stock.lots.of(TIN, B) or ()] == [TIN_COST, 9]
    stock.put_back(B, in_work)
    assert lots_of(stock, TIN, B) == [(5, 2, 0, NEVER), (3, 0, 8, NEVER)]
    stock.release(B, held)
    assert lots_of(stock, TIN, B) == [(5, 0, 0, NEVER), (3, 0, 8, NEVER)]
    (held,) = stock.reserve(TIN, B, 5)
    stock.take(B, (TIN, 5, None))
    assert lots_of(stock, TIN, B) == [(3, 0, 8, NEVER)]


def test_an_opening_stock_that_is_all_in_work_comes_back_to_a_cell_with_lots(opened: Opened) -> None:
    stock = opened({(TIN, A): 2})
    (pick,) = stock.reserve(TIN, A, 2)
    stock.take(A, pick)
    stock.add(A, Goods(TIN, 3, 8, NEVER, 9))
    assert lots_of(stock, TIN, A) == [(3, 0, 8, NEVER)]
    stock.put_back(A, pick)
    assert lots_of(stock, TIN, A) == [(2, 0, 0, NEVER), (3, 0, 8, NEVER)]


def test_goods_received_now_live_as_long_as_their_item(opened: Opened, clock: Clock) -> None:
    stock = opened()
    clock.now = 1000
    assert stock.fresh(MILK, 3) == Goods(MILK, 3, 1000, 1000 + LIFE, MILK_COST)
    assert stock.fresh(TIN, 4) == Goods(TIN, 4, 1000, NEVER, TIN_COST)


def test_whoever_watches_is_told_of_every_lot_that_expires(opened: Opened) -> None:
    stock = opened({(MILK, A): 5, (TIN, A): 1}, lots=[(TIN, B, 1, 0, NEVER), (ICE, A, 1, 0, 70)])
    stock.add(A, Goods(MILK, 2, 3, 80, 7))  # nobody watches yet
    told: list[Any] = []
    stock.watch_lots(lambda item, site, lot: told.append((item, site, lot.units, lot.expires_at)))
    assert sorted(told) == [(MILK, A, 2, 80), (MILK, A, 5, LIFE), (ICE, A, 1, 70)]
    told.clear()
    stock.add(B, Goods(MILK, 4, 3, 90, 7))
    stock.add(B, Goods(TIN, 4, 3, NEVER, 7))
    assert told == [(MILK, B, 4, 90)]
    assert (stock.on_hand[MILK, B], stock.available[MILK, B]) == (4, 4)
    assert [(lot.received_at, lot.cost) for lot in stock.lots.of(MILK, B) or ()] == [(3, 7)]


def test_units_that_leave_at_once_come_from_the_lots_in_turn(opened: Opened) -> None:
    stock = opened(lots=[(TIN, A, 2, 1, 50), (TIN, A, 3, 7, NEVER)])
    fallen: list[Any] = []
    stock.on_fall = lambda item, site: fallen.append((item, site))
    assert stock.withdraw(TIN, A, 3) == [Goods(TIN, 2, 1, 50, TIN_COST), Goods(TIN, 1, 7, NEVER, TIN_COST)]
    assert (stock.on_hand[TIN, A], stock.available[TIN, A], stock.site_units[A]) == (2, 2, 2)
    assert fallen == [(TIN, A)]
    assert stock.withdraw(TIN, A, 1, 7) == []  # none was received before
    assert stock.withdraw(TIN, A, 1, 8) == [Goods(TIN, 1, 7, NEVER, TIN_COST)]
    assert stock.on_hand[TIN, A] == 1
    assert fallen == [(TIN, A)] * 2


def test_an_opening_stock_without_lots_was_received_at_the_start(opened: Opened) -> None:
    stock = opened({(TIN, A): 5}, {(TIN, A): 2})
    assert stock.withdraw(TIN, A, 2) == [Goods(TIN, 2, 0, NEVER, TIN_COST)]
    assert stock.withdraw(TIN, A, 2, 0) == []
    assert stock.withdraw(TIN, A, 1, 1) == [Goods(TIN, 1, 0, NEVER, TIN_COST)]
    assert (stock.on_hand[TIN, A], stock.available[TIN, A]) == (2, 0)


def test_a_lot_that_is_removed_takes_what_was_reserved_of_it_along(opened: Opened) -> None:
    stock = opened(lots=[(TIN, B, 5, 1, 50), (TIN, B, 4, 7, 60)])
    fallen: list[Any] = []
    (pick,) = stock.reserve(TIN, B, 2, "order")
    stock.on_fall = lambda item, site: fallen.append((item, site))
    lot = pick[2]
    assert lot is not None
    stock.remove(TIN, B, lot)
    assert (lot.units, lot.reserved, lot.holders) == (0, 0, {})
    assert lots_of(stock, TIN, B) == [(4, 0, 7, 60)]
    assert (stock.on_hand[TIN, B], stock.available[TIN, B], stock.site_units[B]) == (4, 4, 4)
    assert fallen == [(TIN, B)]


def test_what_may_be_promised_is_free_and_never_less_than_nothing(opened: Opened) -> None:
    stock = opened({(TIN, A): 5, (TIN, B): 1}, {(TIN, A): 2, (TIN, B): 4})
    assert (stock.free(TIN, A), stock.free(TIN, A, safety_stock=True), stock.unreserved(TIN, A)) == (3, 5, 5)
    assert (stock.free(TIN, B), stock.free(TIN, B, safety_stock=True), stock.unreserved(TIN, B)) == (0, 1, 1)
    stock.reserve(TIN, A, 2)
    assert (stock.free(TIN, A), stock.free(TIN, A, safety_stock=True), stock.unreserved(TIN, A)) == (1, 3, 3)
    assert stock.free(TIN, C) == 0


def test_what_may_be_promised_and_lives_is_counted_lot_by_lot(opened: Opened) -> None:
    stock = opened(
        safety={(TIN, A): 1},
        lots=[(TIN, A, 2, -9, 0), (TIN, A, 3, 1, 50), (TIN, A, 4, 2, NEVER), (TIN, B, 2, 1, 60)],
    )
    assert [stock.free(TIN, A, until) for until in (-NEVER, 1, 50, 51)] == [8, 7, 7, 4]
    assert [stock.free(TIN, A, until, safety_stock=True) for until in (-NEVER, 1)] == [9, 7]
    assert stock.alive(TIN, np.array([51, 60, 0])).tolist() == [4, 2, 0]
    assert stock.alive(TIN, np.array([0, 61, 0])).tolist() == [8, 0, 0]
    assert stock.alive(TIN, np.array([0, 0, 0]), safety_stock=True).tolist() == [9, 2, 0]
    assert stock.alive(TIN, np.array([NEVER, 0, 0])).tolist() == [4, 2, 0]


def test_what_left_is_in_the_books_by_reason_and_sales_are_told(opened: Opened) -> None:
    stock = opened({(TIN, A): 9})
    sold: list[Any] = []
    stock.on_sale.append(lambda item, site, units: sold.append((item, site, units)))
    stock.record("spoiled", TIN, B, 2)
    stock.record("received", MILK, A, -5)
    stock.record("spoiled", TIN, B, 3)
    assert sold == []
    stock.record("sold", TIN, C, 4)
    stock.ship(B, [(0, MILK, 2), (1, TIN, 3)])
    stock.ship(B, [(0, MILK, 1)])
    assert sold == [(TIN, C, 4), (MILK, B, 2), (TIN, B, 3), (MILK, B, 1)]
    booked = {
        (flow, item, site): int(units[item, site])
        for flow, units in stock.flows.items()
        for item, site in np.argwhere(units)
    }
    assert booked == {
        ("spoiled", TIN, B): 5,
        ("received", MILK, A): -5,
        ("sold", TIN, C): 4,
        ("shipped", MILK, B): 3,
        ("shipped", TIN, B): 3,
    }
    assert {units.dtype for units in stock.flows.values()} == {np.dtype(np.int32)}
    assert stock.on_hand[TIN, A] == 9  # books only


def test_nobody_needs_to_listen(opened: Opened, clock: Clock) -> None:
    stock = opened({(MILK, A): 5, (TIN, A): 5})
    lot = stock.reserve(MILK, A, 1)[0][2]
    assert isinstance(lot, Lot)
    clock.now = LIFE
    stock.take(A, (MILK, 1, lot))
    stock.put_back(A, (MILK, 1, lot))
    stock.withdraw(TIN, A, 1)
    stock.remove(MILK, A, lot)
    assert stock.on_hand[:, A].tolist() == [0, 4, 0]
