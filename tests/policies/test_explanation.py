"""A rule set says of each decision who was left out by what, what the others were compared by, and who won by how much."""

from __future__ import annotations

from typing import Any

import pytest

from sim.decision.record import Explaining, RuleRecord, Weighing
from sim.decision.watch import Ask, Checked
from sim.policy import Policy, Request
from sim.view.network import Network


class Listener:
    """Has every decision of a play explained."""

    ends_with = -1

    def __init__(self) -> None:
        self.heard: list[tuple[Request, tuple[RuleRecord, ...]]] = []
        self.network: Any = None

    def ask(self, request: Request, policy: Policy, network: Network, ask: Ask) -> Checked:
        assert isinstance(policy, Explaining)
        self.network = network
        self.heard.append((request, tuple(policy.explain(request, network))))
        return ask(request)


@pytest.fixture
def explained(counter: Any) -> Any:
    """Return the function from a rule set and orders to the records of every decision, and what became of the orders."""

    def explained(rules: str, orders: str = "A 05T10:00 mug", **world: Any) -> tuple[Listener, Any]:
        listener = Listener()
        scenario = counter.scenario(orders, **world)
        return listener, counter.answers(counter.stage.play(scenario, rules, watch=listener))

    return explained


def names(listener: Listener, sites: Any) -> list[str]:
    return [listener.network.warehouses[site] for site in sites]


SITES = {
    "near": "at: [0, 1], downtime: [{begins: 2026-01-05T09:00, hours: 9, announced_hours: 0}]",
    "mid": "at: [0, 2], handling: [cold]",
    "far": "at: [0, 3], costs: {per_shipment: 3}",
    "farther": "at: [0, 4], costs: {per_shipment: 2}",
    "farthest": "at: [0, 5]",
}
FOUR = """\
rules:
  - name: cheap and not too far
    sites: [near, mid, far, farther]
    filters: [is_up, handles_items, {has_stock: all}]
    rank: {cost: {landed_cost: 1, distance_km: 0.001}}
"""


def test_every_warehouse_is_left_out_by_one_filter_or_compared(explained: Any) -> None:
    listener, _ = explained(FOUR, sites=SITES)
    ((_, (record,)),) = listener.heard
    assert record.rule == "cheap and not too far"
    assert [(word, names(listener, sites)) for word, sites in record.removed] == [
        ("sites", ["farthest"]),
        ("is_up", ["near"]),
        ("handles_items", ["mid"]),
        ("has_stock", []),
    ]
    (comparison,) = record.comparisons
    assert comparison.keys == ("landed_cost", "distance_km", "sum")
    assert [weighing.weight for weighing in comparison.weighing] == [1.0, 0.001, None]
    # A degree of the equator is 111.195 km. 2 + 0.445 is less than 3 + 0.334.
    found = [(names(listener, [c.warehouse])[0], c.values) for c in comparison.candidates]
    assert found == [("farther", (2.0, 444.78, 2.44478)), ("far", (3.0, 333.585, 3.333585))]
    assert names(listener, [comparison.chosen]) == ["farther"]
    assert names(listener, [part.warehouse for part in record.parts]) == ["farther"]
    assert names(listener, record.runner_up) == ["far"]
    assert record.margin == pytest.approx(0.888805)
    assert record.decided_by == "sum"
    assert record.outcome == "full"


def test_the_key_that_decided_is_named_and_a_tie_has_none(explained: Any) -> None:
    rules = "rules: [{{rank: {{by: [{{distance_km: {{band: {band}}}}}, site_rank, site_id]}}}}]\n"
    sites = {"near": "at: [0, 1], site_rank: 2", "mid": "at: [0, 2], site_rank: 1"}
    listener, _ = explained(rules.format(band=0), sites=sites)
    assert listener.heard[0][1][0].decided_by == "distance_km"
    listener, _ = explained(rules.format(band=112), sites=sites)
    assert listener.heard[0][1][0].decided_by == "site_rank"
    assert listener.heard[0][1][0].margin == 1
    listener, _ = explained("rules: [{rank: {by: [freight]}}]\n", sites=sites)
    record = listener.heard[0][1][0]
    assert (record.decided_by, record.margin) == ("", 0)


def test_the_key_that_decided_between_ways_to_split_is_named(explained: Any) -> None:
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 1.9]", "far": "at: [0, 3]"}
    rules = "rules: [{rank: {by: [distance_km, fewest_shipments]}, split: {max_shipments: 2}}]\n"
    stock = "near mug:9; mid mug:9 tea:9; far tea:9 pot:9"
    listener, _ = explained(rules, "A 05T10:00 mug,tea,pot", stock=stock, sites=sites)
    record = listener.heard[0][1][0]
    assert names(listener, record.runner_up) == ["near", "far"]
    assert record.decided_by == "distance_km, added up over lines"


