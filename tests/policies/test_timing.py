"""When a rule set decides: at once or in batches, and anew about what is committed and not begun."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from policies import Attempts, InBatches, Reallocate, Rule, RuleSet
from reports.stories.data import story_content
from reports.stories.texts import story_text
from sim import occasions
from sim.execution.story import tell

ONE = "rules: [{}]\n"
THREE = "A 05T10:01 mug:3 late\nB 05T10:02 mug first\nC 05T10:30 mug:2 late"
SEGMENTS = "{id: first, priority: 1, promise_days: 9}, {id: late, priority: 2, promise_days: 5}"


def order_of(answers: Any) -> list[tuple[str, str]]:
    rows = answers.decisions
    return [(order, at.strftime("%H:%M:%S")) for order, at in zip(rows["order"], rows["at"], strict=True)]


@pytest.mark.parametrize(
    ("decide", "names"),
    [
        ("", "ABC"),
        ("decide: on_order\n", "ABC"),
        ("decide: {every_minutes: 30}\n", "ABC"),
        ("decide: {every_minutes: 30, sort: [priority]}\n", "BAC"),
        ("decide: {every_minutes: 30, sort: [promised_at, placed_at]}\n", "ACB"),
        ("decide: {every_minutes: 30, sort: [promised_at]}\n", "ACB"),
    ],
)
def test_orders_are_decided_at_once_or_in_sorted_batches(counter: Any, decide: str, names: str) -> None:
    found = order_of(counter.play(ONE + decide, THREE, segments=SEGMENTS))
    assert "".join(name for name, _ in found) == names
    if "every" in decide:
        assert {at for _, at in found} == {"10:30:00"}


def test_a_batch_gives_the_last_units_by_its_sort(counter: Any) -> None:
    rules = ONE + "decide: {every_minutes: 30, sort: [value]}\n"
    items = "{id: mug, price: 2}, {id: tea}, {id: pot}"
    answers = counter.play(rules, THREE, segments=SEGMENTS, items=items, stock="near mug:3", drain_days=1)
    assert answers.orders["A"]["state"] == "delivered"
    assert [answers.orders[name]["state"] for name in "BC"] == ["open", "open"]


def test_waiting_until_a_time_ends_with_the_batch_that_follows(counter: Any) -> None:
    rules = "rules:\n  - {otherwise: {wait: {up_to_hours: 1, then: cancel}}}\ndecide: {every_minutes: 40}\n"
    answers = counter.play(rules, "A 05T10:00 mug", stock="near mug:0")
    assert answers.times("A") == ["05T10:00:00", "05T11:20:00"]
    assert answers.orders["A"]["cancel_reason"] == "no_stock"


SLOW = {
    "near": "at: [0, 1], stations: 1, work_minutes: 120, downtime: [{begins: 2026-01-05T11:00, hours: 9, announced_hours: 0}]",
    "far": "at: [0, 3], stations: 1, work_minutes: 120, costs: {per_shipment: 1}",
}  # fmt: skip
TWO = "A 05T10:00 mug\nB 05T10:00 mug"


def test_a_warehouse_that_goes_down_gives_up_what_it_has_not_begun(counter: Any) -> None:
    kept = counter.play(ONE, TWO, sites=SLOW)
    assert kept.sites("B") == ["near"]
    rules = ONE + "reallocate: {after: [site_down], wait_minutes: 15, cost: 2.50}\n"
    moved = counter.play(rules, TWO, sites=SLOW)
    assert moved.sites("A") == ["near"]
    assert moved.sites("B") == ["near", "far"]
    assert moved.times("B") == ["05T10:00:00", "05T11:15:00"]
    assert moved.decisions["outcome"].tolist() == ["full", "full", "moved, full"]
    assert moved.orders["B"]["cost_handling"] == 3.5
    assert moved.orders["B"]["delivered_at"] < kept.orders["B"]["delivered_at"]


def test_a_backorder_goes_where_stock_arrives(counter: Any) -> None:
    """Far receives a mug at noon, three hours before near does."""
    world = {"stock": "near mug:0; far mug:0", "sites": {"near": "at: [0, 1]", "far": "at: [0, 3]"}}
    scenario = counter.scenario("A 05T10:00 mug", **world)
    scenario = counter.stage.scenario(
        (counter.stage.folder / "world.yaml").read_text().replace(
            "stock: {opening", "suppliers: [{id: farm}]\nstock: {replenish: [{items: [mug], warehouses: [far], "
            "arrivals: {every_days: 0.5, units: 1}}], opening"
        )
    )  # fmt: skip
    rules = "rules:\n  - {otherwise: backorder}\nreallocate: {after: [receipt]}\n"
    answers = counter.answers(counter.stage.play(scenario, rules))
    assert answers.sites("A") == ["near", "far"]
    assert answers.decisions["cause"].tolist() == ["placed", "receipt"]


def test_on_a_timer_what_is_not_begun_goes_where_the_rules_would_have_it_now(counter: Any) -> None:
    rules = """\
