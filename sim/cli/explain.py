"""`orderlab explain`: the life and every decision of one order of a result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from policies.load import build_policy
from sim.document import nearest
from sim.document.file import decoded, read_bytes
from sim.errors import InputError, Problem
from sim.experiment import PolicySource
from sim.scenario import load_scenario
from sim.story import tell


@click.command(name="explain")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("order")
@click.option("-p", "--policy", metavar="POLICY", help="Which of the run's policies. Default: the first.")
@click.option("-r", "--replication", type=int, default=0, show_default=True, help="Which order book, from 0.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How."
)
def explain_command(folder: Path, order: str, policy: str | None, replication: int, form: str) -> None:
    """Tell the life of one order of a result, and the reasons of every decision about it.

    The replication is played again from the copies in DIR until ORDER has settled: its journal need not be there.
    ORDER is the id of the source, or the number of the order from 1.
    """
    provenance = _provenance(folder)
    settings = provenance["settings"]
    names = settings["policies"]
    name = names[0] if policy is None else policy
    if name not in names:
        rule = f"is none of the policies: {', '.join(names)}"
        raise InputError([Problem("--policy", rule, value=name, nearest=nearest(name, names))])
    last = settings["replications"] - 1
    if not 0 <= replication <= last:
        rule = f"must be 0 to {last}, as in the run" if last else "must be 0: the run has one replication"
        raise InputError([Problem("--replication", rule, value=str(replication))])
    for changed in _changed(folder, provenance["hashes"]):
        click.echo(f"warning: {changed} has changed since the run", err=True)
    scenario = load_scenario(folder / "scenario.yaml")
    source = _source(folder, name, settings)
    story = tell(scenario, build_policy(source, scenario), order, replication, name=name)

    # Loaded only now: the simulation does without.
    from reports.story import story_text
    from reports.storydata import story_content

    click.echo(
        json.dumps(story_content(story), indent=1, ensure_ascii=False)
        if form == "json"
        else story_text(story)
    )


def _provenance(folder: Path) -> dict[str, Any]:
    path = folder / "provenance.json"
    if not path.is_file():
        raise InputError([Problem(str(folder), "not a result folder: it has no provenance.json")])
    try:
        content = json.loads(decoded(read_bytes(path, str(path)), str(path), InputError))
        settings = content["settings"]
        assert settings["policies"]
        assert settings["replications"] > 0
        assert isinstance(content["hashes"], dict)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise InputError([Problem(str(path), "is not what a run wrote")]) from error
    return dict(content)


def _changed(folder: Path, hashes: dict[str, str]) -> list[str]:
    """Return the copies that are not what the run wrote."""
    found = []
    for name, before in hashes.items():
        path = folder / name
        if path.is_file() and f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" != before:
            found.append(name)
    return found


def _source(folder: Path, name: str, settings: Mapping[str, Any]) -> PolicySource:
    """Return a policy of a result from its copy."""
    parameters = tuple(settings.get("parameters", {}).get(name, {}).items())
    source = PolicySource(name, "", "", settings.get("classes", {}).get(name, ""), parameters)
    path = folder / "policies" / source.file_name
    return replace(source, file=str(path), text=decoded(read_bytes(path, str(path)), str(path), InputError))
