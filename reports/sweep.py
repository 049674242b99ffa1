"""What a sweep found: every point against the unchanged one of its policy, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from reports.kpis import KPIS
from reports.result import Result, write_file
from reports.statistics import Values, holm, mean_of, paired, verdict

FILE_NAME = "sweep.csv"
WITHOUT = "without_rule"


def sweep_table(result: Result) -> pd.DataFrame:
    """Return the points of a sweep, each with its difference to the unchanged point of its policy.

    Pairs share their order book. Holm's correction runs over all points but the unchanged ones × the family of the
    result, and only these rows have `p_holm` and a verdict.

    Args:
        result: of a sweep.

    Returns:
        One row for each point and KPI: policy (the variant), of (the policy, unchanged), `without_rule` if rules were
        dropped, a column for each key with its value as text (empty where the key stands nowhere), kpi, unit, n, mean,
        half_width, difference, low, high, p_value, p_holm, verdict, n_needed.

    Example:
        >>> from reports import sweep_table
        >>> from sim import sweep
        >>> newark = "warehouses.newark.stations"
        >>> curve = sweep("hello", ["nearest"], {newark: [1, 2, 3]}, replications=2, changes=["days=0.5"])
        >>> found = sweep_table(curve.run(jobs=1))
        >>> found[found["kpi"] == "queue_mean_min"].set_index(newark)["mean"].round().sort_index().to_dict()
        {'1': 224.0, '2': 173.0, '3': 161.0}

    """
    swept, family = result.summary["sweep"], result.summary["family"]
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


_JUDGED = ("p_holm", "verdict", "n_needed")


def values_of(result: Result) -> Mapping[tuple[str, str], Values]:
    """Return what every replication gave, in their order, by KPI and variant; NaN where there is no value."""
    wide = result.kpis.pivot(index="replication", columns=["kpi", "policy"], values="value")
    return {
        (kpi, policy): wide[kpi, policy].to_numpy()
        for policy in result.summary["policies"]
        for kpi in result.summary["kpis"]
    }


def write_sweep(folder: Path, result: Result) -> None:
    """Write `sweep.csv` into the folder of a result, with the digits that give each number back exactly."""
    write_file(folder / FILE_NAME, sweep_table(result).to_csv(index=False, lineterminator="\n"))
