"""A warehouse with c stations is the queue of the textbooks: M/M/c, M/D/1, M/G/1, with and without priorities.

Wq is `queue_mean_min`, the share that waits `wait_share`, the load `utilisation_mean`, and the mean number in the
building the time mean of `backlog`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, log
from typing import Any

import pytest

from reports.kpis import measure
from sim.journal import Journal
from sim.policy import Allocation, Part, Request
from sim.view.network import Network
from tests.theory.agreement import FAST, PRECISE, REPLICATIONS, TRUTHS, Agreement, family, precise


def erlang_c(load: float, stations: int) -> float:
    """Return the probability to wait in M/M/c (Erlang 1917; Gross and Harris, Queueing Theory, section 2.3)."""
    a = load * stations
    last = a**stations / factorial(stations) / (1 - load)
    return last / (sum(a**k / factorial(k) for k in range(stations)) + last)


def pollaczek_khinchine(load: float, mean: float, variance: float) -> float:
    """Return the mean wait of M/G/1, lambda E[S^2] / 2 (1 - rho) (Gross and Harris, section 5.1.1)."""
    return load / mean * (variance + mean**2) / (2 * (1 - load))


def cobham(arrivals: list[float], mean: float) -> list[float]:
    """Return the mean waits by class of exponential work, the first going first, uninterrupted (Cobham 1954)."""
    residual = sum(arrivals) * mean**2
    waits, before = [], 0.0
    for rate in arrivals:
        after = before + rate * mean
        waits.append(residual / ((1 - before) * (1 - after)))
        before = after
    return waits


class Here:
    """Ships everything from the one warehouse there is: half the time of a rule set, where millions are needed."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        return Allocation((Part(0, tuple([(line, order.units[line]) for line in order.open]), 0),))


def play(
    stage: Any, text: str, read: Callable[[Journal], dict[str, float]], within: float
) -> dict[str, list[float]]:
    """Play all replications and return what was read of each."""
    scenario = stage.scenario(text)
    policy = "nearest" if within == FAST else Here()
    rows = [read(stage.play(scenario, policy, number)) for number in range(REPLICATIONS)]
    return {name: [row[name] for row in rows] for name in rows[0]}


@family("M/M/c", "queueing.mmc")
@pytest.mark.parametrize(
    ("load", "stations", "minutes", "orders", "within"),
    [
        pytest.param(0.5, 1, 5.0, 3_200, FAST, id="M/M/1 at 0.5, fewer orders"),
        pytest.param(0.8, 1, 1.0, 150_000, PRECISE, marks=precise, id="M/M/1 at 0.8"),
        pytest.param(0.5, 1, 60.0, 38_000, PRECISE, marks=precise, id="M/M/1 at 0.5"),
        pytest.param(0.7, 2, 7.0, 130_000, PRECISE, marks=precise, id="M/M/2 at 0.7"),
    ],
)
def test_stations_are_an_mmc_queue(
    stage: Any,
    agree: Agreement,
    queue_world: Any,
    in_building: Any,
    load: float,
    stations: int,
    minutes: float,
    orders: int,
    within: float,
) -> None:
    work = f"{{exponential: {{mean: {minutes}}}}}"
    text = queue_world(load=load, minutes=minutes, work=work, orders=orders, stations=stations)
    found = play(stage, text, in_building, within)
    waiting = erlang_c(load, stations)
    wait = waiting * minutes / (stations * (1 - load))
    agree("mean wait, min", found["queue_mean_min"], wait, within=within)
    agree("share that waits", found["wait_share"], waiting, within=within)
    agree("utilisation", found["utilisation_mean"], load, within=within)
    agree(
        "number in the building",
        found["backlog"],
        load * stations / minutes * (wait + minutes),
        within=within,
    )  # Little
    if within == PRECISE:
        # P(Wq > t) = C exp(-c mu (1 - rho) t)
        p95 = log(waiting / 0.05) * minutes / (stations * (1 - load))
        agree("95 % of waits, min", found["queue_p95_min"], p95, within=within)


