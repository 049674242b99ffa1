"""The story of one order in words: what became of it, and the reasons of every decision about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from reports import numbers
from reports.designs import joined
from reports.names import Names
from sim.clock import NEVER
from sim.policy import Backorder, Cancel, Care, Hold, Part, Request
from sim.record import Candidate, Comparison, RuleRecord
from sim.story import Decision, Story

MOST_SHOWN = 10
"""Candidates of a comparison that a table shows; the rest is counted."""

_CAUSES = {
    "placed": "the order was placed",
    "corrected": "its data had been corrected",
    "timer": "it was due to be tried again",
    "receipt": "stock had arrived",
    "site_up": "a warehouse took orders again",
    "care": "customer care had looked at it",
    "stale_stock": "a warehouse had less than was seen of it",
    "spoiled": "goods that lay ready for it had expired",
    "short_pick": "goods were not where they should have been",
    "lost": "a parcel was lost",
    "wrong_item": "the customer got a wrong item",
    "returned": "what came back is replaced",
}
_MOVES = {
    "timer": "it had not been begun for so long",
    "receipt": "another warehouse had received stock",
    "site_down": "the warehouse was down",
}
_CANCELLED = {
    "policy": "as the policy wants", "no_stock": "for want of stock", "gave_up": "it has waited too long",
    "impatience": "the customer has lost patience", "declined": "the payment was declined",
}  # fmt: skip
_STEPS = (
    ("released_at", "shipment {shipment} waits at {warehouse}, to be picked and packed"),
    ("started_at", "shipment {shipment}: work begins at {warehouse}"),
    ("packed_at", "shipment {shipment} is packed"),
    ("picked_up_at", "shipment {shipment} is picked up by {service}"),
    ("delivered_at", "shipment {shipment} is delivered"),
)


def story_text(story: Story) -> str:
    """Tell the life of an order and the reasons of each decision about it, by the scenario's clock."""
    names, row = Names(story.scenario), story.rows["orders"][0]
    title = story.scenario.name or story.scenario.id
    lines = [
        f'order {story.order} of "{title}" (policy {story.policy}, replication {story.replication})',
        f"  {_ordered(story, names)} for {row['value']:,.2f} {story.scenario.currency}; "
        f"{row['segment']} customer in {row['region']}",
        f"  {_ending(row, names)}",
        *(
            f"  shipment {row['shipment']}, from {row['warehouse']}, was called off"
            for row in story.rows["shipments"]
            if row["state"] == "cancelled"
        ),
        f"  times are those of {story.scenario.timezone}",
        "",
    ]
    for at, text in sorted(_events(story, names), key=lambda event: event[0]):
        first, *more = text
        lines += [f"{names.when(at)}  {first}", *(f"    {line}".rstrip() for line in more)]
    lines += ["", *_money(story)]
    return "\n".join(lines)


def _ordered(story: Story, names: Names) -> str:
    if story.decisions:
        request = story.decisions[0].request
        return joined(
            [f"{n} {names.items[item]}" for n, item in zip(request.ordered, request.items, strict=True)]
        )
    row = story.rows["orders"][0]
    return f"{row['units']} units in {row['lines']} lines"


def _ending(row: dict[str, Any], names: Names) -> str:
    promised = f", promised by {names.when(row['promised_at'])}" if row["promised_at"] is not None else ""
    text = {
        "delivered": "delivered",
        "cancelled": f"cancelled: {_CANCELLED.get(row['cancel_reason'] or '', '')}",
        "lost": "lost on the way",
        "open": "still open when the run ended",
    }[row["state"]]
    if row["delivered_at"] is not None:
        text += f" {names.when(row['delivered_at'])}, in {numbers.counted(row['shipments'], 'shipment')}"
    return f"placed {names.when(row['placed_at'])}{promised}; {text}"


def _events(story: Story, names: Names) -> Iterator[tuple[datetime, list[str]]]:
    yield story.rows["orders"][0]["placed_at"], ["placed"]
    decided = zip(story.decisions, story.rows["decisions"], strict=True)
    for number, (decision, entry) in enumerate(decided):
        cause, site = entry["cause"], decision.request.moves_from
        because, ends = _CAUSES.get(cause, cause), list(_placed(decision, names))
        if site >= 0:
            where = names.warehouses[site]
            because = f"{_MOVES.get(cause, cause)}: whether what waits at {where} moves"
            ends = [f"→ it stays at {where}"] if entry["outcome"] == "kept" else ends
        heading = f"decision {number + 1}, because {because}"
        yield names.at(decision.at), [heading, *_why(decision, names), *ends]
    for row in story.rows["shipments"]:
        for column, text in _STEPS:
            if row[column] is not None:
                yield row[column], [text.format(**row)]
    for row in story.rows["returns"]:
        goods = f"{row['units']} {row['item']}"
        yield row["sent_at"], [f"the customer sends {goods} back: {row['reason']}"]
        if row["inspected_at"] is not None:
            yield row["inspected_at"], [f"{goods} inspected at {row['warehouse']}: {row['outcome']}"]


