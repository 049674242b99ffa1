"""What is in an order: who orders, how many lines, which items, how many units; and what a day can expect of it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.orderbook.demand import daily_units
from sim.orderbook.inclusion import inclusion

LEAST_P = 1e-4


def shares_fit(found: Any, weights: Any) -> bool:
    """Tell whether positions were drawn by weight (chi-square)."""
    weights = np.asarray(weights, float)
    counts = np.bincount(found, minlength=len(weights))
    assert (counts[weights == 0] == 0).all()
    expected = weights / weights.sum() * len(found)
    return bool(stats.chisquare(counts[weights > 0], expected[weights > 0]).pvalue > LEAST_P)


def test_regions_and_segments_by_share(catalogue: Any, draw: Any) -> None:
    book = draw(
        catalogue(
            "{orders_per_day: 30000}",
            regions="[{id: a, share: 3}, {id: b, share: 0}, {id: c, share: 1.5}, {id: d}]",
            segments="[{id: x, share: 0.9}, {id: y, share: 0.1}]",
        )
    )
    assert shares_fit(book.region, [3, 0, 1.5, 1])
    assert shares_fit(book.segment, [0.9, 0.1])
    # One tells nothing of the other.
    table = np.zeros((4, 2))
    np.add.at(table, (book.region, book.segment), 1)
    assert stats.chi2_contingency(table[[0, 2, 3]]).pvalue > LEAST_P


def test_lines_and_units_by_weight(catalogue: Any, draw: Any) -> None:
    items = "[" + ", ".join(f"{{id: i{n}}}" for n in range(10)) + "]"
    demand = (
        "{orders_per_day: 20000, lines_per_order: {1: 6, 2: 0, 3: 3, 4: 1}, units_per_line: {1: 2, 12: 1}}"
    )
    book = draw(catalogue(demand, items=items))
    assert shares_fit(book.lines, [0, 6, 0, 3, 1])
    assert shares_fit((book.units == 12).astype(int), [2, 1])
    assert set(book.units.tolist()) == {1, 12}


POPULAR = [50, 30, 15, 4, 1, 0]
ITEMS = "[" + ", ".join(f"{{id: i{n}, popularity: {p}}}" for n, p in enumerate(POPULAR)) + "]"


def test_an_order_never_holds_an_item_twice(catalogue: Any, draw: Any) -> None:
    book = draw(
        catalogue("{orders_per_day: 20000, lines_per_order: {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}}", items=ITEMS)
    )
    order = np.repeat(np.arange(len(book.lines)), book.lines)
    assert len(np.unique(order * 10 + book.items)) == len(book.items)
    assert 5 not in book.items  # it has no popularity


def test_more_lines_than_items_are_as_many_as_items(catalogue: Any, draw: Any) -> None:
    book = draw(catalogue("{orders_per_day: 1000, lines_per_order: {9: 1}}", items=ITEMS))
    assert set(book.lines.tolist()) == {5}
    orders = book.items.reshape(-1, 5)
    assert (np.sort(orders, axis=1) == np.arange(5)).all()


def test_items_are_drawn_one_after_the_other_by_popularity_among_the_rest(catalogue: Any, draw: Any) -> None:
    book = draw(catalogue("{orders_per_day: 40000, lines_per_order: {3: 1}}", items=ITEMS))
    orders = book.items.reshape(-1, 3)
    share = np.array(POPULAR) / sum(POPULAR)
    ways = list(permutations(range(5), 3))
    # P(a, b, c) = p_a x p_b / (1 - p_a) x p_c / (1 - p_a - p_b)
    chance = [share[a] * share[b] / (1 - share[a]) * share[c] / (1 - share[a] - share[b]) for a, b, c in ways]
    assert sum(chance) == pytest.approx(1)
    position = {way: number for number, way in enumerate(ways)}
    found = np.bincount([position[tuple(order)] for order in orders.tolist()], minlength=len(ways))
    expected = np.array(chance) * len(orders)
    enough = expected >= 5
    # The rare ways are one class together.
    counts = [*found[enough], found[~enough].sum()]
    means = [*expected[enough], expected[~enough].sum()]
    assert stats.chisquare(counts, means).pvalue > LEAST_P


def test_one_item_that_nearly_everybody_buys_leaves_the_others_their_due(catalogue: Any, draw: Any) -> None:
    # 30 rejected draws of a second item are not rare here: the last resort, drawing from what is left, must be as fair.
    items = "[{id: a, popularity: 999}, {id: b, popularity: 0.7}, {id: c, popularity: 0.3}]"
    book = draw(catalogue("{orders_per_day: 5000, lines_per_order: {2: 1}}", items=items))
    orders = book.items.reshape(-1, 2)
    second = orders[orders[:, 0] == 0, 1]
    assert len(second) > 0.98 * len(orders)
    assert shares_fit(second - 1, [0.7, 0.3])


@pytest.mark.parametrize("lines", [{1: 1}, {2: 1}, {3: 1}, {1: 3, 2: 2, 4: 1}, {5: 1}, {4: 1, 9: 1}])
def test_the_expected_demand_of_an_item_is_what_orders_ask_for(
    catalogue: Any, draw: Any, lines: dict[int, int]
) -> None:
    demand = f"{{orders_per_day: 50000, lines_per_order: {lines}, units_per_line: {{1: 3, 4: 1}}}}"
    world = catalogue(demand, items=ITEMS)
    book = draw(world)
    orders = len(book.lines)
    included = np.bincount(book.items, minlength=6) / orders
    expected = daily_units(world) / 50_000
    # A line has 1 or 4 units, 1.75 in the mean.
    assert np.abs(included - expected / 1.75).max() < 4 * 0.5 / np.sqrt(orders)
    mean_lines = sum(min(n, 5) * weight for n, weight in lines.items()) / sum(lines.values())
    assert expected.sum() == pytest.approx(1.75 * mean_lines)
    assert book.units.mean() == pytest.approx(1.75, abs=4 * 1.3 / np.sqrt(len(book.units)))


def drawn_first(share: Any, lines: int) -> Any:
    """Return the probability that an item is among the first, by adding up all orders of drawing them."""
    chance = np.zeros(len(share))
    for way in permutations(range(len(share)), lines):
        probability, left = 1.0, 1.0
        for item in way:
            probability *= share[item] / left
            left -= share[item]
        chance[[*way]] += probability
    return chance


@pytest.mark.parametrize(
    "popularity",
    [POPULAR[:5], [1, 1, 1, 1], [0.999, 0.0007, 0.0003], [1 - 1e-9, 1e-9], [7, 1e-6, 3, 2, 1e-3, 5]],
)
def test_inclusion_is_exact(popularity: list[float]) -> None:
    share = np.array(popularity) / sum(popularity)
    included = inclusion(share, len(share) + 1)
    assert (included[0] == 0).all()
    for lines in range(1, len(share)):
        assert included[lines] == pytest.approx(drawn_first(share, lines), rel=1e-9, abs=1e-12)
    assert (included[len(share) :] == 1).all()


def test_inclusion_adds_up_to_the_number_of_lines() -> None:
    share = np.random.default_rng(1).random(500) ** 5
    share /= share.sum()
    included = inclusion(share, 20)  # beyond 12 lines an approximation
    assert included.sum(1) == pytest.approx(range(21))
    # Of two items: p_i (1 + sum over the others of p_j / (1 - p_j))
    odds = share / (1 - share)
    assert included[2] == pytest.approx(share * (1 + odds.sum() - odds))
    assert (np.diff(included, axis=0) >= 0).all()


def test_the_demand_of_many_items_is_what_orders_ask_for(catalogue: Any, draw: Any) -> None:
    # Popularity falls as in shops (Zipf); three lines an order.
    popularity = [round(1000 / (n + 1), 3) for n in range(300)]
    items = "[" + ", ".join(f"{{id: i{n}, popularity: {p}}}" for n, p in enumerate(popularity)) + "]"
    world = catalogue("{orders_per_day: 60000, lines_per_order: {3: 1}}", items=items)
    book = draw(world)
    asked = np.bincount(book.items, minlength=300) / len(book.lines)
    expected = daily_units(world) / 60_000
    deviation = np.abs(asked - expected) / np.sqrt(expected * (1 - expected) / len(book.lines))
    assert deviation.max() < 5
    assert np.sqrt((deviation**2).mean()) < 1.2
