"""`orderlab select`, `run --precision` and `run --independent`: how many replications are played, and what is said of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click
import pytest

from policies.load import read_policies
from reports.kpis import KPIS
from sim.cli import orderlab
from sim.errors import InputError

QUICK = ["--set", "days=0.3", "--journal", "none", "--jobs", "1", "--out", "found"]
BOTH = ["-p", "nearest", "-p", "cheapest"]
ONE = "name: one\nrules: [{sites: [shop]}]\n"
"""Nothing may leave from the barn, which is cheaper, and nearer to a third of the customers."""


@pytest.fixture
def folder(tmp_path: Path, small: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the next result, beside a small scenario; commands run beside it."""
    (tmp_path / "small.yaml").write_text(small)
    (tmp_path / "one.yaml").write_text(ONE)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "found"


@pytest.fixture
def says(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command in this process, and returns what it prints as one line."""

    def run(*arguments: str) -> str:
        assert Path.cwd() == folder.parent
        orderlab.main([*arguments], standalone_mode=False)
        return " ".join(capsys.readouterr().out.split())

    return run


def summary(folder: Path) -> Any:
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.theory
def test_the_best_is_selected_with_a_guarantee_and_the_others_stop(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    desk.write("one.yaml", ONE)
    policies = ["-p", "one.yaml", "-p", "nearest", "-p", "cheapest"]
    command = ["select", "small.yaml", *policies, "--indifference", "0.02", "-n", "5", *QUICK]
    outcome = desk.orderlab(*command)
    assert outcome.code == 0, outcome.errors
    told = summary(desk.folder / "found")["selection"]
    asked = (told["by"], told["indifference"], told["confidence"], told["first_stage"])
    assert asked == ("cost_per_order", 0.02, 0.95, 5)
    assert told["selected"] in ("nearest", "cheapest")
    assert told["policies"]["one"]["eliminated_by"] in ("nearest", "cheapest")
    text = " ".join(outcome.output.split())
    assert f"{told['selected']} is selected by cost (lower is better)" in text
    assert (
        "with a probability of at least 95 % if it is ahead of all others by 0.02 USD/order or more" in text
    )
    assert f"one after {told['policies']['one']['replications']}" in text

    outcome = desk.orderlab("again", "found", "--out", "twice", "--jobs", "1")
    assert "the same as found, to the byte" in outcome.output


def test_a_selection_that_meets_its_limit_leaves_the_question_open(says: Any, folder: Path) -> None:
    options = ["--by", "lead_time_p95_h", "--indifference", "0.0001", "-n", "2", "--at-most", "4"]
    text = says("select", "small.yaml", "-p", "nearest", "-p", "one.yaml", *options, *QUICK)
    assert "Nothing is selected by 95 % lead time: at the limit of 4 replications" in text
    assert summary(folder)["selection"]["selected"] is None
    assert "Nothing is selected" in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            [*BOTH, "--by", "lateshare"],
            "--by: value 'lateshare': is no KPI (orderlab list kpis); did you mean 'late_share'?",
        ),
        ([*BOTH, "--by", "orders"], "--by: value 'orders': neither lower nor higher is better"),
        (["-p", "nearest"], "--policy: value 'nearest': a selection needs two or more"),
        (
            [*BOTH, "--at-most", "9"],
            "--at-most: value '9': must be at least the replications to begin with (-n): 10",
        ),
    ],
)
def test_what_cannot_be_selected_is_told(says: Any, options: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        says("select", "small.yaml", *options, "--indifference", "1", *QUICK)
    assert str(caught.value) == message


def test_a_kpi_that_turns_out_to_have_no_value_leaves_a_result_that_is_complete(
    says: Any, folder: Path
) -> None:
    """It used to be refused half way: the folder could not be completed, nor its tables be had."""
    text = says(
        "select", "small.yaml", *BOTH, "--by", "lateness_mean_h", "-n", "2", "--indifference", "1", *QUICK
    )
    rule = "it is undefined for nearest in replication 0. Choose another KPI, or play more days."
    assert f"Nothing is selected by mean lateness: {rule}" in text
    told = summary(folder)["selection"]
    assert (told["selected"], told["undefined"]) == (None, {"policy": "nearest", "replication": 0})
    assert not (folder / "tasks.jsonl").exists()
    assert rule in " ".join((folder / "report.html").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("option", [["--indifference", "0"], ["--indifference", "1", "--confidence", "0.5"]])
def test_numbers_that_promise_nothing_are_refused(says: Any, option: list[str]) -> None:
    with pytest.raises(click.BadParameter, match="is not in the range"):
        says("select", "small.yaml", *BOTH, *option)


@pytest.mark.parametrize(
    ("option", "number"), [("--indifference", "nan"), ("--indifference", "inf"), ("--confidence", "nan")]
)
def test_what_is_no_number_is_refused(says: Any, option: str, number: str) -> None:
    with pytest.raises(InputError) as caught:
        says("select", "small.yaml", *BOTH, "--indifference", "1", option, number)
    assert str(caught.value) == f"{option}: value '{number}': must be a positive number"


def test_replications_are_added_until_the_precision_is_reached(says: Any, folder: Path) -> None:
    precision = ["--precision", "cost_per_order=0.3,late_share=0.5"]
    text = says("run", "small.yaml", *BOTH, *precision, "-n", "3", *QUICK)
    found = summary(folder)
    told = found["precision"]
    assert told["confirmed"]
    assert found["replications"] == told["replications"] >= 8
    row = next(row for row in found["comparison"] if row["kpi"] == "cost_per_order")
    assert (row["high"] - row["low"]) / 2 == pytest.approx(told["half_widths"][0]["half_width"])
    assert (row["high"] - row["low"]) / 2 <= 0.3
    assert (
        f"The precision wanted is reached with {told['replications']} replications, and held over the last 6"
        in text
    )
    assert "half-widths of at most 0.3 USD/order in cost and 50 pp in late orders" in text
    assert "the same as found, to the byte" in says("again", "found", "--out", "twice", "--jobs", "1")


def test_precision_that_costs_too_much_says_how_much(says: Any, folder: Path) -> None:
    text = says(
        "run", "small.yaml", "--precision", "lead_time_mean_h=0.01", "-n", "3", "--at-most", "4", *QUICK
    )
    assert "The limit of 4 replications came first: the precision wanted is not reached." in text
    (row,) = summary(folder)["precision"]["half_widths"]
    assert f"about {row['n_needed']:,} replications would do" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--precision", "cost=1"],
            "--precision: value 'cost': is no KPI (orderlab list kpis); did you mean 'cost_per_order'?",
        ),
        (
            ["--precision", "cost_per_order=1", "-n", "20", "--at-most", "10"],
            "--at-most: value '10': must be at least the replications to begin with (-n): 20",
        ),
        (["--at-most", "10"], "--at-most: value '10': limits --precision, which is not given"),
    ],
)
def test_what_is_wrong_with_the_precision_is_told(says: Any, options: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        says("run", "small.yaml", *options)
    assert str(caught.value) == message


def test_two_identical_policies_under_different_names_differ_by_exactly_zero(desk: Any, small: str) -> None:
    desk.write("small.yaml", small)
    (source,) = read_policies(["nearest"], None)
    desk.write("twin.yaml", source.text)
    outcome = desk.orderlab("run", "small.yaml", "-p", "nearest", "-p", "twin.yaml", "-n", "3", *QUICK)
    assert outcome.code == 0, outcome.errors
    compared = rows(desk.folder / "found" / "comparison.csv")
    assert [row["kpi"] for row in compared] == list(KPIS)
    for row in compared:
        if row["n"] != "0":  # a KPI that is undefined throughout
            assert (row["difference"], row["low"], row["high"], row["p_value"]) == (
                "0.0",
                "0.0",
                "0.0",
                "1.0",
            )
    values = rows(desk.folder / "found" / "kpis.csv")
    half = len(values) // 2
    assert [row["value"] for row in values[:half]] == [row["value"] for row in values[half:]]
    assert "twin gives exactly the same results as nearest." in outcome.output


def test_policies_with_order_books_of_their_own_are_compared_by_welch(says: Any, folder: Path) -> None:
    text = says("run", "small.yaml", *BOTH, "-n", "3", "--independent", *QUICK)
    assert {row["method"] for row in rows(folder / "comparison.csv")} == {"Welch"}
    assert "cheapest minus nearest, each on orders of its own" in text
    assert "the same for every policy" not in (folder / "report.html").read_text(encoding="utf-8")
