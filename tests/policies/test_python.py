"""A rule set in Python is made of the same objects as one in YAML, and does the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from policies import (
    Assign,
    Attempts,
    Backlog,
    Backorder,
    BelowLimit,
    Cancel,
    Cost,
    DistanceKm,
    FewestShipments,
    HandlesItems,
    HasStock,
    InGroup,
    IsUp,
    LandedCost,
    Lexicographic,
    LineTerms,
    Next,
    OfKind,
    OrderTerms,
    Rule,
    RuleSet,
    SiteId,
    Split,
    Wait,
    When,
    Within,
    check_rule_set,
    filters,
    keys,
    shipped_rule_sets,
)
from policies.filters import Filter
from policies.keys import Key
from policies.part import Part
from sim.document import read, read_text
from sim.errors import PolicyError, RuleSetError
from sim.journal import TABLES
from sim.scenario import load_scenario

STOCKED = (IsUp(), HandlesItems(), HasStock(lines="any"))

NEAREST = RuleSet(
    name="every line from the nearest warehouse that has it",
    rules=(
        Rule(
            name="every line from the nearest that has it",
            filters=STOCKED,
            rank=Lexicographic(by=(DistanceKm(), FewestShipments(), SiteId())),
            split=Split(max_shipments=3),
            on_partial=Assign(rest=Backorder()),
            otherwise=Backorder(),
        ),
    ),
)
BALANCED = RuleSet(
    name="landed cost, and a price on every shipment in the queue",
    rules=(
        Rule(
            name="landed cost, and a cent for every shipment in the queue",
            filters=(*STOCKED, BelowLimit()),
            rank=Cost(cost=(LandedCost(weight=1.0), Backlog(weight=0.01))),
            split=Split(max_shipments=2),
            on_partial=Assign(rest=Backorder(give_up_after_hours=72)),
            otherwise=Backorder(give_up_after_hours=72),
        ),
    ),
)


@pytest.mark.parametrize(("shipped", "rules"), [("nearest", NEAREST), ("balanced", BALANCED)])
def test_the_same_rules_in_python_and_yaml_are_equal_and_give_the_same_journal(
    stage: Any, shipped: str, rules: RuleSet
) -> None:
    assert check_rule_set(read(shipped_rule_sets()[shipped])) == rules
    hello = load_scenario("hello", ["days=2", "warm_up_days=0"])
    written, made = stage.play(hello, shipped), stage.play(hello, rules)
    assert made.table("orders").num_rows > 200
    for table in TABLES:
        assert made.table(table).equals(written.table(table)), table


def test_every_form_of_a_rule_can_be_written_both_ways(counter: Any) -> None:
    text = """\
name: everything
rules:
  - name: one
    sites: [near, far]
    filters: [is_up, {within: {km: 500}}, {below_limit: {n: 3, of: units, per: week, strict: true}}]
    rank: {by: [{landed_cost: {band: 0.5}}, {distance_km: {descending: true}}, site_id]}
    service: [parcel]
    split: {max_shipments: 2}
    on_partial: {assign: {wait: {up_to_hours: 2, then: {cancel: 3}}}}
    otherwise: {wait: {up_to_hours: 1, then: next}}
  - sites: {kind: store}
    service: fastest
    otherwise: cancel
  - sites: {group: town}
    on_partial: wait
