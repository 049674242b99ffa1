"""Orders of which several lines are shared by the same warehouses, each part worth enough: brute force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from sim.decision.watch import Ask, Checked
from sim.policy import Part, Policy, Request
from sim.view.network import Network

SITES, ORDERS = 4, 60


class Listener:
    """Keeps what was sent of each order."""

    ends_with = -1

    def __init__(self) -> None:
        self.parts: dict[int, tuple[Part, ...]] = {}

    def ask(self, request: Request, policy: Policy, network: Network, ask: Ask) -> Checked:
        answer = ask(request)
        self.parts[request.order] = answer[0].parts
        return answer


def shares(wanted: int, held: Sequence[int], most: int) -> Iterator[tuple[int, ...]]:
    """Yield every way in which at most so many of some warehouses send the units of a line."""
    for way in product(*(range(min(count, wanted) + 1) for count in held)):
        if sum(way) == wanted and np.count_nonzero(way) <= most:
            yield way


def can_share(
    units: Sequence[int], prices: Sequence[int], held: Sequence[Sequence[int]], most: int, floor: int
) -> bool:
    """Tell whether all of some warehouses together can send the lines of an order, and no part below a floor."""
    worths = {(0,) * len(held[0])}
    for wanted, price, has in zip(units, prices, held, strict=True):
        ways = list(shares(wanted, has, most))
        worths = {
            tuple([worth + price * count for worth, count in zip(parts, way, strict=True)])
            for parts in worths
            for way in ways
        }
    return any(min(parts) >= (floor if len(parts) > 1 else 1) for parts in worths)


@pytest.mark.parametrize(
    ("most", "share", "floor"), [(2, 2, 80), (3, 2, 60), (3, 3, 50), (4, 3, 60), (4, 4, 70), (3, 2, 0)]
)
def test_lines_are_shared_by_as_few_sites_as_can_keep_to_the_floor(
    counter: Any, most: int, share: int, floor: int
) -> None:
    """Sixty orders of two or three lines with items of their own; whole lines come first."""
    random = np.random.default_rng(20261124)
    ends = random.integers(2, 4, ORDERS).cumsum()
    baskets = [range(end - size, end) for end, size in zip(ends, np.diff(ends, prepend=0), strict=True)]
    count = int(ends[-1])
    held = random.integers(1, 8, (SITES, count)) * (random.random((SITES, count)) < 0.8)
    units, prices = random.integers(3, 10, count), random.integers(1, 5, count) * 5
    bound = f", min_part_value: {floor}" if floor else ""
    rules = (
        "rules:\n  - {filters: [is_up, handles_items, {has_stock: units}], on_partial: next, "
        f"split: {{max_shipments: {most}, max_sites_per_line: {share}{bound}}}}}\n"
    )
    scenario = counter.scenario(
        "\n".join(f"o{n} 05T10:00 {','.join(f'i{i}:{units[i]}' for i in b)}" for n, b in enumerate(baskets)),
        items=", ".join(f"{{id: i{i}, price: {prices[i]}}}" for i in range(count)),
        sites={f"w{site}": f"at: [0, {site + 1}]" for site in range(SITES)},
        stock="; ".join(
            f"w{s} " + " ".join(f"i{i}:{held[s, i]}" for i in range(count)) for s in range(SITES)
        ),
        drain_days=1,
    )
    listener = Listener()
    counter.stage.play(scenario, rules, watch=listener)

    def fewest(basket: range, share: int) -> int:
        for number in range(1, most + 1):
            for some in combinations(range(SITES), number):
                has = [held[list(some), i].tolist() for i in basket]
                if can_share(units[basket].tolist(), prices[basket].tolist(), has, share, floor):
                    return number
        return 0

    counts = []
    for n, basket in enumerate(baskets):
        parts = listener.parts[n]
        counts.append(len(parts))
        assert len(parts) == (fewest(basket, 1) or fewest(basket, share)), f"o{n}"
        sent = np.zeros((SITES, len(basket)), int)
        for part in parts:
            for line, number in part.lines:
                sent[part.warehouse, line] += number
        assert (sent <= held[:, basket]).all(), f"o{n}"
        assert (np.count_nonzero(sent, axis=0) <= share).all(), f"o{n}"
        assert not parts or sent.sum(axis=0).tolist() == units[basket].tolist(), f"o{n}"
        worths = (sent @ prices[basket])[[part.warehouse for part in parts]]
        assert len(parts) < 2 or worths.min() >= floor, f"o{n}"
    assert set(counts) == set(range(min(most, 3) + 1))  # the test tells something
