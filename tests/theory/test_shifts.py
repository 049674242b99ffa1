"""Shifts make a queue with a number of stations that changes with the hour, solved exactly as a chain.

In M/M/c(t) with a day of two shifts the state is the number in the building and, where a smaller shift lets work in hand
end, the number of busy stations. Its periodic state is the one that a day leaves as it found it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

from tests.theory.agreement import FAST, PRECISE, Agreement, family, precise

STEPS_A_DAY = 288


def mean_in_system(arrivals: float, work: float, day: int, night: int, hours: int, most: int) -> float:
    """Return the mean number in the building over a day.

    Args:
        arrivals: per day. work: mean, days.
        day, night: stations of the two shifts.
        hours: of the day shift.
        most: jobs at most, in the chain.

    """
    states = [(n, b) for n in range(most + 1) for b in range(min(n, max(day, night)) + 1)]
    at = {state: i for i, state in enumerate(states)}

    def step(stations: int) -> NDArray[np.float64]:
        flow = np.zeros((len(states), len(states)))
        for n, b in states:
            moves = [((n + 1, b + (b < stations)), arrivals)]
            if b:
                # A station that is one too many takes no job after its own.
                moves.append(((n - 1, b if n > b and b <= stations else b - 1), b / work))
            for other, rate in moves:
                if other in at:
                    flow[at[n, b], at[other]] += rate
                    flow[at[n, b], at[n, b]] -= rate
        return expm(flow / STEPS_A_DAY)  # type: ignore[no-any-return]

    def change(stations: int) -> NDArray[np.float64]:
        moves = np.zeros((len(states), len(states)))
        for n, b in states:
            moves[at[n, b], at[n, max(b, min(n, stations))]] = 1
        return moves

    by_day, by_night = step(day), step(night)
    steps = STEPS_A_DAY * hours // 24
    whole = change(day) @ np.linalg.matrix_power(by_day, steps)
    whole = whole @ change(night) @ np.linalg.matrix_power(by_night, STEPS_A_DAY - steps)
    equations = np.vstack([whole.T - np.eye(len(states)), np.ones(len(states))])
    share = np.linalg.lstsq(equations, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    number = np.array([n for n, _ in states])
    means = []
    for stations, by_step, count in ((day, by_day, steps), (night, by_night, STEPS_A_DAY - steps)):
        share = share @ change(stations)
        for _ in range(count):
            before, share = share @ number, share @ by_step
            means.append((before + share @ number) / 2)
    return float(np.mean(means))


@family("M/M/c(t), shifts")
@pytest.mark.parametrize(
    ("night", "day", "load", "minutes", "orders", "within"),
    [
        pytest.param(1, 3, 0.6, 30.0, 2_200, FAST, marks=precise, id="three by day, one by night"),
        pytest.param(0, 4, 0.7, 20.0, 10_000, PRECISE, marks=precise, id="four by day, none by night"),
        pytest.param(2, 5, 0.8, 45.0, 60_000, PRECISE, marks=precise, id="five by day, two by night"),
    ],
)
def test_shifts_make_a_queue_whose_stations_change(
    repeat: Any, agree: Agreement, queue_world: Any, in_building: Any, stage: Any, night: int, day: int, load: float,
    minutes: float, orders: int, within: float,
) -> None:  # fmt: skip
    # Eight hours of the day shift: `load` is that of the stations on average.
    mean_stations = (8 * day + 16 * night) / 24
    text = queue_world(
        load=load * mean_stations, minutes=minutes, work=f"{{exponential: {{mean: {minutes}}}}}", orders=orders,
        site=f'shifts: [{{window: "08:00-16:00", stations: {day}}}]',
    ).replace("stations: 1,", f"stations: {night},")  # fmt: skip
    days = round(stage.scenario(text).days)  # whole days, or a shift would count more than the other
    text = with_whole_days(text, days)
    found = repeat(text, stage.policy("nearest", stage.scenario(text)), in_building)
    per_day = load * mean_stations * 1440 / minutes
    in_system = mean_in_system(per_day, minutes / 1440, day, night, 8, 60 if within == FAST else 150)
    agree("number in the building", found["backlog"], in_system, within=within)
    agree("utilisation", found["utilisation_mean"], load, within=within)


def with_whole_days(text: str, days: int) -> str:
    """Return a scenario that counts whole days after whole days of warm-up."""
    lines = text.splitlines()
    lines = [f"days: {days}" if line.startswith("days:") else line for line in lines]
    return "\n".join(
        f"warm_up_days: {-(-days // 10)}" if line.startswith("warm_up") else line for line in lines
    )
