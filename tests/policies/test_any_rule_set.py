"""Whatever a rule set says, it promises only what the world can do: the engine checks every answer of every decision."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

WORLD = """\
start: 2026-03-07T00:00
days: 2
drain_days: 4
seed: {seed}
items:
  - {{id: mug, weight_kg: 0.4, volume_l: 1, price: 8, popularity: 3}}
  - {{id: fish, weight_kg: 1, volume_l: 2, price: 20, handling: [cold]}}
  - {{id: stove, weight_kg: 9, volume_l: 60, price: 90, handling: [bulky]}}
  - {{id: cake, weight_kg: 0.7, volume_l: 3, price: 30, handling: [cold, fragile]}}
  - {{id: tea, weight_kg: 0.1, volume_l: 0.5, price: 4, popularity: 4}}
regions:
  - {{id: coast, at: [40, -74], share: 2, zone: sea}}
  - {{id: hills, at: [38, -85]}}
segments:
  - {{id: standard, promise_days: 4, late_penalty: 3, late_penalty_per_day: 0.5}}
  - {{id: express, share: 0.3, promise_days: 1.5}}
  - {{id: whole, share: 0.2, split: never}}
demand: {{orders_per_day: 40, lines_per_order: {{1: 2, 2: 2, 3: 1, 4: 1, 5: 1}}, units_per_line: {{1: 3, 2: 1, 6: 1}}}}
warehouses:
  - {{id: dock, at: [40.5, -74], groups: [east], zone: sea, stations: 2, work_minutes: 15, handling: [ambient, cold],
     hours: {{mon-sun: "07:00-20:00"}}, timezone: America/New_York, order_limit_per_day: 12, safety_stock: {{units: 2}}}}
  - {{id: barn, at: [38, -80], kind: store, groups: [east], site_rank: 2, work_minutes: 5,
     downtime: [{{begins: 2026-03-07T14:00, hours: 9, announced_hours: 4}}, {{every_hours: 20, hours: 3, while: up}}],
     costs: {{per_shipment: 1, per_line: 0.3, per_unit: 0.1}}}}
  - {{id: mill, at: [36, -90], kind: store, site_rank: 1, serves: [hills], handling: [ambient, cold, fragile]}}
  - {{id: port, at: [34, -118], timezone: America/Los_Angeles, handling: [ambient, bulky], work_minutes: 30}}
stock: {{opening: {{file: stock.csv}}}}
carriers:
  - id: post
    services:
      - {{id: ground, carries: [ambient, bulky, fragile], pickups: ["17:00"], zones_km: [300, 1500],
         transit_days: [1, 2, 4], co2e_g_per_tonne_km: 90, rates: {{base: [5, 6, 9], per_kg: 0.5}}}}
      - {{id: cool, carries: [ambient, cold, fragile], sites: [dock, barn, mill], transit_days: 1,
         rates: {{file: rates.csv}}}}
  - {{id: rival, services: [{{id: ground, sites: [barn, port], transit_days: 3, rates: {{base: 7}}}}]}}
