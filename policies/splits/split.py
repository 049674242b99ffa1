"""How far a rule may divide an order: what a user writes under `split`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from sim.document import Days, Listing, Money, PositiveCount, Section, wrong

Items = Annotated[tuple[str, ...], Listing("item", at_least=1)]
Group = Annotated[tuple[str, ...], Listing("item", at_least=2)]


class OnlyIf(Section):
    """What a split must bring where one warehouse could ship everything.

    Example:
        >>> from policies import OnlyIf, Rule, RuleSet, Split
        >>> worth_it = Split(max_shipments=2, only_if=OnlyIf(saves_days=1, costs_at_most=4))
        >>> print(RuleSet(rules=(Rule(split=worth_it),)), end="")
        rules:
        - split: {max_shipments: 2, only_if: {saves_days: 1, costs_at_most: 4}}

    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    saves_days: Days | None = Field(
        None, description="days by which its last parcel must be expected earlier, at least; absent: whenever"
    )
    costs_at_most: Money | None = Field(
        None, description="what it may cost more in freight and handling, at most; absent: whatever"
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> OnlyIf:
        if self.saves_days is None and self.costs_at_most is None:
            raise wrong("must have saves_days, costs_at_most or both")
        return self


class Split(Section):
    """How far an order may be divided.

    Example:
        >>> from policies import Rule, RuleSet, Split
        >>> print(RuleSet(rules=(Rule(split=Split(max_shipments=2, min_part_value=20)),)), end="")
        rules:
        - {split: {max_shipments: 2, min_part_value: 20}}

    """

    max_shipments: PositiveCount = Field(
        1, description="shipments of the order, over all rules and attempts; a backordered part counts as one"
    )
    max_sites_per_line: PositiveCount = Field(
        1,
        description="warehouses from which the units of one line may come in one decision; more than one only where "
        "no plan with whole lines exists. Units move line by line to parts that are worth less than "
        "min_part_value: now and then a split is missed for which several lines would have to move at once",
    )
    min_part_value: Money | None = Field(
        None,
        description="value of the goods of every part that a decision makes, also of what waits; equal passes",
    )
    penalty_per_shipment: Money | None = Field(
        None,
        description="what each shipment adds to the rank's cost, which then decides how many there are, instead of "
        "the fewest; needs a rank by cost",
    )
    only_if: OnlyIf | None = Field(
        None,
        description="where one warehouse could ship everything: a split that fits this is made, and no other",
    )
    min_order_value: Money | None = Field(
        None, description="value of the whole order from which on it may be split; equal may"
    )
    never_with_items: Items = Field((), description="an order with one of these items stays whole")
    keep_together: tuple[Group, ...] = Field(
        (), description="groups of items that travel in one shipment, or not at all"
    )
