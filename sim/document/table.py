"""CSV tables as lists of mappings, as if they stood in the document: dotted columns, `lat,lon`, `;` lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic.fields import FieldInfo

from sim.document.bounds import DEEPEST, MOST_COLUMNS, MOST_PROBLEMS, MOST_VALUES
from sim.document.choice import Forms
from sim.document.files import decoded, read_bytes
from sim.document.paths import dotted
from sim.document.section import Section, nearest
from sim.document.tree import Map, Scalar, Seq, Source
from sim.errors import InputError, Problem

_PLACE = ("lat", "lon")
_ELSEWHERE = {"\t": "tabs", ";": "semicolons", "|": "bars"}


def read_table(path: Path, name: str, row: type[Section], error: type[InputError] = InputError) -> Seq:
    """Return one mapping a row.

    Args:
        path: the file.
        name: as messages name it.
        row: the model that every row must fit; its keys are the valid columns.
        error: what is raised for a file or a header that cannot be used. Wrong cells are for the check of
            the document to find.

    """
    text = decoded(read_bytes(path, name, error), name, error)
    lines: list[int] = []
    source = Source(name, lines)
    table = Seq(source, 1, 1)
    wrong: list[Problem] = []
    try:
        rows = _rows(text)
        header_line, header = next(rows, (1, []))
        columns = [column.strip() for column in header]
        if rule := wrongly_separated(columns):
            raise error([Problem(name, rule, line=header_line)])
        wrong += _wrong_header(columns, source, header_line, row)
        for line, cells in rows:
            lines.append(line)
            if len(cells) != len(columns):
                wrong.append(Problem(name, uneven(len(columns), len(lines), len(cells)), line=line))
                if len(wrong) > MOST_PROBLEMS:
                    raise error(wrong)
            elif not wrong:
                table.append(_mapping(columns, cells, source, line))
            if len(lines) * len(columns) > MOST_VALUES:
                raise error([Problem(name, f"must not hold more than {MOST_VALUES:,} cells", line=line)])
    except csv.Error as failure:
        raise error([*wrong, Problem(name, f"is not a CSV table: {failure}")]) from None
    if wrong:
        raise error(wrong)
    return table


def wrongly_separated(columns: Sequence[str]) -> str:
    """Return the rule that a header breaks which is one cell, because its columns are not separated by commas."""
    signs = (word for sign, word in _ELSEWHERE.items() if len(columns) == 1 and sign in columns[0])
    return next((f"must be separated by commas, not by {word}" for word in signs), "")


def too_wide(columns: int) -> str:
    """Return the rule that a table with too many columns breaks."""
    return f"must not have more than {MOST_COLUMNS:,} columns; there are {columns:,}"


def uneven(columns: int, row: int, cells: int) -> str:
    """Return the rule that a row with too many or too few cells breaks."""
    return f"must hold {columns} cells, as the header does; row {row} has {cells}"


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _mapping(columns: list[str], cells: list[str], source: Source, line: int) -> Map:
    mapping = Map(source, line, 1)
    place = Seq(source, line, 1)
    for position, (column, cell) in enumerate(zip(columns, cells, strict=True), start=1):
        if not (text := cell.strip()):
            continue
        value = Scalar(text, "cell", source, line, position)
        if column in _PLACE:
            place.insert(_PLACE.index(column), value)
            continue
        target = mapping
        *outer, last = column.split(".")
        for step in outer:
            inner = target.setdefault(
                Scalar(step, "cell", source, line, position), Map(source, line, position)
            )
            assert isinstance(inner, Map)
            target = inner
        target[Scalar(last, "cell", source, line, position)] = value
    if place:
        mapping[Scalar("at", "cell", source, line, columns.index("lat") + 1)] = place
    return mapping


def _wrong_header(columns: list[str], source: Source, line: int, row: type[Section]) -> list[Problem]:
    if not columns:
        return [Problem(source.name, "is empty: it must begin with a line of column names", line=1)]
    if len(columns) > MOST_COLUMNS:
        return [Problem(source.name, too_wide(len(columns)), line=line)]
    wrong = []
    valid = column_names(row)
    for position, column in enumerate(columns, start=1):
        rule = close = None
        if columns.index(column) < position - 1:
            rule = f"is a column twice: the first is column {columns.index(column) + 1}"
        elif any(other.startswith(f"{column}.") for other in columns):
            rule = "must not be a column beside others below it"
        elif not _is_column(column, row):
            close = nearest(column, [name for name in valid if name not in columns])
            rule = "is not a column here" + ("" if close else f"; valid are {', '.join(valid)}")
        if rule:
            wrong.append(Problem(source.name, rule, dotted([column]), None, line, position, close))
    missing = [name for name in valid if _is_mandatory(name, row) and name not in columns]
    if "lat" in valid and ("lat" in columns) != ("lon" in columns):
        missing.append("lon" if "lat" in columns else "lat")
    wrong += [Problem(source.name, "is missing among the columns", name, line=line) for name in missing]
    return wrong


def column_names(row: type[Section], prefix: str = "") -> list[str]:
    """Return the columns that a table of such rows may have; below some of them there may be more."""
    names: list[str] = []
    for key, field in zip(row.key_names(), row.model_fields.values(), strict=True):
        if key == "at":
            names += _PLACE
        elif _is_section(field):
            names += column_names(field.annotation, f"{prefix}{key}.")  # type: ignore[arg-type] # it is a section
        else:
            names.append(prefix + key)
    return names


def _is_section(field: FieldInfo) -> bool:
    forms = any(isinstance(mark, Forms) for mark in field.metadata)
    return isinstance(field.annotation, type) and issubclass(field.annotation, Section) and not forms


def _is_column(column: str, row: type[Section]) -> bool:
    # Below a key whose value takes several forms, the check of the document decides.
    steps = column.split(".", DEEPEST)
    if len(steps) > DEEPEST:
        return False
    valid = column_names(row)
    return any(".".join(steps[:length]) in valid for length in range(1, len(steps) + 1))


def _is_mandatory(name: str, row: type[Section]) -> bool:
    return name in row.key_names() and row.field_of(name).is_required()
