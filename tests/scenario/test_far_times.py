"""Times at the edge of what a clock can say: what cannot be played is refused by key, and the rest is right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.journal import TABLES

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 3
items: [{id: tin, weight_kg: 0.5, price: 3.00, cost: 1.00, shelf_life_days: 10, return_share: 0.5}]
regions: [{id: here, at: [50, 8]}]
segments: [{id: standard, promise_days: 3}]
demand: {orders_per_day: 40}
warehouses:
  - {id: shop, at: [50, 8], work_minutes: 3, downtime: [{begins: 2026-01-06T00:00, hours: 1, announced_hours: 1}]}
stock:
  opening: {units: 300}
  replenish: [{items: all, warehouses: all, from: farm, review: {every_days: 1, order_up_to: {units: 400}}}]
suppliers: [{id: farm, lead_days: 1}]
carriers:
  - id: post
    services: [{id: parcel, transit_days: 1, lost_share: 0.1, disruptions: [{begins: 2026-01-05T00:00, days: 1, transit_factor: 2}]}]
lost: {noticed_after_days: 1}
returns: {delay_days: 1, inspect_minutes: 1}
"""
PARCEL, DOWN = "carriers.post.services.parcel", "warehouses.shop.downtime.0"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["days=1000000000"], "days: value '1000000000': must be at most 36,525"),
        (["days=.inf"], "days: value '.inf': must be "),
        (["start=9999-12-31T23:59"], "must "),
        (["start=2199-12-30T00:00"], "must end before the year 2200, with warm-up and drain"),
        (["days=36525", "warm_up_days=36525"], "must end before the year 2200, with warm-up and drain"),
        ([f"{PARCEL}.transit_days=1000000000000"], "transit_days: value '1000000000000': must be at most 1,000,000"),
        (["segments.standard.promise_days=1.0e+18"], "promise_days: value '1.0e+18': must be at most 36,525"),
        (["segments.standard.impatience_days=1.0e+18"], "impatience_days: value '1.0e+18': must be at most 36,525"),
        ([f"{DOWN}.hours=1.0e+12"], "hours: value '1.0e+12': must be at most 876,600"),
        ([f"{DOWN}.begins=99999-01-01T00:00"], "begins: value '99999-01-01T00:00': must be a date"),
        (["items.tin.shelf_life_days=1.0e+15"], "shelf_life_days: value '1.0e+15': must be at most"),
        (["suppliers.farm.lead_days={gamma: {mean: 1.0e+9, cv: 1}}"], "mean: value '1.0e+9': must be at most 1,000,000"),
        (["lost.noticed_after_days=1.0e+9"], "noticed_after_days: value '1.0e+9': must be at most"),
        (["seed=99999999999999999999"], "must be at most 9,223,372,036,854,775,807"),
        (["stock.replenish.0.review.every_days=1.0e-9"], "every_days: value '1.0e-9': must be at least 0.00001"),
    ],
)  # fmt: skip
def test_what_no_clock_can_say_is_refused_by_key(stage: Any, changes: list[str], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        stage.scenario(WORLD, changes)
    (line,) = str(caught.value).splitlines()
    assert message in line


FAR = ["1000000", "{exponential: {mean: 1000000}}", "{lognormal: {mean: 1000000, cv: 100}}",
       "{gamma: {mean: 1000000, cv: 100}}", "{normal: {mean: 1000000, sd: 1000000}}"]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        *([f"{PARCEL}.transit_days={far}"] for far in FAR),
        *([f"returns.delay_days={far}"] for far in FAR),
        *([f"suppliers.farm.lead_days={far}"] for far in FAR),
        *([f"warehouses.shop.work_minutes={far}"] for far in FAR),
        *([f"{DOWN}={{every_hours: 1000, hours: {far}, while: {mode}}}"] for far in FAR for mode in ("up", "working")),
        [f"{PARCEL}.transit_days=1000000", f"{PARCEL}.disruptions.0.transit_factor=1000"],
        [f"{PARCEL}.disruptions.0.begins=9999-01-01T00:00", f"{PARCEL}.disruptions.0.days=36525"],
        [f"{DOWN}.begins=9999-12-01T00:00", f"{DOWN}.hours=876600"],
        [f"{DOWN}.begins=1980-01-01T00:00", f"{DOWN}.hours=876600", f"{DOWN}.announced_hours=876600"],
        ["segments.standard.promise_days=36525", "segments.standard.impatience_days=36525"],
        ["items.tin.shelf_life_days=36525", "items.tin.min_life_at_delivery_days=36525"],
        ["lost.noticed_after_days=36525", f"{PARCEL}.lost_share=1"],
        ["start=2199-12-20T00:00"],
        ["start=1971-01-01T00:00"],
        ["visibility.sync_minutes=525600"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_lies_far_away_is_played_and_is_right(stage: Any, changes: list[str]) -> None:
    try:
        scenario = stage.scenario(WORLD, changes)
    except ScenarioError:  # which is right, too
        return
    journal = stage.play(scenario)  # which checks what must be conserved
    start, end = journal.about["start"], journal.about["start"] + journal.about["end"]
    for table, columns in TABLES.items():
        for name in (name for name, kind in columns.items() if kind == "time" and name != "promised_at"):
            at = (
                journal.table(table, [name])[name]
                .drop_null()
                .to_numpy()
                .astype("datetime64[s]")
                .astype(np.int64)
            )
            # Nothing has happened before the start, nor after the end: no second has wrapped around.
            assert ((at >= start) & (at <= end + 3600)).all(), (table, name)
    orders = journal.frame("orders")
    promised = orders["promised_at"] - orders["placed_at"]
    days = scenario.segments[0].promise_days
    assert (promised.dt.total_seconds() == days * 86_400).all()
    assert journal.start == datetime.fromisoformat(f"{scenario.start}+00:00")