def test_a_split_is_explained_shipment_by_shipment_and_so_is_what_waits_for_stock(explained: Any) -> None:
    listener, _ = explained("nearest", "A 05T10:00 mug,tea,pot", stock="near mug:1; far tea:1")
    ((request, (record,)),) = listener.heard
    lines = [[request.items[line] for line in comparison.lines] for comparison in record.comparisons]
    assert lines == [[0, 1, 2], [0], [1], [2]]
    assert [names(listener, [c.chosen])[0] for c in record.comparisons[1:]] == ["near", "far", "near"]
    whole = record.comparisons[0]
    assert whole.chosen == -1
    assert [(names(listener, [c.warehouse])[0], c.has) for c in whole.candidates] == [
        ("near", (0,)),
        ("far", (1,)),
    ]
    assert [type(hold).__name__ for hold in record.holds] == ["Backorder"]


def test_a_soft_filter_that_was_dropped_is_told(explained: Any) -> None:
    rules = "rules: [{filters: [is_up, {soft: {within: {km: 1}}}]}]\n"
    listener, _ = explained(rules)
    record = listener.heard[0][1][0]
    assert record.dropped == ("soft",)
    assert record.soft == ("within",)
    assert [word for word, _ in record.removed] == ["sites", "is_up"]
    assert len(record.comparisons[0].candidates) == 3


def test_rules_speak_in_turn_and_say_what_they_hand_on(explained: Any) -> None:
    rules = """\
rules:
  - {name: near only, sites: [near], split: {max_shipments: 3}, on_partial: {assign: next}}
  - {name: not for these, when: {order: {lines_at_least: 9}}}
  - {name: the rest, split: {max_shipments: 3}, otherwise: cancel}
"""
    listener, _ = explained(rules, "A 05T10:00 mug,tea", stock="near mug:1; far tea:1")
    ((_, records),) = listener.heard
    assert [(record.rule, record.lines, record.left) for record in records] == [
        ("near only", (0, 1), (1,)),
        ("the rest", (1,), ()),
    ]


def test_the_row_of_a_decision_names_the_rule_that_placed_something(explained: Any) -> None:
    rules = """\
rules:
  - {name: ships, split: {max_shipments: 3}, on_partial: {assign: next}}
  - {name: waits, otherwise: wait}
"""
    _, answers = explained(rules, "A 05T10:00 mug,tea", stock="near mug:1; far mug:1")
    row = answers.decisions.iloc[0]
    assert (row["rule"], row["outcome"], row["chosen"]) == ("ships", "partial", "near")


def test_a_rule_that_leaves_a_part_alone_compared_nothing(explained: Any) -> None:
    rules = "rules:\n  - {when: {line: {item: [tea]}}}\n  - {sites: [far]}\n"
    world = {"segments": "{id: standard}, {id: whole, split: never}"}
    listener, answers = explained(rules, "A 05T10:00 mug,tea whole", **world)
    ((_, (alone, ships)),) = listener.heard
    assert (alone.outcome, alone.removed, alone.comparisons) == ("none, whole orders only", (), ())
    assert (ships.outcome, answers.sites("A")) == ("full", ["far"])


def test_a_rule_that_gets_the_rest_of_a_line_counts_what_the_rules_before_it_sent(explained: Any) -> None:
    """Near sent its six mugs by the first rule: it has none for the second."""
    units = "filters: [is_up, {has_stock: units}], split: {max_shipments: 2}"
    rules = f"rules:\n  - {{sites: [near], {units}, on_partial: {{assign_units: next}}}}\n  - {{{units}}}\n"
    listener, _ = explained(rules, "A 05T10:00 mug:10", stock="near mug:6; far mug:4")
    ((_, (_, rest)),) = listener.heard
    removed = {word: names(listener, sites) for word, sites in rest.removed}
    assert removed["has_stock"] == ["near", "mid"]


def test_a_limit_that_puts_back_is_among_the_keys(explained: Any) -> None:
    rules = "rules: [{filters: [{below_limit: {n: 1, effect: last}}]}]\n"
    listener, _ = explained(rules, "A 05T10:00 mug\nB 05T11:00 mug")
    keys = [
        dict(zip(c.keys, c.candidates[0].values, strict=True))
        for _, (r,) in listener.heard
        for c in r.comparisons
    ]
    assert [found["beyond below_limit"] for found in keys] == [0, 0]
    beyond = listener.heard[1][1][0].comparisons[0].candidates[-1]
    assert names(listener, [beyond.warehouse]) == ["near"]
    assert beyond.values[0] == 1


def test_a_limit_that_excludes_is_no_key(explained: Any) -> None:
    listener, _ = explained("rules: [{filters: [{below_limit: {n: 1}}]}]\n")
    assert listener.heard[0][1][0].comparisons[0].keys == ("distance_km", "site_id")


