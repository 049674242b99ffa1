"""A table in every form that it is asked for: text, Markdown, CSV, JSON.

Cells hold values: text, numbers, None for what is undefined. People read them as their column shows them, machines as
they are.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from reports import numbers
from reports.layout import aligned, fitted
from sim.errors import printable

# What Markdown acts on anywhere in a line; an underscore only at the edge of a word.
_EMPHASIS = re.compile(r"[\\`*|$~]|(?<=\])\(|(?<![^\W_])_|_(?![^\W_])")

Value: TypeAlias = str | int | float | None


def as_words(value: Value) -> str:
    """Show a value as it is, on one line; None as a dash."""
    return numbers.MISSING if value is None else one_line(str(value))


class Column(NamedTuple):
    """What stands above a column of a table, and how its values are shown to people.

    Attributes:
        name: its heading, and its key for machines.
        unit: of its values as they are shown; empty for text and counts.
        right: whether it is set flush right, as numbers are.
        show: how a value is written for people.

    """

    name: str
    unit: str = ""
    right: bool = False
    show: Callable[[Any], str] = as_words


class Table(NamedTuple):
    """A table of values.

    Attributes:
        title: what stands above it; may be empty.
        columns: from left to right.
        rows: with a value for each column.

    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]

    def shown(self) -> list[list[str]]:
        """Return the cells of each row as people read them."""
        return [
            [column.show(value) for column, value in zip(self.columns, row, strict=True)] for row in self.rows
        ]


def as_text(table: Table, room: int | None = None) -> str:
    """Write a table for a terminal.

    Args:
        table: is written with its title, headings and, where there are any, units.
        room: columns of the terminal; what has no place continues below, with the first column again.

    """
    units = [[column.unit for column in table.columns]] if any(c.unit for c in table.columns) else []
    heads = [[column.name for column in table.columns], *units]
    columns = [list(cells) for cells in zip(*heads, *table.shown(), strict=True)]
    right = [column.right for column in table.columns]
    blocks = [aligned(columns, right)] if room is None else fitted(columns, right, 1, room)
    title = f"{table.title}\n" if table.title else ""
    return numbers.plain(title + "\n\n".join(blocks))


def as_markdown(table: Table) -> str:
    """Write a table for a page of text: GitHub's and most others' Markdown. Its title is a bold line."""
    heads = [f"{c.name}, {c.unit}" if c.unit else c.name for c in table.columns]
    rules = ["---:" if column.right else "---" for column in table.columns]
    rows = [[escaped(cell) for cell in row] for row in [heads, rules, *table.shown()]]
    title = f"**{escaped(table.title)}**\n\n" if table.title else ""
    return title + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def as_csv(table: Table) -> str:
    """Write the values of a table as CSV: a heading, then a line a row; None is empty. The title is left out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(table.rows)
    return text.getvalue()


def as_json(content: Any) -> str:
    """Write content as JSON for people to look into as well."""
    return json.dumps(content, indent=1, ensure_ascii=False)


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line and inside of a table, too."""
    return _EMPHASIS.sub(r"\\\g<0>", one_line(text).replace("&", "&amp;").replace("<", "&lt;"))


def one_line(text: str) -> str:
    """Return a text on one line, without anything that a terminal would act on."""
    return printable(text.replace(numbers.NO_BREAK, " "))
