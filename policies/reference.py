"""Every key of a rule set and every part of a rule: the tables of policies/README.md.

make docs        writes them there again, below the line that says so
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from policies.actions import ACTIONS, Assign, AssignUnits
from policies.keys import KEYS, Key
from policies.part import OneOf, Part
from policies.ranks import Rank, Weighted
from policies.ruleset import RuleSet
from policies.soft import ALL_FILTERS
from policies.written import written
from sim.document.manual import Manual, Value, anchor, cells, rewritten, said
from sim.writing import write_file

KINDS: dict[str, tuple[str, Mapping[str, type[Part]]]] = {
    "filter": ("Filters", ALL_FILTERS),
    "rank key": ("Rank keys", KEYS),
    "action": ("Actions", {**ACTIONS, Assign.name: Assign, AssignUnits.name: AssignUnits}),
}
"""By kind, what its parts are called in a heading, and which there are."""

_OWN = {
    "Rule.sites": "`all`, list of warehouse ids, {kind: …} or {group: …}",
    "Rule.rank": "{by: …}, {cost: …} or {penalty: …}",
    "Rule.on_full": "`assign` or [action](#actions)",
    "OrderTerms.value_at_least": "currency",
    "OrderTerms.value_below": "currency",
    "LineTerms.price_at_least": "currency",
    "Key.weight": "number",
    "Limit.effect": "`block`, `last` or {penalty: money}",
}
"""What neither the name of a key nor the kind of its value shows."""


def part_tables() -> str:
    """Return the tables as Markdown: the keys of the file, then the parts, kind by kind."""
    manual = Manual(own=_OWN, special=_special, default=_default)
    blocks = list(manual.sections("", "The file", RuleSet, {}))
    for heading, parts in KINDS.values():
        rows = "".join(row for part in parts.values() for row in _rows(manual, part))
        blocks.append(f"### {heading}\n\n{_HEAD}{rows}")
        if heading == "Rank keys":
            rows = "".join(manual.row(Key, key, {}) for key in Key.key_names())
            blocks.append(f"Every rank key also has these.\n\n{manual.table([rows])}")
    return "\n".join(blocks)


_HEAD = "| part | parameter | unit or kind | default | effect |\n|---|---|---|---|---|\n"


def _rows(manual: Manual, part: type[Part]) -> Iterator[str]:
    """Yield what a part does, then its parameters; the one that may stand alone is set in bold."""
    yield cells(f"`{part.name}`", "", "", "", said(part))
    shared = Key.key_names() if issubclass(part, Key) else []
    for key in part.key_names():
        if key not in shared:
            name, *rest = manual.described(part, key, {})
            yield cells("", f"**{name}**" if key == part.main else name, *rest)


def _special(mark: Any, _: str) -> Value | None:
    """Return what only rule sets hold: parts."""
    if isinstance(mark, OneOf):
        return Value(_linked(mark.noun))
    return Value(f"weights by {_linked('rank key')}") if isinstance(mark, Weighted) else None


def _linked(noun: str) -> str:
    return f"[{noun}](#{anchor(KINDS[noun][0])})"


def _default(default: Any) -> str | None:
    """Return a default that is made of parts, or a switch, as it would be written."""
    if default is False:
        return "`false`"
    of_parts = isinstance(default, tuple) and default and all(isinstance(part, Part) for part in default)
    return f"`{written(default).splitlines()[0]}`" if of_parts or isinstance(default, (Part, Rank)) else None


if __name__ == "__main__":
    path = Path(str(resources.files("policies"))) / "README.md"
    write_file(path, rewritten(path.read_text(encoding="utf-8"), part_tables()))
