"""Sums of orders by slice, ready to be compared: one matrix for each policy, a row a replication, a column a slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.breakdown import SUMS
from reports.statistics import Difference, Values, mean_of, paired, sample_of, welch


@dataclass(frozen=True, slots=True)
class Slices:
    """What `breakdown.parquet` says of one kind of slice.

    Attributes:
        names: of the slices, as they first came; days by their number.
        replications: numbers of the replications of each policy, ascending.
        sums: by policy and column of `reports.breakdown.SUMS`; 0 where a replication has no such slice.

    """

    names: list[str]
    replications: Mapping[str, list[int]]
    sums: Mapping[str, Mapping[str, Values]]

    @property
    def repeated(self) -> bool:
        """Whether any policy has two replications or more."""
        return max(map(len, self.replications.values()), default=0) > 1

    def ratio(self, policy: str, part: str, whole: str, scale: float = 1.0) -> Values:
        """Return the part, divided by `scale`, for one of the whole; NaN where the whole is 0."""
        sums = self.sums[policy]
        return divided(sums[part] / scale, sums[whole])

    def total(self, column: str) -> Values:
        """Return a column by slice, over all policies and replications."""
        total: Values = np.sum([sums[column].sum(axis=0) for sums in self.sums.values()], axis=0)
        return total

    def differences(
        self, baseline: str, policy: str, part: str, whole: str, scale: float = 1.0, *, common: bool
    ) -> list[Difference]:
        """Compare the ratios of a policy with those of the baseline, slice by slice.

        Args:
            baseline: the policy compared with.
            policy: the policy compared.
            part: as in `ratio`.
            whole: as in `ratio`.
            scale: as in `ratio`.
            common: whether a replication has the same orders under both; replications are then paired.

        """
        before, now = (self.ratio(name, part, whole, scale) for name in (baseline, policy))
        if not common:
            return [welch(sample_of(a), sample_of(b)) for a, b in zip(before.T, now.T, strict=True)]
        both = sorted(set(self.replications[baseline]) & set(self.replications[policy]))
        rows = [[self.replications[name].index(number) for number in both] for name in (baseline, policy)]
        return [paired(a, b) for a, b in zip(before[rows[0]].T, now[rows[1]].T, strict=True)]


def slices_of(breakdown: pd.DataFrame, policies: Sequence[str], by: str) -> Slices:
    """Read one kind of slice.

    Args:
        breakdown: the table `breakdown.parquet`.
        policies: those wanted; one without counted orders has no replication here.
        by: one of `reports.breakdown.BY`.

    """
    # A replication without any split order has no row of that kind, and yet it counts.
    numbers = {
        policy: sorted(int(number) for number in found.unique())
        for policy, found in breakdown.groupby("policy", sort=False)["replication"]
    }
    table = breakdown[(breakdown["by"] == by) & breakdown["policy"].isin(policies)]
    names = list(dict.fromkeys(table["slice"]))
    if by == "day":
        names = [str(day) for day in range(1 + max(map(int, names), default=-1))]
    column = {name: place for place, name in enumerate(names)}
    sums = {}
    for policy in policies:
        mine = table[table["policy"] == policy]
        rows = np.searchsorted(numbers.get(policy, []), mine["replication"])
        columns = mine["slice"].map(column).to_numpy(dtype=np.int64)
        sums[policy] = {name: np.zeros((len(numbers.get(policy, [])), len(names))) for name in SUMS}
        for name, matrix in sums[policy].items():
            matrix[rows, columns] = mine[name]
    return Slices(names, {policy: numbers.get(policy, []) for policy in policies}, sums)


def divided(part: Values, whole: Values) -> Values:
    """Return the quotients of two arrays, NaN where the divisor is 0."""
    quotients: Values = np.full(part.shape, np.nan)
    np.divide(part, whole, out=quotients, where=whole != 0)
    return quotients


def means_of(values: Values) -> Values:
    """Return the mean over replications of each slice; NaN where no replication has a value."""
    found: Values = np.array([mean_of(column).mean for column in values.T])
    return found
