"""When a simulation agrees with a closed form, and how small a test must be able to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from scipy import stats

from reports.kpis import measure
from sim.journal import Journal

REPLICATIONS = 20
CONFIDENCE = 0.9995  # of each side: one agreement in a thousand fails by chance

# Written down before the first run, and never changed to make a test pass.
SEED = 20260105

FAST, PRECISE = 0.10, 0.03
"""Half-widths as shares of the truth: of `make test`, and of `make theory`."""


def agree(samples: Sequence[float], truth: float, *, within: float) -> None:
    """Assert that the mean of independent replications agrees with the truth.

    |mean - truth| must not exceed t(0.9995, R - 1) s / sqrt(R), and that half-width must be less than `within`
    of the truth: an interval that is too wide agrees with everything.
    """
    values = np.asarray(samples, float)
    n = len(values)
    assert n >= REPLICATIONS
    assert np.isfinite(values).all()
    half = float(stats.t.ppf(CONFIDENCE, n - 1) * values.std(ddof=1) / np.sqrt(n))
    mean = float(values.mean())
    told = f"{mean:.5g} ± {half:.2g} ({half / abs(truth):.1%} of the truth {truth:.5g})"
    assert half < within * abs(truth), f"{told}: too wide to tell, play more orders"
    assert abs(mean - truth) <= half, told


@pytest.fixture(name="agree")
def agree_() -> Any:
    """Return the rule of agreement."""
    return agree


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