attempts: {every_minutes: 30, after: [receipt], at_most: 4, give_up_after_hours: 9, then: wait}
"""
    made = RuleSet(
        name="everything",
        rules=(
            Rule(
                name="one",
                sites=("near", "far"),
                filters=(IsUp(), Within(km=500), BelowLimit(n=3, of="units", per="week", strict=True)),
                rank=Lexicographic(by=(LandedCost(band=0.5), DistanceKm(descending=True), SiteId())),
                service=("parcel",),
                split=Split(max_shipments=2),
                on_partial=Assign(rest=Wait(up_to_hours=2, then=Cancel(after_hours=3))),
                otherwise=Wait(up_to_hours=1, then=Next()),
            ),
            Rule(sites=OfKind(kind="store"), service="fastest", otherwise=Cancel()),
            Rule(sites=InGroup(group="town"), on_partial=Wait()),
        ),
        attempts=Attempts(
            every_minutes=30, after=("receipt",), at_most=4, give_up_after_hours=9, then="wait"
        ),
    )
    sites = {"near": "at: [0, 1], kind: store", "far": "at: [0, 3], groups: [town]"}
    scenario = counter.scenario("A 05T10:00 mug", sites=sites)
    assert counter.stage.policy(text, scenario) == made


def test_parts_are_immutable_values() -> None:
    assert Within(km=5) == Within(km=5.0)
    assert Within(km=5) != Within(zone=5)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Within(km=5), "km", 6)  # noqa: B010


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Within(), "exactly one of km, transit_days and zone"),
        (lambda: Within(km=-1), "at least 0"),
        (lambda: Within(zone=1.5), "whole number"),
        (lambda: HasStock(lines="some"), "'all', 'any' or 'units'"),
        (lambda: Split(max_shipments=0), "at least 1"),
        (lambda: RuleSet(rules=()), "at least one rule"),
        (lambda: Rule(filters=(Backlog(),)), "must be a filter, not Backlog"),
        (lambda: Rule(otherwise=IsUp()), "must be an action, not IsUp"),
        (lambda: Rule(otherwise=Assign(rest=Next())), "must be an action, not Assign"),
        (lambda: Wait(then=Wait()), "must be an action, not Wait"),
        (lambda: Lexicographic(by=()), "at least one key"),
        (lambda: Lexicographic(by=(LandedCost(weight=1),)), "belongs to a rank by cost"),
        (lambda: Cost(cost=(LandedCost(),)), "must have a weight"),
        (lambda: Cost(cost=(LandedCost(weight=1, band=1),)), "a cost has weights"),
        (lambda: Rule(weight=2), "Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_in_yaml_is_wrong_in_python(make: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        make()


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            Rule(name="r", service=("parcle",)),
            "rule 'r': there is no such service as 'parcle'; did you mean 'parcel'?",
        ),
        (
            Rule(name="r", sites=("naer",)),
            "rule 'r': there is no such warehouse as 'naer'; did you mean 'near'?",
        ),
        (Rule(name="r", sites=InGroup(group="x")), "rule 'r': there is no such group as 'x'"),
        (
            Rule(when=When(region=("heer",))),
            "rule '': there is no such region as 'heer'; did you mean 'here'?",
        ),
        (
            Rule(name="r", when=When(order=OrderTerms(segment=("gold",)))),
            "rule 'r': there is no such segment as 'gold'",
        ),
        (Rule(when=When(line=LineTerms(item=("box",)))), "rule '': there is no such item as 'box'"),
        (
            Rule(when=When(any_line=LineTerms(item=("mugg",)))),
            "rule '': there is no such item as 'mugg'; did you mean 'mug'?",
        ),
        (Rule(when=When(all_lines=LineTerms(item=("box",)))), "rule '': there is no such item as 'box'"),
        (Rule(split=Split(never_with_items=("mug", "box"))), "rule '': there is no such item as 'box'"),
        (
            Rule(split=Split(keep_together=(("mug", "tea"), ("pot", "box")))),
            "rule '': there is no such item as 'box'",
        ),
    ],
)
def test_what_a_rule_names_must_be_there(counter: Any, rule: Rule, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        counter.play(RuleSet(rules=(rule,)))
    assert str(caught.value) == says


def test_all_that_a_rule_names_may_be_named(counter: Any) -> None:
    terms = LineTerms(item=("mug", "tea"))
    when = When(
        order=OrderTerms(segment=("standard",)), line=terms, any_line=terms, all_lines=terms, region=("here",)
    )
    split = Split(never_with_items=("tea",), keep_together=(("mug", "tea"),))
    rule = Rule(when=when, sites=InGroup(group="town"), service=("parcel",), split=split)
    sites = {"near": "at: [0, 1], groups: [inn, town]", "far": "at: [0, 3]"}
    assert counter.play(RuleSet(rules=(rule,)), sites=sites).sites("A") == ["near"]


def test_a_rule_set_can_be_asked_by_itself(counter: Any) -> None:
    """A policy that wraps a rule set, and does not hand `prepare` on, gets the same answers."""

    class Wrapped:
        def allocate(self, order: Any, network: Any) -> Any:
            return NEAREST.allocate(order, network)

    orders = "A 05T10:00 mug,tea\nB 05T11:00 mug:2\nC 05T12:00 pot"
    stock = "near mug:2; mid mug:9 tea:9"
    bound, wrapped = (
        counter.play(rules, orders, stock=stock, drain_days=1) for rules in (NEAREST, Wrapped())
    )
    for table in TABLES:
        assert bound.journal.table(table).equals(wrapped.journal.table(table)), table


def test_an_outside_package_adds_a_part_under_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    import policies.part
    from policies import filters
    from policies.filters import Filter

    class Painted(Filter):
        """The warehouse is painted."""

        name = "painted"

    class Taken(Filter):
        """Another is_up."""

        name = "is_up"

    class Entry:
        value = "paint:Painted"

        def __init__(self, part: type[Part]) -> None:
            self.part = part

        def load(self) -> type[Part]:
            return self.part

    monkeypatch.setattr(policies.part, "entry_points", lambda group: [Entry(Painted)])
    found = policies.part.parts_of(filters, Filter)
    assert found["painted"] is Painted
    assert found["is_up"] is IsUp
    monkeypatch.setattr(policies.part, "entry_points", lambda group: [Entry(Taken)])
    with pytest.raises(RuleSetError, match="package paint:Painted: adds a filter 'is_up', which exists"):
        policies.part.parts_of(filters, Filter)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("filters: [{soft: is_up}]", "filters: [{soft: {filter: is_up}}]"),
        ("filters: [{soft: {within: {km: 5}}}]", "filters: [{soft: {filter: {within: {km: 5}}}}]"),
        ("on_partial: {assign: {cancel: 4}}", "on_partial: {assign: {rest: {cancel: 4}}}"),
        ("on_partial: {assign_units: backorder}", "on_partial: {assign_units: {rest: backorder}}"),
    ],
)
def test_a_part_in_a_part_may_be_named_by_its_parameter(short: str, long: str) -> None:
    one, other = (
        check_rule_set(read_text(f"rules: [{{{rule}}}]\n", "rules.yaml", RuleSetError))
        for rule in (short, long)
    )
    assert one == other


EXTRA = '''\
import numpy as np
from policies.filters import Filter
from policies.keys import Key


class EvenId(Filter):
    """The id has an even number of letters."""

    name = "even_id"

    def bind(self, network):
        even = np.array([len(id_) % 2 == 0 for id_ in network.warehouses])
        return lambda case: even


class IdLength(Key):
    """How long the id is."""

    name = "id_length"

    def bind(self, network):
        letters = np.array([float(len(id_)) for id_ in network.warehouses])
        return lambda case: letters
'''


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (
            "even_id = extra:EvenId\nid_length = extra:IdLength",
            "mine.yaml: a rule set that is right, with 1 rule\n",
        ),
        (
            "gone = extra:Gone",
            "package extra:Gone: adds a part that cannot be loaded: "
            "AttributeError: module 'extra' has no attribute 'Gone'\n",
        ),
    ],
)
def test_an_installed_package_adds_parts(tmp_path: Path, entries: str, says: str) -> None:
    about = tmp_path / "extra-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[orderlab.parts]\n{entries}\n")
    (tmp_path / "extra.py").write_text(EXTRA)
    (tmp_path / "mine.yaml").write_text("rules: [{filters: [is_up, even_id], rank: {by: [id_length]}}]\n")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "sim", "validate", "mine.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == says


@pytest.mark.parametrize("kind", [Filter, Key])
def test_a_part_of_ones_own_is_told_what_it_must_define(kind: Any) -> None:
    class Mine(kind):  # type: ignore[misc]
        """Says nothing yet."""

        name = "mine"

    with pytest.raises(TypeError, match=r"^Mine must define bind$"):
        Mine().bind(None)


@pytest.mark.parametrize("module", [filters, keys])
def test_a_name_that_is_none_is_told_as_python_tells_it(module: Any) -> None:
    with pytest.raises(AttributeError, match=rf"^module '{module.__name__}' has no attribute 'FILTRES'$"):
        module.FILTRES  # noqa: B018
