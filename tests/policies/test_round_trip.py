"""A rule set can be read, run, printed, and written in Python and back, and stays the same rule set."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import policies
from policies import FILTERS, KEYS, RuleSet, check_rule_set, shipped_rule_sets
from policies.actions import ACTIONS
from policies.part import Part
from sim.document import Section, read, read_text
from sim.errors import RuleSetError
from tests.policies.test_any_rule_set import RATES, WORLD

EVERY_PART = Path(__file__).parent / "every_part.yaml"
FILES = {**shipped_rule_sets(), "every_part": EVERY_PART}


def parts_in(value: Any) -> set[str]:
    """Return the names of all parts that something is made of."""
    found: set[str] = set()
    if isinstance(value, Part):
        found.add(value.name)
    if isinstance(value, Section):
        for name in type(value).model_fields:
            found |= parts_in(getattr(value, name))
    if isinstance(value, tuple):
        for item in value:
            found |= parts_in(item)
    return found


def test_sixty_lines_hold_every_part() -> None:
    assert len(EVERY_PART.read_text(encoding="utf-8").splitlines()) <= 60
    found = parts_in(check_rule_set(read(EVERY_PART)))
    assert found >= {*FILTERS, *KEYS, *ACTIONS, "soft", "assign", "assign_units"}


@pytest.mark.parametrize("name", FILES)
def test_what_is_printed_reads_back(name: str) -> None:
    rules = check_rule_set(read(FILES[name]))
    assert check_rule_set(read_text(str(rules), "printed.yaml", RuleSetError)) == rules


@pytest.mark.parametrize("name", FILES)
def test_what_is_shown_is_the_python_that_makes_it(name: str) -> None:
    rules = check_rule_set(read(FILES[name]))
    names = {**vars(policies), "datetime": __import__("datetime"), "Decimal": Decimal}
    made = eval(repr(rules), names)
    assert made == rules
    assert str(made) == str(rules)


def test_only_what_is_not_as_by_default_is_printed() -> None:
    assert str(RuleSet(rules=(policies.Rule(),))) == "rules: [{}]\n"
    rule = policies.Rule(
        when=policies.When(active=policies.Active(begins=datetime(2026, 1, 5, 8))),
        filters=(policies.Within(km=1500.5), policies.BelowLimit(n=3, per="hour")),
        rank=policies.Cost(
            cost=(policies.LandedCost(weight=1), policies.StockAgeDays(weight=-0.35, of="mean"))
        ),
        on_partial=policies.Assign(rest=policies.Wait(up_to_hours=2, then=policies.Cancel())),
    )
    assert str(RuleSet(rules=(rule,))).splitlines() == [
        "rules:",
        "- when: {active: {begins: '2026-01-05T08:00:00'}}",
        "  filters:",
        "  - {within: {km: 1500.5}}",
        "  - {below_limit: {n: 3, per: hour}}",
        "  rank:",
        "    cost: {landed_cost: 1, stock_age_days: {weight: -0.35, of: mean}}",
        "  on_partial:",
        "    assign: {wait: {up_to_hours: 2, then: cancel}}",
    ]


def test_every_part_at_once_runs_and_all_is_conserved(stage: Any, frame: Any) -> None:
    world = (
        WORLD.format(seed=5)
        .replace("demand: ", "protocols: {cold: {packaging_cost: 1}}\ndemand: ")
        .replace("share: 2}", "share: 2, zone: east}")
        .replace("groups: [east], stations: 2", "groups: [east], zone: east, stations: 2")
        .replace("id: express,", "id: express, tags: [gold], late_penalty: 4,")
        .replace(
            "price: 20, handling: [cold]", "price: 20, category: fish, shelf_life_days: 3, handling: [cold]"
        )
        .replace("work_minutes: 15,", "work_minutes: 15, downtime: [{begins: 2026-03-08T12:00, hours: 3}],")
    )
    rows = ["warehouse,item,units"]
    rows += [
        f"{site},{item},{units}"
        for site, units in (("dock", 40), ("barn", 25), ("mill", 15), ("port", 30))
        for item in ("mug", "fish", "stove", "cake", "tea")
    ]
    scenario = stage.scenario(world, stock="\n".join(rows) + "\n", rates=RATES)
    journal = stage.play(scenario, EVERY_PART.read_text(encoding="utf-8"))
    rules = set(frame(journal, "decisions")["rule"])
    assert rules == {rule.name for rule in check_rule_set(read(EVERY_PART)).rules}
