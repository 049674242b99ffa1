"""`explanations.json`: how each policy of a result decided differently from the baseline, and orders that show why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from pathlib import Path

from reports.diffs.diff import FIRST, share_differently
from reports.diffs.pair import Side, compared, content_of, read_side
from reports.diffs.routes import OtherOrdersError
from reports.diffs.why import FILE_NAME, written
from reports.kept import common_journals
from sim.cli.lab.player import workers_for
from sim.cli.lab.retelling import Stories, have_told, retelling_of
from sim.execution.experiment import Task, Variant
from sim.writing import write_file

TOLD = 4
"""Orders that are told of each policy."""

MOST_COMPARED = 8
"""Policies, with the baseline, that are compared order by order: as many as have a colour of their own."""


def write_why(
    folder: Path, variants: Sequence[Variant], baseline: str, jobs: int | None, cluster: str | None
) -> None:
    """Compare the policies of a result order by order, and tell orders that show why they differ.

    It needs a replication of which the journals of the baseline and of other policies were kept; where there is none,
    or orders are not the same, nothing is written.

    Args:
        folder: of the result.
        variants: in the order of the results.
        baseline: the policy that others are compared with.
        jobs: how many processes; None: one for each core, where that is quicker than one.
        cluster: address of a Dask scheduler, whose workers tell instead.

    Raises:
        OrderlabError: a cluster cannot be reached.

    """
    names = [variant.name for variant in variants]
    names = [baseline, *(name for name in names if name != baseline)][:MOST_COMPARED]
    replication, journals = common_journals(folder, names)
    if len(journals) < 2:
        return
    sides: list[Side] = []
    for name in names:
        with suppress(OtherOrdersError):  # policies met customers of their own, or in worlds of their own
            sides.append(read_side(Task(name, replication), journals[name], sides[0] if sides else None))
    if len(sides) < 2:
        return
    shares = [
        (one.task.variant, other.task.variant, share_differently(one.routes, other.routes))
        for one, other in combinations(sides, 2)
    ]
    pairs = [compared(sides[0], side, TOLD) for side in sides[1:]]
    retelling = retelling_of(variants, pairs)
    told: Mapping[Task, Stories] = {}
    if tasks := len(retelling.lives):
        orders = min(len(sides[0].routes.orders), FIRST) * tasks
        with workers_for(retelling, folder, jobs, cluster, tasks, orders) as workers:
            told = have_told(retelling, workers, folder)
    contents = [content_of(pair, told) for pair in pairs]
    write_file(folder / FILE_NAME, written(replication, shares, contents))
