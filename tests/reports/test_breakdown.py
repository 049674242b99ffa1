"""The slices of a result add up to its KPIs."""

import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from reports.breakdown import BY, SUMS, break_down
from sim import Experiment
from sim.errors import InputError

DAY, HOUR = 86_400, 3_600


def test_each_order_is_in_its_slices(story):
    story.order(
        0, placed_at=DAY + 5, delivered_at=DAY + 5 + HOUR, promised_at=DAY, cost_freight=700, cost_late=50
    )
    story.order(1, placed_at=2 * DAY, region="LAX", state="open", delivered_at=-1, promised_at=5 * DAY)
    story.order(2, placed_at=2 * DAY, delivered_at=3 * DAY, shipments=2, split_reason="cheaper")
    story.order(3, placed_at=0, counted=False)  # in the warm-up
    story.shipment(0, started_at=DAY + 9, stock_age_d=3 * DAY)
    story.shipment(3, started_at=5)
    story.add("disposals", at=2 * DAY + 1, units=4)
    story.add("disposals", at=2 * DAY + 1, units=9, reason="lost")
    rows = break_down(story.close()).to_pylist()
    found = {(row["by"], row["slice"]): tuple(row[name] for name in SUMS) for row in rows}
    late = (1, 750, 1, HOUR, 1, 1, 0)
    assert found == {
        ("day", "0"): (*late, 1, 3 * DAY, 0),
        ("day", "1"): (2, 0, 1, DAY, 1, 1, 1, 0, 0, 4),
        ("region", "NYC"): (2, 750, 2, HOUR + DAY, 1, 1, 1, 0, 0, 0),
        ("region", "LAX"): (1, 0, 0, 0, 1, 1, 0, 0, 0, 0),
        ("segment", "standard"): (3, 750, 2, HOUR + DAY, 2, 2, 1, 0, 0, 0),
        ("split_reason", "cheaper"): (1, 0, 1, DAY, 0, 0, 1, 0, 0, 0),
    }


def test_blocks_change_nothing(new_story):
    tables = []
    for block_rows in (3, 10_000):
        story = new_story(block_rows=block_rows)
        for number in range(20):
            story.order(
                number, placed_at=DAY + number * HOUR, region=("NYC", "LAX")[number % 2], cost_freight=number
            )
        tables.append(break_down(story.close()))
    assert tables[0].equals(tables[1])


def test_slices_of_every_kind_add_up_to_the_kpis(tmp_path):
    world = ["warm_up_days=0.5", "days=1.5"]
    result = Experiment("split_trap", ["nearest", "split_control"], replications=2, changes=world).run(
        tmp_path, jobs=1
    )
    table = pd.read_parquet(tmp_path / "breakdown.parquet")
    assert pq.ParquetFile(tmp_path / "breakdown.parquet").num_row_groups == 4
    kpis = result.kpis.pivot(index=["policy", "replication"], columns="kpi", values="value")
    assert kpis["split_share"].max() > 0
    for by in BY[:3]:
        sums = table[table["by"] == by].groupby(["policy", "replication"])[list(SUMS)].sum()
        assert (sums["orders"] == kpis["orders"]).all()
        for kpi, share in {"late_share": "late", "split_share": "split"}.items():
            assert (sums[share] / sums["orders"]).values == pytest.approx(kpis[kpi].values)
        lead = sums["lead_s"] / sums["delivered"] / 3600
        assert lead.values == pytest.approx(kpis["lead_time_mean_h"].values)
    splits = table[table["by"] == "split_reason"].groupby(["policy", "replication"])["orders"].sum()
    assert (splits == table[table["by"] == "segment"].groupby(["policy", "replication"])["split"].sum()).all()
    assert not (tmp_path / "digests").exists()


def test_who_is_killed_when_all_is_written_leaves_a_complete_folder(tmp_path, monkeypatch):
    usual = shutil.rmtree

    def killed(path, *args, **options):
        if Path(path).name == "digests" and (Path(path).parent / "report.html").exists():
            raise KeyboardInterrupt
        usual(path, *args, **options)

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        Experiment("hello", replications=1, changes=["days=0.1"]).run(tmp_path / "result", jobs=1)
    monkeypatch.undo()
    with pytest.raises(InputError, match="is complete"):
        Experiment.read(tmp_path / "result").resume(tmp_path / "result", jobs=1)
