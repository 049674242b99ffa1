"""What a sequential design came to, in sentences, from what it left in `summary.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports import numbers
from reports.kpis import KPIS
from reports.numbers import joined


def selection_sentences(selection: Mapping[str, Any], currency: str) -> list[str]:
    """Tell who was selected with what guarantee, and who was eliminated when.

    Args:
        selection: the entry of this name in `summary.json`.
        currency: of the scenario.

    """
    kpi = KPIS[selection["by"]]
    if "undefined" in selection:
        policy, number = (selection["undefined"][word] for word in ("policy", "replication"))
        return [
            f"Nothing is selected by {kpi.label}: it is undefined for {policy} in replication {number}. Choose another"
            " KPI, or play more days."
        ]
    policies = selection["policies"]
    sign = 1 if kpi.better == "lower" else -1
    left = [policy for policy, row in policies.items() if row["eliminated_by"] is None]
    left.sort(key=lambda policy: sign * policies[policy]["mean"])
    n = selection["replications"]
    zone = _amount(selection["indifference"], kpi.unit_in(currency))
    if selection["selected"] is None:
        sentences = [
            f"Nothing is selected by {kpi.label}: at the limit of {n:,} replications {joined(left)} are left, and"
            f" {left[0]} leads, without a guarantee. {selection['most']:,} replications decide in any case."
        ]
    else:
        sentences = [
            f"{selection['selected']} is selected by {kpi.label} ({kpi.better} is better) after {n:,} replications."
            f" The best is selected with a probability of at least {100 * selection['confidence']:g} % if it is ahead"
            f" of all others by {zone} or more; policies closer to it than that are not told apart."
        ]
    if selection["selected"] is not None and len(left) > 1:
        others = [policy for policy in left if policy != selection["selected"]]
        sentences.append(f"Exactly as good as {selection['selected']}: {joined(others)}.")
    gone = sorted((row["replications"], policy) for policy, row in policies.items() if policy not in left)
    if gone:
        told = [f"{policy} after {m:,} (by {policies[policy]['eliminated_by']})" for m, policy in gone]
        sentences.append(f"Eliminated, after how many replications: {joined(told)}.")
    return sentences


def precision_sentences(precision: Mapping[str, Any], currency: str) -> list[str]:
    """Tell whether the precision wanted was reached, and what it would take where it was not.

    Args:
        precision: the entry of this name in `summary.json`.
        currency: of the scenario.

    """
    rows, n = precision["half_widths"], precision["replications"]
    units = {row["kpi"]: KPIS[row["kpi"]].unit_in(currency) for row in rows}
    wanted = {
        row["kpi"]: f"{_amount(row['wanted'], units[row['kpi']])} in {KPIS[row['kpi']].label}" for row in rows
    }
    if precision["confirmed"]:
        return [
            f"The precision wanted is reached with {n:,} replications, and held over the last {precision['held']}:"
            f" half-widths of at most {joined(list(wanted.values()))}."
        ]
    limit = numbers.counted(precision["at_most"], "replication")
    text = f"The limit of {limit} came first: the precision wanted"
    if n < precision["at_most"] and any(row["n"] == 0 for row in rows):
        text = f"It ended after {n:,} replications, because more would not help: the precision wanted"
    if all(row["reached"] for row in rows):
        return [f"{text} is reached, but did not yet hold for long enough to be more than luck."]
    missed = []
    for row in rows:
        if row["reached"]:
            continue
        kpi, unit = KPIS[row["kpi"]], units[row["kpi"]]
        what = kpi.label
        if row["policy"] != precision["baseline"]:
            what += f" of {row['policy']} minus {precision['baseline']}"
        if n == 1:
            missed.append(f"{what}: one replication has no interval")
            continue
        if row["half_width"] is None:
            many = "too many" if row["n"] else "all"
            missed.append(f"{what}: undefined in {many} replications; choose another KPI, or play more days")
            continue
        would = f"about {row['n_needed']:,} replications" if row["n_needed"] else "no number within reason"
        missed.append(
            f"{what}: {_amount(row['half_width'], unit)} instead of {_amount(row['wanted'], unit)} ({would} would do)"
        )
    return [f"{text} is not reached. Half-widths of {'; of '.join(missed)}."]


def _amount(value: float, unit: str) -> str:
    """Write a distance between two values of a KPI with its unit: shares are apart by percentage points."""
    shown = f"{numbers.unit_shown(unit)[0] * value:.3g}"
    return f"{shown} {numbers.unit_of_difference(unit)}".strip()
