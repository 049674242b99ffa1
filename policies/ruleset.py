"""A rule set: tiers of rules, tried in order, that together are a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from policies.actions import Next, hands_on
from policies.boundset import BoundRuleSet
from policies.rule import Rule
from policies.timing import Attempts, Decide, InBatches, Reallocate
from policies.written import written
from sim.document import Name, Section, section_schema, titled, wrong
from sim.policy import Allocation, Request
from sim.view.network import Network

MOST_RULES = 1_000
"""Each is compared with all before it, and tried at every decision."""


class RuleSet(Section):
    """A policy made of rules: each takes the lines that no earlier one has placed, and what is left then waits.

    Example:
        >>> from policies import Cost, LandedCost, Rule, RuleSet, load_policy
        >>> cheap = RuleSet(name="cheap", rules=(Rule(rank=Cost(cost=(LandedCost(weight=1.0),))),))
        >>> print(cheap, end="")
        name: cheap
        rules:
        - rank: {cost: {landed_cost: 1}}
        >>> from pathlib import Path
        >>> _ = Path("cheap.yaml").write_text(str(cheap))
        >>> load_policy("cheap.yaml") == cheap
        True

    """

    name: Name = Field("", description="a title")
    decide: Decide = Field("on_order", description="on_order: when it is placed; or in batches")
    match: Literal["first", "all"] = Field(
        "first",
        description="first: each line is decided by the first rule that places it; all: all rules that apply to a line "
        "decide together, later ones refine the rank; of services, splits and actions the last that is named holds",
    )
    rules: tuple[Rule, ...] = Field(
        description="tiers, the first to be tried first", json_schema_extra={"minItems": 1}
    )
    attempts: Attempts = Field(Attempts(), description="when waiting orders are decided again")
    reallocate: Reallocate | None = Field(
        None, description="when shipments that wait at a warehouse are decided anew; absent: never"
    )

    @model_validator(mode="after")
    def _decides(self) -> RuleSet:
        if not self.rules:
            raise wrong("must hold at least one rule", key="rules")
        if len(self.rules) > MOST_RULES:
            raise wrong(
                f"must not hold more than {MOST_RULES:,} rules; there are {len(self.rules):,}", key="rules"
            )
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

    def __str__(self) -> str:
        """Return the YAML of the rule set, from which the same one is read."""
        return written(self)

    def prepare(self, network: Network) -> BoundRuleSet:
        """Return the rules bound to a replication."""
        return BoundRuleSet(
            self.rules,
            self.match,
            network,
            attempts=self.attempts.in_seconds(),
            batches=self.decide.in_seconds() if isinstance(self.decide, InBatches) else None,
            reallocation=None if self.reallocate is None else self.reallocate.in_seconds(),
        )

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer one request by itself. A run binds the rules once, with `prepare`, and asks those."""
        return self.prepare(network).allocate(order, network)


def _keeps_all_of(earlier: Rule, later: Rule) -> bool:
    """Tell whether an earlier rule takes all that a later one applies to, and leaves it nothing."""
    if earlier.when is not None and earlier.when != later.when:
        return False
    if earlier.split.min_order_value is not None or earlier.split.never_with_items:
        return False  # it leaves a part alone of an order that it would not divide
    # What can be shipped in full is shipped after a wait or customer care, and not handed on.
    on_full, on_partial, otherwise = earlier.on_full, earlier.on_partial, earlier.otherwise
    return not (isinstance(on_full, Next) or hands_on(on_partial) or hands_on(otherwise))


def _called(rules: Sequence[Rule], number: int) -> str:
    return f"'{rules[number].name}'" if rules[number].name else str(number + 1)


def rule_set_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of rule-set files, for editors.

    Example:
        >>> from policies import rule_set_schema
        >>> rule_set_schema()["required"]
        ['rules']

    """
    return titled(section_schema(RuleSet), "orderlab rule set")
