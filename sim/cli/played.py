"""What a command is told to look at of a result folder, checked against what was played there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from reports.designs.design import Fixed
from sim.cli.lab.provenance import changed_inputs, read_design
from sim.errors import InputError, Problem
from sim.execution.experiment import Variant

replication_option = click.option(
    "-r", "--replication", type=int, default=0, show_default=True, help="Which order book, from 0."
)


def format_option(rows: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option that says how something is told; in CSV, by such rows."""
    forms = click.Choice(("table", "markdown", "json", "csv", "html"))
    said = f"How; csv has a row for {rows}."
    return click.option("--format", "form", type=forms, default="table", show_default=True, help=said)


def tell_of_code(variants: Iterable[Variant]) -> None:
    """Say which Python of a result folder is about to run: the folder may come from somebody else."""
    for file in dict.fromkeys(variant.source.file for variant in variants if variant.source.class_name):
        click.echo(f"note: this runs the code of {file}", err=True)


def warn_of_changes(folder: Path, provenance: Mapping[str, Any]) -> None:
    """Say which of a folder's copies of what was played are not any more what was played."""
    for changed in changed_inputs(folder, provenance):
        click.echo(f"warning: {changed} has changed since the run", err=True)


def check_replication(replication: int, folder: Path, provenance: Mapping[str, Any]) -> None:
    """Refuse a replication that no policy of a run has played. Raises InputError."""
    design = read_design(folder, provenance)
    count = design.replications if isinstance(design, Fixed) else None  # any will do where it was left open
    if replication < 0 or (count is not None and replication >= count):
        rule = "must be 0: the run has one replication"
        if count != 1:
            rule = "must be 0 or more" if count is None else f"must be 0 to {count - 1}, as in the run"
        raise InputError([Problem("--replication", rule, value=str(replication))])