@family("M/M/c", "queueing.mmc")
def test_more_stations_make_fewer_orders_wait(
    stage: Any, agree: Agreement, queue_world: Any, in_building: Any
) -> None:
    text = queue_world(load=0.6, minutes=12.0, work="{exponential: {mean: 12}}", orders=1_000, stations=3)
    found = play(stage, text, in_building, FAST)
    waiting = erlang_c(0.6, 3)
    agree("share that waits", found["wait_share"], waiting, within=FAST)
    agree("utilisation", found["utilisation_mean"], 0.6, within=FAST)
    agree("number in the building", found["backlog"], 0.6 * 3 + waiting * 0.6 / (1 - 0.6), within=FAST)


@family("M/D/1", "queueing.md1")
@pytest.mark.parametrize(
    ("load", "minutes", "orders", "within"),
    [
        pytest.param(0.5, 10.0, 1_300, FAST, id="M/D/1 at 0.5"),
        pytest.param(0.5, 1.0, 22_000, PRECISE, marks=precise, id="M/D/1 at 0.5, work of a minute"),
        pytest.param(0.8, 2.5, 70_000, PRECISE, marks=precise, id="M/D/1 at 0.8"),
    ],
)
def test_constant_work_is_an_md1_queue(
    stage: Any, agree: Agreement, queue_world: Any, load: float, minutes: float, orders: int, within: float
) -> None:
    found = play(
        stage, queue_world(load=load, minutes=minutes, work=str(minutes), orders=orders), measure, within
    )
    agree("mean wait, min", found["queue_mean_min"], pollaczek_khinchine(load, minutes, 0.0), within=within)
    agree("share that waits", found["wait_share"], load, within=within)


@family("M/G/1", "queueing.mg1")
@pytest.mark.parametrize(
    ("work", "variation", "load", "minutes", "orders", "within"),
    [
        pytest.param("{{erlang: {{mean: {0}, k: 4}}}}", 0.5, 0.5, 6.0, 1_100, FAST, id="Erlang 4 at 0.5"),
        pytest.param(
            "{{erlang: {{mean: {0}, k: 4}}}}", 0.5, 0.8, 1.0, 110_000, PRECISE, marks=precise, id="Erlang 4 at 0.8"
        ),
        pytest.param(
            "{{gamma: {{mean: {0}, cv: 1.5}}}}", 1.5, 0.6, 8.0, 110_000, PRECISE, marks=precise, id="gamma at 0.6"
        ),
        pytest.param(
            "{{lognormal: {{mean: {0}, cv: 0.8}}}}", 0.8, 0.7, 3.0, 75_000, PRECISE, marks=precise, id="lognormal"
        ),
    ],
)  # fmt: skip
def test_varying_work_is_an_mg1_queue(
    stage: Any, agree: Agreement, queue_world: Any, work: str, variation: float, load: float, minutes: float, orders: int,
    within: float,
) -> None:  # fmt: skip
    text = queue_world(load=load, minutes=minutes, work=work.format(minutes), orders=orders)
    found = play(stage, text, measure, within)
    agree(
        "mean wait, min",
        found["queue_mean_min"],
        pollaczek_khinchine(load, minutes, (variation * minutes) ** 2),
        within=within,
    )
    agree("share that waits", found["wait_share"], load, within=within)
    agree("utilisation", found["utilisation_mean"], load, within=within)


@family("M/G/1", "queueing.mg1")
@pytest.mark.theory
def test_work_that_is_a_sum_over_lines_and_units_is_an_mg1_queue(stage: Any, agree: Agreement) -> None:
    # S = constant 1 + uniform(0, 2) for the line + exponential(0.5) for each of 3 units: mean 3.5 minutes,
    # variance 1/3 + 3 x 0.25. At 300 orders a day rho = 300 x 3.5 / 1440.
    text = """\
start: 2026-01-05T00:00
warm_up_days: 10
days: 180
seed: 20260105
items: [{id: thing}]
regions: [{id: here}]
demand: {orders_per_day: 300, units_per_line: {3: 1}}
warehouses:
  - id: shop
    work_minutes: {per_shipment: 1, per_line: {uniform: {low: 0, high: 2}}, per_unit: {exponential: {mean: 0.5}}}
carriers: [{id: post, services: [{id: parcel}]}]
"""
    found = play(stage, text, measure, PRECISE)
    load = 300 * 3.5 / 1440
    agree(
        "mean wait, min",
        found["queue_mean_min"],
        pollaczek_khinchine(load, 3.5, 1 / 3 + 0.75),
        within=PRECISE,
    )
    agree("utilisation", found["utilisation_mean"], load, within=PRECISE)


