"""`orderlab check`: the regression gate of a pipeline."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.writing import write_file

if TYPE_CHECKING:
    from reports.gates.gate import Check


@click.command(name="check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--save", type=click.Path(path_type=Path), metavar="FILE", help="Write what DIR says as a baseline."
)
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Compare DIR with this baseline."
)
@click.option(
    "--bound",
    "bounds",
    multiple=True,
    metavar="KPI=VALUE",
    help="How much worse a KPI may get, in its unit (cost_per_order=0.10; a share of 0.01 is one percentage point) or "
    "per cent of the baseline (cost_per_order=1%). With --save it is kept in the baseline.",
)
@click.option(
    "--junit", type=click.Path(path_type=Path), metavar="FILE", help="Also write the verdicts as JUnit XML."
)
@click.option(
    "--markdown",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write the table for a pull request.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write a page of what moved, with intervals.",
)
def check_command(
    folder: Path,
    save: Path | None,
    baseline: Path | None,
    bounds: tuple[str, ...],
    junit: Path | None,
    markdown: Path | None,
    report: Path | None,
) -> None:
    """Save a result as a baseline, or compare it with one; exit code 1 when it got worse.

    The same version, files and seed must give the same numbers. Otherwise a KPI got worse when a one-sided test,
    corrected for how many are judged, says so, or when it passes its bound.
    """
    from reports.gates.baseline import baseline_of, bounds_of, read_baseline, write_baseline
    from reports.gates.gate import check
    from reports.gates.texts import check_junit, check_markdown, check_text
    from sim.cli.lab.provenance import read_provenance
    from sim.cli.played import warn_of_changes

    if (save is None) == (baseline is None):
        raise click.UsageError("One of --save FILE and --baseline FILE is needed, and not both.")
    stated = bounds_of(bounds)
    if save is not None:
        if any(path is not None for path in (junit, markdown, report)):
            raise click.UsageError(
                "--junit, --markdown and --report tell of a comparison: they need --baseline FILE."
            )
        kept = baseline_of(folder, stated)
        warn_of_changes(folder, read_provenance(folder))
        save.parent.mkdir(parents=True, exist_ok=True)
        write_baseline(save, kept)
        click.echo(f"baseline: {save}")
        return
    assert baseline is not None
    before = read_baseline(baseline)
    after = baseline_of(folder, {**before.bounds, **stated})
    warn_of_changes(folder, read_provenance(folder))
    found = check(before, after, baseline, folder)
    texts = ((junit, check_junit), (markdown, check_markdown), (report, _page))
    for path, text in texts:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, text(found))
    with suppress(BrokenPipeError):  # the exit code says it, too
        click.echo(check_text(found))
    if found.failed:
        raise click.exceptions.Exit(1)


def _page(found: Check) -> str:
    from reports.gates.page import check_page  # matplotlib takes a while to load, and only pages need it

    return check_page(found)
