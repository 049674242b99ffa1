"""The comparison of every policy with one baseline, as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from reports.kpis import HEADLINE, KPIS
from reports.statistics import CONFIDENCE, Difference, holm, paired, sample_of, verdict, welch

COLUMNS = (
    "kpi", "unit", "baseline", "policy", "n", "baseline_mean", "policy_mean", "difference", "low", "high",
    "p_value", "p_holm", "variance_reduction", "verdict", "n_needed", "method",
)  # fmt: skip
TEXTS = ("kpi", "unit", "baseline", "policy", "verdict", "method")
"""Columns that hold texts, whatever these look like."""

PAIRED, WELCH = "paired", "Welch"


def comparison(
    kpis: pd.DataFrame,
    baseline: str,
    family: Sequence[str] = HEADLINE,
    *,
    common: bool = True,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Compare every other policy with the baseline in every KPI.

    Replications are paired by their number. Where they do not match, because every policy met order books of its
    own or because the two have no replication in common, Welch's test compares the means (`method`). Holm's
    correction runs over policies × `family`, and only these rows have `p_holm` and a verdict; `n_needed` says
    how many replications of each would do where there are too few.

    Args:
        kpis: columns policy, replication, kpi, unit, value, as in `kpis.csv`.
        baseline: the policy that the others are compared with.
        family: KPIs on which policies are judged.
        common: whether a replication has the same order book under every policy.
        confidence: level of the intervals, and of what a verdict needs.

    Returns:
        One row for each KPI and policy, in the order of `COLUMNS`; policies as they first appear.

    Raises:
        ValueError: if the baseline is none of the policies, or a KPI of the family has no better direction.

    Example:
        >>> import pandas as pd
        >>> from reports import comparison
        >>> old, new = [11.40, 11.62, 11.31], [10.98, 11.15, 10.90]
        >>> rows = [("old", n, "cost_per_order", "USD/order", cost) for n, cost in enumerate(old)]
        >>> rows += [("new", n, "cost_per_order", "USD/order", cost) for n, cost in enumerate(new)]
        >>> kpis = pd.DataFrame(rows, columns=["policy", "replication", "kpi", "unit", "value"])
        >>> found = comparison(kpis, baseline="old").iloc[0]
        >>> f"{found['difference']:.2f} {found['unit']}: {found['verdict']}"
        '-0.43 USD/order: better'

    """
    policies = list(dict.fromkeys(kpis["policy"]))
    if baseline not in policies:
        raise ValueError(f"baseline {baseline!r} is none of the policies {', '.join(policies)}")
    values = kpis.pivot(index="replication", columns=["kpi", "policy"], values="value")
    numbers = {policy: set(rows["replication"]) for policy, rows in kpis.groupby("policy")}
    pairs = {policy: common and bool(numbers[policy] & numbers[baseline]) for policy in policies}
    units = dict(zip(kpis["kpi"], kpis["unit"], strict=True))

    def compared(kpi: str, policy: str) -> Difference:
        before, now = values[kpi, baseline].to_numpy(), values[kpi, policy].to_numpy()
        if pairs[policy]:
            return paired(before, now, confidence)
        return welch(sample_of(before), sample_of(now), confidence)

    found = [
        (kpi, policy, compared(kpi, policy))
        for kpi in KPIS
        if kpi in units
        for policy in policies
        if policy != baseline
    ]
    judged = [place for place, (kpi, _, _) in enumerate(found) if kpi in family]
    adjusted = dict(zip(judged, holm([found[place][2].p_value for place in judged]), strict=True))
    rows = []
    for place, (kpi, policy, result) in enumerate(found):
        p_holm = adjusted.get(place, math.nan)
        words, needed = verdict(KPIS[kpi], result, p_holm, confidence) if place in adjusted else ("", None)
        rows.append(
            (
                kpi, units[kpi], baseline, policy, result.n, result.baseline_mean, result.policy_mean,
                result.difference, result.low, result.high, result.p_value, p_holm, result.variance_reduction,
                words, needed, PAIRED if pairs[policy] else WELCH,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"n_needed": "Int64"})
