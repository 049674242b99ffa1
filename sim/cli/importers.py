"""`orderlab import`: scenarios made of other data."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(name="import")
def import_command() -> None:
    """Make a scenario of other data."""


@import_command.command(name="completejourney")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def completejourney(folder: Path) -> None:
    """Write a year of real grocery baskets into DIR, to replay (needs orderlab[data])."""
    from sim.scenario.completejourney import import_completejourney

    click.echo(str(import_completejourney(folder)))
    click.echo(f"next: orderlab run {folder / 'grocery.yaml'} -p nearest -n 1")
