"""A rule set: tiers of rules, tried in order, that together are a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from policies.actions import hands_on
from policies.boundset import BoundRuleSet
from policies.rule import Rule
from sim import policy as answer
from sim.clock import HOUR
from sim.document import Name, PositiveCount, PositiveHours, Section, section_schema, titled, wrong
from sim.document.fields import Number
from sim.network import Network
from sim.policy import Allocation, Request


class Attempts(Section):
    """When an order that waits is decided again."""

    every_minutes: Annotated[float, Number(above=0, at_most=1_000_000)] | None = Field(
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

    def in_seconds(self) -> answer.Attempts:
        """Return what the engine goes by."""
        minutes, hours = self.every_minutes, self.give_up_after_hours
        return answer.Attempts(
            every_seconds=None if minutes is None else max(1, round(minutes * 60)),
            after=self.after,
            at_most=self.at_most,
            give_up_seconds=None if hours is None else round(hours * HOUR),
            then=self.then,
        )


class RuleSet(Section):
    """A policy made of rules: each takes the lines that no earlier one has placed, and what is left then waits."""

    name: Name = Field("", description="a title")
    match: Literal["first", "all"] = Field(
        "first",
        description="first: each line is decided by the first rule that places it; all: all rules that apply to a line "
        "decide together, later ones refine the rank",
    )
    rules: tuple[Rule, ...] = Field(
        description="tiers, the first to be tried first", json_schema_extra={"minItems": 1}
    )
    attempt: Attempts = Field(
        Attempts(), alias="attempts", description="when waiting orders are decided again"
    )

    @model_validator(mode="after")
    def _decides(self) -> RuleSet:
        if not self.rules:
            raise wrong("must hold at least one rule", key="rules")
        if self.match == "first":
            for number, rule in enumerate(self.rules):
                earlier = next((i for i, r in enumerate(self.rules[:number]) if _keeps_all_of(r, rule)), None)
                if earlier is not None:
                    raise wrong(
                        f"is never reached: rule {_called(self.rules, earlier)} takes all that it applies to, and "
                        "hands nothing on; let that one end with otherwise: next, or change their order",
                        key=("rules", number),
                    )
        return self

    def prepare(self, network: Network) -> BoundRuleSet:
        """Return the rules bound to a replication."""
        return BoundRuleSet(self.rules, self.match, self.attempt.in_seconds(), network)

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer one request by itself. A run binds the rules once, with `prepare`, and asks those."""
        return self.prepare(network).allocate(order, network)


def _keeps_all_of(earlier: Rule, later: Rule) -> bool:
    """Tell whether an earlier rule takes all that a later one applies to, and leaves it nothing."""
    covers = earlier.when is None or earlier.when == later.when
    return covers and not any(
        hands_on(action) for action in (earlier.on_full, earlier.on_partial, earlier.otherwise)
    )


def _called(rules: Sequence[Rule], number: int) -> str:
    return f"'{rules[number].name}'" if rules[number].name else str(number + 1)


def rule_set_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of rule-set files, for editors."""
    return titled(section_schema(RuleSet), "orderlab rule set")
