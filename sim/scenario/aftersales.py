"""What happens beside and after delivery: returns, payment, wrong data, stale stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from sim.document import Money, Number, Probability, Quantity, Reference, Section, wrong
from sim.scenario.distributions import ZERO, Distribution


class Outcomes(Section):
    """Weights of what becomes of a returned line."""

    restock: Quantity = Field(0.0, description="back on the shelf, with its age")
    refurbish: Quantity = Field(0.0, description="back on the shelf, at a cost")
    scrap: Quantity = Field(0.0, description="written off")

    @model_validator(mode="after")
    def _weighs_something(self) -> Outcomes:
        if not self.restock + self.refurbish + self.scrap > 0:
            raise wrong("must not all be 0")
        return self


class ReturnCosts(Section):
    """What a return costs."""

    label: Money = Field(Decimal(0), description="freight of a returned line, when it arrives")
    inspect: Money = Field(Decimal(0), description="inspection of a returned line")
    refurbish: Money = Field(Decimal(0), description="of a unit that is refurbished")


class Returns(Section):
    """What happens to lines that come back: sent back by customers (`return_share` of the items), or wrong."""

    delay_days: Distribution = Field(ZERO, description="from delivery to arrival at the site")
    to: Annotated[str, Reference(kinds=("warehouse", "destination"))] = Field(
        "origin",
        description="origin: where it came from; nearest: to the customer, that may keep it; or a warehouse id",
    )
    inspect_minutes: Distribution = Field(
        ZERO, description="work of inspecting a returned line at a station of the site"
    )
    outcomes: Outcomes = Field(Outcomes(restock=1), description="weights of what becomes of it")
    replace_share: Probability = Field(0.0, description="share that is replaced; the rest is refunded")
    costs: ReturnCosts = Field(ReturnCosts(), description="of label, inspection, refurbishing")


class Payments(Section):
    """Payment, and what it costs."""

    declined_share: Probability = Field(
        0.0, description="share of the orders whose payment is declined: they end"
    )
    fee_share: Probability = Field(0.0, description="fee as a fraction of the amount captured")
    fee_fixed: Money = Field(Decimal(0), description="fee for each capture")


class CaptureErrors(Section):
    """Orders with wrong data, held until they are right."""

    error_share: Probability = Field(0.0, description="share of the orders whose data are wrong at first")
    corrected_after_hours: Distribution = Field(ZERO, description="how long it takes until they are right")


class Visibility(Section):
    """How old the stock is that policies see."""

    sync_minutes: Annotated[float, Number(at_most=525_600)] = Field(
        0.0, description="policies see stock as of the last sync; 0: as it is"
    )
