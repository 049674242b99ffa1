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
from pathlib import Path, PurePath
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from reports.designs.design import Design, Fixed
from reports.designs.precision import Precision
from reports.designs.selection import Selection
from sim.cli.lab.contents import NAMES, POLICIES, PROVENANCE
from sim.document.files import decoded, read_bytes, read_json
from sim.document.paths import dotted
from sim.errors import InputError, Problem
from sim.execution.experiment import MOST_BOOKS, Keep, PolicySource, Variant, is_file_name
from sim.execution.tasklog import TaskLog, no_result
from sim.scenario import Scenario, load_scenario, write_resolved
from sim.scenario.resolved import FILE_NAME as SCENARIO
from sim.scenario.resolved import table_places
from sim.versions import versions
from sim.writing import copy_file, write_file

_DESIGNS: dict[str, type[Design]] = {design.name: design for design in (Fixed, Precision, Selection)}


def _inside(name: str) -> str:
    """Return a name of a file below the folder. Raises ValueError for one that leads elsewhere."""
    if PurePath(name).is_absolute() or ".." in PurePath(name).parts or "\0" in name:
        raise ValueError
    return name


def _of_a_file(name: str) -> str:
    """Return a name under which files are kept. Raises ValueError for one that leads elsewhere."""
    if not is_file_name(name):
        raise ValueError
    return name


_Name = Annotated[str, AfterValidator(_of_a_file)]
_Place = Annotated[str, AfterValidator(_inside)]
_STRICT = ConfigDict(strict=True)


class _Variant(BaseModel):
    model_config = _STRICT

    name: _Name
    policy: _Name
    changes: list[str]
    books: Annotated[list[Annotated[int, Field(ge=0, le=MOST_BOOKS)]], Field(min_length=2, max_length=2)]


class _Settings(BaseModel):
    model_config = _STRICT

    scenario: _Name
    policies: list[_Name]
    baseline: str
    design: dict[str, Any]
    journal: Keep
    family: list[str]
    common_random_numbers: bool
    more: dict[str, Any]
    classes: dict[str, str]
    parameters: dict[str, dict[str, Any]]
    variants: Annotated[list[_Variant], Field(min_length=1)]

    @model_validator(mode="after")
    def _agrees(self) -> _Settings:
        if self.policies != [variant.name for variant in self.variants] or self.baseline not in self.policies:
            raise ValueError
        return self


class _Provenance(BaseModel):
    """What a run writes of itself, as far as it is read again. A folder may come from anybody.

    No name of it leads out of a folder: results are read from, and written to, places with these names.
    """

    model_config = _STRICT

    settings: _Settings
    hashes: dict[_Place, str]
    versions: dict[str, str | None]


def write_inputs(folder: Path, scenario: Scenario, variants: Sequence[Variant]) -> dict[str, str]:
    """Copy scenario and policies into a folder, so that it can be run again, and return their hashes."""
    files = [write_resolved(scenario, folder, NAMES)]
    (folder / POLICIES).mkdir(exist_ok=True)
    for source in {variant.source.name: variant.source for variant in variants}.values():
        files.append(folder / POLICIES / source.file_name)
        write_file(files[-1], source.text)
    files += [folder / place for place in table_places(scenario, NAMES).values()]
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
    write_file(folder / PROVENANCE, json.dumps(content, indent=2) + "\n")


def read_provenance(folder: Path) -> dict[str, Any]:
    """Return the content of a folder's `provenance.json`.

    Raises InputError when it is none, or not what a run wrote.
    """
    path = folder / PROVENANCE
    if not path.is_file():
        if TaskLog(folder).exists:
            rule = "the run ended before anything was played: run it again, with --overwrite"
            raise InputError([Problem(str(folder), rule)])
        raise InputError([no_result(folder, PROVENANCE)])
    content: dict[str, Any] = read_json(path)
    try:
        _Provenance.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = dotted([str(step) for step in first["loc"]])
        raise InputError([Problem(str(path), "is not what a run wrote", key)]) from error
    return content


def read_design(folder: Path, provenance: Mapping[str, Any]) -> Design:
    """Return how many replications a run was to play. Raises InputError when that is not what a run wrote."""
    try:
        written = dict(provenance["settings"]["design"])
        return TypeAdapter(_DESIGNS[written.pop("name")]).validate_python(written)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError([Problem(str(folder / PROVENANCE), "is not what a run wrote", "design")]) from error


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
    path = folder / SCENARIO
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
    path = folder / POLICIES / source.file_name
    return replace(source, file=str(path), text=decoded(read_bytes(path, str(path)), str(path), InputError))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _git_revision(folder: Path) -> str | None:
    """Return the commit of the repository that the scenario is kept in, or None when there is none."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None
