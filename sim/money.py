"""Money: computed exactly, in millionths of the currency, and rounded once to the cents that are posted."""

from __future__ import annotations

from decimal import Decimal

from sim.arrays import Ints

MICRO = 1_000_000
"""Millionths of the currency."""

_PER_CENT = 10_000


def micros(amount: Decimal) -> int:
    """Return an amount of money in millionths of the currency, exactly."""
    return int(amount * MICRO)


def cents(micro: int) -> int:
    """Round millionths of the currency to cents, half away from zero."""
    return (micro + 5_000) // _PER_CENT if micro >= 0 else -((5_000 - micro) // _PER_CENT)


def cents_array(micro: Ints) -> Ints:
    """Return `cents` of every amount; none is negative."""
    rounded: Ints = (micro + 5_000) // _PER_CENT
    return rounded
