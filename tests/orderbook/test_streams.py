"""Random numbers: named streams, keyed draws, and books that depend on nothing but seed and replication."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import randomness
from sim.orderbook.names import order_ids

RICH = (
    "{orders_per_day: 1500, hourly: [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 1, 1], "
    "lines_per_order: {1: 5, 2: 3, 3: 2, 5: 1}, units_per_line: {1: 8, 2: 1, 7: 1}}"
)
SURROUNDINGS = {
    "days": 3,
    "items": "[" + ", ".join(f"{{id: i{n}, popularity: {60 - 9 * n}}}" for n in range(6)) + "]",
    "regions": "[{id: a, share: 2}, {id: b}, {id: c}]",
    "segments": "[{id: x, share: 3}, {id: y}]",
}


@pytest.fixture
def rich(catalogue: Any) -> Any:
    return catalogue(RICH, **SURROUNDINGS)


@pytest.mark.parametrize("block_orders", [1, 7, 100, 1_000, 8_192])
def test_the_size_of_blocks_changes_nothing(rich: Any, draw: Any, block_orders: int) -> None:
    book = draw(rich, block_orders=block_orders)
    assert book.same_as(draw(rich, block_orders=1_024))
    assert max(book.sizes) <= block_orders
    assert book.first == np.concatenate([[0], np.cumsum(book.sizes)])[:-1].tolist()


def test_the_size_of_blocks_changes_no_journal(stage: Any) -> None:
    scenario = stage.scenario(
        "start: 2026-01-05T00:00\ndays: 2\nitems: [{id: a}, {id: b}, {id: c}]\nregions: [{id: here}]\n"
        "demand: {orders_per_day: 400, lines_per_order: {1: 1, 2: 1}}\n"
        "warehouses: [{id: shop, stations: 2, work_minutes: {exponential: {mean: 6}}}]\n"
        "carriers: [{id: post, services: [{id: parcel, transit_days: {gamma: {mean: 2, cv: 0.5}}}]}]\n"
    )
    small, large = (stage.play(scenario, block_orders=size) for size in (100, 8_192))
    for table in ("orders", "shipments", "decisions", "warehouse_hours", "ledger"):
        assert small.table(table).equals(large.table(table)), table


def test_a_book_can_be_drawn_again(rich: Any, draw: Any) -> None:
    assert draw(rich, 3).same_as(draw(rich, 3))


def test_replications_and_seeds_have_nothing_in_common(rich: Any, draw: Any) -> None:
    books = [draw(rich, replication, seed) for seed in (1, 2, 3) for replication in range(20)]
    for number, book in enumerate(books):
        assert not any(book.same_as(other) for other in books[:number])
    # Not even the noise of a single order.
    keys = np.concatenate([book.key for book in books])
    assert len(np.unique(keys)) == len(keys)


def test_adjacent_seeds_replications_and_names_share_no_stream() -> None:
    # Of 64-bit numbers, 4 million draws have no two in common but for one chance in two million.
    draws = [
        randomness.stream(seed, replication, name).integers(0, 2**64, 2_000, np.uint64)
        for seed in (0, 1, 2, 2**40, 2**63 - 1)
        for replication in (0, 1, 2, 99)
        for name in range(9)
    ]
    together = np.concatenate(draws)
    assert len(np.unique(together)) == len(together)
    roots = {
        randomness.root(seed, replication, name)
        for seed in range(50)
        for replication in range(50)
        for name in (6, 7, 8)
    }
    assert len(roots) == 50 * 50 * 3


def test_a_stream_does_not_depend_on_the_order_of_creation() -> None:
    names = [randomness.ARRIVALS, randomness.REGIONS, randomness.ITEMS]
    forwards = {name: randomness.stream(5, 1, name).random(4) for name in names}
    generators = {name: randomness.stream(5, 1, name) for name in reversed(names)}
    for turn in range(4):  # and not on what is drawn from others in between
        for name in names:
            assert generators[name].random() == forwards[name][turn]


# -- keyed draws ------------------------------------------------------------------------------------------

# Outputs of splitmix64 (Vigna's splitmix64.c) are mix(seed + n x 0x9E3779B97F4A7C15).
GAMMA = 0x9E3779B97F4A7C15
KNOWN = {
    0: [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC],
    1234567: [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ],
}  # fmt: skip
WORDS = st.integers(0, 2**64 - 1)


@pytest.mark.parametrize("seed", KNOWN)
def test_mix_is_the_finaliser_of_splitmix64(seed: int) -> None:
    states = [(seed + n * GAMMA) % 2**64 for n in range(1, len(KNOWN[seed]) + 1)]
    assert [randomness.mix(state) for state in states] == KNOWN[seed]
    assert randomness.mix_array(np.array(states, np.uint64)).tolist() == KNOWN[seed]


@given(st.lists(WORDS, min_size=1, max_size=20))
def test_scalar_and_vector_draws_have_the_same_bits(words: list[int]) -> None:
    array = np.array(words, np.uint64)
    assert randomness.mix_array(array).tolist() == [randomness.mix(word) for word in words]
    assert randomness.unit_array(array).tolist() == [randomness.unit(word) for word in words]


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=20), WORDS)
def test_keys_of_orders_are_mixed_twice(numbers: list[int], root: int) -> None:
    expected = [randomness.mix(randomness.mix(number) ^ root) for number in numbers]
    assert randomness.keys(np.array(numbers, np.int64), root).tolist() == expected


@given(WORDS)
def test_a_draw_lies_strictly_between_0_and_1(bits: int) -> None:
    assert 0.0 < randomness.unit(bits) < 1.0


@pytest.mark.parametrize("bits", [0, 2**64 - 1])
def test_the_outermost_draws_are_finite_under_every_quantile(bits: int) -> None:
    u = randomness.unit(bits)
    assert 0.0 < u < 1.0
    assert np.isfinite(np.log1p(-u))


def test_codes_of_draws_are_all_different() -> None:
    codes = {
        randomness.code(number, kind, attempt)
        for number in range(1, 30)
        for kind in range(8)
        for attempt in range(30)
    }
    assert len(codes) == 29 * 8 * 30
    assert randomness.code(0, 0, 65_535) != randomness.code(0, 1, 0)
    assert randomness.code(0, 65_535, 65_535) != randomness.code(1, 0, 0)


def test_keyed_draws_are_uniform_and_independent_of_their_neighbours() -> None:
    keys = randomness.keys(np.arange(20_000), 12345)
    first, second = (
        randomness.unit_array(randomness.mix_array(keys ^ np.uint64(randomness.code(number, 0))))
        for number in (1, 2)
    )
    for u in (first, second):
        counts = np.bincount((u * 50).astype(int), minlength=50)
        assert ((counts - 400) ** 2 / 400).sum() < 100  # chi-square, 49 degrees of freedom: P = 2e-5
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(20_000)
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 4 / np.sqrt(20_000)


def test_a_parcel_meets_the_same_luck_under_every_policy(stage: Any, frame: Any) -> None:
    # The n-th parcel of an order travels as long, and takes as much work, wherever it leaves from.
    scenario = stage.scenario(
        "start: 2026-01-05T00:00\ndays: 1\nitems: [{id: a}]\nregions: [{id: here}]\n"
        "demand: {orders_per_day: 300}\n"
        "warehouses:\n"
        "  - {id: x, site_rank: 1, work_minutes: {exponential: {mean: 2}}}\n"
        "  - {id: y, site_rank: 2, work_minutes: {exponential: {mean: 2}}}\n"
        "carriers: [{id: post, services: [{id: parcel, transit_days: {gamma: {mean: 2, cv: 0.5}}}]}]\n"
    )
    rules = "rules:\n  - rank: {by: [{site_rank: {descending: %s}}]}\n"
    one, other = (
        frame(stage.play(scenario, rules % word), "shipments").set_index("order")
        for word in ("true", "false")
    )
    assert set(one["warehouse"]) == {"y"}
    assert set(other["warehouse"]) == {"x"}
    other = other.loc[one.index]
    assert (
        (one["delivered_at"] - one["picked_up_at"]) == (other["delivered_at"] - other["picked_up_at"])
    ).all()
    assert ((one["packed_at"] - one["started_at"]) == (other["packed_at"] - other["started_at"])).all()


# -- replays ----------------------------------------------------------------------------------------------

REPLAY = (
    "start: 2026-01-05T00:00\ndays: 2\nitems: [{id: a}, {id: b}]\nregions: [{id: here}]\ndemand: {replay: orders.csv}\n"
    "warehouses: [{id: shop, work_minutes: {exponential: {mean: 20}}}]\n"
    "carriers: [{id: post, services: [{id: parcel}]}]\n"
)
RECORDED = """\
order,placed_at,region,item,units
early,2026-01-04T23:59:59,here,a,1
x,2026-01-05T00:00:00,here,a,1
y,2026-01-05T10:00:00,here,a,2
y,2026-01-05T10:00:00,here,b,1
y,2026-01-05T10:00:00,here,a,3
last,2026-01-06T23:59:59,here,a,1
after,2026-01-07T00:00:00,here,b,1
never,2027-01-07T00:00:00,here,b,1
"""


def test_a_replay_keeps_its_orders_and_draws_new_noise(stage: Any, frame: Any) -> None:
    scenario = stage.scenario(REPLAY, orders=RECORDED)
    first, second = (stage.play(scenario, replication=number) for number in (0, 1))
    orders = [frame(journal, "orders").sort_values("placed_at") for journal in (first, second)]
    counted = orders[0][orders[0]["counted"]]
    assert counted["order"].tolist() == ["x", "y", "last"]
    assert counted["units"].tolist() == [1, 6, 1]  # an item twice in an order is summed
    assert counted["lines"].tolist() == [1, 2, 1]
    both = [
        rows[rows["counted"]][["order", "placed_at", "units", "value"]].reset_index(drop=True)
        for rows in orders
    ]
    assert both[0].equals(both[1])
    work = [
        (rows["packed_at"] - rows["started_at"]).tolist()
        for rows in (frame(journal, "shipments").sort_values("order") for journal in (first, second))
    ]
    assert work[0] != work[1]


def test_what_was_ordered_before_the_start_is_no_part_of_the_run(stage: Any, frame: Any) -> None:
    # It used to be played at a negative second.
    orders = frame(stage.play(stage.scenario(REPLAY, orders=RECORDED)), "orders")
    assert "early" not in set(orders["order"])
    assert orders["placed_at"].notna().all()


def test_blocks_of_a_replay_name_the_same_orders(stage: Any) -> None:
    scenario = stage.scenario(REPLAY, orders=RECORDED)
    one, all_ = (stage.play(scenario, block_orders=size) for size in (1, 100))
    assert one.table("orders").equals(all_.table("orders"))
    assert one.table("shipments").equals(all_.table("shipments"))


def test_books_do_not_depend_on_what_policies_and_warehouses_are(
    rich: Any, draw: Any, catalogue: Any
) -> None:
    assert draw(rich).same_as(draw(catalogue(RICH, **SURROUNDINGS)))
    assert order_ids(rich.scenario, np.array([0, 9])).to_pylist() == ["1", "10"]
