"""Splits that are made although one warehouse could ship everything: because they are sooner, and cheap enough."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

# Near is 1 day away and its parcel costs 2, mid 2 days and 3, far 5 days and 4.
POST = "{id: parcel, zones_km: [150, 250], transit_days: [1, 2, 5], rates: {base: [2, 3, 4]}}"
ORDER, STOCK = "A 05T10:00 mug,tea", "near mug:9; mid tea:9; far mug:9 tea:9"


def only_if(bounds: str, more: str = "", most: int = 3) -> str:
    return f"rules:\n  - {{split: {{max_shipments: {most}, only_if: {bounds}}}{more}}}\n"


def world(**more: Any) -> dict[str, Any]:
    return {"services": POST, "stock": STOCK, "drain_days": 9, **more}


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ("{saves_days: 3}", ["mid", "near"]),  # all there after 2 days instead of 5
        ("{saves_days: 3.00002}", ["far"]),
        ("{costs_at_most: 1}", ["mid", "near"]),  # 2 + 3 instead of 4
        ("{costs_at_most: 0.99}", ["far"]),
        ("{saves_days: 3, costs_at_most: 1}", ["mid", "near"]),
        ("{saves_days: 3, costs_at_most: 0.99}", ["far"]),
        ("{saves_days: 3.00002, costs_at_most: 1}", ["far"]),
        ("{saves_days: 0}", ["mid", "near"]),
    ],
)
def test_a_split_is_made_exactly_if_it_saves_enough_for_its_money(
    counter: Any, bounds: str, wanted: list[str]
) -> None:
    answers = counter.play(only_if(bounds), ORDER, **world())
    assert sorted(answers.sites("A")) == wanted
    assert answers.orders["A"]["cost_freight"] == (4 if wanted == ["far"] else 5)


def test_two_shipments_are_enough_for_a_split_that_is_worth_it(counter: Any) -> None:
    assert sorted(counter.play(only_if("{saves_days: 3}", most=2), ORDER, **world()).sites("A")) == [
        "mid",
        "near",
    ]


def test_its_runner_up_is_the_one_parcel_and_its_reason_is_true(counter: Any) -> None:
    sooner = counter.play(only_if("{saves_days: 3}"), ORDER, **world())
    assert (sooner.first("chosen"), sooner.first("runner_up")) == ("near+mid", "far")
    assert sooner.orders["A"]["split_reason"] == "faster"
    dearer = counter.play(only_if("{costs_at_most: 1}"), ORDER, **world())
    assert dearer.orders["A"]["split_reason"] == "policy"
    cheap_far = POST.replace("[2, 3, 4]", "[2, 3, 6]")
    cheaper = counter.play(only_if("{costs_at_most: 0}"), ORDER, **world(services=cheap_far))
    assert sorted(cheaper.sites("A")) == ["mid", "near"]
    assert cheaper.orders["A"]["split_reason"] == "cheaper"


def test_handling_counts_as_cost(counter: Any) -> None:
    sites = {
        "near": "at: [0, 1]",
        "mid": "at: [0, 2], costs: {per_shipment: 0.5, per_unit: 0.25}",
        "far": "at: [0, 3], costs: {per_line: 0.125}",
    }
    for bound, shipments in (("1.5", 2), ("1.49", 1)):  # 2 + 3 + 0.75 instead of 4 + 0.25
        answers = counter.play(only_if(f"{{costs_at_most: {bound}}}"), ORDER, **world(sites=sites))
        assert len(answers.sites("A")) == shipments


def test_a_warehouse_that_the_rank_likes_less_makes_the_split_cheap_enough(counter: Any) -> None:
    """Tea leaves mid for 3 + 5, or alt for 3 + 1: mid is nearer, but only alt keeps within 2 more."""
    sites = {
        "near": "at: [0, 1]",
        "mid": "at: [0, 2], costs: {per_shipment: 5}",
        "alt": "at: [0, 2.2], costs: {per_shipment: 1}",
        "far": "at: [0, 3]",
    }
    stock = STOCK + "; alt tea:9"
    for bound, wanted in ((6, "mid"), (5.99, "alt"), (2, "alt"), (1.99, None)):
        answers = counter.play(
            only_if(f"{{costs_at_most: {bound}}}"), ORDER, **world(sites=sites, stock=stock)
        )
        assert sorted(answers.sites("A")) == (["far"] if wanted is None else sorted([wanted, "near"]))


def test_a_warehouse_that_the_rank_likes_less_makes_the_split_soon_enough(counter: Any) -> None:
    """Dear is far and slow but of the first rank; with days to be saved mid sends the tea."""
    sites = {
        "near": "at: [0, 1], site_rank: 1",
        "mid": "at: [0, 2], site_rank: 2",
        "far": "at: [0, 3], site_rank: 1",
    }
    rank = ", rank: {by: [site_rank, site_id]}"
    stock = "near mug:9; mid tea:9; far mug:9 tea:9"
    answers = counter.play(only_if("{saves_days: 1}", rank), ORDER, **world(sites=sites, stock=stock))
    assert sorted(answers.sites("A")) == ["mid", "near"]


def test_among_the_splits_that_are_worth_it_the_fewest_shipments_come_first_then_the_rank(
    counter: Any,
) -> None:
    """Two parcels (near, mid) and three (near, two others) are all sooner: two are enough, the nearer ones."""
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "alt": "at: [0, 2.1]", "far": "at: [0, 3]"}
    stock = "near mug:9; mid tea:9 pot:9; alt tea:9 pot:9; far mug:9 tea:9 pot:9"
    answers = counter.play(
        only_if("{saves_days: 1}"), "A 05T10:00 mug,tea,pot", **world(sites=sites, stock=stock)
    )
    assert sorted(answers.sites("A")) == ["mid", "near"]


def test_where_money_decides_how_many_shipments_there_are_it_chooses_among_all_that_are_worth_it(
    counter: Any,
) -> None:
    """Three light parcels for 2 each, or two of which one is dear at a warehouse of its own."""
    sites = {
        "near": "at: [0, 1]",
        "next": "at: [0, 1.1]",
        "by": "at: [0, 1.2]",
        "dear": "at: [0, 1.3], costs: {per_shipment: 9}",
        "far": "at: [0, 3]",
    }
    stock = "near mug:9; next tea:9; by pot:9; dear tea:9 pot:9; far mug:9 tea:9 pot:9"
    rules = "rules:\n  - {rank: {cost: {landed_cost: 1}}, split: {max_shipments: 3, only_if: {saves_days: 1}PRICE}}\n"
    play = {"orders": "A 05T10:00 mug,tea,pot", **world(sites=sites, stock=stock)}
    fewest = counter.play(rules.replace("PRICE", ""), **play)
    assert sorted(fewest.sites("A")) == ["dear", "near"]
    cheapest = counter.play(rules.replace("PRICE", ", penalty_per_shipment: 1"), **play)
    assert sorted(cheapest.sites("A")) == ["by", "near", "next"]


def test_where_nobody_ships_everything_there_is_nothing_to_compare_with(counter: Any) -> None:
    answers = counter.play(
        only_if("{saves_days: 30, costs_at_most: 0}"), ORDER, **world(stock="near mug:9; mid tea:9")
    )
    assert sorted(answers.sites("A")) == ["mid", "near"]
    assert answers.orders["A"]["split_reason"] == "no_stock"


def test_a_rank_that_likes_splits_must_find_them_worth_it_too(counter: Any) -> None:
    """Line by line from the nearest, as `nearest` does: without a bound always, with one only if it is kept."""
    by_line = ", rank: {by: [distance_km, fewest_shipments]}"
    always = counter.play(f"rules:\n  - {{split: {{max_shipments: 3}}{by_line}}}\n", ORDER, **world())
    assert sorted(always.sites("A")) == ["mid", "near"]
    for bounds, wanted in (("{costs_at_most: 0.99}", ["far"]), ("{costs_at_most: 1}", ["mid", "near"])):
        assert sorted(counter.play(only_if(bounds, by_line), ORDER, **world()).sites("A")) == wanted


def test_no_split_where_none_is_allowed(counter: Any) -> None:
    assert counter.play(only_if("{saves_days: 1}", most=1), ORDER, **world()).sites("A") == ["far"]
    segments = "{id: standard}, {id: picky, split: never}"
    answers = counter.play(only_if("{saves_days: 1}"), ORDER + " picky", **world(segments=segments))
    assert answers.sites("A") == ["far"]


def test_a_split_into_parts_below_the_floor_is_not_worth_it(counter: Any) -> None:
    rules = only_if("{saves_days: 1}, min_part_value: 20")
    for tea, wanted in ((20, ["mid", "near"]), (19.99, ["far"])):
        items = f"{{id: mug, price: 30}}, {{id: tea, price: {tea}}}"
        assert sorted(counter.play(rules, ORDER, **world(items=items)).sites("A")) == wanted


def test_beyond_8_lines_a_greedy_split_is_made_if_it_is_worth_it(counter: Any) -> None:
    nine = [f"i{number}" for number in range(9)]
    stock = (
        "near " + " ".join(f"{i}:1" for i in nine[:5]) + "; mid " + " ".join(f"{i}:1" for i in nine[5:])
        + "; far " + " ".join(f"{i}:1" for i in nine)
    )  # fmt: skip
    play = world(items=", ".join(f"{{id: {i}}}" for i in nine), stock=stock)
    for bounds, wanted in (
        ("{saves_days: 3}", ["mid", "near"]),
        ("{saves_days: 3.1}", ["far"]),
        ("{saves_days: 5}", ["far"]),  # nobody is there so soon
        ("{saves_days: 3, costs_at_most: 1}", ["mid", "near"]),
        ("{saves_days: 3, costs_at_most: 0.9}", ["far"]),
        ("{costs_at_most: 9}", ["far"]),  # the greedy cover takes everything from far
    ):
        answers = counter.play(only_if(bounds), f"A 05T10:00 {','.join(nine)}", **play)
        assert sorted(answers.sites("A")) == wanted
        assert answers.first("capped")


@pytest.mark.parametrize("bounds", [(1.0, None), (None, 2.0), (1.0, 2.0), (2.0, 3.5)])
def test_the_split_is_the_best_of_all_ways_to_send_each_line(
    counter: Any, bounds: tuple[float | None, float | None]
) -> None:
    """Forty orders against five sites with their own prices: brute force over every site for every line."""
    days, money = bounds
    random = np.random.default_rng(20260122)
    held = random.random((5, 10)) < 0.7
    held[4] = True  # one site ships everything, and is the farthest
    handling = random.integers(0, 300, 5)
    transit, freight = [1, 2, 3, 4, 5], [200, 220, 250, 300, 400]
    sites = {f"w{s}": f"at: [0, {s + 1}], costs: {{per_shipment: {handling[s] / 100}}}" for s in range(5)}
    stock = "; ".join(f"w{s} " + " ".join(f"i{i}:9999" for i in np.flatnonzero(held[s])) for s in range(5))
    baskets = [random.choice(10, int(random.integers(2, 5)), replace=False) for _ in range(40)]
    orders = "\n".join(
        f"o{n} 05T10:00 {','.join(f'i{i}' for i in basket)}" for n, basket in enumerate(baskets)
    )
    asked = [f"saves_days: {days}"] * (days is not None) + [f"costs_at_most: {money}"] * (money is not None)
    answers = counter.play(
        only_if(f"{{{', '.join(asked)}}}"),
        orders,
        items=", ".join(f"{{id: i{number}}}" for number in range(10)),
        sites=sites,
        stock=stock,
        services="{id: parcel, zones_km: [150, 250, 350, 450], transit_days: [1, 2, 3, 4, 5], "
        "rates: {base: [2, 2.2, 2.5, 3, 4]}}",
        drain_days=9,
    )
    splits = 0
    for number, basket in enumerate(baskets):
        alone = int(np.flatnonzero(held[:, basket].all(1))[0])
        wanted = (1, (alone + 1) * len(basket))
        for way in product(*(np.flatnonzero(held[:, item]) for item in basket)):
            used = set(way)
            if not 2 <= len(used) <= 3:
                continue
            saved = transit[alone] - max(transit[s] for s in used)
            more = sum(handling[s] + freight[s] for s in used) - handling[alone] - freight[alone]
            if (days is None or saved >= days) and (money is None or more <= money * 100):
                found = (len(used), sum(s + 1 for s in way))
                wanted = found if wanted[0] == 1 else min(wanted, found)
        rows = answers.shipments[answers.shipments["order"] == f"o{number}"]
        degrees = (rows["warehouse"].str[1:].astype(int) + 1) * rows["lines"]
        assert (len(rows), int(degrees.sum())) == wanted, f"o{number}"
        splits += wanted[0] > 1
    assert 0 < splits < 40  # the test tells something


# -- how many ways are tried -------------------------------------------------------------------------------------


def has(lines: list[str]) -> str:
    return " ".join(f"{line}:1" for line in lines)


def test_up_to_8_lines_every_split_is_tried(counter: Any) -> None:
    """A greedy search would take everything from far, which has most; near and mid have half of it each."""
    eight = [f"i{number}" for number in range(8)]
    answers = counter.play(
        only_if("{costs_at_most: 9}"),
        f"A 05T10:00 {','.join(eight)}",
        **world(
            items=", ".join(f"{{id: {i}}}" for i in eight),
            stock=f"near {has(eight[:4])}; mid {has(eight[4:])}; far {has(eight)}",
        ),
    )
    assert sorted(answers.sites("A")) == ["mid", "near"]
    assert not answers.first("capped")


@pytest.mark.parametrize("rank", ["", ", rank: {by: [distance_km, fewest_shipments]}"])
def test_a_split_that_is_worth_it_has_no_more_shipments_than_allowed(counter: Any, rank: str) -> None:
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "alt": "at: [0, 2.1]", "far": "at: [0, 3]"}
    stock = "near mug:9; mid tea:9; alt pot:9; far mug:9 tea:9 pot:9"
    for most, wanted in ((2, ["far"]), (3, ["alt", "mid", "near"])):
        answers = counter.play(
            only_if("{saves_days: 1}", rank, most),
            "A 05T10:00 mug,tea,pot",
            **world(sites=sites, stock=stock),
        )
        assert sorted(answers.sites("A")) == wanted


def test_a_split_that_costs_the_same_is_not_cheaper(counter: Any) -> None:
    answers = counter.play(
        only_if("{costs_at_most: 0}"), ORDER, **world(services=POST.replace("[2, 3, 4]", "[2, 3, 5]"))
    )
    assert sorted(answers.sites("A")) == ["mid", "near"]
    assert answers.orders["A"]["split_reason"] == "policy"


@pytest.mark.parametrize(
    ("most", "pots", "wanted"), [(3, 1, ["alt", "mid", "near"]), (2, 1, ["far"]), (3, 0, ["far"])]
)
def test_a_greedy_split_leaves_nothing_behind(counter: Any, most: int, pots: int, wanted: list[str]) -> None:
    """Of nine lines near has four, mid four, and alt, as soon as they, the pot, or nobody but far."""
    eight = [f"i{number}" for number in range(8)]
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "alt": "at: [0, 2.1]", "far": "at: [0, 3]"}
    answers = counter.play(
        only_if("{saves_days: 1}", most=most),
        f"A 05T10:00 {','.join(eight)},pot",
        **world(
            items=", ".join(f"{{id: {i}}}" for i in [*eight, "pot"]),
            sites=sites,
            stock=f"near {has(eight[:4])}; mid {has(eight[4:])}; alt pot:{pots}; far {has([*eight, 'pot'])}",
        ),
    )
    assert sorted(answers.sites("A")) == wanted


@pytest.mark.parametrize(
    ("mugs", "price", "wanted", "capped"),
    [
        (10, 14, ["m9", "t7", "p0"], False),  # 1 + 3 + 10
        (10, 3, ["m9", "t9", "p9"], False),
        (
            11,
            14,
            ["m9", "t8", "p0"],
            True,
        ),  # 2 + 2 + 10: the ways with m10 are those after the first thousand
        (11, 3, ["m10", "t9", "p9"], True),  # the cheapest way is tried whatever there is
        (11, 2.99, ["far"], False),
    ],
)
def test_where_there_are_too_many_choices_of_warehouses_the_first_thousand_are_tried(
    counter: Any, mugs: int, price: float, wanted: list[str], capped: bool
) -> None:
    """Ten or eleven warehouses for each item; the farther one is, the less its parcel costs, the last one 1."""
    counts, degrees = {"m": mugs, "t": 10, "p": 10}, {"m": 0.01, "t": 0.02, "p": 0.05}
    sites = {
        f"{item}{number}": f"at: [0, {1 + number * degrees[item]}], costs: {{per_shipment: {most - number}}}"
        for item, most in counts.items()
        for number in range(most)
    }
    goods = {"m": "mug", "t": "tea", "p": "pot"}
    stock = "; ".join(f"{site} {goods[site[0]]}:9" for site in sites)
    answers = counter.play(
        only_if("{costs_at_most: 0}"),
        "A 05T10:00 mug,tea,pot",
        sites={**sites, "far": f"at: [0, 3], costs: {{per_shipment: {price}}}"},
        stock=f"{stock}; far mug:9 tea:9 pot:9",
    )
    assert sorted(answers.sites("A")) == sorted(wanted)
    assert bool(answers.first("capped")) == capped
