"""Breakdowns: work is held up and goes on, and the wait is that of the textbooks.

`while: working` is the operation-dependent failure: a job's time at the station is its completion time C, work and
repairs together, and the wait that of M/G/1 with C for the service. `while: up` is the time-dependent one: idle stations
fail too. Both in units of minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim.policy import Allocation, Part, Request
from sim.view.network import Network
from tests.theory.agreement import FAST, PRECISE, TRUTHS, Agreement, family, precise


class Moments(NamedTuple):
    """Mean and mean square of a time."""

    mean: float
    square: float


def of(mean: float, variation: float) -> Moments:
    return Moments(mean, mean**2 * (1 + variation**2))


def completion(work: Moments, failures: float, repair: Moments) -> Moments:
    """Return the time at the station of work with Poisson failures (Gaver 1962)."""
    mean = work.mean * (1 + failures * repair.mean)
    variance = (work.square - work.mean**2) * (1 + failures * repair.mean) ** 2
    variance += failures * work.mean * repair.square
    return Moments(mean, variance + mean**2)


def wait_while_working(arrivals: float, work: Moments, failures: float, repair: Moments) -> float:
    """Return the mean wait where only busy stations fail: M/G/1 of completion times (Pollaczek, Khinchine)."""
    held = completion(work, failures, repair)
    return arrivals * held.square / (2 * (1 - arrivals * held.mean))


def wait_while_up(arrivals: float, work: Moments, failures: float, repair: Moments) -> float:
    """Return the mean wait where idle stations fail too: who comes to a broken one waits for the rest of its repair."""
    rest = failures * repair.square / (2 * (1 + failures * repair.mean))
    return wait_while_working(arrivals, work, failures, repair) + rest


class WhileUp:
    """Ships from the one warehouse there is while it is up."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        if not network.up[0]:
            return Allocation()
        return Allocation((Part(0, tuple([(line, order.units[line]) for line in order.open]), 0),))


def downtime(between: float, repair: str, kind: str, factor: float = 0.0) -> str:
    """Return a downtime, of minutes."""
    less = f", factor: {factor}" if factor else ""
    return f"downtime: [{{every_hours: {{exponential: {{mean: {between / 60}}}}}, hours: {repair}, while: {kind}{less}}}]"


EXPONENTIAL = "{{exponential: {{mean: {0}}}}}"
CONSTANT = "{0}"
GAMMA = "{{gamma: {{mean: {0}, cv: 0.5}}}}"
ERLANG = "{{erlang: {{mean: {0}, k: 4}}}}"
VARIATION = {EXPONENTIAL: 1.0, CONSTANT: 0.0, GAMMA: 0.5, ERLANG: 0.5}

INSTANCES = [
    pytest.param(CONSTANT, GAMMA, 0.4, 4.0, 40.0, 8.0, 2_400, FAST, id="constant work"),
    pytest.param(EXPONENTIAL, EXPONENTIAL, 0.6, 1.0, 10.0, 2.0, 130_000, PRECISE, marks=precise, id="the published one"),
    pytest.param(ERLANG, CONSTANT, 0.5, 10.0, 120.0, 30.0, 60_000, PRECISE, marks=precise, id="constant repair"),
    pytest.param(EXPONENTIAL, GAMMA, 0.5, 3.0, 60.0, 20.0, 120_000, PRECISE, marks=precise, id="gamma repair"),
]  # fmt: skip
NAMES = ("work", "repair", "load", "minutes", "between", "repairs", "orders", "within")


@family("Breakdowns of stations that work", "queueing.breakdown_operation_dependent")
@pytest.mark.parametrize(NAMES, INSTANCES)
def test_breakdowns_while_working_make_an_mg1_queue_of_completion_times(
    repeat: Any, agree: Agreement, queue_world: Any, work: str, repair: str, load: float, minutes: float, between: float,
    repairs: float, orders: int, within: float,
) -> None:  # fmt: skip
    site = downtime(between, repair.format(repairs / 60), "working")
    text = queue_world(load=load, minutes=minutes, work=work.format(minutes), orders=orders, site=site)
    found = repeat(text, WhileUp())
    own, fixed = of(minutes, VARIATION[work]), of(repairs, VARIATION[repair])
    agree(
        "mean wait, min",
        found["queue_mean_min"],
        wait_while_working(load / minutes, own, 1 / between, fixed),
        within=within,
    )
    agree("utilisation", found["utilisation_mean"], load * (1 + repairs / between), within=within)
    assert set(found["downtime_h"]) == {0.0}


