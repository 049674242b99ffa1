"""`orderlab import`: scenarios made of other data."""

from __future__ import annotations

from pathlib import Path

import click


class _Importers(click.Group):
    """A group that says what else to do with what it does not import."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            known = ", ".join(self.commands)
            ctx.fail(
                f"{args[0]!r} is none of what can be imported: {known}. Orders of your own are named in a scenario: "
                "demand: {replay: orders.csv} (tutorials/analyst.md)"
            )
        return super().resolve_command(ctx, args)


@click.group(name="import", cls=_Importers)
def import_command() -> None:
    """Make a scenario of other data."""


@import_command.command(name="completejourney")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def completejourney(folder: Path) -> None:
    """Write a year of real grocery baskets into DIR, to replay (needs orderlab[data])."""
    from sim.scenario.completejourney import import_completejourney

    click.echo(str(import_completejourney(folder)))
    click.echo(f"next: orderlab run {folder / 'grocery.yaml'} -p nearest -n 1")
