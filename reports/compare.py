"""The paired comparison of every policy with one baseline, as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from reports.kpis import HEADLINE, KPIS
from reports.statistics import Difference, holm, paired, verdict

COLUMNS = (
    "kpi", "unit", "baseline", "policy", "n", "baseline_mean", "policy_mean", "difference", "low", "high",
    "p_value", "p_holm", "variance_reduction", "verdict", "n_needed",
)  # fmt: skip


def comparison(kpis: pd.DataFrame, baseline: str, family: Sequence[str] = HEADLINE) -> pd.DataFrame:
    """Compare every other policy with the baseline in every KPI.

    Replications are paired by their number. Holm's correction runs over policies × `family`, and only these
    rows have `p_holm` and a verdict; `n_needed` says how many replications would do where there are too few.

    Args:
        kpis: columns policy, replication, kpi, unit, value, as in `kpis.csv`.
        baseline: the policy that the others are compared with.
        family: KPIs on which policies are judged.

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
    units = dict(zip(kpis["kpi"], kpis["unit"], strict=True))
    found: list[tuple[str, str, Difference]] = [
        (kpi, policy, paired(values[kpi, baseline].to_numpy(), values[kpi, policy].to_numpy()))
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
        words, needed = verdict(KPIS[kpi], result, p_holm) if place in adjusted else ("", None)
        rows.append(
            (
                kpi, units[kpi], baseline, policy, result.n, result.baseline_mean, result.policy_mean,
                result.difference, result.low, result.high, result.p_value, p_holm, result.variance_reduction,
                words, needed,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"n_needed": "Int64"})
