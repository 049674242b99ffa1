"""`orderlab select`."""

from __future__ import annotations

import math
from pathlib import Path

import click

from reports.designs.selection import Selection
from reports.kpis import kpi_named
from reports.statistics import MOST_REPLICATIONS
from sim.cli.lab.experiment import Experiment
from sim.cli.options import (
    Playing,
    at_most_option,
    folder_options,
    journal_option,
    not_below,
    workers_options,
    world_options,
)
from sim.cli.playing import carry_out
from sim.errors import InputError, Problem
from sim.execution.experiment import Keep


@click.command(name="select", cls=Playing)
@click.argument("scenario")
@click.option(
    "-p",
    "--policy",
    "policies",
    multiple=True,
    required=True,
    metavar="POLICY",
    help="A rule set (file or shipped id), or file.py:Class; two or more.",
)
@click.option(
    "--by", default="cost_per_order", metavar="KPI", show_default=True, help="What the best is best in."
)
@click.option(
    "--indifference",
    type=click.FloatRange(0, min_open=True),
    required=True,
    metavar="DIFFERENCE",
    help="The smallest difference that matters, in the unit of the KPI.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Probability with which the best is selected.",
)
@click.option(
    "-n",
    "--replications",
    type=click.IntRange(2, MOST_REPLICATIONS),
    default=10,
    show_default=True,
    help="Order books that every policy meets before any is eliminated.",
)
@at_most_option
@world_options
@folder_options
@journal_option
@workers_options
def select_command(
    scenario: str,
    policies: tuple[str, ...],
    by: str,
    indifference: float,
    confidence: float,
    replications: int,
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
    """Select the best policy, with a guarantee.

    Policies play the same order books. Those that are clearly behind are eliminated, and the others play on until
    one is left, by the procedure of Kim and Nelson (2001).
    """
    if len(policies) < 2:
        raise InputError([Problem("--policy", "a selection needs two or more", value=" ".join(policies))])
    if kpi_named(by, "--by").better is None:
        raise InputError([Problem("--by", "neither lower nor higher is better", value=by)])
    for option, value in (("--indifference", indifference), ("--confidence", confidence)):
        if not math.isfinite(value):
            raise InputError([Problem(option, "must be a positive number", value=str(value))])
    if at_most is not None:
        not_below(replications, at_most)
    design = Selection(by, indifference, confidence, replications, at_most)
    experiment = Experiment(scenario, policies, seed=seed, changes=changes, design=design, anywhere=anywhere)
    carry_out(experiment, out, overwrite, keep, jobs, cluster, quiet)
