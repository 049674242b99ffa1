"""Distributions of durations: never negative, in the unit of the key that they stand under."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from sim.document import Forms, Number, Section, Whole, wrong

Value: TypeAlias = Annotated[float, Number(at_most=1_000_000)]
Variation: TypeAlias = Annotated[float, Number(at_most=100)]

_LEAST_CV = 0.001  # below it quantiles of the gamma are no longer exact


class Constant(Section):
    """Always the same value."""

    kind: ClassVar[Literal["constant"]] = "constant"
    value: Value = Field(description="the value")

    @property
    def average(self) -> float:
        """The mean."""
        return self.value


class Exponential(Section):
    """The exponential distribution."""

    kind: ClassVar[Literal["exponential"]] = "exponential"
    mean: Value = Field(description="the mean")

    @property
    def average(self) -> float:
        """The mean."""
        return self.mean


class _Varying(Section):
    """A distribution by its mean and coefficient of variation."""

    mean: Value = Field(description="the mean")
    cv: Variation = Field(description="the standard deviation divided by the mean")

    @property
    def average(self) -> float:
        """The mean."""
        return self.mean

    @model_validator(mode="after")
    def _has_a_usable_cv(self) -> _Varying:
        if 0 < self.cv < _LEAST_CV:
            raise wrong(f"must be 0 or at least {_LEAST_CV}", key="cv")
        return self


class Gamma(_Varying):
    """The gamma distribution."""

    kind: ClassVar[Literal["gamma"]] = "gamma"


class Lognormal(_Varying):
    """The lognormal distribution."""

    kind: ClassVar[Literal["lognormal"]] = "lognormal"


class Normal(Section):
    """The normal distribution, cut at 0: what would be negative is 0."""

    kind: ClassVar[Literal["normal"]] = "normal"
    mean: Value = Field(description="the mean before cutting")
    sd: Value = Field(description="the standard deviation before cutting")

    @property
    def average(self) -> float:
        """The mean after cutting."""
        if self.sd == 0:
            return self.mean
        z = self.mean / self.sd
        above_zero = (1 + math.erf(z / math.sqrt(2))) / 2
        return self.mean * above_zero + self.sd * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


class Uniform(Section):
    """The uniform distribution."""

    kind: ClassVar[Literal["uniform"]] = "uniform"
    low: Value = Field(description="the least value")
    high: Value = Field(description="the largest value")

    @property
    def average(self) -> float:
        """The mean."""
        return (self.low + self.high) / 2

    @model_validator(mode="after")
    def _is_in_order(self) -> Uniform:
        if self.low > self.high:
            raise wrong("must not be less than low", key="high")
        return self


class Triangular(Section):
    """The triangular distribution."""

    kind: ClassVar[Literal["triangular"]] = "triangular"
    low: Value = Field(description="the least value")
    mode: Value = Field(description="the most likely value")
    high: Value = Field(description="the largest value")

    @property
    def average(self) -> float:
        """The mean."""
        return (self.low + self.mode + self.high) / 3

    @model_validator(mode="after")
    def _is_in_order(self) -> Triangular:
        if not self.low <= self.mode <= self.high:
            raise wrong("must lie between low and high", key="mode")
        return self


class Erlang(Section):
    """The sum of k exponential stages."""

    kind: ClassVar[Literal["erlang"]] = "erlang"
    mean: Value = Field(description="the mean of the sum")
    k: Annotated[int, Whole(at_least=1, at_most=1000)] = Field(description="the number of stages")

    @property
    def average(self) -> float:
        """The mean."""
        return self.mean


class Empirical(Section):
    """One of some values, by weight."""

    kind: ClassVar[Literal["empirical"]] = "empirical"
    values: tuple[Value, ...] = Field(description="the values")
    weights: tuple[Annotated[float, Number()], ...] = Field(
        (), description="one weight per value; absent: equal"
    )

    @property
    def average(self) -> float:
        """The mean."""
        total = math.fsum(self.weights)
        return math.fsum(v * w for v, w in zip(self.values, self.weights, strict=True)) / total

    @model_validator(mode="after")
    def _weighs_every_value(self) -> Empirical:
        if not self.values:
            raise wrong("must hold at least one value", key="values")
        if not self.weights:
            return self.model_copy(update={"weights": (1.0,) * len(self.values)})
        if len(self.weights) != len(self.values):
            raise wrong(f"must hold {len(self.values)} weights, one per value", key="weights")
        if not sum(self.weights) > 0:
            raise wrong("must not all be 0", key="weights")
        return self


AnyDistribution: TypeAlias = (
    Constant | Exponential | Gamma | Lognormal | Normal | Uniform | Triangular | Erlang | Empirical
)


def _plain(distribution: AnyDistribution) -> AnyDistribution:
    # Quantile functions need not bother with what is a constant in disguise.
    if isinstance(distribution, (Exponential, Gamma, Lognormal, Erlang)) and distribution.mean == 0:
        return Constant(value=0)
    if isinstance(distribution, (Gamma, Lognormal)) and distribution.cv == 0:
        return Constant(value=distribution.mean)
    return distribution


def _constant(value: float) -> Constant:
    return Constant(value=value)


NAMED: dict[str, Any] = {
    form.kind: form
    for form in (Exponential, Gamma, Lognormal, Normal, Uniform, Triangular, Erlang, Empirical)
}

Distribution: TypeAlias = Annotated[
    AnyDistribution,
    Forms("distribution", named=NAMED, bare=Annotated[Value, AfterValidator(_constant)]),
    AfterValidator(_plain),
]

ZERO = Constant(value=0)


def _has_a_positive_mean(distribution: AnyDistribution) -> AnyDistribution:
    if distribution.average < 1e-5:
        raise wrong("must have a mean of at least 0.00001, or there would be no end of events")
    return distribution


Interval: TypeAlias = Annotated[Distribution, AfterValidator(_has_a_positive_mean)]
"""The time from one event to the next."""
