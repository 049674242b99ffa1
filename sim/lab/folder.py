"""Result folders: which one a run writes into, and what of an earlier one goes."""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.document.file import check_name
from sim.errors import InputError, Problem
from sim.experiment import DIGESTS, SCRATCH
from sim.lab.provenance import FILE_NAME as PROVENANCE
from sim.lab.provenance import read_provenance
from sim.scenario import Scenario
from sim.tasklog import FILE_NAME as TASK_LOG

TABLES = (
    "kpis.csv",
    "comparison.csv",
    "reconciliation.csv",
    "sweep.csv",
    "breakdown.parquet",
    "summary.json",
    "explanations.json",
)
"""What an experiment writes of what it found; not every one writes all."""

EXPORTS = "exports"
"""The folder of what was made of a result for other programs."""

_OTHERS = ("report.html", "scenario.yaml", PROVENANCE, TASK_LOG)


def free_folder(scenario: Scenario) -> Path:
    """Make the next free `runs/SCENARIO-0001`."""
    number = 1
    while True:
        folder = Path("runs") / f"{scenario.id}-{number:04d}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:  # also when another run was quicker
            number += 1
        else:
            return folder


def open_folder(out: Path, scenario: Scenario, overwrite: bool) -> None:
    """Make the folder for a result, unless it is there and empty.

    Raises InputError when it holds something and `overwrite` is not set, or holds what it must not lose, or is no
    folder.
    """
    check_name(out, str(out))
    if out.exists() and not out.is_dir():
        raise InputError([Problem(str(out), "is a file; a result needs a folder")])
    if out.is_dir() and any(out.iterdir()):
        if not overwrite:
            raise InputError(
                [Problem(str(out), "holds something already: choose another --out, or add --overwrite")]
            )
        if not (out / PROVENANCE).exists():
            raise InputError([Problem(str(out), "is not a result folder, so --overwrite leaves it alone")])
        if scenario.path.resolve().is_relative_to(out.resolve()):
            raise InputError(
                [Problem(str(out), "holds the scenario that is to be run: choose another --out")]
            )
        clear(out)
    out.mkdir(parents=True, exist_ok=True)


def clear(folder: Path) -> None:
    """Remove what an earlier run wrote, and nothing else."""
    for table in _tables_of(folder):
        table.unlink(missing_ok=True)
    for name in ("journal", "policies", "tables", "figures", EXPORTS, DIGESTS):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in (*TABLES, *_OTHERS):
        (folder / name).unlink(missing_ok=True)
    clear_scratch(folder)


def clear_scratch(folder: Path) -> None:
    """Remove what workers that were killed left of journals."""
    for scratch in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(scratch, ignore_errors=True)


def _tables_of(folder: Path) -> list[Path]:
    """Return the tables that an earlier run copied beside its scenario, as its provenance tells."""
    try:
        named = [folder / name for name in read_provenance(folder)["hashes"] if name.endswith(".csv")]
    except InputError:  # it was interrupted, or changed by hand
        return []
    return [path for path in named if path.resolve().is_relative_to(folder.resolve())]
