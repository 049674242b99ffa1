"""Filters by what a warehouse keeps: what it may handle, and what it has."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from policies.case import Bools, Case, Mask
from policies.filters.filter import Filter
from sim.view.network import Network


class HandlesItems(Filter):
    """The warehouse may keep and ship at least one of the lines, by its handling tags."""

    name = "handles_items"

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""

        masks: dict[tuple[int, ...], Bools | None] = {}

        def mask(case: Case) -> Bools | None:
            items = case.request.items
            tags = tuple([network.tags[items[line]] for line in case.lines])
            if tags not in masks:
                able = np.zeros(len(network.warehouses), bool)
                for tag in tags:
                    able |= network.handles_tags(tag)
                masks[tags] = None if able.all() else able
            return masks[tags]

        return mask


class HasStock(Filter):
    """The warehouse can promise all lines, any whole line, or any unit of them."""

    name = "has_stock"
    main = "lines"

    lines: Literal["all", "any", "units"] = Field(
        "any", description="all: every line in full; any: at least one line in full; units: at least one unit"
    )

    def bind(self, network: Network) -> Mask:
        """Bind to a replication."""
        if self.lines == "units":
            return lambda case: np.any([case.has_some(line) for line in case.lines], axis=0)
        if self.lines == "all":
            return lambda case: case.has_all

        def mask(case: Case) -> Bools:
            lines = case.lines
            if len(lines) == 1:
                return case.has_all
            stocked = case.in_stock(lines[0])
            for line in lines[1:]:
                stocked = stocked | case.in_stock(line)
            return stocked

        return mask
