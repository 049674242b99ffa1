"""All that a page is drawn from: the tables of a result folder, and the journals that it kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from reports.breakdown import read_breakdown
from reports.kept import common_journals
from reports.result import Result
from reports.slices import Slices, slices_of
from reports.summary import currency_of
from sim.journal import Journal
from sim.scenario import Scenario, load_scenario


@dataclass(frozen=True, slots=True)
class Evidence:
    """What pictures and stories of a result rest on. What is not there is None or empty, and a picture says so.

    Attributes:
        summary: the content of `summary.json`; of a large sweep, with the points that the page shows alone.
        kpis: the table `kpis.csv`: policy, replication, kpi, unit, value.
        breakdown: the table `breakdown.parquet`, see `reports.breakdown`; None where the folder has none.
        journals: of the first replication of which every policy has one, by policy; one is read block by block.
        scenario: the world; None where the folder has none.

    """

    summary: dict[str, Any]
    kpis: pd.DataFrame
    breakdown: pd.DataFrame | None
    journals: Mapping[str, Journal]
    scenario: Scenario | None

    @property
    def policies(self) -> list[str]:
        """Names of the policies; the place of one gives its colour."""
        names: list[str] = self.summary["policies"]
        return names

    def slices(self, by: str) -> Slices:
        """Return one kind of slice of the breakdown, which must be there; `by` is one of `reports.breakdown.BY`."""
        assert self.breakdown is not None
        return slices_of(self.breakdown, self.policies, by)

    @property
    def currency(self) -> str:
        """Of all money."""
        return currency_of(self.summary)


def read_evidence(folder: Path, result: Result, summary: dict[str, Any]) -> Evidence:
    """Gather what a result folder has.

    Args:
        folder: of the result.
        result: its tables.
        summary: of the policies that are shown.

    Raises InputError, OSError or ArrowException when a file is there and cannot be read.
    """
    scenario, broken_down = folder / "scenario.yaml", read_breakdown(folder)
    return Evidence(
        summary,
        result.kpis,
        None if broken_down is None else broken_down.to_pandas(),
        common_journals(folder, summary["policies"])[1],
        load_scenario(scenario) if scenario.is_file() else None,
    )
