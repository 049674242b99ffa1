"""The search for a split: every partition of few lines, a greedy cover of many."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from policies.splits.blocks import MOST_LINES, partitions


def split(most: int, more: str = "") -> str:
    return f"rules:\n  - {{split: {{max_shipments: {most}}}{more}}}\n"


STIRLING = {  # S(n, k), of which the sums are Bell's numbers 1, 2, 5, 15, 52, 203, 877, 4140
    1: [1],
    2: [1, 1],
    3: [1, 3, 1],
    4: [1, 7, 6, 1],
    5: [1, 15, 25, 10, 1],
    6: [1, 31, 90, 65, 15, 1],
    7: [1, 63, 301, 350, 140, 21, 1],
    8: [1, 127, 966, 1701, 1050, 266, 28, 1],
}


@pytest.mark.parametrize("lines", STIRLING)
def test_partitions_are_all_ways_to_divide_lines_each_once(lines: int) -> None:
    counts = []
    for blocks in range(1, lines + 1):
        found = list(partitions(range(lines), blocks))
        for parts in found:
            assert len(parts) == blocks
            assert sorted(line for part in parts for line in part) == list(range(lines))
            assert all(list(part) == sorted(part) for part in parts)
        distinct = {frozenset(parts) for parts in found}
        assert len(distinct) == len(found)
        counts.append(len(found))
    assert counts == STIRLING[lines]


def test_the_search_tries_every_partition_up_to_8_lines() -> None:
    assert max(STIRLING) == MOST_LINES
    assert sum(STIRLING[8]) == 4140


GOODS = ", ".join(f"{{id: i{number}}}" for number in range(10))


def fewest_cover(held: np.ndarray[Any, Any], lines: list[int]) -> int | None:
    """Return by brute force how few sites have all lines of an order between them."""
    for number in range(1, len(held) + 1):
        for chosen in combinations(range(len(held)), number):
            if held[list(chosen)][:, lines].any(0).all():
                return number
    return None


def test_the_fewest_shipments_are_those_of_the_smallest_set_cover(counter: Any) -> None:
    """Sixty orders of 2 to 8 lines against six warehouses that have each item with probability 0.2."""
    random = np.random.default_rng(20260105)
    held = random.random((6, 10)) < 0.2
    sites = {f"w{site}": f"at: [0, {site + 1}]" for site in range(6)}
    stock = "; ".join(
        f"w{site} " + " ".join(f"i{i}:9999" for i in np.flatnonzero(held[site])) for site in range(6)
    )
    baskets = [sorted(random.choice(10, int(random.integers(2, 9)), replace=False)) for _ in range(60)]
    orders = "\n".join(
        f"o{n} 05T10:00 {','.join(f'i{i}' for i in basket)}" for n, basket in enumerate(baskets)
    )
    answers = counter.play(
        split(8, ", on_partial: cancel, otherwise: cancel"), orders, items=GOODS, sites=sites, stock=stock
    )
    wanted = [fewest_cover(held, basket) or 0 for basket in baskets]
    assert [len(answers.sites(f"o{n}")) for n in range(60)] == wanted
    assert set(wanted) == {0, 1, 2, 3, 4}  # the test tells something


@pytest.mark.parametrize("fewest_first", [True, False])
def test_the_cheapest_split_is_that_of_all_ways_to_send_each_line(counter: Any, fewest_first: bool) -> None:
    """Handling is a shipment's and a line's, in cents: brute force over every site for every line."""
    random = np.random.default_rng(20260105)
    held = random.random((5, 10)) < 0.6
    per_shipment, per_line = random.integers(10, 400, 5), random.integers(1, 90, 5)
    sites = {
        f"w{site}": f"costs: {{per_shipment: {per_shipment[site] / 100}, per_line: {per_line[site] / 100}}}"
        for site in range(5)
    }
    stock = "; ".join(f"w{s} " + " ".join(f"i{i}:9999" for i in np.flatnonzero(held[s])) for s in range(5))
    baskets = [random.choice(10, int(random.integers(2, 5)), replace=False) for _ in range(40)]
    orders = "\n".join(
        f"o{n} 05T10:00 {','.join(f'i{i}' for i in basket)}" for n, basket in enumerate(baskets)
    )
    keys = "[landed_cost]" if fewest_first else "[landed_cost, fewest_shipments]"
    answers = counter.play(
        f"rules:\n  - {{rank: {{by: {keys}}}, split: {{max_shipments: 4}}, otherwise: cancel, on_partial: cancel}}\n",
        orders, items=GOODS, sites=sites, stock=stock, regions="{id: here}",
    )  # fmt: skip
    for number, basket in enumerate(baskets):
        ways = [
            (
                len(set(way)) if fewest_first else 0,
                sum(per_shipment[s] for s in set(way)) + sum(per_line[s] for s in way),
            )
            for way in product(*(np.flatnonzero(held[:, item]) for item in basket))
        ]
        spent = round(100 * answers.orders[f"o{number}"]["cost_handling"])
        assert spent == (min(ways)[1] if ways else 0), f"o{number}"


def test_beyond_8_lines_the_search_is_greedy(counter: Any) -> None:
    """Two sites would do, but most lines are at a third: the greedy cover takes that first, and needs three."""
    sites = {"left": "at: [0, 1]", "right": "at: [0, 1]", "most": "at: [0, 3]"}
    halves = {"left": "01234", "right": "56789", "most": "123678"}
    stock = "; ".join(f"{site} " + " ".join(f"i{i}:9" for i in numbers) for site, numbers in halves.items())
    ten = ",".join(f"i{i}" for i in range(10))
    greedy = counter.play(split(3), f"A 05T10:00 {ten}", items=GOODS, sites=sites, stock=stock)
    assert sorted(greedy.sites("A")) == ["left", "most", "right"]
    assert sorted(greedy.shipments["lines"]) == [2, 2, 6]
    assert counter.play(split(2), f"A 05T10:00 {ten}", items=GOODS, sites=sites, stock=stock).sites("A") == []
    eight = ",".join(f"i{i}" for i in range(1, 9))
    exact = counter.play(split(3), f"A 05T10:00 {eight}", items=GOODS, sites=sites, stock=stock)
    assert sorted(exact.sites("A")) == ["left", "right"]


def test_beyond_8_lines_one_warehouse_that_has_it_all_is_still_found(counter: Any) -> None:
    ten = ",".join(f"i{i}" for i in range(10))
    stock = (
        "near " + " ".join(f"i{i}:9" for i in range(9)) + "; far " + " ".join(f"i{i}:9" for i in range(10))
    )
    answers = counter.play(split(2), f"A 05T10:00 {ten}", items=GOODS, stock=stock)
    assert answers.sites("A") == ["far"]
    by_line = split(2, ", rank: {by: [distance_km, fewest_shipments]}")
    both = counter.play(by_line, f"A 05T10:00 {ten}", items=GOODS)  # everybody has everything
    assert (both.first("chosen"), both.first("runner_up")) == ("near", "mid")


def test_beyond_8_lines_what_is_too_heavy_for_one_parcel_still_finds_a_way(stage: Any, counter: Any) -> None:
    """The greedy search used to stop when the site with most lines could not send them together."""
    stage.write("rates.csv", "zone,up_to_kg,price\n1,6,3\n")
    items = ", ".join(f"{{id: i{number}, weight_kg: 1}}" for number in range(9))
    stock = (
        "near "
        + " ".join(f"i{i}:9" for i in range(9))
        + "; mid i0:9 i1:9 i2:9 i3:9 i4:9; far i5:9 i6:9 i7:9 i8:9"
    )
    answers = counter.play(
        split(3),
        "A 05T10:00 " + ",".join(f"i{i}" for i in range(9)),
        items=items,
        stock=stock,
        services="{id: parcel, rates: {file: rates.csv}}",
    )
    assert answers.orders["A"]["state"] == "delivered"
    assert sorted(answers.sites("A")) == ["mid", "near"]


# -- as many lines as so many shipments can take ---------------------------------------------------------------

FEW = {"items": "{id: mug}, {id: tea}, {id: pot}, {id: pan}, {id: jug}"}


def some(most: int, split: str = "", rank: str = "") -> str:
    return f"rules:\n  - {{split: {{max_shipments: {most}{split}}}, on_partial: {{assign: cancel}}{rank}}}\n"


def test_few_lines_that_can_be_shipped_are_divided_in_every_way_too(counter: Any) -> None:
    """Nobody has i9. Of the other eight most are at a third site, but two have them between them."""
    halves = {"left": "1234", "right": "5678", "most": "123678"}
    stock = "; ".join(f"{site} " + " ".join(f"i{i}:9" for i in numbers) for site, numbers in halves.items())
    sites = {"left": "at: [0, 1]", "right": "at: [0, 1]", "most": "at: [0, 3]"}
    order = "A 05T10:00 " + ",".join(f"i{i}" for i in range(1, 10))
    answers = counter.play(some(2), order, items=GOODS, sites=sites, stock=stock)
    assert sorted(answers.sites("A")) == ["left", "right"]


def test_of_warehouses_with_as_many_lines_the_rank_chooses(counter: Any) -> None:
    far = ", rank: {by: [{distance_km: {descending: true}}]}"
    for rank, site in (("", "near"), (far, "mid")):
        answers = counter.play(some(1, rank=rank), "A 05T10:00 mug,tea", stock="near mug:9; mid tea:9")
        assert answers.sites("A") == [site]


def test_most_lines_leave_also_where_the_first_warehouse_would_take_others(counter: Any) -> None:
    """Most has four lines; left and right have six between them. A greedy choice begins with most."""
    names = [f"i{number}" for number in range(1, 8)]
    answers = counter.play(
        some(2),
        f"A 05T10:00 {','.join(names)}",
        items=", ".join(f"{{id: {name}}}" for name in names),
        stock="left i1:1 i2:1 i3:1; right i4:1 i5:1 i6:1; most i2:1 i3:1 i4:1 i5:1; extra i7:1",
        sites={
            name: f"at: [0, {number + 1}]" for number, name in enumerate(("left", "right", "most", "extra"))
        },
    )
    assert answers.shipments["lines"].sum() == 6
    assert not answers.first("capped")


@pytest.mark.parametrize("near", ["fish:9", "fish:9 pot:9"])
def test_two_parts_that_prefer_one_warehouse_may_leave_two(counter: Any, near: str) -> None:
    """Near could send both as one parcel, by the dear service that takes both: 92 instead of 18, with more stock."""
    answers = counter.play(
        "rules: [{rank: {cost: {landed_cost: 1}}, split: {max_shipments: 2, penalty_per_shipment: 0}}]\n",
        "A 05T10:00 fish,pot",
        items="{id: fish, weight_kg: 1, handling: [cold]}, {id: pot, weight_kg: 10}",
        services="{id: ground, carries: [ambient], rates: {base: 5}}, {id: cool, rates: {base: 4, per_kg: 8}}",
        sites={"near": "at: [0, 1]", "mid": "at: [0, 2], costs: {per_shipment: 1}"},
        stock=f"near {near}; mid pot:9",
        drain_days=9,
    )
    order = answers.orders["A"]
    assert order["cost_freight"] + order["cost_handling"] == 18


@pytest.mark.parametrize("fast", ["mug:9", "mug:9 tea:9"])
def test_a_split_that_is_worth_it_may_leave_the_next_best_warehouse(counter: Any, fast: str) -> None:
    """That fast has the tea, too, used to keep all of the order at slow."""
    answers = counter.play(
        "rules: [{split: {max_shipments: 2, only_if: {saves_days: 1}}, rank: {by: [site_rank]}}]\n",
        "A 05T10:00 mug,tea",
        services="{id: parcel, zones_km: [150], transit_days: [1, 5]}",
        sites={
            "slow": "at: [0, 3], site_rank: 1",
            "fast": "at: [0, 1], site_rank: 2",
            "quick": "at: [0, 1.1], site_rank: 3",
        },
        stock=f"slow mug:9 tea:9; fast {fast}; quick tea:9",
        drain_days=9,
    )
    assert sorted(answers.sites("A")) == ["fast", "quick"]


FISH = {
    "items": "{id: fish, weight_kg: 0.5, shelf_life_days: 9, min_life_at_delivery_days: 2}, {id: pot, weight_kg: 10}",
    "stock": "near fish:9/2026-01-01/2026-01-09T10:00; mid pot:9",
    "drain_days": 9,
}


def test_goods_that_expire_leave_by_a_service_that_is_quick_enough_for_their_own_parcel(counter: Any) -> None:
    """The whole order would fly, and the fish is light enough for the ground: it used to arrive with a day of life."""
    services = "{id: ground, transit_days: 3, rates: {base: 1, per_kg: 1}}, {id: air, transit_days: 1, rates: {base: 5}}"
    rules = "rules: [{split: {max_shipments: 2}, otherwise: cancel, on_partial: cancel}]\n"
    answers = counter.play(rules, "A 05T10:00 fish,pot\nB 05T10:00 fish", services=services, **FISH)
    assert {name: order["state"] for name, order in answers.orders.items()} == {
        "A": "cancelled",
        "B": "cancelled",
    }


def test_lines_that_travel_together_count_each(counter: Any) -> None:
    rules = some(1, ", keep_together: [[mug, tea]]")
    stock = "near pan:9 jug:9; far mug:9 tea:9 pot:9"
    answers = counter.play(rules, "A 05T10:00 mug,tea,pot,pan,jug", stock=stock, **FEW)
    assert answers.shipments[["warehouse", "lines"]].values.tolist() == [["far", 3]]


def test_what_cannot_leave_together_does_not_keep_the_others(counter: Any) -> None:
    """The pot and the pan of far are too heavy for one parcel, and there is only one left for them."""
    counter.stage.write("rates.csv", "zone,up_to_kg,price\n1,5,3\n")
    play = {
        "items": "{id: mug}, {id: pot, weight_kg: 3}, {id: pan, weight_kg: 3}",
        "stock": "near mug:9; far pot:9 pan:9",
        "services": "{id: parcel, rates: {file: rates.csv}}",
    }
    answers = counter.play(some(2), "A 05T10:00 mug,pot,pan\nB 05T10:00 pot,pan", **play)
    assert answers.sites("A") == ["near", "far"]  # one of them, and the mug
    assert counter.play(some(3), "A 05T10:00 mug,pot,pan", **play).sites("A") == ["near", "far", "far"]
