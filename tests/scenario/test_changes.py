"""`--set KEY=VALUE`: one value of a scenario changed, by its dotted path."""

from __future__ import annotations

from typing import Any

import pytest

from sim.document import Map, Scalar, find, plain, read_text
from sim.document.change import set_key
from sim.errors import InputError


@pytest.mark.parametrize(
    ("change", "attribute", "value"),
    [
        ("warehouses.hub.stations=14", "scenario.warehouses[0].stations", 14),
        ("warehouses.0.stations=14", "scenario.warehouses[0].stations", 14),
        ("items.1.price=3.50", "str(scenario.items[1].price)", "3.50"),
        (
            "carriers.post.services.parcel.transit_days.2=9",
            "scenario.carriers[0].services[0].transit_days[2].value",
            9,
        ),
        ('warehouses.hub.hours.mon-fri="08:00-09:00"', "scenario.warehouses[0].hours[4]", ((28800, 32400),)),
        ("regions.north.at=[1, 2]", "scenario.regions[0].at", (1, 2)),
        ("name=a = b", "scenario.name", "a = b"),
        ("warehouses.hub.hours=null", "scenario.warehouses[0].hours", None),
        ("visibility.sync_minutes=30", "scenario.visibility.sync_minutes", 30),
        ("segments=[{id: NO}]", "scenario.segments[0].id", "NO"),
    ],
)
def test_a_value_is_changed_or_added(desk, change, attribute, value):
    scenario = desk.load(changes=[change])
    assert eval(attribute, {"scenario": scenario, "str": str}) == value


def test_later_changes_see_earlier_ones(desk):
    changes = ["demand.lines_per_order={1: 3, 2: 1}", "demand.lines_per_order.2=5"]
    assert desk.load(changes=changes).demand.lines_per_order == {1: 3, 2: 5}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("warehouses.hbu.stations=4", "warehouses.hbu: is not in the list; did you mean 'hub'?"),
        ("warehouses.1.stations=4", "warehouses.1: is not in the list"),
        ("warehuses.hub.stations=4", "warehuses: is not a key here; did you mean 'warehouses'?"),
        ("demand.orders_per_dya=4", "demand.orders_per_dya: is not a key here; did you mean 'orders_per_day'?"),
        ("name.first=4", "name: is a single value and has no keys"),
        ("days=soon", "days: value 'soon': must be a number"),
        ("days=1e1", "days: value '1e1': must be a number; YAML reads 1e1 as text: write 10"),
        ("days=", "has no value"),
        ("days", "must be KEY=VALUE"),
        ("=3", "must be KEY=VALUE"),
        ("demand=orders_per_day: 3", "must be one value, or a list or mapping in [ ] or { }"),
    ],
)  # fmt: skip
def test_a_change_that_leads_nowhere_is_told(desk, change, said):
    assert desk.wrong(changes=[change]) == [f"--set {change}: {said}"]


def test_a_value_that_is_no_yaml_is_told(desk):
    (told,) = desk.wrong(changes=["days=[1"])
    assert told.startswith("--set days=[1: is not YAML: ")


def test_all_changes_that_cannot_be_applied_are_told_at_once(desk):
    assert len(desk.wrong(changes=["warehouses.a.stations=1", "warehouses.b.stations=1"])) == 2


def test_a_change_of_an_anchored_value_does_not_reach_its_aliases(desk):
    text = desk.changed("rates: {base: [4, 5, 6], per_kg: 1}", "rates: &rates {base: [4, 5, 6], per_kg: 1}")
    text += "      - {id: letter, zones_km: [200, 500], rates: *rates}\n"
    parcel, letter = desk.load(text, ["carriers.post.services.letter.rates.per_kg=7"]).carriers[0].services
    assert (parcel.rates.per_kg[0], letter.rates.per_kg[0]) == (1, 7)


def test_an_id_may_hold_dots():
    tree = read_text("list: [{id: v1.2, x: 1}]", "rules.yaml").tree
    element = set_key(tree, "list.v1.2.x", "2")["list"][0]  # type: ignore[index]
    assert isinstance(element, Map)
    assert element["x"] == "2"


def test_elements_without_an_id_go_by_name_as_in_rule_sets():
    tree = read_text("rules: [{name: everything else, rank: a}]", "rules.yaml").tree
    changed = set_key(tree, "rules.everything else.rank", "b")
    assert changed["rules"][0]["rank"] == "b"  # type: ignore[index]
    assert tree["rules"][0]["rank"] == "a"  # type: ignore[index]


def test_a_value_keeps_its_text():
    value = set_key(Map(), "a.b", "006")["a"]["b"]  # type: ignore[index]
    assert isinstance(value, Scalar)
    assert (value, value.style) == ("006", "plain")


def test_a_document_of_rules_is_changed_and_told_in_the_same_words():
    with pytest.raises(InputError, match=r"^--set rules.x.y=1: rules.x: is not in the list$"):
        read_text("rules: []", "rules.yaml").changed(["rules.x.y=1"])


RULES = """\
rules:
  - filters: [is_up, {has_stock: any}, below_limit, {soft: {within: {km: 9}}}]
  - filters: [{below_limit: {n: 1}}, {below_limit: {n: 2}}]
"""


@pytest.mark.parametrize(
    ("key", "value", "place", "expected"),
    [
        ("rules.0.filters.has_stock", "units", 1, {"has_stock": "units"}),
        ("rules.0.filters.1.has_stock", "units", 1, {"has_stock": "units"}),
        ("rules.0.filters.below_limit.n", "40", 2, {"below_limit": {"n": 40}}),
        ("rules.0.filters.2.below_limit.n", "40", 2, {"below_limit": {"n": 40}}),
        ("rules.0.filters.below_limit", "{n: 5}", 2, {"below_limit": {"n": 5}}),
        ("rules.0.filters.2", "is_up", 2, "is_up"),
        ("rules.0.filters.soft.within.km", "7", 3, {"soft": {"within": {"km": 7}}}),
    ],
)
def test_a_part_in_a_list_goes_by_its_word(key: str, value: str, place: int, expected: Any) -> None:
    tree = read_text(RULES, "rules.yaml").tree
    before = plain(tree)["rules"][0]["filters"]
    after = plain(set_key(tree, key, value))["rules"][0]["filters"]
    assert after == [*before[:place], expected, *before[place + 1 :]]
    assert plain(tree)["rules"][0]["filters"] == before


def test_a_word_that_two_parts_have_names_neither() -> None:
    tree = read_text(RULES, "rules.yaml").tree
    with pytest.raises(
        InputError,
        match=r"rules\.1\.filters\.below_limit: stands there more than once: name it by its position",
    ):
        set_key(tree, "rules.1.filters.below_limit.n", "4")
    with pytest.raises(InputError, match="did you mean 'has_stock'"):
        set_key(tree, "rules.0.filters.has_stok", "all")


def test_a_value_is_found_where_a_change_would_put_it() -> None:
    tree = read_text(RULES, "rules.yaml").tree
    assert find(tree, "rules.1.filters.1.below_limit.n") == (
        ("rules", "1", "filters", "1", "below_limit", "n"),
        "2",
    )
    assert find(tree, "rules.0.filters.has_stock")[1] == "any"
    assert find(tree, "rules.0.filters.below_limit.n") == (
        ("rules", "0", "filters", "2", "below_limit", "n"),
        None,
    )
    assert find(tree, "rules.7.name") == (("rules", "7", "name"), None)
    assert find(tree, "rules.0.filters.is_up.x.y")[1] is None
