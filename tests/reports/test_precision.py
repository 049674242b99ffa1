"""Replications until the precision wanted is reached, on values drawn for the purpose."""

import math

import numpy as np
import pytest

from reports.designs.precision import Precision, look_ahead, read_half_widths
from reports.statistics import mean_of, paired, replications_for, sample_of, welch
from sim.errors import InputError


def play(design, values):
    """Run a design to its end on {policy: {kpi: values of replications}}, and return what was found."""
    found = {policy: [] for policy in values}
    while (wanted := design(found)) != {policy: len(rows) for policy, rows in found.items()}:
        for policy, n in wanted.items():
            assert n >= len(found[policy])
            found[policy] = [
                {kpi: float(column[place]) for kpi, column in values[policy].items()} for place in range(n)
            ]
    return found


def costs(seed, spread=1.0, n=400):
    rng = np.random.default_rng(seed)
    common = rng.normal(10, 5, n)
    return {
        "near": {"cost_per_order": common},
        "cheap": {"cost_per_order": common - 0.4 + rng.normal(0, spread, n)},
    }


def design(half_width=0.3, **options):
    return Precision({"cost_per_order": half_width}, "near", **options)


def column(found, policy):
    return [row["cost_per_order"] for row in found[policy]]


def test_it_ends_when_the_half_width_of_the_difference_is_reached():
    found = play(design(), costs(1))
    n = len(found["near"])
    assert len(found["cheap"]) == n
    assert paired(column(found, "near"), column(found, "cheap")).half_width <= 0.3
    # With spread 1, 1.96 / sqrt(n) is 0.3 at 43; it must hold over 5 more.
    assert 30 < n < 70
    told = design().told(found)
    assert (told["reached"], told["confirmed"], told["replications"]) == (True, True, n)
    assert told["half_widths"] == [
        {
            "kpi": "cost_per_order",
            "policy": "cheap",
            "wanted": 0.3,
            "n": n,
            "half_width": paired(column(found, "near"), column(found, "cheap")).half_width,
            "reached": True,
            "n_needed": None,
        }
    ]


def test_the_replications_given_are_always_played():
    assert len(play(design(50.0), costs(1))["near"]) == 10
    assert len(play(design(50.0, at_least=25), costs(1))["near"]) == 25


def test_it_does_not_stop_on_luck():
    # The first three differences are nearly equal, and so are no three of the others.
    values = costs(2)
    values["cheap"]["cost_per_order"][:4] = values["near"]["cost_per_order"][:4] - [0.4, 0.41, 0.39, 0.4]
    lucky = {policy: {kpi: column[:4] for kpi, column in kpis.items()} for policy, kpis in values.items()}
    near, cheap = (lucky[policy]["cost_per_order"] for policy in ("near", "cheap"))
    assert paired(near, cheap).half_width < 0.3
    assert len(play(design(at_least=4), values)["near"]) > 20


def test_looking_ahead_grows_in_proportion_beyond_a_hundred():
    assert [look_ahead(n) for n in (3, 100, 119, 120, 1000)] == [5, 5, 5, 6, 50]


@pytest.mark.parametrize("seed", range(20))
def test_an_experiment_that_goes_on_where_it_was_left_asks_for_the_same(seed):
    found = play(design(), costs(seed))
    asked = design()(found)
    assert asked == {"near": len(found["near"]), "cheap": len(found["cheap"])}
    assert design()({policy: [] for policy in found}) == {"near": 10, "cheap": 10}
    first = {policy: rows[:12] for policy, rows in found.items()}
    assert design()(first)["near"] > 12  # it was not over yet


def test_every_half_width_of_every_policy_must_be_reached():
    values = costs(3)
    rng = np.random.default_rng(4)
    values["slow"] = {"cost_per_order": values["near"]["cost_per_order"] + rng.normal(0, 2.0, 400)}
    for kpis in values.values():
        kpis["late_share"] = rng.normal(0.1, 0.001, 400)
    wanted = Precision({"cost_per_order": 0.5, "late_share": 0.01}, "near")
    told = wanted.told(play(wanted, values))
    assert told["confirmed"]
    assert [(row["kpi"], row["policy"]) for row in told["half_widths"]] == [
        ("cost_per_order", "cheap"), ("cost_per_order", "slow"), ("late_share", "cheap"), ("late_share", "slow"),
    ]  # fmt: skip
    assert told["replications"] > 50  # (1.96 · 2 / 0.5)² = 61 for the policy that varies most


def test_a_policy_alone_is_judged_by_its_mean():
    values = {"near": {"cost_per_order": np.random.default_rng(5).normal(10, 1, 400)}}
    found = play(design(), values)
    told = design().told(found)
    (row,) = told["half_widths"]
    assert row["policy"] == "near"
    assert row["half_width"] == pytest.approx(mean_of(column(found, "near")).half_width)
    assert row["half_width"] <= 0.3


