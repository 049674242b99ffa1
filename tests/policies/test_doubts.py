"""Words of a rule set that nothing in the scenario has are told, where they are probably not meant."""

from __future__ import annotations

from typing import Any

import pytest

from policies import policy_doubts, read_policies, shipped_rule_sets
from sim import load_scenario

WORLD = """\
start: 2026-03-07T00:00
days: 1
items:
  - {id: milk, category: dairy, handling: [cold]}
  - {id: tin, category: pantry}
regions: [{id: north}]
segments: [{id: standard}, {id: gold, tags: [priority]}]
demand: {orders_per_day: 10}
warehouses: [{id: hub}]
carriers: [{id: post, services: [{id: ground}]}]
"""


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{line: {category: diary}}", ["rules.0.when.line.category: value 'diary': no item is of this category; did you mean "
                                       "'dairy'?"]),
        ("{any_line: {handling: [cold, frozen]}}", []),
        ("{any_line: {handling: [chold, cold]}}", ["rules.0.when.any_line.handling: value 'chold': no item has this handling "
                                                   "tag; did you mean 'cold'?"]),
        ("{all_lines: {handling: chilled}}", ["rules.0.when.all_lines.handling: value 'chilled': no item has this handling "
                                              "tag"]),
        ("{order: {tags: [priorty]}}", ["rules.0.when.order.tags: value 'priorty': no segment has this tag; did you mean "
                                        "'priority'?"]),
        ("{order: {tags: priority}, line: {category: pantry}}", []),
        ("{line: {handling: ambient}}", []),
    ],
)  # fmt: skip
def test_a_word_that_nothing_has_is_told(stage: Any, when: str, said: list[str]) -> None:
    world = stage.scenario(WORLD)
    path = stage.write("mine.yaml", f"rules:\n  - when: {when}\n")
    (source,) = read_policies([path], world)
    assert [doubt.partition(": ")[2] for doubt in policy_doubts(source, world)] == said
    assert all(doubt.startswith(f"{path}:2:") for doubt in policy_doubts(source, world))


def test_shipped_rule_sets_may_speak_of_goods_that_are_not_sold() -> None:
    hello = load_scenario("hello")
    for source in read_policies(sorted(shipped_rule_sets()), None):
        assert policy_doubts(source, hello) == []


def test_a_policy_in_python_speaks_for_itself(stage: Any) -> None:
    path = stage.write("mine.py", "class Mine:\n    def allocate(self, order, network): ...\n")
    (source,) = read_policies([f"{path}:Mine"], None)
    assert policy_doubts(source, stage.scenario(WORLD)) == []
