"""The shipments of a split: one from each warehouse, and no company for lines that nothing ordered ties together."""

from __future__ import annotations

from typing import Any

import pytest

BOTH = "near mug:9 tea:9; far mug:9 tea:9"


@pytest.mark.parametrize("rank", ["{cost: {distance_km: -0.1}}", "{by: [{distance_km: {descending: true}}]}"])
@pytest.mark.parametrize("price", [0, 1])
def test_a_rank_that_gains_by_every_shipment_does_not_get_two_from_one_warehouse(
    counter: Any, rank: str, price: float
) -> None:
    """Each parcel from far earns 22 or more, and yet both lines, which fit into one, leave it together."""
    worth = f", penalty_per_shipment: {price}" if "cost" in rank else ""
    rules = f"rules:\n  - {{rank: {rank}, sites: [far], split: {{max_shipments: 2{worth}}}}}\n"
    assert counter.play(rules, "A 05T10:00 mug,tea", stock=BOTH).sites("A") == ["far"]


def test_two_parcels_from_one_warehouse_are_no_split_that_is_sooner(counter: Any) -> None:
    """Near is preferred and sleeps until evening. Far is sooner, but as soon with one parcel as with two."""
    sites = {"near": 'at: [0, 1], hours: {mon-fri: "22:00-24:00"}', "far": "at: [0, 3]"}
    rules = "rules:\n  - {split: {max_shipments: 2, only_if: {saves_days: 0.4}}}\n"
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock=BOTH, sites=sites)
    assert answers.sites("A") == ["near"]
    apart = counter.play(rules, "A 05T10:00 mug,tea", stock=BOTH, sites={**sites, "mid": "at: [0, 2]"})
    assert apart.sites("A") == ["near"]


def test_goods_that_no_service_carries_together_leave_one_warehouse_in_two_parcels(counter: Any) -> None:
    services = "{id: cool, carries: [cold]}, {id: dry, carries: [ambient]}"
    answers = counter.play(
        "rules:\n  - {split: {max_shipments: 2}}\n",
        "A 05T10:00 milk,tea",
        items="{id: milk, handling: [cold]}, {id: tea}",
        stock="near milk:9 tea:9",
        services=services,
    )
    assert answers.sites("A") == ["near", "near"]


def test_groups_share_an_item_only_where_it_is_ordered(counter: Any) -> None:
    """Mug with tea, and tea with pot: without a tea, nothing ties the mug to the pot."""
    rules = "rules:\n  - {split: {max_shipments: 3, keep_together: [[mug, tea], [tea, pot]]}}\n"
    stock = "near mug:9 tea:9; far pot:9 tea:9"
    apart = counter.play(rules, "A 05T10:00 mug,pot", stock=stock)
    assert sorted(apart.sites("A")) == ["far", "near"]
    assert counter.play(rules, "A 05T10:00 mug,tea,pot", stock=stock).sites("A") == []


def test_a_margin_is_told_without_the_dust_of_binary_fractions(counter: Any) -> None:
    """555.975 - 333.585 km; a binary computer makes 222.39000000000004 of it."""
    answers = counter.play("rules: [{}]\n", sites={"mid": "at: [0, 3]", "far": "at: [0, 5]"})
    assert answers.first("margin") == 222.39


def test_an_order_that_a_warehouse_has_which_the_rule_leaves_out_is_split_by_the_rule(counter: Any) -> None:
    rules = """\
rules:
  - {sites: [near], split: {max_shipments: 2}, on_partial: {assign: next}}
  - {split: {max_shipments: 2}}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:9; far mug:9 tea:9")
    assert sorted(answers.sites("A")) == ["far", "near"]
    assert answers.orders["A"]["split_reason"] == "policy"
    short = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:9; far tea:9")
    assert short.orders["A"]["split_reason"] == "no_stock"
