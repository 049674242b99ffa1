"""What several pictures say below themselves, or in their place."""

from __future__ import annotations

NO_JOURNAL = "No replication has a journal of every policy: run with --journal first."
"""Why there is no picture of single orders and shipments."""

ONE_DAY = "The window has no second day."
"""Why there is no picture over time."""

OWN_COSTS = "Cost: of the orders themselves, without storage, supply and spoilage."
"""What the cost of a slice is."""


def averaged(repeated: bool, several: str = "Mean over replications.") -> str:
    """Return what is shown of several replications, or that it is of one."""
    return several if repeated else "Of one replication."


def bars(repeated: bool) -> str:
    """Return what bars are, or that there is one replication, and none."""
    return averaged(repeated, "Bars: 95 % intervals over replications.")
