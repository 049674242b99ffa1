"""Sweeps: which points are played, that they are what they say, and what of them is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from policies import RuleSet, build_policy
from reports import sweep_table
from sim import Experiment, load_scenario, sweep
from sim.cli.lab.repetition import differing_files
from sim.cli.lab.sweep import MOST_VARIANTS
from sim.errors import InputError
from sim.execution.tasklog import TaskLog

STATIONS = "warehouses.newark.stations"
PARCELS = "policy.rules.0.split.max_shipments"

TUNED = """\
from sim.policy import Allocation

class Tuned:
    def __init__(self, weight=1.0, sites=()):
        if weight < 0:
            raise ValueError("weight must not be negative")

    def allocate(self, order, network):
        return Allocation()
"""


def names(experiment: Experiment) -> list[str]:
    return [variant.name for variant in experiment.variants]


def messages(*arguments: Any, **options: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        sweep(*arguments, **options)
    return str(caught.value).splitlines()


def test_a_grid_has_every_combination_once_and_the_unchanged_point_is_one_of_them() -> None:
    made = sweep("hello", ["nearest"], {STATIONS: [2, 3], PARCELS: [1, 3]})  # 2 and 3 stand there already
    assert names(made) == [
        "nearest",
        "nearest-split.max_shipments-1",
        "nearest-newark.stations-3-split.max_shipments-1",
        "nearest-newark.stations-3",
    ]
    assert [variant.changes for variant in made.variants] == [(), (), (f"{STATIONS}=3",), (f"{STATIONS}=3",)]
    assert [variant.scenario.warehouses[0].stations for variant in made.variants] == [2, 2, 3, 3]
    # Points that share a policy share its source, and those that share a world share that.
    assert [variant.source.name for variant in made.variants] == [
        "nearest", "nearest-split.max_shipments-1", "nearest-split.max_shipments-1", "nearest",
    ]  # fmt: skip
    assert made.variants[2].scenario is made.variants[3].scenario
    for variant, most in zip(made.variants, (3, 1, 1, 3), strict=True):
        policy = build_policy(variant.source, variant.scenario)
        assert isinstance(policy, RuleSet)
        assert policy.rules[0].split.max_shipments == most
    points = made.more["sweep"]["points"]
    assert [tuple(point["values"].values()) for point in points] == [
        ("2", "3"), ("2", "1"), ("3", "1"), ("3", "3"),
    ]  # fmt: skip
    assert {point["of"] for point in points} == {"nearest"}


def test_one_at_a_time_changes_one_key_of_each_policy() -> None:
    made = sweep("hello", ["nearest", "cheapest"], [f"{STATIONS}=1,2", "days=2,3"], one_at_a_time=True)
    expected = [
        [policy, f"{policy}-newark.stations-1", f"{policy}-days-2", f"{policy}-days-3"]
        for policy in ("nearest", "cheapest")
    ]
    assert names(made) == [name for each in expected for name in each]
    assert made.baseline == "nearest"
    assert [point["of"] for point in made.more["sweep"]["points"]] == ["nearest"] * 4 + ["cheapest"] * 4


def test_a_value_that_means_what_stands_there_is_not_played_however_it_is_written(tmp_path: Path) -> None:
    made = sweep("hello", ["nearest"], ["days=7.0,8", "policy.match=first,all"], one_at_a_time=True)
    assert names(made) == ["nearest", "nearest-days-8", "nearest-match-all"]
    assert made.more["sweep"]["points"][0]["values"] == {"days": "7.0", "policy.match": "first"}
    (tmp_path / "tuned.py").write_text(TUNED)
    made = sweep("hello", [f"{tmp_path}/tuned.py:Tuned"], {"policy.weight": [1, 2.5]})
    assert names(made) == ["Tuned", "Tuned-weight-2.5"]
    assert dict(made.variants[1].source.parameters) == {"weight": 2.5}


def test_values_with_commas_are_whole_and_names_are_fit_for_files() -> None:
    work = "warehouses.newark.work_minutes"
    made = sweep("hello", vary=[f"{work}={{exponential: {{mean: 4}}}}, {{gamma: {{mean: 4, cv: 0.5}}}},6"])
    assert names(made) == [
        "nearest",
        "nearest-newark.work_minutes-exponential_mean_4",
        "nearest-newark.work_minutes-gamma_mean_4_cv_0.5",
        "nearest-newark.work_minutes-6",
    ]
    made = sweep("hello", vary={"warehouses.newark.groups": ["[a, b]", ["a b"], ["a_b"]]})
    assert names(made)[1:] == [
        "nearest-newark.groups-a_b",
        "nearest-newark.groups-a_b-2",
        "nearest-newark.groups-a_b-3",
    ]


def test_changes_hold_at_every_point_and_a_loaded_scenario_can_be_swept() -> None:
    made = sweep("hello", vary={STATIONS: [1]}, seed=5, changes=["days=2", "policy.rules.0.service=fastest"])
    assert {(variant.scenario.seed, variant.scenario.days) for variant in made.variants} == {(5, 2.0)}
    assert all("service: fastest" in variant.source.text for variant in made.variants)
    loaded = sweep(load_scenario("hello", ["days=2"]), vary={STATIONS: [1]})
    assert [variant.scenario.days for variant in loaded.variants] == [2.0, 2.0]


def test_dropping_rules_leaves_the_others_as_they_were() -> None:
    made = sweep("hello", ["split_control"], drop_each_rule=True)
    # Points are rewritten: what would be said of their lines is not of the author's file.
    assert made.warnings == Experiment("hello", ["split_control"]).warnings
    assert names(made) == ["split_control", "split_control-without-rule-1", "split_control-without-rule-2"]
    whole, *less = [build_policy(variant.source, variant.scenario) for variant in made.variants]
    assert isinstance(whole, RuleSet)
    for number, shorter in enumerate(less):
        assert isinstance(shorter, RuleSet)
        assert shorter.rules == tuple(rule for place, rule in enumerate(whole.rules) if place != number)
        assert shorter.attempts == whole.attempts
    labels = [point["without"] for point in made.more["sweep"]["points"]]
    assert labels[:2] == [None, "1: one parcel, or two that are worth it"]


def test_a_throttle_curve_is_a_valley() -> None:
    """Of 360 orders a day in the sale, the nearer site takes too many without a limit, and both too few below 180."""
    limited = RuleSet.model_validate(
        {"name": "limited", "rules": [{"filters": ["is_up", "handles_items", "has_stock", "below_limit"]}]}
    )
    sale = ["start=2026-11-25T00:00", "warm_up_days=1", "days=3", "warehouses.edison.shifts=[]"]
    limits = [100, 200, 1_000_000]
    made = sweep(
        "peak_season",
        [limited],
        {"policy.rules.0.filters.below_limit.n": limits},
        replications=2,
        changes=sale,
    )
    table = sweep_table(made.run(jobs=1))
    means = table.pivot(index="kpi", columns="policy", values="mean")
    tight, right, loose = (means[f"limited-below_limit.n-{limit}"] for limit in limits)
    # A limit that is never reached is none: every order meets the same fate.
    endless = table[table["policy"] == "limited-below_limit.n-1000000"]
    assert (endless[["difference", "low", "high"]].dropna() == 0.0).all(axis=None)
    # The lower the limit, the farther orders come from; too low, and they wait for tomorrow.
    assert loose["distance_mean_km"] < right["distance_mean_km"] < tight["distance_mean_km"]
    assert loose["freight_per_order"] < right["freight_per_order"] < tight["freight_per_order"]
    assert right["fill_share"] == loose["fill_share"] == 1.0
    assert tight["fill_share"] < 0.5
    assert right["late_share"] < 0.5 * min(loose["late_share"], tight["late_share"])
    assert right["cost_per_order"] < min(loose["cost_per_order"], tight["cost_per_order"])


WORLD = """\
start: 2026-01-05T00:00
days: 0.5
items: [{id: tin}]
regions: {file: regions.csv}
demand: {orders_per_day: 60}
warehouses: [{id: shop, at: [50, 8], work_minutes: 3}]
carriers: [{id: post, services: [{id: parcel, zones_km: [200], transit_days: [1, 2]}]}]
"""


def test_a_folder_is_enough_to_play_a_sweep_again_or_to_complete_it(tmp_path: Path) -> None:
    """With tables that only a point names, and rule sets and worlds that only some points have."""
    world = tmp_path / "world"
    (world / "more").mkdir(parents=True)
    (world / "world.yaml").write_text(WORLD)
    (world / "regions.csv").write_text("id,lat,lon\nhere,50,8\n")
    (world / "more" / "far.csv").write_text("id,lat,lon\nfar,40,8\n")
    made = sweep(
        world / "world.yaml",
        ["nearest"],
        {"regions.file": ["more/far.csv"], "policy.rules.0.service": ["fastest"]},
        one_at_a_time=True,
        replications=2,
        changes=["days=0.4"],
    )
    folder = tmp_path / "swept"
    result = made.run(folder, jobs=1)
    way = result.summary["kpis"]["distance_mean_km"]
    assert way["nearest-regions.file-more_far.csv"]["mean"] > 1000 > way["nearest"]["mean"]
    shutil.rmtree(world)

    again = Experiment.read(folder)
    assert names(again) == names(made)
    again.run(tmp_path / "again", jobs=1)
    assert differing_files(folder, tmp_path / "again") == []

    # As if it had been killed before the first task was done.
    interrupted = tmp_path / "interrupted"
    shutil.copytree(folder, interrupted)
    TaskLog(interrupted).begin()
    for name in ("kpis.csv", "sweep.csv", "summary.json"):
        (interrupted / name).unlink()
    Experiment.read(interrupted).resume(interrupted, jobs=1)
    assert differing_files(folder, interrupted) == []


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, ["--vary: is missing: KEY=V1,V2,..., or --drop-each-rule instead"]),
    "no values": ({"vary": ["days="]}, ["--vary days=: must be KEY=V1,V2,..."]),
    "no values of a mapping": ({"vary": {"days": []}}, ["--vary days: has no values"]),
    "no key": ({"vary": ["days"]}, ["--vary days: must be KEY=V1,V2,..."]),
    "an empty value": (
        {"vary": ["days=1,,2"]},
        [
            "--vary days=1,,2: must be values with commas between them, each one value, or a list or mapping in [ ] or { }"
        ],
    ),
    "a key twice": (
        {"vary": ["days=1", "days=2"]},
        ["--vary days: stands twice: name all its values in one"],
    ),
    "a million values": ({"vary": {"days": range(1, 10**9)}}, ["--vary days: has more than 1,000 values"]),
    "a million values of a text": (
        {"vary": [f"days={','.join(map(str, range(1, 100_000)))}"]},
        ["--vary days: has more than 1,000 values"],
    ),
    "brackets without end": (
        {"vary": [f"days={'[' * 100_000}"]},
        [
            f"--vary days={'[' * 188}: must be values with commas between them, each one value, or a list or mapping in "
            "[ ] or { }"
        ],
    ),
    "a value twice": ({"vary": ["days=1,1"]}, ["--vary days: value '1': stands there twice"]),
    "the seed": (
        {"vary": ["seed=1,2"]},
        ["--vary seed: only changes what chance does, as each replication does: use -n"],
    ),
    "a key by two ways": (
        {"vary": ["warehouses.newark.stations=1", "warehouses.0.stations=3"]},
        [
            "--vary warehouses.0.stations: leads to what --vary warehouses.newark.stations varies, or to a part of it"
        ],
    ),
    "a part of what is varied": (
        {"vary": ["policy.rules.0.split={max_shipments: 1}", "policy.rules.0.split.max_shipments=2"]},
        [
            "--vary policy.rules.0.split.max_shipments: leads to what --vary policy.rules.0.split varies, or to a part of it"
        ],
    ),
    "everything at every point, at once": (
        {
            "vary": [
                "dais=1,2",
                "warehouses.newrk.stations=1",
                f"{STATIONS}=0,two",
                "policy.rules.0.servise=fastest",
            ]
        },
        [
            "--vary dais=1: dais: is not a key here; did you mean 'days'?",
            "--vary dais=2: dais: is not a key here; did you mean 'days'?",
            "--vary warehouses.newrk.stations=1: warehouses.newrk: is not in the list; did you mean 'newark'?",
            f"--vary {STATIONS}=two: {STATIONS}: value 'two': must be a whole number",
            "--vary policy.rules.0.servise=fastest (policy nearest): rules.every line from the nearest that has it.servise: "
            "is not a key here; did you mean 'service'?",
        ],
    ),
    "too many": (
        {"vary": {"days": range(1, MOST_VARIANTS + 2)}, "policies": ["nearest", "cheapest"]},
        ["--vary: makes 402 variants of policies, and 200 is the most"],
    ),
    "only what is there": (
        {"vary": [f"{STATIONS}=2"]},
        ["--vary: names only values that stand there already: nothing would change"],
    ),
    "the only rule": (
        {"drop_each_rule": True},
        ["--drop-each-rule: value 'nearest': has one rule, and would be empty without it"],
    ),
    "no such baseline": (
        {"vary": [f"{STATIONS}=1"], "baseline": "nearst"},
        [
            "baseline: value 'nearst': is none of the policies: nearest, nearest-newark.stations-1; did you mean 'nearest'?"
        ],
    ),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_swept_is_refused_before_anything_is_played(
    given: dict[str, Any], said: list[str]
) -> None:
    assert messages("hello", **given) == said


def test_classes_are_refused_what_they_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "tuned.py").write_text(TUNED)
    tuned = [f"{tmp_path}/tuned.py:Tuned"]
    assert messages("hello", tuned, drop_each_rule=True) == [
        "--drop-each-rule: value 'Tuned': is a Python class, and has no rules that could be left out"
    ]
    assert messages("hello", tuned, ["policy.wieght=1"]) == [
        "--vary policy.wieght: is no parameter of Tuned; did you mean 'weight'?"
    ]
    (said,) = messages("hello", tuned, ["policy.weight=1,-1"])
    assert said.startswith("--vary policy.weight=-1: ")
    assert said.endswith("Tuned() raised ValueError: weight must not be negative")
