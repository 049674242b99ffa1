"""The turns of a rule set: which rules are asked about which lines, and how their answers become one."""

from __future__ import annotations

from typing import Any

import pytest

from policies import IsUp

CARE = "rules:\n  - {split: {max_shipments: 3}}\n  - {WHENon_full: {care: {hours: 2, cost: 1}}}\n"

# -- all rules together ------------------------------------------------------------------------------------------


def test_an_order_that_stays_whole_does_not_leave_by_a_rule_for_one_of_its_lines(counter: Any) -> None:
    """No rule is for tea, or the rules for mug and tea are others: no rule applies to all of the order."""
    segments = "{id: standard, split: never}"
    mug, tea = "  - {when: {line: {item: mug}}}\n", "  - {when: {line: {item: tea}}}\n"
    play: dict[str, Any] = {"orders": "A 05T10:00 mug,tea", "segments": segments, "drain_days": 1}
    one = counter.play(f"match: all\nrules:\n{mug}", **play)
    assert (one.orders["A"]["state"], one.first("outcome")) == ("open", "none, whole orders only")
    two = counter.play(f"match: all\nrules:\n{mug}{tea}", **play)
    assert two.orders["A"]["state"] == "open"
    assert (two.first("rule"), two.first("outcome")) == ("", "no rule applies")


def test_rules_that_decide_together_remember_what_they_have_done(counter: Any) -> None:
    """Customer care looks at an order once, whether a rule decides alone or with others."""
    for when in ("", "when: {order: {lines_at_least: 1}}, "):
        answers = counter.play("match: all\n" + CARE.replace("WHEN", when), "A 05T10:00 mug,tea")
        assert answers.decisions["outcome"].tolist() == ["full, care", "full"]
        assert answers.orders["A"]["cost_care"] == 1


def test_shipments_of_lines_that_are_decided_apart_count_together(counter: Any) -> None:
    """A group of rules for each line: of two shipments the third line has none."""
    rules = """\
match: all
rules:
  - {split: {max_shipments: MOST}}
  - {when: {line: {item: mug}}, sites: [far]}
  - {when: {line: {item: tea}}, sites: [mid]}
"""
    for most, sites in ((2, ["far", "mid"]), (3, ["far", "mid", "near"])):
        answers = counter.play(rules.replace("MOST", str(most)), "A 05T10:00 mug,tea,pot", drain_days=1)
        assert answers.sites("A") == sites


# -- rules in turn -----------------------------------------------------------------------------------------------

TWO = "split: {max_shipments: 4}"
BY_ITEM = "  - {when: {line: {item: mug}}, sites: [near], otherwise: backorder}\n"


def test_what_rules_in_turn_have_sent_is_gone_for_all_that_follow(counter: Any) -> None:
    """Near's six and mid's three leave by the first two rules; of twelve mugs the third finds three at far."""
    units = "filters: [is_up, {has_stock: units}], split: {max_shipments: 4, max_sites_per_line: 3}"
    rules = "rules:\n" + "".join(
        [
            f"  - {{sites: [{site}], {units}, on_partial: {{assign_units: next}}}}\n"
            for site in ("near", "mid")
        ]
    )
    answers = counter.play(
        f"{rules}  - {{{units}}}\n", "A 05T10:00 mug:12", stock="near mug:6; mid mug:3; far mug:3"
    )
    assert answers.shipments.set_index("warehouse")["units"].to_dict() == {"near": 6, "mid": 3, "far": 3}


def test_shipments_of_all_rules_before_count(counter: Any) -> None:
    """Near and mid have sent a parcel each; the third rule may send one only if it allows three."""
    rules = """\
rules:
  - {sites: [near], split: {max_shipments: 4}, on_partial: {assign: next}}
  - {sites: [mid], split: {max_shipments: 4}, on_partial: {assign: next}}
  - {split: {max_shipments: MOST}}
"""
    order, stock = "A 05T10:00 mug,tea,pot", "near mug:1; mid tea:1; far pot:1"
    for most, sites in ((2, ["near", "mid"]), (3, ["near", "mid", "far"])):
        answers = counter.play(rules.replace("MOST", str(most)), order, stock=stock, drain_days=1)
        assert answers.sites("A") == sites


def test_a_part_that_one_rule_backorders_is_a_shipment_for_the_next(counter: Any) -> None:
    for most, sites in ((1, ["near"]), (2, ["far", "near"])):
        rules = f"rules:\n{BY_ITEM}  - {{split: {{max_shipments: {most}}}}}\n"
        answers = counter.play(rules, "A 05T10:00 mug,tea", stock="far tea:9", drain_days=1)
        assert sorted(answers.sites("A")) == sites
    assert answers.orders["A"]["split_reason"] == "no_stock"


def test_the_runner_up_is_that_of_the_first_rule_that_ships(counter: Any) -> None:
    rules = """\
rules:
  - {filters: [{within: {km: 1}}]}
  - {sites: [near, mid], split: {max_shipments: 3}, on_partial: {assign: next}}
  - {split: {max_shipments: 3}}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:1; mid mug:1; far tea:1")
    assert (answers.first("chosen"), answers.first("runner_up")) == ("near+far", "mid")
    assert answers.first("rule") == "rule 2"
    assert not answers.first("capped")


@pytest.mark.parametrize("rest", ["{wait: {up_to_hours: 1, then: next}}", "{care: 1}"])
def test_what_is_looked_at_before_it_leaves_another_warehouse_is_split_off_for_want_of_stock(
    counter: Any, rest: str
) -> None:
    """The reason used to be `policy` when customer care had the other part in hand."""
    rules = f"""\
