"""When a rule set decides: orders at once or in batches, those that wait again, those that are committed anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from sim import occasions
from sim.clock import HOUR
from sim.document import Forms, Money, PositiveCount, PositiveHours, Section, wrong
from sim.document.fields import Number
from sim.money import cents, micros

PositiveMinutes: TypeAlias = Annotated[float, Number(above=0, at_most=1_000_000)]
Minutes: TypeAlias = Annotated[float, Number(at_most=1_000_000)]


def _seconds(minutes: float) -> int:
    """Return whole seconds, at least one: what happens so often must not happen without end in one second."""
    return max(1, round(minutes * 60))


class Attempts(Section):
    """When an order that waits is decided again.

    Example:
        >>> from policies import Attempts, Rule, RuleSet
        >>> print(RuleSet(rules=(Rule(),), attempts=Attempts(every_minutes=60, at_most=20)), end="")
        rules: [{}]
        attempts: {every_minutes: 60, at_most: 20}

    """

    every_minutes: PositiveMinutes | None = Field(
        None, description="minutes from one attempt to the next; absent: no timer"
    )
    after: tuple[Literal["receipt", "site_up"], ...] = Field(
        ("receipt", "site_up"), description="what brings an attempt before its time"
    )
    at_most: PositiveCount | None = Field(None, description="attempts in all; absent: no limit")
    give_up_after_hours: PositiveHours | None = Field(
        None, description="hours after placing at which what still waits gets `then`; absent: never"
    )
    then: Literal["cancel", "wait"] = Field("cancel", description="what becomes of it")

    def in_seconds(self) -> occasions.Attempts:
        """Return what the engine goes by."""
        minutes, hours = self.every_minutes, self.give_up_after_hours
        return occasions.Attempts(
            every_seconds=None if minutes is None else _seconds(minutes),
            after=self.after,
            at_most=self.at_most,
            give_up_seconds=None if hours is None else round(hours * HOUR),
            then=self.then,
        )


class InBatches(Section):
    """Orders are gathered and decided together; those that are due again wait for the next batch, too.

    Example:
        >>> from policies import InBatches, Rule, RuleSet
        >>> half_hourly = InBatches(every_minutes=30, sort=("promised_at",))
        >>> print(RuleSet(rules=(Rule(),), decide=half_hourly), end="")
        decide: {every_minutes: 30, sort: [promised_at]}
        rules: [{}]

    """

    every_minutes: PositiveMinutes = Field(
        description="minutes from one batch to the next; the first is at the start of the scenario"
    )
    sort: tuple[Literal["promised_at", "placed_at", "priority", "value"], ...] = Field(
        (),
        description="which order of a batch is decided first: promised or placed earliest, of the lowest priority "
        "number, of the highest value; of those that are equal, the one placed first",
    )

    @model_validator(mode="after")
    def _sorts(self) -> InBatches:
        for number, word in enumerate(self.sort):
            if word in self.sort[:number]:
                raise wrong("is named before", key=("sort", number))
        return self

    def in_seconds(self) -> occasions.Batches:
        """Return what the engine goes by."""
        return occasions.Batches(_seconds(self.every_minutes), self.sort)


Decide: TypeAlias = Annotated[
    Literal["on_order"] | InBatches,
    Forms("time of decision", {"every_minutes": InBatches}, bare=Literal["on_order"], otherwise=InBatches),
]


class Reallocate(Section):
    """When shipments that are committed to a warehouse and not begun there are decided anew.

    One is moved when its rules place all its lines at other warehouses, where the order has never been.

    Example:
        >>> from policies import Reallocate, Rule, RuleSet
        >>> print(RuleSet(rules=(Rule(),), reallocate=Reallocate(wait_minutes=120)), end="")
        rules: [{}]
        reallocate: {wait_minutes: 120}

    """

    after: tuple[Literal["site_down", "receipt", "timer"], ...] = Field(
        ("site_down",),
        description="site_down: its warehouse went down; receipt: it is backordered, and another warehouse received "
        "what it waits for; timer: it was not begun for every_minutes (the filter not_tried leaves out where it is)",
    )
    wait_minutes: Minutes = Field(
        0.0, description="so long a warehouse must be down, before what lies there is decided anew"
    )
    every_minutes: PositiveMinutes | None = Field(
        None, description="minutes from allocation to the timer, and from one to the next"
    )
    at_most: PositiveCount | None = Field(None, description="moves of one order; absent: no limit")
    cost: Money = Field(Decimal(0), description="of one move, counted as handling")

    @model_validator(mode="after")
    def _agrees(self) -> Reallocate:
        if not self.after:
            raise wrong("must name at least one of site_down, receipt and timer", key="after")
        if "timer" in self.after and self.every_minutes is None:
            raise wrong("names a timer, which needs every_minutes", key="after")
        if "timer" not in self.after and self.every_minutes is not None:
            raise wrong("is for a timer, which `after` does not name", key="every_minutes")
        if "site_down" not in self.after and self.wait_minutes:
            raise wrong("is for site_down, which `after` does not name", key="wait_minutes")
        return self

    def in_seconds(self) -> occasions.Reallocation:
        """Return what the engine goes by."""
        minutes = self.every_minutes
        return occasions.Reallocation(
            after=self.after,
            wait_seconds=round(self.wait_minutes * 60),
            every_seconds=None if minutes is None else _seconds(minutes),
            at_most=self.at_most,
            cents=cents(micros(self.cost)),
        )
