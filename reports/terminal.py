"""A result as plain text, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from reports import numbers
from reports.compare import WELCH
from reports.kpis import COST_PARTS, KPIS
from reports.layout import GAP, table, tables
from reports.layout import width as width_of
from reports.result import Result
from reports.sentences import answer, limits, reading, replications, still_open, verdict_text
from reports.summary import currency_of
from reports.sweeps.text import sweep_text

_MORE = (
    "lead_time_p95_h", "queue_mean_min", "on_time_in_full_share", "cancelled_share", "open_share",
    "utilisation_mean", "distance_mean_km", "margin_per_order",
)  # fmt: skip


def result_text(result: Result, width: int = 100) -> str:
    """Say what an experiment found: the KPIs of each policy, then the differences to the baseline.

    Args:
        result: from `reports.result`.
        width: columns of the terminal; a wider table continues below, a few policies at a time.

    Example:
        >>> from reports import result_text
        >>> from sim import Experiment
        >>> result = Experiment("hello", ["nearest", "cheapest"], replications=2, changes=["days=0.1"]).run(jobs=1)
        >>> print(result_text(result).splitlines()[0])
        hello - hello, two warehouses: 2 policies, 2 replications, 17 orders in each

    """
    if "sweep" in result.summary:
        return sweep_text(result, width)
    summary = result.summary
    family = [name for name in summary["family"] if name in KPIS]
    parts = [name for name in COST_PARTS if any(_mean(summary, name, p) for p in summary["policies"])]
    more = [name for name in _MORE if name not in family]
    # What is said of one replication stands at the end.
    sentences = [*answer(summary), *(limits if summary["replications"] > 1 else still_open)(summary)]
    blocks = [_title(summary, width), *(textwrap.fill(sentence, width) for sentence in sentences)]
    blocks.append(_kpis("", summary, family, width))
    if parts:
        blocks.append(_kpis("of the cost:", summary, parts, width))
    blocks.append(_kpis("and:", summary, more, width))
    others = [policy for policy in summary["policies"] if policy != summary["baseline"]]
    blocks.extend(_differences(summary, policy, width) for policy in others)
    blocks.append(textwrap.fill(reading(summary), width))
    return numbers.plain("\n\n".join(blocks) + "\n")


def _title(summary: dict[str, Any], width: int) -> str:
    about, policies = summary["about"], summary["policies"]
    names = dict.fromkeys(name for name in (about.get("scenario"), about.get("title")) if name)
    orders = _mean(summary, "orders", summary["baseline"])
    facts = (
        numbers.counted(len(policies), "policy", "policies"),
        replications(summary),
        f"{numbers.fixed(orders or 0.0, 0)} orders in each",
    )
    return textwrap.fill(f"{' - '.join(names)}: {', '.join(facts)}", width)


def _mean(summary: dict[str, Any], kpi: str, policy: str) -> float | None:
    mean: float | None = summary["kpis"][kpi][policy]["mean"]
    return mean


def _kpis(title: str, summary: dict[str, Any], names: Sequence[str], width: int) -> str:
    currency = currency_of(summary)
    left = [[title, *names]]
    left.append(["unit", *(numbers.unit_shown(KPIS[name].unit_in(currency))[1] for name in names)])
    left.append(["better", *(KPIS[name].better or "" for name in names)])
    policies = {
        policy: [policy, *(_estimate(summary, name, policy) for name in names)]
        for policy in summary["policies"]
    }
    return tables(left, list(policies.values()), width)


def _estimate(summary: dict[str, Any], kpi: str, policy: str) -> str:
    found = summary["kpis"][kpi][policy]
    return numbers.estimate(found["mean"], found["half_width"], KPIS[kpi].unit)


def _differences(summary: dict[str, Any], policy: str, width: int) -> str:
    family = summary["family"]
    rows = {
        row["kpi"]: row for row in summary["comparison"] if row["policy"] == policy and row["kpi"] in family
    }
    names = [name for name in family if name in rows]
    columns = {
        "": ["", *names],
        "unit": ["unit", *(numbers.unit_of_difference(rows[name]["unit"]) for name in names)],
        "difference": ["difference", *(numbers.difference(rows[name]) for name in names)],
        "interval": ["95 % interval", *(numbers.interval(rows[name]) for name in names)],
        "p": ["adjusted p", *(numbers.probability(rows[name]["p_holm"]) for name in names)],
    }
    verdicts = ["verdict", *(verdict_text(rows[name]) for name in names)]
    for dispensable in ("unit", "p"):
        if sum(width_of(c) + len(GAP) for c in columns.values()) + width_of(verdicts) <= width:
            break
        del columns[dispensable]
    left = [column for name, column in columns.items() if name in ("", "unit")]
    right = [column for name, column in columns.items() if name not in ("", "unit")]
    how = "replication by replication on the same orders"
    if any(row["method"] == WELCH for row in rows.values()):
        how = "each on orders of its own"
    title = f"{policy} minus {summary['baseline']}, {how}"
    paragraphs = [textwrap.fill(title, width), table(left, right, [verdicts])]
    reductions = [
        f"{name} {numbers.times(rows[name]['variance_reduction'])}"
        for name in names
        if rows[name]["variance_reduction"] is not None
    ]
    if reductions:
        text = (
            f"Variance of the difference, times smaller than with separate orders: {', '.join(reductions)}."
        )
        paragraphs.append(textwrap.fill(text, width))
    return "\n".join(paragraphs)
