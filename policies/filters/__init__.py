"""Filters: which warehouses may take some lines of an order. Each is one vector expression over warehouses.

Every module of this folder is looked through for filters: a new one needs no second place.
"""

from __future__ import annotations

import sys

from policies.filters.filter import Filter
from policies.part import parts_of

FILTERS = parts_of(sys.modules[__name__], Filter)

__all__ = ["FILTERS", "Filter"]
