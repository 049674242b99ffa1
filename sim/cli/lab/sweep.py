"""Sweeps: policies played with other values of some keys, or without one of their rules.

What is varied makes points, and every point of every policy is a variant of one experiment. The unchanged point of
each policy is among them, whatever is varied: all others are told by their difference to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from policies.ruleset import RuleSet
from reports.kpis import HEADLINE
from sim.cli.lab.experiment import Experiment
from sim.cli.lab.factors import Factor, overlapping, read_factors, short_keys
from sim.cli.lab.points import Changed, Maker
from sim.document import read_text
from sim.errors import InputError, Problem
from sim.execution.experiment import Variant
from sim.orderbook.book import made_of
from sim.scenario import Scenario

MOST_VARIANTS = 200
"""Unchanged points included; a grid beyond is hardly read, and takes long."""


def sweep(
    scenario: Scenario | str | Path,
    policies: Sequence[str | Path | RuleSet] = ("nearest",),
    vary: Mapping[str, Iterable[object]] | Sequence[str] = (),
    *,
    one_at_a_time: bool = False,
    drop_each_rule: bool = False,
    replications: int = 10,
    baseline: str | None = None,
    seed: int | None = None,
    changes: Sequence[str] = (),
    family: Sequence[str] = HEADLINE,
    anywhere: bool = False,
) -> Experiment:
    """Return the experiment that plays policies with other values of some keys.

    Its variants are, for each policy, the unchanged point by the name of the policy; then every combination of values,
    or every value alone; then the rule set without each rule. A point that is the same as the unchanged one, because
    these values stand there already, is not played again. `comparison.csv` compares all with one baseline,
    `sweep.csv` each point with the unchanged one of its policy.

    Args:
        scenario: one that is loaded, a file, or the id of a shipped one.
        policies: rule sets as objects; files, shipped ids or `file.py:Class`.
        vary: values by key, `{"warehouses.newark.stations": [2, 3]}`, or texts `KEY=V1,V2,...`. A key is a dotted path
            into the scenario; with `policy.` before it, into every policy.
        one_at_a_time: change one key and leave the others; else all combinations are played.
        drop_each_rule: play each rule set also without each of its rules.
        replications: how many order books every point meets, the same ones.
        baseline: the variant that all others are compared with in `comparison.csv`; by default the first policy's
            unchanged point.
        seed: of all random numbers; by default the scenario's.
        changes: `KEY=VALUE`, values of the scenario that are to be others at every point; `policy.KEY` reaches every
            policy.
        family: KPIs on which points are judged, over which Holm's correction runs.
        anywhere: tables of the scenario may lie outside its folder.

    Raises:
        InputError: with everything that is wrong with any point.
        PolicyError: a Python policy cannot be made.

    Example:
        >>> from sim import sweep
        >>> curve = sweep("hello", ["nearest"], {"warehouses.newark.stations": [1, 2, 3]}, replications=2)
        >>> [variant.name for variant in curve.variants]
        ['nearest', 'nearest-newark.stations-1', 'nearest-newark.stations-3']

    """
    factors = read_factors(vary)
    if not factors and not drop_each_rule:
        raise InputError([Problem("--vary", "is missing: KEY=V1,V2,..., or --drop-each-rule instead")])
    unchanged = Experiment(scenario, policies, seed=seed, changes=changes, family=family, anywhere=anywhere)
    _check(factors, unchanged, one_at_a_time)
    short = short_keys(factors)
    maker = Maker(unchanged.variants, short)
    alone = _alone(maker, unchanged.variants, factors)
    standing = _standing(maker, unchanged.variants, factors, alone)
    variants: list[Variant] = []
    points: list[dict[str, Any]] = []

    def add(
        variant: Variant, of: Variant, values: Mapping[str, str | None], without: str | None = None
    ) -> None:
        variants.append(variant)
        points.append({"policy": variant.name, "of": of.name, "values": dict(values), "without": without})

    for base in unchanged.variants:
        usual = standing[base.name]
        add(base, base, usual)
        for changed in _points(factors, usual, one_at_a_time):
            variant = maker.changed(base, changed)
            if variant is not None:
                add(variant, base, usual | {factor.key: value for factor, value in changed})
        if drop_each_rule:
            for rule, variant in maker.without_each_rule(base).items():
                add(variant, base, usual, rule)
    _raise(maker)
    if len(variants) == len(unchanged.variants):
        raise InputError(
            [Problem("--vary", "names only values that stand there already: nothing would change")]
        )
    _limit(len(variants))
    return Experiment(
        unchanged.scenario,
        variants,
        replications=replications,
        baseline=baseline,
        family=family,
        more={
            "sweep": {
                "one_at_a_time": one_at_a_time,
                "keys": [
                    {
                        "key": factor.key,
                        "short": short[factor.key],
                        "values": list(factor.values),
                        "same_orders": _keeps_orders(factor, unchanged.variants[0], alone),
                    }
                    for factor in factors
                ],
                "points": points,
            }
        },
    )


def _check(factors: Sequence[Factor], unchanged: Experiment, one_at_a_time: bool) -> None:
    """Raise what can be said before any point is made."""
    counts = [len(factor.values) for factor in factors]
    _limit(len(unchanged.variants) * (1 + sum(counts) if one_at_a_time else max(1, math.prod(counts))))
    trees = [unchanged.scenario.tree]
    trees += [
        read_text(variant.source.text, variant.source.file).tree
        for variant in unchanged.variants
        if not variant.source.class_name
    ]
    wrong = [
        problem
        for place, tree in enumerate(trees)
        for problem in overlapping([factor for factor in factors if factor.of_policy == (place > 0)], tree)
    ]
    if wrong:
        raise InputError(dict.fromkeys(wrong))


def _limit(count: int) -> None:
    if count > MOST_VARIANTS:
        rule = f"makes {count:,} variants of policies, and {MOST_VARIANTS} is the most"
        raise InputError([Problem("--vary", rule)])


def _raise(maker: Maker) -> None:
    if maker.problems:
        raise InputError(maker.problems)


_Alone: TypeAlias = Mapping[tuple[str, str, str], Variant]
"""By policy, key and value: the point that differs in this alone."""


def _alone(maker: Maker, unchanged: Sequence[Variant], factors: Sequence[Factor]) -> _Alone:
    """Make every value alone, so that each is found right or wrong."""
    alone = {
        (base.name, factor.key, value): maker.changed(base, ((factor, value),))
        for base in unchanged
        for factor in factors
        for value in factor.values
    }
    _raise(maker)
    return {place: variant for place, variant in alone.items() if variant is not None}


def _keeps_orders(factor: Factor, base: Variant, alone: _Alone) -> bool:
    """Whether the same orders are met whatever the value of a key is."""
    usual = made_of(base.scenario)
    points = (alone[base.name, factor.key, value] for value in factor.values)
    return all(made_of(point.scenario) == usual for point in points)


def _standing(
    maker: Maker, unchanged: Sequence[Variant], factors: Sequence[Factor], alone: _Alone
) -> dict[str, dict[str, str | None]]:
    """Return the value of each key at the unchanged point of each policy."""
    found: dict[str, dict[str, str | None]] = {}
    for base in unchanged:
        found[base.name] = {}
        for factor in factors:
            variants = {value: alone[base.name, factor.key, value] for value in factor.values}
            found[base.name][factor.key] = maker.standing(base, factor, variants)
    return found


def _points(
    factors: Sequence[Factor], standing: Mapping[str, str | None], one_at_a_time: bool
) -> Iterator[Changed]:
    """Yield what is different at each point but the unchanged one."""
    if one_at_a_time:
        for factor in factors:
            yield from (((factor, value),) for value in factor.values if value != standing[factor.key])
        return
    for values in product(*(factor.values for factor in factors)):
        pairs = zip(factors, values, strict=True)
        changed = tuple([(factor, value) for factor, value in pairs if value != standing[factor.key]])
        if changed:
            yield changed
