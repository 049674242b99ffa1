"""Answers of plain values: what a policy writes as integers of numpy or as lists becomes what `sim.policy` says.

What a policy answers is made of named tuples, which hold whatever was put into them. Nothing here looks at the order:
only at types, because a float or a number of numpy's would do its harm far from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from sim.policy import Allocation, Backorder, Cancel, Care, Hold, Part, Wait, Why


def is_plain(answer: Allocation) -> bool:
    """Tell whether an answer is made as `sim.policy` says, of plain integers: the usual case, told fast."""
    parts, holds, why = answer
    if holds or type(parts) is not tuple or type(why) is not Why or type(why.runner_up) is not tuple:
        return False
    for part in parts:
        if type(part) is not Part:
            return False
        site, lines, service, issue, least_life_s, safety_stock = part
        if type(site) is not int or type(service) is not int or type(lines) is not tuple:
            return False
        if issue is not None and type(issue) is not str:
            return False
        if least_life_s is not None and type(least_life_s) is not int:
            return False
        if type(safety_stock) is not bool:
            return False
        for pair in lines:
            if (
                type(pair) is not tuple
                or len(pair) != 2
                or type(pair[0]) is not int
                or type(pair[1]) is not int
            ):
                return False
    rule, outcome, runner_up, margin, removed, split, capped = why
    if margin is not None and not (type(margin) is float and isfinite(margin)):
        return False
    for site in runner_up:
        if type(site) is not int:
            return False
    if type(capped) is not bool:
        return False
    return type(rule) is str and type(outcome) is str and type(removed) is str and type(split) is str


def made_plain(answer: Allocation) -> Allocation:
    """Return an answer of plain integers. Raises TypeError that says what is of another type."""
    parts = [_plain_part(part) for part in _listed("parts", answer.parts)]
    holds = [_plain_hold(hold) for hold in _listed("holds", answer.holds)]
    why = answer.why
    if type(why) is not Why:
        raise TypeError(f"why of type {type(why).__name__}, must be Why")
    for word in ("rule", "outcome", "removed", "split"):
        if not isinstance(getattr(why, word), str):
            raise TypeError(f"why.{word} {getattr(why, word)!r}, must be text")
    if not isinstance(why.capped, bool | np.bool_):
        raise TypeError(f"why.capped {why.capped!r}, must be True or False")
    if why.margin is not None and not (
        isinstance(why.margin, int | float | np.integer | np.floating) and isfinite(why.margin)
    ):
        raise TypeError(f"why.margin {why.margin!r}, must be a number or None")
    runner_up = [_plain_int("why.runner_up", site) for site in _listed("why.runner_up", why.runner_up)]
    margin = None if why.margin is None else float(why.margin)
    why = why._replace(runner_up=tuple(runner_up), margin=margin, capped=bool(why.capped))
    return Allocation(tuple(parts), tuple(holds), why)


def _plain_part(part: Any) -> Part:
    if type(part) is not Part:
        raise TypeError(f"a part of type {type(part).__name__}, must be Part")
    pairs = _listed("lines of a part", part.lines)
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"lines of a part hold {pair!r}, must be pairs of line and units")
    return Part(
        _plain_int("warehouse", part.warehouse),
        tuple([(_plain_int("line", line), _plain_int("units", units)) for line, units in pairs]),
        None if part.service is None else _plain_int("service", part.service),
        *_plain_stock_terms(part),
    )


def _plain_stock_terms(answer: Part | Backorder) -> tuple[str | None, int | None, bool]:
    issue, least_s, safety_stock = answer.issue, answer.least_life_s, answer.safety_stock
    if issue is not None and not isinstance(issue, str):
        raise TypeError(f"issue {issue!r}, must be text or None")
    if not isinstance(safety_stock, bool | np.bool_):
        raise TypeError(f"safety_stock {safety_stock!r}, must be True or False")
    return issue, None if least_s is None else _plain_int("least_life_s", least_s), bool(safety_stock)


def _plain_hold(hold: Any) -> Hold:
    if not isinstance(hold, Wait | Backorder | Cancel | Care):
        raise TypeError(f"a hold of type {type(hold).__name__}, must be Wait, Backorder, Cancel or Care")
    lines = tuple(
        [_plain_int("line", line) for line in _listed(f"lines of {type(hold).__name__}", hold.lines)]
    )
    if isinstance(hold, Cancel):
        return hold._replace(lines=lines)
    if isinstance(hold, Care):
        return Care(lines, _plain_int("until", hold.until), _plain_int("cents", hold.cents))
    until = None if hold.until is None else _plain_int("until", hold.until)
    if isinstance(hold, Wait):
        again_at = None if hold.again_at is None else _plain_int("again_at", hold.again_at)
        return Wait(lines, until, again_at)
    warehouse = _plain_int("warehouse", hold.warehouse)
    service = None if hold.service is None else _plain_int("service", hold.service)
    return Backorder(lines, warehouse, service, until, *_plain_stock_terms(hold))


def _listed(what: str, values: Any) -> Sequence[Any]:
    # A named tuple is a tuple too: a Part where a tuple of parts belongs.
    if not isinstance(values, tuple | list) or hasattr(values, "_fields"):
        raise TypeError(f"{what} of type {type(values).__name__}, must be a tuple")
    return values


def _plain_int(what: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{what} {value!r}, must be an int")
    return int(value)
