"""A rule set: tiers of rules, tried in order, that together are a policy."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from policies.rule import BoundRule, Rule, Verdict
from sim import policy as answer
from sim.clock import HOUR
from sim.document import Name, PositiveCount, PositiveHours, Section, section_schema, titled, wrong
from sim.document.fields import Number
from sim.network import Network
from sim.policy import Allocation, Request, Why


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
        return self

    def prepare(self, network: Network) -> BoundRuleSet:
        """Return the rules bound to a replication."""
        return BoundRuleSet(self, network)

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer one request by itself. A run binds the rules once, with `prepare`, and asks those."""
        return self.prepare(network).allocate(order, network)


class BoundRuleSet:
    """A rule set in one replication, with what it counts and remembers there."""

    def __init__(self, rules: RuleSet, network: Network) -> None:
        self.attempts = rules.attempt.in_seconds()
        self._rules = [BoundRule(rule, network) for rule in rules.rules]
        self._texts: dict[tuple[tuple[int, ...], ...], str] = {}

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Try the rules in turn."""
        lines = order.open
        shipments = order.shipments
        verdicts: list[Verdict] = []
        for number, rule in enumerate(self._rules):
            verdict = rule.decide(order, lines, shipments)
            if number == 0 and not verdict.left:
                return self._answer(order, rule, verdict.parts, verdict.holds, [verdict])
            verdicts.append(verdict)
            shipments += len(verdict.parts) + sum(
                isinstance(hold, answer.Backorder) for hold in verdict.holds
            )
            lines = verdict.left
            if not lines:
                break
        parts = tuple([part for verdict in verdicts for part in verdict.parts])
        holds = tuple([hold for verdict in verdicts for hold in verdict.holds])
        if lines:
            holds += (answer.Wait(lines),)
        return self._answer(order, rule, parts, holds, verdicts)

    def _answer(
        self,
        order: Request,
        last: BoundRule,
        parts: tuple[answer.Part, ...],
        holds: tuple[answer.Hold, ...],
        verdicts: list[Verdict],
    ) -> Allocation:
        plan = next((verdict.plan for verdict in verdicts if verdict.plan is not None), None)
        split = "policy"
        shipments = order.shipments + len(parts) + sum(isinstance(hold, answer.Backorder) for hold in holds)
        if shipments > 1 or (shipments and any(isinstance(hold, answer.Wait) for hold in holds)):
            split = self._rules[0].split_reason(order)
        key = tuple([verdict.removed for verdict in verdicts])
        removed = self._texts.get(key)
        if removed is None:
            removed = self._texts[key] = self._spell_out(key)
        runner_up, margin = (plan.runner_up, plan.margin) if plan is not None else ((), None)
        return Allocation(
            parts, holds, Why(last.name, verdicts[-1].outcome, runner_up, margin, removed, split)
        )

    def _spell_out(self, removed: tuple[tuple[int, ...], ...]) -> str:
        """Return which filter of which rule took away how many warehouses, in a line."""
        texts = []
        for rule, counts in zip(self._rules, removed, strict=False):
            found = [f"{word}={count}" for word, count in zip(rule.words, counts, strict=True) if count]
            texts.append(" ".join(found))
        return "; ".join(texts)


def rule_set_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of rule-set files, for editors."""
    return titled(section_schema(RuleSet), "orderlab rule set")
