"""Times without all the stations: planned ones, and breakdowns that come by chance."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from sim.document import Forms, Hours, LocalTime, Name, PositiveHours, Probability, Section, wrong
from sim.scenario.distributions import Distribution, Interval


class PlannedDowntime(Section):
    """A time in which stations are away."""

    begins: LocalTime = Field(description="local time of the site")
    hours: PositiveHours = Field(description="how long it lasts")
    factor: Probability = Field(0.0, description="share of the stations that is left; 0: the site is down")
    announced_hours: Hours | None = Field(
        None, description="policies know of it so many hours before it begins; absent: from the start"
    )
    reason: Name = Field("", description="why, for people")


class RandomDowntime(Section):
    """Breakdowns that come by chance."""

    every_hours: Interval = Field(description="from the end of a repair to the next failure")
    hours: Distribution = Field(description="time to repair")
    while_: Literal["up", "working"] = Field(
        "up",
        alias="while",
        description="up: failures come by the clock; working: by the busy time of the stations, each holds up one job "
        "and leaves the site up",
    )
    factor: Probability = Field(0.0, description="share of the stations that is left; 0: the site is down")
    reason: Name = Field("", description="why, for people")

    @model_validator(mode="after")
    def _holds_up_one_job(self) -> RandomDowntime:
        if self.while_ == "working" and self.factor:
            raise wrong("must be absent: a breakdown while working holds up one job", key="factor")
        return self


Downtime: TypeAlias = Annotated[
    PlannedDowntime | RandomDowntime,
    Forms("downtime", {"every_hours": RandomDowntime}, otherwise=PlannedDowntime),
]
