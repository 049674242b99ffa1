"""When a rule applies: to which orders, lines, regions and times."""

from __future__ import annotations

from typing import Any

import pytest

from policies import Active, OrderTerms, When
from sim.clock import HOUR, NEVER
from sim.policy import Allocation

ITEMS = (
    "{id: mug, category: kitchen, price: 10, weight_kg: 0.5, volume_l: 1}, "
    "{id: tea, category: pantry, price: 4, weight_kg: 0.1, volume_l: 0.5}, "
    "{id: fish, category: pantry, price: 20, weight_kg: 2, volume_l: 3, handling: [cold, fragile]}"
)
SEGMENTS = "{id: standard}, {id: express, tags: [gold, fast]}, {id: whole, tags: [silver]}"
REGIONS = "{id: here, at: [0, 0]}, {id: there, at: [0, 0.5]}"


def far_when(when: str) -> str:
    """Return rules by which an order leaves from `far` where `when` holds, else from `near`."""
    return f"rules:\n  - {{when: {when}, sites: [far]}}\n  - {{sites: [near], split: {{max_shipments: 9}}}}\n"


def chosen(counter: Any, when: str, order: str) -> list[str]:
    world = {"items": ITEMS, "segments": SEGMENTS, "regions": REGIONS}
    return counter.play(far_when(when), f"A 05T10:00 {order}", **world).sites("A")  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("when", "order", "holds"),
    [
        ("{order: {segment: express}}", "mug express", True),
        ("{order: {segment: [express, whole]}}", "mug whole", True),
        ("{order: {segment: [express, whole]}}", "mug standard", False),
        ("{order: {tags: fast}}", "mug express", True),
        ("{order: {tags: [fast, silver]}}", "mug whole", True),
        ("{order: {tags: [fast, silver]}}", "mug standard", False),
        ("{order: {lines_at_least: 2}}", "mug,tea", True),
        ("{order: {lines_at_least: 2}}", "mug:5", False),
        ("{order: {units_at_least: 5}}", "mug:3,tea:2", True),
        ("{order: {units_at_least: 6}}", "mug:3,tea:2", False),
        ("{order: {value_at_least: 28}}", "mug:2,tea:2", True),  # 20 + 8: equal passes
        ("{order: {value_at_least: 28.01}}", "mug:2,tea:2", False),
        ("{order: {value_below: 28}}", "mug:2,tea:2", False),
        ("{order: {value_below: 28.01}}", "mug:2,tea:2", True),
        ("{order: {weight_kg_at_least: 1.2}}", "mug:2,tea:2", True),  # 1.0 + 0.2
        ("{order: {weight_kg_at_least: 1.201}}", "mug:2,tea:2", False),
        ("{order: {segment: express, value_at_least: 20}}", "mug:2 express", True),
        ("{order: {segment: express, value_at_least: 21}}", "mug:2 express", False),
        ("{region: there}", "mug standard there", True),
        ("{region: [there]}", "mug standard here", False),
        ("{region: [here, there], order: {segment: express}}", "mug express there", True),
        ("{region: there, order: {segment: express}}", "mug express here", False),
        ("{any_line: {item: fish}}", "mug,fish", True),
        ("{any_line: {item: fish}}", "mug,tea", False),
        ("{all_lines: {category: pantry}}", "tea,fish", True),
        ("{all_lines: {category: pantry}}", "tea,fish,mug", False),
        ("{any_line: {handling: [cold, frozen]}}", "fish", True),
        ("{any_line: {handling: ambient}}", "tea", True),  # an item without tags is ambient
        ("{any_line: {handling: ambient}}", "fish", False),
        ("{any_line: {category: pantry, handling: ambient}, all_lines: {price_at_least: 4}}", "mug,tea", True),
        ("{any_line: {price_at_least: 10}}", "mug", True),
        ("{any_line: {price_at_least: 10.01}}", "mug", False),
        ("{any_line: {weight_kg_at_least: 0.5}}", "mug", True),
        ("{any_line: {weight_kg_at_least: 0.501}}", "mug:9", False),  # of one unit
        ("{any_line: {volume_l_at_least: 1}}", "mug", True),
        ("{any_line: {volume_l_at_least: 1.001}}", "mug:9", False),
    ],
)  # fmt: skip
def test_a_rule_takes_the_orders_for_which_all_its_terms_hold(
    counter: Any, when: str, order: str, holds: bool
) -> None:
    assert chosen(counter, when, order) == ["far" if holds else "near"]


def test_line_takes_the_lines_that_are_like_it_and_leaves_the_others(counter: Any) -> None:
    answers = counter.play(far_when("{line: {handling: cold}}"), "A 05T10:00 mug,fish,tea", items=ITEMS)
    lines = answers.shipments.set_index("warehouse")["lines"]
    assert lines.to_dict() == {"far": 1, "near": 2}
    assert answers.first("removed") == "sites=2; sites=2"


def test_a_rule_that_does_not_apply_says_nothing(counter: Any) -> None:
    answers = counter.play(far_when("{order: {segment: express}}"), "A 05T10:00 mug", segments=SEGMENTS)
    assert answers.first("removed") == "; sites=2"
    assert answers.first("rule") == "rule 2"


