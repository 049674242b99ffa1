"""Lists of names: inline, or joined by `;` in a cell of a table, or one word for all of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.document.fields import Id, Reference
from sim.document.section import nearest, wrong
from sim.document.tree import Scalar, Seq

JOINED_BY = ";"


class Listing:
    """Metadata of an annotation: a list of ids, kept as a tuple of distinct ones.

    Args:
        kinds: what the ids refer to; none: they are names of their own, such as tags.
        words: single words that may stand instead of the list, and are kept as they are.
        at_least: so many ids there must be.
        single: whether one id may stand alone, for a list of one.

    """

    def __init__(
        self, *kinds: str, words: tuple[str, ...] = (), at_least: int = 0, single: bool = False
    ) -> None:
        self._element = Reference(kinds=kinds) if kinds else Id()
        self.noun = f"list of {' or '.join(kinds)} ids" if kinds else "list of names"
        self.words = words
        self._at_least = at_least
        self._single = single

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        element = core_schema.with_info_plain_validator_function(self._element.check)
        listed = core_schema.tuple_schema([element], variadic_item_index=0)
        return core_schema.no_info_wrap_validator_function(self._read, listed)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        listed = {"type": "array", "items": self._element.schema(), "minItems": self._at_least}
        if self._single:
            return {"anyOf": [self._element.schema(), listed]}
        return {"anyOf": [{"enum": list(self.words)}, listed]} if self.words else listed

    def _read(self, given: Any, handler: Any) -> Any:
        if isinstance(given, str) and given in self.words:
            return str(given)
        if isinstance(given, Scalar) and given.style == "cell":
            given = split(given)
        if self._single and isinstance(given, str):
            given = (given,)
        if not isinstance(given, (list, tuple)):
            choices = [*(f"'{word}'" for word in self.words), f"a {self.noun}"]
            close = nearest(given, self.words) if isinstance(given, str) else None
            raise wrong(f"must be {' or '.join(choices)}", nearest=close)
        names = handler(given)
        if len(set(names)) < len(names):
            twice, _ = Counter(names).most_common(1)[0]
            raise wrong(f"must not name '{twice}' twice")
        if len(names) < self._at_least:
            raise wrong(f"must hold at least {self._at_least}")
        return names


def split(cell: Scalar) -> Seq:
    """Return the parts of a cell that are joined by `;`."""
    parts = Seq(cell.source, cell.line, cell.column)
    parts.extend(
        Scalar(part.strip(), "cell", cell.source, cell.line, cell.column)
        for part in cell.split(JOINED_BY)
        if part.strip()
    )
    return parts
