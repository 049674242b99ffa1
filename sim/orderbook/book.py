"""The order book: everything about orders that no policy can change, frozen before the run, drawn in blocks.

One generator per attribute, and only draws that do not depend on the size of a block, so that a book is the same
whatever its blocks are. What needs a second try (an item drawn twice for one order) is keyed by order, line and
attempt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import randomness
from sim.arrays import AnyInts, Bools, Floats
from sim.catalogue import Catalogue
from sim.orderbook.rate import Rate
from sim.quantiles import cumulated
from sim.scenario import Scenario
from sim.scenario.demand import Generated

BLOCK_ORDERS = 1_024


@dataclass(frozen=True, slots=True)
class Block:
    """Some consecutive orders as arrays.

    Attributes:
        first: 0-based number of the first order.
        placed_at: seconds since start, ascending.
        region, segment: positions in the scenario's lists.
        line_offsets: order i has the lines line_offsets[i] to line_offsets[i + 1].
        line_item, line_units: by line.
        key: of each order's keyed noise.

    """

    first: int
    placed_at: AnyInts
    region: AnyInts
    segment: AnyInts
    line_offsets: AnyInts
    line_item: AnyInts
    line_units: AnyInts
    key: NDArray[np.uint64]


class OrderBook:
    """The orders of one replication.

    Args:
        catalogue: the scenario.
        seed, replication: which book of infinitely many. A replay has the same orders in every replication;
            only the noise differs.
        block_orders: how many orders are drawn at a time. It does not change them.

    """

    def __init__(
        self, catalogue: Catalogue, seed: int, replication: int, block_orders: int = BLOCK_ORDERS
    ) -> None:
        self._catalogue = catalogue
        self._seed = seed
        self._replication = replication
        self._block_orders = block_orders
        self._root = randomness.root(seed, replication, randomness.ORDER_NOISE)

    def blocks(self) -> Iterator[Block]:
        """Yield the orders placed before the run's end, a block at a time."""
        if isinstance(self._catalogue.scenario.demand, Generated):
            return self._generated(self._catalogue.scenario.demand)
        return self._recorded()

    def _recorded(self) -> Iterator[Block]:
        recorded = self._catalogue.recorded
        placed_at = recorded.placed_at - self._catalogue.start
        # What was ordered before the start is no part of the run.
        for first in range(int(np.searchsorted(placed_at, 0)), len(placed_at), self._block_orders):
            last = min(first + self._block_orders, len(placed_at))
            offsets = recorded.line_offsets[first : last + 1]
            lines = slice(offsets[0], offsets[-1])
            yield Block(
                first=first,
                placed_at=placed_at[first:last],
                region=recorded.region[first:last],
                segment=recorded.segment[first:last],
                line_offsets=offsets - offsets[0],
                line_item=recorded.line_item[lines],
                line_units=recorded.line_units[lines],
                key=randomness.keys(np.arange(first, last), self._root),
            )

    def _stream(self, name: int) -> np.random.Generator:
        return randomness.stream(self._seed, self._replication, name)

    def _generated(self, demand: Generated) -> Iterator[Block]:
        catalogue, size = self._catalogue, self._block_orders
        rate = Rate(demand, catalogue)
        region_bounds = cumulated([region.share for region in catalogue.scenario.regions])
        segment_bounds = cumulated([segment.share for segment in catalogue.scenario.segments])
        lines = _Choice(demand.lines_per_order)
        units = _Choice(demand.units_per_line)
        baskets = _Baskets(
            catalogue.popularity, randomness.root(self._seed, self._replication, randomness.BASKET_RETRY)
        )
        arrivals, regions, segments = (
            self._stream(name) for name in (randomness.ARRIVALS, randomness.REGIONS, randomness.SEGMENTS)
        )
        sizes, items, counts = (
            self._stream(name) for name in (randomness.LINES, randomness.ITEMS, randomness.UNITS)
        )
        first, carry = 0, 0.0
        while carry < rate.total[-1]:
            gaps = arrivals.standard_exponential(size)
            gaps[0] += carry
            sums = np.cumsum(gaps)
            carry = float(sums[-1])
            n = int(np.searchsorted(sums, rate.total[-1]))
            placed_at = np.floor(rate.when(sums[:n])).astype(np.int64)
            region = np.searchsorted(region_bounds, regions.random(size), side="right")[:n]
            segment = np.searchsorted(segment_bounds, segments.random(size), side="right")[:n]
            line_count = np.minimum(lines(sizes.random(size)[:n]), baskets.most)
            offsets = np.concatenate([[0], np.cumsum(line_count)])
            total = int(offsets[-1])
            yield Block(
                first=first,
                placed_at=placed_at,
                region=region,
                segment=segment,
                line_offsets=offsets,
                line_item=baskets.draw(items.random(total), offsets, first),
                line_units=units(counts.random(total)),
                key=randomness.keys(np.arange(first, first + n), self._root),
            )
            first += n


