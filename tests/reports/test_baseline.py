"""Baselines: small texts that a person can review, and that say so when they are not what was saved."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.gates.baseline import Bound, Kept, Played, baseline_of, bounds_of, read_baseline, write_baseline
from reports.kpis import HEADLINE, KPIS
from reports.result import write_result
from sim.errors import InputError

ABOUT = {"title": "Two coasts", "scenario": "two_coasts", "currency": "EUR", "timezone": "UTC"}
PROVENANCE = {
    "seed": 7,
    "versions": {"python": "3.12.1", "orderlab": "0.1.0"},
    "hashes": {"scenario.yaml": "sha256:1", "policies/Near.py": "sha256:2"},
    "settings": {
        "policies": ["near", "cheap"],
        "classes": {"Near": "Near"},
        "parameters": {"Near": {"weight": 2}},
        "variants": [
            {"name": "near", "policy": "Near", "changes": ["days=2"], "books": [1, 2]},
            {"name": "cheap", "policy": "cheap", "changes": [], "books": [0, 1]},
        ],
    },
}
Result = Callable[..., Path]


@pytest.fixture
def result(tmp_path: Path) -> Result:
    """Return the function that writes a result folder; `values` are those of cost_per_order."""

    def written(values: Any = (10.0, 12.0, 11.0), name: str = "result", **provenance: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        rows = [
            (policy, replication, {**dict.fromkeys(KPIS, 1 / 3), "cost_per_order": value, "orders": math.nan})
            for policy in ("near", "cheap")
            for replication, value in enumerate(values)
        ]
        write_result(folder, rows, "near", ABOUT)
        (folder / "provenance.json").write_text(json.dumps({**PROVENANCE, **provenance}))
        return folder

    return written


def test_a_baseline_reads_back_as_it_was_saved(result: Result, tmp_path: Path) -> None:
    said = baseline_of(result(), {"late_share": Bound(0.01), "cost_per_order": Bound(2.0, percent=True)})
    write_baseline(tmp_path / "b.json", said)
    assert read_baseline(tmp_path / "b.json") == said
    assert (said.version, said.scenario, said.currency, said.seed) == ("0.1.0", "two_coasts", "EUR", 7)
    assert said.variants == {
        "near": Played(
            file="policies/Near.py",
            replications=3,
            books=(1, 2),
            changes=("days=2",),
            parameters={"weight": 2},
        ),
        "cheap": Played(file="policies/cheap.yaml", replications=3),
    }
    cost = said.policies["near"]["cost_per_order"]
    assert (cost.n, cost.mean, cost.spread, cost.values) == (3, 11.0, 1.0, (10.0, 12.0, 11.0))
    assert said.policies["near"]["orders"] == Kept(n=0, mean=None, spread=None)


def test_its_text_is_sorted_with_a_line_for_each_policy_and_kpi(result: Result, tmp_path: Path) -> None:
    write_baseline(tmp_path / "b.json", baseline_of(result(), {"queue_p95_min": Bound(5.0)}))
    text = (tmp_path / "b.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert list(content) == sorted(content)
    assert list(content["policies"]) == ["cheap", "near"]
    lines = text.splitlines()
    for policy, kpis in content["policies"].items():
        assert list(kpis) == sorted(KPIS)
        begins = lines.index(f'  "{policy}": {{') + 1
        assert [line.split('"')[1] for line in lines[begins : begins + len(KPIS)]] == sorted(KPIS)
        assert {kpi for kpi, kept in kpis.items() if "values" in kept} == {*HEADLINE, "queue_p95_min"}
    assert '"cheap": {"file": "policies/cheap.yaml", "replications": 3}' in text
    assert '"late_share": {"n": 3, "mean": 0.333333333333, "spread": 0.0, "values": [' in text
    assert content["bounds"] == {"queue_p95_min": "5"}


def test_the_same_result_is_saved_with_the_same_bytes(result: Result, tmp_path: Path) -> None:
    write_baseline(tmp_path / "a.json", baseline_of(result()))
    write_baseline(tmp_path / "b.json", baseline_of(result(name="again", started="later")))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_what_is_not_finite_is_not_defined(result: Result) -> None:
    folder = result((10.0, 2.5, math.nan))
    table = (folder / "kpis.csv").read_text()
    (folder / "kpis.csv").write_text(table.replace(",2.5\n", ",inf\n"))
    cost = baseline_of(folder).policies["near"]["cost_per_order"]
    assert (cost.n, cost.mean, cost.spread, cost.values) == (1, 10.0, None, (10.0, None, None))


def test_bounds_are_read_as_they_are_typed() -> None:
    bounds = bounds_of(["cost_per_order=0.10", "late_share= 2%"])
    assert bounds == {"cost_per_order": Bound(0.1), "late_share": Bound(2.0, percent=True)}
    assert [str(bound) for bound in bounds.values()] == ["0.1", "2%"]
    assert bounds["late_share"].allowed(-0.5) == 0.01
    assert bounds["cost_per_order"].allowed(-0.5) == 0.1


def test_everything_that_is_wrong_with_bounds_is_said_at_once() -> None:
    number = "must be a number from 0, in the unit of the KPI, or per cent of the baseline: 1%"
    with pytest.raises(InputError) as refused:
        bounds_of(
            [
                "cost_per_ordr=1",
                "late_share",
                "late_share=-1",
                "late_share=few",
                "late_share=nan%",
                "late_share=inf",
                "split_share=1%",
                "split_share=2%",
            ]
        )
    assert str(refused.value).splitlines() == [
        "--bound: value 'cost_per_ordr': is no KPI (orderlab list kpis); did you mean 'cost_per_order'?",
        "--bound: value 'late_share': must be KPI=VALUE",
        f"--bound: late_share: value '-1': {number}",
        f"--bound: late_share: value 'few': {number}",
        f"--bound: late_share: value 'nan%': {number}",
        f"--bound: late_share: value 'inf': {number}",
        "--bound: split_share: value '2%': stands twice",
    ]


def damaged(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def text(before: str) -> str:
        content = json.loads(before)
        change(content)
        return json.dumps(content)

    return text


DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "an empty file": (lambda _: "", "is not a baseline: Invalid JSON"),
    "a merge that was not finished": (lambda text: f"<<<<<<< HEAD\n{text}", "is not a baseline: Invalid JSON"),
    "half a file": (lambda text: text[: len(text) // 2], "is not a baseline: Invalid JSON"),
    "a list": (lambda text: f"[{text}]", "is not a baseline: Input should be an object"),
    "no seed": (damaged(lambda content: content.pop("seed")), "seed: is not a baseline: Field required"),
    "an unknown key": (damaged(lambda content: content.update(seeds=1)), "seeds: is not a baseline: Extra inputs"),
    "no policies": (damaged(lambda content: content["policies"].clear()), "policies: is not a baseline: Dictionary should"),
    "a policy that was not played": (
        damaged(lambda content: content["variants"].pop("near")),
        "is not a baseline: Value error, variants and policies do not agree",
    ),
    "a number as text": (
        damaged(lambda content: content["policies"]["near"]["orders"].update(n="three")),
        "policies.near.orders.n: is not a baseline: Input should be a valid integer",
    ),
    "a number that is none": (
        lambda text: text.replace('"mean": 11.0', '"mean": NaN'),
        "policies.cheap.cost_per_order.mean: is not a baseline: Input should be a finite number",
    ),
    "a count that is not that of its mean": (
        damaged(lambda content: content["policies"]["near"]["orders"].update(n=3)),
        "policies.near.orders: is not a baseline: Value error, n, mean and spread do not agree",
    ),
    "a mean that is not that of its values": (
        damaged(lambda content: content["policies"]["near"]["cost_per_order"].update(mean=1.0)),
        "policies.near.cost_per_order: is not a baseline: Value error, n and mean are not those of values",
    ),
    "a bound that is none": (
        damaged(lambda content: content.update(bounds={"late_share": "little"})),
        "bounds.late_share: is not a baseline: Value error, must be a number from 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_baseline_is_told_in_one_message(result: Result, tmp_path: Path, what: str) -> None:
    path = tmp_path / "b.json"
    write_baseline(path, baseline_of(result()))
    damage, message = DAMAGE[what]
    path.write_text(damage(path.read_text()))
    with pytest.raises(InputError) as refused:
        read_baseline(path)
    (problem,) = refused.value.problems
    assert str(problem).startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("provenance.json", "{}", "is not what a run wrote: Field required"),
        ("provenance.json", "", "is not what a run wrote: Invalid JSON"),
        ("summary.json", "", "not a table of results"),
        ("kpis.csv", "", "not a table of results"),
        (
            "kpis.csv",
            "policy,replication,kpi,unit,value\n",
            "kpis.csv: not a table of results: it has no rows",
        ),
    ],
)
def test_a_damaged_result_is_told_in_one_message(result: Result, name: str, text: str, message: str) -> None:
    folder = result()
    (folder / name).write_text(text)
    with pytest.raises(InputError, match=message):
        baseline_of(folder)


def test_a_folder_without_provenance_is_no_result(result: Result) -> None:
    folder = result()
    (folder / "provenance.json").unlink()
    with pytest.raises(InputError, match=r"provenance\.json: cannot be read: No such file"):
        baseline_of(folder)
