"""A journal as data frames: tidy, with units, the same from memory and from disk; and what `simulate` refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policies import load_policy
from reports.breakdown import break_down
from reports.measured import measure_run
from sim import Journal, Scenario, load_scenario, simulate
from sim.errors import InputError, PolicyError
from sim.journal import TABLES

CHANGES = ["days=0.5", "warm_up_days=0", "demand.orders_per_day=100", "currency=EUR"]


@pytest.fixture(scope="module")
def world() -> Scenario:
    return load_scenario("returns", CHANGES)


@pytest.fixture(scope="module")
def journal(world: Scenario) -> Journal:
    return simulate(world, load_policy("nearest", world))


# -- frames ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_a_frame_has_every_column_of_its_table(journal: Journal, table: str) -> None:
    frame = journal.frame(table)
    assert list(frame.columns) == list(TABLES[table])
    assert len(frame) == journal.rows(table) == journal.table(table).num_rows


def test_a_frame_is_the_same_from_disk_into_a_folder_that_is_made(
    journal: Journal, world: Scenario, tmp_path: Path
) -> None:
    folder = tmp_path / "nearest" / "0"
    simulate(world, load_policy("nearest", world), folder=str(folder))
    opened = Journal.open(str(folder))
    for table in TABLES:
        pd.testing.assert_frame_equal(opened.frame(table), journal.frame(table))
        assert opened.frame(table).attrs == journal.frame(table).attrs
        assert opened.rows(table) == journal.rows(table)


def test_measuring_says_the_same_from_disk_and_from_memory(
    journal: Journal, world: Scenario, tmp_path: Path
) -> None:
    simulate(world, load_policy("nearest", world), folder=tmp_path)
    opened = Journal.open(tmp_path)
    assert str(measure_run(opened)) == str(measure_run(journal))  # nan is not equal to nan
    assert break_down(opened).equals(break_down(journal))


def test_reading_by_blocks_holds_a_few_of_them_and_not_the_table(journal: Journal, tmp_path: Path) -> None:
    rows = 1_000_000
    numbers = np.random.default_rng(1).integers(0, 2**60, rows)  # no encoding makes them smaller
    for name in TABLES:
        pq.write_table(journal.table(name), tmp_path / f"{name}.parquet")
    schema = journal.schema("ledger")
    columns = [
        pa.array(numbers) if field.name == "amount_cents" else pa.nulls(rows, field.type) for field in schema
    ]
    pq.write_table(pa.table(columns, schema), tmp_path / "ledger.parquet", row_group_size=10_000)
    before, most, read = pa.total_allocated_bytes(), 0, 0
    for batch in Journal.open(tmp_path).batches("ledger", ["amount_cents"]):
        read += len(batch)
        most = max(most, pa.total_allocated_bytes() - before)
    assert read == rows
    assert most < numbers.nbytes / 3


def test_categories_stand_in_the_order_of_the_scenario(journal: Journal, world: Scenario) -> None:
    assert list(journal.frame("orders")["region"].cat.categories) == [region.id for region in world.regions]


def test_some_columns_come_in_the_order_asked_for(journal: Journal) -> None:
    assert list(journal.frame("orders", ["value", "order"]).columns) == ["value", "order"]
    assert journal.frame("orders", ["value", "order"]).attrs == {"units": {"value": "EUR"}}


def test_a_name_that_is_wrong_comes_with_the_nearest_one(journal: Journal) -> None:
    with pytest.raises(InputError) as found:
        journal.frame("order")
    assert str(found.value) == "journal: value 'order': is no table of a journal; did you mean 'orders'?"
    for read in (journal.frame, journal.table, lambda *names: list(journal.batches(*names))):
        with pytest.raises(InputError) as found:
            read("orders", ["cost_frieght"])
        says = "value 'cost_frieght': is no column of the table orders; did you mean 'cost_freight'?"
        assert str(found.value) == f"journal: {says}"


# -- units -----------------------------------------------------------------------------------------------------

SUFFIXES = {"_s": "s", "_l": "l", "_kg": "kg", "_km": "km", "_d": "d", "_at": "UTC", "_cents": "0.01 EUR"}


@pytest.mark.parametrize("table", TABLES)
def test_units_agree_with_what_the_names_of_columns_say(journal: Journal, table: str) -> None:
    units = journal.units(table)
    assert units == journal.frame(table).attrs["units"]
    for column in TABLES[table]:
        for suffix, unit in SUFFIXES.items():
            if column.endswith(suffix):
                assert units[column] == unit
        if column.startswith("cost"):
            assert units[column] == "EUR"


def test_every_measurement_has_a_unit(journal: Journal) -> None:
    """Without one are names, numbers that name something, counts, and what has the unit of its row."""
    bare = {
        (table, column)
        for table in TABLES
        for column, values in journal.frame(table).items()
        if pd.api.types.is_numeric_dtype(values)
        and values.dtype != bool
        and column not in journal.units(table)
    }
    named = {"shipment", "replaces", "purchase", "attempt"}
    counts = {"lines", "shipments", "reallocations", "attempts", "notifications", "rebound"}
    assert {column for _, column in bare} == named | counts | {"margin", "amount"}


def test_units_stay_with_a_selection(journal: Journal) -> None:
    orders = journal.frame("orders")
    assert orders[orders["counted"]].attrs["units"]["value"] == "EUR"


# -- what simulate refuses -------------------------------------------------------------------------------------


class Waiting:
    """Ships nothing."""

    def allocate(self, order: Any, network: Any) -> None:
        raise AssertionError("never asked")


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (
            "nearest",
            "'nearest' has no allocate(order, network); policies.load_policy makes a policy from a name",
        ),
        (Waiting, "Waiting is a class: pass an instance, Waiting()"),
    ],
)
def test_what_is_no_policy_is_refused_before_the_run(world: Scenario, policy: Any, says: str) -> None:
    with pytest.raises(PolicyError) as found:
        simulate(world, policy, name="mine")
    assert str(found.value) == f"policy mine: {says}"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (
            {"scenario": "returns"},
            TypeError,
            "scenario: 'returns', must be a Scenario, as load_scenario returns it",
        ),
        ({"replication": -1}, ValueError, "replication: -1, must be 0 or more"),
        ({"replication": 0.5}, TypeError, "replication: 0.5, must be a whole number"),
        ({"replication": True}, TypeError, "replication: True, must be a whole number"),
    ],
)
def test_what_is_no_scenario_or_replication_is_refused_before_the_run(
    world: Scenario, arguments: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as found:
        simulate(**{"scenario": world, "policy": Waiting(), **arguments})
    assert str(found.value) == says


def test_a_replication_may_be_a_number_of_numpy(journal: Journal, world: Scenario) -> None:
    again = simulate(world, load_policy("nearest"), np.int64(0))
    assert again.frame("orders").equals(journal.frame("orders"))
