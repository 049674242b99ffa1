"""KPIs of the window, each against a value worked out by hand."""

import math

import pytest

from reports.kpis import KPIS, measure
from reports.kpis.sites import gini
from sim.journal import Journal

DAY, HOUR = 86_400, 3_600


def test_utilisation_is_busy_over_open_station_seconds_of_the_window(story):
    for hour, busy in ((DAY - HOUR, 7200), (DAY, 1800), (DAY + HOUR, 3600), (3 * DAY, 7200)):
        story.add("warehouse_hours", warehouse="newark", hour=hour, busy_s=busy, open_s=7200)
    story.add("warehouse_hours", warehouse="reno", hour=DAY, busy_s=2700, open_s=3600, down_s=900)
    values = measure(story.close())
    # Inside the window: newark 5,400 of 14,400, reno 2,700 of 3,600.
    assert values["utilisation_mean"] == 8100 / 18000
    assert values["utilisation_max"] == 0.75
    assert values["balance_gini"] == pytest.approx(1 / 6)  # (2·(2700 + 2·5400) − 3·8100) / (2·8100)
    assert values["downtime_h"] == 0.25


def test_a_site_that_never_opens_has_no_utilisation_and_no_share_of_the_work(story):
    story.add("warehouse_hours", warehouse="newark", hour=DAY, busy_s=1800, open_s=3600)
    story.add("warehouse_hours", warehouse="reno", hour=DAY, busy_s=0, open_s=0)
    values = measure(story.close())
    assert values["utilisation_mean"] == values["utilisation_max"] == 0.5
    assert values["balance_gini"] == 0.0


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [([5], 0.0), ([3, 3, 3], 0.0), ([0, 0, 0, 8], 0.75), ([1, 2, 3, 4], 0.25), ([4, 1, 3, 2], 0.25)],
)
def test_gini_agrees_with_its_definition(amounts, expected):
    pairs = sum(abs(a - b) for a in amounts for b in amounts)
    assert pairs / (2 * len(amounts) * sum(amounts)) == expected
    assert gini(amounts) == expected


def test_gini_of_no_work_is_undefined():
    assert math.isnan(gini([]))
    assert math.isnan(gini([0, 0]))


def test_stock_counts_by_the_hour_and_turns_by_the_year(story):
    story.order(0)
    # Newark holds 100 then 80 units, Reno 20 then 0: 100 on average. In the window of two days 10 + 2 are
    # sold: 12 × 365 / 2 = 2190 a year, 21.9 times the stock.
    for hour, newark, reno in ((DAY, 100, 20), (DAY + HOUR, 80, 0)):
        story.add("warehouse_hours", warehouse="newark", hour=hour, on_hand=newark, cells=4, out_of_stock=1)
        story.add(
            "warehouse_hours", warehouse="reno", hour=hour, on_hand=reno, cells=1, out_of_stock=int(not reno)
        )
    story.shipment(0, units=10, started_at=DAY).shipment(0, units=50, started_at=3 * DAY)
    story.add("walk_ins", at=2 * DAY, units=2, lost_units=7).add("walk_ins", at=0, units=30)
    values = measure(story.close())
    assert values["stockout_share"] == 3 / 10
    assert values["inventory_turns"] == pytest.approx(21.9)
    assert values["lost_sales_share"] == 7 / 9


def test_spoilage_is_a_share_of_all_that_left_stock_in_the_window(story):
    story.order(0)
    story.shipment(0, units=70, started_at=2 * DAY)
    story.shipment(0, units=10, started_at=DAY, counted=False)  # it took from the same stock
    story.shipment(0, units=99, started_at=DAY - 1).shipment(0, units=99, started_at=-1, picked_up_at=-1)
    story.add("walk_ins", at=DAY, units=6)
    for at, units, reason in (
        (DAY, 8, "spoiled"), (2 * DAY, 4, "scrapped"), (2 * DAY, 2, "spoiled"), (3 * DAY, 99, "spoiled"),
    ):  # fmt: skip
        story.add("disposals", at=at, units=units, reason=reason)
    values = measure(story.close())
    assert values["spoiled_units"] == 10.0
    assert values["spoiled_share"] == 10 / 100


def test_nothing_spoils_where_nothing_left_stock_is_undefined(story):
    assert math.isnan(measure(story.order(0).close())["spoiled_share"])


def test_kpis_are_the_same_to_the_bit_from_memory_and_from_any_blocks_on_disk(new_story, tmp_path):
    def written(folder, block_rows):
        story = new_story(folder, block_rows)
        for number in range(100):
            story.order(
                number, delivered_at=DAY + 977 * number, cost_freight=33 * number, units=number % 7 + 1
            )
            story.shipment(number, distance_km=1009 * number, stock_age_d=61 * number, co2e_kg=number)
            story.add("ledger", at=2 * DAY, account="storage", amount_cents=number)
            story.add(
                "warehouse_hours", hour=DAY + HOUR * (number % 30), busy_s=number, open_s=3600, on_hand=5
            )
        return story.close()

    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    values = [
        list(measure(journal).values())
        for journal in (written(None, 7), written(tmp_path / "one", 10), written(tmp_path / "two", 64))
    ]
    assert repr(values[0]) == repr(values[1]) == repr(values[2])
    assert repr(list(measure(Journal.open(tmp_path / "one")).values())) == repr(values[0])


def test_every_meaning_is_one_line_of_its_own():
    meanings = [kpi.meaning for kpi in KPIS.values()]
    assert len(set(meanings)) == len(meanings)
    assert all(meaning and "\n" not in meaning for meaning in meanings)
