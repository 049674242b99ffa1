"""A planned downtime pauses the work in hand, which goes on afterwards to the second.

The truth is a trace: the published one, and others that are counted out second by second.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from tests.theory.agreement import SEED, TRUTHS, Agreement, family

START = pd.Timestamp("2026-01-05T00:00:00")
TRACE = TRUTHS["golden_traces"]["dd1_downtime"]

WORLD = """\
start: 2026-01-05T00:00
days: 9
items: [{{id: thing}}]
regions: [{{id: here}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: shop, stations: {stations}, work_minutes: {work!r}, downtime: [{downtime}]}}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""
# Orders may be given to a site that is down, and wait there.
RULES = """\
rules:
  - {filters: [{is_up: {within_hours: 48}}], rank: {by: [site_id]}}
"""


class Case(NamedTuple):
    """Orders, work and downtimes in seconds since the start; all orders take the same work."""

    placed: list[int]
    work: int
    down: list[tuple[int, int]]
    stations: int = 1


def published(unit: int) -> Case:
    """Return the published trace; its unit of time may last as many seconds as make all its times whole."""
    return Case(
        [round(at * unit) for at in TRACE["arrivals"]],
        round(TRACE["service"] * unit),
        [(round(begin * unit), round(end * unit)) for begin, end in TRACE["down"]],
    )


def drawn(number: int, stations: int, orders: int, work: int, windows: int) -> Case:
    """Return orders and windows at random seconds, for stations that are busy most of the time they are up."""
    rng = np.random.default_rng([SEED, number])
    last = orders * work // stations
    edges = np.sort(rng.choice(last, 2 * windows, replace=False)).tolist()
    placed = np.sort(rng.integers(last, size=orders)).tolist()
    return Case(placed, work, list(zip(edges[::2], edges[1::2], strict=True)), stations)


def counted(case: Case) -> list[tuple[int, int]]:
    """Return when work on each order begins and ends, second by second: first come, first served."""
    down = {second for begin, end in case.down for second in range(begin, end)}
    begun: list[int] = []
    ended = [0] * len(case.placed)
    left: dict[int, int] = {}
    second = 0
    while len(begun) < len(case.placed) or left:
        if second not in down:
            while (
                len(left) < case.stations
                and len(begun) < len(case.placed)
                and case.placed[len(begun)] <= second
            ):
                left[len(begun)] = case.work
                begun.append(second)
            for order in list(left):
                left[order] -= 1
                if not left[order]:
                    ended[order] = second + 1
                    del left[order]
        second += 1
    return list(zip(begun, ended, strict=True))


def played(stage: Any, frame: Any, case: Case) -> list[tuple[int, int]]:
    """Return the same of the simulation."""

    def at(second: int) -> str:
        return (START + pd.Timedelta(seconds=second)).isoformat()

    downtime = ", ".join(
        f"{{begins: '{at(begin)}', hours: {(end - begin) / 3600!r}}}" for begin, end in case.down
    )
    rows = [f"{number},{at(second)},here,thing,1" for number, second in enumerate(case.placed)]
    world = stage.scenario(
        WORLD.format(stations=case.stations, work=case.work / 60, downtime=downtime),
        orders="\n".join(["order,placed_at,region,item,units", *rows, ""]),
    )
    times = ["released_at", "started_at", "packed_at"]
    shipments = frame(stage.play(world, RULES), "shipments", ["order", *times])
    shipments = shipments.set_index(shipments["order"].astype(int)).sort_index()
    released, started, packed = (
        ((shipments[name] - START) // pd.Timedelta(seconds=1)).tolist() for name in times
    )
    assert released == case.placed  # orders wait in the building, also while it is down
    return list(zip(started, packed, strict=True))


@family("A planned downtime pauses work", "golden_traces")
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(published(60), id="published, in minutes"),
        pytest.param(published(3_600), id="published, in hours"),
        pytest.param(published(86_400), id="published, in days"),
        pytest.param(drawn(1, stations=1, orders=40, work=97, windows=5), id="40 orders, five downtimes"),
        pytest.param(drawn(2, stations=2, orders=100, work=61, windows=9), id="two stations"),
        pytest.param(drawn(3, stations=5, orders=300, work=613, windows=25), id="five stations"),
    ],
)
def test_work_pauses_and_goes_on_to_the_second(stage: Any, frame: Any, agree: Agreement, case: Case) -> None:
    truth, found = counted(case), played(stage, frame, case)
    differing = sum(a != b for a, b in zip(truth, found, strict=True))
    agree.known("orders that begin or end at another second", differing, 0, count=len(truth))
    agree.known("the last order is packed, s", max(end for _, end in found), max(end for _, end in truth))


def test_the_count_reproduces_the_published_trace() -> None:
    begun_and_ended = [(round(row["start"] * 10), round(row["finish"] * 10)) for row in TRACE["trace"]]
    assert counted(published(10)) == begun_and_ended
