"""What a rule asks of a split: a floor on every part, a price for each shipment, value, items, company."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest

from policies import AssignUnits, Cancel, Cost, LandedCost, OnlyIf, Rule, RuleSet, Split
from sim.errors import PolicyError

THREE = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "far": "at: [0, 3]"}


def split(keys: str, more: str = "") -> str:
    return f"rules:\n  - {{split: {{max_shipments: 4, {keys}}}{more}}}\n"


def priced(**prices: float) -> str:
    return ", ".join(f"{{id: {item}, price: {price}}}" for item, price in prices.items())


# -- a floor on every part -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mug", "tea", "parcels"),
    [(60, 60, 2), (20, 20, 0), (120, 20, 0), (50, 50, 2), (50, 49.99, 0), (1000, 50, 2)],
)
def test_a_money_floor_holds_for_both_parts_of_a_split(
    counter: Any, mug: float, tea: float, parcels: int
) -> None:
    """HotWax, floor 50: 60 + 60 may split, 20 + 20 may not, 120 + 20 may not."""
    answers = counter.play(
        split("min_part_value: 50"),
        "A 05T10:00 mug,tea",
        items=priced(mug=mug, tea=tea),
        stock="near mug:1; far tea:1",
    )
    assert len(answers.sites("A")) == parcels


def test_the_floor_counts_all_units_of_a_part(counter: Any) -> None:
    rules, stock = split("min_part_value: 50"), "near mug:9; far tea:9"
    items = priced(mug=10, tea=25)
    assert len(counter.play(rules, "A 05T10:00 mug:5,tea:2", items=items, stock=stock).sites("A")) == 2
    assert counter.play(rules, "A 05T10:00 mug:4,tea:2", items=items, stock=stock).sites("A") == []


def test_the_floor_is_no_floor_for_what_leaves_together(counter: Any) -> None:
    answers = counter.play(
        split("min_part_value: 50"), "A 05T10:00 mug,tea", items=priced(mug=1, tea=1), stock="far mug:1 tea:1"
    )
    assert answers.sites("A") == ["far"]


@pytest.mark.parametrize(("rest", "parcels"), [(50, ["near"]), (49.99, [])])
def test_what_waits_is_a_part_too(counter: Any, rest: float, parcels: list[str]) -> None:
    """Of 120 and a rest that nobody has the 120 leave, if the rest is worth a parcel of its own."""
    answers = counter.play(
        split("min_part_value: 50", ", on_partial: {assign: wait}"),
        "A 05T10:00 mug,tea",
        items=priced(mug=120, tea=rest),
        stock="near mug:1",
        drain_days=1,
    )
    assert answers.sites("A") == parcels


def test_a_backordered_part_is_a_part_too(counter: Any) -> None:
    rules = split("min_part_value: 50", ", on_partial: {assign: {backorder: 5}}")
    play = {"orders": "A 05T10:00 mug,tea", "stock": "near mug:1"}
    small = counter.play(rules, items=priced(mug=120, tea=20), **play)
    assert small.shipments["units"].tolist() == [2]  # both wait together
    large = counter.play(rules, items=priced(mug=120, tea=50), **play)
    assert large.shipments["units"].tolist() == [1, 1]


@pytest.mark.parametrize("mug", [20, 120])
def test_what_is_given_up_is_no_part(counter: Any, mug: float) -> None:
    """The order is not divided: one parcel leaves, and nothing else ever will."""
    answers = counter.play(
        split("min_part_value: 50", ", on_partial: {assign: cancel}"),
        "A 05T10:00 mug,tea",
        items=priced(mug=mug, tea=20),
        stock="near mug:1",
    )
    assert answers.sites("A") == ["near"]


def test_a_last_remainder_below_the_floor_ships_alone(counter: Any) -> None:
    """A first rule without a floor ships 120; 20 are left, and would never leave if the floor held for them."""
    rules = """\
rules:
  - {sites: [near], split: {max_shipments: 3}, on_partial: {assign: next}}
  - {split: {max_shipments: 3, min_part_value: 50}}
