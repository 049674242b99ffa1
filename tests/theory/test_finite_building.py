"""A warehouse with a `queue_limit` is the queue M/M/c/K: who finds it full goes away."""

from __future__ import annotations

from math import factorial
from typing import Any, NamedTuple

import pytest

from sim.policy import Allocation, Cancel, Part, Request
from sim.view.network import Network
from tests.theory.agreement import FAST, PRECISE, TRUTHS, Agreement, family, precise

RULES = """\
rules:
  - {rank: {by: [site_id]}, otherwise: cancel}
"""


class Finite(NamedTuple):
    """M/M/c/K in units of the mean service time (Gross and Harris, Queueing Theory, section 2.5)."""

    blocked: float
    in_system: float
    wait: float
    utilisation: float


def finite(arrivals: float, stations: int, limit: int) -> Finite:
    weights = [
        arrivals**n / (factorial(min(n, stations)) * stations ** max(n - stations, 0))
        for n in range(limit + 1)
    ]
    share = [weight / sum(weights) for weight in weights]
    entering = arrivals * (1 - share[limit])
    in_system = sum(n * p for n, p in enumerate(share))
    return Finite(share[limit], in_system, in_system / entering - 1, entering / stations)


class IfItFits:
    """Ships from the one warehouse there is, or not at all."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        assert network.room is not None
        if not network.room[0]:
            return Allocation((), (Cancel(order.open),))
        return Allocation((Part(0, tuple([(line, order.units[line]) for line in order.open]), 0),))


@family("M/M/c/K, a finite building", "queueing.mmck")
@pytest.mark.parametrize(
    ("load", "stations", "limit", "minutes", "orders", "within"),
    [
        pytest.param(1.2, 2, 4, 6.0, 1_200, FAST, id="M/M/2/4 at 1.2"),
        pytest.param(0.9, 1, 5, 1.0, 34_000, PRECISE, marks=precise, id="M/M/1/5 at 0.9, a minute"),
        pytest.param(0.7, 3, 3, 10.0, 30_000, PRECISE, marks=precise, id="M/M/3/3 at 0.7: nobody waits"),
        pytest.param(1.5, 4, 12, 20.0, 20_000, PRECISE, marks=precise, id="M/M/4/12 at 1.5"),
    ],
)
def test_a_queue_limit_makes_an_mmck_queue(
    repeat: Any, agree: Agreement, queue_world: Any, in_building: Any, stage: Any, load: float, stations: int, limit: int,
    minutes: float, orders: int, within: float,
) -> None:  # fmt: skip
    text = queue_world(
        load=load, minutes=minutes, work=f"{{exponential: {{mean: {minutes}}}}}", orders=orders, stations=stations,
        site=f"queue_limit: {limit}",
    )  # fmt: skip
    policy = stage.policy(RULES, stage.scenario(text)) if within == FAST else IfItFits()
    found = repeat(text, policy, in_building)
    truth = finite(load * stations, stations, limit)
    agree("share that finds it full", found["cancelled_share"], truth.blocked, within=within)
    agree("number in the building", found["backlog"], truth.in_system, within=within)
    agree("utilisation", found["utilisation_mean"], truth.utilisation, within=within)
    if limit > stations:
        agree("mean wait, min", found["queue_mean_min"], truth.wait * minutes, within=within)


def test_the_formula_reproduces_the_published_truth() -> None:
    (truth,) = TRUTHS["queueing"]["mmck"]
    found = finite(0.9, 1, 5)
    assert found.blocked == pytest.approx(truth["P_block"])
    assert found.in_system == pytest.approx(truth["L"])
    assert found.wait == pytest.approx(truth["Wq"])
    assert found.utilisation == pytest.approx(truth["util"])
