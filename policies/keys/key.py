"""What all rank keys have in common."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from policies.case import Column
from policies.part import Part
from policies.preference import Term
from sim.decision.record import Weighing
from sim.document import Number, Quantity, Switch
from sim.document.fields import LARGEST
from sim.view.network import Network


class Key(Part):
    """A part that gives every warehouse a number for the lines of a case.

    Attributes:
        counts_lines: how the numbers of several shipments of one order add up: once for each line (how far lines
            travel), or once for each shipment (what shipments cost).
        split_reason: why an order is split where several shipments are better in this key than one.

    """

    counts_lines: ClassVar[bool] = False
    split_reason: ClassVar[str] = "policy"

    band: Quantity | None = Field(
        None, description="in `by`: values up to this much above the best that is left count as equal to it"
    )
    descending: Annotated[bool | None, Switch()] = Field(
        None, description="in `by` and `penalty`: more is better"
    )
    weight: Annotated[float, Number(at_least=-LARGEST)] | None = Field(
        None,
        description="in `cost`: what one unit of the key is worth, in the currency; in `penalty`: what the whole scale "
        "is worth",
    )
    low: Annotated[float, Number(at_least=-LARGEST)] | None = Field(
        None,
        description="in `penalty`: the value that is 0 on the scale; absent: the least of the candidates",
    )
    high: Annotated[float, Number(at_least=-LARGEST)] | None = Field(
        None, description="in `penalty`: the value that is 1 on the scale; absent: the most of the candidates"
    )

    def bind(self, network: Network) -> Column:
        """Return the function from a case to numbers by warehouse, for one replication."""
        raise TypeError(f"{type(self).__name__} must define bind")

    def term(self, column: Column, *, scaled: bool = False) -> Term:
        """Return the key as a part of a criterion, with how it counts there; `column` is what it is bound to."""
        return Term(self.name, column, Weighing(self.weight, scaled, self.band or 0.0, bool(self.descending)))