rules:
  - {{sites: [near], split: {{max_shipments: 2}}, on_partial: {{assign: {rest}}}}}
  - {{split: {{max_shipments: 2}}}}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:1; far tea:1")
    assert (answers.sites("A"), answers.times("A")[1]) == (["near", "far"], "05T11:00:00")
    assert answers.orders["A"]["split_reason"] == "no_stock"


def test_a_line_that_no_rule_is_for_waits_beside_what_becomes_of_the_others(counter: Any) -> None:
    """The mug is backordered or leaves; tea has no rule until noon."""
    for stock, state in (("far tea:9", "backordered"), ("near mug:9; far tea:9", "delivered")):
        answers = counter.play(
            f"rules:\n{BY_ITEM}"
            "  - {when: {active: {begins: 2026-01-05T12:00}}, sites: [far], split: {max_shipments: 2}}\n",
            "A 05T10:00 mug,tea",
            stock=stock,
            drain_days=1,
        )
        assert answers.times("A") == ["05T10:00:00", "05T12:00:00"]
        assert answers.sites("A") == ["near", "far"]
        assert answers.shipments.set_index("warehouse")["state"]["near"] == state


def test_a_filter_that_names_a_time_which_is_over_is_asked_a_second_later(
    counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IsUp, "passes_again", lambda _, network: lambda case, sites: network.now)
    rules = "rules:\n  - {otherwise: wait}\nattempts: {at_most: 3}\n"
    answers = counter.play(rules, stock="near mug:0")
    assert answers.times("A") == ["05T10:00:00", "05T10:00:01", "05T10:00:02"]


def test_a_decision_is_capped_if_the_search_of_one_of_its_rules_was(counter: Any) -> None:
    """Beyond eight lines a greedy search chooses; the mug has a rule of its own, before or after."""
    nine = [f"i{number}" for number in range(9)]
    mug, others = (
        f"  - {{when: {{line: {{item: mug}}}}, {TWO}}}\n",
        f"  - {{when: {{line: {{item: [{', '.join(nine)}]}}}}, {TWO}}}\n",
    )
    stock = " ".join(f"{item}:1" for item in nine[1:])
    for rules in (mug + others, others + mug):
        answers = counter.play(
            f"rules:\n{rules}",
            f"A 05T10:00 mug,{','.join(nine)}",
            items=", ".join(f"{{id: {item}}}" for item in ["mug", *nine]),
            stock=f"near {stock}; far i0:1 mug:1",
        )
        assert answers.first("capped")
        assert answers.first("rule") == "rule 1"


# -- what a rule remembers of an order -----------------------------------------------------------------------------


def test_customer_care_looks_at_every_order_once(counter: Any) -> None:
    """The second one comes when it is done with the first."""
    rules = "rules:\n  - {on_full: {care: {hours: 2, cost: 1}}}\n"
    answers = counter.play(rules, "A 05T10:00 mug\nB 05T13:00 mug")
    assert [answers.orders[order]["cost_care"] for order in "AB"] == [1, 1]
    assert answers.times("B") == ["05T13:00:00", "05T15:00:00"]


def test_a_rest_that_was_handed_on_is_no_rest_that_the_rule_keeps(counter: Any) -> None:
    """The mug leaves, tea goes on to no rule and waits. An hour later nothing can be shipped: the rule gives it up."""
    rules = """\
rules:
  - {split: {max_shipments: 2}, on_partial: {assign: REST}, otherwise: cancel}
attempts: {every_minutes: 60, at_most: 3}
"""
    for rest, times in (("next", 2), ("wait", 3)):
        answers = counter.play(rules.replace("REST", rest), "A 05T10:00 mug,tea", stock="near mug:1")
        assert len(answers.times("A")) == times
        assert answers.orders["A"]["cancel_reason"] == ("no_stock" if rest == "next" else "gave_up")


def test_what_would_have_become_of_a_move_that_is_not_made_is_not_remembered(counter: Any) -> None:
    """Near opens at 22:00. At 11:00 the first rule could move the mug alone, so that all stays; at noon nothing.

    Had it shipped the mug, it would keep the tea; it has not, and hands both on to the rule that moves them to mid.
    """
    rules = """\
rules:
  - when: {order: {waiting_hours_at_least: 0.5}}
    sites: [far]
    split: {max_shipments: 2}
    on_partial: {assign: wait}
  - {filters: [is_up, {has_stock: any}, not_tried]}
reallocate: {after: [timer], every_minutes: 60, at_most: 1}
"""
    answers = counter.play(
        rules,
        "A 05T10:00 mug,tea\nB 05T11:30 mug:9",
        stock="near mug:1 tea:1; mid mug:8 tea:8; far mug:9",
        sites={
            "near": 'at: [0, 1], hours: {mon-fri: "22:00-24:00"}',
            "mid": "at: [0, 2]",
            "far": "at: [0, 3]",
        },
    )
    assert answers.times("A")[:3] == ["05T10:00:00", "05T11:00:00", "05T12:00:00"]
    assert answers.sites("A") == ["near", "mid"]