"""
    answers = counter.play(
        rules, "A 05T10:00 mug,tea", items=priced(mug=120, tea=20), stock="near mug:1; far tea:1"
    )
    assert answers.sites("A") == ["near", "far"]


@pytest.mark.parametrize(("mug", "tea", "site"), [(60, 90, "far"), (90, 60, "near")])
def test_as_many_lines_leave_as_the_floor_lets_go(counter: Any, mug: float, tea: float, site: str) -> None:
    """Pot is nowhere: of mug and tea one may leave, the other must wait with it, and the dearer one leaves."""
    answers = counter.play(
        split("min_part_value: 50", ", on_partial: {assign: wait}"),
        "A 05T10:00 mug,tea,pot",
        items=priced(mug=mug, tea=tea, pot=20),
        stock="near mug:1; far tea:1",
        drain_days=1,
    )
    assert answers.sites("A") == [site]
    assert answers.first("outcome") == "partial, wait"


def test_the_floor_chooses_among_ways_to_divide(counter: Any) -> None:
    """Nearest would send the cheap tea alone from near; worth enough is only mug from mid, tea and pot from far."""
    rules = split("min_part_value: 50", ", rank: {by: [distance_km, fewest_shipments]}")
    answers = counter.play(
        rules,
        "A 05T10:00 mug,tea,pot",
        items=priced(mug=60, tea=20, pot=60),
        stock="near tea:1; mid mug:1; far tea:1 pot:1",
    )
    assert sorted(answers.sites("A")) == ["far", "mid"]


def test_beyond_8_lines_the_greedy_cover_keeps_to_the_floor(counter: Any) -> None:
    """Ten lines at 10 each: eight at near and two at far are 80 and 20; with four at far 60 and 40, with five 50 and 50."""
    items = ", ".join(f"{{id: i{number}, price: 10}}" for number in range(10))
    order = "A 05T10:00 " + ",".join(f"i{number}" for number in range(10))
    for at_far, parcels in ((2, 0), (4, 0), (5, 2)):
        here = " ".join(f"i{i}:1" for i in range(10 - at_far))
        there = " ".join(f"i{i}:1" for i in range(10 - at_far, 10))
        answers = counter.play(
            split("min_part_value: 50", ", on_partial: {assign: wait}"),
            order,
            items=items,
            stock=f"near {here}; far {there}",
            drain_days=1,
        )
        assert len(answers.sites("A")) == parcels
        assert answers.first("capped")


def test_beyond_8_lines_a_warehouse_that_would_leave_too_little_is_passed_over(counter: Any) -> None:
    """Near has eight of ten lines at 10 each; the rest would be worth 20, so that mid and far send five each."""
    lines = {"near": range(8), "mid": range(5), "far": range(5, 10)}
    answers = counter.play(
        split("min_part_value: 50"),
        "A 05T10:00 " + ",".join(f"i{number}" for number in range(10)),
        items=", ".join(f"{{id: i{number}, price: 10}}" for number in range(10)),
        stock="; ".join(f"{site} " + " ".join(f"i{i}:1" for i in has) for site, has in lines.items()),
    )
    assert sorted(answers.sites("A")) == ["far", "mid"]


@pytest.mark.parametrize(("rest", "parcels"), [("wait", []), ("cancel", ["near"])])
def test_beyond_8_lines_what_is_given_up_is_no_part_either(
    counter: Any, rest: str, parcels: list[str]
) -> None:
    """Nobody has the tenth line, which is worth 10."""
    answers = counter.play(
        split("min_part_value: 50", f", on_partial: {{assign: {rest}}}"),
        "A 05T10:00 " + ",".join(f"i{number}" for number in range(10)),
        items=", ".join(f"{{id: i{number}, price: 10}}" for number in range(10)),
        stock="near " + " ".join(f"i{i}:1" for i in range(9)),
        drain_days=1,
    )
    assert answers.sites("A") == parcels


@pytest.mark.parametrize("fewest_first", [True, False])
def test_the_division_is_the_best_of_all_that_keep_to_the_floor(counter: Any, fewest_first: bool) -> None:
    """Forty orders against five sites: brute force over every site for every line."""
    random = np.random.default_rng(20260122)
    held = random.random((5, 10)) < 0.45
    prices = random.integers(5, 60, 10)
    sites = {f"w{site}": f"at: [0, {site + 1}]" for site in range(5)}
    stock = "; ".join(f"w{s} " + " ".join(f"i{i}:9999" for i in np.flatnonzero(held[s])) for s in range(5))
    baskets = [random.choice(10, int(random.integers(2, 6)), replace=False) for _ in range(40)]
    keys = "distance_km" if fewest_first else "distance_km, fewest_shipments"
    answers = counter.play(
        split("min_part_value: 50", f", rank: {{by: [{keys}]}}, on_partial: cancel, otherwise: cancel"),
        "\n".join(f"o{n} 05T10:00 {','.join(f'i{i}' for i in basket)}" for n, basket in enumerate(baskets)),
        items=", ".join(f"{{id: i{number}, price: {prices[number]}}}" for number in range(10)),
        sites=sites,
        stock=stock,
    )
    counts = []
    for number, basket in enumerate(baskets):
        found = []
        for way in product(*(np.flatnonzero(held[:, item]) for item in basket)):
            worth = [
                sum(prices[i] for i, s in zip(basket, way, strict=True) if s == site) for site in set(way)
            ]
            if len(worth) <= 4 and (len(worth) == 1 or min(worth) >= 50):
                found.append((len(worth) if fewest_first else 0, sum(site + 1 for site in way)))
        rows = answers.shipments[answers.shipments["order"] == f"o{number}"]
        degrees = int(((rows["warehouse"].str[1:].astype(int) + 1) * rows["lines"]).sum())
        assert (len(rows) if fewest_first else 0, degrees) == min(found, default=(0, 0)), f"o{number}"
        counts.append(len(rows))
    assert {0, 1, 2} <= set(counts)  # the test tells something


# -- the value of the order, and items that keep it whole --------------------------------------------------------


@pytest.mark.parametrize(("price", "parcels"), [(25, 2), (24.99, 0)])
def test_an_order_may_be_split_from_a_value_on(counter: Any, price: float, parcels: int) -> None:
    answers = counter.play(
        split("min_order_value: 50"),
        "A 05T10:00 mug,tea",
        items=priced(mug=price, tea=25),
        stock="near mug:1; far tea:1",
    )
    assert len(answers.sites("A")) == parcels


def test_an_order_below_the_value_keeps_its_lines_together_while_it_waits(counter: Any) -> None:
    rules = split("min_order_value: 50", ", on_partial: {assign: {backorder: 5}}")
    answers = counter.play(
        rules, "A 05T10:00 mug,tea", items=priced(mug=24, tea=25), stock="near mug:1; far tea:1"
    )
    assert answers.shipments["units"].tolist() == [2]


def test_an_order_with_one_of_some_items_stays_whole(counter: Any) -> None:
    rules = split("never_with_items: [pot, tea]")
    stock = "near mug:9; mid tea:9; far pan:9"
    items = "{id: mug}, {id: tea}, {id: pot}, {id: pan}"
    answers = counter.play(rules, "A 05T10:00 mug,tea\nB 05T10:00 mug,pan", items=items, stock=stock)
    assert answers.sites("A") == []
    assert sorted(answers.sites("B")) == ["far", "near"]
    together = counter.play(rules, "A 05T10:00 mug,tea", items=items, stock="far mug:1 tea:1")
    assert together.sites("A") == ["far"]


# -- lines that travel together ------------------------------------------------------------------------------------

PAIR = "keep_together: [[mug, tea]]"


def test_lines_of_a_group_travel_in_one_shipment(counter: Any) -> None:
    """Every line is nearest by itself at near, mid and far; mug and tea are together only at far."""
    nearest = ", rank: {by: [distance_km, fewest_shipments]}"
    order, stock = "A 05T10:00 mug,tea,pot", "near mug:9 pot:9; mid tea:9; far mug:9 tea:9"
    assert sorted(counter.play(split(PAIR, nearest), order, stock=stock).sites("A")) == ["far", "near"]
    apart = counter.play(split("max_sites_per_line: 1", nearest), order, stock=stock)
    assert sorted(apart.sites("A")) == ["mid", "near"]


def test_or_none_of_them_is_placed(counter: Any) -> None:
    rules = split(PAIR, ", on_partial: {assign: wait}")
    order = "A 05T10:00 mug,tea,pot"
    answers = counter.play(rules, order, stock="near mug:9 pot:9; mid tea:9", drain_days=1)
    (shipment,) = answers.shipments.to_dict("records")
    assert (shipment["warehouse"], shipment["units"]) == ("near", 1)
    nothing = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:9; mid tea:9", drain_days=1)
    assert nothing.first("outcome") == "none"


def test_groups_that_share_an_item_are_one_group(counter: Any) -> None:
    rules = split("keep_together: [[mug, tea], [pot, tea]]")
    order = "A 05T10:00 mug,tea,pot"
    assert counter.play(rules, order, stock="near mug:9 tea:9; far pot:9 tea:9").sites("A") == []
    assert counter.play(rules, order, stock="near mug:9; far mug:9 pot:9 tea:9").sites("A") == ["far"]


def test_groups_that_share_nothing_stay_two(counter: Any) -> None:
    nearest = ", rank: {by: [distance_km, fewest_shipments]}"
    answers = counter.play(
        split("keep_together: [[mug, tea], [pot, pan]]", nearest),
        "A 05T10:00 mug,tea,pot,pan",
        items="{id: mug}, {id: tea}, {id: pot}, {id: pan}",
        stock="near mug:9 pot:9; mid pan:9 pot:9; far mug:9 tea:9",
    )
    assert answers.shipments.set_index("warehouse")["lines"].to_dict() == {"mid": 2, "far": 2}


def test_a_line_whose_company_another_rule_must_place_waits_for_that_rule(counter: Any) -> None:
    """The first rule takes only mugs; a mug that belongs to a tea is left to the second, which takes both."""
    rules = """\
