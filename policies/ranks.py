"""Ranks: how keys become one order of preference over warehouses, and over ways to split an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from policies.case import Case, Column, Values
from policies.keys import KEYS, Key
from policies.keys.choice import FewestShipments, SiteId
from policies.keys.way import DistanceKm
from policies.part import OneOf
from sim.document import Forms, Scalar, Section, nearest, wrong
from sim.network import Network

SLACK = 1e-9
"""Values closer than this are equal: decimals are not exact in binary, and 0.70 + 0.10 is less than 0.80."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that warehouses are compared by.

    Attributes:
        column: from a case to numbers by warehouse, lower is better.
        band: how far above the best still counts as equal to it.
        counts_lines: whether a shipment of two lines counts twice in a sum over shipments.

    """

    column: Column
    band: float = 0.0
    counts_lines: bool = False


class Preference:
    """A rank bound to a replication: criteria, one after the other.

    Args:
        criteria: the most important first.
        unit: what a number of the columns is worth in the unit in which margins are told.

    Attributes:
        fewest_first: whether the number of shipments comes before everything else.

    """

    def __init__(self, criteria: Sequence[Criterion], *, fewest_first: bool, unit: float = 1.0) -> None:
        self._criteria = list(criteria)
        self._columns = [(criterion.column, criterion.band + SLACK) for criterion in criteria]
        self._unit = unit
        self.fewest_first = fewest_first

    def best(self, case: Case, sites: NDArray[np.intp]) -> int:
        """Return the preferred warehouse of some; among equals the first in the scenario."""
        for column, band in self._columns:
            if len(sites) == 1:
                break
            values = case.column(column)[sites]
            sites = sites[values <= values[values.argmin()] + band]
        return int(sites[0])

    def two_best(self, case: Case, sites: NDArray[np.intp]) -> tuple[int, int, float]:
        """Return the preferred of two or more warehouses, the next one, and by how much the first is better.

        The margin is in the unit of the key that decided: the first by which the two do not tie within its band.
        """
        column, band = self._columns[0]
        values = case.column(column)[sites]
        least = values.argpartition(2)[:3] if len(sites) > 3 else values.argsort()
        # Three values settle it where the first key does: the best, the next, and what that is not tied with.
        ranked = sorted([(values.item(i), sites.item(i)) for i in least.tolist()])
        (first, winner), (second, other) = ranked[0], ranked[1]
        if second <= first + band or (len(ranked) > 2 and ranked[2][0] <= second + band):
            winner = self.best(case, sites)
            other = self.best(case, sites[sites != winner])
            return winner, other, self._margin(case, winner, other)
        return winner, other, (second - first) * self._unit

    def _margin(self, case: Case, winner: int, other: int) -> float:
        values = [case.column(column) for column, _ in self._columns]
        return self.difference([v[winner] for v in values], [v[other] for v in values])

    def score(self, case: Case, site: int) -> tuple[float, ...]:
        """Return the numbers of one warehouse, so that those of several shipments can be added up."""
        lines = len(case.lines)
        return tuple(
            [
                float(case.column(criterion.column)[site]) * (lines if criterion.counts_lines else 1)
                for criterion in self._criteria
            ]
        )

    def least(self, scores: Sequence[tuple[float, ...]]) -> int:
        """Return the position of the best of several sums of scores; among equals the first."""
        left = list(range(len(scores)))
        for number, (_, band) in enumerate(self._columns):
            if len(left) == 1:
                break
            limit = min(scores[i][number] for i in left) + band
            left = [i for i in left if scores[i][number] <= limit]
        return left[0]

    def difference(self, better: Sequence[float], other: Sequence[float]) -> float:
        """Return the margin between two lists of scores; 0 when they tie in every key."""
        for (_, band), a, b in zip(self._columns, better, other, strict=True):
            if b - a > band:
                return float(b - a) * self._unit
        return 0.0


class Rank(Section):
    """An order of preference."""

    def bind(self, network: Network) -> Preference:
        """Return the preference for one replication."""
        raise TypeError(f"{type(self).__name__} must define bind")


class Lexicographic(Rank):
    """Compares by the first key; where that ties (within its band), by the next."""

    by: tuple[Annotated[Key, OneOf("rank key", KEYS)], ...] = Field(
        description="keys, the most important first"
    )

    @model_validator(mode="after")
    def _compares(self) -> Lexicographic:
        if not self.by:
            raise wrong("must name at least one key", key="by")
        for number, key in enumerate(self.by):
            if key.weight is not None:
                raise wrong(
                    "belongs to a rank by cost; keys in `by` have bands",
                    key=("by", number, key.name, "weight"),
                )
        return self

    def bind(self, network: Network) -> Preference:
        """Return the preference for one replication."""
        criteria = []
        for key in self.by:
            column = key.bind(network)
            column = _negated(column) if key.descending else column
            criteria.append(Criterion(column, key.band or 0.0, key.counts_lines))
        named = any(isinstance(key, FewestShipments) for key in self.by[1:])
        return Preference(criteria, fewest_first=not named)


def _negated(column: Column) -> Column:
    return lambda case: -column(case)


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
        terms = core_schema.typed_dict_schema(fields, extra_behavior="forbid")
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
    """Compares by money: the sum of keys, each times its weight."""

    cost: Annotated[tuple[Key, ...], Weighted()] = Field(description="by key, what one unit of it is worth")

    @model_validator(mode="after")
    def _adds_up(self) -> Cost:
        for key in self.cost:
            for parameter in ("band", "descending"):
                if getattr(key, parameter) is not None:
                    raise wrong(
                        "belongs to a rank by keys; a cost has weights", key=("cost", key.name, parameter)
                    )
            if key.weight is None:
                raise wrong("must have a weight", key=("cost", key.name))
        return self

    def bind(self, network: Network) -> Preference:
        """Return the preference for one replication. Costs are whole 1e-9, so that equal sums are equal."""
        terms = [(np.array((key.weight or 0.0) * 1e9), key.bind(network)) for key in self.cost]
        (first_weight, first), *others = terms

        def total(case: Case) -> Values:
            value: Values = first(case) * first_weight
            for weight, column in others:
                value += column(case) * weight
            return np.rint(value, out=value)

        last = Criterion(SiteId().bind(network), counts_lines=True)
        named = any(isinstance(key, FewestShipments) for key in self.cost)
        return Preference([Criterion(total), last], fewest_first=not named, unit=1e-9)


AnyRank: TypeAlias = Annotated[Lexicographic | Cost, Forms("rank", {"by": Lexicographic, "cost": Cost})]

NEAREST = Lexicographic(by=(DistanceKm(), SiteId()))
"""The rank of a rule that names none."""
