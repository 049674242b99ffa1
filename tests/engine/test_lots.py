"""Lots in the order in which they leave, and how many of their units live until a second."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clock import NEVER
from sim.stock.lots import Lot, Lots

MILK, TIN = 0, 1
A, B, C = 0, 1, 2


@pytest.fixture
def lots() -> Lots:
    return Lots(["fifo", "fefo", "lifo"])


def put(lots: Lots, item: int, site: int, units: int, received_at: int, expires_at: int = NEVER) -> Lot:
    if lots.of(item, site) is None:
        lots.begin(item, site)
    lot = Lot(units, received_at, expires_at, 7)
    lots.insert(item, site, lot)
    return lot


@pytest.mark.parametrize(
    ("site", "order"),
    [
        (A, [(1, 60), (1, 90), (5, 50), (9, NEVER)]),
        (B, [(5, 50), (1, 60), (1, 90), (9, NEVER)]),
        (C, [(9, NEVER), (5, 50), (1, 90), (1, 60)]),
    ],
)
def test_a_site_issues_the_oldest_the_first_to_expire_or_the_newest(
    lots: Lots, site: int, order: list[tuple[int, int]]
) -> None:
    for received_at, expires_at in [(1, 90), (9, NEVER), (5, 50), (1, 60)]:
        put(lots, MILK, site, 1, received_at, expires_at)
    assert [(lot.received_at, lot.expires_at) for lot in lots.of(MILK, site) or ()] == order


def test_of_two_that_expire_together_the_older_leaves_first(lots: Lots) -> None:
    for received_at in (8, 3):
        put(lots, MILK, B, 1, received_at, 50)
    assert [lot.received_at for lot in lots.of(MILK, B) or ()] == [3, 8]


def test_cells_are_told_apart_by_item_and_site(lots: Lots) -> None:
    first, second = put(lots, TIN, A, 4, 1), put(lots, MILK, C, 5, 1)
    lots.begin(MILK, B)
    assert list(lots) == [(TIN, A, [first]), (MILK, C, [second]), (MILK, B, [])]
    assert (lots.of(TIN, A), lots.of(MILK, B), lots.of(TIN, B)) == ([first], [], None)
    lots.remove(TIN, A, first)
    assert list(lots) == [(TIN, A, []), (MILK, C, [second]), (MILK, B, [])]


def test_the_units_that_live_are_those_of_lots_that_do(lots: Lots) -> None:
    put(lots, MILK, A, 2, 1, 50)
    put(lots, MILK, A, 3, 2, 80)
    put(lots, MILK, B, 4, 2, 60)
    lots.begin(MILK, C)
    available = np.array([5, 4, 6], np.int32)
    for until, alive in (([50, 60, 0], [5, 4, 6]), ([51, 61, 9], [3, 0, 6]), ([81, 0, NEVER], [0, 4, 6])):
        assert lots.alive(MILK, available, np.array(until)).tolist() == alive
    assert available.tolist() == [5, 4, 6]
    assert lots.alive(MILK, np.array([1, 4, 6], np.int32), np.array([51, 0, 0])).tolist() == [1, 4, 6]
    assert [lots.alive_at(MILK, A, 5, until) for until in (50, 51, 81)] == [5, 3, 0]
    assert lots.alive_at(MILK, A, 1, 51) == 1  # safety stock keeps the others
    assert lots.alive_at(TIN, A, 9, NEVER) == 9  # no lots, no expiry


def test_goods_of_which_none_expires_live(lots: Lots) -> None:
    put(lots, TIN, A, 2, 1)
    available = np.array([9, 9, 9], np.int32)
    assert lots.alive(TIN, available, np.full(3, NEVER)) is available


def test_what_is_promised_to_others_does_not_live_for_this_order(lots: Lots) -> None:
    first = put(lots, MILK, A, 2, 1, 50)
    put(lots, MILK, A, 3, 2, 80)
    lots.bind(MILK, A, lots.of(MILK, A) or [], 4, "order", -NEVER)
    available = np.array([1, 0, 0], np.int32)
    assert lots.alive(MILK, available, np.array([51, 0, 0])) is available  # what expires is promised already
    assert lots.alive(MILK, available, np.array([81, 0, 0])).tolist() == [0, 0, 0]
    first.reserved = 1
    lots.note_change(MILK, A)
    assert lots.alive(MILK, np.array([2, 0, 0], np.int32), np.array([51, 0, 0])).tolist() == [1, 0, 0]


def test_the_first_expiry_follows_what_comes_and_goes(lots: Lots) -> None:
    available, until = np.array([5, 0, 0], np.int32), np.array([60, 0, 0])
    late = put(lots, MILK, A, 5, 1, 90)
    assert lots.alive(MILK, available, until).tolist() == [5, 0, 0]
    early = put(lots, MILK, A, 1, 1, 50)
    put(lots, MILK, B, 1, 1, 40)  # elsewhere
    assert lots.alive(MILK, available, np.array([60, 60, 0])).tolist() == [5, 0, 0]
    assert lots.alive(MILK, np.array([6, 1, 0], np.int32), np.array([60, 60, 0])).tolist() == [5, 0, 0]
    lots.remove(MILK, A, late)
    assert lots.alive(MILK, np.array([1, 0, 0], np.int32), until).tolist() == [0, 0, 0]
    lots.remove(MILK, A, early)
    assert lots.alive(MILK, available, until) is available


def test_the_promises_of_an_order_are_held_by_it_once(lots: Lots) -> None:
    dead, alive = put(lots, MILK, A, 3, 1, 50), put(lots, MILK, A, 3, 2, 80)
    picks = lots.bind(MILK, A, lots.of(MILK, A) or [], 4, "order", 51)
    assert picks == [(MILK, 3, alive), (MILK, 1, dead)]
    assert (dead.reserved, alive.reserved) == (1, 3)
    assert (dead.holders, alive.holders) == ({"order": None}, {"order": None})
    assert lots.bind(MILK, A, lots.of(MILK, A) or [], 1, "next", 50) == [(MILK, 1, dead)]
    assert list(dead.holders) == ["order", "next"]
    assert lots.bind(MILK, A, [alive, dead], 1, None, -NEVER, "fifo") == [(MILK, 1, dead)]


def test_what_leaves_at_once_was_promised_to_nobody_and_received_before(lots: Lots) -> None:
    first, second = put(lots, MILK, A, 3, 1, 50), put(lots, MILK, A, 3, 2, 80)
    put(lots, MILK, A, 3, 5, 90)
    first.reserved = 2
    goods = lots.withdraw(MILK, A, lots.of(MILK, A) or [], 9, 5)
    assert goods == [(MILK, 1, 1, 50, 7), (MILK, 3, 2, 80, 7)]
    assert [(lot.units, lot.reserved) for lot in lots.of(MILK, A) or ()] == [(2, 2), (3, 0)]
    assert second.units == 0
    assert lots.withdraw(MILK, A, lots.of(MILK, A) or [], 2, NEVER) == [(MILK, 2, 5, 90, 7)]
    until = np.array([91, 0, 0])
    assert lots.alive(MILK, np.array([1, 0, 0], np.int32), until).tolist() == [0, 0, 0]
    lots.withdraw(MILK, A, lots.of(MILK, A) or [], 1, NEVER)
    assert lots.alive(MILK, np.array([1, 0, 0], np.int32), until).tolist() == [1, 0, 0]


def test_whoever_watches_learns_which_cells_changed(lots: Lots) -> None:
    lot = put(lots, TIN, B, 4, 1)
    seen, later = lots.watch(), lots.watch()
    assert seen == later == {TIN * 3 + B}
    seen.clear()
    put(lots, MILK, C, 4, 1)
    assert (seen, later) == ({MILK * 3 + C}, {TIN * 3 + B, MILK * 3 + C})
    for change in (
        lambda: lots.bind(TIN, B, [lot], 1, None, 0),
        lambda: lots.withdraw(TIN, B, [lot], 1, NEVER),
        lambda: lots.remove(TIN, B, lot),
    ):
        seen.clear()
        change()
        assert seen == {TIN * 3 + B}


def test_a_picture_stays_as_it_was_taken(lots: Lots) -> None:
    lot = put(lots, MILK, A, 5, 1, 50)
    put(lots, MILK, A, 2, 3, 80)
    lot.reserved = 1
    picture = Lots(["fifo", "fefo", "lifo"])
    seen = picture.watch()
    picture.picture(lots, MILK * 3 + A)
    picture.picture(lots, TIN * 3 + A)  # has no lots
    lot.units = 0
    lots.remove(MILK, A, lot)
    assert list(picture.cells) == [MILK * 3 + A]
    assert [
        (held.units, held.reserved, held.received_at, held.expires_at, held.cost) for held in picture.cells[A]
    ] == [
        (4, 0, 1, 50, 7),
        (2, 0, 3, 80, 7),
    ]
    assert seen == {MILK * 3 + A}
    assert picture.alive(MILK, np.array([6, 0, 0], np.int32), np.array([51, 0, 0])).tolist() == [2, 0, 0]
    assert [(units, held.received_at) for _, units, held in picture.bind(MILK, A, picture.cells[A], 5, None, 0) if held] == [(4, 1), (1, 3)]  # fmt: skip
    picture.picture(lots, MILK * 3 + A)
    assert picture.alive(MILK, np.array([6, 0, 0], np.int32), np.array([51, 0, 0])).tolist() == [6, 0, 0]
    assert picture.alive(MILK, np.array([6, 0, 0], np.int32), np.array([81, 0, 0])).tolist() == [0, 0, 0]


def test_a_picture_of_one_cell_leaves_those_of_others_alone(lots: Lots) -> None:
    put(lots, MILK, A, 5, 1, 50)
    put(lots, MILK, B, 4, 1, 60)
    picture = Lots(["fifo", "fefo", "lifo"])
    picture.picture(lots, MILK * 3 + A)
    picture.picture(lots, MILK * 3 + B)
    available = np.array([5, 4, 0], np.int32)
    assert picture.alive(MILK, available, np.array([51, 60, 0])).tolist() == [0, 4, 0]


def test_a_picture_of_goods_that_last_needs_no_expiry(lots: Lots) -> None:
    put(lots, TIN, C, 5, 1)
    picture = Lots(["fifo", "fefo", "lifo"])
    picture.picture(lots, TIN * 3 + C)
    available = np.array([0, 0, 5], np.int32)
    assert picture.alive(TIN, available, np.full(3, NEVER)) is available
