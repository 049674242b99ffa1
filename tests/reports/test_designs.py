"""What sequential designs say of themselves in words."""

from reports.designs.precision import Precision
from reports.designs.selection import Selection
from reports.designs.sentences import precision_sentences, selection_sentences
from reports.kpis import KPIS
from reports.result import write_result
from reports.sentences import answer, reading
from reports.terminal import result_text

NEAR = [9.0, 9.5, 9.2, 9.3, 9.1, 9.4]
CHEAP = [8.6, 9.1, 8.8, 8.9, 8.7, 9.0]  # 0.4 less
DEAR = [10.0, 10.5, 10.3, 10.3, 10.1, 10.4]


def found(n=6, **values):
    return {policy: [{"cost_per_order": value} for value in column[:n]] for policy, column in values.items()}


def test_a_selection_tells_the_winner_the_guarantee_and_who_went_when():
    selection = Selection("cost_per_order", 0.05, first_stage=5)
    told = selection.told(found(near=NEAR, cheap=CHEAP, dear=DEAR))
    assert selection_sentences(told, "USD") == [
        "cheap is selected by cost (lower is better) after 5 replications. The best is selected with a probability of"
        " at least 95 % if it is ahead of all others by 0.05 USD/order or more; policies closer to it than that are"
        " not told apart.",
        "Eliminated, after how many replications: dear after 5 (by cheap) and near after 5 (by cheap).",
    ]


def test_a_selection_that_ended_at_its_limit_promises_nothing():
    selection = Selection("cost_per_order", 0.01, first_stage=5, at_most=5)
    jumping = [9.4, 9.0, 9.3, 9.1, 9.2]
    told = selection.told(found(near=NEAR, odd=jumping))
    (sentence,) = selection_sentences(told, "USD")
    assert sentence.startswith(
        "Nothing is selected by cost: at the limit of 5 replications odd and near are left, and odd leads, without a"
    )
    assert sentence.endswith(f" {told['most']:,} replications decide in any case.")


def test_policies_that_are_exactly_as_good_are_named():
    told = Selection("cost_per_order", 0.05, first_stage=5).told(found(near=NEAR, twin=NEAR))
    assert selection_sentences(told, "USD")[0].startswith(
        "near is selected by cost (lower is better) after 5 "
    )
    assert selection_sentences(told, "USD")[1:] == ["Exactly as good as near: twin."]


def test_precision_that_is_reached_says_what_is_known():
    told = Precision({"cost_per_order": 0.05}, "near", at_least=6).told(found(near=NEAR, cheap=CHEAP))
    assert not told["confirmed"]  # from 3 to 6 are 3 more, and 5 are needed
    assert precision_sentences(told | {"confirmed": True}, "EUR") == [
        "The precision wanted is reached with 6 replications, and held over the last 4: half-widths of at most"
        " 0.05 EUR/order in cost."
    ]
    assert precision_sentences(told, "EUR") == [
        "The limit of 200 replications came first: the precision wanted is reached, but did not yet hold for long"
        " enough to be more than luck."
    ]


def test_precision_that_is_missed_says_what_it_would_take():
    jumping = [9.4, 9.0, 9.3, 9.1, 9.2, 9.0]
    told = Precision({"cost_per_order": 0.05}, "near", at_least=6, at_most=6).told(
        found(near=NEAR, odd=jumping)
    )
    (row,) = told["half_widths"]
    (sentence,) = precision_sentences(told, "USD")
    assert sentence == (
        "The limit of 6 replications came first: the precision wanted is not reached. Half-widths of cost of odd minus"
        f" near: {row['half_width']:.3g} USD/order instead of 0.05 USD/order (about {row['n_needed']} replications"
        " would do)."
    )


def test_precision_that_is_missed_is_told_of_every_kpi():
    wanted = Precision(
        {"late_share": 0.001, "lateness_mean_h": 1.0, "fill_share": 0.1}, "near", at_least=4, at_most=4
    )
    rows = [
        {"late_share": late, "lateness_mean_h": float("nan"), "fill_share": 0.9}
        for late in (0.1, 0.2, 0.1, 0.2)
    ]
    told = wanted.told({"near": rows})
    assert [row["reached"] for row in told["half_widths"]] == [False, False, True]
    # s = 0.0577, t(3) = 3.18: 9.19 pp; (1.96 × 5.77 / 0.1)² = 12,800.
    assert precision_sentences(told, "USD") == [
        "The limit of 4 replications came first: the precision wanted is not reached. Half-widths of late orders:"
        f" 9.19 pp instead of 0.1 pp (about {told['half_widths'][0]['n_needed']:,} replications would do);"
        " of mean lateness: undefined in all replications; choose another KPI, or play more days."
    ]
    assert 12_800 < told["half_widths"][0]["n_needed"] < 12_820


def test_a_limit_below_what_a_spread_needs_is_told():
    """It used to be "Half-widths of ." after two replications, and "undefined" after one."""
    two = Precision({"cost_per_order": 9.0}, "near", at_least=2, at_most=2).told(found(near=NEAR[:2]))
    assert precision_sentences(two, "USD") == [
        "The limit of 2 replications came first: the precision wanted is reached, but did not yet hold for long enough to"
        " be more than luck."
    ]
    one = Precision({"cost_per_order": 9.0}, "near", at_least=1, at_most=1).told(found(near=NEAR[:1]))
    assert precision_sentences(one, "USD") == [
        "The limit of 1 replication came first: the precision wanted is not reached. Half-widths of cost: one replication"
        " has no interval."
    ]


def test_precision_that_no_replication_would_reach_is_told_without_a_limit():
    wanted = Precision({"lateness_mean_h": 1.0}, "near", at_least=4)
    told = wanted.told({"near": [{"lateness_mean_h": float("nan")}] * 10})
    assert precision_sentences(told, "USD") == [
        "It ended after 10 replications, because more would not help: the precision wanted is not reached. Half-widths of"
        " mean lateness: undefined in all replications; choose another KPI, or play more days."
    ]


def test_both_are_told_on_the_terminal_and_first_of_all_who_won(tmp_path):
    tasks = [
        (policy, n, {**dict.fromkeys(KPIS, 0.0), "cost_per_order": value})
        for policy, column in (("near", NEAR), ("cheap", CHEAP))
        for n, value in enumerate(column)
    ]
    values = found(near=NEAR, cheap=CHEAP)
    more = {
        "selection": Selection("cost_per_order", 0.05, first_stage=5).told(values),
        "precision": Precision({"cost_per_order": 0.05}, "near", at_least=6).told(values),
    }
    result = write_result(tmp_path, tasks, "near", {"currency": "USD"}, more=more)
    sentences = answer(result.summary)
    assert sentences[0].startswith("cheap is selected by cost")
    assert sentences[-1].startswith("The limit of 200 replications came first")
    assert "cheap is selected by cost" in result_text(result)
    assert "The guarantee is of the selection" in reading(result.summary)
