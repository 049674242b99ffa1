"""How many inputs each test tries."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

TOTAL = int(os.environ.get("ORDERLAB_FUZZ", "0"))
"""Inputs of all tests together, from a seed; 0: a thousand, always the same."""


def inputs(in_thousand: int) -> settings:
    """Return settings with which a test tries so many of a thousand inputs, or its share of those asked for.

    A thousand are always the same. More come from the seed that `make fuzz` prints, and what fails is made small.
    """
    return settings(
        max_examples=max(1, in_thousand * TOTAL // 1_000) if TOTAL else in_thousand,
        derandomize=not TOTAL,
        database=None,
        deadline=None,  # the watchdogs judge each input
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        print_blob=True,
    )
