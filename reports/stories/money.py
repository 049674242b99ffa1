"""What one order brought and cost, account by account."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from reports import numbers
from reports.forms import Column, Table

_BALANCES = ("cash", "stock")
"""Accounts that hold what the others bring and cost."""


def money(content: Mapping[str, Any]) -> Table | None:
    """Return what an order brought (+) and cost (−) by account, and what is left; None where nothing was booked.

    Args:
        content: from `story_content`.

    """
    amounts: dict[str, int] = {}
    for row in content["ledger"]:
        if row["account"] not in _BALANCES:
            # In the journal, what is spent is positive.
            amounts[row["account"]] = amounts.get(row["account"], 0) - row["amount_cents"]
    if not amounts:
        return None
    columns = (
        Column(f"money, {content['currency']}"),
        Column("amount", right=True, show=partial(numbers.signed, places=2)),
    )
    rows = [(account, cents / 100) for account, cents in amounts.items() if cents]
    return Table("", columns, [*rows, ("left", sum(amounts.values()) / 100)])
