"""Every warehouse that a rule looked at for one order, as a table: what it was compared by, or what left it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.forms import Column, Table, Value
from reports.stories.reasons import Goods

_BEFORE = ("decision", "at", "cause", "rule", "lines", "warehouse", "has", "asked")
_AFTER = ("service", "expected_at", "chosen", "runner_up", "removed_by")


def candidates(content: Mapping[str, Any]) -> Table:
    """Return a row for each warehouse of each comparison, and for each that a filter left out.

    `decision` counts from 1; `at` and `expected_at` are UTC; `has` is how many of the `asked` lines the warehouse
    could send in full; each rank key has a column; `chosen` and `runner_up` are 0 or 1. A policy that gives no reasons
    has a row for each warehouse that it chose.

    Args:
        content: from `story_content`.

    """
    rows = list(_rows(content))
    keys = dict.fromkeys(key for row in rows for key in row["keys"])
    names = [*_BEFORE, *(f"{key}_key" if key in (*_BEFORE, *_AFTER) else key for key in keys), *_AFTER]
    return Table(
        "",
        [Column(name) for name in names],
        [
            [
                *(row.get(name) for name in _BEFORE),
                *(row["keys"].get(key) for key in keys),
                *(row.get(name) for name in _AFTER),
            ]
            for row in rows
        ],
    )


def _rows(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for number, decision in enumerate(content["decisions"], 1):
        goods = Goods(decision["lines"])
        start = {"decision": number, "at": decision["at"], "cause": decision["cause"]}
        for rule in decision["rules"]:
            yield from ({**start, "rule": rule["rule"], **row} for row in _of_rule(rule, goods))
        if not decision["rules"]:
            for part in decision["parts"]:
                row: dict[str, Any] = {
                    "rule": decision["rule"] or None,
                    "lines": goods.of_part(part),
                    "keys": {},
                    "chosen": 1,
                }
                yield {**start, **row, "warehouse": part["warehouse"], "service": part["service"]}


def _of_rule(rule: Mapping[str, Any], goods: Goods) -> Iterator[dict[str, Any]]:
    for comparison in rule["comparisons"]:
        for candidate in comparison["candidates"]:
            values: dict[str, Value] = {entry["key"]: entry["value"] for entry in candidate["keys"]}
            yield {
                "lines": goods.of(comparison["lines"]),
                "warehouse": candidate["warehouse"],
                "has": len(candidate["has"]),
                "asked": len(comparison["lines"]),
                "keys": values,
                "service": candidate["service"],
                "expected_at": candidate["expected_at"],
                "chosen": int(candidate["warehouse"] == comparison["chosen"]),
                "runner_up": int(candidate["warehouse"] in rule["runner_up"]),
            }
    for entry in rule["removed"]:
        for site in entry["warehouses"]:
            row = {
                "lines": goods.of(rule["lines"]),
                "warehouse": site,
                "keys": {},
                "chosen": 0,
                "runner_up": 0,
            }
            yield row | {"removed_by": entry["filter"]}
