"""Orders that policies decided differently are told in full, by workers that play them again.

What a worker tells rests on journals that are there already: it only hears the reasons of decisions once more, which
takes no longer than the orders that are told took to come.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.load import build_policy
from reports.diffs.pair import Pair
from reports.stories.data import story_content
from sim.errors import OrderlabError
from sim.execution.experiment import DIGESTS, Measured, Task, Variant
from sim.execution.story import Rows, rows_of, tell_again
from sim.execution.workers import Workers, play_all
from sim.writing import write_file

STORIES = "stories"
"""Folder among the digests, for what workers tell."""

Stories = dict[str, dict[str, Any] | str]
"""The content of stories, by order; in place of one that cannot be told, the reason."""


@dataclass(frozen=True)
class Retelling:
    """All that a worker needs to tell orders of any task.

    Attributes:
        variants: whose orders are told.
        lives: what the journal of a task says of each order that is to be told, by its id.

    """

    variants: Sequence[Variant]
    lives: Mapping[Task, Mapping[str, Rows]]

    def play(self, task: Task, folder: Path) -> Measured:
        """Tell the orders of one task, and leave their stories among the digests below a folder.

        What a policy gets wrong when it is played again, or in explaining itself, stands in their place.
        """
        try:
            stories = self.tell(task)
        except OrderlabError as error:
            stories = dict.fromkeys(self.lives[task], str(error))
        place = _place(task, folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_file(place, json.dumps(stories))
        return {}

    def tell(self, task: Task) -> Stories:
        """Tell the orders of one task.

        Raises PolicyError when the policy does not decide as it did.
        """
        variant = next(variant for variant in self.variants if variant.name == task.variant)
        policy = build_policy(variant.source, variant.scenario)
        book = variant.book(task.replication)
        stories = tell_again(variant.scenario, policy, self.lives[task], book, name=variant.name)
        # A story is of an order book; results number them from 0 for each policy.
        return {
            story.order: story_content(story._replace(replication=task.replication), variant.source.file_name)
            for story in stories
        }


def retelling_of(variants: Sequence[Variant], pairs: Sequence[Pair]) -> Retelling:
    """Return what workers need to tell all orders that were chosen; an order of several pairs is told once."""
    orders: dict[Task, dict[str, None]] = {}
    journals = {}
    for pair in pairs:
        for side in (pair.baseline, pair.policy):
            orders.setdefault(side.task, {}).update(dict.fromkeys(pair.chosen))
            journals[side.task] = side.journal
    lives = {task: rows_of(journals[task], list(wanted)) for task, wanted in orders.items() if wanted}
    return Retelling(variants, lives)


def have_told(retelling: Retelling, workers: Workers, folder: Path) -> dict[Task, Stories]:
    """Have workers tell all orders, and return the stories by task."""
    told: dict[Task, Stories] = {}
    for task, measured in play_all(list(retelling.lives), workers):
        if measured is None:
            told[task] = dict.fromkeys(retelling.lives[task], f"{task}: the worker died each time")
        else:
            told[task] = json.loads(_place(task, folder).read_text(encoding="utf-8"))
    return told


def _place(task: Task, folder: Path) -> Path:
    return folder / DIGESTS / STORIES / task.variant / f"{task.replication}.json"
