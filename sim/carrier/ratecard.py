"""What one parcel costs with a service: its charged weight, and the price by zone and weight."""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import Ints
from sim.money import micros
from sim.scenario.carriers import Rates, RateTable

NANO_PER_CENT = 10_000_000
"""Prices are compared in 1e-9 of the currency: a rate in 1e-6 times a weight in grams, a thousandth of a kilogram."""

UNSERVED = 1 << 58
"""Price in 1e-9 of the currency where a service does not go: beyond any real one, and within 64 bits."""

_SLACK = 1e-9
"""Of a quotient: decimals are not exact in binary, and what they miss must not make a further gram or step."""


class Weighing(NamedTuple):
    """How a service arrives at the weight that it charges.

    Attributes:
        litres_per_kg: of the volumetric weight; 0: there is none.
        step_g: the weight is rounded up to a multiple of it; 0: it is not. Carriers count in pounds, too: the
            multiple is exact and only then rounded to whole grams.

    """

    litres_per_kg: float
    step_g: float

    def billable(self, grams: int, millilitres: int) -> int:
        """Return the grams that are charged: the actual or the volumetric weight, rounded up."""
        if self.litres_per_kg:
            # litres / (litres per kg) in kg = millilitres / (litres per kg) in grams, up to the next gram
            grams = max(grams, ceil(millilitres / self.litres_per_kg - _SLACK))
        return round(ceil(grams / self.step_g - _SLACK) * self.step_g) if self.step_g else grams


class Card:
    """A rate card by zone and weight: the price up to each bound of weight, in 1e-9 of the currency."""

    def __init__(self, table: RateTable, zones: int) -> None:
        bounds = [int(row.up_to_kg * 1000 + _SLACK) for row in table.rows]  # whole grams within the bound
        self.up_to_grams = np.array(sorted(set(bounds)), np.int64)
        self.price = np.full((zones, len(self.up_to_grams)), UNSERVED, np.int64)
        for row, bound in zip(table.rows, bounds, strict=True):
            self.price[row.zone - 1, int(np.searchsorted(self.up_to_grams, bound))] = micros(row.price) * 1000
        # A zone may list fewer bounds than another: the next one above it counts.
        for step in range(len(self.up_to_grams) - 2, -1, -1):
            missing = self.price[:, step] >= UNSERVED
            self.price[missing, step] = self.price[missing, step + 1]

    def quote(self, zone: Ints, grams: int) -> Any:
        """Return the prices of a parcel to some zones; UNSERVED beyond the last weight."""
        step = int(np.searchsorted(self.up_to_grams, grams))
        if step == len(self.up_to_grams):
            return UNSERVED
        return self.price[zone, step]


def rates_by_zone(rates: Rates | RateTable, zones: int) -> tuple[Ints, Ints]:
    """Return the base in 1e-9 and the price of a kilogram in 1e-6 of the currency; 0 for a rate card."""
    if isinstance(rates, RateTable):
        return np.zeros(zones, np.int64), np.zeros(zones, np.int64)
    base = np.array([micros(rate) * 1000 for rate in rates.base], np.int64)
    return base, np.array([micros(rate) for rate in rates.per_kg], np.int64)


def whole_cents(nano: int) -> int:
    """Round a price in 1e-9 of the currency to cents, half away from zero."""
    return (nano + NANO_PER_CENT // 2) // NANO_PER_CENT