def made_of(scenario: Scenario) -> tuple[object, ...]:
    """Return all of a scenario that counted orders hang on: where it is equal, the same orders are met.

    What happens to them, and how much of the next customers' demand is still seen after the window, may differ.
    """
    window = (scenario.timezone, scenario.start, scenario.warm_up_days, scenario.days)
    if not isinstance(scenario.demand, Generated):
        return (*window, scenario.demand)
    return (
        *window,
        scenario.demand,
        [(region.id, region.share) for region in scenario.regions],
        [(segment.id, segment.share) for segment in scenario.segments],
        [(item.id, item.popularity) for item in scenario.items],
    )


class _Choice:
    """Draws one of some whole numbers by weight."""

    def __init__(self, weights: dict[int, float]) -> None:
        self._values = np.array(list(weights), np.int64)
        self._bounds = cumulated(list(weights.values()))

    def __call__(self, u: Floats) -> AnyInts:
        return self._values[np.searchsorted(self._bounds, u, side="right")]


class _Baskets:
    """Draws the distinct items of orders, one after the other, by popularity among those not yet drawn."""

    TRIES = 30
    """After this many rejected draws of one line, it is drawn from what is left, exactly and more slowly."""

    def __init__(self, popularity: Floats, root: int) -> None:
        self._popularity = popularity
        self._bounds = cumulated(popularity)
        self._root = root
        self.most = int((popularity > 0).sum())

    def draw(self, u: Floats, offsets: AnyInts, first: int) -> AnyInts:
        """Return the items of lines; u has a number for each line, order i of the block is number first + i."""
        items = np.searchsorted(self._bounds, u, side="right")
        counts = np.diff(offsets)
        order_of_line = np.repeat(np.arange(len(counts)), counts)
        line_number = np.arange(len(items)) - offsets[:-1][order_of_line]
        key = randomness.keys(first + order_of_line, self._root)
        for line in range(1, int(counts.max(initial=0))):
            at = np.flatnonzero(line_number == line)
            repeated = at[self._repeats(items, at, line)]
            for attempt in range(self.TRIES):
                if not len(repeated):
                    break
                bits = randomness.mix_array(key[repeated] ^ np.uint64(randomness.code(line, 0, attempt)))
                items[repeated] = np.searchsorted(self._bounds, randomness.unit_array(bits), side="right")
                repeated = repeated[self._repeats(items, repeated, line)]
            for i in repeated:
                left = self._popularity.copy()
                left[items[i - line : i]] = 0.0
                bits = np.array([randomness.draw(int(key[i]), randomness.code(line, 1))], np.uint64)
                items[i] = np.searchsorted(cumulated(left), randomness.unit_array(bits)[0], side="right")
        return items

    @staticmethod
    def _repeats(items: AnyInts, at: AnyInts, line: int) -> Bools:
        repeats = np.zeros(len(at), bool)
        for back in range(1, line + 1):
            repeats |= items[at] == items[at - back]
        return repeats
