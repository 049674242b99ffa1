"""How one order is told, in whatever form: what became of it, and the reasons of every decision about it, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from reports import numbers
from reports.forms import Table
from reports.numbers import joined
from reports.stories.money import money
from reports.stories.reasons import Goods, reasons
from reports.stories.time import Life, lives, promised_hours, time_table

When: TypeAlias = Callable[[str], str]
"""From a moment of the content to one by the scenario's clock."""

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
    "policy": "as the policy wants", "no_stock": "for want of stock",
    "gave_up": "it has waited too long, or was tried as often as it may be",
    "impatience": "the customer has lost patience", "declined": "the payment was declined",
}  # fmt: skip
_STEPS = (
    ("released_at", "shipment {shipment} waits at {warehouse}, to be picked and packed"),
    ("started_at", "shipment {shipment}: work begins at {warehouse}"),
    ("packed_at", "shipment {shipment} is packed"),
    ("picked_up_at", "shipment {shipment} is picked up by {service}"),
    ("delivered_at", "shipment {shipment} is delivered"),
)

_ENDS = {"cancelled": "is called off", "lost": "is lost on the way"}
_BEFORE = -1  # the turn of what began in an earlier second: it comes before what is decided in this one


class Reasons(NamedTuple):
    """What a rule made of some lines, and why.

    Attributes:
        heading: which rule, and what it was asked about; a sentence by itself where nobody gives reasons.
        told: sentences, and tables of candidates.

    """

    heading: str
    told: tuple[str | Table, ...] = ()


class Event(NamedTuple):
    """Something that happened to an order.

    Attributes:
        at: the moment, UTC as in the journal.
        when: the same by the scenario's clock.
        text: what happened.
        reasons: of a decision, rule by rule.
        ends: of a decision, what it came to.

    """

    at: str
    when: str
    text: str
    reasons: tuple[Reasons, ...] = ()
    ends: tuple[str, ...] = ()


class Telling(NamedTuple):
    """An order, ready to be told.

    Attributes:
        order: its id.
        policy: that decided about it.
        title: which order, of which run.
        facts: what it was and what became of it.
        events: in the order of time.
        promised: within how many hours; None without a promise.
        lives: of its shipments.
        times: the same as a table; None where nothing left.
        money: what it brought and cost; None before anything was paid for.

    """

    order: str
    policy: str
    title: str
    facts: tuple[str, ...]
    events: tuple[Event, ...]
    promised: float | None
    lives: tuple[Life, ...]
    times: Table | None
    money: Table | None


def telling(content: Mapping[str, Any]) -> Telling:
    """Return the order of a `story_content` as it is told, by the scenario's clock."""
    zone, row = ZoneInfo(content["timezone"]), content["order"]
    found = lives(content)
    whose = f"policy {content['policy']}, replication {content['replication']}"

    def when(at: str) -> str:
        return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

    facts = (
        f"{_ordered(content)} for {row['value']:,.2f} {content['currency']};"
        f" {row['segment']} customer in {row['region']}",
        _ending(row, when),
        *_parcels(content["shipments"]),
        f"times are those of {content['timezone']}",
    )
    return Telling(
        row["order"],
        content["policy"],
        f'order {row["order"]} of "{content["title"]}" ({whose})',
        facts,
        _events(content, when),
        promised_hours(row),
        found,
        time_table(found),
        money(content),
    )


def _ordered(content: Mapping[str, Any]) -> str:
    if content["goods"]:
        return joined([f"{entry['units']} {entry['item']}" for entry in content["goods"]])
    row = content["order"]
    return f"{numbers.counted(row['units'], 'unit')} in {numbers.counted(row['lines'], 'line')}"


def _ending(row: Mapping[str, Any], when: When) -> str:
    promised = f", promised by {when(row['promised_at'])}" if row["promised_at"] is not None else ""
    text = {
        "delivered": "delivered",
        "cancelled": f"cancelled: {_CANCELLED.get(row['cancel_reason'] or '', '')}",
        "lost": "lost on the way",
        "open": "still open when the run ended",
    }[row["state"]]
    if row["delivered_at"] is not None:
        text += f" {when(row['delivered_at'])}, in {numbers.counted(row['shipments'], 'shipment')}"
        if row["promised_at"] is not None and row["delivered_at"] > row["promised_at"]:
            late = datetime.fromisoformat(row["delivered_at"]) - datetime.fromisoformat(row["promised_at"])
            text += f", {numbers.fixed(late.total_seconds() / 3600, 2)} h late"
    return f"placed {when(row['placed_at'])}{promised}; {text}"


