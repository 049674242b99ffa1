"""Whether a result that was played again is the same."""

from __future__ import annotations

import filecmp
from pathlib import Path

from sim.cli.lab.contents import TABLES


def compared_files(folder: Path) -> list[str]:
    """Return the names of the files of a result that are the same whenever it is played: journals and tables."""
    tables = [name for name in TABLES if (folder / name).is_file()]
    journals = sorted((folder / "journal").rglob("*.parquet"))
    return [*tables, *(str(path.relative_to(folder)) for path in journals)]


def differing_files(folder: Path, other: Path) -> list[str]:
    """Return the names of the files of a result that another does not have, or has with other bytes."""
    return [
        name
        for name in dict.fromkeys([*compared_files(folder), *compared_files(other)])
        if not (folder / name).is_file()
        or not (other / name).is_file()
        or not filecmp.cmp(folder / name, other / name, shallow=False)
    ]