@family("Breakdowns of stations that are up", "queueing.breakdown_time_dependent")
@pytest.mark.theory
@pytest.mark.parametrize(NAMES, INSTANCES)
def test_breakdowns_while_up_hold_up_who_comes_to_an_idle_station_too(
    stage: Any, repeat: Any, agree: Agreement, queue_world: Any, work: str, repair: str, load: float, minutes: float,
    between: float, repairs: float, orders: int, within: float,
) -> None:  # fmt: skip
    site = downtime(between, repair.format(repairs / 60), "up")
    text = queue_world(load=load, minutes=minutes, work=work.format(minutes), orders=orders, site=site)
    policy = stage.policy("nearest", stage.scenario(text)) if within == FAST else WhileUp()
    found = repeat(text, policy)
    own, fixed = of(minutes, VARIATION[work]), of(repairs, VARIATION[repair])
    # Orders that come to a broken site wait to be decided, so the wait is that from placing to packing less the work.
    truth = wait_while_up(load / minutes, own, 1 / between, fixed) + completion(own, 1 / between, fixed).mean
    agree(
        "mean time to be packed, min",
        [hours * 60 for hours in found["lead_time_mean_h"]],
        truth,
        within=within,
    )
    # Of the time in which the site is not down, and that is busy time only.
    agree("utilisation", found["utilisation_mean"], load * (1 + repairs / between), within=within)
    days = stage.scenario(text).days
    agree(
        "share of time down",
        [hours / 24 / days for hours in found["downtime_h"]],
        repairs / (between + repairs),
        within=within,
    )


# -- several stations: chains solved exactly ------------------------------------------------------------

State = tuple[bool, int, int]
"""Whether it is up, jobs in the building, busy stations."""


def mean_in_system(rates: Callable[[State], dict[State, float]], most: int, stations: int) -> float:
    """Return the mean number of jobs in the stationary state of a chain with at most so many."""
    states = [
        (up, n, b) for up in (True, False) for n in range(most + 1) for b in range(min(n, stations) + 1)
    ]
    at = {state: i for i, state in enumerate(states)}
    flow = np.zeros((len(states), len(states)))
    for state in states:
        for other, rate in rates(state).items():
            if other in at:
                flow[at[state], at[other]] += rate
                flow[at[state], at[state]] -= rate
    equations = np.vstack([flow.T, np.ones(len(states))])
    share = np.linalg.lstsq(equations, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    return float(sum(p * n for p, (_, n, _) in zip(share, states, strict=True)))


def breaking(
    arrivals: float, between: float, repair: float, stations: int, left: int
) -> Callable[[State], Any]:
    """Return the rates, per mean service time, of stations of which an outage leaves so many; 0 stops all work."""

    def rates(state: State) -> dict[State, float]:
        up, n, b = state
        able = stations if up else left
        after: dict[State, float] = {}

        def add(other: State, rate: float) -> None:
            after[other] = after.get(other, 0.0) + rate

        add((up, n + 1, b + (b < able)), arrivals)
        # Back from an outage, every station takes a job; into it, what is in hand stays there.
        add((not up, n, b if up else min(n, stations)), 1 / (between if up else repair))
        if b and (up or left):
            add((up, n - 1, b if n > b and b <= able else b - 1), b)
        return after

    return rates


@family("Outages of some of several stations")
@pytest.mark.parametrize(
    ("stations", "factor", "load", "orders", "within"),
    [
        pytest.param(2, 0.5, 0.4, 1_800, FAST, id="half of two"),
        pytest.param(2, 0.0, 0.5, 75_000, PRECISE, marks=precise, id="none of two"),
        pytest.param(4, 0.25, 0.5, 65_000, PRECISE, marks=precise, id="a quarter of four"),
        pytest.param(3, 0.7, 0.6, 32_000, PRECISE, marks=precise, id="two of three"),
    ],
)
def test_an_outage_takes_stations_away_and_lets_the_work_in_hand_end(
    repeat: Any, agree: Agreement, queue_world: Any, in_building: Any, stations: int, factor: float, load: float, orders: int,
    within: float,
) -> None:  # fmt: skip
    between, repair, minutes = 20.0, 4.0, 6.0  # the first two in units of the mean work
    site = downtime(between * minutes, EXPONENTIAL.format(repair * minutes / 60), "up", factor)
    text = queue_world(
        load=load,
        minutes=minutes,
        work=EXPONENTIAL.format(minutes),
        orders=orders,
        stations=stations,
        site=site,
    )
    found = repeat(text, WhileUp(), in_building)
    chain = breaking(load * stations, between, repair, stations, int(stations * factor + 1e-9))
    in_system = mean_in_system(chain, 120, stations)
    agree(
        "mean time in the building, of the mean work",
        [hours * 60 / minutes for hours in found["lead_time_mean_h"]],
        in_system / (load * stations),
        within=within,
    )
    if factor:
        agree("number in the building", found["backlog"], in_system, within=within)
        assert set(found["downtime_h"]) == {0.0}


def test_the_formulas_reproduce_the_published_truths() -> None:
    truths = TRUTHS["queueing"]
    (working,), (up,) = truths["breakdown_operation_dependent"], truths["breakdown_time_dependent"]
    work, repair = of(1.0, 1.0), of(2.0, 1.0)
    assert wait_while_working(0.6, work, 0.1, repair) == pytest.approx(working["Wq"])
    assert wait_while_up(0.6, work, 0.1, repair) == pytest.approx(up["Wq"])
    assert completion(work, 0.1, repair).mean == pytest.approx(up["EC"])
    # The chain of one station says the same as the formula.
    assert mean_in_system(breaking(0.6, 10.0, 2.0, 1, 0), 150, 1) == pytest.approx(up["L"], rel=1e-6)
