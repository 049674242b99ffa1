"""The generated sentences, on results made to have each kind of answer."""

from reports.kpis import KPIS
from reports.result import write_result
from reports.sentences import answer, is_same, limits, reading

NEAR = {
    "cost_per_order": [9.0, 9.5, 9.2, 9.3],
    "lead_time_mean_h": [60.0, 62.0, 61.0, 60.5],
    "late_share": [0.10, 0.12, 0.11, 0.10],
    "split_share": [0.2, 0.2, 0.2, 0.2],
    "fill_share": [0.9, 0.91, 0.9, 0.92],
    "orders": [1000.0] * 4,
}


def moved(kpi, *differences):
    """The baseline's values with one KPI moved by so much in each replication."""
    return [value + difference for value, difference in zip(NEAR[kpi], differences, strict=True)]


def plain(sentences):
    return [sentence.replace("\u00a0", " ") for sentence in sentences]


def test_gains_come_first_and_losses_after_but(write):
    cheap = {
        **NEAR,
        "cost_per_order": moved("cost_per_order", -0.41, -0.43, -0.42, -0.42),
        "lead_time_mean_h": moved("lead_time_mean_h", 1.1, 1.2, 1.1, 1.0),
    }
    # Differences -0.42 and 1.1, standard deviations 0.00816 and 0.0816, t(3) = 3.1824: ± 0.013 and ± 0.13.
    assert plain(answer(write({"near": NEAR, "cheap": cheap}).summary)) == [
        "Against near, cheap saves 0.420 [0.407, 0.433] USD an order,"
        " but delivers 1.10 [0.97, 1.23] h later.",
        "Exactly the same under every policy: late orders, split orders, spoiled units and units filled"
        " at once.",
    ]


def test_a_policy_that_is_worse_in_everything_has_no_but(write):
    bad = {
        **NEAR,
        "cost_per_order": moved("cost_per_order", 0.5, 0.5, 0.5, 0.5),
        "split_share": moved("split_share", 0.1, 0.1, 0.1, 0.1),
        "fill_share": moved("fill_share", -0.05, -0.05, -0.05, -0.05),
    }
    first = plain(answer(write({"near": NEAR, "bad": bad}).summary))[0]
    assert first.startswith(
        "Against near, bad costs 0.5000 [0.5000, 0.5000] USD more an order, splits 10.00 ["
    )
    assert "] percentage points more orders and fills 5.000 [" in first
    assert "but" not in first


def test_what_was_not_shown_is_said(write):
    like = {
        **NEAR,
        "cost_per_order": moved("cost_per_order", 0.01, -0.01, 0.01, -0.01),  # half-width 0.018 < 1 % of 9.25
        "late_share": moved("late_share", 0.05, -0.05, 0.05, -0.05),  # half-width 0.092 > half a point
    }
    first, second = plain(answer(write({"near": NEAR, "like": like}).summary))
    assert first.startswith("like is not shown to differ from near. Not distinguishable: cost.")
    # 0.0577 t / √n falls to 0.005 at about (1.96 × 0.0577 / 0.005)² = 512.
    assert first.endswith(" Too few replications to say: late orders (515 would do).")
    assert second.startswith("Exactly the same under every policy: mean lead time, split orders,")


def test_a_kpi_that_is_the_same_under_one_policy_alone_is_told_there(write):
    cheap = {**NEAR, "cost_per_order": moved("cost_per_order", -0.4, -0.4, -0.4, -0.4)}
    slow = {**NEAR, "lead_time_mean_h": moved("lead_time_mean_h", 5.0, 5.0, 5.0, 5.0)}
    sentences = plain(answer(write({"near": NEAR, "cheap": cheap, "slow": slow}).summary))
    assert len(sentences) == 3
    assert sentences[0].endswith("The same in every replication: mean lead time.")
    assert sentences[1].endswith("The same in every replication: cost.")


def test_a_difference_that_averages_out_is_not_the_same(write):
    odd = {**NEAR, "cost_per_order": moved("cost_per_order", 0.5, -0.5, 0.5, -0.5)}
    summary = write({"near": NEAR, "odd": odd}).summary
    assert not any(is_same(row) for row in summary["comparison"] if row["kpi"] == "cost_per_order")
    assert "Too few replications to say: cost" in answer(summary)[0]


def test_a_policy_that_changes_nothing_is_told_in_one_sentence(write):
    cheap = {kpi: [value + 1 for value in values] for kpi, values in NEAR.items()}
    sentences = answer(write({"near": NEAR, "twin": NEAR, "cheap": cheap}).summary)
    assert sentences[0] == "twin gives exactly the same results as near."


def test_what_is_undefined_under_both_policies_does_not_hide_that_they_are_the_same(write):
    nothing_late = {**NEAR, "lead_time_mean_h": [float("nan")] * 4}
    cheap = {**nothing_late, "cost_per_order": moved("cost_per_order", 1, 2, 1, 2)}
    sentences = answer(write({"near": nothing_late, "twin": nothing_late, "cheap": cheap}).summary)
    assert sentences[0] == "twin gives exactly the same results as near."


def test_what_is_undefined_under_one_policy_alone_is_not_the_same(write):
    never = {**NEAR, "lead_time_mean_h": [float("nan")] * 4}
    sentences = answer(write({"near": NEAR, "never": never}).summary)
    assert sentences[0] == "never is not shown to differ from near."


def test_one_policy_alone_is_described(write):
    assert plain(answer(write({"near": NEAR}).summary)) == [
        "near costs 9.25 ± 0.33 USD an order and delivers in 60.9 ± 1.4 h on average;"
        " 10.8 ± 1.5 % of the orders are late and 20.00 ± 0 % are split."
    ]


def test_one_replication_allows_no_answer(write):
    one = {kpi: values[:1] for kpi, values in NEAR.items()}
    summary = write({"near": one, "cheap": {**one, "cost_per_order": [1.0], "late_share": [0.5]}}).summary
    assert answer(summary)[0] == (
        "cheap is not shown to differ from near. Too few replications to say: cost and late orders."
    )
    assert limits(summary) == ["One replication: no interval and no verdict is possible."]
    assert reading(summary) == "One replication has no interval, and allows no verdict."


def test_few_replications_and_open_orders_are_limits(write):
    summary = write({"near": NEAR, "slow": {**NEAR, "open_share": [0.01, 0.03, 0.02, 0.02]}}).summary
    assert limits(summary) == [
        "Only 4 replications: intervals are wide, and rest on few values.",
        "slow: 2.000 % of the orders were still open when the run ended.",
    ]


def test_a_sound_experiment_has_no_limits(write):
    assert limits(write({"near": {"orders": [1000.0, 1010.0] * 5}}).summary) == []


def test_replications_without_chance_are_said_to_be_one(write):
    same = {"near": {"orders": [1000.0] * 3}, "cheap": {"orders": [1000.0] * 3, "cost_per_order": [9.1] * 3}}
    (sentence,) = limits(write(same).summary)
    assert sentence.startswith("Every replication came out the same")


def test_kpis_of_another_family_are_told_by_their_label(tmp_path):
    tasks = [
        (policy, n, {**dict.fromkeys(KPIS, 0.0), "queue_mean_min": value + n})
        for policy, value in (("near", 30.0), ("quick", 25.0))
        for n in range(4)
    ]
    summary = write_result(tmp_path, tasks, "near", {"currency": "USD"}, family=("queue_mean_min",)).summary
    assert plain(answer(summary)) == ["Against near, quick is 5.000 [5.000, 5.000] min lower in mean queue."]
