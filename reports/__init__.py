"""What is learned from journals: KPIs, statistics over replications, comparisons, pages.

The names below are loaded when they are first used: workers measure replications and need neither pandas nor
matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.compare import comparison
    from reports.designs.precision import Precision
    from reports.designs.selection import Selection
    from reports.kpis import HEADLINE, KPIS, Kpi, measure
    from reports.page import write_report
    from reports.result import Result, read_result, write_result
    from reports.sweeps.table import contenders, sweep_table, tornado
    from reports.terminal import result_text

__all__ = [
    "HEADLINE",
    "KPIS",
    "Kpi",
    "Precision",
    "Result",
    "Selection",
    "comparison",
    "contenders",
    "measure",
    "read_result",
    "result_text",
    "sweep_table",
    "tornado",
    "write_report",
    "write_result",
]

_MODULES = {
    "reports.compare": ("comparison",),
    "reports.designs.precision": ("Precision",),
    "reports.designs.selection": ("Selection",),
    "reports.kpis": ("HEADLINE", "KPIS", "Kpi", "measure"),
    "reports.page": ("write_report",),
    "reports.result": ("Result", "read_result", "write_result"),
    "reports.sweeps.table": ("contenders", "sweep_table", "tornado"),
    "reports.terminal": ("result_text",),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'reports' has no attribute {name!r}")
