"""How long a report takes to be written, and how much memory: of six policies, with journals of 100,000 orders each.

    python tests/benchmarks/report.py [--scenario us_parcel] [--orders 100000] [--replications 5 20]

One replication of each policy is really played, and its journals kept, as by default. What was measured of it stands
for the others, with a little noise: a report reads their numbers, and nothing else of them. Aims, for 20 replications:
less than 10 s; no more memory than for 5.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from cases import run

from reports.breakdown import FILE_NAME
from reports.result import write_result
from sim import Experiment
from sim.scenario.demand import Generated

POLICIES = ("nearest", "cheapest", "fewest_shipments", "balanced", "cost_based", "split_control")
_NOISE = 0.01


def main() -> None:
    """Print a line for each number of replications."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="us_parcel")
    parser.add_argument("--orders", type=float, default=100_000)
    parser.add_argument("--replications", type=int, nargs="+", default=[5, 20])
    arguments = parser.parse_args()

    demand = Experiment(arguments.scenario).scenario.demand
    assert isinstance(demand, Generated), "a scenario that draws its orders"
    daily = demand.orders_per_day
    changes = ["warm_up_days=0", f"days={arguments.orders / daily:.3f}"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "result"
        result = Experiment(arguments.scenario, POLICIES, replications=1, changes=changes).run(folder)
        orders = result.summary["kpis"]["orders"][POLICIES[0]]["mean"]
        print(f"{arguments.scenario}: {len(POLICIES)} policies, {orders:,.0f} orders in each replication")
        print(f"{'replications':>12}{'wall, s':>10}{'CPU, s':>10}{'memory, MiB':>13}{'page, MB':>10}")
        once, slices = result.kpis, pq.read_table(folder / FILE_NAME)
        for replications in arguments.replications:
            repeat(folder, once, slices, result.summary["about"], replications)
            cost = run("report", str(folder))
            size = (folder / "report.html").stat().st_size / 1e6
            print(
                f"{replications:>12}{cost.wall_s:>10.2f}{cost.cpu_s:>10.2f}{cost.peak_mib:>13.0f}{size:>10.2f}"
            )


def repeat(folder: Path, once: pd.DataFrame, slices: pa.Table, about: dict[str, str], number: int) -> None:
    """Write the tables of so many replications, made of one."""
    noise = np.random.default_rng(1)
    rows = []
    for policy, kpis in once.groupby("policy", sort=False):
        for replication in range(number):
            values = kpis["value"] * (1.0 + _NOISE * noise.standard_normal(len(kpis)))
            rows.append((str(policy), replication, dict(zip(kpis["kpi"], values, strict=True))))
    write_result(folder, rows, POLICIES[0], about)
    place = slices.schema.get_field_index("replication")
    numbered = (
        slices.set_column(place, "replication", pa.array([replication] * len(slices), pa.int32()))
        for replication in range(number)
    )
    pq.write_table(pa.concat_tables(numbered), folder / FILE_NAME)


if __name__ == "__main__":
    main()
