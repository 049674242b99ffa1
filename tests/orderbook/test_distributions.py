"""Quantile functions are those of the distributions they are named after, and rounding to seconds has no bias."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim import randomness
from sim.quantiles import quantile_of
from sim.scenario.distributions import (
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)

U = np.array([1e-12, 1e-6, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1 - 1e-6, 1 - 1e-12])


def lognormal(mean: float, cv: float) -> Any:
    sigma = math.sqrt(math.log(1 + cv**2))
    return stats.lognorm(sigma, scale=mean / math.sqrt(1 + cv**2))


SAME = [
    (Exponential(mean=4), stats.expon(scale=4)),
    (Gamma(mean=3, cv=0.3), stats.gamma(1 / 0.09, scale=3 * 0.09)),
    (Gamma(mean=3, cv=2.5), stats.gamma(1 / 6.25, scale=3 * 6.25)),
    (Erlang(mean=5, k=1), stats.expon(scale=5)),
    (Erlang(mean=5, k=4), stats.erlang(4, scale=5 / 4)),
    (Lognormal(mean=9, cv=0.5), lognormal(9, 0.5)),
    (Lognormal(mean=0.2, cv=3), lognormal(0.2, 3)),
    (Uniform(low=2, high=7), stats.uniform(2, 5)),
    (Triangular(low=1, mode=2, high=5), stats.triang(0.25, 1, 4)),
    (Triangular(low=1, mode=1, high=5), stats.triang(0, 1, 4)),
    (Triangular(low=1, mode=5, high=5), stats.triang(1, 1, 4)),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME, ids=lambda x: repr(x) if isinstance(x, Constant) else None)
def test_quantiles_are_those_of_scipy(ours: Any, theirs: Any) -> None:
    quantile = quantile_of(ours)
    assert quantile(U) == pytest.approx(theirs.ppf(U), rel=1e-7, abs=1e-12)
    assert ours.average == pytest.approx(theirs.mean(), rel=1e-12)


def test_a_normal_distribution_is_cut_at_zero() -> None:
    cut = Normal(mean=1, sd=2)
    values = quantile_of(cut)(U)
    assert values == pytest.approx(np.maximum(0, stats.norm(1, 2).ppf(U)), rel=1e-9)
    # E[max(0, X)] = m Phi(m/s) + s phi(m/s)
    assert cut.average == pytest.approx(1 * stats.norm.cdf(0.5) + 2 * stats.norm.pdf(0.5))
    assert quantile_of(Normal(mean=3, sd=0))(0.99) == 3
    assert Normal(mean=3, sd=0).average == 3


def test_an_empirical_distribution_draws_its_values_by_weight() -> None:
    quantile = quantile_of(Empirical(values=(5, 1, 9), weights=(1, 2, 1)))
    assert quantile(np.array([0.1, 0.2499, 0.26, 0.7499, 0.76, 0.999])).tolist() == [5, 5, 1, 1, 9, 9]
    never = quantile_of(Empirical(values=(5, 1, 9), weights=(0, 2, 0)))
    assert set(never(U).tolist()) == {1}
    assert Empirical(values=(2, 4), weights=(3, 1)).average == 2.5


@pytest.mark.parametrize(
    "constant", [Constant(value=3), Triangular(low=3, mode=3, high=3), Uniform(low=3, high=3)]
)
def test_what_cannot_vary_is_constant(constant: Any) -> None:
    quantile = quantile_of(constant)
    assert {float(quantile(u)) for u in U} == {3.0}
    assert constant.average == 3


@pytest.mark.parametrize("ours", [ours for ours, _ in SAME])
def test_one_number_and_an_array_of_numbers_have_the_same_quantiles(ours: Any) -> None:
    quantile = quantile_of(ours)
    assert [float(quantile(u)) for u in U.tolist()] == np.asarray(quantile(U)).tolist()


@given(st.floats(0, 1e6), st.integers(0, 2**64 - 1))
def test_a_duration_is_rounded_to_one_of_its_neighbours(seconds: float, bits: int) -> None:
    assert randomness.whole(seconds, bits) in (math.floor(seconds), math.floor(seconds) + 1)


@given(st.integers(0, 10**9), st.integers(0, 2**64 - 1))
def test_whole_seconds_stay_as_they_are(seconds: int, bits: int) -> None:
    assert randomness.whole(float(seconds), bits) == seconds


@pytest.mark.parametrize("seconds", [0.0, 0.25, 0.5, 0.1, 59.9, 59.9999, 1e-4, 123.456])
def test_rounding_has_no_bias(seconds: float) -> None:
    # All 2,048 values of the low bits are equally likely, so their mean is the expectation.
    mean = sum(randomness.whole(seconds, low) for low in range(2_048)) / 2_048
    assert mean == pytest.approx(seconds, abs=1 / 2_048)


def test_rounding_does_not_depend_on_the_bits_that_make_the_number() -> None:
    for low in (0, 7, 2_047):
        rounded = {randomness.whole(0.5, high << 12 | low) for high in range(1000)}
        assert len(rounded) == 1


def test_the_mean_of_short_rounded_durations_is_the_mean() -> None:
    # Exponential with a mean of 2 s: floor would give 1.54, "at least 1 s" 2.06.
    quantile = quantile_of(Exponential(mean=2))
    keys = randomness.keys(np.arange(40_000), 99)
    bits = [randomness.draw(key, 17) for key in keys.tolist()]
    drawn = [randomness.whole(float(quantile(randomness.unit(b))), b) for b in bits]
    assert np.mean(drawn) == pytest.approx(2, abs=4 * 2 / 200)
    assert 0 in drawn
