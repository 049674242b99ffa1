"""`orderlab run` and `orderlab report`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
from tqdm import tqdm

from policies.load import build_policy, read_policies
from reports.kpis import measure
from reports.reconciliation import reconcile, unbalanced
from reports.searches import count_searches, cut_short
from sim.cli.folder import open_folder, write_inputs, write_provenance
from sim.document import nearest
from sim.errors import InputError, Problem
from sim.experiment import Experiment, Keep
from sim.journal import Journal
from sim.scenario import load_scenario


@click.command(name="run")
@click.argument("scenario")
@click.option(
    "-p",
    "--policy",
    "policies",
    multiple=True,
    metavar="POLICY",
    help="A rule set (file or shipped id), or file.py:Class; again for more. Default: nearest.",
)
@click.option(
    "-n",
    "--replications",
    type=click.IntRange(1, 100_000),
    default=10,
    show_default=True,
    help="Order books that every policy meets.",
)
@click.option(
    "--baseline", metavar="NAME", help="The policy that others are compared with. Default: the first."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="Of all random numbers. Default: the scenario's."
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the scenario, such as days=2 or warehouses.newark.stations=14; "
    "policy.KEY reaches every policy.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Result folder. Default: the next free runs/SCENARIO-0001.",
)
@click.option("--overwrite", is_flag=True, help="Replace the result that the folder holds.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Processes. Default: one for each core.")
@click.option(
    "--journal",
    "keep",
    type=click.Choice(["all", "first", "none"]),
    default="first",
    show_default=True,
    help="Replications whose journals are kept.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def run_command(
    scenario: str,
    policies: tuple[str, ...],
    replications: int,
    baseline: str | None,
    seed: int | None,
    changes: tuple[str, ...],
    out: Path | None,
    overwrite: bool,
    jobs: int | None,
    keep: Keep,
    quiet: bool,
) -> None:
    """Run policies on the same order books and compare them.

    SCENARIO is a file, or the id of a shipped one (orderlab list scenarios).
    """
    of_policies = [change.removeprefix("policy.") for change in changes if change.startswith("policy.")]
    of_scenario = [change for change in changes if not change.startswith("policy.")]
    if seed is not None:
        of_scenario.append(f"seed={seed}")
    world = load_scenario(scenario, of_scenario)
    for warning in world.warnings:
        click.echo(f"warning: {warning}", err=True)
    sources = read_policies(policies or ("nearest",), world, of_policies)
    names = [source.name for source in sources]
    baseline = names[0] if baseline is None else baseline
    if baseline not in names:
        rule = f"is none of the policies: {', '.join(names)}"
        raise InputError([Problem("--baseline", rule, value=baseline, nearest=nearest(baseline, names))])

    folder = open_folder(out, world, overwrite)
    hashes = write_inputs(folder, world, sources)
    settings = {"policies": names, "baseline": baseline, "replications": replications, "journal": keep}
    settings["classes"] = {source.name: source.class_name for source in sources if source.class_name}
    settings["parameters"] = {source.name: dict(source.parameters) for source in sources if source.parameters}
    write_provenance(folder, world, hashes, settings)
    experiment = Experiment(world, sources, replications, build_policy, measure_run, folder, keep)
    shown = not quiet and sys.stderr.isatty()
    with tqdm(total=len(experiment.tasks), desc=world.id, unit="run", disable=not shown) as progress:
        rows = experiment.run(jobs, lambda _: bool(progress.update()))

    # pandas and matplotlib are loaded only now: the simulation does without.
    from reports import result_text, write_report, write_result

    about = {
        "scenario": world.id,
        "title": world.name,
        "currency": world.currency,
        "timezone": world.timezone,
    }
    result = write_result(folder, rows, baseline, about)
    page = write_report(folder)
    click.echo(result_text(result, width=min(shutil.get_terminal_size((100, 24)).columns, 120)))
    click.echo(f"report: {page}")
    for sentence in [*unbalanced(rows), *cut_short(rows)]:
        click.echo(f"warning: {sentence}", err=True)


def measure_run(journal: Journal) -> dict[str, float]:
    """Return what is said of a replication: its KPIs and its books, and how its decisions were searched for."""
    return {**measure(journal), **reconcile(journal), **count_searches(journal)}


@click.command(name="report")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def report_command(folder: Path) -> None:
    """Write report.html of a result folder: one file, no network needed to read it."""
    from reports import write_report

    click.echo(f"report: {write_report(folder)}")
