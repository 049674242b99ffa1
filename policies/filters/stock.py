"""Filters that say what counts as stock. They remove no warehouse themselves: `has_stock`, and the plan, go by them."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from policies.case import Mask, Terms
from policies.filters.filter import Filter
from policies.names import check_names
from sim.clock import DAY
from sim.document import Days, Listing, PositiveCount
from sim.view.network import Network


class _OfStock(Filter):
    """A filter that only changes what counts as stock."""

    def bind(self, network: Network) -> Mask:
        """Bind to a replication: every warehouse passes."""
        return lambda case: None


class ShelfLifeLeft(_OfStock):
    """Only units count that will still live so long when they are delivered, whatever the item's own minimum.

    They are also what the shipment gets, and what a backorder waits for.
    """

    name = "shelf_life_left"
    main = "days"

    days: Days = Field(description="days of life at the expected delivery, at least")

    def terms(self, terms: Terms, network: Network) -> Terms:
        """Return the terms with this life in the place of the item's minimum."""
        return terms._replace(least_life_s=round(self.days * DAY))


class KeepBack(_OfStock):
    """Some units of each item at each warehouse are kept back for some segments: others do not see them.

    Several of them in one rule add up. What a backorder waits for is not kept back.
    """

    model_config = ConfigDict(populate_by_name=True)  # `for` is no name in Python

    name = "keep_back"

    units: PositiveCount = Field(
        description="units of each item at each warehouse; several such filters in a rule add up"
    )
    for_: Annotated[tuple[str, ...], Listing("segment", at_least=1)] = Field(
        alias="for", description="segments that may have them"
    )

    def terms(self, terms: Terms, network: Network) -> Terms:
        """Return the terms with these units kept back, too. Raises PolicyError for a segment that there is not."""
        check_names(self.name, "segment", self.for_, network.segments)
        segments = frozenset([network.segments.index(id_) for id_ in self.for_])
        return terms._replace(kept_back=(*terms.kept_back, (self.units, segments)))


class IgnoreSafetyStock(_OfStock):
    """Safety stock counts, too: lines may take a warehouse down to nothing that is free."""

    name = "ignore_safety_stock"

    def terms(self, terms: Terms, network: Network) -> Terms:
        """Return the terms with safety stock."""
        return terms._replace(safety_stock=True)
