"""Ranks: how keys become one order of preference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from policies.case import Case, Column, Values
from policies.keys import KEYS, Key
from policies.keys.choice import FewestShipments, SiteId
from policies.keys.way import DistanceKm
from policies.part import OneOf
from policies.preference import Criterion, Handicap, Preference
from sim.document import Forms, Scalar, Section, nearest, wrong
from sim.view.network import Network

NANO = 1e9
"""Sums are rounded to whole 1e-9, so that equal sums are equal."""


class Rank(Section):
    """An order of preference, made of keys."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys that it is made of."""
        raise TypeError(f"{type(self).__name__} must define keys")

    @property
    def fewest_first(self) -> bool:
        """Whether the number of shipments comes before everything else: where it is not named after another key."""
        return not any(isinstance(key, FewestShipments) for key in self.keys)

    def criteria(self, network: Network, charges: Sequence[Handicap]) -> list[Criterion]:
        """Return what it compares by, for one replication.

        Args:
            network: of the replication.
            charges: handicaps in money, which only a cost takes.

        """
        raise TypeError(f"{type(self).__name__} must define criteria")


def preference(ranks: Sequence[tuple[Rank, Sequence[Handicap]]], network: Network) -> Preference:
    """Return the order of preference of ranks, of which each refines those before it, for one replication.

    Each stands with the handicaps of its rule. Warehouses that a limit puts last come after all others, whatever
    else is said of them.
    """
    last = [
        Criterion(handicap.column, terms=handicap.terms, split_reason="capacity")
        for _, handicaps in ranks
        for handicap in handicaps
        if handicap.money is None
    ]
    found = [
        criterion
        for rank, handicaps in ranks
        for criterion in rank.criteria(network, [charge for charge in handicaps if charge.money is not None])
    ]
    if not isinstance(ranks[-1][0], Lexicographic):
        # Of equal sums the first by id is taken, and the margin is 0.
        found.append(Criterion(SiteId().bind(network), counts_lines=True, unit=0.0))
    return Preference([*last, *found], fewest_first=all(rank.fewest_first for rank, _ in ranks))


class Lexicographic(Rank):
    """Compares by the first key; where that ties (within its band), by the next; at last by place in the scenario.

    Example:
        >>> from policies import DistanceKm, FewestShipments, Lexicographic, Rule, RuleSet
        >>> print(RuleSet(rules=(Rule(rank=Lexicographic(by=(FewestShipments(), DistanceKm()))),)), end="")
        rules:
        - rank: {by: [fewest_shipments, distance_km]}

    """

    by: tuple[Annotated[Key, OneOf("rank key", KEYS)], ...] = Field(
        description="keys, the most important first; where all tie, the warehouse that the scenario names first",
        json_schema_extra={"minItems": 1},
    )

    @model_validator(mode="after")
    def _compares(self) -> Lexicographic:
        if not self.by:
            raise wrong("must name at least one key", key="by")
        for number, key in enumerate(self.by):
            _only(key, ("band", "descending"), "keys in `by` have bands", ("by", number))
        return self

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys, the most important first."""
        return self.by

    @property
    def fewest_first(self) -> bool:
        """Whether the number of shipments comes first: where it is not named after another key."""
        return not any(isinstance(key, FewestShipments) for key in self.by[1:])

    def criteria(self, network: Network, charges: Sequence[Handicap]) -> list[Criterion]:
        """Return a criterion for each key."""
        found = []
        for key in self.by:
            column = key.bind(network)
            compared = _negated(column) if key.descending else column
            found.append(
                Criterion(
                    compared,
                    key.band or 0.0,
                    key.counts_lines,
                    terms=(key.term(column),),
                    split_reason="policy" if key.descending else key.split_reason,
                )
            )
        return found


def _negated(column: Column) -> Column:
    return lambda case: -column(case)


def _only(key: Key, parameters: tuple[str, ...], has: str, place: tuple[str | int, ...]) -> None:
    """Check that of what ranks need to know of a key only the parameters that this rank reads are given."""
    for parameter, rank in _READ_BY.items():
        if getattr(key, parameter) is not None and parameter not in parameters:
            raise wrong(f"belongs to a rank by {rank}; {has}", key=(*place, key.name, parameter))


_READ_BY = {
    "band": "keys",
    "descending": "keys or by penalty",
    "weight": "cost or by penalty",
    "low": "penalty",
    "high": "penalty",
}


class Weighted:
    """Metadata of an annotation: a mapping from key names to weights, or to {weight, PARAMETERS}."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        fields = {
            name: core_schema.typed_dict_field(
                core_schema.no_info_before_validator_function(_spread_weight, handler.generate_schema(key)),
                required=False,
            )
            for name, key in KEYS.items()
        }
        terms = core_schema.typed_dict_schema(fields)
        checked = core_schema.with_info_before_validator_function(self._check_names, terms)
        return core_schema.with_info_wrap_validator_function(self._read, checked)

    def _read(self, given: Any, handler: Any, info: ValidationInfo) -> Any:
        if isinstance(given, tuple):
            return given
        found = handler(given)
        return tuple([found[name] for name in given])

    def _check_names(self, given: Any, info: ValidationInfo) -> Any:
        if not isinstance(given, dict) or not given:
            raise wrong("must be a mapping from rank keys to weights")
        for name in given:
            if name not in KEYS:
                raise wrong(
                    "is not a rank key; `orderlab list parts` shows them",
                    key=str(name),
                    nearest=nearest(str(name), KEYS),
                    unknown=True,
                )
        return given

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        keys_ = {
            name: {"anyOf": [{"type": "number"}, handler(key.__pydantic_core_schema__)]}
            for name, key in KEYS.items()
        }
        return {"type": "object", "properties": keys_, "additionalProperties": False, "minProperties": 1}


