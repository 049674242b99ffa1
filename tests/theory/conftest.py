"""Worlds of the theory, and the rule by which they agree with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reports.kpis import measure
from sim.journal import Journal
from tests.theory.agreement import REPLICATIONS, SEED, Agreement


@pytest.fixture
def agree(request: pytest.FixtureRequest) -> Agreement:
    """Return the rule of agreement."""
    return Agreement(request.node)


QUEUE = """\
start: 2026-01-05T00:00
warm_up_days: {warm_up}
days: {days}
drain_days: 10
seed: {seed}
items: [{{id: thing}}]
regions: [{{id: here}}]
segments: {segments}
demand: {{orders_per_day: {per_day}}}
warehouses:
  - {{id: shop, stations: {stations}, queue: {queue}, work_minutes: {work}{site}}}
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""


def queue_world(
    *,
    load: float,
    minutes: float,
    work: str,
    orders: int,
    stations: int = 1,
    queue: str = "fifo",
    segments: str = "[{id: standard}]",
    site: str = "",
) -> str:
    """Return a scenario of one warehouse with Poisson demand of one-line orders and stock without end.

    Args:
        load: work that comes in, as a share of what the stations can do.
        minutes: mean of `work`, the work of a shipment.
        orders: expected number of counted orders in a replication. A tenth of it is warm-up.
        site: what else there is to the warehouse.
    """
    per_day = load * stations * 1440 / minutes
    days = orders / per_day
    return QUEUE.format(
        warm_up=round(days / 10, 6), days=round(days, 6), seed=SEED, segments=segments, per_day=repr(per_day),
        stations=stations, queue=queue, work=work, site=site and f", {site}",
    )  # fmt: skip


def repeat(
    stage: Any, text: str, policy: Any, read: Callable[[Journal], dict[str, float]] = measure
) -> dict[str, list[float]]:
    """Play all replications of a scenario and return what was read of each: by default the KPIs."""
    scenario = stage.scenario(text)
    rows = [read(stage.play(scenario, policy, number)) for number in range(REPLICATIONS)]
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.fixture(name="repeat")
def repeat_(stage: Any) -> Any:
    """Return the function that plays all replications."""
    return lambda text, policy, read=measure: repeat(stage, text, policy, read)


def backlog(journal: Journal) -> float:
    """Return the time mean of shipments in the building over the window that counts."""
    hours = journal.table("warehouse_hours").to_pandas()
    begin, end = (journal.start.timestamp() + second for second in journal.about["window"])
    starts = hours["hour"].astype("datetime64[s]").astype("int64")
    lasts = starts.shift(-1, fill_value=int(end)) - starts
    inside = (starts >= begin) & (starts < end)
    return float((hours["backlog"] * lasts)[inside].sum() / lasts[inside].sum())


@pytest.fixture(name="in_building")
def in_building_() -> Any:
    """Return the function from a journal to its KPIs and the mean backlog."""
    return lambda journal: {**measure(journal), "backlog": backlog(journal)}


@pytest.fixture(name="queue_world")
def queue_world_() -> Any:
    """Return the function that writes a scenario of one queue."""
    return queue_world