def test_without_common_order_books_the_interval_of_welch_counts():
    wanted = design(2.5, common=False)
    found = play(wanted, costs(5))
    n = len(found["near"])
    near, cheap = column(found, "near"), column(found, "cheap")
    assert welch(sample_of(near), sample_of(cheap)).half_width <= 2.5
    assert paired(near, cheap).half_width < 0.6
    assert n > 25  # 1.96 · √(25 + 26) / 2.5 = √31
    assert wanted.told(found)["confirmed"]


def test_a_limit_ends_it_and_it_says_what_it_would_take():
    wanted = design(0.1, at_most=50)
    found = play(wanted, costs(6))
    told = wanted.told(found)
    assert (told["replications"], told["reached"], told["confirmed"]) == (50, False, False)
    (row,) = told["half_widths"]
    assert row["half_width"] > 0.1
    # (1.96 / 0.1)² = 384 with the true spread; it is estimated from 50.
    assert 250 < row["n_needed"] < 550


@pytest.mark.parametrize(("at_least", "played"), [(2, 10), (10, 10), (25, 25)])
def test_what_is_defined_in_no_replication_is_not_waited_for(at_least, played):
    values = costs(7)
    values["cheap"]["cost_per_order"] = np.full(400, math.nan)
    wanted = design(at_least=at_least)
    told = wanted.told(play(wanted, values))
    assert (told["replications"], told["reached"]) == (played, False)
    assert told["half_widths"][0]["half_width"] is None
    assert told["half_widths"][0]["n_needed"] is None


def test_what_is_defined_once_is_waited_for():
    values = costs(7)
    values["cheap"]["cost_per_order"][1:] = math.nan
    wanted = design(at_most=40)
    assert wanted.told(play(wanted, values))["replications"] == 40


def test_identical_policies_are_precise_at_once():
    values = costs(8)
    values["cheap"] = values["near"]
    wanted = design(1e-9)
    assert len(play(wanted, values)["near"]) == 10


def test_intervals_at_the_end_still_cover():
    # Stopping when the spread is small makes intervals too narrow; the look-ahead keeps most of what is lost.
    covered = stopped = 0
    for seed in range(300):
        found = play(design(0.5), costs(1000 + seed))
        difference = paired(column(found, "near"), column(found, "cheap"))
        covered += difference.low <= -0.4 <= difference.high
        stopped += len(found["near"])
    assert covered / 300 >= 0.95 - 2 * math.sqrt(0.05 * 0.95 / 300)
    # t(n - 1) / sqrt(n) = 0.5 at 18, and five more.
    assert 18 < stopped / 300 < 28


