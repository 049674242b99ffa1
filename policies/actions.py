"""Actions: what becomes of lines that a rule does not ship."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field

from policies.part import OneOf, Part, parts_of
from sim.document import Hours, Money, PositiveHours


class Action(Part):
    """A part that says what becomes of lines."""


class Next(Action):
    """The lines go on to the next rule."""

    name = "next"


class Backorder(Action):
    """The lines are committed to the warehouse that would rank first with stock, and leave when it has them."""

    name = "backorder"
    main = "give_up_after_hours"

    give_up_after_hours: PositiveHours | None = Field(
        None,
        description="hours after placing at which lines that still wait for stock are cancelled; absent: never",
    )


class Cancel(Action):
    """The lines are given up, at once or later."""

    name = "cancel"
    main = "after_hours"

    after_hours: Hours = Field(0.0, description="hours after placing until which the lines wait first")


class Care(Action):
    """Customer care looks at the lines, once: that takes time and costs money. Then they go on to the next rule."""

    name = "care"
    main = "hours"

    hours: PositiveHours = Field(description="hours from when it is handed over until it is decided again")
    cost: Money = Field(Decimal(0), description="what that costs")


PARTIAL = ("assign", "assign_units")
"""Names of what stands only where an order can be shipped in part."""

ENDINGS: dict[str, type[Action]] = {part.name: part for part in (Next, Backorder, Cancel, Care)}


class Wait(Action):
    """The lines wait and are decided again; no later rule is tried for them meanwhile."""

    name = "wait"
    main = "up_to_hours"

    up_to_hours: PositiveHours | None = Field(None, description="hours after placing; absent: without end")
    then: Annotated[Action, OneOf("action", ENDINGS, ("wait", *PARTIAL))] = Field(
        Next(), description="what becomes of them then"
    )


ACTIONS = parts_of(sys.modules[__name__], Action)
AnyAction: TypeAlias = Annotated[Action, OneOf("action", ACTIONS, PARTIAL)]


class Assign(Part):
    """Whole lines that fit are shipped, and an action takes the rest."""

    name = "assign"
    main = "rest"
    takes_whole_value: ClassVar[bool] = True

    rest: AnyAction = Field(description="what becomes of the rest")


class AssignUnits(Assign):
    """All units that fit are shipped, also those of a part of a line, and an action takes the rest."""

    name = "assign_units"


class AssignAll(Part):
    """All lines are shipped, at once or when an action before it is over."""

    name = "assign"


AnyFull: TypeAlias = Annotated[
    Action | AssignAll, OneOf("action", {**ACTIONS, AssignAll.name: AssignAll}, PARTIAL)
]
"""What a rule does with an order that it could ship in full. After a wait or customer care it ships it."""

AnyPartial: TypeAlias = Annotated[
    Action | Assign,
    OneOf("action", {**ACTIONS, Assign.name: Assign, AssignUnits.name: AssignUnits}),
]
"""What a rule does with an order that it could ship in part."""


def hands_on(action: Action | Assign) -> bool:
    """Tell whether lines may come out of an action undecided, for the next rule."""
    if isinstance(action, Assign):
        return hands_on(action.rest)
    if isinstance(action, Wait):
        return action.up_to_hours is not None and hands_on(action.then)
    return isinstance(action, Next | Care)
