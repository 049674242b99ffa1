"""Parcels in transit under a daily cycle: the queue Mt/M/infinity, whose mean has a closed form."""

from __future__ import annotations

from math import atan2, cos, hypot, pi, sin
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.theory.agreement import FAST, PRECISE, TRUTHS, Agreement, family, precise

TRUTH = TRUTHS["Mt_M_infinity"]
HOURS = np.arange(24)

# Picked up as soon as ordered, so a parcel in transit is a customer in service; exponential transit.
WORLD = """\
start: 2026-01-05T00:00
warm_up_days: {warm_up}
days: {days}
drain_days: 5
seed: 20260105
items: [{{id: thing}}]
regions: [{{id: here}}]
demand: {{orders_per_day: {per_day!r}, hourly: {hourly}}}
warehouses: [{{id: hub}}]
carriers: [{{id: post, services: [{{id: parcel, transit_days: {{exponential: {{mean: {mean!r}}}}}}}]}}]
"""


def mean_in_transit(per_hour: float, swing: float, cycle: float, leave: float, hour: float) -> float:
    """Return E N(t) for arrivals at `per_hour` (1 + swing sin(cycle t)) and exponential times of rate `leave`.

    m(t) = per_hour / leave + per_hour swing (leave sin(cycle t) - cycle cos(cycle t)) / (leave² + cycle²)
    (Eick, Massey, Whitt 1993, The physics of the Mt/G/infinity queue).
    """
    wave = leave * sin(cycle * hour) - cycle * cos(cycle * hour)
    return per_hour / leave + per_hour * swing * wave / (leave**2 + cycle**2)


def in_transit(frame: Any, journal: Any, first: int, days: int) -> NDArray[np.float64]:
    """Return how many parcels are in transit at each hour of the day, over the days after the warm-up."""
    shipments = frame(journal, "shipments", ["picked_up_at", "delivered_at"])
    moments = np.datetime64("2026-01-05") + np.arange(24 * first, 24 * (first + days)) * np.timedelta64(
        1, "h"
    )
    left = np.searchsorted(np.sort(shipments["picked_up_at"].to_numpy()), moments, side="right")
    came = np.searchsorted(np.sort(shipments["delivered_at"].dropna().to_numpy()), moments, side="right")
    return (left - came).reshape(days, 24).mean(0)


def weights(swing: float, cycle: float) -> list[float]:
    """Return the mean of 1 + swing sin(cycle t) over each hour."""
    return [1 + swing * (cos(cycle * hour) - cos(cycle * (hour + 1))) / cycle for hour in range(24)]


def test_the_truth_is_the_closed_form() -> None:
    rate, swing, cycle, leave = (TRUTH[key] for key in ("lam_bar", "beta", "gamma", "mu"))
    for hour, mean in TRUTH["m_at"].items():
        assert mean_in_transit(rate, swing, cycle, leave, int(hour)) == pytest.approx(mean, rel=1e-6)
    assert TRUTH["peak_lag_hours"] == pytest.approx(atan2(cycle, leave) / cycle, rel=1e-6)
    assert TRUTH["amplitude"] == pytest.approx(rate * swing / hypot(leave, cycle), rel=1e-6)


CASES = [
    # days, orders an hour, swing, mean transit in hours
    pytest.param(2, TRUTH["lam_bar"] / 4, TRUTH["beta"], 1 / TRUTH["mu"], FAST, id="six hours, a quarter"),
    pytest.param(6, TRUTH["lam_bar"], TRUTH["beta"], 1 / TRUTH["mu"], PRECISE, id="six hours, long", marks=precise),
    pytest.param(10, 60.0, 0.9, 15.0, PRECISE, id="fifteen hours, long", marks=precise),
]  # fmt: skip


@family("Mt/M/∞, parcels in transit under a daily cycle", "Mt_M_infinity")
@pytest.mark.parametrize(("days", "per_hour", "swing", "mean_hours", "within"), CASES)
def test_parcels_in_transit(
    stage: Any,
    frame: Any,
    agree: Agreement,
    days: int,
    per_hour: float,
    swing: float,
    mean_hours: float,
    within: float,
) -> None:
    cycle, leave = 2 * pi / 24, 1 / mean_hours
    warm_up = 2 if mean_hours < 10 else 6  # days; by then 1 in 3,000 of what an empty start misses is left
    world = stage.scenario(
        WORLD.format(
            warm_up=warm_up, days=days, per_day=24 * per_hour, mean=mean_hours / 24,
            hourly=[round(weight, 9) for weight in weights(swing, cycle)],
        )
    )  # fmt: skip
    samples = np.array(
        [in_transit(frame, stage.play(world, replication=r), warm_up, days) for r in range(20)]
    )
    # The rate is constant within an hour, the mean of the sine there: that moves the truth by at most 0.12 %.
    for hour in (0, 6, 12, 18):
        truth = mean_in_transit(per_hour, swing, cycle, leave, hour)
        agree(f"parcels in transit at {hour:02}:00", samples[:, hour], truth, within=within)
    # The most are in transit hours after most are ordered.
    wave = (samples.mean(0) * np.exp(-1j * cycle * HOURS)).sum() / 12
    peak = -np.angle(wave) / cycle % 24
    assert abs(peak - 6 - atan2(cycle, leave) / cycle) < 0.5
    assert abs(wave) == pytest.approx(per_hour * swing / hypot(leave, cycle), rel=0.1)
