"""How far a rule may divide an order: what a user writes under `split`."""

from __future__ import annotations

from pydantic import Field

from sim.document import PositiveCount, Section


class Split(Section):
    """How far an order may be divided."""

    max_shipments: PositiveCount = Field(
        1, description="shipments of the order, over all rules and attempts; a backordered part counts as one"
    )
