"""Rank keys by how fast stock goes: sales velocity, and how long stock lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from policies.case import Case, Column, Values
from policies.keys.key import Key
from sim.document import PositiveDays, wrong
from sim.stock.inventory import UNLIMITED
from sim.view.network import Network

HALF_LIFE_DAYS = 14.0
"""Of sales velocity, where a rule does not say."""

MOST_WEEKS = 520.0
"""Weeks of supply are told up to ten years: beyond, and without any demand, more is not better."""

PerDay: TypeAlias = "Callable[[int], Values]"


class ByDemand(Key):
    """A rank key that goes by what customers ask for."""

    demand: Literal["forecast", "velocity"] = Field(
        "forecast",
        description="what demand is taken to be: forecast: the scenario's expected demand, as of `days_of_demand`; "
        "velocity: what left for customers of late",
    )
    half_life_days: PositiveDays | None = Field(
        None, description="with velocity: after so many days a sale counts half; absent: 14"
    )

    @model_validator(mode="after")
    def _uses_what_it_is_told(self) -> ByDemand:
        if self.half_life_days is not None and self.demand == "forecast":
            raise wrong("belongs to demand: velocity", key="half_life_days")
        return self

    def units_a_day(self, network: Network) -> PerDay:
        """Return the function from an item to units a day by warehouse."""
        if self.demand == "forecast":
            forecast = network.forecast.units_a_day
            return lambda item: forecast[item]
        return network.velocity(self.half_life_days or HALF_LIFE_DAYS).units_a_day


class WeeksOfSupply(ByDemand):
    """Weeks that the available stock of the lines' items lasts; of several lines the scarcest. At most 520."""

    name = "weeks_of_supply"
    counts_lines = True

    def bind(self, network: Network) -> Column:
        """Bind to a replication."""
        units_a_day = self.units_a_day(network)

        def column(case: Case) -> Values:
            weeks = np.full(len(network.warehouses), MOST_WEEKS)
            for line in case.lines:
                item = case.request.items[line]
                units = np.maximum(network.available[item], 0)
                # A demand of a unit in a million days is none.
                lasts = units / (np.maximum(units_a_day(item), 1e-6) * 7)
                lasts[units >= UNLIMITED] = MOST_WEEKS
                np.minimum(weeks, lasts, out=weeks)
            return weeks

        return column


class SalesVelocity(Key):
    """Units a day of the lines' items that left the warehouse for customers of late; all lines together.

    The latest weigh most: what left a half-life ago counts half. It begins at the expected demand.
    """

    name = "sales_velocity"
    main = "half_life_days"
    counts_lines = True

    half_life_days: PositiveDays = Field(HALF_LIFE_DAYS, description="days after which what left counts half")

    def bind(self, network: Network) -> Column:
        """Bind to a replication: counting begins here."""
        velocity = network.velocity(self.half_life_days)

        def column(case: Case) -> Values:
            units = np.zeros(len(network.warehouses))
            for line in case.lines:
                units += velocity.units_a_day(case.request.items[line])
            return units

        return column
