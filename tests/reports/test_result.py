"""The tables of a result folder."""

import csv
import json
import math

import pandas as pd
import pytest

from reports.compare import COLUMNS
from reports.kpis import HEADLINE, KPIS
from reports.result import KPI_COLUMNS, read_result, write_result
from sim.errors import InputError

ABOUT = {"title": "Two coasts", "scenario": "two_coasts", "currency": "EUR", "timezone": "UTC"}


def rows(policies=("near", "cheap"), n=3):
    return [
        (policy, replication, {kpi: place + replication / 7 + number for number, kpi in enumerate(KPIS)})
        for replication in range(n)
        for place, policy in enumerate(policies)
    ]


def texts(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_result_reads_back_as_it_was_written(tmp_path):
    written = write_result(tmp_path, rows(), "near", ABOUT)
    read = read_result(tmp_path)
    pd.testing.assert_frame_equal(read.kpis, written.kpis, check_exact=True, check_dtype=False)
    pd.testing.assert_frame_equal(read.comparison, written.comparison, check_exact=True, check_dtype=False)
    assert read.summary == written.summary


def test_the_folder_holds_the_tables_and_nothing_half_written(tmp_path):
    write_result(tmp_path, rows(), "near", ABOUT)
    assert list(texts(tmp_path)) == ["comparison.csv", "kpis.csv", "reconciliation.csv", "summary.json"]


def test_the_order_in_which_tasks_finish_does_not_change_a_byte(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write_result(tmp_path / "a", rows(), "near", ABOUT)
    first, *others = rows()
    write_result(tmp_path / "b", [first, *reversed(others)], "near", dict(reversed(ABOUT.items())))
    assert texts(tmp_path / "a") == texts(tmp_path / "b")


def test_kpis_are_sorted_by_policy_replication_and_catalogue(tmp_path):
    write_result(tmp_path, rows(), "near", ABOUT)
    with (tmp_path / "kpis.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == KPI_COLUMNS
    assert [(line[0], int(line[1]), line[2]) for line in lines] == [
        (policy, replication, kpi) for policy in ("near", "cheap") for replication in range(3) for kpi in KPIS
    ]
    assert lines[0][3] == "EUR/order"
    assert float(lines[len(KPIS)][4]) == 1 / 7  # every digit of it


def test_undefined_values_are_empty_cells_and_null(tmp_path):
    values = dict.fromkeys(KPIS, math.nan)
    write_result(tmp_path, [("near", 0, values), ("cheap", 0, values)], "near", ABOUT)
    assert b"near,0,cost_per_order,EUR/order,\n" in (tmp_path / "kpis.csv").read_bytes()
    summary = json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)
    assert summary["kpis"]["cost_per_order"]["near"] == {"n": 0, "mean": None, "half_width": None}
    assert summary["comparison"][0]["difference"] is None
    assert read_result(tmp_path).kpis["value"].isna().all()


def test_the_summary_says_what_was_compared(tmp_path):
    summary = write_result(tmp_path, rows(("near", "cheap", "slow"), 4), "cheap", ABOUT).summary
    assert summary["about"] == ABOUT
    assert summary["baseline"] == "cheap"
    assert summary["policies"] == ["near", "cheap", "slow"]
    assert summary["replications"] == 4
    assert summary["family"] == list(HEADLINE)
    assert len(summary["comparison"]) == 2 * len(KPIS)
    assert set(summary["comparison"][0]) == set(COLUMNS)
    mean = summary["kpis"]["cost_per_order"]["slow"]
    assert mean["n"] == 4
    assert mean["mean"] == pytest.approx(2 + (0 + 1 + 2 + 3) / 28)


def test_policies_may_have_different_numbers_of_replications(tmp_path):
    tasks = [*rows(("near", "cheap"), 3), *rows(("slow",), 7)]
    result = write_result(tmp_path, tasks, "near", ABOUT, more={"noted": {"selected": "slow"}})
    summary = read_result(tmp_path).summary
    assert summary == result.summary
    assert (summary["replications"], summary["replications_of"]) == (7, {"near": 3, "cheap": 3, "slow": 7})
    assert summary["noted"] == {"selected": "slow"}
    assert {row["n"] for row in summary["comparison"]} == {3}


def test_policies_may_be_called_anything(tmp_path):
    names = ("007", "nan", "1.0", "-")
    write_result(tmp_path, rows(names), "nan", ABOUT)
    read = read_result(tmp_path)
    assert list(dict.fromkeys(read.kpis["policy"])) == list(names)
    assert set(read.comparison["baseline"]) == {"nan"}


def test_a_single_replication_and_a_single_policy_are_results_too(tmp_path):
    write_result(tmp_path, rows(("near",), 1), "near", ABOUT)
    read = read_result(tmp_path)
    assert len(read.comparison) == 0
    assert read.summary["kpis"]["orders"]["near"]["half_width"] is None


def test_a_folder_without_a_result_is_called_so(tmp_path):
    with pytest.raises(InputError, match=r"not a result folder: it has no kpis\.csv"):
        read_result(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kpis.csv", b""),
        ("kpis.csv", b"a,b\n1,2\n"),
        ("kpis.csv", b"\xff\xfe\x00"),
        ("comparison.csv", b'kpi\n"unclosed'),
        ("comparison.csv", ",".join(COLUMNS).encode() + b"\na,b,c,d,x" + b"," * 10),
        ("summary.json", b"{"),
        ("summary.json", b"[]"),
        ("summary.json", b"{}"),
        ("summary.json", b"\xff"),
    ],
)
def test_a_damaged_table_is_named(tmp_path, name, content):
    write_result(tmp_path, rows(), "near", ABOUT)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        read_result(tmp_path)
