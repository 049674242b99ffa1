"""Order books of small scenarios, drawn without playing anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.catalogue import Catalogue
from sim.orderbook.book import BLOCK_ORDERS, OrderBook

WORLD = """\
timezone: {timezone}
start: {start}
days: {days}
drain_days: 0
seed: 20260105
items: {items}
regions: {regions}
segments: {segments}
demand: {demand}
warehouses: [{{id: shop}}]
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""


class Book:
    """One replication of an order book, its blocks joined.

    Attributes:
        placed_at, region, segment, key: by order. items, units: by line. lines: how many of each order.

    """

    def __init__(self, catalogue: Catalogue, seed: int, replication: int, block_orders: int) -> None:
        blocks = list(OrderBook(catalogue, seed, replication, block_orders).blocks())
        self.catalogue = catalogue
        self.sizes = [len(block.placed_at) for block in blocks]
        self.first = [block.first for block in blocks]
        self.placed_at = np.concatenate([block.placed_at for block in blocks])
        self.region = np.concatenate([block.region for block in blocks])
        self.segment = np.concatenate([block.segment for block in blocks])
        self.key = np.concatenate([block.key for block in blocks])
        self.lines = np.concatenate([np.diff(block.line_offsets) for block in blocks])
        self.items = np.concatenate([block.line_item for block in blocks])
        self.units = np.concatenate([block.line_units for block in blocks])

    def columns(self) -> list[Any]:
        """Return everything that makes the book."""
        return [
            self.placed_at, self.region, self.segment, self.key, self.lines, self.items, self.units,
        ]  # fmt: skip

    def same_as(self, other: Book) -> bool:
        """Tell whether two books are identical."""
        return all(np.array_equal(a, b) for a, b in zip(self.columns(), other.columns(), strict=True))


@pytest.fixture
def catalogue(stage: Any) -> Any:
    """Return the function that makes a catalogue of demand and what surrounds it."""

    def make(demand: str, **parts: Any) -> Catalogue:
        defaults = {
            "timezone": "UTC", "start": "2026-01-05T00:00", "days": 1, "items": "[{id: thing}]",
            "regions": "[{id: here}]", "segments": "[{id: standard}]",
        }  # fmt: skip
        return Catalogue(stage.scenario(WORLD.format(demand=demand, **{**defaults, **parts})))

    return make


@pytest.fixture
def draw() -> Any:
    """Return the function that draws a book."""

    def book(
        catalogue: Catalogue, replication: int = 0, seed: int = 20260105, block_orders: int = BLOCK_ORDERS
    ) -> Book:
        return Book(catalogue, seed, replication, block_orders)

    return book
