"""Names that parts use of what a scenario defines."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sim.document import nearest
from sim.errors import PolicyError


def check_names(where: str, noun: str, names: Iterable[str], known: Collection[str]) -> None:
    """Check that what a part names is there: a rule set made in Python has met no scenario before.

    Args:
        where: the rule or part, for the message.
        noun: what the names are of.
        names: those that the part names.
        known: those that there are.

    Raises:
        PolicyError: with the first name that is not known, and the nearest that is.

    """
    for name in names:
        if name not in known:
            close = nearest(name, known)
            hint = f"; did you mean '{close}'?" if close else ""
            raise PolicyError(f"{where}: there is no such {noun} as '{name}'{hint}")
