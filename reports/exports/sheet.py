"""A table as a sheet of a workbook: frozen headings with units, a format for each column, nothing but values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.kpis.columns import seconds

MOST_ROWS = 1_048_576
"""Rows of a sheet in Excel, the heading among them."""

_LONGEST = 32_767  # characters of a cell
_EPOCH, _FIRST_DAY = 25_569, 61  # as days of Excel: 1970-01-01, and the day from which its calendar is right
_WIDEST = 60
_MIXED = frozenset(
    {"value", "mean", "half_width", "difference", "low", "high", "baseline_mean", "policy_mean"}
)  # columns in the unit that their row states

_AMOUNTS = ("cost", "value", "revenue", "refunded")  # as columns of money begin

_HEADING = {"bold": True, "bg_color": "#E7ECEF", "bottom": 1, "valign": "top"}
_SHARE, _NUMBER, _MONEY, _WHOLE, _TIME = "0.00%", "#,##0.000", "#,##0.00", "#,##0", "yyyy-mm-dd hh:mm:ss"


@dataclass(frozen=True)
class Contents:
    """What a sheet is made of.

    Attributes:
        name: of the sheet.
        about: what its rows are, in words.
        schema: its columns. A column `unit` states that of the row, in which a share is shown in per cent.
        units: of other columns, by name.
        rows: how many there are.
        blocks: the rows.

    """

    name: str
    about: str
    schema: pa.Schema
    units: Mapping[str, str]
    rows: int
    blocks: Iterable[pa.RecordBatch]

    @classmethod
    def of(cls, name: str, about: str, table: pa.Table, units: Mapping[str, str] | None = None) -> Contents:
        """Return what a sheet is made of a table in memory."""
        return cls(name, about, table.schema, units or {}, table.num_rows, table.to_batches())


@dataclass
class Sheet:
    """A sheet that is written row by row.

    Attributes:
        book: that it is a sheet of.
        contents: what it is made of.
        written: rows that the sheet has, without the heading.

    """

    book: xlsxwriter.Workbook
    contents: Contents
    written: int = 0
    _formats: dict[str, Format] = field(default_factory=dict)

    @property
    def cut(self) -> str:
        """Which rows are missing, in a sentence; empty where all are there."""
        if self.written == self.contents.rows:
            return ""
        return (
            f"{self.contents.name}: the first {self.written:,} of {self.contents.rows:,} rows, as many as a sheet"
            " holds; orderlab export DIR tables writes all"
        )

    def write(self, told: Callable[[int], object] = lambda rows: None) -> Sheet:
        """Write heading and rows, tell how many rows each step took, and return the sheet."""
        sheet = self.book.add_worksheet(self.contents.name)
        sheet.freeze_panes(1, 0)
        heading = self.book.add_format(_HEADING)
        for column, found in enumerate(self.contents.schema):
            unit = self.contents.units.get(found.name)
            text = f"{found.name} [{unit}]" if unit and unit != found.name else found.name
            sheet.set_column(column, column, min(_WIDEST, max(len(text) + 3, 20 if _is_time(found) else 11)))
            write_text(sheet, 0, column, text, heading)
        for block in self.contents.blocks:
            room = MOST_ROWS - 1 - self.written
            self._write_block(sheet, block.slice(0, room))
            told(len(block))
        sheet.autofilter(0, 0, max(self.written, 1), len(self.contents.schema) - 1)
        return self

    def _write_block(self, sheet: Worksheet, block: pa.RecordBatch) -> None:
        names = self.contents.schema.names
        columns = [_values(block.column(name)) for name in names]
        shares = [unit == "share" for unit in columns[names.index("unit")]] if "unit" in names else None
        usual = [self._format(found) for found in self.contents.schema]
        share = self._shown(_SHARE)
        mixed = [name in _MIXED for name in names]
        for place, values in enumerate(zip(*columns, strict=True)):
            self.written += 1
            is_share = shares is not None and shares[place]
            for column, value in enumerate(values):
                if value is not None:
                    shown = share if is_share and mixed[column] else usual[column]
                    write_value(sheet, self.written, column, value, shown)

    def _format(self, column: pa.Field) -> Format | None:
        """Return how the numbers of a column are shown."""
        if _is_time(column):
            return self._shown(_TIME)
        if pa.types.is_integer(column.type):
            return self._shown(_WHOLE)
        if (
            pa.types.is_floating(column.type)
            and column.name in _MIXED
            and "unit" in self.contents.schema.names
        ):
            return self._shown(_NUMBER)
        if column.name.startswith(_AMOUNTS) and column.name in self.contents.units:
            return self._shown(_MONEY)
        return None

    def _shown(self, text: str) -> Format:
        if text not in self._formats:
            self._formats[text] = self.book.add_format({"num_format": text})
        return self._formats[text]


def _is_time(column: pa.Field) -> bool:
    return bool(pa.types.is_timestamp(column.type))


def _values(column: pa.Array) -> list[Any]:
    """Return what the cells of a column hold: of times the days that Excel counts, where it can."""
    values: list[Any] = column.to_pylist()
    if not pa.types.is_timestamp(column.type):
        return values
    days = (seconds(column) / 86_400 + _EPOCH).tolist()
    return [
        value if value is None or day < _FIRST_DAY else day for value, day in zip(values, days, strict=True)
    ]


def write_value(sheet: Worksheet, row: int, column: int, value: Any, shown: Format | None = None) -> None:
    """Write a value into a cell as what it is: a text is one whatever it begins with, and never a formula or a link."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, shown)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(row, column, value, shown)
    elif value == value:
        write_text(sheet, row, column, str(value))


def write_text(sheet: Worksheet, row: int, column: int, text: str, shown: Format | None = None) -> None:
    """Write a text into a cell, cut where it is longer than a cell may be."""
    # XlsxWriter takes what looks like a formatted string of a file for one, and would write it as it stands.
    marked = text.startswith("<r>") and text.endswith("</r>")
    sheet.write_string(row, column, f" {text}"[not marked : _LONGEST], shown)