def _parcels(shipments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what its events do not tell of a shipment."""
    for row in shipments:
        which = f"shipment {row['shipment']}, from {row['warehouse']},"
        if row["replaces"] is not None:
            yield f"{which} replaces shipment {row['replaces']}"
        if row["state"] == "cancelled":
            yield f"{which} was called off"
        if row["state"] == "lost":
            yield f"{which} was lost on the way"


def _events(content: Mapping[str, Any], when: When) -> tuple[Event, ...]:
    """Return what happened, by time; of one second, what a decision began comes after it, and before the next one."""
    found: list[tuple[tuple[str, int, int], Event]] = []

    def tell(at: str, turn: int, place: int, text: str) -> None:
        found.append(((at, turn, place), Event(at, when(at), text)))

    order, decisions = content["order"], content["decisions"]
    turns = dict(_turns(content))
    tell(order["placed_at"], _BEFORE, -1, "placed")
    for turn, decision in enumerate(decisions):
        event = Event(
            decision["at"],
            when(decision["at"]),
            f"decision {turn + 1}, because {_because(decision)}",
            tuple(_why(content, decision, when)),
            tuple(_came_to(decision, when)),
        )
        found.append(((decision["at"], turn, 0), event))
    if order["told_at"] is not None:
        tell(order["told_at"], len(decisions), 0, "the customer is told that it will be late")
    begun: dict[int, tuple[str, int]] = {}
    for row in content["shipments"]:
        begun[row["shipment"]] = begin, began = row["allocated_at"], turns.get(row["shipment"], _BEFORE)
        for place, (column, text) in enumerate(_STEPS, 1):
            if row[column] is not None:
                tell(row[column], began if row[column] == begin else _BEFORE, place, text.format(**row))
        if row["state"] in _ENDS:
            ended = row["ended_at"]
            moved = [n for n, each in enumerate(decisions) if each["at"] == ended and _moves(each, row)]
            turn = moved[0] if moved else began if ended == begin else _BEFORE
            tell(ended, turn, len(_STEPS) + 1, f"shipment {row['shipment']} {_ENDS[row['state']]}")
    for row in content["returns"]:
        goods, (begin, began) = f"{row['units']} {row['item']}", begun.get(row["shipment"], ("", _BEFORE))
        sent, inspected = row["sent_at"], row["inspected_at"]
        text = f"the customer sends {goods} back: {row['reason']}"
        tell(sent, began if sent == begin else _BEFORE, len(_STEPS) + 2, text)
        if inspected is not None:
            text = f"{goods} inspected at {row['warehouse']}: {row['outcome']}"
            tell(inspected, began if inspected == begin else _BEFORE, len(_STEPS) + 3, text)
    if order["state"] == "cancelled" and order["ended_at"] is not None:
        why = _CANCELLED.get(order["cancel_reason"] or "", "")
        tell(order["ended_at"], len(decisions), 1, f"cancelled: {why}")
    return tuple([event for _, event in sorted(found, key=lambda each: each[0])])


def _turns(content: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield shipments, each with the position of the decision that made it: they are numbered as they are made."""
    left = sorted(content["shipments"], key=lambda row: int(row["shipment"]))
    for turn, decision in enumerate(content["decisions"]):
        count = len(decision["parts"]) + sum(hold["action"] == "backorder" for hold in decision["holds"])
        made = [row for row in left if row["allocated_at"] == decision["at"]]
        is_last = all(later["at"] != decision["at"] for later in content["decisions"][turn + 1 :])
        for row in made if is_last else made[:count]:
            left.remove(row)
            yield row["shipment"], turn


def _moves(decision: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return bool(decision["moves_from"] == row["warehouse"] and decision["outcome"] != "kept")


def _because(decision: Mapping[str, Any]) -> str:
    cause: str = decision["cause"]
    site = decision["moves_from"]
    if site is None:
        return _CAUSES.get(cause, cause)
    return f"{_MOVES.get(cause, cause)}: whether what waits at {site} moves"


def _why(content: Mapping[str, Any], decision: Mapping[str, Any], when: When) -> Iterator[Reasons]:
    """Yield the reasons of a decision."""
    goods = Goods(decision["lines"])
    for rule in decision["rules"]:
        heading = f'rule "{rule["rule"]}", asked about {goods.of(rule["lines"])}'
        yield Reasons(heading, tuple(reasons(rule, goods, when)))
    if not decision["rules"]:
        yield Reasons(_without_reasons(content, decision))


def _without_reasons(content: Mapping[str, Any], decision: Mapping[str, Any]) -> str:
    rule: str = decision["rule"]
    outcome: str = decision["outcome"]
    if outcome == "no rule applies":
        return outcome
    named = f"; it names {rule} ({outcome})" if rule and outcome else f"; it names {rule or outcome}"
    return f"{content['file'] or content['policy']} gives no reasons{named if rule or outcome else ''}"


def _came_to(decision: Mapping[str, Any], when: When) -> Iterator[str]:
    """Yield what was decided."""
    if decision["moves_from"] is not None and decision["outcome"] == "kept":
        yield f"it stays at {decision['moves_from']}"
        return
    goods = Goods(decision["lines"])
    settled = set()
    for part in decision["parts"]:
        by = "" if part["service"] is None else f" by {part['service']}"
        yield f"{goods.of_part(part)}: leaves {part['warehouse']}{by}"
        settled |= {entry["line"] for entry in part["lines"]}
    for hold in decision["holds"]:
        yield f"{goods.of(hold['lines'])}: {_held(hold, when)}"
        settled |= set(hold["lines"])
    rest = [entry["line"] for entry in decision["lines"] if entry["line"] not in settled]
    if rest:
        yield f"{goods.of(rest)}: waits"


def _held(hold: Mapping[str, Any], when: When) -> str:
    until = "" if hold.get("until") is None else f", until {when(hold['until'])} at the latest"
    match hold["action"]:
        case "backorder":
            return f"leaves {hold['warehouse']} as soon as it has it{until}"
        case "cancel":
            return f"cancelled, {_CANCELLED.get(hold['reason'], hold['reason'])}"
        case "care":
            return f"customer care{until.removesuffix(' at the latest')}"
        case _:
            return f"waits{until}"
