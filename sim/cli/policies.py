"""`orderlab check-policy`: whether a policy keeps to its contract."""

from __future__ import annotations

import click

from policies.load import build_policy, read_policies
from reports.numbers import counted
from sim.cli.options import anywhere_option
from sim.probes.check import check_policy
from sim.scenario import load_scenario


@click.command(name="check-policy")
@click.argument("policy")
@click.option(
    "--scenario",
    metavar="SCENARIO",
    help="Play this one instead of the small worlds: for a policy that names what only it has.",
)
@anywhere_option
def check_policy_command(policy: str, scenario: str | None, anywhere: bool) -> None:
    """Play a policy in small worlds, and tell everything that is wrong with it.

    POLICY is a rule set (a file, or the id of a shipped one), or file.py:Class.
    """
    world = None if scenario is None else load_scenario(scenario, anywhere=anywhere)
    (source,) = read_policies([policy], world)
    found = check_policy(
        lambda: build_policy(source, world), name=source.name, worlds=() if world is None else (world,)
    )
    worlds = counted(found.worlds, "world")
    click.echo(
        f"{source.name} keeps to its contract: {worlds}, {found.decisions:,} decisions, each as long as "
        f"{found.events:,.0f} bare events of the clock"
    )
