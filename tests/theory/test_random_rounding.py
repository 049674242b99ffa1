"""Orders whose items are sent to warehouses by chance: how many parcels that makes.

A plan in fractions says with which probability u an item of an order leaves each warehouse. Drawn for each item by itself,
warehouse k ships with probability 1 - prod(1 - u_ik); however it is drawn, with no less than max u_ik. Where one number is
drawn for all items of an order, and there are two warehouses, it is no more than that either.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.journal import Journal
from sim.policy import Allocation, Part, Request
from sim.view.network import Network
from tests.theory.agreement import FAST, PRECISE, REPLICATIONS, SEED, TRUTHS, Agreement, family, precise

Shares = NDArray[np.float64]
"""Probabilities, item x warehouse."""

PUBLISHED = {
    name: np.array(told["U_items_by_FC"]) for name, told in TRUTHS["correlated_rounding_properties"].items()
}
THREE = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.1, 0.8, 0.1]])
FOUR = np.array([[0.25, 0.25, 0.5], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.0, 0.5, 0.5]])


def at_least(shares: Shares) -> Shares:
    """Return with which probability each warehouse ships something, at least."""
    return shares.max(0)  # type: ignore[no-any-return]


def drawn_alone(shares: Shares) -> Shares:
    """Return with which probability each ships something, where each item is drawn by itself."""
    return 1 - np.prod(1 - shares, 0)  # type: ignore[no-any-return]


def drawn_together(shares: Shares) -> Shares:
    """Return the same where one number is drawn for all items of an order."""
    edges = np.unique(np.round(np.r_[0, np.cumsum(shares, 1).ravel()], 12))
    used = np.zeros(shares.shape[1])
    for low, high in pairwise(edges):
        used[list({*chosen(shares, np.full(len(shares), (low + high) / 2))})] += high - low
    return used


def chosen(shares: Shares, uniform: Shares) -> list[int]:
    """Return the warehouse of each item, by a uniform number for each."""
    return [
        int(np.searchsorted(row, u, side="right"))
        for row, u in zip(np.cumsum(shares, 1), uniform, strict=True)
    ]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_formulas_reproduce_the_published_truths(name: str) -> None:
    truth, shares = TRUTHS["correlated_rounding_properties"][name], PUBLISHED[name]
    assert at_least(shares) == pytest.approx(truth["lower_bound_each_FC_max_i_u"])
    assert at_least(shares).sum() == pytest.approx(truth["sum_lower_bound"])
    assert drawn_alone(shares) == pytest.approx(truth["indep_exact_P_use"])
    assert drawn_alone(shares).sum() == pytest.approx(truth["indep_exact_E_boxes"])
    # The published correlated rounding for two warehouses, simulated, reaches the bound, as one number does.
    assert drawn_together(shares) == pytest.approx(at_least(shares))
    assert drawn_together(shares) == pytest.approx(truth["JS"]["P_use"], abs=0.001)


WORLD = """\
start: 2026-01-05T00:00
days: 1
seed: {seed}
items: [{items}]
regions: [{{id: here}}]
demand: {{orders_per_day: {orders}, lines_per_order: {{{lines}: 1}}}}
warehouses: [{warehouses}]
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""


class Rounding:
    """Sends every item to a warehouse by chance, by one number for the order or by one for each item."""

    def __init__(self, shares: Shares, number: int, *, together: bool) -> None:
        self._shares = shares
        self._rng = np.random.default_rng([SEED, number])
        self._together = together

    def allocate(self, order: Request, network: Network) -> Allocation:
        uniform = self._rng.random(len(self._shares))
        sites = chosen(self._shares, np.full(len(uniform), uniform[0]) if self._together else uniform)
        lines = dict(zip(order.items, order.open, strict=True))  # line by item
        return Allocation(
            tuple(
                Part(site, tuple([(lines[item], 1) for item, taken in enumerate(sites) if taken == site]))
                for site in sorted({*sites})
            )
        )


def uses(journal: Journal, sites: Sequence[str]) -> list[float]:
    """Return parcels an order, and the share of orders of which each warehouse ships something."""
    orders = journal.table("orders", ["order"]).num_rows
    shipments = journal.frame("shipments", ["order", "warehouse"])
    assert not shipments.duplicated().any()
    counts = [len(shipments), *(int((shipments["warehouse"] == site).sum()) for site in sites)]
    return [count / orders for count in counts]


@family("Items sent to warehouses by chance", "correlated_rounding_properties")
@pytest.mark.parametrize(
    ("shares", "together", "orders", "within"),
    [
        pytest.param(PUBLISHED["two_items_skew"], False, 150, FAST, id="skew, item by item, fewer orders"),
        pytest.param(PUBLISHED["two_items_skew"], True, 150, FAST, id="skew, one number, fewer orders"),
        *(
            pytest.param(shares, together, 5_000, PRECISE, marks=precise, id=f"{name}, {how}")
            for name, shares in {
                "skew": PUBLISHED["two_items_skew"],
                "half": PUBLISHED["two_items_half"],
                "three items": THREE,
                "four items": FOUR,
            }.items()
            for how, together in {"item by item": False, "one number": True}.items()
        ),
    ],
)
def test_parcels_of_orders_that_are_rounded(
    stage: Any, agree: Agreement, shares: Shares, together: bool, orders: int, within: float
) -> None:
    sites = [f"w{site}" for site in range(shares.shape[1])]
    scenario = stage.scenario(
        WORLD.format(
            seed=SEED,
            items=", ".join(f"{{id: i{item}}}" for item in range(len(shares))),
            orders=orders,
            lines=len(shares),
            warehouses=", ".join(f"{{id: {site}}}" for site in sites),
        )
    )
    found = np.array(
        [
            uses(stage.play(scenario, Rounding(shares, number, together=together), number), sites)
            for number in range(REPLICATIONS)
        ]
    )
    truth = drawn_together(shares) if together else drawn_alone(shares)
    agree("parcels an order", found[:, 0], float(truth.sum()), within=within)
    for site, share in enumerate(truth):
        agree(f"share of orders that use {sites[site]}", found[:, 1 + site], float(share), within=within)
