"""What an experiment is given by mistake is refused at once, by name, before anything is played or written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies import Rule, RuleSet, read_policies
from reports import Precision, Selection
from sim import Experiment, Variant, load_scenario, sweep
from sim.errors import InputError

QUICK = ["days=0.1", "warm_up_days=0"]


class Mine:
    """Ships nothing."""

    def allocate(self, order: Any, network: Any) -> None:
        raise AssertionError("never asked")

    def __repr__(self) -> str:
        return "Mine()"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"policies": "nearest"}, ["policies: value 'nearest': must be a list: ['nearest']"]),
        ({"policies": RuleSet(rules=(Rule(),))}, ["policies: value 'rules: [{}]\\n': must be a list"]),
        ({"policies": []}, ["policies: must name at least one"]),
        (
            {"policies": [Mine()]},
            ["Mine(): is an object without a source: save its class as file.py, and name it file.py:Class"],
        ),
        ({"changes": [3]}, ["changes: value '3': must be a text"]),
        ({"family": [None]}, ["family: value 'None': must be a text"]),
        ({"baseline": 3}, ["baseline: value '3': must be the name of a policy"]),
        (
            {"design": 5},
            ["design: value '5': must be a design, such as reports.Precision or reports.Selection"],
        ),
        ({"changes": "days=1"}, ["changes: value 'days=1': must be a list: ['days=1']"]),
        ({"replications": 0}, ["replications: value '0': must be a whole number, 1 or more"]),
        ({"replications": 2.5}, ["replications: value '2.5': must be a whole number, 1 or more"]),
        ({"replications": 10**9}, ["replications: must be at most 1,000,000"]),
        ({"replications": 10**5_000}, ["replications: must be at most 1,000,000"]),
        ({"replications": True}, ["replications: value 'True': must be a whole number, 1 or more"]),
        (
            {"family": ["late_shar", "orders"], "replications": -1},
            [
                "replications: value '-1': must be a whole number, 1 or more",
                "family: value 'late_shar': is no KPI (orderlab list kpis); did you mean 'late_share'?",
                "family: value 'orders': is no KPI to judge by: neither lower nor higher is better",
            ],
        ),
    ],
)
def test_what_no_experiment_can_be_made_of_is_said_all_at_once(
    arguments: dict[str, Any], says: list[str]
) -> None:
    with pytest.raises(InputError) as found:
        Experiment("hello", **arguments)
    assert str(found.value).splitlines() == says


@pytest.mark.parametrize(
    ("vary", "says"),
    [
        ("demand.orders_per_day=1,2", "vary: value 'demand.orders_per_day=1,2': must be a list: "),
        ({"days": 2}, "vary: days: value '2': must be a list: [2]"),
        ({"days": "2,3"}, "vary: days: value '2,3': must be a list: ['2,3']"),
    ],
)
def test_a_sweep_takes_lists_of_values(vary: Any, says: str) -> None:
    with pytest.raises(InputError) as found:
        sweep("hello", ["nearest"], vary)
    assert str(found.value).startswith(says)


def test_variants_stand_where_they_are_named_and_each_by_a_name_of_its_own() -> None:
    world = load_scenario("hello", QUICK)
    (cheapest,) = read_policies(["cheapest"], world)
    variant = Variant("cheap", cheapest, world)
    experiment = Experiment(world, ["nearest", variant])
    assert [each.name for each in experiment.variants] == ["nearest", "cheap"]
    assert experiment.baseline == "nearest"
    with pytest.raises(InputError, match="policies: value 'cheap': stands twice"):
        Experiment(world, [variant, "nearest", variant])


def test_a_name_is_of_one_policy(tmp_path: Path) -> None:
    """The result used to keep the last of them, and `again` played it for both."""
    world = load_scenario("hello", QUICK)
    variants = []
    for folder, text in (("a", "rules: [{rank: {by: [distance_km]}}]\n"), ("b", "rules: [{}]\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.yaml").write_text(text)
        variants += [Variant(folder, *read_policies([tmp_path / folder / "mine.yaml"], world), world)]
    with pytest.raises(InputError, match="policies: value 'mine': is the name of two policies that differ"):
        Experiment(world, variants)
    Experiment(world, [variants[0], Variant("c", variants[0].source, world)])


def test_changes_of_policies_are_for_those_that_have_still_to_be_read() -> None:
    """They used to be ignored."""
    world = load_scenario("hello", QUICK)
    variant = Variant("cheap", *read_policies(["cheapest"], world), world)
    with pytest.raises(InputError, match="is for policies that have still"):
        Experiment(world, [variant], changes=["policy.name=x"])


def test_a_design_names_kpis_that_there_are() -> None:
    for make in (lambda: Precision({"cost_per_ordr": 0.1}), lambda: Selection("cost_per_ordr", 0.1)):
        with pytest.raises(InputError, match="did you mean 'cost_per_order'"):
            make()


def test_precision_is_judged_against_the_baseline_of_the_experiment() -> None:
    wanted = Precision({"cost_per_order": 1.0}, at_least=2, at_most=2)
    experiment = Experiment(
        "hello", ["nearest", "cheapest"], baseline="cheapest", changes=QUICK, design=wanted
    )
    said = experiment.run(jobs=1).summary["precision"]
    assert said["baseline"] == "cheapest"
    assert [row["policy"] for row in said["half_widths"]] == ["nearest"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"jobs": 10**9}, "jobs: must be at most 1,024"),
        ({"jobs": 0}, "jobs: value '0': must be a whole number, 1 or more"),
        ({"journal": "al"}, "journal: value 'al': must be one of all, first, none; did you mean 'all'?"),
    ],
)
def test_what_says_nothing_of_how_to_play_is_refused(
    tmp_path: Path, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError) as found:
        Experiment("hello", changes=QUICK).run(tmp_path / "result", **arguments)
    assert str(found.value) == says
    assert not (tmp_path / "result").exists()


def test_a_cell_that_is_run_twice_overwrites_a_result_only_if_told_so(tmp_path: Path) -> None:
    folder = str(tmp_path / "results" / "mine")
    once = Experiment("hello", ["nearest", "cheapest"], replications=1, changes=QUICK)
    once.run(folder, jobs=1)
    other = Experiment("hello", ["balanced"], replications=1, changes=QUICK)
    with pytest.raises(InputError, match="holds something already"):
        other.run(folder, jobs=1)
    other.run(folder, overwrite=True, jobs=1)
    assert [path.name for path in (Path(folder) / "journal").iterdir()] == ["balanced"]


def test_a_result_says_in_a_line_what_it_is_of_and_as_text_what_was_found() -> None:
    result = Experiment("hello", ["nearest", "cheapest"], replications=1, changes=QUICK).run(jobs=1)
    assert repr(result) == "Result(hello: nearest, cheapest; 1 replication)"
    assert "cheapest minus nearest" in str(result)
