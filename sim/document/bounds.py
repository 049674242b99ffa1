"""How large may be what people write. What is larger is refused before it takes the memory or the time of a machine.

Each bound is some ten times what the largest scenario that we know of needs, and what it lets through is read in a
minute and some gigabytes at the very most. How much a scenario may ask of a run stands in `sim.scenario.sizes`.
"""

from __future__ import annotations

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a document, of a list in a CSV table, of a Python policy."""

LARGEST_TABLE = 1024 * 1024 * 1024
"""Bytes of a table that is read as columns, such as recorded orders: some twenty million lines."""

MOST_VALUES = 2_000_000
"""Values of a document or of a list in a CSV table: each takes some hundred bytes and some microseconds."""

MOST_COLUMNS = 1_000
"""Columns of a table: what is said of them compares each with each."""

MOST_REPEATED = 200_000
"""Values that aliases may add to a document."""

DEEPEST = 40
"""Lists and mappings within each other: whoever follows them down needs no more stack than there is."""

MOST_STEPS = 100
"""Words of a dotted path: ids may hold dots, but what a path adds is nested that deep."""

MOST_PROBLEMS = 10_000
"""Problems of the YAML itself, such as duplicate keys, after which no more are looked for."""

MOST_DIRECTIVES = 100
"""Lines of a document that begin with a per cent sign: a parser compares each with each."""

YEARS = range(1971, 2200)
"""In which every moment lies, so that the calendars of Python, pandas and Parquet have it; 1970 is for what is none."""

LEAST = 1e-9
"""What is closer to 0 is no number that anybody means, and its reciprocal is none that a computer has."""
