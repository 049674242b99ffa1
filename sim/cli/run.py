"""`orderlab run`, `resume`, `again` and `report`."""

from __future__ import annotations

from pathlib import Path

import click

from reports.designs.precision import AT_MOST, Precision, read_half_widths
from reports.kpis import HEADLINE
from sim.cli.lab.experiment import Experiment
from sim.cli.lab.folder import is_complete
from sim.cli.lab.provenance import read_provenance
from sim.cli.lab.repetition import compared_files, differing_files
from sim.cli.options import (
    Playing,
    at_most_option,
    family_option,
    folder_options,
    journal_option,
    not_below,
    policies_option,
    replications_option,
    workers_options,
    world_options,
)
from sim.cli.played import tell_of_code
from sim.cli.playing import carry_out, progress, show
from sim.errors import InputError, Problem
from sim.execution.experiment import Keep
from sim.execution.tasklog import TaskLog
from sim.parquet import of_a_run
from sim.versions import differing, versions


@click.command(name="run", cls=Playing)
@click.argument("scenario")
@policies_option
@replications_option
@click.option(
    "--baseline", metavar="NAME", help="The policy that others are compared with. Default: the first."
)
@family_option
@click.option(
    "--independent",
    is_flag=True,
    help="Give each policy order books of its own. Differences then need many more replications.",
)
@click.option(
    "--precision",
    multiple=True,
    metavar="KPI=HALF_WIDTH",
    help="Add replications until the interval of the difference to the baseline is this narrow, such as "
    "cost_per_order=0.05; again, or after a comma, for more KPIs.",
)
@at_most_option
@world_options
@folder_options
@journal_option
@workers_options
def run_command(
    scenario: str,
    policies: tuple[str, ...],
    replications: int,
    baseline: str | None,
    family: str | None,
    independent: bool,
    precision: tuple[str, ...],
    at_most: int | None,
    seed: int | None,
    changes: tuple[str, ...],
    anywhere: bool,
    out: Path | None,
    overwrite: bool,
    keep: Keep,
    jobs: int | None,
    cluster: str | None,
    quiet: bool,
) -> None:
    """Run policies on the same order books and compare them.

    SCENARIO is a file, or the id of a shipped one (orderlab list scenarios).
    """
    design = None
    if precision:
        at_most = max(AT_MOST, replications) if at_most is None else not_below(replications, at_most)
        design = Precision(read_half_widths(precision), at_least=replications, at_most=at_most)
    elif at_most is not None:
        raise InputError([Problem("--at-most", "limits --precision, which is not given", value=str(at_most))])
    experiment = Experiment(
        scenario,
        policies or ("nearest",),
        replications=replications,
        baseline=baseline,
        seed=seed,
        changes=changes,
        family=HEADLINE if family is None else family.split(","),
        common_random_numbers=not independent,
        design=design,
        anywhere=anywhere,
    )
    carry_out(experiment, out, overwrite, keep, jobs, cluster, quiet)


@click.command(name="resume")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@workers_options
def resume_command(folder: Path, jobs: int | None, cluster: str | None, quiet: bool) -> None:
    """Complete a result folder that was interrupted.

    What is missing is played, from the copies in DIR alone. The result is the same, to the byte, as without the
    interruption.
    """
    experiment = Experiment.read(folder)
    if not is_complete(folder):
        tell_of_code(experiment.variants)
    with progress(experiment.scenario.id, quiet) as told:
        result = experiment.resume(folder, jobs=jobs, cluster=cluster, told=told)
    show(result, folder)


@click.command(name="again")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@folder_options
@workers_options
def again_command(
    folder: Path, out: Path | None, overwrite: bool, jobs: int | None, cluster: str | None, quiet: bool
) -> None:
    """Play a finished result again, from its folder alone, and say whether it is the same."""
    experiment, provenance = Experiment.read(folder), read_provenance(folder)
    tell_of_code(experiment.variants)
    if TaskLog(folder).exists:
        click.echo(f"note: {folder} is not complete; orderlab resume completes it", err=True)
    keep = provenance["settings"]["journal"]
    other = carry_out(experiment, out, overwrite, keep, jobs, cluster, quiet)
    changed = differing_files(folder, other)
    if not changed:
        click.echo(f"the same as {folder}, to the byte: {len(compared_files(folder))} tables and journals")
        return
    click.echo(f"not the same as {folder}: {', '.join(changed)}")
    before, now = provenance["versions"], versions()
    others = [f"{name} {before.get(name)} is now {now[name]}" for name in differing(before, now)]
    click.echo(f"versions: {', '.join(others) or 'the same as then'}")


@click.command(name="report")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def report_command(folder: Path) -> None:
    """Write report.html of a result folder: one file, no network needed to read it."""
    from reports import write_report

    with of_a_run(folder):
        click.echo(f"report: {write_report(folder)}")
