"""Statistics against scipy, closed forms and examples worked out by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from reports.kpis import KPIS
from reports.statistics import (
    BETTER,
    NOT_DISTINGUISHABLE,
    TOO_FEW,
    WORSE,
    Difference,
    Sample,
    holm,
    mean_of,
    paired,
    replications_for,
    sample_of,
    verdict,
    welch,
)

COST, FILL, LATE = KPIS["cost_per_order"], KPIS["fill_share"], KPIS["late_share"]


@pytest.mark.parametrize("n", [2, 3, 10, 57])
def test_the_paired_comparison_is_that_of_scipy(n):
    rng = np.random.default_rng(n)
    common = rng.normal(50, 5, n)
    a, b = common + rng.normal(0, 1, n), common + rng.normal(0.3, 1, n)
    found, expected = paired(a, b), stats.ttest_rel(b, a)
    interval = expected.confidence_interval(0.95)
    assert found.n == n
    assert found.difference == pytest.approx((b - a).mean())
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    separate = a.var(ddof=1) + b.var(ddof=1)
    assert found.variance_reduction == pytest.approx(separate / (b - a).var(ddof=1))


def test_a_comparison_worked_out_by_hand():
    # Differences 1, 2, 3: mean 2, standard deviation 1, t = 2 √3 with two degrees of freedom, for which
    # P(|T| > t) = 1 - t / √(2 + t²) = 1 - √(12 / 14) and t(0.975) = 4.30265.
    found = paired([10, 10, 10], [11, 12, 13])
    assert (found.baseline_mean, found.policy_mean, found.difference, found.spread) == (10, 12, 2, 1)
    assert found.p_value == pytest.approx(1 - math.sqrt(12 / 14))
    assert found.half_width == pytest.approx(4.302653 / math.sqrt(3))
    assert found.variance_reduction == 1.0  # the baseline does not vary


def test_common_random_numbers_gain_what_the_truths_say():
    # Exponential, means 1 and 1.1, from the same uniforms: variances 1 and 1.21, of the difference 0.01.
    unit = stats.expon.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert paired(unit, 1.1 * unit).variance_reduction == pytest.approx(221.0)


def test_two_identical_policies_differ_by_exactly_zero():
    values = [0.1, 0.7, 0.2 + 0.1, 1e-17]
    found = paired(values, list(values))
    assert (found.difference, found.low, found.high, found.p_value) == (0.0, 0.0, 0.0, 1.0)
    assert found.variance_reduction == math.inf


def test_a_difference_that_does_not_vary_is_exact():
    found = paired([2.0, 3.0, 4.0], [1.5, 2.5, 3.5])
    assert (found.difference, found.low, found.high, found.p_value) == (-0.5, -0.5, -0.5, 0.0)
    assert verdict(COST, found, found.p_value) == (BETTER, None)


def test_values_that_never_vary_have_no_variance_reduction():
    assert math.isnan(paired([0.1] * 3, [0.1] * 3).variance_reduction)


def test_the_mean_of_equal_values_is_that_value():
    found = mean_of([0.1] * 3)
    assert (found.n, found.mean, found.half_width) == (3, 0.1, 0.0)


def test_one_replication_has_a_mean_and_no_interval():
    found = paired([3.0], [2.0])
    assert (found.n, found.difference) == (1, -1.0)
    assert all(math.isnan(x) for x in (found.low, found.high, found.p_value, found.variance_reduction))
    assert verdict(COST, found, math.nan) == (TOO_FEW, None)
    assert math.isnan(mean_of([3.0]).half_width)


def test_a_replication_in_which_either_is_undefined_is_left_out():
    found = paired([1.0, math.nan, 3.0, 4.0], [2.0, 2.0, 5.0, math.nan])
    assert (found.n, found.baseline_mean, found.policy_mean, found.difference) == (2, 2.0, 3.5, 1.5)
    assert mean_of([math.nan, 4.0, 6.0]).mean == 5.0


def test_without_any_pair_there_is_nothing_to_say():
    found = paired([math.nan], [1.0])
    assert found.n == 0
    assert math.isnan(found.difference)
    assert verdict(COST, found, math.nan) == ("", None)
    assert math.isnan(mean_of([]).mean)


def test_pairs_need_partners():
    with pytest.raises(ValueError, match="not 1 and 2"):
        paired([1.0], [1.0, 2.0])


def test_half_widths_of_means_are_those_of_student():
    values = np.random.default_rng(1).normal(size=12)
    low, high = stats.t.interval(0.95, 11, loc=values.mean(), scale=stats.sem(values))
    assert mean_of(values).half_width == pytest.approx((high - low) / 2)


@pytest.mark.parametrize("values", [[], [3.0], [3.0, math.nan]])
def test_a_sample_of_fewer_than_two_values_allows_no_interval(values):
    found = welch(sample_of(values), Sample(10, 1.0, 0.5))
    assert found.n == len([value for value in values if value == value])
    assert math.isnan(found.half_width)
    assert math.isnan(found.p_value)
    assert verdict(COST, found, math.nan)[1] is None


def test_holm_agrees_with_an_example_worked_out_by_hand():
    # In order: 0.01 × 4, 0.02 × 3, 0.03 × 2 (raised to the one before), 0.5 × 1.
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])


def test_holm_stays_within_one_and_leaves_out_what_is_undefined():
    assert holm([0.9, math.nan, 0.8])[0] == 1.0
    assert math.isnan(holm([0.9, math.nan, 0.8])[1])
    assert holm([math.nan, 0.04]) == [pytest.approx(math.nan, nan_ok=True), 0.04]
    assert holm([]) == []


def test_holm_keeps_the_chance_of_any_false_verdict_below_the_level():
    rng = np.random.default_rng(20260105)
    false = sum(min(holm(list(rng.uniform(size=12)))) < 0.05 for _ in range(4000))
    assert false / 4000 <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 4000)


def difference(mean, half_width, baseline=10.0, n=10):
    spread = half_width * math.sqrt(n) / float(stats.t.ppf(0.975, n - 1))
    p = 2 * float(stats.t.sf(abs(mean) / (spread / math.sqrt(n)), n - 1))
    return Difference(n, baseline, baseline + mean, mean, spread, half_width, p, 1.0)


@pytest.mark.parametrize(
    ("kpi", "mean", "expected"),
    [(COST, -0.5, BETTER), (COST, 0.5, WORSE), (FILL, 0.05, BETTER), (FILL, -0.05, WORSE)],
)
def test_better_follows_the_direction_of_the_kpi(kpi, mean, expected):
    found = difference(mean, abs(mean) / 10)
    assert verdict(kpi, found, found.p_value) == (expected, None)


def test_an_interval_that_is_narrow_and_holds_zero_is_not_distinguishable():
    found = difference(0.02, 0.09)  # 1 % of 10 is 0.1
    assert verdict(COST, found, found.p_value) == (NOT_DISTINGUISHABLE, None)


def test_a_wide_interval_names_the_replications_that_make_it_narrow():
    found = difference(0.02, 0.2)
    words, needed = verdict(COST, found, found.p_value)
    assert words == TOO_FEW
    half_widths = {
        n: float(stats.t.ppf(0.975, n - 1)) * found.spread / math.sqrt(n) for n in (needed - 1, needed)
    }
    assert half_widths[needed] <= 0.1 < half_widths[needed - 1]


def test_a_level_is_also_that_of_the_replications_that_are_asked_for():
    found = difference(0.02, 0.2)
    words, needed = verdict(COST, found, 1.0, 0.8)
    assert (words, needed) == (TOO_FEW, replications_for(found.spread, 0.1, 0.8))
    assert needed < verdict(COST, found, 1.0)[1]


def test_what_is_just_at_a_bound_is_within_it():
    # An interval of exactly 1 % would have shown what matters; one that ends at zero holds it.
    assert verdict(COST, difference(0.0, 0.1), 1.0) == (NOT_DISTINGUISHABLE, None)
    found = difference(0.1, 0.1)
    assert verdict(COST, found, 6 * found.p_value) == (NOT_DISTINGUISHABLE, None)
    # A p-value of exactly the level is not below it, and whoever shows too little needs one replication more.
    found = Difference(10, 10.0, 9.5, -0.5, 0.1, 0.1, 0.25, 1.0)
    assert verdict(COST, found, 0.25, 0.75) == (TOO_FEW, 11)


@pytest.mark.parametrize("baseline", [0.02, 0.8])
def test_a_share_is_judged_by_half_a_percentage_point(baseline):
    assert verdict(LATE, difference(0.0, 0.0049, baseline=baseline), 1.0) == (NOT_DISTINGUISHABLE, None)
    assert verdict(LATE, difference(0.0, 0.0051, baseline=baseline), 1.0)[0] == TOO_FEW


def test_an_interval_without_zero_that_does_not_survive_the_adjustment_asks_for_more():
    found = difference(0.05, 0.049)
    assert 0.045 < found.p_value < 0.05
    words, needed = verdict(COST, found, 6 * found.p_value)
    assert words == TOO_FEW
    assert needed is not None
    # With that many, the same difference and spread would pass the level divided by six.
    t = 0.05 / (found.spread / math.sqrt(needed))
    assert 2 * stats.t.sf(t, needed - 1) <= 0.05 / 6 < 2 * stats.t.sf(t, needed - 2) * 1.2


def test_no_number_is_promised_where_a_million_would_not_do():
    assert verdict(COST, difference(0.0, 1.0, baseline=0.0), 1.0) == (TOO_FEW, None)
    assert replications_for(1.0, 0.0) is None
    # 1.96 / sqrt(n): the normal quantile, as n is large.
    assert replications_for(1.0, 0.002) == pytest.approx((1.959964 / 0.002) ** 2, rel=1e-5)
    assert replications_for(1.0, 0.00195) is None


def test_a_million_would_still_do():
    half_width = float(stats.t.ppf(0.975, 999_999)) / 1000
    assert replications_for(1.0, half_width * (1 + 1e-9)) == 1_000_000
    assert replications_for(1.0, half_width * (1 - 1e-9)) is None


@pytest.mark.parametrize("n", range(2, 10))
def test_an_interval_as_narrow_as_wanted_is_narrow_enough(n):
    values = [1.0, 3.0] * (n // 2) + [2.0] * (n % 2)
    needed = replications_for(sample_of(values).spread, mean_of(values).half_width)
    assert needed == n
    assert isinstance(needed, int)


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.99])
def test_the_number_that_would_do_is_the_smallest(confidence):
    n = replications_for(3.0, 0.7, confidence)
    half_widths = [float(stats.t.ppf((1 + confidence) / 2, m - 1)) * 3.0 / math.sqrt(m) for m in (n - 1, n)]
    assert half_widths[1] <= 0.7 < half_widths[0]


def test_another_level_is_another_width_and_another_verdict():
    values = np.random.default_rng(3).normal(0.4, 1.0, 20)
    found = paired(np.zeros(20), values, 0.9)
    low, high = stats.t.interval(0.9, 19, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert mean_of(values, 0.9).half_width == pytest.approx((high - low) / 2)
    assert verdict(COST, difference(-0.5, 0.1), 0.07, 0.9) == (BETTER, None)
    assert verdict(COST, difference(-0.5, 0.1), 0.07)[0] == TOO_FEW


@pytest.mark.parametrize(("n", "m"), [(2, 2), (10, 10), (4, 40), (40, 4)])
def test_without_pairs_the_comparison_is_that_of_welch_in_scipy(n, m):
    rng = np.random.default_rng(n + m)
    a, b = rng.normal(50, 5, n), rng.normal(51, 1, m)
    found, expected = welch(sample_of(a), sample_of(b), 0.9), stats.ttest_ind(b, a, equal_var=False)
    interval = expected.confidence_interval(0.9)
    assert found.n == min(n, m)
    assert found.difference == pytest.approx(b.mean() - a.mean())
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert math.isnan(found.variance_reduction)


def test_without_pairs_the_variances_of_both_add_up():
    assert welch(Sample(4, 1.0, 3.0), Sample(9, 2.0, 4.0)).spread == 5.0


def test_welch_needs_no_pairs_and_leaves_out_what_is_undefined():
    found = welch(sample_of([1.0, math.nan, 3.0]), sample_of([2.0, 4.0, math.nan, 6.0, 8.0]))
    assert (found.n, found.baseline_mean, found.policy_mean, found.difference) == (2, 2.0, 5.0, 3.0)


def test_welch_has_no_interval_of_a_single_value_and_an_exact_one_of_equal_values():
    found = welch(sample_of([1.0]), sample_of([2.0, 3.0]))
    assert (found.n, found.difference) == (1, 1.5)
    assert all(math.isnan(x) for x in (found.low, found.high, found.p_value))
    assert verdict(COST, found, math.nan) == (TOO_FEW, None)
    assert welch(sample_of([1.0, 1.0]), sample_of([1.0, 1.0, 1.0])).p_value == 1.0
    found = welch(sample_of([1.0, 1.0]), sample_of([2.0, 2.0]))
    assert (found.low, found.high, found.p_value) == (1.0, 1.0, 0.0)
    assert welch(sample_of([]), sample_of([1.0])).n == 0


def test_welch_covers_where_the_spreads_differ():
    rng = np.random.default_rng(20260105)
    experiments = [
        welch(sample_of(rng.normal(0, 5, 5)), sample_of(rng.normal(0.5, 1, 20))) for _ in range(4000)
    ]
    covered = sum(found.low <= 0.5 <= found.high for found in experiments) / 4000
    assert abs(covered - 0.95) < 2.5 * math.sqrt(0.95 * 0.05 / 4000)


def test_the_number_that_would_do_without_pairs_is_of_each_policy():
    found = welch(
        sample_of(np.random.default_rng(1).normal(10, 1, 8)),
        sample_of(np.random.default_rng(2).normal(10, 1, 8)),
    )
    words, needed = verdict(COST, found, found.p_value)
    assert words == TOO_FEW
    assert needed == replications_for(found.spread, 0.01 * found.baseline_mean)


def test_a_kpi_without_a_better_direction_gets_no_verdict():
    with pytest.raises(ValueError, match="downtime_h"):
        verdict(KPIS["downtime_h"], difference(1.0, 0.1), 0.0)


@pytest.mark.parametrize("n", [2, 5, 20])
def test_intervals_of_normal_differences_cover_at_their_level(n):
    rng = np.random.default_rng(n)
    experiments = [paired(np.zeros(n), rng.normal(0.5, 2.0, n)) for _ in range(4000)]
    covered = sum(found.low <= 0.5 <= found.high for found in experiments) / 4000
    assert abs(covered - 0.95) < 2.5 * math.sqrt(0.95 * 0.05 / 4000)
