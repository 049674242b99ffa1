"""Large CSV tables as columns: every cell checked, but each distinct value only once.

A column is dictionary-encoded while it is read, so a million rows of a few thousand ids cost what a few
thousand ids cost, and a wrong value is one problem, whatever the number of its rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from sim.document.bounds import LARGEST_TABLE, MOST_COLUMNS
from sim.document.files import decoded, read_bytes
from sim.document.section import Checking, nearest, wrong
from sim.document.table import too_wide, uneven, wrongly_separated
from sim.document.tree import Scalar
from sim.errors import InputError, Problem

MOST_SPELT_OUT = 10
"""Wrong values of a column that are told apart: where there are more, they have one cause. The rest is counted."""

_LONGEST_HEADER = 1_000_000


class Columns:
    """A table, read in full, with what is wrong with it.

    Args:
        path: the file.
        name: as messages name it.
        mandatory, optional: names of columns.

    Attributes:
        problems: grows as columns are asked for.
        unused: columns that are neither mandatory nor optional.

    """

    def __init__(self, path: Path, name: str, mandatory: Sequence[str], optional: Sequence[str] = ()) -> None:
        self.path = path
        self.name = name
        self.problems: list[Problem] = []
        self.unused: list[str] = []
        self._columns: dict[str, tuple[NDArray[np.int32], list[str]]] = {}
        self.rows = 0
        self.header = self._read_header()
        known = [*mandatory, *optional]
        self._check_header(mandatory, known)
        if not self.problems:
            self._read(known)

    def __contains__(self, column: str) -> bool:
        return column in self.header

    def codes(self, column: str) -> NDArray[np.int32]:
        """Return for each row the position of its text among `texts`."""
        return self._columns[column][0]

    def texts(self, column: str) -> list[str]:
        """Return the distinct texts of a column."""
        return self._columns[column][1]

    def values(self, column: str, read: Callable[[Scalar], Any], dtype: Any) -> NDArray[Any]:
        """Return what a function makes of each cell; a cell that it refuses is a problem, and counts as 0.

        The function raises what `sim.document.wrong` makes.
        """
        codes, texts = self._columns[column]
        values = np.zeros(max(len(texts), 1), dtype)
        refused: dict[int, PydanticCustomError] = {}
        for position, text in enumerate(texts):
            try:
                values[position] = read(Scalar(text, "cell"))
            except PydanticCustomError as error:
                refused[position] = error
        self._note(column, refused)
        return values[codes]

    def positions(self, column: str, names: Sequence[str], noun: str) -> NDArray[np.int32]:
        """Return for each row the position of its id in a list of names."""
        index = {name: position for position, name in enumerate(names)}
        checking = Checking()

        def read(cell: Scalar) -> int:
            if cell not in index:
                raise wrong(f"there is no such {noun}", nearest=checking.nearest(cell, names))
            return index[cell]

        return self.values(column, read, np.int32)

    def refuse(self, rows: NDArray[Any], column: str, rule: str) -> None:
        """Note that a cell is wrong in some rows (0-based)."""
        texts, codes = self.texts(column), self.codes(column)
        for row in rows[:MOST_SPELT_OUT].tolist():
            self.problems.append(self._problem(column, row, rule, texts[codes[row]]))
        if len(rows) > MOST_SPELT_OUT:
            self._count(column, int(rows[MOST_SPELT_OUT]), f"and {len(rows) - MOST_SPELT_OUT:,} rows more")

    def _note(self, column: str, refused: dict[int, PydanticCustomError]) -> None:
        if not refused:
            return
        codes, texts = self._columns[column]
        counts = np.bincount(codes, minlength=len(texts))
        firsts = np.full(len(texts), len(codes))
        np.minimum.at(firsts, codes, np.arange(len(codes)))
        # A text may be left of blank rows, which are none.
        wrong = sorted((p for p in refused if counts[p]), key=lambda position: int(firsts[position]))
        for position in wrong[:MOST_SPELT_OUT]:
            context = refused[position].context or {}
            more = f", and {counts[position] - 1:,} rows more" if counts[position] > 1 else ""
            rule, close = context["rule"], context.get("nearest")
            self.problems.append(
                self._problem(column, int(firsts[position]), rule, texts[position], more, close)
            )
        if len(wrong) > MOST_SPELT_OUT:
            row = int(firsts[wrong[MOST_SPELT_OUT]])
            self._count(column, row, f"and {len(wrong) - MOST_SPELT_OUT:,} wrong values more")

    def _count(self, column: str, row: int, rule: str) -> None:
        """Note how many more are wrong, beside the first of them."""
        self.problems.append(Problem(self.name, rule, column, line=self._line(row)))

    def _problem(
        self, column: str, row: int, rule: str, value: str, more: str = "", close: str | None = None
    ) -> Problem:
        rule = f"{rule} (row {row + 1} of the table{more})"
        return Problem(
            self.name, rule, column, value or None, self._line(row), self.header.index(column) + 1, close
        )

    def _line(self, row: int) -> int | None:
        # Blank lines are no rows.
        return self._lines[row] if row < len(self._lines) else None

    @cached_property
    def _lines(self) -> list[int]:
        """The line of each row, found by a second reading, because only problems need it."""
        places = [self.header.index(column) for column in self._columns]
        return [
            line
            for line, cells in self._cells()
            if len(cells) == len(self.header) and any(cells[place].strip() for place in places)
        ]

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line and the cells of every row after the header, as far as it can be read row by row."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            try:
                next(reader, None)
                line = reader.line_num + 1
                for cells in reader:
                    yield line, cells
                    line = reader.line_num + 1
            except (csv.Error, UnicodeDecodeError):
                return

    def _read_header(self) -> list[str]:
        try:
            if self.path.stat().st_size > LARGEST_TABLE:
                rule = f"must not be larger than {LARGEST_TABLE // 1024**2:,} MB"
                self.problems.append(Problem(self.name, rule))
                return []
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                begin = io.StringIO(file.read(_LONGEST_HEADER), newline="")
            return [column.strip() for column in next(csv.reader(begin), [])]
        except OSError as failure:
            self.problems.append(Problem(self.name, f"cannot be read: {failure.strerror}"))
        except (UnicodeDecodeError, csv.Error):
            self.problems.append(self._why_unreadable("is not a CSV table"))
        return []

    def _check_header(self, mandatory: Sequence[str], known: Sequence[str]) -> None:
        if self.problems:
            return
        if rule := wrongly_separated(self.header):
            self.problems.append(Problem(self.name, rule, line=1))
            return
        if len(self.header) > MOST_COLUMNS:
            self.problems.append(Problem(self.name, too_wide(len(self.header)), line=1))
            return
        for position, column in enumerate(self.header, start=1):
            if column in self.header[: position - 1]:
                self.problems.append(Problem(self.name, "is a column twice", column, None, 1, position))
            elif column not in known:
                close = nearest(column, [name for name in known if name not in self.header])
                if close is None:
                    self.unused.append(column)
                else:
                    rule = "is not a column here"
                    self.problems.append(Problem(self.name, rule, column, None, 1, position, close))
        for column in mandatory:
            if column not in self.header:
                self.problems.append(Problem(self.name, "is missing among the columns", column, line=1))

    def _read(self, known: Sequence[str]) -> None:
        wanted = [column for column in self.header if column in known]
        text = pa.dictionary(pa.int32(), pa.utf8())
        uneven: list[Any] = []
        names = [column if column in wanted else f"{n}:{column}" for n, column in enumerate(self.header)]

        def skip(row: Any) -> str:
            uneven[:] = [row]
            return "skip"

        try:
            table = pyarrow.csv.read_csv(
                pa.OSFile(str(self.path)),  # a path that ends in .gz would be unpacked, to whatever size
                read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=1),
                parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=skip),
                convert_options=pyarrow.csv.ConvertOptions(
                    include_columns=wanted,
                    column_types=dict.fromkeys(wanted, text),
                    strings_can_be_null=False,
                ),
            )
        except (pa.ArrowException, OSError) as failure:
            self.problems.append(self._why_unreadable(f"is not a CSV table: {failure}"))
            return
        if uneven:
            self._note_uneven()
            return
        table = table.unify_dictionaries()
        for column in wanted:
            array = table.column(column).combine_chunks()
            if isinstance(array, pa.ChunkedArray):  # no rows
                array = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.utf8()))
            texts = [value.strip() for value in array.dictionary.to_pylist()]
            self._columns[column] = array.indices.to_numpy(zero_copy_only=False), texts
        self.rows = table.num_rows
        self._drop_blank_rows(wanted)

    def _drop_blank_rows(self, wanted: Sequence[str]) -> None:
        blank = np.ones(self.rows, bool)
        for column in wanted:
            codes, texts = self._columns[column]
            blank &= np.array([not text for text in texts] or [False])[codes] if self.rows else blank
        if blank.any():
            self.rows = int((~blank).sum())
            self._columns = {
                column: (codes[~blank], texts) for column, (codes, texts) in self._columns.items()
            }

    def _note_uneven(self) -> None:
        rows = (row for row in self._cells() if row[1])
        for number, (line, cells) in enumerate(rows, start=1):
            if len(cells) != len(self.header):
                rule = uneven(len(self.header), number, len(cells))
                self.problems.append(Problem(self.name, rule, line=line))
                if len(self.problems) == MOST_SPELT_OUT:
                    return
        if not self.problems:
            self.problems.append(
                Problem(self.name, "is not a CSV table: some rows are longer than the header")
            )

    def _why_unreadable(self, otherwise: str) -> Problem:
        try:
            decoded(read_bytes(self.path, self.name, at_most=LARGEST_TABLE), self.name, InputError)
        except InputError as error:
            return error.problems[0]
        return Problem(self.name, " ".join(otherwise.split())[:200])
