"""Which of the journals that a result kept is meant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.evidence import kept_replications
from sim.document import nearest
from sim.errors import InputError, Problem
from sim.journal import Journal


@dataclass(frozen=True, slots=True)
class Kept:
    """One journal of a result.

    Attributes:
        policy: whose decisions it has.
        replication: from 0.
        journal: its tables.

    """

    policy: str
    replication: int
    journal: Journal

    @property
    def name(self) -> str:
        """What a file made of it is called, without an ending."""
        return f"{self.policy}-{self.replication}"


def kept_journal(
    folder: Path, summary: dict[str, Any], policy: str | None = None, replication: int | None = None
) -> Kept | None:
    """Return a journal of a result, or None where it kept none of that policy.

    Args:
        folder: of the result.
        summary: what its `summary.json` says.
        policy: one of the result; None: the first.
        replication: None: the first of which there is a journal.

    Raises:
        InputError: there is no such policy, or no journal of that replication; it is not what a run wrote.

    """
    names: list[str] = summary["policies"]
    name = names[0] if policy is None else policy
    if name not in names:
        rule = f"is none of the policies: {', '.join(names)}"
        raise InputError([Problem("--policy", rule, value=name, nearest=nearest(name, names))])
    kept = kept_replications(folder, name)
    if replication is None and not kept:
        return None
    number = kept[0] if replication is None else replication
    if number not in kept:
        others = f"there is one of {', '.join(map(str, kept))}" if kept else "there is none"
        rule = f"of this replication {name} kept no journal: {others}; orderlab run … --journal all keeps all"
        raise InputError([Problem("--replication", rule, value=str(number))])
    place = folder / "journal" / name / str(number)
    return Kept(name, number, Journal.open(place))
