"""Criteria one after the other: who is best, who is next, and by how much, in one comparison and in sums of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policies.case import Case, Column, Terms
from policies.preference import Criterion, Handicap, Preference, Term
from sim.decision.record import Weighing
from sim.policy import Allocation, Request
from sim.view.network import Network

SITES = 130
"""More than are sorted whole."""


class Keeps:
    """Answers nothing, and keeps what it was asked."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        self.asked = order, network
        return Allocation()


@pytest.fixture
def case(counter: Any) -> Case:
    """Return two lines of an order, and so many warehouses that it takes long to sort them."""
    keeps = Keeps()
    counter.play(
        keeps,
        "A 05T10:00 mug,tea",
        sites={f"w{number}": f"at: [0, {number}]" for number in range(SITES)},
        drain_days=0.1,
    )
    order, network = keeps.asked
    return Case(network, order, order.open, Terms())


def says(*values: float) -> Column:
    """Return the column that says these of the first warehouses, and nothing good of the others."""
    told = np.array([*values, *[1e6] * (SITES - len(values))])
    return lambda case: told


def preference(*criteria: Criterion) -> Preference:
    return Preference(criteria, fewest_first=False)


THREE = np.arange(3)


def test_the_first_criterion_decides_and_the_next_among_equals(case: Case) -> None:
    first, second = Criterion(says(2, 1, 1)), Criterion(says(0, 5, 4))
    assert preference(first, second).best(case, THREE) == 2
    assert preference(second, first).best(case, THREE) == 0
    assert preference(first).best(case, THREE) == 1  # none left to decide: the first in the scenario
    assert preference(first, second).best(case, np.array([0])) == 0
    assert preference(Criterion(says(1, 0.5, 0), band=1.0), second).best(case, THREE) == 0
    assert preference(Criterion(says(1.01, 0.5, 0), band=1.0), second).best(case, THREE) == 2


def test_decimals_that_are_not_exact_are_equal(case: Case) -> None:
    assert preference(Criterion(says(0.8, 0.7 + 0.1)), Criterion(says(0, 1))).best(case, np.arange(2)) == 0


@pytest.mark.parametrize("ask", ["best", "two_best"])
def test_the_first_who_are_compared_are_the_candidates(case: Case, ask: str) -> None:
    ranked = preference(Criterion(says(2, 1, 3)))
    getattr(ranked, ask)(case, THREE)
    assert case.candidates is THREE
    getattr(ranked, ask)(case, np.array([0, 2]))
    assert case.candidates is THREE


def test_a_margin_is_that_of_the_criterion_that_decided_in_its_unit(case: Case) -> None:
    ranked = preference(Criterion(says(10, 12, 11.5), unit=0.5), Criterion(says(1, 1, 1)))
    assert ranked.two_best(case, THREE) == (0, 2, 0.75)
    ranked = preference(Criterion(says(10, 12, 10.5), band=1.0), Criterion(says(7, 0, 4), unit=2.0))
    assert ranked.two_best(case, THREE) == (2, 0, 6.0)
    ranked = preference(Criterion(says(3, 3, 3)))
    assert ranked.two_best(case, THREE) == (0, 1, 0.0)
    ranked = preference(Criterion(says(0.1, 0.3, 9)))
    assert ranked.two_best(case, THREE) == (0, 1, 0.2)  # 0.3 - 0.1 is 0.19999999999999998


def test_the_next_is_the_best_of_the_others(case: Case) -> None:
    # The first is clear; the two that follow tie, and the second criterion tells which of them is next.
    ranked = preference(Criterion(says(1, 5, 5)), Criterion(says(0, 2, 1), unit=9.0))
    assert ranked.two_best(case, THREE) == (0, 2, 4.0)
    # The third ties with the second, though not with the first.
    ranked = preference(Criterion(says(0, 1.5, 2.25), band=1.0), Criterion(says(3, 2, 1)))
    assert ranked.two_best(case, THREE) == (0, 2, 2.25)
    # The second ties with both: it wins, and the first is then clear of the third.
    ranked = preference(Criterion(says(0, 0.75, 1.5), band=1.0), Criterion(says(3, 2, 1)))
    assert ranked.two_best(case, THREE) == (1, 0, 1.0)