rules:
  - {when: {line: {item: [mug]}}, split: {max_shipments: 3, keep_together: [[mug, tea]]}}
  - {name: both, split: {max_shipments: 3}}
"""
    answers = counter.play(
        rules, "A 05T10:00 mug,tea\nB 05T10:00 mug,pot", stock="near mug:9 pot:9; far mug:9 tea:9"
    )
    assert answers.sites("A") == ["far"]
    assert sorted(answers.sites("B")) == ["near", "near"]


def test_a_line_whose_company_has_left_travels_alone(counter: Any) -> None:
    rules = f"""\
rules:
  - {{when: {{line: {{item: [mug]}}}}, split: {{max_shipments: 3}}}}
  - {{split: {{max_shipments: 3, {PAIR}}}}}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:9; far tea:9")
    assert sorted(answers.sites("A")) == ["far", "near"]


# -- a price for each shipment ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("penalty", "wanted"), [(1.99, 2), (2, 1), (10, 1), (0, 2)])
def test_a_price_for_each_shipment_lets_money_decide_how_many_there_are(
    counter: Any, penalty: float, wanted: int
) -> None:
    """Two parcels for 1 + 3, or one for 6: the second one may cost less than 2."""
    services = "{id: parcel, zones_km: [150], rates: {base: [1, 3], per_kg: [0, 1.5]}}"
    rules = split(f"penalty_per_shipment: {penalty}", ", rank: {cost: {landed_cost: 1}}")
    answers = counter.play(
        rules,
        "A 05T10:00 mug,tea",
        items="{id: mug, weight_kg: 2}, {id: tea}",
        stock="near mug:9; far mug:9 tea:9",
        services=services,
    )
    assert len(answers.sites("A")) == wanted
    assert answers.orders["A"]["split_reason"] == ("cheaper" if wanted == 2 else None)
    assert answers.first("margin") == pytest.approx(abs(2 - penalty))


