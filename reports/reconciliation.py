"""`reconciliation.csv`: the books of every replication, gathered from the journals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.execution.experiment import Replication
from sim.journal import Journal

COLUMNS = ("policy", "replication", "book", "entry", "unit", "amount")
UNITS = {"orders": "orders", "units": "units", "money": "cents"}
"""The books, and what each is kept in."""


def reconcile(journal: Journal) -> dict[str, int]:
    """Return the amounts of the books of one replication by `book.entry`, in the order of the journal."""
    table = journal.table("reconciliation").to_pydict()
    names = (f"{book}.{entry}" for book, entry in zip(table["book"], table["entry"], strict=True))
    return dict(zip(names, table["amount"], strict=True))


def reconciliation(tasks: Iterable[Replication]) -> Iterator[tuple[str, int, str, str, str, int]]:
    """Yield the rows of the table from what `reconcile` said of each task; what else was measured is passed over."""
    for policy, replication, measured in tasks:
        for name, amount in measured.items():
            book, dot, entry = name.partition(".")
            if dot and book in UNITS:
                yield policy, replication, book, entry, UNITS[book], int(amount)


def unbalanced(tasks: Iterable[Replication]) -> list[str]:
    """Return a sentence for each book that does not add up; there never is one."""
    return [
        f"{policy}, replication {replication}: {amount:,} {unit} are missing in the book of {book}"
        for policy, replication, book, entry, unit, amount in reconciliation(tasks)
        if entry == "difference" and amount
    ]
