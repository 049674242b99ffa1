"""How far KPIs of a policy swing over the values of each key, in the words of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports import numbers
from reports.result import Result
from reports.sweeps.points import shorts
from reports.sweeps.table import Rows, policies_of, rows_of, swept_of, tornado

_AFTER_THE_FIRST = "late_share"


@dataclass(frozen=True, slots=True)
class Swings:
    """The swings of one KPI of one policy.

    Attributes:
        policy: the name of its unchanged point.
        kpi: the indicator.
        unit: of its values, with the currency's code.
        rows: of `reports.tornado`, the largest swing first; at least one is not zero.

    """

    policy: str
    kpi: str
    unit: str
    rows: Rows


def swings(result: Result) -> list[Swings]:
    """Return what swings over several keys: the first KPI of the family, and late orders; nothing over one key."""
    if len(swept_of(result)["keys"]) < 2:
        return []
    found = []
    for kpi in dict.fromkeys([result.summary["family"][0], _AFTER_THE_FIRST]):
        every = rows_of(tornado(result, kpi))
        for policy in policies_of(result):
            rows = [row for row in every if row["policy"] == policy]
            if any(row["swing"] for row in rows):
                found.append(Swings(policy, kpi, rows[0]["unit"], rows))
    order = policies_of(result)
    return sorted(found, key=lambda each: order.index(each.policy))


def held(result: Result) -> str:
    """Return what the other keys are while one swings."""
    return "the others unchanged" if swept_of(result)["one_at_a_time"] else "averaged over the others"


def cells(result: Result, row: Mapping[str, Any]) -> dict[str, str]:
    """Return what a table says of one swing: key, lowest, lowest_at, highest, highest_at, swing, interval."""
    unit, low = row["unit"], row["low"]
    half_width = None if low is None else row["swing"] - low
    swing = {"difference": row["swing"], "low": low, "high": row["high"], "unit": unit}
    return {
        "key": shorts(result)[row["key"]],
        "lowest": numbers.mean(row["lowest"], half_width, unit),
        "lowest_at": row["lowest_at"],
        "highest": numbers.mean(row["highest"], half_width, unit),
        "highest_at": row["highest_at"],
        "swing": numbers.difference(swing).lstrip("+"),
        "interval": numbers.interval(swing),
    }
