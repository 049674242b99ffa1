"""What a sweep found: every point against the unchanged one of its policy, swings, and which points may be best.

All is read off a result whose summary says what was swept; see `sim.cli.lab.sweep`. Points share their order books, or
where a key changes demand their random numbers, so that any two are compared replication by replication.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from reports.kpis import KPIS
from reports.result import Result
from reports.statistics import CONFIDENCE, Values, holm, mean_of, paired, verdict
from sim.document import nearest
from sim.errors import InputError, Problem
from sim.writing import write_file

FILE_NAME = "sweep.csv"
WITHOUT = "without_rule"
UNCHANGED = "unchanged"
"""What stands for a value that is nowhere."""

Rows: TypeAlias = Sequence[dict[str, Any]]
"""Rows of a table of this module; what is not defined is None."""

_JUDGED = ("p_holm", "verdict", "n_needed")


def sweep_table(result: Result) -> pd.DataFrame:
    """Return the points of a sweep, each with its difference to the unchanged point of its policy.

    Pairs share their random numbers, and their order book unless a key changes demand. Holm's correction runs over all
    points but the unchanged ones × the family of the result, and only these rows have `p_holm` and a verdict.

    Args:
        result: of a sweep.

    Returns:
        One row for each point and KPI: policy (the variant), of (the policy, unchanged), `without_rule` if rules were
        dropped, a column for each key with its value as text (empty where the key stands nowhere), kpi, unit, n, mean,
        half_width, difference, low, high, p_value, p_holm, verdict, n_needed.

    Raises:
        InputError: if it is not the result of a sweep.

    Example:
        >>> from reports import sweep_table
        >>> from sim import sweep
        >>> newark = "warehouses.newark.stations"
        >>> curve = sweep("hello", ["nearest"], {newark: [1, 2, 3]}, replications=2, changes=["days=0.5"])
        >>> found = sweep_table(curve.run(jobs=1))
        >>> found[found["kpi"] == "queue_mean_min"].set_index(newark)["mean"].round().sort_index().to_dict()
        {'1': 224.0, '2': 173.0, '3': 161.0}

    """
    swept, family = swept_of(result), result.summary["family"]
    dropped = any(point["without"] is not None for point in swept["points"])
    units = dict(zip(result.kpis["kpi"], result.kpis["unit"], strict=True))
    values = values_of(result)
    rows: list[dict[str, Any]] = []
    for point in swept["points"]:
        keys = {entry["key"]: point["values"][entry["key"]] or "" for entry in swept["keys"]}
        for kpi, unit in units.items():
            here = values[kpi, point["policy"]]
            mean = mean_of(here)
            found = paired(values[kpi, point["of"]], here)
            rows.append(
                {
                    "policy": point["policy"],
                    "of": point["of"],
                    **({WITHOUT: point["without"] or ""} if dropped else {}),
                    **keys,
                    "kpi": kpi,
                    "unit": unit,
                    "n": mean.n,
                    "mean": mean.mean,
                    "half_width": mean.half_width,
                    "difference": found.difference,
                    "low": found.low,
                    "high": found.high,
                    "p_value": found.p_value,
                    "found": found,
                }
            )
    judged = [row for row in rows if row["kpi"] in family and row["policy"] != row["of"]]
    for row, p_holm in zip(judged, holm([row["p_value"] for row in judged]), strict=True):
        row["p_holm"] = p_holm
        row["verdict"], row["n_needed"] = verdict(KPIS[row["kpi"]], row["found"], p_holm)
    frame = pd.DataFrame(rows, columns=[*(name for name in rows[0] if name != "found"), *_JUDGED])
    return frame.fillna({"verdict": ""}).astype({"p_holm": float, "n_needed": "Int64"})


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table of this module; what is not defined is None, as in `summary.json`."""
    return [
        {str(name): None if value is pd.NA or value != value else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def swept_of(result: Result) -> dict[str, Any]:
    """Return what was swept: one_at_a_time, keys and points. Raises InputError if nothing was."""
    swept: dict[str, Any] | None = result.summary.get("sweep")
    if swept is None:
        rule = "is of no sweep, and has no points: orderlab sweep makes one, and sim.sweep"
        raise InputError([Problem("result", rule, value=result.summary["about"].get("scenario"))])
    return swept


def policies_of(result: Result) -> Sequence[str]:
    """Return the names of the policies of a sweep, which are those of their unchanged points."""
    return list(dict.fromkeys(point["of"] for point in swept_of(result)["points"]))


def values_of(result: Result) -> Mapping[tuple[str, str], Values]:
    """Return what every replication gave, in their order, by KPI and variant; NaN where there is no value."""
    wide = result.kpis.pivot(index="replication", columns=["kpi", "policy"], values="value")
    # A lookup of each column by itself would take most of the time of a page.
    columns = np.ascontiguousarray(wide.to_numpy(dtype=np.float64).T)
    names: Any = wide.columns.to_list()  # pairs, as the stubs do not know
    return dict(zip(names, columns, strict=True))


def write_sweep(folder: Path, result: Result) -> None:
    """Write `sweep.csv` into the folder of a result, with the digits that give each number back exactly."""
    write_file(folder / FILE_NAME, sweep_table(result).to_csv(index=False, lineterminator="\n"))


def tornado(result: Result, kpi: str = "cost_per_order") -> pd.DataFrame:
    """Return how far a KPI swings over the values of each key, the keys of a policy with the largest swing first.

    Where every combination was played, a value stands for the mean of all points that have it (its main effect); one at
    a time, for the point in which it is the only change, and the unchanged point is one of the values. The interval
    around a swing is simultaneous: it holds for all pairs of values of the key at once (Bonferroni), as the two
    that are furthest apart were picked because they are.

    Args:
        result: of a sweep.
        kpi: the name of any.

    Returns:
        One row for each policy and key: policy, key, kpi, unit, lowest_at, lowest, highest_at, highest, swing, low,
        high. A key with fewer than two values in which the KPI is defined has no row.

    Raises:
        InputError: if it is not the result of a sweep, or has no such KPI.

    Example:
        >>> from reports import tornado
        >>> from sim import sweep
        >>> keys = {"warehouses.newark.stations": [1, 3], "demand.orders_per_day": [100, 300]}
        >>> played = sweep("hello", vary=keys, one_at_a_time=True, replications=2, changes=["days=0.1"])
        >>> tornado(played.run(jobs=1), "queue_mean_min")[["key", "lowest_at", "highest_at"]].values.tolist()
        [['demand.orders_per_day', '100', '300'], ['warehouses.newark.stations', '3', '1']]

    """
    swept = swept_of(result)
    _check("kpi", kpi, result.summary["kpis"])
    values = values_of(result)
    units = dict(zip(result.kpis["kpi"], result.kpis["unit"], strict=True))
    rows = []
    for policy in policies_of(result):
        swings = []
        for entry in swept["keys"]:
            series = {
                value: np.mean([values[kpi, name] for name in names], axis=0)
                for value, names in _points_by_value(result, policy, entry["key"]).items()
            }
            series = {value: each for value, each in series.items() if not np.isnan(each).all()}
            if len(series) < 2:
                continue
            order = sorted(series, key=lambda value: mean_of(series[value]).mean)
            pairs = math.comb(len(series), 2)
            found = paired(series[order[0]], series[order[-1]], 1.0 - (1.0 - CONFIDENCE) / pairs)
            ends = (order[0], found.baseline_mean, order[-1], found.policy_mean)
            swings.append(
                (policy, entry["key"], kpi, units[kpi], *ends, found.difference, found.low, found.high)
            )
        rows += sorted(swings, key=lambda row: -row[8])
    return pd.DataFrame(rows, columns=list(_SWING))


_SWING = (
    "policy", "key", "kpi", "unit", "lowest_at", "lowest", "highest_at", "highest", "swing", "low", "high",
)  # fmt: skip


def _check(argument: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise InputError(
            [Problem(argument, "is not in the result", value=name, nearest=nearest(name, names))]
        )


def _points_by_value(result: Result, policy: str, key: str) -> dict[str, list[str]]:
    """Return the points that show what a value of a key does, by value."""
    swept = swept_of(result)
    keys = [entry["key"] for entry in swept["keys"]]
    listed = {entry["key"]: entry["values"] for entry in swept["keys"]}
    alone = swept["one_at_a_time"] or len(keys) == 1
    points = [point for point in swept["points"] if point["of"] == policy and point["without"] is None]
    usual = points[0]["values"]
    found: dict[str, list[str]] = {}
    for point in points:
        if alone:
            belongs = all(point["values"][other] == usual[other] for other in keys if other != key)
        else:
            belongs = all(point["values"][each] in listed[each] for each in keys)
        if belongs:
            value = point["values"][key]
            found.setdefault(UNCHANGED if value is None else value, []).append(point["policy"])
    return found


def contenders(result: Result, policy: str, kpi: str = "cost_per_order") -> list[str]:
    """Return the points of a policy among which the best in a KPI is, with 95 % confidence; the best looking first.

    A point is out when some other one is better by more than the one-sided paired t test allows at a level that is
    shared by all others (Bonferroni). The true best is put out with a probability of at most 5 %, however many points
    there are and however they depend on each other: the screening of Nelson, Swann, Goldsman and Song (2001), with
    common random numbers.

    Args:
        result: of a sweep.
        policy: the name of its unchanged point, which is one of the points; those without a rule are not.
        kpi: one of which lower or higher is better. Replications in which it is undefined at some point are left out.

    Raises:
        InputError: if it is not the result of a sweep, or has no such policy or KPI.
        ValueError: if neither direction of the KPI is better.

    Example:
        >>> from reports import contenders
        >>> from sim import sweep
        >>> played = sweep("hello", vary={"demand.orders_per_day": [100, 300]}, replications=3, changes=["days=0.1"])
        >>> contenders(played.run(jobs=1), "nearest", "queue_mean_min")
        ['nearest-demand.orders_per_day-100']

    """
    swept = swept_of(result)
    _check("policy", policy, policies_of(result))
    _check("kpi", kpi, result.summary["kpis"])
    if KPIS[kpi].better is None:
        raise ValueError(f"no point is best in {kpi}: neither lower nor higher is better")
    sign = 1.0 if KPIS[kpi].better == "lower" else -1.0
    every = values_of(result)
    values = {
        point["policy"]: sign * every[kpi, point["policy"]]
        for point in swept["points"]
        if point["of"] == policy and point["without"] is None
    }
    values = {name: each for name, each in values.items() if not np.isnan(each).all()}
    names = sorted(values, key=lambda name: mean_of(values[name]).mean)
    if len(names) < 2:
        return names
    columns = np.column_stack([values[name] for name in names])
    columns = columns[~np.isnan(columns).any(axis=1)]
    n = len(columns)
    if n < 2:
        return names
    reach = float(stdtrit(n - 1, 1.0 - (1.0 - CONFIDENCE) / (len(names) - 1))) / math.sqrt(n)
    left = []
    for place, name in enumerate(names):
        behind = columns[:, [place]] - columns
        if not (behind.mean(axis=0) > reach * behind.std(axis=0, ddof=1)).any():
            left.append(name)
    return left
