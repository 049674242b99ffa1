"""What a result folder says of how it came to be, and the experiment that it says so of.

Beside `provenance.json` it holds the scenario and the policies as they were played: the experiment can be resumed and
repeated from the folder alone.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.document.file import decoded, read_bytes
from sim.errors import InputError, Problem
from sim.experiment import PolicySource, Variant
from sim.scenario import Scenario, load_scenario, write_resolved
from sim.scenario.resolved import table_places
from sim.tasklog import TaskLog
from sim.versions import versions
from sim.writing import copy_file, write_file

FILE_NAME = "provenance.json"


def write_inputs(folder: Path, scenario: Scenario, variants: Sequence[Variant]) -> dict[str, str]:
    """Copy scenario and policies into a folder, so that it can be run again, and return their hashes."""
    files = [write_resolved(scenario, folder)]
    (folder / "policies").mkdir(exist_ok=True)
    for source in {variant.source.name: variant.source for variant in variants}.values():
        files.append(folder / "policies" / source.file_name)
        write_file(files[-1], source.text)
    files += [folder / place for place in table_places(scenario).values()]
    for written, path in added_tables(scenario, variants).items():
        files.append(folder / written)
        copy_file(path, files[-1])
    return {str(path.relative_to(folder)): _hash(path) for path in files}


def added_tables(scenario: Scenario, variants: Sequence[Variant]) -> dict[str, Path]:
    """Return the tables that worlds of variants name and the scenario does not, by path as written."""
    named = {written: path for variant in variants for written, path in variant.scenario.tables.items()}
    return {written: path for written, path in named.items() if written not in scenario.tables}


def write_provenance(
    folder: Path,
    scenario: Scenario,
    variants: Sequence[Variant],
    hashes: Mapping[str, str],
    settings: Mapping[str, Any],
) -> None:
    """Write `provenance.json`: what was run, by what, when, and from what.

    Args:
        folder: of the result.
        scenario: of the experiment.
        variants: in the order of the results.
        hashes: of the copies, by their names below the folder.
        settings: what else the experiment was given, as plain JSON.

    """
    sources = {variant.source.name: variant.source for variant in variants}.values()
    content = {
        "command": [Path(sys.argv[0]).name.replace("__main__.py", "orderlab"), *sys.argv[1:]],
        "settings": {
            "scenario": scenario.id,
            "policies": [variant.name for variant in variants],
            **settings,
            "classes": {source.name: source.class_name for source in sources if source.class_name},
            "parameters": {source.name: dict(source.parameters) for source in sources if source.parameters},
            "variants": [
                {
                    "name": variant.name,
                    "policy": variant.source.name,
                    "changes": list(variant.changes),
                    "books": list(variant.books),
                }
                for variant in variants
            ],
        },
        "seed": scenario.seed,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "git_revision": _git_revision(scenario.path.parent),
        "hashes": dict(hashes),
    }
    write_file(folder / FILE_NAME, json.dumps(content, indent=2) + "\n")


def read_provenance(folder: Path) -> dict[str, Any]:
    """Return the content of a folder's `provenance.json`.

    Raises InputError when it is none, or not what a run wrote.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        rule = f"not a result folder: it has no {FILE_NAME}"
        if TaskLog(folder).exists:
            rule = "the run ended before anything was played: run it again, with --overwrite"
        raise InputError([Problem(str(folder), rule)])
    try:
        content = json.loads(decoded(read_bytes(path, str(path)), str(path), InputError))
        settings = content["settings"]
        assert settings["policies"] == [variant["name"] for variant in settings["variants"]]
        assert settings["baseline"] in settings["policies"]
        assert isinstance(content["hashes"], dict)
        assert isinstance(content["versions"], dict)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise InputError([Problem(str(path), "is not what a run wrote")]) from error
    return dict(content)


def changed_inputs(folder: Path, provenance: Mapping[str, Any]) -> list[str]:
    """Return the names of the copies in a folder that are not what the run wrote."""
    return [
        name
        for name, before in provenance["hashes"].items()
        if not (folder / name).is_file() or _hash(folder / name) != before
    ]


def read_variants(
    folder: Path, provenance: Mapping[str, Any], names: Sequence[str] | None = None
) -> tuple[Scenario, list[Variant]]:
    """Return the scenario of a result, and its variants or those of the given names, from the folder's copies."""
    settings = provenance["settings"]
    path = folder / "scenario.yaml"
    called = settings["scenario"]
    scenario = load_scenario(path, called=called)
    worlds = {(): scenario}
    variants = []
    for entry in settings["variants"]:
        if names is None or entry["name"] in names:
            changes = tuple(entry["changes"])
            if changes not in worlds:
                worlds[changes] = load_scenario(path, changes, called=called)
            source = _source(folder, entry["policy"], settings)
            first, step = entry["books"]
            variants.append(Variant(entry["name"], source, worlds[changes], changes, (first, step)))
    return scenario, variants


def _source(folder: Path, name: str, settings: Mapping[str, Any]) -> PolicySource:
    parameters = tuple(settings["parameters"].get(name, {}).items())
    source = PolicySource(name, "", "", settings["classes"].get(name, ""), parameters)
    path = folder / "policies" / source.file_name
    return replace(source, file=str(path), text=decoded(read_bytes(path, str(path)), str(path), InputError))


def _hash(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def _git_revision(folder: Path) -> str | None:
    """Return the commit of the repository that the scenario is kept in, or None when there is none."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None
