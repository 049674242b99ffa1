"""What is read off a sweep: differences, swings, which points may be best, and the texts that say so."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from reports import Result, contenders, result_text, sweep_table, tornado
from reports.statistics import holm
from reports.sweeps.answer import sweep_answer
from reports.sweeps.gallery import sweep_gallery
from reports.sweeps.table import rows_of, write_sweep
from sim.errors import InputError

COST, LATE = "cost_per_order", "late_share"
Write = Callable[..., Result]


def test_points_may_have_other_numbers_of_orders(curve: Result) -> None:
    orders = curve.summary["kpis"]["orders"]
    assert ", 100 orders in each" in result_text(curve)
    orders["mine-20"] = {**orders["mine-20"], "mean": 250.0}
    assert ", 100 to 250 orders in each" in result_text(curve)


def answers(result: Result) -> list[str]:
    return sweep_answer(result, rows_of(sweep_table(result)))


def swept(
    write: Write,
    keys: dict[str, list[str]],
    points: dict[str, tuple[dict[str, str | None], list[float]]],
    *,
    one_at_a_time: bool = False,
    without: dict[str, str] | None = None,
    late: dict[str, list[float]] | None = None,
) -> Result:
    """Write a sweep of one policy: by variant, the values of keys and the costs of replications; the first is unchanged."""
    first = next(iter(points))
    result = write(
        {
            name: {
                COST: costs,
                LATE: (late or {}).get(name, [0.0] * len(costs)),
                "orders": [100.0] * len(costs),
            }
            for name, (_, costs) in points.items()
        }
    )
    result.summary["sweep"] = {
        "one_at_a_time": one_at_a_time,
        "keys": [{"key": key, "short": key, "values": values} for key, values in keys.items()],
        "points": [
            {"policy": name, "of": first, "values": values, "without": (without or {}).get(name)}
            for name, (values, _) in points.items()
        ],
    }
    return result


@pytest.fixture
def curve(write: Write) -> Result:
    """Return a response to one key: 20 is better than what stands there, 5 is worse, 10 is the same."""
    return swept(
        write,
        {"limit": ["20", "5", "10"]},
        {
            "mine": ({"limit": None}, [10.0, 11.0, 12.0, 13.0]),
            "mine-20": ({"limit": "20"}, [9.0, 10.1, 11.0, 12.1]),
            "mine-5": ({"limit": "5"}, [14.0, 15.1, 16.0, 17.1]),
            "mine-10": ({"limit": "10"}, [10.0, 11.0, 12.0, 13.0]),
        },
    )


def test_every_point_is_compared_with_the_unchanged_one_of_its_policy(curve: Result) -> None:
    table = sweep_table(curve)
    assert list(table.columns) == [
        "policy", "of", "limit", "kpi", "unit", "n", "mean", "half_width", "difference", "low", "high", "p_value",
        "p_holm", "verdict", "n_needed",
    ]  # fmt: skip
    cost = table[table["kpi"] == COST].set_index("policy")
    assert cost["limit"].to_dict() == {"mine": "", "mine-20": "20", "mine-5": "5", "mine-10": "10"}
    assert cost.loc["mine-20", "difference"] == pytest.approx(-0.95)
    half = t.ppf(0.975, 3) * np.std([-1.0, -0.9, -1.0, -0.9], ddof=1) / 2
    assert cost.loc["mine-20", "high"] == pytest.approx(-0.95 + half)
    assert cost.loc["mine-5", "verdict"] == "worse"
    assert cost.loc["mine-20", "verdict"] == "better"
    for same in ("mine", "mine-10"):
        assert cost.loc[same, ["difference", "low", "high"]].tolist() == [0.0, 0.0, 0.0]
    # Holm runs over points x family, without the unchanged point, and over nothing else.
    judged = table[table["p_holm"].notna()]
    assert len(judged) == 3 * 6
    assert judged["p_holm"].tolist() == holm(judged["p_value"].tolist())
    # With one policy that is the comparison with the baseline.
    compared = curve.comparison[curve.comparison["p_holm"].notna()].set_index(["kpi", "policy"])["p_holm"]
    assert judged.set_index(["kpi", "policy"])["p_holm"].sort_index().equals(compared.sort_index())


def test_a_written_sweep_gives_its_numbers_back(curve: Result, tmp_path: Path) -> None:
    write_sweep(tmp_path, curve)
    with (tmp_path / "sweep.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = sweep_table(curve)
    assert list(rows[0]) == list(table.columns)
    for column in ("mean", "half_width", "difference", "low", "high", "p_holm"):
        read = [float(row[column]) if row[column] else math.nan for row in rows]
        assert read == pytest.approx(table[column].tolist(), rel=0, abs=0, nan_ok=True)
    assert [row["limit"] for row in rows] == table["limit"].tolist()


def test_a_response_curve_is_sorted_and_says_what_is_better(curve: Result) -> None:
    text = result_text(curve)
    lines = [line.split() for line in text.split("mine over limit\n")[1].split("\n\n")[0].splitlines()]
    assert [line[0] for line in lines[2:]] == ["5", "10", "20", "(unchanged)"]
    minus = text.split("minus mine unchanged\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in minus[2:]] == ["5", "10", "20"]
    assert minus[2].endswith(" w")
    assert minus[3].split() == ["10", "0"]
    assert minus[4].split() == ["20", "-0.950", "±", "0.092", "b"]
    assert "late_share" not in text  # it never differs
    assert "corrected for making 18 comparisons (Holm)" in " ".join(text.split())


def grid(write: Write, noise: Sequence[float], **options: Any) -> Result:
    """Return a grid of two keys with main effects 4 and 1, and costs that differ by replication."""
    points: dict[str, tuple[dict[str, str | None], list[float]]] = {
        "mine": ({"a": "1", "b": "x"}, [10.0 + each for each in noise])
    }
    for a, b in product("12", "xyz"):
        if (a, b) != ("1", "x"):
            cost = 10.0 + 4.0 * (a == "2") + {"x": 0.0, "y": -0.5, "z": 0.5}[b]
            wobble = [each * (1.1 if b == "z" else 1.0) for each in noise]
            points[f"mine-{a}{b}"] = ({"a": a, "b": b}, [cost + each for each in wobble])
    return swept(write, {"a": ["1", "2"], "b": ["x", "y", "z"]}, points, **options)


def test_the_swing_of_a_key_in_a_grid_is_its_main_effect_with_an_interval_for_all_pairs(write: Write) -> None:
    noise = [0.0, 1.0, -1.0, 0.5]
    found = tornado(grid(write, noise)).set_index("key")
    assert list(found.index) == ["a", "b"]  # the largest first
    assert found.loc["a", ["lowest_at", "highest_at"]].tolist() == ["1", "2"]
    assert found.loc["a", ["lowest", "highest", "swing"]].tolist() == pytest.approx(
        [10 + np.mean(noise) * 3.1 / 3, 14 + np.mean(noise) * 3.1 / 3, 4.0]
    )
    assert found.loc["a", ["low", "high"]].tolist() == pytest.approx(
        [4.0, 4.0]
    )  # one pair, which never varies
    assert found.loc["b", ["lowest_at", "highest_at"]].tolist() == ["y", "z"]
    differences = 1.0 + 0.1 * np.array(noise)
    half = t.ppf(1 - 0.05 / 2 / 3, 3) * np.std(differences, ddof=1) / 2  # three pairs of three values
    assert found.loc["b", "swing"] == pytest.approx(differences.mean())
    assert found.loc["b", "high"] == pytest.approx(differences.mean() + half)


def test_a_grid_in_which_one_key_has_one_value_has_no_heat_map(write: Write) -> None:
    """The report used to fail when all had been played."""
    points = {
        "mine": ({"a": "1", "b": "5"}, [10.0, 12.0]),
        "mine-2": ({"a": "2", "b": "5"}, [11.0, 14.0]),
    }
    result = swept(write, {"a": ["1", "2"], "b": ["5"]}, points)
    groups = sweep_gallery(result, rows_of(sweep_table(result)), ["mine"])
    pictures = [picture.name for group in groups for picture in group.pictures]
    assert pictures
    assert not [name for name in pictures if "heat" in name]


def test_a_point_at_which_a_kpi_is_undefined_is_not_counted_among_those_compared(write: Write) -> None:
    """It was said to be the best of three where the others have no value."""
    nothing = [math.nan] * 3
    points = {
        "mine": ({"a": "1"}, [10.0, 12.0, 11.0]),
        "mine-2": ({"a": "2"}, nothing),
        "mine-3": ({"a": "3"}, nothing),
    }
    (alone,) = answers(swept(write, {"a": ["1", "2", "3"]}, points))
    assert (
        alone == "mine: of 3 points, cost is defined at the unchanged one alone, with 11.00 ± 2.48 USD/order."
    )
    points["mine-2"] = ({"a": "2"}, [20.0, 22.0, 21.0])
    (two,) = answers(swept(write, {"a": ["1", "2", "3"]}, points))
    assert two.startswith(
        "mine: of the 2 points of 3 at which it is defined, the best in cost looks to be the unch"
    )
    assert two.endswith("It is, with 95 % confidence, corrected for the choice among 2.")


def test_one_at_a_time_a_swing_is_between_points_that_differ_in_one_key(write: Write) -> None:
    result = swept(
        write,
        {"a": ["2", "3"], "b": ["y"]},
        {
            "mine": ({"a": "1", "b": None}, [10.0, 12.0]),
            "mine-a2": ({"a": "2", "b": None}, [11.0, 13.0]),
            "mine-a3": ({"a": "3", "b": None}, [9.0, 11.0]),
            "mine-by": ({"a": "1", "b": "y"}, [15.0, 17.0]),
        },
        one_at_a_time=True,
    )
    found = tornado(result)[["key", "lowest_at", "highest_at", "swing"]].to_numpy().tolist()
    assert found == [["b", "unchanged", "y", 5.0], ["a", "3", "2", 2.0]]
    text = result_text(result)
    assert "swing of cost_per_order, USD/order, over each key, the others unchanged" in text
    assert answers(result) == [
        "mine: cost swings most over b, by 5.000 [5.000, 5.000] USD/order between unchanged and y."
    ]
    changes = text.split("each change of mine, minus mine unchanged\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[:3] for line in changes[2:]] == [
        ["a", "2", "+1.000"],
        ["a", "3", "-1.000"],
        ["b", "y", "+5.000"],
    ]


def test_the_best_point_comes_with_those_that_may_be_best(write: Write) -> None:
    noise = [0.0, 1.0, -1.0, 0.5]
    result = grid(write, noise)
    assert contenders(result, "mine") == ["mine-1y"]  # always exactly 0.5 cheaper than the next
    assert contenders(result, "mine", "margin_per_order") == [
        "mine",
        *(f"mine-{p}" for p in ("1y", "1z", "2x", "2y", "2z")),
    ]
    (_, best) = answers(result)
    assert "of 6 points, the best in cost looks to be a 1, b y" in best
    assert "corrected for the choice among 6" in best
    one = grid(write, [0.0])
    assert len(contenders(one, "mine")) == 6
    assert "One replication cannot say" in answers(one)[1]
    with pytest.raises(ValueError, match="neither lower nor higher is better"):
        contenders(result, "mine", "orders")


def test_where_all_points_are_the_same_none_is_called_the_best(write: Write) -> None:
    same = {name: ({"a": name}, [10.0, 11.0, 12.0]) for name in ("1", "2", "3")}
    (text,) = answers(swept(write, {"a": ["1", "2", "3"]}, same))  # type: ignore[arg-type]
    assert text == "1: cost is the same at all 3 points, 11.00 ± 2.48 USD/order."


def test_the_true_best_is_among_the_contenders_as_often_as_promised(write: Write) -> None:
    """Eight points that are all the same: each of them is the best, and is kept with 95 % (250 sweeps, two s.e.)."""
    random = np.random.default_rng(7)
    kept = 0
    sweeps, count, n = 250, 8, 8
    shell = swept(
        write,
        {"a": [str(place) for place in range(count)]},
        {str(p): ({"a": str(p)}, [0.0] * n) for p in range(count)},
    )
    frame = shell.kpis[shell.kpis["kpi"] == COST].copy()
    for _ in range(sweeps):
        common = random.normal(0.0, 3.0, n)  # the same order book at every point
        frame["value"] = np.concatenate([common + random.normal(0.0, 1.0, n) for _ in range(count)])
        shell.summary["kpis"] = {COST: None}
        kept += "3" in contenders(Result(frame, shell.comparison, shell.summary), "0")
    assert kept / sweeps >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / sweeps)


def test_a_kpi_that_is_undefined_with_and_without_a_rule_is_no_difference(write: Write) -> None:
    usual: dict[str, str | None] = {}
    points = {"mine": (usual, [10.0, 11.0]), "mine-without-rule-1": (usual, [10.0, 11.0])}
    nothing = dict.fromkeys(points, [math.nan] * 2)
    result = swept(write, {}, points, without={"mine-without-rule-1": "1"}, late=nothing)
    assert answers(result) == ["Without rule 1, mine gives exactly the same results."]


def test_what_each_rule_is_worth_is_the_set_without_it_minus_the_set_with_all(write: Write) -> None:
    usual: dict[str, str | None] = {}
    result = swept(
        write,
        {},
        {
            "mine": (usual, [10.0, 11.0, 12.0]),
            "mine-without-rule-1": (usual, [12.0, 13.1, 14.0]),
            "mine-without-rule-2": (usual, [10.0, 11.0, 12.0]),
            "mine-without-rule-3": (usual, [9.0, 12.0, 12.5]),
        },
        without={"mine-without-rule-1": "1: whole", "mine-without-rule-2": "2", "mine-without-rule-3": "3"},
    )
    assert answers(result) == [
        "Without rule 1 (whole), mine costs 2.03\u00a0[1.89,\u00a02.18]\u00a0USD more an order.",
        "Without rule 2, mine gives exactly the same results.",
        "Without rule 3, mine is not shown to differ; too few replications to say: cost.",
    ]
    rows = result_text(result).split("minus the set with all\n")[1].split("\n\n")[0].splitlines()
    assert rows[2].split() == ["1:", "whole", "+2.03", "±", "0.14", "w"]
    assert rows[3].split() == ["2", "0"]
    assert "without_rule" in sweep_table(result)


def test_undefined_kpis_and_single_replications_have_no_interval_and_no_swing(write: Write) -> None:
    nothing = swept(
        write,
        {"a": ["2"], "b": ["2"]},
        {"mine": ({"a": "1", "b": "1"}, [math.nan]), "mine-2": ({"a": "2", "b": "2"}, [math.nan])},
    )
    assert tornado(nothing).empty
    text = result_text(nothing)
    assert "cost does not swing over any key" in text
    assert "cost is defined at no point" in text
    assert "One replication has no interval" in text


def test_what_is_no_sweep_is_refused_in_a_sentence(write: Write) -> None:
    plain = write({"mine": {COST: [10.0, 11.0]}})
    for read in (sweep_table, tornado, lambda result: contenders(result, "mine")):
        with pytest.raises(InputError) as caught:
            read(plain)
        assert str(caught.value.problems[0]) == (
            "result: value 'two_coasts': is of no sweep, and has no points: orderlab sweep makes one, and sim.sweep"
        )


def test_unknown_names_are_refused_with_the_nearest(curve: Result) -> None:
    with pytest.raises(
        InputError, match="kpi: value 'cost_per_ordr': is not in the result; did you mean 'cost_per_"
    ):
        tornado(curve, "cost_per_ordr")
    with pytest.raises(
        InputError, match="policy: value 'mine-20': is not in the result; did you mean 'mine'"
    ):
        contenders(curve, "mine-20")


def test_few_replications_are_said_before_the_numbers(curve: Result, write: Write) -> None:
    assert "\n\nOnly 4 replications: intervals are wide, and rest on few values.\n\n" in result_text(curve)
    once = swept(write, {"a": ["2"]}, {"mine": ({"a": "1"}, [1.0]), "mine-2": ({"a": "2"}, [2.0])})
    assert "Only 1" not in result_text(once)
    assert "One replication has no interval" in result_text(once)


def test_where_a_key_makes_other_orders_no_text_calls_them_the_same(curve: Result) -> None:
    assert "replication by replication on the same orders." in " ".join(result_text(curve).split())
    curve.summary["sweep"]["keys"][0]["same_orders"] = False
    text = " ".join(result_text(curve).split())
    assert "same orders" not in text
    assert "Other values of limit make other orders, of the same random numbers." in text
