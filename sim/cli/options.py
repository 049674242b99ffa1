"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from reports.statistics import MOST_REPLICATIONS
from sim.cli.lab.arguments import MOST_JOBS
from sim.errors import InputError, Problem

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _together(*options: Callable[[Any], Any]) -> Callable[[_Command], _Command]:
    def add(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


class Playing(click.Command):
    """A command that plays one scenario: what else stands among its arguments lacks its option."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Fails with how a second policy, or a change, must be given."""
        super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            ctx.fail(
                f"Got unexpected extra argument ({' '.join(ctx.args)}). Every policy takes a -p of its own, such as "
                "-p nearest -p cheapest, and every change is one word: --set days=2"
            )
        return ctx.args


policies_option = click.option(
    "-p",
    "--policy",
    "policies",
    multiple=True,
    metavar="POLICY",
    help="A rule set (file or shipped id), or file.py:Class; again for more. Default: nearest.",
)

replications_option = click.option(
    "-n",
    "--replications",
    type=click.IntRange(1, MOST_REPLICATIONS),
    default=10,
    show_default=True,
    help="Order books that every policy meets.",
)

at_most_option = click.option(
    "--at-most",
    type=click.IntRange(1, MOST_REPLICATIONS),
    metavar="N",
    help="Replications of a policy at which it ends in any case.",
)


def not_below(replications: int, at_most: int) -> int:
    """Return the limit that `--at-most` sets. Raises InputError if it is below the replications to begin with."""
    if at_most < replications:
        rule = f"must be at least the replications to begin with (-n): {replications}"
        raise InputError([Problem("--at-most", rule, value=str(at_most))])
    return at_most


family_option = click.option(
    "--family",
    metavar="KPI,KPI...",
    help="The KPIs on which policies are judged, over which Holm's correction runs. Default: the headline KPIs.",
)

anywhere_option = click.option(
    "--anywhere",
    is_flag=True,
    help="Let the scenario name tables that lie outside its folder.",
)

world_options = _together(
    click.option(
        "--seed", type=click.IntRange(0, 2**63 - 1), help="Of all random numbers. Default: the scenario's."
    ),
    click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="KEY=VALUE",
        help="Change a value of the scenario, such as days=2 or warehouses.newark.stations=14; "
        "policy.KEY reaches every policy.",
    ),
    anywhere_option,
)
"""What the scenario and the policies are changed by, and what it may read: `seed`, `changes` and `anywhere`."""

folder_options = _together(
    click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Result folder. Default: the next free runs/SCENARIO-0001.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace the result that the folder holds."),
)
"""Where the result goes: `out` and `overwrite`."""

journal_option = click.option(
    "--journal",
    "keep",
    type=click.Choice(["all", "first", "none"]),
    default="first",
    show_default=True,
    help="Replications whose journals are kept.",
)

workers_options = _together(
    click.option(
        "--jobs",
        type=click.IntRange(1, MOST_JOBS),
        help="Processes. Default: one for each core, where that is quicker than one.",
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Play on the workers of a Dask scheduler: tcp://10.0.0.5:8786, or the scheduler.json that it wrote.",
    ),
    click.option("--quiet", is_flag=True, help="Show no progress."),
)
"""Who plays, and whether progress is shown: `jobs`, `cluster` and `quiet`."""