RULE_SETS = {
    "nearest": "nearest",
    "patient": "patient",
    "balanced": "balanced",
    "everything": "everything",
    "batches and moves": """\
decide: {every_minutes: 30, sort: [value]}
rules: [{split: {max_shipments: 2}, on_partial: {assign: backorder}, otherwise: backorder}]
reallocate: {after: [timer, receipt], every_minutes: 30, at_most: 2}
""",
    "care and waits": """\
rules:
  - {name: small, when: {order: {units_at_least: 2}}, on_full: {care: {hours: 2, cost: 1}}}
  - {name: whole, filters: [is_up, {has_stock: all}], otherwise: {wait: {up_to_hours: 3, then: {care: 2}}}}
  - {name: rest, split: {max_shipments: 3}, on_partial: {assign: {care: 1}}, otherwise: backorder}
""",
    "limits and turns": """\
match: all
rules:
  - {filters: [is_up, {below_limit: {n: 6, per: hour, rolling: true, effect: {penalty: 2}}}], rank: {cost: {freight: 1}}}
  - {when: {region: [here]}, rank: {by: [least_recently_used, random]}, split: {max_shipments: 2}}
attempts: {every_minutes: 30}
""",
}  # fmt: skip


@pytest.mark.parametrize("name", RULE_SETS)
def test_a_play_that_is_explained_is_the_same_as_one_that_is_not(counter: Any, name: str) -> None:
    goods = ("mug", "mug,tea", "tea:3,pot", "pot:2", "mug:4,pot,tea", "tea")
    orders = "\n".join(f"{n:02} 05T{8 + n // 4:02}:{n % 4 * 15:02} {goods[n % 6]}" for n in range(40))
    sites = {"near": "at: [0, 1], queue_limit: 3, work_minutes: 40", "mid": "at: [0, 2]", "far": "at: [0, 3]"}
    stock = "near mug:9 tea:14 pot:5; mid mug:12 pot:7; far tea:20 mug:5"
    scenario = counter.scenario(orders, sites=sites, stock=stock)
    listener = Listener()
    plain = counter.stage.play(scenario, RULE_SETS[name])
    heard = counter.stage.play(scenario, RULE_SETS[name], watch=listener)
    for table in ("orders", "shipments", "decisions", "ledger"):
        assert heard.table(table).equals(plain.table(table)), table
    # The record in full and the row of the journal say the same.
    rows = plain.table("decisions").to_pylist()
    assert len(rows) == len(listener.heard)
    for row, (_, records) in zip(rows, listener.heard, strict=True):
        if row["outcome"] == "kept":  # a shipment that was to move, and did not
            continue
        chosen = [names(listener, [part.warehouse])[0] for record in records for part in record.parts]
        assert "+".join(chosen) == row["chosen"]
        spoke = next((record for record in records if record.parts), records[-1])
        assert (spoke.rule, spoke.outcome) == (row["rule"], row["outcome"].removeprefix("moved, "))
        if ";" not in row["removed"]:
            counts = {word: len(sites) for word, sites in records[0].removed if sites}
            assert row["removed"] == " ".join(f"{word}={count}" for word, count in counts.items())


def test_how_each_key_counts_is_said_with_it(explained: Any) -> None:
    ranks = {
        "{by: [{transit_days: {band: 0.5}}, {available_units: {descending: true}}]}": [
            Weighing(band=0.5),
            Weighing(descending=True),
        ],
        "{cost: {landed_cost: 1, backlog: 0.01}}": [Weighing(1.0), Weighing(0.01), Weighing()],
        "{penalty: {distance_km: {weight: 2, low: 0, high: 900}, backlog: 1}}": [
            Weighing(2.0, scaled=True),
            Weighing(1.0, scaled=True),
            Weighing(),
        ],
    }
    for rank, weighing in ranks.items():
        listener, _ = explained(f"rules:\n  - rank: {rank}\n")
        ((_, (record,)),) = listener.heard
        assert list(record.comparisons[0].weighing) == weighing
    limits = (
        "rules: [{filters: [is_up, {has_stock: all}, {below_backlog: {days: 1, effect: {penalty: 2.5}}}],"
        " rank: {cost: {landed_cost: 1}}}]\n"
    )
    listener, _ = explained(limits)
    assert [weighing.weight for weighing in listener.heard[0][1][0].comparisons[0].weighing] == [
        1.0,
        2.5,
        None,
    ]


def test_what_a_penalty_amounts_to_is_told_on_its_scale(explained: Any) -> None:
    rank = "{penalty: {distance_km: {weight: 2, low: 0, high: 1111.95}, site_rank: {weight: 1, descending: true}}}"
    sites = {
        "near": "at: [0, 1], site_rank: 5",
        "mid": "at: [0, 2], site_rank: 4",
        "far": "at: [0, 3], site_rank: 1",
    }
    listener, _ = explained(f"rules: [{{rank: {rank}}}]\n", sites=sites)
    (comparison,) = listener.heard[0][1][0].comparisons
    assert comparison.keys == ("distance_km", "site_rank", "sum")
    # Two a thousand kilometres and a bit, and one where the rank is 1 instead of 5.
    assert [(names(listener, [c.warehouse])[0], c.values[-1]) for c in comparison.candidates] == [
        ("near", 0.2), ("mid", 0.65), ("far", 1.6),
    ]  # fmt: skip
