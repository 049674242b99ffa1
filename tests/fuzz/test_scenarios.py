"""Whatever stands in a scenario, it is read or told of; and what is read can be copied, and played."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import load_policy
from sim.document import read
from sim.errors import OrderlabError
from sim.replication import simulate
from sim.scenario import Scenario, load_scenario, shipped_scenarios, write_resolved
from sim.scenario.demand import Generated
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

pytestmark = pytest.mark.fuzz

WHAT = "scenarios"
TESTS = Path(__file__).parents[1]
FILES = [
    path for id_, path in shipped_scenarios().items() if id_ != "us_parcel"
]  # which takes half a second to read
FILES += [TESTS / "scenario" / "every_key.yaml"] * 4
TREES = [tree_of(read(path).tree) for path in FILES]
CONTENTS = [path.read_bytes() for path in FILES]
SMALL = ("days=0.2", "warm_up_days=0", "drain_days=1", "demand.orders_per_day=40")
"""What makes a scenario short enough to be played."""

POLICIES = ["nearest", "cheapest", "balanced", "everything", "fewest_shipments", "patient", "inventory_age"]
PLAYED_ONE_IN, COPIED_ONE_IN = 12, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables that the documents name."""
    folder = tmp_path_factory.mktemp("scenarios")
    rates = TESTS / "scenario" / "every_key_rates.csv"
    (folder / rates.name).write_bytes(rates.read_bytes())
    return folder


def try_(judge: Judge, folder: Path, content: bytes, set_: Sequence[str] = ()) -> None:
    path = folder / "hostile.yaml"
    path.write_bytes(content)
    scenario = judge.read(lambda: load_scenario(path, set_), path, folder)
    if scenario is None:
        return
    repr(scenario)
    number = crc32(content)
    if number % COPIED_ONE_IN == 0:
        assert (
            judge.read(lambda: load_scenario(write_resolved(scenario, folder / "copy")), folder) == scenario
        )
    if number % PLAYED_ONE_IN == 0:
        small = SMALL if isinstance(scenario.demand, Generated) else SMALL[2:3]
        judge.play(lambda: played(path, (*set_, *small), POLICIES[number // PLAYED_ONE_IN % len(POLICIES)]))


def played(path: Path, set_: Sequence[str], policy: str) -> int:
    scenario: Scenario = load_scenario(path, set_)
    if len(scenario.items) * len(scenario.warehouses) > 100_000:  # right, and long
        raise OrderlabError("left out")
    return simulate(scenario, load_policy(policy, scenario)).table("orders").num_rows


@inputs(240)
@given(st.integers(0, len(TREES) - 1), changes)
def test_with_values_and_keys_changed(judge: Judge, folder: Path, which: int, done: list[Change]) -> None:
    try_(judge, folder, in_bytes(text_of(mutated(TREES[which], done, TREES))))


@inputs(60)
@given(st.integers(0, len(TREES) - 1), cuts)
def test_with_bytes_changed(judge: Judge, folder: Path, which: int, done: list[Cut]) -> None:
    try_(judge, folder, cut(CONTENTS[which], done))


@inputs(20)
@given(anything)
def test_that_never_was_one(judge: Judge, folder: Path, content: bytes) -> None:
    try_(judge, folder, content)


STEPS = ["days", "items", "mug", "0", "-1", "warehouses", "newark", "stations", "demand", "orders_per_day", "", "x" * 300,
         "carriers", "services", "rates", "hours", "stock", "id", "file", "é", "\x00", "a.b.c", "." * 90]  # fmt: skip


@inputs(60)
@given(
    st.integers(0, len(TREES) - 1),
    st.lists(
        st.tuples(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5).map(".".join), texts),
        min_size=1,
        max_size=3,
    ),
)
def test_with_changes_of_the_command_line(
    judge: Judge, folder: Path, which: int, given_: list[tuple[str, str]]
) -> None:
    try_(judge, folder, CONTENTS[which], [f"{key}={value}" for key, value in given_])
