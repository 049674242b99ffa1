"""Rules that decide together: what each of them adds, what they remember, and what they print."""

from __future__ import annotations

from typing import Any

import pytest

from policies import load_policy

PRICED = "{id: mug, price: 5}, {id: tea, price: 5}"
TWO = {"a": "at: [0, 1], site_rank: 2", "b": "at: [0, 2], site_rank: 1"}


def together(*rules: str) -> str:
    return "match: all\nrules:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)


@pytest.mark.parametrize("whole", ["min_order_value: 50", "never_with_items: [tea]"])
def test_an_order_that_a_rule_keeps_whole_leaves_by_the_rules_for_all_of_it(counter: Any, whole: str) -> None:
    """It used to wait for ever: no rule was for all of its lines together."""
    rules = together(f"split: {{max_shipments: 2, {whole}}}", "when: {line: {item: tea}}, sites: [far]")
    answers = counter.play(rules, "A 05T10:00 mug,tea", items=PRICED)
    assert (answers.sites("A"), answers.first("outcome")) == (["near"], "full")


@pytest.mark.parametrize(
    "first",
    ["rank: {cost: {landed_cost: 1}}", "rank: {penalty: {transit_days: 1}}", "filters: [is_up, has_stock]"],
)
def test_a_later_rank_refines_an_earlier_one_of_any_form(counter: Any, first: str) -> None:
    """Sums ended with the warehouse's id, and a rule without a rank with the distance: nothing was left to refine."""
    answers = counter.play(together(first, "rank: {by: [site_rank]}"), sites=TWO)
    assert answers.sites("A") == ["b"]
    assert counter.play(together(first), sites=TWO).sites("A") == ["a"]


def test_what_other_lines_are_given_to_counts_towards_a_limit(counter: Any) -> None:
    rules = together(
        "filters: [{below_limit: {n: 1}}, {has_stock: any}], split: {max_shipments: 2}",
        "when: {line: {item: mug}}, filters: [], issue: fifo",
    )
    assert sorted(counter.play(rules, "A 05T10:00 mug,tea").sites("A")) == ["mid", "near"]


def test_customer_care_has_a_line_once_whichever_rules_apply(counter: Any) -> None:
    """An hour later another rule applies, too: care used to begin anew."""
    rules = together(
        "otherwise: {care: {hours: 2, cost: 4}}",
        "when: {order: {waiting_hours_at_least: 1}}, rank: {by: [site_id]}",
    )
    answers = counter.play(rules, stock="near mug:0", drain_days=1)
    assert answers.decisions["outcome"].tolist()[:2] == ["none, care", "none"]
    assert answers.orders["A"]["cost_care"] == 4


def test_a_default_that_is_named_is_printed_where_it_takes_the_place_of_another(counter: Any) -> None:
    """The second rule was printed as {}, and the first one's three shipments came back."""
    text = together(
        "split: {max_shipments: 3}, otherwise: cancel, on_partial: cancel", "split: {max_shipments: 1}"
    )
    play: dict[str, Any] = {"orders": "A 05T10:00 mug,tea", "stock": "near mug:9; mid tea:9"}
    scenario = counter.scenario(**play)
    printed = str(load_policy(counter.stage.write("rules.yaml", text), scenario))
    for rules in (text, printed):
        answers = counter.play(rules, **play)
        assert (answers.orders["A"]["state"], answers.shipments.empty) == ("cancelled", True)
