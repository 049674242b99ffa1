"""`orderlab warmup`: after how many days a scenario has settled."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from policies.load import build_policy
from reports.course import follow
from sim.cli.lab.arguments import check_playing
from sim.cli.lab.experiment import Experiment
from sim.cli.lab.player import play
from sim.cli.options import Playing, policies_option, replications_option, workers_options, world_options
from sim.cli.playing import progress
from sim.document import nearest
from sim.errors import InputError, Problem
from sim.execution.experiment import Stage, one_by_one

_SUFFIXES = (".svg", ".png")


@click.command(name="warmup", cls=Playing)
@click.argument("scenario")
@policies_option
@replications_option
@world_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="The picture, .svg or .png, or the folder that it goes to. Default: warmup-SCENARIO.svg.",
)
@workers_options
def warmup_command(
    scenario: str,
    policies: tuple[str, ...],
    replications: int,
    seed: int | None,
    changes: tuple[str, ...],
    anywhere: bool,
    out: Path | None,
    jobs: int | None,
    cluster: str | None,
    quiet: bool,
) -> None:
    """Say after how many days a scenario has settled, and draw it.

    SCENARIO is a file, or the id of a shipped one. Shipments in the building and units on hand are followed from the
    first hour to the end of the counted days, as means over replications. MSER-5 says how much to leave out at the
    beginning; nights, weekends and weekly orders do not fool it, because it sees means of whole cycles.
    """
    experiment = Experiment(
        scenario,
        policies or ("nearest",),
        replications=replications,
        seed=seed,
        changes=changes,
        anywhere=anywhere,
    )
    check_playing("none", jobs, cluster)
    world = experiment.scenario
    for warning in experiment.warnings:
        click.echo(f"warning: {warning}", err=True)
    picture = _picture(out, world.id)
    stage = Stage(experiment.variants, build_policy, follow)
    with tempfile.TemporaryDirectory() as scratch, progress(world.id, quiet) as told:
        rows = one_by_one(play(stage, experiment.design, Path(scratch), jobs, cluster, told))

    # matplotlib is loaded only now: the simulation does without.
    from reports.course import courses
    from reports.figures.courses import draw_courses
    from reports.warmups.rhythm import rhythm
    from reports.warmups.warmup import advice, judged, sentence

    known = rhythm(world)
    found = {policy: by_name for policy, by_name in courses(rows).items() if by_name}
    said = {policy: judged(by_name, world.warm_up_days, known) for policy, by_name in found.items()}
    for policy, by_name in said.items():
        for name, one in by_name.items():
            click.echo(f"{policy}: {sentence(name, one, world.warm_up_days)}")
    click.echo(advice(said, world.warm_up_days, known))
    if found:
        draw_courses(picture, found, said, known, world.warm_up_days)
        click.echo(f"picture: {picture}")


def _picture(out: Path | None, scenario: str) -> Path:
    """Return where the picture goes; its folder is there."""
    if out is None or out.is_dir() or not out.suffix:
        out = (out or Path()) / f"warmup-{scenario}.svg"
    elif out.suffix not in _SUFFIXES:
        rule = f"must end in {' or '.join(_SUFFIXES)}, or be a folder"
        raise InputError([Problem("--out", rule, value=str(out), nearest=nearest(out.suffix, _SUFFIXES))])
    out.parent.mkdir(parents=True, exist_ok=True)
    return out
