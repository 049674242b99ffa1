"""The difference of two policies, as people read it: sentences and tables of what `reports.diff` found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from reports import numbers
from reports.diff import FIRST, GROUPS, KINDS
from reports.forms import Column, Table


def difference_sentences(content: dict[str, Any]) -> list[str]:
    """Return how many orders were decided differently, and what became of the others."""
    baseline, policy, orders = content["baseline"], content["policy"], content["orders"]
    differently = content["differently"]
    if not orders:
        return ["No order is counted, so that there is nothing to compare."]
    if not differently:
        first = f"{policy} decided all of {numbers.counted(orders, 'order')} as {baseline} did."
    else:
        first = (
            f"{policy} decided {differently:,} of {numbers.counted(orders, 'order')}"
            f" ({numbers.share(differently / orders)} %) differently from {baseline}."
        )
    moved, alike = content["alike_but_moved"], orders - differently
    if not moved:
        return [first]
    return [
        first,
        f"Of the {alike:,} that both decided alike, {moved:,} took another time or cost another amount:"
        " others stood before them, or no longer did.",
    ]


def groups_table(content: dict[str, Any]) -> Table:
    """Return what the other decisions did, to the orders concerned and to the others."""
    currency = content["currency"]
    rows = [
        [
            GROUPS[group["group"]],
            group["orders"],
            group["share"],
            group["cost_difference"],
            group["cost_difference"] / group["orders"] if group["orders"] else None,
            group["lead_time_difference_h"],
            *group["late"],
        ]
        for group in content["groups"]
        if group["orders"] or group["group"] not in KINDS
    ]
    columns = [
        Column("how they were decided"),
        Column("orders", right=True, show=_count),
        Column("share", "%", right=True, show=numbers.share),
        Column("cost", currency, right=True, show=partial(numbers.signed, places=2)),
        Column("cost an order", currency, right=True, show=partial(numbers.signed, places=2)),
        Column("mean lead time", "h", right=True, show=partial(numbers.signed, places=2)),
        Column(f"late, {content['baseline']}", "orders", right=True, show=_count),
        Column(f"late, {content['policy']}", "orders", right=True, show=_count),
    ]
    return Table(f"{content['policy']} minus {content['baseline']}", columns, rows)


def orders_table(content: dict[str, Any], title: str, rows: Sequence[dict[str, Any]]) -> Table:
    """Return what each policy made of some orders, a row an order; `rows` are of `reports.diff.order_rows`."""
    names, currency = (content["baseline"], content["policy"]), content["currency"]
    money, hours = partial(numbers.or_dash, places=2), partial(numbers.or_dash, places=1)
    columns = [
        Column("order"),
        Column("decided"),
        *(Column(f"cost, {name}", currency, right=True, show=money) for name in names),
        Column("cost", f"± {currency}", right=True, show=partial(numbers.signed, places=2)),
        *(Column(f"lead time, {name}", "h", right=True, show=hours) for name in names),
        Column("lead time", "± h", right=True, show=partial(numbers.signed, places=1)),
        *(Column(f"sent, {name}") for name in names),
    ]
    cells = [
        [
            row["order"],
            KINDS[row["kind"]],
            *row["cost"],
            row["cost_difference"],
            *row["lead_time_h"],
            row["lead_time_difference_h"],
            *row["routes"],
        ]
        for row in rows
    ]
    return Table(title, columns, cells)


def difference_tables(content: dict[str, Any]) -> list[Table]:
    """Return all tables of a difference that say anything."""
    tables = [groups_table(content)]
    for key, title in (
        ("most_by_cost", "Decided differently: the orders that differ most in money"),
        ("most_by_time", "Decided differently: the orders that differ most in time"),
    ):
        if content[key]:
            tables.append(orders_table(content, title, content[key]))
    return tables if content["differently"] else tables[:1]


READING = (
    "Cost: what an order itself costs, without its goods and what belongs to sites. Lead time: from the order to its"
    " delivery, of the orders that both delivered. Differences are the policy minus the baseline, on the orders of one"
    " replication: they explain, and prove nothing; what is proved stands with its interval in the comparison."
)
"""How the numbers of a difference are to be read."""

CHOSEN = f"Orders that are told in full are chosen among the first {FIRST:,} that are counted."


def _count(number: int) -> str:
    return f"{number:,}"
