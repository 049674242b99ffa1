"""The ledger: every amount twice, a row for each account that moved, totals of orders and of warehouses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.journal import ACCOUNTS
from sim.ledger import CASH, FREIGHT, REVENUE, STORAGE, Ledger, post_at_site
from sim.orderbook.names import numbered
from sim.recorder import BLOCK_ROWS, Facts, Recorder

FACTS = Facts(
    start=0, window=(0, 10), end=100, names={"warehouse": ["newark", "reno"]}, order_ids=numbered, about={}
)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(FACTS)


@pytest.fixture
def ledger(recorder: Recorder) -> Ledger:
    return Ledger(recorder)


def posts(**cents: int) -> list[int]:
    """Return an amount for each account, 0 where nothing is said."""
    return [cents.get(account, 0) for account in ACCOUNTS]


def rows(recorder: Recorder) -> list[dict[str, Any]]:
    table = recorder.close().table("ledger").to_pylist()
    return [{**row, "at": row["at"].hour * 3600 + row["at"].minute * 60 + row["at"].second} for row in table]


def test_a_position_is_that_of_the_account_in_the_journal() -> None:
    assert [ACCOUNTS[place] for place in (REVENUE, FREIGHT, STORAGE, CASH)] == [
        "revenue",
        "freight",
        "storage",
        "cash",
    ]


def test_what_moved_is_a_row_and_what_did_not_is_none(recorder: Recorder, ledger: Ledger) -> None:
    ledger.settle(3, 0, posts(revenue=-500, freight=120, cash=380))
    post_at_site(ledger, 4, 1, STORAGE, CASH, 7)
    ledger.flush()
    assert rows(recorder) == [
        {"at": 3, "order": "1", "warehouse": None, "account": "revenue", "amount_cents": -500},
        {"at": 3, "order": "1", "warehouse": None, "account": "freight", "amount_cents": 120},
        {"at": 3, "order": "1", "warehouse": None, "account": "cash", "amount_cents": 380},
        {"at": 4, "order": None, "warehouse": "reno", "account": "storage", "amount_cents": 7},
        {"at": 4, "order": None, "warehouse": "reno", "account": "cash", "amount_cents": -7},
    ]


def test_totals_are_kept_of_orders_and_of_warehouses_apart(ledger: Ledger) -> None:
    ledger.settle(3, 0, posts(revenue=-500, cash=500))
    ledger.settle(5, 1, posts(revenue=-40, cash=40))
    post_at_site(ledger, 4, 0, STORAGE, CASH, 7)
    post_at_site(ledger, 4, 1, STORAGE, CASH, 2)
    ledger.flush()
    ledger.settle(6, 2, posts(freight=9, cash=-9))
    post_at_site(ledger, 7, 1, STORAGE, CASH, 1)
    ledger.flush()
    assert ledger.of_orders.tolist() == posts(revenue=-540, freight=9, cash=531)
    assert ledger.of_sites.tolist() == posts(storage=10, cash=-10)
    assert ledger.totals.tolist() == posts(revenue=-540, freight=9, storage=10, cash=521)
    assert ledger.totals.sum() == 0


def test_totals_hold_more_cents_than_32_bits(ledger: Ledger) -> None:
    for order in range(2):
        ledger.settle(0, order, posts(revenue=-(2**31), cash=2**31))
        post_at_site(ledger, 0, 0, STORAGE, CASH, 2**31)
    ledger.flush()
    assert ledger.of_orders[CASH] == 2**32
    assert ledger.of_sites[CASH] == -(2**32)
    assert ledger.of_orders.dtype == ledger.of_sites.dtype == np.int64


def test_an_amount_on_one_account_twice_is_nothing(recorder: Recorder, ledger: Ledger) -> None:
    post_at_site(ledger, 4, 1, CASH, CASH, 7)
    ledger.flush()
    assert rows(recorder) == []


def test_accounts_that_do_not_balance_are_refused(ledger: Ledger) -> None:
    with pytest.raises(AssertionError, match=r"^order 7: ledger out of balance by 1 cents$"):
        ledger.settle(0, 7, posts(revenue=-499, cash=500))
    ledger.flush()
    assert not ledger.totals.any()


def test_what_was_handed_on_is_not_handed_on_again(recorder: Recorder, ledger: Ledger) -> None:
    ledger.flush()  # nothing was posted yet
    ledger.settle(3, 0, posts(revenue=-5, cash=5))
    ledger.flush()
    ledger.flush()
    assert ledger.totals.tolist() == posts(revenue=-5, cash=5)
    table = recorder.close().table("ledger")
    assert table.num_rows == 2
    assert table.column("at").num_chunks == 1


def test_a_full_block_is_handed_on_at_once(recorder: Recorder, ledger: Ledger) -> None:
    posted = posts(revenue=-5, cash=5)
    for order in range(BLOCK_ROWS - 1):
        ledger.settle(0, order, posted)
    assert not ledger.totals.any()
    ledger.settle(0, BLOCK_ROWS - 1, posted)
    assert ledger.totals[CASH] == 5 * BLOCK_ROWS
    assert recorder.close().table("ledger").num_rows == 2 * BLOCK_ROWS
