"""Money: integer cents, every amount posted twice, and the proof that it all adds up to nothing.

Debits are positive and credits negative, so the accounts of one order sum to 0, and so does everything together.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.journal import ACCOUNTS
from sim.recorder import BLOCK_ROWS, Recorder


class Account(IntEnum):
    """The accounts of the ledger, in the order of `journal.ACCOUNTS`."""

    REVENUE = 0
    REFUND = 1
    PAYMENT_FEE = 2
    FREIGHT = 3
    HANDLING = 4
    PACKAGING = 5
    STORAGE = 6
    PURCHASE = 7
    STOCK = 8
    SPOILAGE = 9
    LATE = 10
    RETURNS = 11
    CARE = 12
    CASH = 13


assert [account.name.lower() for account in Account] == list(ACCOUNTS)


class Ledger:
    """Collects what orders and sites posted, writes one row per account that moved, and keeps the totals.

    Wide rows (one order, all accounts) are turned into long ones a block at a time, because a row per order
    and account, appended one by one, would cost more than everything else in the journal together.

    Attributes:
        of_orders, of_sites: cents by account that were posted for orders, and for warehouses.

    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._rows: list[tuple[int, ...]] = []
        self.of_orders = np.zeros(len(ACCOUNTS), np.int64)
        self.of_sites = np.zeros(len(ACCOUNTS), np.int64)

    @property
    def totals(self) -> NDArray[np.int64]:
        """What was posted in all, by account."""
        return self.of_orders + self.of_sites

    def settle(self, at: int, order: int, posts: list[int], site: int = -1) -> None:
        """Write the accounts of an order that nothing can happen to any more; -1 as order: of a site.

        Raises AssertionError when they do not balance: that is a bug of the engine.
        """
        assert sum(posts) == 0, f"order {order}: ledger out of balance by {sum(posts)} cents"
        self._rows.append((at, order, site, *posts))
        if len(self._rows) >= BLOCK_ROWS:
            self.flush()

    def flush(self) -> None:
        """Hand the collected rows to the journal."""
        if not self._rows:
            return
        rows = np.array(self._rows, np.int64)
        self._rows.clear()
        amounts = rows[:, 3:]
        is_site = rows[:, 1] < 0
        self.of_orders += amounts[~is_site].sum(0)
        self.of_sites += amounts[is_site].sum(0)
        row, account = np.nonzero(amounts)
        self._recorder.write(
            "ledger",
            {
                "at": rows[row, 0],
                "order": rows[row, 1],
                "warehouse": rows[row, 2],
                "account": account,
                "amount_cents": amounts[row, account],
            },
        )


def post_at_site(ledger: Ledger, at: int, site: int, debit: Account, credit: Account, amount: int) -> None:
    """Post an amount in cents that belongs to a warehouse and to no order: its opening stock, what it stores."""
    posts = [0] * len(Account)
    posts[debit] += amount
    posts[credit] -= amount
    ledger.settle(at, -1, posts, site)
