"""Selection with a guarantee, on values drawn for the purpose. Its truths are tested in tests/theory."""

import json
import math

import numpy as np
import pytest

from reports.designs.selection import Elimination, Selection, Standing, constants
from reports.designs.sentences import selection_sentences
from sim.errors import InputError


def play(selection, values, kpi="cost_per_order"):
    """Run a selection to its end on {policy: values of replications}, and return what was found."""
    found = {policy: [] for policy in values}
    while (wanted := selection(found)) != {policy: len(rows) for policy, rows in found.items()}:
        for policy, n in wanted.items():
            assert n >= len(found[policy])
            found[policy] = [{kpi: float(value)} for value in values[policy][:n]]
    return found


def select(selection, values, kpi="cost_per_order"):
    found = play(selection, values, kpi)
    return selection.follow(found)


def close(seed, means=(10.0, 10.4, 10.8), n=600, spread=0.5, common=3.0):
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, common, n)
    return {f"p{place}": mean + shared + rng.normal(0, spread, n) for place, mean in enumerate(means)}


def test_it_tells_who_went_when():
    standing = select(Selection("cost_per_order", 0.1), close(1))
    assert standing.selected == "p0"
    assert standing.survivors == ("p0",)
    assert [elimination.policy for elimination in standing.eliminated] == ["p2", "p1"]
    assert standing.eliminated[0].by in ("p0", "p1")
    assert standing.eliminated[1] == Elimination("p1", standing.replications, "p0")
    assert 10 <= standing.eliminated[0].after < standing.eliminated[1].after


def test_the_eliminated_play_no_more():
    found = play(Selection("cost_per_order", 0.1), close(1, means=(10.0, 10.1, 14.0)))
    assert len(found["p2"]) == 10
    assert len(found["p0"]) == len(found["p1"]) > 10


def test_common_order_books_decide_sooner():
    own = {policy: np.random.default_rng(place).permutation(values) for place, (policy, values) in enumerate(close(2).items())}  # fmt: skip
    selection = Selection("cost_per_order", 0.3)
    assert select(selection, close(2)).replications * 4 < select(selection, own).replications


def test_higher_is_better_where_the_kpi_says_so():
    values = {policy: column / 20 for policy, column in close(3).items()}
    assert select(Selection("fill_share", 0.005), values, "fill_share").selected == "p2"


def test_it_does_not_matter_how_many_replications_are_looked_at_together():
    selection = Selection("cost_per_order", 0.1)
    values = close(4)
    everything = {policy: [{"cost_per_order": float(x)} for x in column] for policy, column in values.items()}
    assert selection.follow(everything) == selection.follow(play(selection, values))


def test_an_experiment_that_is_over_asks_for_nothing_more():
    selection = Selection("cost_per_order", 0.1)
    found = play(selection, close(5))
    assert selection(found) == {policy: len(rows) for policy, rows in found.items()}
    assert selection({policy: [] for policy in found}) == dict.fromkeys(found, 10)


def test_it_ends_even_where_all_are_equal():
    rng = np.random.default_rng(6)
    standing = select(Selection("cost_per_order", 0.5), {f"p{n}": rng.normal(0, 1, 500) for n in range(3)})
    assert standing.selected is not None
    assert standing.replications <= 500


def test_of_identical_policies_the_first_is_selected_at_once():
    values = np.random.default_rng(7).normal(0, 1, 20)
    standing = select(Selection("cost_per_order", 0.5), {"a": values, "b": values})
    assert (standing.selected, standing.survivors, standing.replications) == ("a", ("a", "b"), 10)


def test_a_limit_leaves_it_undecided_and_says_when_it_would_be():
    selection = Selection("cost_per_order", 0.01, at_most=20)
    found = play(selection, close(8, means=(10.0, 10.001)))
    told = selection.told(found)
    assert (told["selected"], told["replications"]) == (None, 20)
    assert told["most"] > 1000
    assert told["at_most"] == 20
    assert {len(rows) for rows in found.values()} == {20}


def test_what_came_of_it_is_written_down():
    selection = Selection("cost_per_order", 0.1, confidence=0.9, first_stage=8)
    found = play(selection, close(1))
    told = json.loads(json.dumps(selection.told(found)))
    assert (told["by"], told["indifference"], told["confidence"], told["first_stage"]) == (
        "cost_per_order",
        0.1,
        0.9,
        8,
    )
    assert told["selected"] == "p0"
    assert told["policies"]["p0"]["eliminated_by"] is None
    assert told["policies"]["p2"]["eliminated_by"] in ("p0", "p1")
    n = told["policies"]["p2"]["replications"]
    assert told["policies"]["p2"]["mean"] == pytest.approx(np.mean(close(1)["p2"][:n]))


