"""How often a warehouse was full is told below the results of a run."""

from __future__ import annotations

from typing import Any

import pytest

from reports.storage import count_full_hours, too_full
from sim import Experiment, load_scenario

DAY, HOUR = 86_400, 3_600


def test_hours_of_the_window_count_that_end_with_goods_at_the_door(story: Any) -> None:
    for hour in range(96):
        inside, outside = 30 <= hour < 42, hour < 20
        story.add("warehouse_hours", hour=hour * HOUR, door_l=4.5 if inside or outside else 0.0)
        story.add("warehouse_hours", hour=hour * HOUR, warehouse="reno")
    assert count_full_hours(story.close()) == {"full.newark": 12 / 48}


def test_the_fullest_are_named_and_the_others_counted() -> None:
    half = {f"full.{site}": share for site, share in zip("abcd", (0.3, 0.0004, 0.8, 0.02), strict=True)}
    assert too_full([("lean", 0, {}), ("rich", 0, half), ("rich", 1, {"orders": 5.0})]) == [
        "rich: c was full in 40 % of the hours, a was full in 15 % of the hours, d was full in 1.0 % of the hours, "
        "1 more less often; goods waited at the door"
    ]
    assert too_full([("rich", 0, {"full.a": 0.0004})]) == [
        "rich: a was full in <0.1 % of the hours; goods waited at the door"
    ]


@pytest.mark.parametrize(("litres", "told"), [(60, True), (1_000_000, False)])
def test_a_run_says_so(litres: int, told: bool) -> None:
    world = load_scenario("split_trap", ["warm_up_days=0", "days=2", f"warehouses.{0}.storage_l={litres}"])
    result = Experiment(world, replications=1).run(jobs=1)
    assert any("goods waited at the door" in sentence for sentence in result.summary["warnings"]) is told
