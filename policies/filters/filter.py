"""What all filters have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from policies.case import Case, Mask, Terms
from policies.part import Part
from sim.document import Forms, Quantity, Section
from sim.view.network import Network

SLACK = 1e-6
"""Decimals are not exact in binary: 0.1 + 0.2 is more than 0.3, and 1.001 × 1000 less than 1001. Whatever is compared
with a bound (metres, units, money, kilograms) is a multiple of much more than this."""

Moment: TypeAlias = "Callable[[Case, NDArray[np.intp]], int]"


class Filter(Part):
    """A part that says which warehouses may take the lines of a case.

    Attributes:
        split_reason: why an order is split when this filter took away the last warehouse that had it all.

    """

    split_reason: ClassVar[str] = "policy"

    def bind(self, network: Network) -> Mask:
        """Return the function from a case to a mask over warehouses, for one replication; None: all pass."""
        raise TypeError(f"{type(self).__name__} must define bind")

    def terms(self, terms: Terms, network: Network) -> Terms:
        """Return the terms on which the rule considers warehouses: a filter may say what counts as stock."""
        return terms

    def passes_again(self, network: Network) -> Moment | None:
        """Return the function that tells from which second on other warehouses may pass by the clock alone.

        Orders that wait are decided again then. It gets a case and the positions of the warehouses that pass the other
        filters, and returns `clock.NEVER` where no time will come. None: nothing but events (a receipt, a warehouse
        that is back) changes what passes.
        """
        return None


class Penalty(Section):
    """A sum of money.

    Example:
        >>> from policies import BelowLimit, Cost, LandedCost, Penalty, Rule, RuleSet
        >>> limit = BelowLimit(n=500, effect=Penalty(penalty=2))
        >>> print(RuleSet(rules=(Rule(filters=(limit,), rank=Cost(cost=(LandedCost(weight=1),))),)), end="")
        rules:
        - filters:
          - below_limit: {effect: {penalty: 2}, n: 500}
          rank: {cost: {landed_cost: 1}}

    """

    penalty: Quantity = Field(description="money that the rank's cost rises by; only in a rank by `cost`")


Effect: TypeAlias = Annotated[
    Literal["block", "last"] | Penalty,
    Forms("effect", {"penalty": Penalty}, bare=Literal["block", "last"]),
]


class Limit(Filter):
    """A filter by how much a warehouse has to do already. What does not pass may also only be put back.

    The mask says who is within the limit; the rule applies the effect.
    """

    effect: Effect = Field(
        "block",
        description="what becomes of a warehouse beyond the limit: block: it is no candidate; last: it ranks after "
        "all that are within; {penalty: money}: its cost rises",
    )

    @property
    def counts(self) -> tuple[str, ...]:
        """What is limited: a rule has at most one limit of each, or one for each effect."""
        return ()
