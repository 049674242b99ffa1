"""How fast `us_parcel` runs under `balanced`, against what bare SimPy can do. `make bench` prints it."""

from __future__ import annotations

import resource
import time
from collections.abc import Generator
from typing import Any

import simpy

from policies import build_policy, read_policies
from sim.scenario import load_scenario
from sim.simulate import simulate

TIMEOUTS = 500_000


def bare_timeouts_per_second() -> float:
    """One process that does nothing but wait: the least that SimPy can do for an event."""

    def wait(env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        for _ in range(TIMEOUTS):
            yield env.timeout(1)

    env = simpy.Environment()
    env.process(wait(env))
    begun = time.perf_counter()
    env.run()
    return TIMEOUTS / (time.perf_counter() - begun)


def test_orders_per_second() -> None:
    scenario = load_scenario("us_parcel")
    (source,) = read_policies(["balanced"], scenario)
    policy = build_policy(source, scenario)
    bare = bare_timeouts_per_second()
    begun = time.perf_counter()
    orders = simulate(scenario, policy).table("orders", ["order"]).num_rows
    rate = orders / (time.perf_counter() - begun)
    bare = max(bare, bare_timeouts_per_second())
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{orders:,} orders, {rate:,.0f} a second; bare SimPy: {bare:,.0f} timeouts a second; "
        f"ratio {bare / rate:.0f}; peak memory {peak_mb:,.0f} MB"
    )
