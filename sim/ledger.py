"""Money: integer cents, every amount posted twice, and the proof that it all adds up to nothing.

Debits are positive and credits negative, so the accounts of one order sum to 0, and so does everything together.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import Ints
from sim.journal import ACCOUNTS
from sim.recorder import BLOCK_ROWS, Numbers, Recorder

(
    REVENUE, REFUND, PAYMENT_FEE, FREIGHT, HANDLING, PACKAGING, STORAGE, PURCHASE, STOCK, SPOILAGE, LATE, RETURNS,
    CARE, CASH,
) = range(len(ACCOUNTS))  # fmt: skip
"""Positions of the accounts in `journal.ACCOUNTS`: an order posts by them about thirty times, which an enumeration
makes 2 us slower."""


class Ledger:
    """Collects what orders and sites posted, writes one row per account that moved, and keeps the totals.

    Wide rows (one order, all accounts) are turned into long ones a block at a time, because a row per order
    and account, appended one by one, would cost more than everything else in the journal together.

    Attributes:
        of_orders, of_sites: cents by account that were posted for orders, and for warehouses.

    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._rows = Numbers(BLOCK_ROWS, 3 + len(ACCOUNTS))
        self.of_orders = np.zeros(len(ACCOUNTS), np.int64)
        self.of_sites = np.zeros(len(ACCOUNTS), np.int64)

    @property
    def totals(self) -> Ints:
        """What was posted in all, by account."""
        return self.of_orders + self.of_sites

    def settle(self, at: int, order: int, posts: list[int], site: int = -1) -> None:
        """Write the accounts of an order that nothing can happen to any more; -1 as order: of a site.

        Raises AssertionError when they do not balance: that is a bug of the engine.
        """
        assert sum(posts) == 0, f"order {order}: ledger out of balance by {sum(posts)} cents"
        if self._rows.add((at, order, site, *posts)):
            self.flush()

    def flush(self) -> None:
        """Hand the collected rows to the journal."""
        rows = self._rows.take_rows()
        if not len(rows):
            return
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


def post_at_site(ledger: Ledger, at: int, site: int, debit: int, credit: int, amount: int) -> None:
    """Post an amount in cents that belongs to a warehouse and to no order: its opening stock, what it stores."""
    posts = [0] * len(ACCOUNTS)
    posts[debit] += amount
    posts[credit] -= amount
    ledger.settle(at, -1, posts, site)
