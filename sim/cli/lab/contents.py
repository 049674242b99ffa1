"""What a result folder holds, by name."""

from __future__ import annotations

from sim.execution.experiment import DIGESTS
from sim.execution.tasklog import FILE_NAME as TASK_LOG
from sim.scenario.resolved import FILE_NAME as SCENARIO

PROVENANCE = "provenance.json"

ALWAYS = ("kpis.csv", "comparison.csv", "reconciliation.csv", "breakdown.parquet", "summary.json")
"""What every experiment has written when it is complete."""

TABLES = (*ALWAYS, "sweep.csv", "explanations.json")
"""What an experiment writes of what it found; not every one writes all."""

EXPORTS = "exports"
"""The folder of what was made of a result for other programs."""

POLICIES = "policies"
"""The folder of the copies of policies."""

FILES = (*TABLES, "report.html", SCENARIO, PROVENANCE, TASK_LOG)

FOLDERS = ("journal", POLICIES, "figures", EXPORTS, DIGESTS)

NAMES = frozenset((*FILES, *FOLDERS))
"""All of them: a table of a scenario that is called like one of them is kept elsewhere."""
