"""What policies/README.md says of the field's rules is a rule set that loads, and every shipped rule set is named."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from policies import FILTERS, KEYS, check_rule_set, shipped_rule_sets
from sim.document import read_text
from sim.errors import RuleSetError

PAGE = (Path(str(resources.files("policies"))) / "README.md").read_text(encoding="utf-8")
TOLD = PAGE[PAGE.index("## How the field's rules are said") : PAGE.index("## Every key and every part")]
CELLS = re.findall(r"^\| (?!they say)(.+) \| `(.+)` \|$", TOLD, re.MULTILINE)
OF_THE_FILE = ("decide", "match", "attempts", "reallocate")


def as_rule_set(cell: str) -> str:
    """Return the file in which a cell stands as it is."""
    if cell.startswith(OF_THE_FILE):
        return f"{cell}\nrules: [{{}}]\n"
    return f"rules:\n  - {cell}\n"


@pytest.mark.parametrize("cell", [cell for _, cell in CELLS], ids=[strategy for strategy, _ in CELLS])
def test_a_strategy_can_be_pasted_as_it_is(counter: Any, cell: str) -> None:
    """And it decides: three orders, one of several lines, meet it."""
    zones = {"near": "at: [0, 1], zone: home", "mid": "at: [0, 2], kind: third_party", "far": "at: [0, 3]"}
    answers = counter.play(
        as_rule_set(cell),
        "A 05T10:00 mug,tea\nB 05T10:00 pot:2\nC 05T10:30 mug",
        sites=zones,
        regions="{id: here, at: [0, 0], zone: home}",
        segments="{id: standard, promise_days: 3, tags: [gold]}",
        stock="near mug:3; mid mug:3 tea:3 pot:1; far tea:9 pot:9",
        drain_days=1,
    )
    assert len(answers.decisions) >= 3


def test_every_filter_and_rank_key_is_shown_in_use() -> None:
    used = set(re.findall(r"\w+", " ".join(cell for _, cell in CELLS)))
    assert {*FILTERS, *KEYS} - used == {"in_group", "site", "backlog", "site_id"}  # as their names say


def test_every_shipped_rule_set_is_named() -> None:
    for name in shipped_rule_sets():
        assert f"`{name}`" in PAGE, name


def test_a_cell_that_does_not_load_would_be_found() -> None:
    with pytest.raises(RuleSetError):
        check_rule_set(read_text(as_rule_set("split: {max_splits: 3}"), "rules.yaml", RuleSetError))
