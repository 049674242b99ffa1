"""`orderlab sweep`."""

from __future__ import annotations

from pathlib import Path

import click

from reports.kpis import HEADLINE
from sim.cli.lab.sweep import sweep
from sim.cli.options import (
    Playing,
    family_option,
    folder_options,
    journal_option,
    policies_option,
    replications_option,
    workers_options,
    world_options,
)
from sim.cli.playing import carry_out
from sim.execution.experiment import Keep


@click.command(name="sweep", cls=Playing)
@click.argument("scenario")
@policies_option
@click.option(
    "--vary",
    multiple=True,
    metavar="KEY=V1,V2,...",
    help="A key of the scenario with its values, such as warehouses.newark.stations=1,2,3, or policy.KEY, a key of "
    "every policy. Again for more: every combination is played.",
)
@click.option("--one-at-a-time", is_flag=True, help="Change one key and leave the others, instead.")
@click.option(
    "--drop-each-rule", is_flag=True, help="Play each rule set also without each of its rules in turn."
)
@replications_option
@click.option(
    "--baseline",
    metavar="NAME",
    help="What comparison.csv compares all with. Default: the first policy, unchanged.",
)
@family_option
@world_options
@folder_options
@journal_option
@workers_options
def sweep_command(
    scenario: str,
    policies: tuple[str, ...],
    vary: tuple[str, ...],
    one_at_a_time: bool,
    drop_each_rule: bool,
    replications: int,
    baseline: str | None,
    family: str | None,
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
    """Run policies with other values of some keys, or without each of their rules.

    SCENARIO is a file, or the id of a shipped one. All points meet the same order books, unless a key changes demand
    itself, and each is told by its difference to the unchanged point of its policy. The result folder is that of a
    run, and sweep.csv.
    """
    experiment = sweep(
        scenario,
        policies or ("nearest",),
        vary,
        one_at_a_time=one_at_a_time,
        drop_each_rule=drop_each_rule,
        replications=replications,
        baseline=baseline,
        seed=seed,
        changes=changes,
        family=HEADLINE if family is None else family.split(","),
        anywhere=anywhere,
    )
    carry_out(experiment, out, overwrite, keep, jobs, cluster, quiet)
