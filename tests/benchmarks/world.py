"""What a case plays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class World:
    """A scenario, a policy, and what is changed.

    Attributes:
        scenario, policy, changes: as on the command line; the scenario `large` is written first.
        on_disk: whether the journal goes to files.

    """

    scenario: str
    policy: str
    changes: tuple[str, ...] = ()
    on_disk: bool = True
