"""How rules of a set work together: soft filters, limits that only put back, full orders, care, rules that decide together."""

from __future__ import annotations

from typing import Any

import pytest

TWO = {"near": "at: [0, 1]", "far": "at: [0, 3]"}


# -- soft filters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "site", "removed"),
    [
        ("[{within: {km: 120}}]", "near", "within=2"),
        ("[{soft: {within: {km: 120}}}]", "near", "soft=2"),
        ("[{soft: {within: {km: 100}}}]", "near", "soft=dropped"),
        ("[{soft: {within: {km: 100}}}, {site: {any_of: [far]}}]", "far", "soft=dropped site=2"),
        # Hard filters stay when soft ones are dropped, and all soft ones are dropped together.
        ("[{soft: {within: {km: 230}}}, {soft: {within: {km: 100}}}]", "near", "soft=dropped soft=dropped"),
    ],
)
def test_a_soft_filter_is_dropped_when_nothing_passes(
    counter: Any, filters: str, site: str, removed: str
) -> None:
    answers = counter.play(f"rules:\n  - {{filters: {filters}}}\n")
    assert answers.sites("A") == [site]
    assert answers.first("removed") == removed


def test_a_soft_filter_is_not_dropped_while_one_warehouse_passes(counter: Any) -> None:
    rules = "rules:\n  - {filters: [{soft: {within: {km: 120}}}], otherwise: cancel}\n"
    answers = counter.play(rules, stock="far mug:1")
    assert answers.orders["A"]["state"] == "cancelled"  # near passes, and has nothing


@pytest.mark.parametrize("soft", ["", "{soft: {within: {km: 50}}}, "])
def test_an_order_waits_for_a_limit_no_longer_because_of_a_soft_filter(counter: Any, soft: str) -> None:
    rules = (
        f"rules:\n  - {{filters: [{soft}{{has_stock: any}}, {{below_limit: {{n: 1}}}}], otherwise: wait}}\n"
    )
    answers = counter.play(rules, "A 05T10:00 mug\nB 05T10:01 mug", sites={"near": "at: [0, 1]"})
    assert answers.times("B") == ["05T10:01:00", "06T00:00:00"]
    assert answers.orders["B"]["state"] == "delivered"


@pytest.mark.parametrize(("km", "site"), [(100, "far"), (120, "near")])
def test_a_backorder_drops_soft_filters_too_if_it_must(counter: Any, km: int, site: str) -> None:
    filters = f"[is_up, {{has_stock: any}}, {{soft: {{within: {{km: {km}}}}}}}]"
    rules = f"rules:\n  - {{filters: {filters}, rank: {{by: [{{distance_km: {{descending: true}}}}]}}, otherwise: backorder}}\n"
    assert counter.play(rules, stock="near mug:0").sites("A") == [site]