"""
RATES = "zone,up_to_kg,price\n1,1,8\n1,4,15\n"


def stock(random: Random) -> str:
    rows = ["warehouse,item,units"]
    for site in ("dock", "barn", "mill", "port"):
        rows += [
            f"{site},{item},{random.choice([3, 20, 90, 400])}"
            for item in ("mug", "fish", "stove", "cake", "tea")
            if random.random() < 0.8
        ]
    return "\n".join(rows) + "\n"


def some(random: Random, choices: list[str], most: int) -> str:
    return f"[{', '.join(random.sample(choices, random.randint(1, most)))}]"


def split(random: Random) -> str:
    """Return how far an order may be divided, with up to three bounds."""
    bounds = [
        "max_sites_per_line: 3", "min_part_value: 25", "min_order_value: 60", "never_with_items: [stove]",
        "keep_together: [[mug, tea], [cake, fish]]",
        random.choice(["only_if: {saves_days: 0.5, costs_at_most: 3}", "only_if: {costs_at_most: 2}"]),
    ]  # fmt: skip
    chosen = random.sample(bounds, random.choice([0, 0, 1, 2, 3]))
    return f"{{{', '.join([f'max_shipments: {random.randint(1, 4)}', *chosen])}}}"


def rule(random: Random, *, is_last: bool) -> str:
    """Return a rule in flow style, made of any parts."""
    filters = [
        "is_up", "handles_items", "{has_stock: all}", "{has_stock: any}", "{has_stock: units}", "{within: {km: 900}}",
        "{within: {zone: 2}}", "{within: {transit_days: 2}}", "below_limit", "{below_limit: {n: 9, of: units, per: hour}}",
        "{below_limit: {n: 250, of: value, strict: true}}", "{below_limit: {n: 12.5, of: weight_kg, per: week}}",
        "{keep_back: {units: 8, for: [express]}}", "ignore_safety_stock", "{soft: {keep_back: {units: 60, for: [whole]}}}",
        "{soft: {within: {km: 300}}}", "{soft: {has_stock: all}}", "{below_limit: {n: 4, per: hour, effect: last}}",
        "{below_limit: {n: 6, of: lines, per: day, rolling: true}}", "{below_backlog: {days: 0.05}}", "not_tried",
        "{below_backlog: {days: 0.1, effect: last}}", "{no_downtime_within: {hours: 6}}", "promise_can_be_met",
        "{soft: same_zone}", "{kind: [store]}", "{site: [dock, barn, mill]}", "{in_group: [east]}",
        "{is_up: {within_hours: 2}}",
    ]  # fmt: skip
    keys = [
        "distance_km", "{landed_cost: {band: 2}}", "freight", "handling", "transit_days", "backlog", "site_rank",
        "{site_id: {descending: true}}", "fewest_shipments", "{available_units: {band: 9, descending: true}}",
        "backlog_days", "{utilisation: {band: 0.2}}", "least_recently_used", "random", "lateness_cost", "co2e_kg",
        "{remaining_limit: {n: 30, of: units, rolling: true, descending: true}}",
        "{weeks_of_supply: {demand: velocity}}", "overstock_units", "{stock_age_days: mean}", "sales_velocity",
    ]  # fmt: skip
    weights = [
        "landed_cost: 1",
        "distance_km: 0.01",
        "backlog: 0.5",
        "fewest_shipments: 3",
        "transit_days: -0.5",
        "stockout_cost: 1",
        "lateness_cost: 1",
        "backlog_days: 40",
        "co2e_kg: 2",
        "remaining_limit: -0.1",
        "available_units: -0.001",
    ]
    scales = [
        "distance_km: 1",
        "{name}: {{weight: 2, low: 0, high: 5}}".format(name="transit_days"),
        "backlog: 0.3",
    ]
    whens = [
        "{order: {segment: [express, whole]}}", "{line: {handling: cold}}", "{any_line: {item: mug}, region: hills}",
        "{all_lines: {weight_kg_at_least: 0.4}}", "{order: {waiting_hours_at_least: 6}}",
        "{active: {begins: 2026-03-07T12:00, ends: 2026-03-08T06:00}}", "{order: {value_below: 100, lines_at_least: 2}}",
    ]  # fmt: skip
    ends = [
        "next",
        "cancel",
        "{cancel: 9}",
        "{backorder: 20}",
        "{backorder: 3}",
        "{backorder: {}}",
        "{care: 2}",
    ]
    waits = [f"{{wait: {{up_to_hours: {hours}, then: {end}}}}}" for hours in (0.5, 7) for end in ends]
    actions = [
        "next",
        "cancel",
        "{cancel: 5}",
        "backorder",
        "{backorder: 6}",
        "wait",
        "{care: {hours: 1, cost: 2}}",
        *waits,
    ]
    said = {
        "sites": random.choice(
            ["all", some(random, ["dock", "barn", "mill", "port"], 3), "{kind: store}", "{group: east}"]
        ),
        "filters": some(random, filters, 3),
        "rank": random.choice(
            [
                f"{{by: {some(random, keys, 4)}}}",
                f"{{cost: {{{', '.join(random.sample(weights, random.randint(1, 4)))}}}}}",
                f"{{penalty: {{{', '.join(random.sample(scales, random.randint(1, 3)))}}}}}",
            ]
        ),
        "service": random.choice(
            [
                "cheapest_in_time",
                "cheapest",
                "fastest",
                some(random, ["post/ground", "cool", "rival/ground"], 3),
            ]
        ),
        "split": split(random),
        "on_partial": random.choice(
            [
                random.choice(actions),
                f"{{assign: {random.choice(actions)}}}",
                f"{{assign_units: {random.choice(actions)}}}",
            ]
        ),
        "on_full": random.choice(
            ["assign", "{wait: 2}", "{care: {hours: 1, cost: 2}}", "{wait: {up_to_hours: 1}}"]
        ),
        "issue": random.choice(["fifo", "lifo", "fefo"]),
        "when": random.choice(whens),
        "otherwise": random.choice(actions) if is_last else "next",
    }
    seldom = {"on_full": 0.2, "issue": 0.3, "when": 0.4, "otherwise": 0.75 if is_last else 1}
    kept = [key for key in said if random.random() < seldom.get(key, 0.75)]
    return f"{{{', '.join(f'{key}: {said[key]}' for key in kept)}}}"


def rule_set(random: Random) -> str:
    count = random.randint(1, 3)
    rules = "".join(f"  - {rule(random, is_last=number == count)}\n" for number in range(1, count + 1))
    match = random.choice(["first", "first", "all"])
    attempts = {
        "every_minutes": random.choice([60, 240]),
        "at_most": random.randint(1, 9),
        "give_up_after_hours": random.choice([1, 30]),
        "then": random.choice(["cancel", "wait"]),
    }
    kept = ", ".join(f"{key}: {value}" for key, value in attempts.items() if random.random() < 0.5)
    return f"match: {match}\nrules:\n{rules}attempts: {{{kept}}}\n"


@pytest.mark.parametrize("seed", range(20))
def test_any_rule_set_keeps_to_what_the_world_can_do(stage: Any, frame: Any, seed: int) -> None:
    random = Random(seed)
    rules = rule_set(random)
    scenario = stage.scenario(WORLD.format(seed=seed + 1), stock=stock(random), rates=RATES)
    journal = stage.play(
        scenario, rules
    )  # raises when an answer is wrong, or units or money are not conserved
    orders, shipments = frame(journal, "orders"), frame(journal, "shipments")
    assert len(orders) > 50
    segment = orders.set_index("order")["segment"]
    used = shipments[shipments["state"] != "cancelled"].groupby("order").size()
    assert (used[segment[used.index] == "whole"] == 1).all()
    assert (orders.set_index("order")["shipments"].reindex(used.index) == used).all()
    assert (orders["split_reason"].notna() == (orders["shipments"] > 1)).all()
    assert (orders["units_shipped"] <= orders["units"]).all()
    # Accounts of orders are those of their shipments.
    freight = shipments.groupby("order")["cost_freight"].sum().reindex(orders["order"], fill_value=0)
    assert (freight.to_numpy() - orders["cost_freight"].to_numpy()).round(6).any() == 0
