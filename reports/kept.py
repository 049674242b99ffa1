"""The journals that a result kept: which there are, which every policy has, and which is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.execution.experiment import Task, check_is_one, journal_of
from sim.journal import Journal


@dataclass(frozen=True, slots=True)
class KeptJournal:
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
) -> KeptJournal | None:
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
    check_is_one(name, names, "--policy")
    kept = kept_replications(folder, name)
    if replication is None and not kept:
        return None
    number = kept[0] if replication is None else replication
    if number not in kept:
        others = f"there is one of {', '.join(map(str, kept))}" if kept else "there is none"
        rule = f"of this replication {name} kept no journal: {others}; orderlab run … --journal all keeps all"
        raise InputError([Problem("--replication", rule, value=str(number))])
    return KeptJournal(name, number, Journal.open(journal_of(Task(name, number), folder)))


def common_journals(folder: Path, policies: Sequence[str]) -> tuple[int, dict[str, Journal]]:
    """Open the first replication of which every policy has a journal: its number, and none where there is no such."""
    common = set.intersection(*(set(kept_replications(folder, policy)) for policy in policies))
    if not common:
        return 0, {}
    number = min(common)
    return number, {policy: Journal.open(journal_of(Task(policy, number), folder)) for policy in policies}


def kept_replications(folder: Path, policy: str) -> list[int]:
    """Return the replications of a policy whose journals a result kept, ascending."""
    places = journal_of(Task(policy, 0), folder).parent.glob("*")
    return sorted(int(place.name) for place in places if place.name.isdecimal())