def _spread_weight(given: Any) -> Any:
    if isinstance(given, Scalar) and given.is_empty:
        raise wrong("has no value: write a weight")
    return given if isinstance(given, dict) else {"weight": given}


class Cost(Rank):
    """Compares by money: the sum of keys, each times its weight; equal sums by id.

    Example:
        >>> from policies import Backlog, Cost, LandedCost, Rule, RuleSet
        >>> rank = Cost(cost=(LandedCost(weight=1.0), Backlog(weight=0.02)))
        >>> print(RuleSet(rules=(Rule(rank=rank),)), end="")
        rules:
        - rank: {cost: {landed_cost: 1, backlog: 0.02}}

    """

    cost: Annotated[tuple[Key, ...], Weighted()] = Field(description="by key, what one unit of it is worth")

    @model_validator(mode="after")
    def _adds_up(self) -> Cost:
        for key in self.cost:
            _only(key, ("weight",), "a cost has weights", ("cost",))
            if key.weight is None:
                raise wrong("must have a weight", key=("cost", key.name))
        return self

    @property
    def keys(self) -> tuple[Key, ...]:
        """What the cost is made of."""
        return self.cost

    def criteria(self, network: Network, charges: Sequence[Handicap]) -> list[Criterion]:
        """Return the sum."""
        columns = [key.bind(network) for key in self.cost]
        terms = [
            *((column, key.weight or 0.0) for key, column in zip(self.cost, columns, strict=True)),
            *((charge.column, charge.money or 0.0) for charge in charges),
        ]
        named = tuple([key.term(column) for key, column in zip(self.cost, columns, strict=True)])
        named += tuple([term for charge in charges for term in charge.terms])
        return [Criterion(_total(terms), unit=1 / NANO, terms=named, split_reason="cheaper")]


class Penalties(Rank):
    """Compares by the sum of keys, each put on a scale from 0 to 1 and times its weight.

    Example:
        >>> from policies import Backlog, DistanceKm, Penalties, Rule, RuleSet
        >>> rank = Penalties(penalty=(DistanceKm(weight=1.0, low=0, high=2000), Backlog(weight=2.0)))
        >>> print(RuleSet(rules=(Rule(rank=rank),)), end="")
        rules:
        - rank:
            penalty: {distance_km: {weight: 1, low: 0, high: 2000}, backlog: 2}

    """

    penalty: Annotated[tuple[Key, ...], Weighted()] = Field(
        description="by key, its weight, and the values `low` and `high` that are 0 and 1 on its scale"
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Penalties:
        for key in self.penalty:
            _only(
                key, ("weight", "low", "high", "descending"), "a penalty has weights and bounds", ("penalty",)
            )
            if key.weight is None:
                raise wrong("must have a weight", key=("penalty", key.name))
            if key.low is not None and key.high is not None and key.low >= key.high:
                raise wrong(f"must be above low, which is {key.low:g}", key=("penalty", key.name, "high"))
        return self

    @property
    def keys(self) -> tuple[Key, ...]:
        """What the penalty is made of."""
        return self.penalty

    def criteria(self, network: Network, charges: Sequence[Handicap]) -> list[Criterion]:
        """Return the sum."""
        bound = [(key, key.bind(network)) for key in self.penalty]
        terms = [(_scaled(key, column), key.weight or 0.0) for key, column in bound]
        named = tuple([key.term(column, scaled=True) for key, column in bound])
        return [Criterion(_total(terms), unit=1 / NANO, terms=named)]


def _total(terms: Sequence[tuple[Column, float]]) -> Column:
    """Return the sum of columns, each times its weight, in whole 1e-9."""
    (first, first_weight), *others = [(column, np.array(weight * NANO)) for column, weight in terms]

    def total(case: Case) -> Values:
        value: Values = first(case) * first_weight
        for column, weight in others:
            value += column(case) * weight
        return np.rint(value, out=value)

    return total


def _scaled(key: Key, column: Column) -> Column:
    """Return a column on a scale from 0 at `low` to 1 at `high`; without them, the bounds of the candidates."""
    low, high, descending = key.low, key.high, bool(key.descending)

    def scaled(case: Case) -> Values:
        values = column(case).astype(np.float64)
        candidates = values if case.candidates is None else values[case.candidates]
        candidates = candidates[np.isfinite(candidates)]
        if not len(candidates):
            return np.zeros(len(values))
        least = float(candidates.min()) if low is None else low
        most = float(candidates.max()) if high is None else high
        if most <= least:  # all equal, or all beyond the one bound that is given
            scale = np.where(values > least, 1.0, 0.0)
        else:
            scale = np.clip((values - least) / (most - least), 0.0, 1.0)
        return 1.0 - scale if descending else scale

    return scaled


AnyRank: TypeAlias = Annotated[
    Lexicographic | Cost | Penalties,
    Forms("rank", {"by": Lexicographic, "cost": Cost, "penalty": Penalties}),
]

NEAREST = Lexicographic(by=(DistanceKm(), SiteId()))
"""The rank of a rule that names none."""
