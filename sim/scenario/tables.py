"""Lists of a scenario that may come from a CSV table, and the files that a scenario may name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from sim.document import Node, Scalar, Section, Seq, problem_at, wrong
from sim.errors import Problem


def path_key(written: str | Path) -> str:
    """Return the path of a file in the one form in which it is looked up, whatever form it was written in."""
    return Path(written).as_posix()


def _read_path(given: Any) -> Path:
    if not isinstance(given, str) or not given.strip() or (isinstance(given, Scalar) and given.is_null):
        raise wrong("must be the name of a file beside the scenario")
    return Path(given)


FilePath: TypeAlias = Annotated[
    Path, PlainValidator(_read_path), WithJsonSchema({"type": "string", "minLength": 1})
]


class Unread(Seq):
    """Stands for rows that could not be read: that was told, and nothing more is to be said of them."""


class Table:
    """Metadata of an annotation: a list of sections that may stand in a table instead."""

    def __init__(self, row: type[Section], *, generated: bool = False, at_least: int = 0) -> None:
        self.row = row
        self.generated = generated
        self._at_least = at_least

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        listed = dict(handler(schema))
        file = {
            "type": "object",
            "properties": {"file": {"type": "string", "description": "a CSV table beside the scenario"}},
            "required": ["file"],
            "additionalProperties": False,
        }
        listed["items"] = {"anyOf": [listed["items"], file]}
        listed["minItems"] = self._at_least
        return {"anyOf": [listed, file]}

    def _read(self, given: Any, handler: Any) -> Any:
        if isinstance(given, Unread):
            return ()
        if not isinstance(given, (list, tuple)):
            raise wrong(
                "must be a list, or {file: TABLE.csv}" + (", or {generate: …}" if self.generated else "")
            )
        rows = handler(given)
        if len(rows) < self._at_least:
            raise wrong("must not be empty")
        return rows


@dataclass
class Files:
    """The files that a scenario names.

    Attributes:
        folder: where the scenario lies; its files must lie there too, or below.
        anywhere: they may lie anywhere.
        used: the files named, by path as written.

    """

    folder: Path
    anywhere: bool = False
    used: dict[str, Path] = field(default_factory=dict)

    def find(self, node: Node | None, key: str, problems: list[Problem]) -> Path | None:
        """Return the file that a value names; None, and a problem, when there is none that may be read."""
        if not isinstance(node, Scalar) or not node or node.is_null:
            return None  # the check of the scenario says so
        rule = self._why_not(node)
        if rule is not None:
            problems.append(problem_at(node, rule, key, value=node))
            return None
        path = self.used[path_key(node)] = self.folder / node
        return path

    def _why_not(self, written: str) -> str | None:
        if "\0" in written:
            return "must be the name of a file"
        path = self.folder / written
        try:
            if not self.anywhere and not path.resolve().is_relative_to(self.folder.resolve()):
                return "must lie in the folder of the scenario (--anywhere allows it elsewhere)"
            if not path.exists():
                return "there is no such file"
            return None if path.is_file() else "must be a file"
        except (OSError, RuntimeError) as failure:  # a name too long, a loop of links
            return f"cannot be read: {getattr(failure, 'strerror', None) or failure}"
