"""Commands about files and what is shipped: `validate`, `new`, `schema`, `list`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from reports.numbers import counted
from sim.cli.options import anywhere_option
from sim.document import Document, nearest, read
from sim.document.files import nearest_file
from sim.errors import InputError, Problem, RuleSetError, ScenarioError
from sim.localtime import local_time
from sim.scenario import check_scenario, find_scenario, shipped_scenarios
from sim.writing import copy_file, filling


@click.command(name="validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@anywhere_option
def validate_command(files: tuple[str, ...], anywhere: bool) -> None:
    """Check scenarios and rule sets; every problem of every file at once.

    A FILE is a path, or the id of a shipped scenario or rule set. A file with the key `rules` is a rule set.
    """
    wrong = False
    for name in files:
        try:
            _validate(name, anywhere)
        except InputError as error:
            wrong = True
            click.echo(str(error), err=True)
    if wrong:
        raise click.exceptions.Exit(2)


def _validate(name: str, anywhere: bool) -> None:
    from policies.load import check_rule_set, shipped_rule_sets

    rule_sets = shipped_rule_sets()
    try:
        path = find_scenario(name)
    except ScenarioError:
        if Path(name).is_dir():
            raise
        if name not in rule_sets:
            rule = "is neither a file, nor a shipped scenario or rule set"
            close = nearest_file(name, [*shipped_scenarios(), *rule_sets])
            raise InputError([Problem(name, rule, nearest=close)]) from None
        path = rule_sets[name]
    document = read(path)
    if nearest("rules", document.tree) is not None:
        rules = check_rule_set(_raising(document, RuleSetError))
        click.echo(f"{name}: a rule set that is right, with {counted(len(rules.rules), 'rule')}")
        return
    scenario = check_scenario(_raising(document, ScenarioError), anywhere=anywhere)
    for warning in scenario.warnings:
        click.echo(f"warning: {warning}", err=True)
    sizes = [
        counted(len(scenario.warehouses), "warehouse"),
        counted(len(scenario.items), "item"),
        counted(len(scenario.regions), "region"),
    ]
    if scenario.recorded is not None:
        placed, zone = scenario.recorded.placed_at, ZoneInfo(scenario.timezone)
        first, last = (f"{local_time(int(at), zone):%Y-%m-%d}" for at in (placed[0], placed[-1]))
        sizes.append(f"{counted(len(placed), 'recorded order')} from {first} to {last}")
    click.echo(f"{name}: a scenario that is right, with {', '.join(sizes)}")


def _raising(document: Document, error: type[InputError]) -> Document:
    return Document(document.path, document.tree, error, document.problems)


@click.command(name="new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def new_command(folder: Path) -> None:
    """Write a commented starter scenario and rule set into DIR."""
    starter = Path(str(resources.files("scenarios"))) / "starter"
    names = sorted(path.name for path in starter.glob("*.yaml"))
    taken = [name for name in names if (folder / name).exists()]
    if taken:
        raise InputError(
            [Problem(str(folder / name), "is there already, and is left as it is") for name in taken]
        )
    with filling(folder) as beside:
        for name in names:
            copy_file(starter / name, beside / name)
    for name in names:
        click.echo(f"wrote {folder / name}")
    click.echo(f"next: orderlab run {folder / 'scenario.yaml'} -p nearest -p {folder / 'rules.yaml'}")


@click.command(name="schema")
@click.argument("kind", type=click.Choice(["scenario", "policy"]))
def schema_command(kind: str) -> None:
    """Print the JSON Schema of scenarios or rule sets, for editors."""
    if kind == "scenario":
        from sim.scenario.schema import scenario_schema as schema
    else:
        from policies.ruleset import rule_set_schema as schema
    click.echo(json.dumps(schema(), indent=2))


@click.command(name="list")
@click.argument("kind", type=click.Choice(["scenarios", "policies", "kpis", "parts"]))
def list_command(kind: str) -> None:
    """Show what is there, one line each."""
    rows = {"scenarios": _scenarios, "policies": _policies, "kpis": _kpis, "parts": _parts}[kind]()
    table = list(rows)
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]).rstrip())


def _titles(files: dict[str, Path]) -> Iterable[tuple[str, ...]]:
    for id_, path in files.items():
        yield id_, str(read(path).tree.get("name", "")) or id_


def _scenarios() -> Iterable[tuple[str, ...]]:
    return _titles(shipped_scenarios())


def _policies() -> Iterable[tuple[str, ...]]:
    from policies.load import shipped_rule_sets

    return _titles(shipped_rule_sets())


def _kpis() -> Iterable[tuple[str, ...]]:
    from reports.kpis import KPIS

    for kpi in KPIS.values():
        yield kpi.name, kpi.unit, kpi.better or "", kpi.meaning


def _parts() -> Iterable[tuple[str, ...]]:
    from policies.reference import KINDS

    for kind, (_, parts) in KINDS.items():
        for name, part in parts.items():
            yield kind, name, part.summary()
