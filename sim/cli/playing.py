"""How a command plays an experiment: with its warnings and its progress, and with what it found at the end."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from sim.cli.lab.experiment import Experiment
from sim.cli.lab.folder import free_folder
from sim.execution.experiment import Keep

if TYPE_CHECKING:
    from reports.result import Result


def carry_out(
    experiment: Experiment,
    out: Path | None,
    overwrite: bool,
    keep: Keep,
    jobs: int | None,
    cluster: str | None,
    quiet: bool,
) -> Path:
    """Run an experiment into a folder, show what it found, and return the folder."""
    for warning in experiment.warnings:
        click.echo(f"warning: {warning}", err=True)
    folder = free_folder(experiment.scenario) if out is None else out
    try:
        with progress(experiment.scenario.id, quiet) as told:
            result = experiment.run(
                folder, overwrite=overwrite, journal=keep, jobs=jobs, cluster=cluster, told=told
            )
    finally:
        if out is None:
            with suppress(OSError):  # it was kept free for this run, and nothing came of it
                folder.rmdir()
    show(result, folder)
    return folder


@contextmanager
def progress(title: str, quiet: bool, unit: str = "run") -> Iterator[Callable[[int, int], None]]:
    """Show progress over all replications, or other units, with the time left, if somebody is there to see it.

    What is made of the last of them, such as a page with many pictures, takes a while, too: the bar says so.
    """
    shown = not quiet and sys.stderr.isatty()
    with tqdm(desc=title, unit=unit, disable=not shown) as bar:

        def tell(done: int, asked: int) -> None:
            if bar.total is None:
                bar.initial = done  # of a resumed run: the time left is judged by what is played now
            bar.total = asked
            bar.n = done
            bar.set_description(f"{title}, writing" if done == asked else title)

        with _logged_above():
            yield tell
        bar.set_description(title)


class _Above(logging.Handler):
    """Writes above a progress bar, if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        tqdm.write(self.format(record), file=sys.stderr)


@contextmanager
def _logged_above() -> Iterator[None]:
    log, above = logging.getLogger("orderlab"), _Above()
    log.addHandler(above)
    try:
        yield
    finally:
        log.removeHandler(above)


def room() -> int:
    """Return how many columns of the terminal a text takes: all that there are, but not more than are easily read."""
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def show(result: Result, folder: Path) -> None:
    """Print what an experiment found, and where its report is."""
    from reports import result_text

    click.echo(result_text(result, width=room()))
    click.echo(f"report: {folder / 'report.html'}")
    for sentence in result.summary["warnings"]:
        click.echo(f"warning: {sentence}", err=True)