def test_a_soft_filter_that_was_dropped_is_no_reason_of_a_split(counter: Any) -> None:
    rules = """\
rules:
  - filters: [is_up, {has_stock: any}, {soft: {below_limit: {n: 0}}}]
    rank: {by: [distance_km, fewest_shipments]}
    split: {max_shipments: 3}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:9; mid tea:9; far mug:9 tea:9")
    assert sorted(answers.sites("A")) == ["mid", "near"]
    assert answers.orders["A"]["split_reason"] == "policy"


# -- limits that do not exclude ------------------------------------------------------------------------------


def burst(count: int) -> str:
    return "\n".join(f"o{number} 05T10:00 mug" for number in range(count))


def leaving(answers: Any) -> list[str]:
    return [answers.sites(order)[0] for order in answers.orders]


def test_warehouses_beyond_a_limit_come_last_but_are_still_used(counter: Any) -> None:
    rules = "rules:\n  - {filters: [{below_limit: {n: 1, effect: last}}]}\n"
    answers = counter.play(rules, burst(4), sites=TWO)
    assert leaving(answers) == ["near", "far", "near", "near"]
    assert set(answers.decisions["removed"]) == {""}  # nobody was taken away


@pytest.mark.parametrize(("penalty", "then"), [(1.99, "near"), (2.00, "far"), (2.01, "far")])
def test_a_limit_may_cost_money_instead(counter: Any, penalty: float, then: str) -> None:
    """near costs 1, far 3: beyond the limit near costs the penalty more. At 2.00 they tie, and the id decides."""
    sites = {
        "near": "at: [0, 1], costs: {per_shipment: 1}",
        "far": "at: [0, 3], costs: {per_shipment: 3}",
    }
    rules = f"rules:\n  - {{filters: [{{below_limit: {{n: 1, effect: {{penalty: {penalty}}}}}}}], rank: {{cost: {{landed_cost: 1}}}}}}\n"
    assert leaving(counter.play(rules, burst(2), sites=sites)) == ["near", then]


def test_a_limit_that_costs_nothing_puts_nobody_back(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1], costs: {per_shipment: 1}",
        "far": "at: [0, 3], costs: {per_shipment: 1.5}",
    }
    rules = "rules:\n  - {filters: [{below_limit: {n: 1, effect: {penalty: 0}}}], rank: {cost: {landed_cost: 1}}}\n"
    assert leaving(counter.play(rules, burst(2), sites=sites)) == ["near", "near"]


# -- weighted penalties --------------------------------------------------------------------------------------

LADDER = {
    "near": "at: [0, 1], site_rank: 3",
    "mid": "at: [0, 2], site_rank: 2",
    "far": "at: [0, 3], site_rank: 1",
}


@pytest.mark.parametrize(
    ("penalty", "site"),
    [
        ("distance_km: 1", "near"),
        ("site_rank: 1", "far"),
        ("{distance_km: 1.1, site_rank: 1}", "near"),  # 0 + 1, 0.55 + 0.5, 1.1 + 0
        ("{distance_km: 1, site_rank: 1.1}", "far"),
        ("{distance_km: {weight: 1, low: 250}, site_rank: 0.5}", "mid"),  # 0 + 0.5, 0 + 0.25, 1 + 0
        ("{distance_km: {weight: 1, high: 200}, site_rank: 0.9}", "near"),  # 0 + 0.9, 1 + 0.45, 1 + 0
        ("{distance_km: {weight: 1, high: 200}, site_rank: 1.5}", "far"),  # 0 + 1.5, 1 + 0.75, 1 + 0
        ("{distance_km: {weight: 1, high: 600}, site_rank: 0.9}", "far"),  # 0 + 0.9, 0.23 + 0.45, 0.45 + 0
        # All are beyond: the nearest, where the scale begins, is 0 all the same.
        ("{distance_km: {weight: 1, high: 50}, site_rank: 0.9}", "near"),  # 0 + 0.9, 1 + 0.45, 1 + 0
        ("{distance_km: {weight: 1, high: 50}, site_rank: 1.5}", "far"),  # 0 + 1.5, 1 + 0.75, 1 + 0
        ("{distance_km: 0, site_rank: 0.5}", "far"),  # a weight of 0 is none
        ("{site_rank: {weight: 1, descending: true}}", "near"),
        ("{site_rank: -1}", "near"),
        ("{distance_km: {weight: 1, low: 1000, high: 2000}}", "far"),  # all 0: the id decides
    ],
)
def test_penalties_are_put_on_a_scale_of_the_candidates(counter: Any, penalty: str, site: str) -> None:
    penalty = penalty if penalty.startswith("{") else f"{{{penalty}}}"
    assert counter.play(f"rules:\n  - {{rank: {{penalty: {penalty}}}}}\n", sites=LADDER).sites("A") == [site]


def test_the_scale_is_that_of_who_is_still_a_candidate(counter: Any) -> None:
    """Without far, which is out of stock, near and mid are the ends of both scales."""
    rules = "rules:\n  - {rank: {penalty: {distance_km: 1, site_rank: 0.9}}}\n"
    answers = counter.play(rules, sites=LADDER, stock="near mug:1; mid mug:1")
    assert answers.sites("A") == ["near"]
    assert answers.first("margin") == pytest.approx(0.1)


# -- what can be shipped in full -------------------------------------------------------------------------------


def test_a_full_order_may_wait_first(counter: Any) -> None:
    rules = "rules:\n  - {on_full: {wait: {up_to_hours: 2}}}\n"
    answers = counter.play(rules)
    assert answers.times("A") == ["05T10:00:00", "05T12:00:00"]
    assert answers.decisions["outcome"].tolist() == ["full, wait", "full"]
    assert answers.sites("A") == ["near"]


def test_a_full_order_may_be_handed_on(counter: Any) -> None:
    answers = counter.play("rules:\n  - {on_full: next}\n  - {sites: [far]}\n")
    assert answers.sites("A") == ["far"]


@pytest.mark.parametrize(
    ("on_full", "moment"),
    [("backorder", "05T10:00:00"), ("{wait: {up_to_hours: 2, then: backorder}}", "05T12:00:00")],
)
def test_a_full_order_may_wait_at_the_site_that_ranks_first(counter: Any, on_full: str, moment: str) -> None:
    """Far has the mug; near would be preferred with one."""
    answers = counter.play(f"rules:\n  - {{on_full: {on_full}}}\n", stock="far mug:3")
    assert answers.sites("A") == ["near"]
    assert answers.times("A")[-1] == moment
    assert answers.orders["A"]["units_shipped"] == 0


def test_customer_care_costs_its_price_and_its_time_once(counter: Any, frame: Any) -> None:
    rules = "rules:\n  - {when: {order: {value_at_least: 500}}, on_full: {care: {hours: 1.5, cost: 4.20}}}\n  - {}\n"
    answers = counter.play(rules, "A 05T10:00 mug:6\nB 05T10:00 mug:4", items="{id: mug, price: 100}")
    assert answers.times("A") == ["05T10:00:00", "05T11:30:00"]
    assert answers.times("B") == ["05T10:00:00"]
    ledger = frame(answers.journal, "ledger")
    care = ledger[ledger["account"] == "care"]
    assert care[["order", "amount_cents"]].to_numpy().tolist() == [["A", 420]]


def test_customer_care_takes_a_second_at_least(counter: Any) -> None:
    rules = "rules:\n  - {on_full: {care: 0.0001}}\n"
    assert counter.play(rules).times("A") == ["05T10:00:00", "05T10:00:01"]


def test_after_customer_care_lines_go_on_to_the_next_rule(counter: Any) -> None:
    rules = "rules:\n  - {sites: [near], otherwise: {care: 3}}\n  - {sites: [far]}\n"
    answers = counter.play(rules, stock="far mug:1")
    assert answers.times("A") == ["05T10:00:00", "05T13:00:00"]
    assert answers.sites("A") == ["far"]


# -- all rules together ------------------------------------------------------------------------------------------


def test_where_all_rules_match_later_ones_refine_the_rank(counter: Any) -> None:
    """Within 200 km near and mid tie; the second rule prefers the better site_rank."""
    rules = """\