def test_half_widths_are_read_from_the_command_line():
    assert read_half_widths(["cost_per_order=0.05,late_share=0.01", " fill_share = 1e-3 "]) == {
        "cost_per_order": 0.05,
        "late_share": 0.01,
        "fill_share": 0.001,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cost_per_ordr=1", "--precision: value 'cost_per_ordr': is no KPI (orderlab list kpis); did you mean 'cost_per_order'?"),
        ("cost_per_order", "--precision: value 'cost_per_order': must be KPI=HALF_WIDTH, such as cost_per_order=0.05"),
        ("late_share=x", "--precision: late_share: value 'x': the half-width must be a positive number, in share"),
        ("late_share=0", "--precision: late_share: value '0': the half-width must be a positive number, in share"),
        ("late_share=inf", "--precision: late_share: value 'inf': the half-width must be a positive number, in share"),
        ("late_share=1=2", "--precision: late_share: value '1=2': the half-width must be a positive number, in share"),
        ("late_share=nan", "--precision: late_share: value 'nan': the half-width must be a positive number, in share"),
        ("late_share=1,late_share=2", "--precision: late_share: value '2': stands twice"),
        ("", "--precision: value '': must be KPI=HALF_WIDTH, such as cost_per_order=0.05"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_half_width_is_told(text, message):
    with pytest.raises(InputError) as caught:
        read_half_widths([text])
    assert str(caught.value) == message


def test_everything_wrong_is_told_at_once():
    with pytest.raises(InputError) as caught:
        read_half_widths(["a=1,b=2"])
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError) as caught:
        read_half_widths(["cost_per_order,a=1", "late_share=0,fill_share=1,b=1"])
    assert [problem.value for problem in caught.value.problems] == ["cost_per_order", "a", "0", "b"]


def test_a_kpi_that_is_none_is_refused():
    with pytest.raises(InputError, match=r"^wanted: value 'cost': is no KPI"):
        Precision({"cost": 1.0})


@pytest.mark.parametrize(
    "options", [{"wanted": {}}, {"wanted": {"orders": 0.0}}, {"at_least": 9, "at_most": 8}]
)
def test_a_design_that_cannot_be_followed_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        Precision(**{"wanted": {"orders": 1.0}, "baseline": "near", **options})


SETTLING = [0.0, 10.0, *[5.0] * 198]
"""Its spread after m values is the root of 50 / (m - 1): a half-width of 1.50 after 11, and 1.36 after 12."""


def alone(n, values=SETTLING):
    return {"near": [{"cost_per_order": value} for value in values[:n]]}


@pytest.mark.parametrize(
    ("n", "half_width", "at_most", "wanted"),
    [
        (0, 1.4, 200, 11),  # at least
        (11, 1.4, 200, 16),  # with that spread 13 would do: the look-ahead is more
        (12, 1.4, 200, 17),  # reached: five more
        (16, 1.4, 200, 17),
        (17, 1.4, 200, 17),  # and it held
        (11, 0.5, 200, 45),  # 80 would do: half of the 69 that are missing
        (11, 0.5, 40, 40),
        (20, 0.5, 20, 20),
        (25, 0.5, 20, 25),  # what is there is there
    ],
)
def test_how_many_more_are_asked_for_worked_out_by_hand(n, half_width, at_most, wanted):
    search = design(half_width, at_least=11, at_most=at_most)
    assert search(alone(n)) == {"near": wanted}


@pytest.mark.parametrize(
    ("n", "reached", "held", "confirmed"),
    [
        (11, False, 0, False),
        (12, True, 1, False),
        (14, True, 3, False),
        (16, True, 5, False),
        (17, True, 6, True),
    ],
)
def test_what_held_is_counted_from_when_it_was_reached(n, reached, held, confirmed):
    told = design(1.4, at_least=4, at_most=77, confidence=0.95).told(alone(n))
    (row,) = told.pop("half_widths")
    assert told == {
        "baseline": "near",
        "confidence": 0.95,
        "at_least": 4,
        "at_most": 77,
        "replications": n,
        "reached": reached,
        "held": held,
        "confirmed": confirmed,
    }
    assert (row["reached"], row["n_needed"]) == (reached, None if reached else 13)


@pytest.mark.parametrize(
    ("since", "n", "confirmed"), [(119, 123, False), (119, 124, True), (121, 126, False), (121, 127, True)]
)
def test_the_look_ahead_is_that_of_when_it_was_reached(since, n, confirmed):
    exactly = mean_of(SETTLING[:since]).half_width  # as narrow as wanted is narrow enough
    assert design(exactly).told(alone(n))["confirmed"] is confirmed
    assert design(exactly).told(alone(since))["half_widths"][0]["reached"]


def test_a_spread_of_fewer_than_three_is_not_believed():
    search = design(1.0, at_least=2)
    same = [4.0] * 9
    assert search(alone(3, same)) == {"near": 8}
    assert [search.told(alone(n, same))["held"] for n in (2, 3, 5)] == [0, 1, 3]
    (row,) = design(1.4, at_least=2).told(alone(2))["half_widths"]
    assert row["n_needed"] == replications_for(math.sqrt(50), 1.4)


def test_a_search_begins_with_what_a_spread_needs():
    """It used to ask for half of its limit after one replication, which has no spread."""
    assert design(1.0, at_least=1)(alone(1)) == {"near": 3}
    assert design(1.0, at_least=1, at_most=2)(alone(1)) == {"near": 2}
    assert design(1.0, at_least=7)(alone(1)) == {"near": 7}


def test_the_first_policy_is_the_baseline_unless_told_otherwise():
    found = play(Precision({"cost_per_order": 0.3}), costs(1))
    told = Precision({"cost_per_order": 0.3}).told(found)
    assert (told["baseline"], [row["policy"] for row in told["half_widths"]]) == ("near", ["cheap"])
    told = Precision({"cost_per_order": 0.3}, "cheap").told(found)
    assert (told["baseline"], [row["policy"] for row in told["half_widths"]]) == ("cheap", ["near"])


def test_the_level_of_the_half_widths_can_be_chosen():
    found = {
        policy: [{"cost_per_order": value} for value in columns["cost_per_order"][:20]]
        for policy, columns in costs(3).items()
    }
    near, cheap = column(found, "near"), column(found, "cheap")
    welchs = welch(sample_of(near), sample_of(cheap), 0.8)
    for search, expected in (
        (design(0.01, confidence=0.8), paired(near, cheap, 0.8)),
        (design(0.01, confidence=0.8, common=False), welchs),
    ):
        (row,) = search.told(found)["half_widths"]
        assert row["half_width"] == expected.half_width
        assert row["n_needed"] == replications_for(expected.spread, 0.01, 0.8)
    (row,) = design(0.01, confidence=0.8).told({"near": found["near"]})["half_widths"]
    assert row["half_width"] == pytest.approx(mean_of(near, 0.8).half_width)


def test_the_least_that_a_search_can_do_is_allowed():
    assert design(at_least=1, at_most=1)({"near": []}) == {"near": 1}


def test_the_most_that_an_experiment_can_play_is_the_most_that_a_search_may():
    assert design(at_most=1_000_000).at_most == 1_000_000
    with pytest.raises(ValueError, match=r"^at_most must be at most 1,000,000, not 1000001$"):
        design(at_most=1_000_001)