def test_a_kpi_that_is_undefined_somewhere_cannot_be_selected_by():
    values = close(9)
    values["p1"][3] = math.nan
    selection = Selection("lateness_mean_h", 0.5)
    found = play(selection, values, "lateness_mean_h")
    assert [len(rows) for rows in found.values()] == [selection.first_stage] * 3  # and there it ends
    told = selection.told(found)
    assert (told["selected"], told["undefined"]) == (None, {"policy": "p1", "replication": 3})
    assert selection_sentences(told, "USD") == [
        "Nothing is selected by mean lateness: it is undefined for p1 in replication 3. Choose another KPI, or play more"
        " days."
    ]


def test_one_policy_is_no_choice():
    with pytest.raises(InputError, match="policies: value 'p0': a selection needs two policies or more"):
        play(Selection("cost_per_order", 0.5), {"p0": np.zeros(20)})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "downtime_h"}, "downtime_h"),
        ({"indifference": 0.0}, "positive"),
        ({"indifference": math.inf}, "positive"),
        ({"confidence": 0.5}, "between 0.5 and 1"),
        ({"confidence": 1.0}, "between 0.5 and 1"),
        ({"first_stage": 1}, "two replications"),
        ({"at_most": 9}, "first_stage or more"),
    ],
)
def test_a_selection_that_promises_nothing_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Selection(**{"by": "cost_per_order", "indifference": 1.0, **options})


def test_the_least_that_a_selection_can_do_is_allowed():
    smallest = Selection("cost_per_order", 1.0, first_stage=2, at_most=2)
    assert (smallest.first_stage, smallest.at_most) == (2, 2)


def test_a_kpi_that_is_none_is_refused_where_it_was_named():
    with pytest.raises(InputError, match=r"^by: value 'cost_per_odrer'"):
        Selection("cost_per_odrer", 1.0)


@pytest.mark.parametrize(
    ("policies", "first_stage", "expected"),
    [
        (
            2,
            3,
            (2.0, 8.0),
        ),  # 0.2 to the power of -2/2 is 5: eta (5 - 1) / 2, h² twice that for each of 2 degrees
        (3, 3, (4.5, 18.0)),  # 0.1: 10
        (2, 2, (12.0, 24.0)),  # 0.2 to the power of -2/1: 25
        (5, 5, (math.sqrt(20) / 2 - 0.5, 4 * math.sqrt(20) - 4)),  # 0.05 to the power of -2/4
    ],
)
def test_the_constants_are_those_of_kim_and_nelson(policies, first_stage, expected):
    assert constants(policies, first_stage, 0.9) == pytest.approx(expected)


def costs(*differences):
    """What was found of a, which costs nothing, and of b, which costs so much more."""
    return {
        "a": [{"cost_per_order": 0.0} for _ in differences],
        "b": [{"cost_per_order": float(difference)} for difference in differences],
    }


def three(indifference, **options):
    return Selection("cost_per_order", indifference, confidence=0.9, first_stage=3, **options)


def test_an_elimination_worked_out_by_hand():
    # Differences -2, 2, 4: variance 28/3, so that both are told apart after 8 · 28/3 / 2² = 18.7 at the latest. The sums
    # are apart by 4, 8, 12 and 16 after 3, 4, 5 and 6; needed are 2/2 · (18.7 - n): 15.7, 14.7, 13.7 and 12.7.
    found = costs(-2, 2, 4, 4, 4, 4, 4, 4)
    assert three(2.0).follow(found) == Standing(6, ("a",), (Elimination("b", 6, "a"),), "a", 3)
    undecided = three(2.0).follow({policy: rows[:5] for policy, rows in found.items()})
    assert undecided == Standing(5, ("a", "b"), (), None, 19)


def test_what_does_not_vary_is_told_apart_by_any_difference():
    assert three(1.0).follow(costs(0.1, 0.1, 0.1)).eliminated == (Elimination("b", 3, "a"),)


def test_of_policies_that_end_alike_the_first_is_selected():
    found = {policy: [{"cost_per_order": cost} for cost in own] for policy, own in {"a": (3.0, 2.0, 1.0), "b": (2.0, 2.0, 2.0)}.items()}  # fmt: skip
    assert three(2.0).follow(found) == Standing(3, ("a", "b"), (), "a", 3)  # 8 · 1 / 2² is 2


@pytest.mark.parametrize(
    ("n", "indifference", "at_most", "wanted"),
    [
        (30, 0.01, None, 35),  # five more
        (60, 0.01, None, 66),  # a tenth more
        (60, 0.01, 64, 64),
        (60, math.sqrt(8 * 4 / 3 / 62.5), None, 63),  # decided after 62.5 in any case
        (60, math.sqrt(8 * 4 / 3 / 62.5), 62, 62),
        (60, math.sqrt(8 * 4 / 3 / 62.5), 200, 63),
        (60, 0.01, 60, 60),
    ],
)
def test_a_few_more_are_asked_for_and_never_more_than_decide(n, indifference, at_most, wanted):
    found = costs(*(1, -1, 1, -1), *[0] * (n - 4))  # a variance of 4/3, and no lead
    assert three(indifference, at_most=at_most)(found) == {"a": wanted, "b": wanted}