match: all
rules:
  - {rank: {by: [{distance_km: {band: 120}}]}}
  - {rank: {by: [site_rank]}}
"""
    assert counter.play(rules, sites=LADDER).sites("A") == ["mid"]
    assert counter.play(rules.replace("match: all\n", ""), sites=LADDER).sites("A") == ["near"]


def test_where_all_rules_match_a_warehouse_must_pass_the_filters_of_all(counter: Any) -> None:
    rules = """\
match: all
rules:
  - {name: not too far, filters: [{within: {km: 230}}]}
  - {name: for gold, when: {order: {tags: gold}}, sites: [mid, far], filters: []}
"""
    segments = "{id: standard}, {id: express, tags: [gold]}"
    answers = counter.play(rules, "A 05T10:00 mug\nB 05T10:00 mug express", segments=segments)
    assert (answers.sites("A"), answers.sites("B")) == (["near"], ["mid"])
    assert answers.first("rule", "B") == "not too far + for gold"


def test_rules_without_a_name_that_decide_together_are_named_by_their_numbers(counter: Any) -> None:
    """They used to be `rule 0`."""
    rules = "match: all\nrules:\n  - {when: {order: {segment: gold}}}\n  - {sites: [mid, far]}\n  - {NAMErank: {by: [site_id]}}\n"
    segments = "{id: standard}, {id: gold}"
    answers = counter.play(rules.replace("NAME", ""), segments=segments)
    assert (answers.sites("A"), answers.first("rule")) == (
        ["far"],
        "rule 2 + rule 3",
    )  # the one rank that is named
    answers = counter.play(rules.replace("NAME", "name: by id, "), segments=segments)
    assert answers.first("rule") == "rule 2 + by id"


def test_lines_to_which_other_rules_apply_are_decided_apart(counter: Any) -> None:
    rules = """\
