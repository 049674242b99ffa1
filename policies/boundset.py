"""A rule set in one replication: rules in turn, or together, and one answer."""

from __future__ import annotations

from collections.abc import Sequence

from policies.boundrule import BoundRule, Memory, Step, Verdict
from policies.case import Case, Given, Taken, Terms
from policies.explanation import record
from policies.filters.limits import BelowLimit
from policies.rule import Rule
from policies.soft import Soft
from policies.splits.plan import remainder
from sim import occasions
from sim import policy as answer
from sim.clock import NEVER
from sim.decision.record import RuleRecord
from sim.limits import UNITS_OF_LIMITS
from sim.policy import Allocation, Request, Why
from sim.view.network import Network


class BoundRuleSet:
    """A rule set in one replication, with what it counts and remembers there.

    Args:
        rules: tiers, the first to be tried first.
        match: "first": a rule gets what those before it left; "all": those that apply to a line decide it together.
        attempts: when orders that wait are decided again.
        batches: None decides orders at once.
        reallocation: when what is committed is decided anew; None for never.

    """

    def __init__(
        self,
        rules: Sequence[Rule],
        match: str,
        network: Network,
        *,
        attempts: occasions.Attempts,
        batches: occasions.Batches | None = None,
        reallocation: occasions.Reallocation | None = None,
    ) -> None:
        self.attempts = attempts
        self.batches = batches
        self.reallocation = reallocation
        self._network = network
        self._sections = rules
        self._whens = [None if rule.when is None else rule.when.bind(network) for rule in rules]
        bound = [BoundRule([rule], network, [number + 1], Memory()) for number, rule in enumerate(rules)]
        self._turns = list(zip(range(len(rules)), bound, self._whens, strict=True))
        filters = [part.filter if isinstance(part, Soft) else part for rule in rules for part in rule.filters]
        self._has_limits = any(isinstance(part, BelowLimit) for part in filters)
        self._is_together = match == "all"
        self._memory = Memory()  # of rules that decide together, whichever they are
        self._together: dict[tuple[int, ...], BoundRule] = {}

    def allocate(self, order: Request, network: Network) -> Allocation:
        """Answer with what the rules make of the open lines; what none of them decides waits."""
        steps = self.steps(order)
        if len(steps) == 1 and len(steps[0].lines) == len(order.open) and not steps[0].verdict.left:
            parts, holds = steps[0].verdict.parts, steps[0].verdict.holds
        else:
            parts = tuple([part for step in steps for part in step.verdict.parts])
            holds = tuple([hold for step in steps for hold in step.verdict.holds])
            units = list(order.units)
            for part in parts:
                for line, sent in part.lines:
                    units[line] -= sent
            held = {line for hold in holds for line in hold.lines}
            left = tuple([line for line in order.open if units[line] and line not in held])
            if left:
                holds += (answer.Wait(left),)
        if holds:
            holds = self._with_alarm(order, steps, holds)
        return Allocation(parts, holds, self._why(order, steps, parts, holds))

    def steps(self, order: Request) -> list[Step]:
        """Return the turns of the rules that apply, until no line is left."""
        if self._is_together:
            return self._steps_together(order)
        lines, shipments, left = order.open, order.shipments, order
        gone: Taken = ()
        given: Given = ()
        steps: list[Step] = []
        for number, rule, when in self._turns:
            taken = lines if when is None else when.takes(order, lines)
            if not taken:
                continue
            verdict = rule.decide(left, taken, shipments, gone, given)
            steps.append(Step(number, rule, left, taken, verdict, gone, given))
            if len(taken) == len(lines):
                lines = verdict.left
            else:
                lines = tuple([line for line in lines if line not in taken or line in verdict.left])
            if not lines:
                break
            shipments += _shipments(verdict)
            given += self._given(left, verdict)
            if verdict.plan is not None:
                left = remainder(self._network, left, verdict.plan.units)
                gone += _divided(verdict)
        return steps

    def explain(self, order: Request, network: Network) -> tuple[RuleRecord, ...]:
        """Return what `allocate` would do with a request, rule by rule, and why; nothing changes by it."""
        return tuple([record(step, network) for step in self.steps(order)])

    def _steps_together(self, order: Request) -> list[Step]:
        """Return a turn for each group of lines to which the same rules apply."""
        groups: dict[tuple[int, ...], list[int]] = {}
        found = [order.open if when is None else when.takes(order, order.open) for when in self._whens]
        for line in order.open:
            numbers = tuple([number for number, taken in enumerate(found) if line in taken])
            if numbers:
                groups.setdefault(numbers, []).append(line)
        if len(groups) > 1 and any(self._rule_of(numbers).keeps_whole(order) for numbers in groups):
            # It leaves whole, by the rules that apply to all of it.
            numbers = tuple(sorted(set.intersection(*[set(numbers) for numbers in groups])))
            groups = {numbers: list(order.open)} if numbers else {}
        shipments, left = order.shipments, order
        given: Given = ()
        steps: list[Step] = []
        for turn, (numbers, lines) in enumerate(groups.items()):
            rule = self._rule_of(numbers)
            verdict = rule.decide(left, tuple(lines), shipments, given=given)
            steps.append(Step(turn, rule, left, tuple(lines), verdict, given=given))
            shipments += _shipments(verdict)
            given += self._given(left, verdict)
            if verdict.plan is not None:
                left = remainder(self._network, left, verdict.plan.units)
        return steps

    def _given(self, request: Request, verdict: Verdict) -> Given:
        """Return what a verdict on a request gives to warehouses; nothing where no rule has a limit on that."""
        if not self._has_limits:
            return ()
        ships = () if verdict.plan is None else verdict.plan.ships
        cases = [(ship.site, ship.case) for ship in ships]
        cases += [
            (hold.warehouse, Case(self._network, request, hold.lines, Terms()))
            for hold in verdict.holds
            if isinstance(hold, answer.Backorder)
        ]
        return tuple([(site, tuple([case.amount(of) for of in UNITS_OF_LIMITS])) for site, case in cases])

    def _rule_of(self, numbers: tuple[int, ...]) -> BoundRule:
        """Return what some rules are together."""
        rule = self._together.get(numbers)
        if rule is None:
            sections = [self._sections[number] for number in numbers]
            named = [number + 1 for number in numbers]
            rule = self._together[numbers] = BoundRule(sections, self._network, named, self._memory)
        return rule

    def _with_alarm(
        self, order: Request, steps: Sequence[Step], holds: tuple[answer.Hold, ...]
    ) -> tuple[answer.Hold, ...]:
        """Let lines that wait be decided again when the clock alone may change what becomes of them."""
        waiting = {line for hold in holds if isinstance(hold, answer.Wait) for line in hold.lines}
        if not waiting:
            return holds
        moments = [when.changes_at(order) for when in self._whens if when is not None]
        left = order
        for step in steps:
            if step.verdict.plan is not None:
                left = remainder(self._network, left, step.verdict.plan.units)
        for step in steps:
            lines = tuple([line for line in step.lines if line in waiting])
            if lines:
                moments.append(step.rule.sieve.again_at(left, lines))
        again_at = min(moments)  # a line that waits is asked about, or its rules are not for it now
        if again_at >= NEVER:
            return holds
        again_at = max(again_at, self._network.now + 1)
        return tuple(
            [hold._replace(again_at=again_at) if isinstance(hold, answer.Wait) else hold for hold in holds]
        )

    def _why(
        self,
        order: Request,
        steps: Sequence[Step],
        parts: tuple[answer.Part, ...],
        holds: tuple[answer.Hold, ...],
    ) -> Why:
        if not steps:
            return Why("", "no rule applies")
        spoke = next((step for step in steps if step.verdict.plan is not None), steps[-1])
        plan, capped = spoke.verdict.plan, any(step.verdict.capped for step in steps)
        split = "policy"
        shipments = order.shipments + len(parts) + sum([isinstance(hold, answer.Backorder) for hold in holds])
        if shipments > 1 or (
            shipments and any(isinstance(hold, answer.Wait | answer.Care) for hold in holds)
        ):
            split = steps[0].rule.sieve.split_reason(order)
            if split == "policy" and plan is not None:
                split = plan.reason  # one warehouse could ship it all: the rank did not want that
        runner_up, margin = (plan.runner_up, plan.margin) if plan is not None else ((), None)
        return Why(
            spoke.rule.name, spoke.verdict.outcome, runner_up, margin, self._removed(steps), split, capped
        )

    def _removed(self, steps: Sequence[Step]) -> str:
        """Return how many warehouses each filter took away: rules by semicolons, in the order of the rule set."""
        texts = [""] * (steps[-1].number + 1)
        for step in steps:
            texts[step.number] = step.rule.sieve.told(step.verdict.removed)
        return "; ".join(texts)


def _divided(verdict: Verdict) -> Taken:
    """Return what leaves of lines of which the next rule gets the rest."""
    return tuple(
        [
            (line, part.warehouse, units)
            for part in verdict.parts
            for line, units in part.lines
            if line in verdict.left
        ]
    )


def _shipments(verdict: Verdict) -> int:
    return len(verdict.parts) + sum([isinstance(hold, answer.Backorder) for hold in verdict.holds])
