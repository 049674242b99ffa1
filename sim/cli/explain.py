"""`orderlab explain`: the life and every decision of one order of a result."""

from __future__ import annotations

from pathlib import Path

import click

from policies.load import build_policy
from sim.cli.lab.provenance import read_provenance, read_variants
from sim.cli.played import (
    check_replication,
    format_option,
    replication_option,
    tell_of_code,
    warn_of_changes,
)
from sim.cli.playing import room
from sim.execution.experiment import check_is_one
from sim.execution.story import tell


@click.command(name="explain")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("order")
@click.option("-p", "--policy", metavar="POLICY", help="Which of the run's policies. Default: the first.")
@replication_option
@format_option("each warehouse that was looked at")
def explain_command(folder: Path, order: str, policy: str | None, replication: int, form: str) -> None:
    """Tell the life of one order of a result, and the reasons of every decision about it.

    The replication is played again from the copies in DIR until ORDER has settled: its journal need not be there.
    ORDER is the id of the source, or the number of the order from 1.
    """
    provenance = read_provenance(folder)
    names = provenance["settings"]["policies"]
    name = policy or names[0]
    check_is_one(name, names, "--policy")
    check_replication(replication, folder, provenance)
    warn_of_changes(folder, provenance)
    _, (variant,) = read_variants(folder, provenance, [name])
    tell_of_code([variant])
    decides = build_policy(variant.source, variant.scenario)
    story = tell(variant.scenario, decides, order, variant.book(replication), name=name)

    # Loaded only now: the simulation does without.
    from reports.forms import as_json
    from reports.stories.data import story_content
    from reports.stories.texts import story_csv, story_markdown, story_page, story_text

    content = story_content(story._replace(replication=replication), variant.source.file_name)
    match form:
        case "table":
            click.echo(story_text(content, room()))
        case "json":
            click.echo(as_json(content))
        case "csv":
            click.echo(story_csv(content), nl=False)
        case "markdown":
            click.echo(story_markdown(content), nl=False)
        case "html":
            click.echo(story_page(content))
