"""The difference of two policies, as people read it: sentences and tables of what `reports.diffs.diff` found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from reports import numbers
from reports.diffs.diff import FIRST, GROUPS, KINDS
from reports.forms import Column, Table


def difference_sentences(content: Mapping[str, Any]) -> list[str]:
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
            f" ({numbers.share(differently / orders)}{numbers.NO_BREAK}%) differently from {baseline}."
        )
    groups = {group["group"]: group for group in content["groups"]}
    sentences = [first]
    if differently:
        sentences.append(f"Those orders {_effect(groups['differently'], content)}.")
    moved, alike = content["alike_but_moved"], orders - differently
    if moved:
        sentences.append(
            f"Of the {alike:,} that both decided alike, {moved:,} took another time or cost another amount: others"
            f" stood before them, or no longer did. All {alike:,} together {_effect(groups['alike'], content)}."
        )
    return sentences


def _effect(group: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """Say what became of some orders, in money and in time: "cost 3.00 USD less in all … and came 2.0 h later …"."""
    cost, lead, space = group["cost_difference"], group["lead_time_difference_h"], numbers.NO_BREAK
    money = "cost the same in all"
    if cost:
        each = numbers.fixed(abs(cost) / group["orders"], 2)
        way = "less" if cost < 0 else "more"
        money = (
            f"cost {numbers.fixed(abs(cost), 2)}{space}{content['currency']} {way} in all ({each} an order)"
        )
    if lead is None:
        return f"{money}; none of them was delivered by both"
    hours = numbers.fixed(abs(lead), 2)
    if not hours.strip("0."):
        return f"{money} and came as soon on average"
    return f"{money} and came {hours}{space}h {'sooner' if lead < 0 else 'later'} on average"


def groups_table(content: Mapping[str, Any]) -> Table:
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
    title = f"What that did: {content['policy']} minus {content['baseline']}"
    return Table(title, columns, rows)


def _moves_table(content: Mapping[str, Any]) -> Table:
    """Return from where to where most orders moved, and what that did to them."""
    currency, signed = content["currency"], partial(numbers.signed, places=2)
    columns = [
        Column("from"),
        Column("to"),
        Column("orders", right=True, show=_count),
        Column("share", "%", right=True, show=numbers.share),
        Column("cost", currency, right=True, show=signed),
        Column("cost an order", currency, right=True, show=signed),
        Column("mean lead time", "h", right=True, show=signed),
    ]
    cells = [
        [
            *move["warehouses"],
            move["orders"],
            move["share"],
            move["cost_difference"],
            move["cost_difference"] / move["orders"],
            move["lead_time_difference_h"],
        ]
        for move in content["moves"]
    ]
    title = f"From which warehouses to which others most orders moved: {content['baseline']} → {content['policy']}"
    return Table(title, columns, cells)


def orders_table(content: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return what each policy made of some orders, a row an order; `rows` are of `reports.diffs.diff.order_rows`."""
    names, currency = (content["baseline"], content["policy"]), content["currency"]
    columns = [
        Column("order"),
        Column("decided"),
        *(Column(f"cost, {name}", currency) for name in names),
        Column("cost difference", currency),
        *(Column(f"lead time, {name}", "h") for name in names),
        Column("lead time difference", "h"),
        *(Column(f"late, {name}") for name in names),
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
            *map(int, row["late"]),
            *row["routes"],
        ]
        for row in rows
    ]
    return Table("", columns, cells)


def _extremes_table(content: Mapping[str, Any], what: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return a few of these orders as people read them: what the baseline made of each, and what the policy."""
    columns = [
        Column("order"),
        Column("cost", content["currency"]),
        Column("lead time", "h"),
        Column("sent"),
    ]
    cells = [
        [
            row["order"],
            _turned([numbers.fixed(cost, 2) for cost in row["cost"]]).replace(" ", numbers.NO_BREAK),
            _turned([numbers.or_dash(lead, 1) for lead in row["lead_time_h"]]).replace(" ", numbers.NO_BREAK),
            # Else nobody sees why the same way may cost so much more.
            _turned(
                [
                    f"{way}, late" if late else way
                    for way, late in zip(row["routes"], row["late"], strict=True)
                ]
            ),
        ]
        for row in rows
    ]
    title = f"The orders that differ most in {what}: {content['baseline']} → {content['policy']}"
    return Table(title, columns, cells)


def _turned(sides: Sequence[str]) -> str:
    return sides[0] if sides[0] == sides[1] else " → ".join(sides)


def difference_tables(content: Mapping[str, Any]) -> list[Table]:
    """Return all tables of a difference that say anything."""
    if not content["differently"] and not content["alike_but_moved"]:
        return []
    tables = [groups_table(content)]
    if content["moves"]:
        tables.append(_moves_table(content))
    for key, what in (("most_by_cost", "money"), ("most_by_time", "time")):
        if content[key]:
            tables.append(_extremes_table(content, what, content[key]))
    return tables


READING = (
    "Cost: what an order itself costs, without its goods and what belongs to sites. Lead time: from the order to its"
    " delivery, of the orders that both delivered. Differences are the policy minus the baseline, on the orders of one"
    " replication: they explain, and prove nothing; what is proved stands with its interval in the comparison."
)
"""How the numbers of a difference are to be read."""

CHOSEN = f"Orders that are told in full are chosen among the first {FIRST:,} that are counted."


def _count(number: int) -> str:
    return f"{number:,}"
