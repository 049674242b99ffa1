"""When orders come: the mean rate, the shapes of day and week, surges, the trend, and days that are not 24 hours long.

Seeds are fixed. A count with mean m is Poisson, so it lies within 4 sqrt(m) of m but for one seed in sixteen thousand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy import stats

HOUR, DAY = 3_600, 86_400
LEAST_P = 1e-4


def fits(counts: Any, expected: Any) -> bool:
    """Tell whether Poisson counts agree with their means (chi-square; their sum is not given)."""
    counts, expected = np.asarray(counts, float), np.asarray(expected, float)
    assert (counts[expected == 0] == 0).all()
    counts, expected = counts[expected > 0], expected[expected > 0]
    assert expected.min() >= 5
    return bool(stats.chi2.sf(((counts - expected) ** 2 / expected).sum(), len(counts)) > LEAST_P)


def test_a_flat_day_brings_the_mean(catalogue: Any, draw: Any) -> None:
    world = catalogue("{orders_per_day: 4000}", days=5)
    counts = [len(draw(world, number).placed_at) for number in range(20)]
    assert fits(counts, [20_000] * 20)
    # Poisson: the variance is the mean (chi-square with 19 degrees of freedom).
    assert 0.001 < stats.chi2.cdf(19 * np.var(counts, ddof=1) / 20_000, 19) < 0.999


def test_gaps_are_exponential(catalogue: Any, draw: Any) -> None:
    book = draw(catalogue("{orders_per_day: 2000}", days=10))
    gaps = np.diff(book.placed_at) + np.random.default_rng(1).random(len(book.placed_at) - 1) - 0.5
    # Seconds are floored, so gaps are blurred by up to one second of 43.2: compare in bins of ten seconds.
    bounds = np.arange(0, 201, 10)
    counts, _ = np.histogram(gaps, [*bounds[:-1], np.inf])
    shares = np.diff([*-np.expm1(-bounds[:-1] / 43.2), 1.0])
    assert stats.chisquare(counts[1:], shares[1:] / shares[1:].sum() * counts[1:].sum()).pvalue > LEAST_P


def test_a_rate_of_zero_brings_no_orders(stage: Any, frame: Any) -> None:
    journal = stage.play(
        "start: 2026-01-05T00:00\ndays: 1\nitems: [{id: thing}]\nregions: [{id: here}]\n"
        "demand: {orders_per_day: 0}\nwarehouses: [{id: shop}]\n"
        "carriers: [{id: post, services: [{id: parcel}]}]\n"
    )
    assert len(frame(journal, "orders")) == 0
    assert len(frame(journal, "warehouse_hours")) == 24


HOURLY = [0, 0, 0, 0, 0, 1, 2, 3, 5, 8, 9, 9, 10, 8, 7, 6, 6, 7, 9, 11, 10, 6, 3, 1]


def test_the_shape_of_the_day_holds_in_scenario_time(catalogue: Any, draw: Any) -> None:
    demand = f"{{orders_per_day: 3000, hourly: {HOURLY}}}"
    book = draw(catalogue(demand, days=10, timezone="Asia/Kolkata"))  # UTC + 5:30
    hours = book.placed_at % DAY // HOUR
    expected = 10 * 3000 * np.array(HOURLY) / sum(HOURLY)
    assert fits(np.bincount(hours, minlength=24), expected)
    # Within an hour the rate is flat.
    inside = np.bincount(book.placed_at % HOUR // 300, minlength=12)
    assert fits(inside, [len(book.placed_at) / 12] * 12)


def test_a_start_in_the_middle_of_an_hour_does_not_shift_the_day(catalogue: Any, draw: Any) -> None:
    demand = f"{{orders_per_day: 3000, hourly: {HOURLY}}}"
    book = draw(catalogue(demand, days=10, start="2026-01-05T10:20"))
    hours = (book.placed_at + 10 * HOUR + 20 * 60) % DAY // HOUR
    assert fits(np.bincount(hours, minlength=24), 10 * 3000 * np.array(HOURLY) / sum(HOURLY))


def test_the_shape_of_the_week_begins_on_monday(catalogue: Any, draw: Any) -> None:
    weekly = [1, 1, 1, 1, 1.2, 1.4, 0]
    book = draw(catalogue(f"{{orders_per_day: 1000, weekly: {weekly}}}", days=28, start="2026-01-07T00:00"))
    weekday = (book.placed_at // DAY + 2) % 7  # the start is a Wednesday
    assert fits(np.bincount(weekday, minlength=7), 4 * 1000 * np.array(weekly) / np.mean(weekly))


def test_surges_multiply_and_overlap(catalogue: Any, draw: Any) -> None:
    surges = (
        "[{begins: 2026-01-06T12:00, days: 1.5, factor: 3}, {begins: 2026-01-07T00:00, days: 1, factor: 0.5}]"
    )
    book = draw(catalogue(f"{{orders_per_day: 2000, surges: {surges}}}", days=5))
    halves = np.bincount(book.placed_at // (DAY // 2), minlength=10)
    #        Mon     Tue     Wed         Thu     Fri      (halves of a day)
    factor = [1, 1, 1, 3, 1.5, 1.5, 1, 1, 1, 1]
    assert fits(halves, 1000 * np.array(factor))


def test_the_trend_is_linear_from_the_start(catalogue: Any, draw: Any) -> None:
    book = draw(catalogue("{orders_per_day: 200, trend_per_year: 1.0}", days=365))
    months = np.bincount(book.placed_at // (73 * DAY), minlength=5)
    assert fits(months, 200 * 73 * (1 + (np.arange(5) + 0.5) / 5))


@pytest.mark.parametrize(
    ("start", "seconds", "doubled", "skipped"),
    [("2026-03-08T00:00", 23 * HOUR, None, 2), ("2026-11-01T00:00", 25 * HOUR, 1, None)],
    ids=["spring: 23 hours", "autumn: 25 hours"],
)
def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is(
    catalogue: Any, draw: Any, start: str, seconds: int, doubled: int | None, skipped: int | None
) -> None:
    # Two days in New York, 1,000 orders an hour of the wall clock; the second is an ordinary one.
    hourly = [1.0] * 24
    hourly[3] = 2.0
    per_day = 1000 * sum(hourly)
    book = draw(
        catalogue(
            f"{{orders_per_day: {per_day}, hourly: {hourly}}}",
            days=2,
            start=start,
            timezone="America/New_York",
        )
    )
    zone = ZoneInfo("America/New_York")
    begin = datetime.fromisoformat(start).replace(tzinfo=zone).timestamp()
    local = [datetime.fromtimestamp(begin + second, zone) for second in book.placed_at.tolist()]
    first = [moment for moment in local if moment.day == local[0].day]
    assert max(book.placed_at[: len(first)]) < seconds <= book.placed_at[len(first)]
    expected = 1000 * np.array(hourly)
    if doubled is not None:
        expected[doubled] *= 2
    if skipped is not None:
        expected[skipped] = 0
    counts = np.bincount([moment.hour for moment in first], minlength=24)
    assert fits(counts, expected)


def test_orders_are_in_order_and_within_the_run(catalogue: Any, draw: Any) -> None:
    world = catalogue(f"{{orders_per_day: 5000, hourly: {HOURLY}}}", days=3)
    book = draw(world)
    assert (np.diff(book.placed_at) >= 0).all()
    assert book.placed_at[0] >= 0
    assert book.placed_at[-1] < world.end
