"""The page of a sweep: its points in tables and pictures, on every width."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports import Result, read_result, sweep_table, write_report
from reports.sweeps.gallery import sweep_gallery
from reports.sweeps.table import rows_of
from tests.reports.test_sweep import Write, grid, swept

NOISE = [0.0, 1.0, -1.0, 0.5]


def page_of(result: Result, folder: Path) -> str:
    """Write the page of a result whose summary a test has changed."""
    (folder / "summary.json").write_text(json.dumps(result.summary))
    assert read_result(folder).summary["sweep"] == result.summary["sweep"]
    return write_report(folder).read_text(encoding="utf-8")


def test_the_page_shows_few_points_one_by_one_and_many_as_tables(write: Write, tmp_path: Path) -> None:
    def page(count: int) -> str:
        points = {f"p{place}": ({"a": str(place)}, [10.0 + place, 11.0 + place]) for place in range(count)}
        result = swept(write, {"a": [str(place) for place in range(count)]}, points)  # type: ignore[arg-type]
        return page_of(result, tmp_path)

    few, many = page(5), page(20)
    for text in (few, many):
        assert "What happens at other values of a?" in text
        assert text.count('data-kpi="cost_per_order" data-policy="p4" data-mean="14.5"') >= 1
    one_by_one = {text: text.split('id="headline"')[1] for text in (few, many)}
    assert 'data-policy="p4"' in one_by_one[few]
    assert "The rest of this page" not in few
    assert 'data-policy="p4"' not in one_by_one[many]
    assert 'data-policy="p0"' in one_by_one[many]
    assert "The rest of this page is about the unchanged points alone." in many


def test_tables_are_tables_and_say_the_difference_to_the_unchanged_point(
    write: Write, tmp_path: Path
) -> None:
    result = swept(
        write,
        {"limit": ["20", "5"]},
        {
            "mine": ({"limit": "10"}, [10.0, 11.0, 12.0, 13.0]),
            "mine-20": ({"limit": "20"}, [9.0, 10.1, 11.0, 12.1]),
            "mine-5": ({"limit": "5"}, [14.0, 15.1, 16.0, 17.1]),
        },
    )
    page = page_of(result, tmp_path)
    assert "<pre" not in page
    assert '<dt>limit</dt><dd>20, 5 <span class="quiet">· unchanged: 10</span></dd>' in page
    rows = page.split('id="sweep-1-1-cost_per_order"')[1].split("</table>")[0].split("<tr>")[2:]
    assert [row.split('scope="row">')[1].split("<")[0] for row in rows] == ["5", "10", "20"]  # as numbers
    assert [words in row for words, row in zip(("worse", "unchanged", "better"), rows, strict=True)] == [
        True
    ] * 3
    assert ["difference −0.950 USD/order" in row for row in rows] == [False, False, True]
    assert "late_share" not in page.split('id="headline"')[0]  # it never differs


def test_other_orders_are_not_called_the_same_on_the_page(write: Write, tmp_path: Path) -> None:
    result = swept(
        write, {"days": ["2"]}, {"m": ({"days": "1"}, [1.0, 2.0]), "m-2": ({"days": "2"}, [1.5, 2.1])}
    )
    assert "100 orders each, the same at every point." in page_of(result, tmp_path)
    result.summary["sweep"]["keys"][0]["same_orders"] = False
    page = page_of(result, tmp_path).split('id="headline"')[0]
    assert "100 orders each.<" in page
    assert "same orders" not in page


def test_a_grid_has_a_tornado_and_a_heat_map_of_what_swings(write: Write, tmp_path: Path) -> None:
    result = grid(write, NOISE)
    (group,) = sweep_gallery(result, rows_of(sweep_table(result)), ["mine"])
    assert [picture.name for picture in group.pictures] == [
        "sweep-1-tornado-cost-per-order", "sweep-1-heatmap-cost-per-order",
    ]  # fmt: skip
    page = page_of(result, tmp_path)
    assert page.index('id="sweep-1-tornado-cost-per-order"') < page.index('id="sweep-1-swing-1"')
    assert page.count('<figure id="sweep-1-') == 2
    assert "at x</span>" not in page.split('id="sweep-1-swing-1"')[1].split("</table>")[0]
    assert "at y</span>" in page.split('id="sweep-1-swing-1"')[1].split("</table>")[0]


def test_rules_that_are_worth_nothing_are_said_in_a_sentence(write: Write, tmp_path: Path) -> None:
    points: dict[str, tuple[dict[str, str | None], list[float]]] = {
        "mine": ({}, [10.0, 11.0]), "mine-without-rule-1": ({}, [10.0, 11.0]),
    }  # fmt: skip
    page = page_of(swept(write, {}, points, without={"mine-without-rule-1": "1: <b>whole</b>"}), tmp_path)
    assert "What is each rule worth?" in page
    assert "without any one of its rules, no headline KPI differs in any replication." in page
    assert "<b>whole" not in page


@pytest.mark.parametrize("one_at_a_time", [True, False])
def test_the_same_sweep_gives_the_same_page(write: Write, tmp_path: Path, one_at_a_time: bool) -> None:
    result = grid(write, NOISE, one_at_a_time=one_at_a_time)
    assert page_of(result, tmp_path) == page_of(result, tmp_path)


def test_where_a_key_makes_other_orders_no_caption_calls_them_the_same(write: Write, tmp_path: Path) -> None:
    points = {f"p{place}": ({"a": str(place)}, [10.0 + place, 11.5 + place, 12.0]) for place in range(3)}
    result = swept(write, {"a": ["0", "1", "2"]}, points)  # type: ignore[arg-type]
    assert "A mark is a replication: the same orders under both." in page_of(result, tmp_path)
    result.summary["sweep"]["keys"][0]["same_orders"] = False
    page = page_of(result, tmp_path)
    assert "A mark is a replication: the same random numbers under both." in page
    assert "the orders were the same" not in page
