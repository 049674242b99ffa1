"""The table of tests/theory/README.md, from the reports of tests.

make theory        plays everything and writes it

A report is the JUnit XML of pytest, in which each test of a family tells what it compared (`Row`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from sim.document.manual import cells
from sim.writing import write_file
from tests.theory.agreement import PROPERTY, TRUTHS, Row

PAGE = Path(__file__).with_name("README.md")
MARK = "<!-- Everything below this line is written by `make theory`. -->\n"
HEADING = ("instance", "what", "truth", "result", "±", "± of the truth", "n", "verdict")


def rows_of(report: Path) -> Iterator[Row]:
    """Yield what the tests of a report compared."""
    for told in ElementTree.parse(report).iter("property"):
        if told.get("name") == PROPERTY:
            yield Row(**json.loads(told.get("value", "")))


def keys_of(truths: Any, path: str = "") -> Iterator[str]:
    """Yield the keys of truths that stand for a family: two deep in what holds several, else one deep."""
    several = ("queueing", "inventory", "output_analysis")
    for key, value in truths.items():
        if not path and key in several:
            yield from keys_of(value, f"{key}.")
        elif key != "about":
            yield f"{path}{key}"


def line_of(row: Row) -> str:
    """Return a row of the table."""
    share = f"{row.error / abs(row.truth):.1%}" if row.error and row.truth else ""
    digits = 5 if row.error > 1e-4 * abs(row.truth) else 9
    return cells(
        row.instance + ("" if row.fast else " ◦"),
        row.quantity,
        f"{row.truth:.{digits}g}",
        f"{row.result:.{digits}g}",
        f"{row.error:.2g}" if row.error else "exact",
        share,
        str(row.count),
        "agrees" if row.agrees else "DIFFERS",
    )


def tables(rows: Iterable[Row]) -> str:
    """Return the tables of all families, in the order of the truths; those that have none come last."""
    order = {key: number for number, key in enumerate(keys_of(TRUTHS))}

    def place(row: Row) -> Any:
        known = [order[key] for key in row.keys]
        return not known, known, row.family, row.file, row.place

    found = []
    for (name, keys, file), group in groupby(
        sorted(rows, key=place), lambda row: (row.family, row.keys, row.file)
    ):
        named = ", ".join(f"`{key}`" for key in keys)
        of = f"{named} in " if named else ""
        found.append(
            f"### {name}\n\n{of}[{file}]({file})\n\n{cells(*HEADING)}{'|---' * len(HEADING)}|\n"
            + "".join(map(line_of, group))
        )
    return "\n".join(found)


def rewritten(page: str, rows: Iterable[Row]) -> str:
    """Return the page with the tables of these rows."""
    introduction, mark, _ = page.partition(MARK)
    assert mark
    return f"{introduction}{mark}\n{tables(rows)}"


def main(reports: Sequence[str]) -> None:
    """Write the tables of some reports."""
    rows = [row for report in reports for row in rows_of(Path(report))]
    write_file(PAGE, rewritten(PAGE.read_text(encoding="utf-8"), rows))
    wrong = [row for row in rows if not row.agrees]
    print(
        f"{PAGE}: {len(rows)} comparisons of {len({row.family for row in rows})} families, {len(wrong)} differ"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
