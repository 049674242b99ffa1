"""A YAML file or a CSV table as a tree that still knows where everything stood and how it was written.

Scalars keep their text: whether `NO` is an id or a boolean, and `24.00` a float or an amount of money, is for
the field to say that reads it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Style: TypeAlias = Literal["plain", "quoted", "cell"]

# What YAML 1.1 reads as numbers, and what its neighbours take for numbers although YAML 1.1 does not.
DECIMAL = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9_]*)|(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]{1,3})?)"
)
SEXAGESIMAL = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
BASED = re.compile(r"[-+]?0(?:x[0-9a-fA-F_]+|b[01_]+|o[0-7_]+)")
SCIENTIFIC = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?(?:inf|nan|infinity)", re.IGNORECASE)
LIKE_A_NUMBER = re.compile(r"[^0-9]{0,4}[0-9][0-9.,' ]*[^0-9]{0,4}")  # with a unit, commas or spaces
NULL = frozenset({"~", "null", "Null", "NULL"})
TRUE = frozenset({"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
FALSE = frozenset({"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where nodes come from: a file, a table, or an option of the command line.

    Attributes:
        name: as messages name it.
        row_lines: of a table the line of each row, ascending.

    """

    name: str
    row_lines: list[int] | None = None

    def row(self, line: int) -> int | None:
        """Return the 1-based number of the row in a line; None when that is no row of a table."""
        if self.row_lines is None:
            return None
        position = bisect_left(self.row_lines, line)
        return position + 1 if position < len(self.row_lines) and self.row_lines[position] == line else None


NOWHERE = Source("")


class Scalar(str):
    """The text of one value or key, with its place (1-based; 0 where there is none) and its style."""

    __slots__ = ("column", "line", "source", "style")

    def __new__(
        cls, text: str, style: Style = "plain", source: Source = NOWHERE, line: int = 0, column: int = 0
    ) -> Scalar:
        """Make a scalar of a text."""
        self = super().__new__(cls, text)
        self.style = style
        self.source = source
        self.line = line
        self.column = column
        return self

    style: Style
    source: Source
    line: int
    column: int

    @property
    def is_null(self) -> bool:
        """Whether somebody wrote an explicit null."""
        return self.style == "plain" and self in NULL

    @property
    def is_empty(self) -> bool:
        """Whether there is a key, and nothing after it."""
        return self.style == "plain" and not self

    @property
    def value(self) -> str | int | float | bool | None:
        """The value that YAML 1.1 gives the text; times and sexagesimal numbers stay text."""
        if self.style == "quoted":
            return str(self)
        if self.is_null or self.is_empty:
            return None
        if self in TRUE or self in FALSE:
            return self in TRUE
        if DECIMAL.fullmatch(self) and len(self) < 400:
            digits = self.replace("_", "")
            return float(digits) if "." in digits else int(digits)
        return str(self)


class Map(dict[str, "Node"]):
    """A mapping whose keys are `Scalar`s, with the place where it begins."""

    __slots__ = ("_keys", "column", "line", "source")

    def __init__(self, source: Source = NOWHERE, line: int = 0, column: int = 0) -> None:
        super().__init__()
        self.source = source
        self.line = line
        self.column = column
        self._keys: dict[str, Scalar] | None = None

    def key(self, name: str) -> Scalar | None:
        """Return the key as it stands in the file."""
        if self._keys is None or len(self._keys) != len(self):
            self._keys = {key: key for key in self if isinstance(key, Scalar)}
        return self._keys.get(name)

    def like(self) -> Map:
        """Return a shallow copy at the same place."""
        copy = Map(self.source, self.line, self.column)
        copy.update(self)
        return copy


class Seq(list["Node"]):
    """A list with the place where it begins."""

    __slots__ = ("column", "line", "source")

    def __init__(self, source: Source = NOWHERE, line: int = 0, column: int = 0) -> None:
        super().__init__()
        self.source = source
        self.line = line
        self.column = column

    def like(self) -> Seq:
        """Return a shallow copy at the same place."""
        copy = Seq(self.source, self.line, self.column)
        copy.extend(self)
        return copy


Node: TypeAlias = Scalar | Map | Seq


def label(element: object, position: int) -> str:
    """Return how a dotted path names an element of a list: by id, else by name, else by position."""
    if isinstance(element, Map):
        for word in ("id", "name"):
            name = element.get(word)
            if isinstance(name, Scalar) and name:
                return str(name)
    return str(position)


def nodes(root: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every node under (and with) root, with its dotted path."""
    yield path, root
    if isinstance(root, Map):
        for key, child in root.items():
            yield from nodes(child, f"{path}.{key}" if path else str(key))
    elif isinstance(root, Seq):
        for position, child in enumerate(root):
            name = label(child, position)
            yield from nodes(child, f"{path}.{name}" if path else name)


def plain(node: Node) -> Any:
    """Return a node as Python values: dicts, lists, text, numbers, truth values and None."""
    if isinstance(node, Map):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, Seq):
        return [plain(item) for item in node]
    return node.value