match: all
rules:
  - {split: {max_shipments: 3}}
  - {when: {line: {item: tea}}, sites: [far], filters: []}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea,pot")
    assert answers.shipments.set_index("warehouse")["lines"].to_dict() == {"near": 2, "far": 1}


def test_of_services_splits_and_actions_the_last_that_is_named_holds(counter: Any) -> None:
    rules = """\
match: all
rules:
  - {service: [slow], otherwise: backorder}
  - {rank: {by: [site_rank]}}
  - {service: [fast], filters: [{site: {any_of: [far]}}]}
"""
    answers = counter.play(rules, services="{id: slow}, {id: fast}", stock="near mug:9")
    assert answers.shipments["service"].tolist() == ["fast"]
    assert answers.shipments["state"].tolist() == ["cancelled"] or answers.sites("A") == ["far"]


# -- orders that stay whole --------------------------------------------------------------------------------------

WHOLE = {
    "items": "{id: mug}, {id: fish, handling: [cold]}",
    "segments": "{id: standard}, {id: whole, split: never}",
}
BY_LINE = "rules:\n  - {when: {line: {handling: cold}}, sites: [far]MORE}\n  - {split: {max_shipments: 2}}\n"


def test_a_rule_for_lines_leaves_alone_a_part_of_an_order_that_may_not_be_divided(counter: Any) -> None:
    orders = "A 05T10:00 mug,fish\nB 05T10:00 mug,fish whole\nC 05T10:00 fish whole"
    answers = counter.play(BY_LINE.replace("MORE", ""), orders, **WHOLE)
    assert sorted(answers.sites("A")) == ["far", "near"]
    assert answers.sites("B") == ["near"]
    assert answers.sites("C") == ["far"]  # all of it is cold
    alone = counter.play(
        BY_LINE.replace("MORE", "").partition("  - {split")[0], orders, **WHOLE, drain_days=1
    )
    assert (alone.orders["B"]["state"], alone.first("outcome", "B")) == ("open", "none, whole orders only")
    assert alone.first("removed", "B") == ""  # nobody was asked


@pytest.mark.parametrize("bound", ["never_with_items: [mug]", "min_order_value: 5"])
def test_so_it_does_where_the_rule_itself_does_not_divide_the_order(counter: Any, bound: str) -> None:
    rules = BY_LINE.replace("MORE", f", split: {{{bound}}}")
    assert counter.play(rules, "A 05T10:00 mug,fish", **WHOLE).sites("A") == ["near"]


@pytest.mark.parametrize(
    ("bound", "fish"),
    [("never_with_items: [mug]", "mid"), ("min_order_value: 5", "mid"), ("min_order_value: 0", "far")],
)
def test_what_it_leaves_alone_is_for_the_next_rule_although_it_hands_nothing_on(
    counter: Any, bound: str, fish: str
) -> None:
    """The second rule used to be refused: "is never reached"."""
    cold = "when: {line: {handling: cold}}"
    rules = f"""\
rules:
  - {{{cold}, sites: [far], split: {{{bound}}}, on_partial: cancel, otherwise: cancel}}
  - {{{cold}, sites: [mid]}}
  - {{sites: [near], split: {{max_shipments: 2}}}}
"""
    assert counter.play(rules, "A 05T10:00 mug,fish", **WHOLE).sites("A") == [fish, "near"]


def test_where_all_rules_match_it_goes_by_those_that_apply_to_all_of_it(counter: Any) -> None:
    orders = "A 05T10:00 mug,fish\nB 05T10:00 mug,fish whole"
    answers = counter.play("match: all\n" + BY_LINE.replace("MORE", ""), orders, **WHOLE)
    assert sorted(answers.sites("A")) == ["far", "near"]
    assert answers.sites("B") == ["near"]
