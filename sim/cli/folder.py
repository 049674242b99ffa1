"""Result folders: where a run writes, and what it says of how it came to be."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.experiment import PolicySource
from sim.scenario import Scenario, write_resolved
from sim.scenario.resolved import table_places

PACKAGES = ("orderlab", "simpy", "numpy", "scipy", "pandas", "pyarrow", "pydantic", "PyYAML", "matplotlib")


def open_folder(out: Path | None, scenario: Scenario, overwrite: bool) -> Path:
    """Make the folder for a result: the one given, or the next free `runs/SCENARIO-0001`.

    Raises InputError when it holds something and `overwrite` is not set, or holds what it must not lose, or is no
    folder.
    """
    if out is None:
        number = 1
        while True:
            folder = Path("runs") / f"{scenario.id}-{number:04d}"
            try:
                folder.mkdir(parents=True)
            except FileExistsError:  # also when another run was quicker
                number += 1
            else:
                return folder
    if out.exists() and not out.is_dir():
        raise InputError([Problem(str(out), "is a file; a result needs a folder")])
    if out.is_dir() and any(out.iterdir()):
        if not overwrite:
            raise InputError(
                [Problem(str(out), "holds something already: choose another --out, or add --overwrite")]
            )
        if not (out / "provenance.json").exists():
            raise InputError([Problem(str(out), "is not a result folder, so --overwrite leaves it alone")])
        if scenario.path.resolve().is_relative_to(out.resolve()):
            raise InputError(
                [Problem(str(out), "holds the scenario that is to be run: choose another --out")]
            )
        clear(out)
    out.mkdir(parents=True, exist_ok=True)
    return out


def clear(folder: Path) -> None:
    """Remove what an earlier run wrote, and nothing else."""
    import shutil

    for table in _tables_of(folder):
        table.unlink(missing_ok=True)
    for name in ("journal", "policies", "tables"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in (
        "kpis.csv",
        "comparison.csv",
        "reconciliation.csv",
        "summary.json",
        "report.html",
        "scenario.yaml",
        "provenance.json",
    ):
        (folder / name).unlink(missing_ok=True)


def _tables_of(folder: Path) -> list[Path]:
    """Return the tables that an earlier run copied beside its scenario, as its provenance tells."""
    try:
        hashes = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["hashes"]
        named = [folder / name for name in hashes if name.endswith(".csv")]
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ):  # it was interrupted, or changed by hand
        return []
    return [path for path in named if path.resolve().is_relative_to(folder.resolve())]


def write_inputs(folder: Path, scenario: Scenario, policies: Sequence[PolicySource]) -> dict[str, str]:
    """Copy scenario and policies into a folder, so that it can be run again, and return their hashes."""
    files = [write_resolved(scenario, folder)]
    (folder / "policies").mkdir(exist_ok=True)
    for policy in policies:
        files.append(folder / "policies" / policy.file_name)
        files[-1].write_text(policy.text, encoding="utf-8")
    files += [folder / place for place in table_places(scenario).values()]
    return {
        str(path.relative_to(folder)): "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def write_provenance(
    folder: Path, scenario: Scenario, hashes: Mapping[str, str], settings: Mapping[str, Any]
) -> None:
    """Write `provenance.json`: what was run, by what, when, and from what."""
    content = {
        "command": ["orderlab", *sys.argv[1:]],
        "settings": dict(settings),
        "seed": scenario.seed,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "git_revision": _git_revision(scenario.path.parent),
        "hashes": dict(hashes),
    }
    (folder / "provenance.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git_revision(folder: Path) -> str | None:
    """Return the commit of the repository that the scenario is kept in, or None when there is none."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None
