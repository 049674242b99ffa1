"""A table in every form that it is asked for."""

from __future__ import annotations

import csv
import io

import pytest

from reports import numbers
from reports.forms import Column, Table, as_csv, as_markdown, as_text, escaped

COST = Column("cost", "USD", right=True, show=lambda value: numbers.estimate(value, None, "USD/order"))
PARTS = Table(
    "Where money went",
    (Column("part"), COST, Column("remark")),
    [("freight", 8.25, "a|b"), ("late", -12.5, "<b>"), ("storage", None, 'said "no", twice')],
)


def test_text_aligns_columns_below_their_headings_and_units() -> None:
    assert as_text(PARTS).splitlines() == [
        "Where money went",
        "part       cost  remark",
        "            USD",
        "freight   8.250  a|b",
        "late     -12.50  <b>",
        'storage       –  said "no", twice',
    ]


def test_text_without_units_has_no_line_for_them() -> None:
    assert as_text(Table("", (Column("a"), Column("b")), [(1, 2)])) == "a  b\n1  2"


def test_text_that_is_too_wide_continues_below_with_its_first_column() -> None:
    wide = Table("wide", [Column(name) for name in ("name", "alpha", "beta")], [("x", "1", "2")])
    assert as_text(wide, 11) == "wide\nname  alpha\nx     1\n\nname  beta\nx     2"
    assert as_text(wide, 100) == as_text(wide)


def test_markdown_is_a_table_that_github_reads() -> None:
    assert as_markdown(PARTS).splitlines() == [
        "**Where money went**",
        "",
        "| part | cost, USD | remark |",
        "| --- | ---: | --- |",
        "| freight | 8.250 | a\\|b |",
        "| late | −12.50 | &lt;b> |",
        '| storage | – | said "no", twice |',
    ]


def test_csv_holds_values_as_they_are() -> None:
    assert list(csv.reader(io.StringIO(as_csv(PARTS)))) == [
        ["part", "cost", "remark"],
        ["freight", "8.25", "a|b"],
        ["late", "-12.5", "<b>"],
        ["storage", "", 'said "no", twice'],
    ]


def test_a_table_without_rows_still_says_what_it_would_hold() -> None:
    empty = PARTS._replace(rows=[])
    assert as_text(empty).splitlines()[1:] == ["part  cost  remark", "       USD"]
    assert as_csv(empty) == "part,cost,remark\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines", r"two\\nlines"),
        ("8\u00a0km", "8 km"),
        (r"a\b", r"a\\b"),
        ("[click](http://x)", r"[click]\(http://x)"),
        ("[−0.45, −0.37]", "[−0.45, −0.37]"),
        ("\x1b[31mred", r"\\x1b[31mred"),
    ],
)
def test_markdown_shows_a_text_as_it_is(text: str, shown: str) -> None:
    assert escaped(text) == shown
