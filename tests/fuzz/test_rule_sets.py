"""Whatever stands in a rule set, it is read or told of; and what is read can be printed, read again and played."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import build_policy, load_policy, policy_doubts, read_policies, shipped_rule_sets
from sim.document import read
from sim.replication import simulate
from sim.scenario import Scenario, load_scenario
from tests.fuzz.conftest import Judge
from tests.fuzz.effort import inputs
from tests.fuzz.mutation import (
    Change,
    Cut,
    anything,
    changes,
    cut,
    cuts,
    in_bytes,
    mutated,
    text_of,
    texts,
    tree_of,
)
from tests.policies.test_any_rule_set import RATES, WORLD

pytestmark = pytest.mark.fuzz

WHAT = "rule sets"
FILES = [*shipped_rule_sets().values(), *[Path(__file__).parents[1] / "policies" / "every_part.yaml"] * 8]
TREES = [tree_of(read(path).tree) for path in FILES]
CONTENTS = [path.read_bytes() for path in FILES]
PLAYED_ONE_IN = 25


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """A day in which orders meet downtimes, empty shelves and two carriers."""
    folder = tmp_path_factory.mktemp("rule_sets")
    rows = [f"{site},{item},3" for site in ("dock", "barn", "mill") for item in ("mug", "fish", "tea")]
    (folder / "stock.csv").write_text("\n".join(["warehouse,item,units", *rows]) + "\n")
    (folder / "rates.csv").write_text(RATES)
    (folder / "world.yaml").write_text(WORLD.format(seed=1))
    return load_scenario(folder / "world.yaml", ["days=0.5", "drain_days=1"])


def try_(judge: Judge, world: Scenario, folder: Path, content: bytes, *set_: str) -> None:
    path = folder / "hostile.yaml"
    path.write_bytes(content)
    found = judge.read(lambda: read_policies([path], None, set_), path)
    if found is None:
        return
    (source,) = found
    rules = build_policy(source, None)
    printed = folder / "printed.yaml"
    printed.write_text(str(rules), encoding="utf-8")
    assert judge.read(lambda: load_policy(printed), printed) == rules
    # Ids are those of the world, or told.
    bound = judge.read(lambda: build_policy(source, world), path)
    if bound is not None:
        policy_doubts(source, world)
        if crc32(content) % PLAYED_ONE_IN == 0:
            judge.play(lambda: simulate(world, bound))


@inputs(150)
@given(st.integers(0, len(TREES) - 1), changes)
def test_with_values_and_keys_changed(
    judge: Judge, world: Scenario, tmp_path_factory: pytest.TempPathFactory, which: int, done: list[Change]
) -> None:
    try_(judge, world, tmp_path_factory.getbasetemp(), in_bytes(text_of(mutated(TREES[which], done, TREES))))


@inputs(30)
@given(st.integers(0, len(TREES) - 1), cuts)
def test_with_bytes_changed(
    judge: Judge, world: Scenario, tmp_path_factory: pytest.TempPathFactory, which: int, done: list[Cut]
) -> None:
    try_(judge, world, tmp_path_factory.getbasetemp(), cut(CONTENTS[which], done))


@inputs(10)
@given(anything)
def test_that_never_was_one(
    judge: Judge, world: Scenario, tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    try_(judge, world, tmp_path_factory.getbasetemp(), content)


STEPS = ["rules", "0", "1", "filters", "below_limit", "n", "rank", "cost", "by", "split", "max_shipments", "name", "when",
         "attempts", "every_minutes", "otherwise", "has_stock", "", "x" * 300]  # fmt: skip


@inputs(30)
@given(
    st.integers(0, len(TREES) - 1),
    st.lists(st.sampled_from(STEPS), min_size=1, max_size=5).map(".".join),
    texts,
)
def test_with_changes_of_the_command_line(
    judge: Judge, world: Scenario, tmp_path_factory: pytest.TempPathFactory, which: int, key: str, value: str
) -> None:
    try_(judge, world, tmp_path_factory.getbasetemp(), CONTENTS[which], f"{key}={value}")
