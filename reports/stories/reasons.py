"""Why a rule decided as it did, in words: who was left out, how the others compared, and by how much one won."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from reports import numbers
from reports.forms import Column, Table, Value
from reports.numbers import joined

MOST_SHOWN = 10
"""Candidates of a comparison that people are shown; the rest is counted."""

MOST_KEYS = 4
"""Of more keys than this, people are shown those in which candidates differ."""

CHOSEN = "→ "
"""What stands before the warehouse that was chosen."""

_MOST_PLACES = 4
_TOO_LARGE = 1e15  # to be told in full


class Goods:
    """The lines of a decision as what a customer ordered."""

    def __init__(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self._lines = {entry["line"]: entry for entry in lines}

    def of(self, lines: Sequence[int]) -> str:
        """Name all units of some lines: "2 tea and 1 mug"."""
        return joined([f"{self._lines[line]['units']} {self._lines[line]['item']}" for line in lines])

    def of_part(self, part: Mapping[str, Any]) -> str:
        """Name what a shipment takes of them."""
        return joined([f"{entry['units']} {self._lines[entry['line']]['item']}" for entry in part["lines"]])


def reasons(rule: Mapping[str, Any], goods: Goods, when: Callable[[str], str]) -> Iterator[str | Table]:
    """Yield what is to be said of a rule's turn in a decision: sentences, and tables of who was compared.

    Args:
        rule: one of the `rules` of a decision in `story_content`.
        goods: of the decision.
        when: from a moment of the content to one by the scenario's clock.

    """
    soft = iter(rule["soft"])
    for entry in rule["removed"]:
        word = _filter(entry["filter"], soft)
        if entry["warehouses"]:
            yield f"left out by {word}: {joined(entry['warehouses'])}"
    for name in rule["dropped"]:
        yield f"{_filter(name, soft)}: dropped, because nobody was left"
    later = [hold["lines"] for hold in rule["holds"] if hold["action"] == "backorder"]
    for comparison in rule["comparisons"]:
        waits = comparison["lines"] in later and comparison["chosen"] is not None
        to_wait = ", to wait there for stock" if waits else ""
        yield from _compared(comparison, f"compared for {goods.of(comparison['lines'])}{to_wait}:", when)
    yield from _verdict(rule)


def _filter(word: str, soft: Iterator[str]) -> str:
    """Return what a filter is called; of one that is soft, also what it asks."""
    return f"{word} {next(soft, '')}".rstrip() if word == "soft" else word


def _compared(comparison: Mapping[str, Any], title: str, when: Callable[[str], str]) -> Iterator[str | Table]:
    """Yield the table of a comparison, and what is not in it."""
    candidates = comparison["candidates"]
    values = [
        [each["keys"][place]["value"] for each in candidates] for place in range(len(comparison["keys"]))
    ]
    hidden = _hidden(values)
    places = [place for place in range(len(values)) if place not in hidden]
    shown = [
        each
        for place, each in enumerate(candidates)
        if place < MOST_SHOWN or each["warehouse"] == comparison["chosen"]
    ]
    keys = [_column(comparison["keys"][place], values[place]) for place in places]
    columns = [Column("warehouse"), Column("has"), *keys, Column("service"), Column("expected")]
    yield Table(title, columns, [_row(each, places, comparison, when) for each in shown])
    if more := len(candidates) - len(shown):
        yield f"and {numbers.counted(more, 'warehouse')} more"
    if hidden:
        same = [_same(comparison["keys"][place], values[place][0]) for place in hidden]
        yield f"{'the same for all' if len(candidates) > 1 else 'and'}: {joined(same)}"


def _hidden(values: Sequence[Sequence[float | None]]) -> list[int]:
    """Return the places of keys that tell nobody apart, if there are many keys; of one candidate, those that are 0."""
    alike = [place for place, column in enumerate(values) if len(set(column)) == 1 and len(column) > 1]
    nothing = [place for place, column in enumerate(values) if column == [0.0]]
    found = alike or nothing
    # Where all is alike, all is shown: that is why the first by name won.
    return found if MOST_KEYS < len(values) != len(found) else []


def _verdict(rule: Mapping[str, Any]) -> Iterator[str]:
    if rule["runner_up"] and rule["margin"] is not None:
        by = f" ({rule['decided_by']})" if rule["decided_by"] else ""
        better = (
            f"better by {number(rule['margin'])}{by}" if rule["margin"] else "no better, but first by name"
        )
        yield f"next best: {joined(rule['runner_up'])}; what was chosen is {better}"
    if rule["capped"]:
        yield "there were more ways to split than are tried: a quick search chose"
    yield f"outcome: {rule['outcome']}{', the rest goes on to the next rule' if rule['left'] else ''}"


def _same(key: Mapping[str, Any], value: float | None) -> str:
    how = weighed(key) if value else ""
    return f"{key['key']} {number(value)}{f' ({how})' if how else ''}"


def _column(key: Mapping[str, Any], values: Sequence[float | None]) -> Column:
    needed = _places(values)
    places = max(needed, 2) if needed else 0  # many keys are money, which has cents
    return Column(key["key"], weighed(key), right=True, show=partial(number, places=places))


def _row(
    candidate: Mapping[str, Any],
    places: Sequence[int],
    comparison: Mapping[str, Any],
    when: Callable[[str], str],
) -> list[Value]:
    is_chosen = candidate["warehouse"] == comparison["chosen"]
    expected = candidate["expected_at"] if candidate["service"] is not None else None
    return [
        (CHOSEN if is_chosen else " " * len(CHOSEN)) + candidate["warehouse"],
        f"{len(candidate['has'])} of {len(comparison['lines'])}",
        *(candidate["keys"][place]["value"] for place in places),
        candidate["service"] or "none",
        "" if expected is None else when(expected)[:16],
    ]


def weighed(key: Mapping[str, Any]) -> str:
    """Say how a key counts: "× 0.01", "more is better"; nothing where there is nothing to say."""
    said = []
    if key["scaled"]:
        said.append("0 to 1")
    if key["weight"] is not None:
        said.append(f"× {key['weight']:.12g}".replace("-", numbers.MINUS))
    if key["descending"]:
        said.append("more is better")
    if key["band"]:
        said.append(f"equal within {key['band']:.12g}")
    return ", ".join(said)


def number(value: float | None, places: int | None = None) -> str:
    """Write a value of a key or a margin with as many decimals as it has, at most four, or as are asked for."""
    if value is None:
        return numbers.MISSING
    if abs(value) >= _TOO_LARGE:
        return f"{value:g}".replace("-", numbers.MINUS)
    return numbers.fixed(value, _places([value]) if places is None else places)


def _places(column: Sequence[float | None]) -> int:
    """Return the decimals of numbers below each other: of large ones two, if that tells apart what differs."""
    known = [value for value in column if value is not None and abs(value) < _TOO_LARGE]
    full = [f"{value:.{_MOST_PLACES}f}".rstrip("0").rpartition(".") for value in known]
    needed = max((len(decimals) for _, _, decimals in full), default=0)
    if needed > 2 and max(map(abs, known)) >= 10:
        differ = len({round(value, needed) for value in known})
        return next(p for p in range(2, needed + 1) if len({round(value, p) for value in known}) == differ)
    return needed