rules:
  - {rank: {by: [backlog, site_id]}}
reallocate: {after: [timer], every_minutes: 60}
"""
    sites = {
        "near": "at: [0, 1], stations: 1, work_minutes: 180",
        "next": "at: [0, 1], stations: 1, work_minutes: 30",
    }
    orders = "A 05T10:00 mug\nB 05T10:00 mug\nC 05T10:00 mug\nD 05T10:00 mug"
    answers = counter.play(rules, orders, sites=sites)
    assert {name: answers.sites(name) for name in "ABCD"} == {
        "A": ["near"], "B": ["next"], "C": ["near", "next"], "D": ["next"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stock", "end"),
    [("near mug:9; far mug:9", "1 mug: leaves far by parcel"), ("near mug:9", "it stays at near")],
)
def test_the_story_of_an_order_says_what_could_have_moved(counter: Any, stock: str, end: str) -> None:
    scenario = counter.scenario(TWO, sites=SLOW, stock=stock)
    rules = counter.stage.policy(ONE + "reallocate: {wait_minutes: 15}\n", scenario)
    lines = story_text(story_content(tell(scenario, rules, "B"))).splitlines()
    at = lines.index(
        "2026-01-05 11:15:00  decision 2, because the warehouse was down: whether what waits at near moves"
    )
    told = [line.strip() for line in lines[at + 1 :] if line.startswith("    →")]
    assert told[0] == f"→ {end}"


def test_an_answer_that_moves_nothing_is_not_remembered(counter: Any) -> None:
    """At 11:00 B could only go to customer care, so it stays. At noon its mug expires: only now care has it in hand."""
    rules = "rules:\n  - {otherwise: {care: {hours: 1, cost: 3}}}\nreallocate: {}\n"
    items = "{id: mug, shelf_life_days: 0.5}, {id: tea}, {id: pot}"
    answers = counter.play(rules, TWO, sites=SLOW, items=items, stock="near mug:2; far mug:0", drain_days=1)
    of_b = answers.decisions[answers.decisions["order"] == "B"]
    assert of_b["cause"].tolist()[:4] == ["placed", "site_down", "spoiled", "care"]
    assert of_b["outcome"].tolist()[1:3] == ["kept", "none, care"]
    assert answers.orders["B"]["cost_care"] == 3


def test_in_python_they_are_the_same_objects(counter: Any) -> None:
    rules = RuleSet(
        rules=(Rule(),),
        decide=InBatches(every_minutes=0.001, sort=("value",)),
        attempts=Attempts(at_most=7),
        reallocate=Reallocate(
            after=("site_down", "timer"), wait_minutes=1.5, every_minutes=10, at_most=2, cost=Decimal("0.125")
        ),
    )
    bound = rules.prepare(counter_network(counter, rules))
    assert bound.attempts == occasions.Attempts(at_most=7)
    assert bound.batches == occasions.Batches(1, ("value",))
    assert bound.reallocation == occasions.Reallocation(("site_down", "timer"), 90, 600, 2, 13)
    plain = RuleSet(rules=(Rule(),))
    bound = plain.prepare(counter_network(counter, plain))
    assert (bound.attempts, bound.batches, bound.reallocation) == (occasions.Attempts(), None, None)
    with pytest.raises(ValidationError, match="names a timer, which needs every_minutes"):
        Reallocate(after=("timer",))


def test_attempts_are_handed_on_in_seconds() -> None:
    attempts = Attempts(
        every_minutes=1.51, after=("receipt",), at_most=4, give_up_after_hours=0.5, then="wait"
    )
    assert attempts.in_seconds() == occasions.Attempts(91, ("receipt",), 4, 1800, "wait")
    assert Attempts().in_seconds() == occasions.Attempts()
    assert Reallocate(every_minutes=None).in_seconds() == occasions.Reallocation()


def counter_network(counter: Any, rules: Any) -> Any:
    """Return the network of a world in which a rule set is played."""
    seen: list[Any] = []

    class Spy:
        def prepare(self, network: Any) -> None:
            seen.append(network)

        def allocate(self, order: Any, network: Any) -> Any:
            return rules.allocate(order, network)

    counter.play(Spy())
    return seen[0]
