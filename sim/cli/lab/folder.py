"""Result folders: which one a run writes into, and what of an earlier one goes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reports.numbers import counted
from sim.cli.lab.contents import ALWAYS, FILES, FOLDERS, PROVENANCE
from sim.cli.lab.provenance import read_provenance
from sim.document.files import check_name
from sim.errors import InputError, PolicyError, Problem
from sim.execution.tasklog import TaskLog, alone
from sim.scenario import Scenario
from sim.writing import SCRATCH


def free_folder(scenario: Scenario) -> Path:
    """Make the next free `runs/SCENARIO-0001`."""
    runs, number = Path("runs"), 1
    runs.mkdir(exist_ok=True)
    while True:
        folder = runs / f"{scenario.id}-{number:04d}"
        try:
            folder.mkdir()
        except FileExistsError:  # also when another run was quicker
            number += 1
        else:
            return folder


@contextmanager
def begun(out: Path, reads: Sequence[Path], overwrite: bool, begin: Callable[[], None]) -> Iterator[None]:
    """Have the folder of a result to oneself, with nothing of an earlier one in it.

    Args:
        out: the folder, made if it is not there.
        reads: files that what is to be played is made of.
        overwrite: remove an earlier result.
        begin: writes what makes it the folder of a result; when that ends early, nothing of it is left there, nor of
            an earlier result.

    Raises:
        InputError: it holds something and `overwrite` is not set, or holds what it must not lose, or is no folder, or
            another program is at work there.

    """
    check_name(out, str(out))
    _check_folder(out, reads, overwrite)
    was_there = out.exists()
    out.mkdir(parents=True, exist_ok=True)
    with alone(out), resumable(out):
        _check_folder(out, reads, overwrite)  # another program may have been quicker
        was_empty = not any(out.iterdir())
        try:
            clear(out)
            begin()
        except BaseException:  # half of this is of no use
            clear(out)
            if was_empty:  # what is there has been written here, such as tables beside the scenario
                shutil.rmtree(out, ignore_errors=True)
            if was_there:
                out.mkdir(exist_ok=True)
            raise
        yield


@contextmanager
def resumable(folder: Path) -> Iterator[None]:
    """Have whatever ends an experiment early say what is kept, and how to go on."""
    try:
        yield
    except (PolicyError, InputError):  # it would come again
        raise
    except BaseException as error:
        try:
            _note_what_is_kept(folder, error)
        except BaseException as second:  # `timeout` sends two signals
            _note_what_is_kept(folder, second)
            raise
        raise


def _note_what_is_kept(folder: Path, error: BaseException) -> None:
    log = TaskLog(folder)
    if log.exists:
        done = len(log.read())
        error.add_note(f"{counted(done, 'replication')} kept: orderlab resume {folder}")


def _check_folder(out: Path, reads: Sequence[Path], overwrite: bool) -> None:
    rule = ""
    if out.exists() and not out.is_dir():
        rule = "is a file; a result needs a folder"
    elif out.is_dir() and any(out.iterdir()):
        if not overwrite:
            rule = "holds something already: choose another --out, or add --overwrite"
        elif not (out / PROVENANCE).exists() and not TaskLog(out).is_empty:
            rule = "is not a result folder, so --overwrite leaves it alone"
        elif read := [path for path in reads if path.resolve().is_relative_to(out.resolve())]:
            rule = f"holds {read[0].name}, which is to be played: choose another --out"
    if rule:
        raise InputError([Problem(str(out), rule)])


def is_complete(folder: Path) -> bool:
    """Tell whether an experiment came to its end here, and nothing of what it wrote is missing."""
    return not TaskLog(folder).exists and all((folder / name).is_file() for name in ALWAYS)


def clear(folder: Path) -> None:
    """Remove what an earlier run wrote, and all that lies in folders that are a result's."""
    for copy in _copies_in(folder):
        copy.unlink(missing_ok=True)
    for name in (*FOLDERS, "tables"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    clear_scratch(folder)


def clear_scratch(folder: Path) -> None:
    """Remove what programs that were killed left half written."""
    for scratch in folder.glob(f"{SCRATCH}*"):
        if scratch.is_dir():
            shutil.rmtree(scratch, ignore_errors=True)
        else:
            scratch.unlink(missing_ok=True)


def _copies_in(folder: Path) -> list[Path]:
    """Return what an earlier run copied into its folder, tables among it, as its provenance tells."""
    try:
        named = [folder / name for name in read_provenance(folder)["hashes"]]
    except InputError:  # it was interrupted, or changed by hand
        return []
    return [path for path in named if path.resolve().is_relative_to(folder.resolve())]
