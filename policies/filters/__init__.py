"""Filters: which warehouses may take some lines of an order. Each is one vector expression over warehouses.

Every module of this folder is looked through for filters: a new one needs no second place.
"""

from __future__ import annotations

import sys

from policies.filters.filter import Filter
from policies.part import parts_of

__all__ = ["FILTERS", "Filter"]

FILTERS: dict[str, type[Filter]]


def __getattr__(name: str) -> dict[str, type[Filter]]:
    """Return `FILTERS`, looked for when it is first wanted: packages that add one import this module."""
    if name != "FILTERS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = parts_of(sys.modules[__name__], Filter)
    globals()[name] = found
    return found
