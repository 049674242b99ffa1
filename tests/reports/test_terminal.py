"""The text of a result on the terminal."""

import pytest

from reports.kpis import HEADLINE, KPIS
from reports.result import write_result
from reports.terminal import result_text

NEAR = {
    "cost_per_order": [9.0, 9.5, 9.2],
    "freight_per_order": [8.0, 8.5, 8.2],
    "handling_per_order": [1.0, 1.0, 1.0],
    "lead_time_mean_h": [60.0, 62.0, 61.0],
    "late_share": [0.10, 0.12, 0.11],
    "orders": [1000.0, 1010.0, 990.0],
}
CHEAP = {**NEAR, "cost_per_order": [8.0, 8.5, 8.2], "late_share": [0.15, 0.15, 0.12]}


def test_a_comparison_reads_from_the_question_to_the_verdicts(write):
    lines = result_text(write({"near": NEAR, "cheap": CHEAP})).splitlines()
    assert lines[0] == "two_coasts - Two coasts: 2 policies, 3 replications, 1,000 orders in each"
    assert lines[2].startswith("Against near, cheap saves 1.000 [1.000, 1.000] USD an order.")
    means = lines.index("cost_per_order    USD/order  lower   9.23 ± 0.63  8.23 ± 0.63")
    verdicts = lines.index("cheap minus near, replication by replication on the same orders")
    assert means < verdicts
    rows = {line.split()[0]: line for line in lines[verdicts + 2 :] if line}
    assert rows["cost_per_order"].split()[1:3] == ["USD/order", "-1.000"]
    assert rows["cost_per_order"].endswith("better")
    assert rows["split_share"].endswith("not distinguishable")
    assert rows["late_share"].endswith("would do)")


def test_every_headline_kpi_is_in_both_tables(write):
    lines = result_text(write({"near": NEAR, "cheap": CHEAP})).splitlines()
    for kpi in HEADLINE:
        assert sum(line.startswith(f"{kpi} ") for line in lines) == 2


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("policies", [1, 2, 6])
def test_no_line_is_longer_than_the_terminal(write, policies, width):
    names = ["near", "cheap", "fewest_shipments", "balanced-2", "cost_based", "throttled.in.the.evening"][
        :policies
    ]
    text = result_text(write({name: CHEAP if place % 2 else NEAR for place, name in enumerate(names)}), width)
    assert max(map(len, text.splitlines())) <= width
    assert all(name in text for name in names)


def test_a_narrow_terminal_loses_units_before_verdicts(write):
    text = result_text(write({"near": NEAR, "cheap": CHEAP}), 80)
    assert "better" in text
    assert "95 % interval" in text
    assert "verdict" in text


def test_a_name_longer_than_the_terminal_still_shows(write):
    name = "x" * 120
    assert name in result_text(write({name: NEAR}), 80)


def test_numbers_can_be_searched_and_pasted(write):
    text = result_text(write({"near": NEAR, "cheap": CHEAP}))
    assert "-1.000" in text
    assert "−" not in text
    assert "\u00a0" not in text


def test_cost_parts_that_nobody_has_are_left_out(write):
    text = result_text(write({"near": NEAR}))
    assert "handling_per_order" in text
    assert "storage_per_order" not in text


def test_one_replication_shows_values_and_differences_alone(write):
    one = {kpi: values[:1] for kpi, values in NEAR.items()}
    text = result_text(write({"near": one, "cheap": {**one, "cost_per_order": [8.0]}}))
    assert "±" not in text
    assert "1 replication, 1,000 orders in each" in text
    assert "allows no verdict" in text


def test_numbers_of_replications_may_differ(tmp_path):
    def tasks(policy, numbers):
        return [(policy, n, {**dict.fromkeys(KPIS, 0.0), "cost_per_order": 9.0 + n % 3}) for n in numbers]

    result = write_result(tmp_path, [*tasks("near", range(6)), *tasks("cheap", range(12))], "near", {})
    assert ": 2 policies, 6 to 12 replications, 0 orders in each" in result_text(result)
    assert "their means are not of the same orders" in " ".join(result_text(result).split())
    result = write_result(tmp_path, [*tasks("near", range(6)), *tasks("cheap", range(6, 12))], "near", {})
    text = result_text(result)
    assert "cheap minus near, each on orders of its own" in text
    assert "Welch's test" in " ".join(text.split())
    assert "Variance of the difference" not in text