def test_without_a_price_the_fewest_shipments_come_first(counter: Any) -> None:
    services = "{id: parcel, zones_km: [150], rates: {base: [1, 3], per_kg: [0, 1.5]}}"
    answers = counter.play(
        "rules:\n  - {rank: {cost: {landed_cost: 1}}, split: {max_shipments: 4}}\n",
        "A 05T10:00 mug,tea",
        items="{id: mug, weight_kg: 2}, {id: tea}",
        stock="near mug:9; far mug:9 tea:9",
        services=services,
    )
    assert answers.sites("A") == ["far"]


@pytest.mark.parametrize(("then", "parcels"), [("", 2), ("  - {split: {max_shipments: 3}}\n", 1)])
def test_the_price_of_a_split_goes_with_the_split_that_holds(counter: Any, then: str, parcels: int) -> None:
    """Where all rules match, the last split holds: without its price the fewest shipments come first."""
    services = "{id: parcel, zones_km: [150], rates: {base: [1, 3], per_kg: [0, 1.5]}}"
    rules = split("penalty_per_shipment: 0", ", rank: {cost: {landed_cost: 1}}")
    answers = counter.play(
        f"match: all\n{rules}{then}",
        "A 05T10:00 mug,tea",
        items="{id: mug, weight_kg: 2}, {id: tea}",
        stock="near mug:9; far mug:9 tea:9",
        services=services,
    )
    assert len(answers.sites("A")) == parcels