def waits_by_segment(journal: Journal) -> dict[str, float]:
    shipments = journal.table("shipments", ["order", "released_at", "started_at", "counted"]).to_pandas()
    orders = journal.table("orders", ["order", "segment"]).to_pandas()
    both = shipments[shipments["counted"]].merge(orders, on="order")
    minutes = (both["started_at"] - both["released_at"]).dt.total_seconds() / 60
    return {
        str(segment): wait for segment, wait in minutes.groupby(both["segment"].astype(str)).mean().items()
    }


@family("Priorities without pre-emption", "queueing.priority_nonpreemptive")
@pytest.mark.parametrize(
    ("loads", "minutes", "orders", "within"),
    [
        pytest.param([0.2, 0.3], 5.0, 3_500, FAST, marks=precise, id="0.2 before 0.3"),
        pytest.param([0.3, 0.4], 1.0, 120_000, PRECISE, marks=precise, id="0.3 before 0.4"),
        pytest.param([0.1, 0.3, 0.2], 4.0, 110_000, PRECISE, marks=precise, id="three classes"),
    ],
)
def test_a_priority_queue_lets_the_lower_number_go_first_and_never_interrupts(
    stage: Any,
    agree: Agreement,
    queue_world: Any,
    loads: list[float],
    minutes: float,
    orders: int,
    within: float,
) -> None:
    # The last segment of the file goes first, so that its place in the file cannot be what counts.
    segments = ", ".join(
        f"{{id: class{number}, priority: {number}, share: {load}}}"
        for number, load in reversed([*enumerate(loads)])
    )
    work = f"{{exponential: {{mean: {minutes}}}}}"
    text = queue_world(
        load=sum(loads), minutes=minutes, work=work, orders=orders, queue="priority", segments=f"[{segments}]"
    )
    found = play(stage, text, waits_by_segment, within)
    for number, wait in enumerate(cobham([load / minutes for load in loads], minutes)):
        agree(f"mean wait of class {number}, min", found[f"class{number}"], wait, within=within)


def test_the_formulas_reproduce_the_published_truths() -> None:
    truths = TRUTHS["queueing"]
    (mmc,) = truths["mmc"]
    load, stations = mmc["params"]["lam"] / mmc["params"]["mu"], mmc["params"]["c"]
    assert erlang_c(load, stations) == pytest.approx(mmc["P_wait"])
    assert erlang_c(load, stations) / (stations * (1 - load)) == pytest.approx(mmc["Wq"])
    assert log(erlang_c(load, stations) / 0.05) / (stations * (1 - load)) == pytest.approx(mmc["Wq_p95"])
    (md1,), (mg1,) = truths["md1"], truths["mg1"]
    assert pollaczek_khinchine(0.5, 1.0, 0.0) == pytest.approx(md1["Wq"])
    assert pollaczek_khinchine(0.8, 1.0, 0.25) == pytest.approx(mg1["Wq"])
    (priority,) = truths["priority_nonpreemptive"]
    assert cobham(priority["params"]["lams"], 1.0) == pytest.approx([c["Wq"] for c in priority["classes"]])
    # Erlang C in a second form: from Erlang B by its recursion.
    blocked = 1.0
    for servers in range(1, 13):
        blocked = 10.8 * blocked / (servers + 10.8 * blocked)
    assert erlang_c(0.9, 12) == pytest.approx(blocked / (1 - 0.9 * (1 - blocked)))
