"""What a command is told to look at of a result folder, checked against what was played there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.document import nearest
from sim.errors import InputError, Problem


def policy_named(option: str, name: str, provenance: Mapping[str, Any]) -> str:
    """Return the name of a policy of a run. Raises InputError when it has none of that name."""
    names: list[str] = provenance["settings"]["policies"]
    if name not in names:
        rule = f"is none of the policies: {', '.join(names)}"
        raise InputError([Problem(option, rule, value=name, nearest=nearest(name, names))])
    return name


def check_replication(replication: int, provenance: Mapping[str, Any]) -> None:
    """Refuse a replication that no policy of a run has played. Raises InputError."""
    count = provenance["settings"]["design"].get("replications")  # any will do where it was left open
    if replication < 0 or (count is not None and replication >= count):
        rule = "must be 0: the run has one replication"
        if count != 1:
            rule = "must be 0 or more" if count is None else f"must be 0 to {count - 1}, as in the run"
        raise InputError([Problem("--replication", rule, value=str(replication))])