@pytest.mark.parametrize("sites", [2, 3, 5, 99, 100, SITES])
def test_the_two_best_are_the_best_and_the_best_without_it(case: Case, sites: int) -> None:
    random = np.random.default_rng(sites)
    for _ in range(40):
        among = np.sort(random.permutation(SITES)[:sites])
        ranked = preference(
            *(
                Criterion(says(*random.integers(0, size, SITES).tolist()), float(band), unit=unit)
                for size, band, unit in zip(
                    (3, 40, 1000), random.integers(0, 3, 3), (2.0, 1.0, 0.25), strict=True
                )
            )
        )
        winner, other, margin = ranked.two_best(case, among)
        assert winner == ranked.best(case, among)
        assert other == ranked.best(case, among[among != winner])
        assert margin == ranked.difference(ranked.score(case, winner), ranked.score(case, other))


def test_a_score_counts_the_lines_where_its_criterion_does(case: Case) -> None:
    ranked = preference(Criterion(says(1.5, 2)), Criterion(says(3, 4), counts_lines=True))
    assert ranked.score(case, 0) == (1.5, 6)
    assert ranked.score(case.part_of(case.lines[:1]), 1) == (2, 4)


def test_the_least_sum_is_found_like_the_best_warehouse() -> None:
    ranked = preference(Criterion(says(), band=1.0), Criterion(says()))
    assert ranked.least([(5.0, 0.0), (4.0, 2.0), (3.9, 3.0)]) == 1
    assert ranked.least([(4.9, 0.0), (4.0, 2.0), (3.9, 3.0)]) == 0
    assert ranked.least([(4.0, 2.0), (4.0, 2.0)]) == 0
    assert ranked.least([(7.0, 2.0)]) == 0
    assert ranked.least([(4.0, 3.0), (4.0, 2.0)]) == 1


def test_the_difference_of_sums_is_in_the_first_criterion_without_a_tie() -> None:
    first, second = Criterion(says(), band=1.0, unit=2.0), Criterion(says(), unit=0.5, split_reason="cost")
    ranked = preference(first, second)
    assert ranked.difference((4.0, 9.0), (5.5, 1.0)) == 3.0
    assert ranked.difference((4.0, 1.0), (5.0, 4.0)) == 1.5  # within the band
    assert ranked.difference((4.0, 1.0), (5.0, 1.0)) == 0.0
    assert ranked.difference((0.1, 0.0), (1.3, 0.0)) == 2.4  # nine decimals
    assert ranked.decisive((4.0, 9.0), (5.5, 1.0)) is first
    assert ranked.decisive((4.0, 1.0), (5.0, 4.0)) is second
    assert ranked.decisive((4.0, 1.0), (5.0, 1.0)) is None


def test_an_order_is_split_for_what_several_shipments_are_better_in() -> None:
    ranked = preference(Criterion(says(), split_reason="time"), Criterion(says(), split_reason="cost"))
    assert ranked.split_reason((1.0, 9.0), (2.0, 1.0)) == "time"
    assert ranked.split_reason((1.0, 1.0), (1.0, 2.0)) == "cost"
    assert ranked.split_reason((1.0, 1.0), (1.0, 1.0)) == "policy"


def test_who_is_beyond_a_limit_is_told_apart(case: Case) -> None:
    within = np.arange(SITES) % 2 == 0
    handicap = Handicap("below_limit", lambda asked: within if asked is case else None, 3.5)
    assert handicap.column(case)[:4].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert handicap.terms == (Term("beyond below_limit", handicap.column, Weighing(3.5)),)
    nobody = Handicap("below_limit", lambda case: None)
    assert nobody.column(case).tolist() == [0.0] * SITES
    assert nobody.terms[0].weighing == Weighing(None)
