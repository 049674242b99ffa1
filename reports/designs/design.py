"""How many replications an experiment plays: what every design is, and the plain one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from reports.statistics import MOST_REPLICATIONS
from sim.execution.experiment import Found


@runtime_checkable
class Design(Protocol):
    """Says how many replications are wanted: a frozen dataclass whose fields are plain JSON.

    Attributes:
        name: its key in `summary.json`, and how provenance names it.

    """

    name: ClassVar[str]

    def __call__(self, found: Found) -> Mapping[str, int]:
        """Return how many replications of each policy are wanted in all, by what was found.

        See `sim.execution.experiment`.
        """
        ...

    def told(self, found: Found) -> Mapping[str, Any]:
        """Return what is said of a finished experiment, as plain JSON; empty when there is nothing to say."""
        ...


@dataclass(frozen=True)
class Fixed:
    """As many replications of every policy as one says.

    Raises ValueError when that is none, or more than `MOST_REPLICATIONS`.
    """

    replications: int
    name: ClassVar[str] = "fixed"

    def __post_init__(self) -> None:
        if not 1 <= self.replications <= MOST_REPLICATIONS:
            raise ValueError(f"replications must be 1 to {MOST_REPLICATIONS:,}, not {self.replications}")

    def __call__(self, found: Found) -> Mapping[str, int]:
        """Return the same number for every policy."""
        return dict.fromkeys(found, self.replications)

    def told(self, found: Found) -> Mapping[str, Any]:
        """Return nothing: there is nothing to say."""
        del found
        return {}