def _why(decision: Decision, names: Names) -> Iterator[str]:
    """Yield the reasons of a decision."""
    for record in decision.records:
        yield f'rule "{record.rule}", asked about {names.goods(decision.request, record.lines)}'
        for text in _reasons(record, decision.request, names):
            yield f"  {text}"
    if not decision.records:
        yield decision.answer.why.rule or "no rule is named"


def _placed(decision: Decision, names: Names) -> Iterator[str]:
    """Yield what was decided."""
    yield from (f"→ {text}" for text in _answered(decision, names))


def _reasons(record: RuleRecord, request: Request, names: Names) -> Iterator[str]:
    for word, sites in record.removed:
        if sites:
            yield f"left out by {word}: {names.sites(sites)}"
    for word in record.dropped:
        yield f"{word}: dropped, because nobody was left"
    later = {hold.lines for hold in record.holds if isinstance(hold, Backorder)}
    for comparison in record.comparisons:
        to_wait = ", to wait there for stock" if comparison.lines in later and comparison.chosen >= 0 else ""
        yield f"compared for {names.goods(request, comparison.lines)}{to_wait}:"
        yield from _table(comparison, names)
    if record.runner_up and record.margin is not None:
        by = f" ({record.decided_by})" if record.decided_by else ""
        better = (
            f"better by {_number(record.margin)}{by}" if record.margin else "no better, but first by name"
        )
        yield f"next best: {names.sites(record.runner_up)}; what was chosen is {better}"
    if record.capped:
        yield "there were more ways to split than are tried: a quick search chose"
    yield f"outcome: {record.outcome}{', the rest goes on to the next rule' if record.left else ''}"


def _table(comparison: Comparison, names: Names) -> Iterator[str]:
    """Yield a table of candidates, the preferred first."""
    header = ["", "has", *comparison.keys, "service", "expected"]
    rows = [_row(candidate, comparison, names) for candidate in comparison.candidates[:MOST_SHOWN]]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in [header, *rows]:
        cells = [
            cell.rjust(width) if 2 <= column < 2 + len(comparison.keys) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()
    more = len(comparison.candidates) - MOST_SHOWN
    if more > 0:
        yield f"  and {numbers.counted(more, 'warehouse')} more"


def _row(candidate: Candidate, comparison: Comparison, names: Names) -> list[str]:
    mark = "→ " if candidate.warehouse == comparison.chosen else "  "
    has = f"{len(candidate.has)} of {len(comparison.lines)}"
    reachable = candidate.service >= 0 and candidate.arrives_at < NEVER
    return [
        mark + names.warehouses[candidate.warehouse],
        has,
        *(_number(value) for value in candidate.values),
        names.services[candidate.service] if candidate.service >= 0 else "none",
        names.when(names.at(candidate.arrives_at))[:16] if reachable else "",
    ]


def _answered(decision: Decision, names: Names) -> Iterator[str]:
    request = decision.request
    for part in decision.answer.parts:
        yield _part_text(part, request, names)
    for hold in decision.answer.holds:
        yield _hold_text(hold, request, names)
    held = {line for hold in decision.answer.holds for line in hold.lines}
    placed = {line for part in decision.answer.parts for line, _ in part.lines}
    rest = [line for line in request.open if line not in held | placed]
    if rest:
        yield f"{names.goods(request, rest)}: waits"


def _part_text(part: Part, request: Request, names: Names) -> str:
    goods = joined([f"{units} {names.items[request.items[line]]}" for line, units in part.lines])
    by = "" if part.service is None else f" by {names.services[part.service]}"
    return f"{goods}: leaves {names.warehouses[part.warehouse]}{by}"


def _hold_text(hold: Hold, request: Request, names: Names) -> str:
    goods = names.goods(request, hold.lines)
    if isinstance(hold, Backorder):
        until = "" if hold.until is None else f", until {names.when(names.at(hold.until))} at the latest"
        return f"{goods}: leaves {names.warehouses[hold.warehouse]} as soon as it has it{until}"
    if isinstance(hold, Cancel):
        return f"{goods}: cancelled, {_CANCELLED.get(hold.reason, hold.reason)}"
    if isinstance(hold, Care):
        return f"{goods}: customer care, until {names.when(names.at(hold.until))}"
    until = "" if hold.until is None else f", until {names.when(names.at(hold.until))} at the latest"
    return f"{goods}: waits{until}"


def _money(story: Story) -> Iterator[str]:
    currency = story.scenario.currency
    amounts: dict[str, int] = {}
    for row in story.rows["ledger"]:
        amounts[row["account"]] = amounts.get(row["account"], 0) + row["amount_cents"]
    if not amounts:
        return
    yield f"money, {currency}"
    for account, cents in amounts.items():
        if account not in ("cash", "stock"):
            yield f"  {account:<12}{-cents / 100 if account in ('revenue', 'refund') else cents / 100:>10,.2f}"


def _number(value: float) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
