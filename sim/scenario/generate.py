"""Assortments that are generated: `items: {generate: {count: 2000}}` instead of two thousand lines.

An assortment belongs to the scenario, not to the run: it has a seed of its own, all policies and replications
sell the same items, and item 17 is the same whether there are 20 or 20,000.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.arrays import Floats, Ints
from sim.document import (
    Days,
    Identifier,
    Listing,
    Number,
    PositiveDays,
    Probability,
    Quantity,
    Section,
    Whole,
    wrong,
)
from sim.quantiles import cumulated, quantile_of
from sim.scenario.distributions import Distribution, Lognormal

MOST_ITEMS = 100_000
MOST_KG = 10_000.0
MOST_L = 100_000.0
MOST_MONEY = 1_000_000.0

_CATEGORY, _WEIGHT, _PRICE = range(3)  # streams; a new one takes the next number

Density = Annotated[float, Number(at_least=0.001, at_most=25)]


class GenerateCategory(Section):
    """A class of generated items. What it leaves out is as for all items."""

    id: Identifier = Field(description="the `category` of its items")
    share: Quantity = Field(1.0, description="weight of the category among all items")
    handling: Annotated[tuple[str, ...], Listing()] = Field(
        (), description="handling tags of its items; none: ambient"
    )
    weight_kg: Distribution | None = Field(None, description="weight of one unit, kg")
    kg_per_l: Density | None = Field(None, description="density as packed, kg per litre")
    price: Distribution | None = Field(None, description="selling price, money per unit")
    cost_share: Probability | None = Field(None, description="purchase cost as a share of the price")
    shelf_life_days: PositiveDays | None = Field(None, description="days from receipt until it expires")
    min_life_at_delivery_days: Days | None = Field(
        None, description="days of life that a customer wants left at delivery"
    )
    return_share: Probability | None = Field(None, description="probability that a line is returned")

    @model_validator(mode="after")
    def _lives_long_enough(self) -> GenerateCategory:
        if self.shelf_life_days is not None and (self.min_life_at_delivery_days or 0) >= self.shelf_life_days:
            raise wrong("must be less than shelf_life_days", key="min_life_at_delivery_days")
        return self


class GenerateItems(Section):
    """Parameters of a generated assortment: ids `item-00001`, `item-00002`, …, from the best seller down."""

    count: Annotated[int, Whole(at_least=1, at_most=MOST_ITEMS)] = Field(description="number of items")
    seed: Annotated[int, Whole()] = Field(
        1, description="which assortment; it does not depend on the seed of the run"
    )
    popularity_skew: Annotated[float, Number(at_most=3)] = Field(
        0.8,
        description="the k-th best seller is asked for 1/k^skew as often as the best (Zipf); 0: all alike",
    )
    weight_kg: Distribution = Field(Lognormal(mean=0.9, cv=1.0), description="weight of one unit, kg")
    kg_per_l: Density = Field(0.3, description="density as packed, kg per litre: gives the volume")
    price: Distribution = Field(Lognormal(mean=30, cv=0.9), description="selling price, money per unit")
    cost_share: Probability = Field(0.55, description="purchase cost as a share of the price")
    return_share: Probability = Field(0.0, description="probability that a line is returned")
    categories: tuple[GenerateCategory, ...] = Field(
        (), description="classes of items; none: all items are alike and have no category"
    )

    @field_validator("categories")
    @classmethod
    def _have_names_and_shares(cls, categories: tuple[GenerateCategory, ...]) -> tuple[GenerateCategory, ...]:
        seen: set[str] = set()
        for category in categories:
            if category.id in seen:
                raise wrong(f"the id '{category.id}' is used twice")
            seen.add(category.id)
        if categories and not sum(category.share for category in categories) > 0:
            raise wrong("the shares must not all be 0")
        return categories

    def rows(self) -> list[dict[str, object]]:
        """Return the items as mappings with the keys of a scenario's items.

        Weights are whole grams, volumes whole millilitres, prices and costs whole cents (at least one gram,
        millilitre and cent; a cost may be 0). A row does not change when `count` grows.
        """
        kinds = self.categories or (None,)
        bounds = cumulated([1.0 if kind is None else kind.share for kind in kinds])
        chosen = np.searchsorted(bounds, self._uniform(_CATEGORY), side="right")
        kg = self._draw(_WEIGHT, chosen, lambda kind: (kind and kind.weight_kg) or self.weight_kg, MOST_KG)
        price = self._draw(_PRICE, chosen, lambda kind: (kind and kind.price) or self.price, MOST_MONEY)
        rank = np.arange(1, self.count + 1, dtype=float)
        popularity = 1000.0 * rank**-self.popularity_skew
        return [
            self._row(number, kinds[kind], grams / 1000, cents, weight)
            for number, (kind, grams, cents, weight) in enumerate(
                zip(
                    chosen.tolist(),
                    _whole(1000 * kg).tolist(),
                    _whole(100 * price).tolist(),
                    popularity.tolist(),
                    strict=True,
                ),
                start=1,
            )
        ]

    def _row(
        self, number: int, kind: GenerateCategory | None, kg: float, cents: int, popularity: float
    ) -> dict[str, object]:
        def own_or_common(key: str) -> Any:
            own = getattr(kind, key, None)
            return getattr(self, key) if own is None else own

        price = Decimal(cents) / 100
        row: dict[str, object] = {
            "id": f"item-{number:05d}",
            "weight_kg": kg,
            "volume_l": min(max(round(kg / own_or_common("kg_per_l"), 3), 0.001), MOST_L),
            "price": price,
            "cost": round(price * Decimal(str(own_or_common("cost_share"))), 2),
            "popularity": float(f"{popularity:.6g}"),
        }
        if kind is not None:
            row["category"] = kind.id
            if kind.handling:
                row["handling"] = list(kind.handling)
            for key in ("shelf_life_days", "min_life_at_delivery_days"):
                if getattr(kind, key) is not None:
                    row[key] = getattr(kind, key)
        if own_or_common("return_share"):
            row["return_share"] = own_or_common("return_share")
        return row

    def _uniform(self, attribute: int) -> Floats:
        # One generator per attribute, read from its beginning: a longer list begins with the shorter one.
        generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(attribute,)))
        )
        return np.maximum(generator.random(self.count), 2.0**-54)

    def _draw(
        self,
        attribute: int,
        chosen: Ints,
        distribution_of: Callable[[GenerateCategory | None], Any],
        most: float,
    ) -> Floats:
        u = self._uniform(attribute)
        values = np.empty(self.count)
        for number, kind in enumerate(self.categories or (None,)):
            mask = chosen == number
            values[mask] = quantile_of(distribution_of(kind))(u[mask])
        return np.minimum(values, most)


def _whole(values: Floats) -> Ints:
    return np.maximum(np.rint(values), 1).astype(np.int64)
