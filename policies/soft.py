"""Soft filters: those that are dropped when nothing passes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from policies.case import Mask, Terms
from policies.filters import FILTERS, Filter
from policies.filters.filter import Limit, Moment
from policies.part import OneOf
from sim.document import wrong
from sim.view.network import Network


class Soft(Filter):
    """Another filter, which is dropped in a second pass when no warehouse passed all of them."""

    name = "soft"
    main = "filter"
    takes_whole_value: ClassVar[bool] = True

    filter: Annotated[Filter, OneOf("filter", FILTERS, ("soft",))] = Field(description="the filter")

    @model_validator(mode="after")
    def _excludes(self) -> Soft:
        if isinstance(self.filter, Limit) and self.filter.effect != "block":
            raise wrong(f"cannot be soft: with its effect {self.filter.name} excludes nothing")
        return self

    def bind(self, network: Network) -> Mask:
        """Bind the filter to a replication."""
        return self.filter.bind(network)

    def passes_again(self, network: Network) -> Moment | None:
        """Tell when the filter may let other warehouses pass."""
        return self.filter.passes_again(network)

    def terms(self, terms: Terms, network: Network) -> Terms:
        """Return what the filter makes of the rule's terms."""
        return self.filter.terms(terms, network)


_NAMED: dict[str, type[Filter]] = {**FILTERS, Soft.name: Soft}
ALL_FILTERS = dict(sorted(_NAMED.items()))
"""All filters by name."""
