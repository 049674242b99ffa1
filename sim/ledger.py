"""Money: integer cents, every amount posted twice, and the proof that it all adds up to nothing.

Debits are positive and credits negative, so the accounts of one order sum to 0, and so does everything together.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from sim.journal import ACCOUNTS, BLOCK_ROWS, Recorder


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
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._rows: list[tuple[int, ...]] = []
        self.totals = np.zeros(len(ACCOUNTS), np.int64)

    def settle(self, at: int, order: int, posts: list[int]) -> None:
        """Write the accounts of an order that nothing can happen to any more; -1 as order: of a site.

        Raises AssertionError when they do not balance: that is a bug of the engine.
        """
        assert sum(posts) == 0, f"order {order}: ledger out of balance by {sum(posts)} cents"
        self._rows.append((at, order, *posts))
        if len(self._rows) >= BLOCK_ROWS:
            self.flush()

    def flush(self) -> None:
        """Hand the collected rows to the journal."""
        if not self._rows:
            return
        rows = np.array(self._rows, np.int64)
        self._rows.clear()
        amounts = rows[:, 2:]
        self.totals += amounts.sum(0)
        row, account = np.nonzero(amounts)
        self._recorder.write(
            "ledger",
            {
                "at": rows[row, 0],
                "order": rows[row, 1],
                "account": account,
                "amount_cents": amounts[row, account],
            },
        )