# -- rule sets made in Python ------------------------------------------------------------------------------------------


def test_every_bound_can_be_written_both_ways(counter: Any) -> None:
    text = """\
rules:
  - rank: {cost: {landed_cost: 1}}
    split:
      max_shipments: 4
      max_sites_per_line: 2
      min_part_value: 50.5
      penalty_per_shipment: 2
      only_if: {saves_days: 1.5, costs_at_most: 4}
      min_order_value: 90
      never_with_items: [mug]
      keep_together: [[mug, tea], [tea, pot]]
    on_partial: {assign_units: {cancel: 5}}
"""
    made = Split(
        max_shipments=4,
        max_sites_per_line=2,
        min_part_value=Decimal("50.5"),
        penalty_per_shipment=Decimal(2),
        only_if=OnlyIf(saves_days=1.5, costs_at_most=Decimal(4)),
        min_order_value=Decimal(90),
        never_with_items=("mug",),
        keep_together=(("mug", "tea"), ("tea", "pot")),
    )
    rule = Rule(
        rank=Cost(cost=(LandedCost(weight=1),)),
        split=made,
        on_partial=AssignUnits(rest=Cancel(after_hours=5)),
    )
    assert counter.stage.policy(text, counter.scenario("A 05T10:00 mug")) == RuleSet(rules=(rule,))


@pytest.mark.parametrize("keys", [{"never_with_items": ("mugg",)}, {"keep_together": (("tea", "mugg"),)}])
def test_items_that_there_are_not_are_told_in_python_too(counter: Any, keys: dict[str, Any]) -> None:
    rules = RuleSet(rules=(Rule(name="mine", split=Split(**keys)),))
    with pytest.raises(
        PolicyError, match=r"rule 'mine': there is no such item as 'mugg'; did you mean 'mug'\?"
    ):
        counter.play(rules)


def test_what_waits_and_costs_nothing_is_a_part_too(counter: Any) -> None:
    answers = counter.play(
        split("min_part_value: 50", ", on_partial: {assign: {backorder: 5}}, otherwise: cancel"),
        "A 05T10:00 book,gift",
        items="{id: book, price: 60}, {id: gift, price: 0}",
        stock="near book:9; far gift:0",
    )
    assert answers.first("chosen") == ""
