"""What the view tells of the days to come: demand as expected, targets, the next receipt; and of late: velocity."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest

from sim.catalogue import Catalogue
from sim.clock import DAY, ORDER, Clock
from sim.policy import Allocation, Part
from sim.stock.inventory import UNLIMITED
from sim.view.forecast import Forecast
from sim.view.velocity import Velocity

WORLD = """\
start: 2026-01-05T00:00
days: 10
items: [{id: mug, popularity: 3}, {id: ice, handling: [cold]}]
regions: [{id: north, share: 3}, {id: south}]
demand: {orders_per_day: 100, units_per_line: {2: 1}}
warehouses:
  - {id: depot, serves: none}
  - {id: one}
  - {id: two, handling: [ambient]}
  - {id: shop, walk_ins: {units_per_day: 40}}
stock:
  replenish:
    - {warehouses: [one], from: farm, review: {every_days: 2, order_up_to: {units: 30}}}
    - {items: [ice], warehouses: [one], from: farm, lead_days: 7, review: {reorder_point: {units: 5}, order_units: 8}}
    - {items: [mug], warehouses: [two], from: depot, lead_days: 0.5, review: {order_up_to: {days_of_demand: 2}}}
    - {items: [mug], warehouses: [shop], arrivals: {every_days: {exponential: {mean: 0.25}}}}
suppliers: [{id: farm, lead_days: {gamma: {mean: 3, cv: 0.5}}}]
carriers: [{id: post, services: [{id: van}]}]
"""
MUG, ICE = 0, 1
DEPOT, ONE, TWO, SHOP = range(4)


@pytest.fixture
def forecast(stage: Any) -> Forecast:
    return Forecast(Clock(), Catalogue(stage.scenario(WORLD)))


def test_demand_is_shared_by_those_who_may_serve_it(forecast: Forecast) -> None:
    """Of 200 units a day 150 are mugs, a third at each; of 50 of ice a half at two; the depot provides what it supplies."""
    expected = [[50, 50, 50, 50 + 40 * 0.75], [0, 25, 0, 25 + 40 * 0.25]]
    assert forecast.units_a_day.tolist() == pytest.approx(np.array(expected), abs=1e-8)


@pytest.mark.parametrize(
    "played", ["", "days: 1\n", "warm_up_days: 1\ndays: 1\n", "start: 2026-01-06T00:00\n"]
)
def test_demand_of_a_replay_is_the_mean_of_all_that_is_recorded(stage: Any, played: str) -> None:
    text = WORLD.replace("days: 10\n", played).replace(
        "{orders_per_day: 100, units_per_line: {2: 1}}", "{replay: orders.csv}"
    )
    if "start" in played:
        text = text.replace("start: 2026-01-05T00:00\n", "", 1)
    rows = "a,2026-01-05,north,mug,6\nb,2026-01-05,north,ice,2\nc,2026-01-06,north,mug,3\nd,2026-01-06,south,mug,3\n"
    scenario = stage.scenario(text, orders="order,placed_at,region,item,units\n" + rows)
    forecast = Forecast(Clock(), Catalogue(scenario))
    assert forecast.units_a_day[:, ONE].tolist() == [2, 0.5]  # 6 and 1 a day, by three and by two


def test_targets_are_what_reviews_fill_up_to(forecast: Forecast) -> None:
    none = UNLIMITED
    assert forecast.target.tolist() == [[none, 30, 100, none], [none, 13, none, none]]


@pytest.mark.parametrize(
    ("now", "to_review"), [(0, 2 - 2), (1, 2 - 1 / DAY), (DAY, 1), (2 * DAY, 0), (2 * DAY + 1, 2 - 1 / DAY)]
)
def test_stock_comes_next_after_the_next_review_and_the_mean_lead_time(
    stage: Any, now: int, to_review: float
) -> None:
    """A review in this very second comes after the orders of the second. One that looks at each change waits for nothing."""
    clock = Clock()
    forecast = Forecast(clock, Catalogue(stage.scenario(WORLD)))
    found: list[list[float]] = []
    clock.due(now, ORDER, lambda _: found.append(forecast.replenished_in_days(MUG).tolist()))
    clock.due(now, ORDER, lambda _: found.append(forecast.replenished_in_days(ICE).tolist()))
    clock.due(now, ORDER, lambda _: clock.stop())
    clock.run()
    assert found[0] == pytest.approx([np.inf, to_review + 3, 0.5, 0.25])
    assert found[1] == [np.inf, 7, np.inf, np.inf]


def test_the_forecast_cannot_be_written(forecast: Forecast) -> None:
    for array in (forecast.units_a_day, forecast.target):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


# -- velocity ----------------------------------------------------------------------------------------------


def rates(steps: list[tuple[int, int]], half_life_days: float, begins_at: float, until: int) -> float:
    """Return the velocity of a cell at a second, after units left at some."""
    clock = Clock()
    velocity = Velocity(clock, np.array([[begins_at]]), half_life_days)
    for at, units in steps:
        clock.due(at, ORDER, lambda event: velocity.add(0, 0, event.value), units)
    found: list[float] = []
    clock.due(until, ORDER, lambda _: found.append(float(velocity.units_a_day(0)[0])))
    clock.due(until, ORDER, lambda _: clock.stop())
    clock.run()
    return found[0]


def test_velocity_begins_at_the_forecast_and_halves() -> None:
    assert rates([], 2, 8.0, 0) == 8.0
    assert rates([], 2, 8.0, 2 * DAY) == 4.0
    assert rates([], 2, 8.0, 6 * DAY) == 1.0


def test_every_unit_adds_its_step_and_decays_by_itself() -> None:
    """Closed form: sum of units x ln 2 / h x 2^-(age / h)."""
    found = rates([(0, 3), (DAY, 1), (DAY, 2)], 1, 0.0, 2 * DAY)
    assert found == pytest.approx(log(2) * (3 / 4 + 3 / 2), abs=1e-6)


def test_a_steady_flow_comes_to_be_its_rate() -> None:
    """A unit each hour is 24 a day; the mean over an hour of a step that decays is 24 exactly."""
    steps = [(hour * 3600, 1) for hour in range(24 * 60)]
    found = rates(steps, 3, 0.0, 24 * 60 * 3600)
    assert found == pytest.approx(24, rel=0.006)


def test_velocities_are_counted_only_for_those_who_ask(stage: Any) -> None:
    class Asks:
        half_life: float | None = None

        def prepare(self, network: Any) -> Asks:
            self.velocity = None if self.half_life is None else network.velocity(self.half_life)
            self.same = None if self.half_life is None else network.velocity(self.half_life)
            self.told = len(network._stock.on_sale)
            return self

        def allocate(self, order: Any, network: Any) -> Allocation:
            return Allocation((Part(ONE, tuple((line, order.units[line]) for line in order.open)),))

    for half_life, told in ((None, 0), (5.0, 1)):
        policy = Asks()
        policy.half_life = half_life
        stage.play(
            WORLD.replace("days: 10", "days: 0.1").split("stock:")[0]
            + "carriers: [{id: post, services: [{id: van}]}]\n",
            policy,
        )
        assert policy.told == told
        assert policy.velocity is policy.same