def test_what_no_rule_applies_to_waits(counter: Any) -> None:
    rules = "rules:\n  - {when: {order: {segment: express}}}\n"
    answers = counter.play(rules, "A 05T10:00 mug", segments=SEGMENTS, drain_days=1)
    assert answers.orders["A"]["state"] == "open"
    assert answers.first("outcome") == "no rule applies"


@pytest.mark.parametrize(
    ("placed", "site"),
    [("05T11:59:59", "near"), ("05T12:00", "far"), ("06T11:59:59", "far"), ("06T12:00", "near")],
)
def test_a_dated_rule_is_in_force_from_its_beginning_until_before_its_end(
    counter: Any, placed: str, site: str
) -> None:
    rules = far_when("{active: {begins: 2026-01-05T12:00, ends: 2026-01-06T12:00}}")
    assert counter.play(rules, f"A {placed} mug").sites("A") == [site]


@pytest.mark.parametrize(
    ("placed", "site"),
    [
        ("2026-03-07T11:59:59", "near"),
        ("2026-03-07T12:00:00", "far"),
        ("2026-03-08T11:59:59", "far"),
        ("2026-03-08T12:00:00", "near"),  # 23 hours later: the clock went forward
    ],
)
def test_the_dates_of_a_rule_are_by_the_clocks_of_the_scenario(counter: Any, placed: str, site: str) -> None:
    rules = far_when("{active: {begins: 2026-03-07T12:00, ends: 2026-03-08T12:00}}")
    orders = f"first 2026-03-07T10:00 tea\nA {placed} mug"
    assert counter.play(rules, orders, more="timezone: America/New_York\n").sites("A") == [site]


@pytest.mark.parametrize(
    ("placed", "site"), [("05T00:00", "far"), ("06T11:59:59", "far"), ("06T12:00", "near")]
)
def test_a_rule_without_a_beginning_is_in_force_from_the_start(counter: Any, placed: str, site: str) -> None:
    rules = far_when("{active: {ends: 2026-01-06T12:00}}")
    assert counter.play(rules, f"A {placed} mug").sites("A") == [site]


@pytest.mark.parametrize(("placed", "site"), [("05T12:14:59", "near"), ("05T12:15", "far")])
def test_a_change_of_rules_takes_effect_after_its_delay(counter: Any, placed: str, site: str) -> None:
    rules = far_when("{active: {begins: 2026-01-05T12:00, delay_minutes: 15}}")
    assert counter.play(rules, f"A {placed} mug").sites("A") == [site]


def test_an_order_that_waits_is_decided_again_when_a_rule_comes_into_force(counter: Any) -> None:
    rules = """\
rules:
  - {when: {active: {begins: 2026-01-05T12:00}}, sites: [far]}
  - {sites: [near]}
"""
    answers = counter.play(rules, "A 05T10:00 mug", stock="far mug:1")
    assert answers.times("A") == ["05T10:00:00", "05T12:00:00"]
    assert answers.sites("A") == ["far"]


def test_an_order_that_has_waited_so_many_hours_goes_to_the_next_tier(counter: Any) -> None:
    rules = """\
rules:
  - {sites: [near]}
  - {when: {order: {waiting_hours_at_least: 6.5}}, sites: [far]}
"""
    answers = counter.play(rules, "A 05T10:00 mug", stock="far mug:1")
    assert answers.times("A") == ["05T10:00:00", "05T16:30:00"]
    assert answers.sites("A") == ["far"]


def test_what_an_order_was_stays_what_it_is_when_a_part_of_it_has_left(counter: Any) -> None:
    """The rest of an order of 5 units in two lines is decided as an order of 5 units and two lines."""
    rules = """\
rules:
  - when: {order: {units_at_least: 5, lines_at_least: 2, weight_kg_at_least: 1.7}}
    split: {max_shipments: 2}
    on_partial: {assign: {wait: {up_to_hours: 2, then: cancel}}}
"""
    answers = counter.play(rules, "A 05T10:00 mug:3,tea:2", items=ITEMS, stock="near mug:3")
    assert answers.times("A") == ["05T10:00:00", "05T12:00:00"]
    assert answers.orders["A"]["cancel_reason"] == "no_stock"


def test_the_next_change_by_the_clock_alone_is_still_to_come(counter: Any, moment: Any) -> None:
    when = When(
        order=OrderTerms(waiting_hours_at_least=6.5),
        active=Active(begins=moment("05T12:00"), ends=moment("06T12:00")),
    )
    found: dict[int, float] = {}

    class Spy:
        def allocate(self, order: Any, network: Any) -> Allocation:
            found.setdefault(order.order, when.bind(network).changes_at(order) / HOUR)
            return Allocation()

    counter.play(Spy(), "A 05T11:00 mug\nB 05T12:00 mug\nC 06T10:00 mug\nD 06T12:00 mug")
    # The rule comes into force; B has waited long enough; the rule ends; D has waited long enough.
    assert list(found.values()) == [12, 18.5, 36, 42.5]


def test_what_no_clock_changes_never_changes(counter: Any) -> None:
    found = []

    class Spy:
        def allocate(self, order: Any, network: Any) -> Allocation:
            found.append(When(region=("here",)).bind(network).changes_at(order))
            return Allocation()

    counter.play(Spy())
    assert found == [NEVER]
