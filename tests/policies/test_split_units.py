"""Lines of which no warehouse has enough: their units leave several, or in part, and an action takes the rest."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from policies.splits.units import MOST_SETS, MOST_WAYS

ANY_UNITS = "filters: [is_up, handles_items, {has_stock: units}]"


def rule(split: str, more: str = "") -> str:
    return f"rules:\n  - {{{ANY_UNITS}, split: {{{split}}}{more}}}\n"


def sent(answers: Any, order: str = "A") -> dict[str, int]:
    """Return the units that left, by warehouse."""
    rows = answers.shipments[answers.shipments["order"] == order]
    return rows.groupby("warehouse")["units"].sum().to_dict()


# -- several warehouses for one line -----------------------------------------------------------------------------


def test_a_quantity_larger_than_any_single_sites_stock_leaves_several(counter: Any) -> None:
    stock = "near mug:6; far mug:5"
    two = counter.play(rule("max_shipments: 2, max_sites_per_line: 2"), "A 05T10:00 mug:10", stock=stock)
    assert sent(two) == {"near": 6, "far": 4}
    assert two.first("outcome") == "full"
    assert two.orders["A"]["split_reason"] == "no_stock"
    assert two.orders["A"]["units_first_attempt"] == 10
    one = counter.play(rule("max_shipments: 2"), "A 05T10:00 mug:10", stock=stock)
    assert sent(one) == {}


@pytest.mark.parametrize(
    ("sites", "shipments", "wanted"),
    [
        (2, 3, {}),
        (3, 2, {}),
        (3, 3, {"near": 4, "mid": 4, "far": 2}),
        (9, 9, {"near": 4, "mid": 4, "far": 2}),
    ],
)
def test_no_more_sites_for_a_line_than_allowed(
    counter: Any, sites: int, shipments: int, wanted: dict[str, int]
) -> None:
    rules = rule(f"max_shipments: {shipments}, max_sites_per_line: {sites}")
    answers = counter.play(rules, "A 05T10:00 mug:10", stock="near mug:4; mid mug:4; far mug:4")
    assert sent(answers) == wanted


def test_only_sites_that_the_rule_considers_share_a_line(counter: Any) -> None:
    rules = rule("max_shipments: 2, max_sites_per_line: 2", ", sites: [mid, far]")
    for stock, wanted in (
        ("near mug:6; far mug:5", {}),
        ("near mug:6; mid mug:6; far mug:5", {"mid": 6, "far": 4}),
    ):
        assert sent(counter.play(rules, "A 05T10:00 mug:10", stock=stock)) == wanted


@pytest.mark.parametrize("filters", [ANY_UNITS, "filters: [is_up]"])
def test_a_site_where_less_than_nothing_is_free_takes_nothing_away(counter: Any, filters: str) -> None:
    """A takes what was a floor at near, so that four mugs are missing there; far has five for B."""
    rules = f"""\
rules:
  - {{when: {{order: {{segment: gold}}}}, sites: [near], filters: [ignore_safety_stock]}}
  - {{{filters}, split: {{max_shipments: 2, max_sites_per_line: 2}}, on_partial: {{assign_units: cancel}}}}
"""
    answers = counter.play(
        rules,
        "A 05T10:00 mug:6 gold\nB 05T10:01 mug:9",
        stock="near mug:7; far mug:5",
        sites={"near": "at: [0, 1], safety_stock: {units: 5}", "far": "at: [0, 3]"},
        segments="{id: standard}, {id: gold}",
    )
    assert (sent(answers, "A"), sent(answers, "B")) == ({"near": 6}, {"far": 5})


def test_whole_lines_come_first(counter: Any) -> None:
    """Far has all ten, near and mid have them between them: a line is divided only where no warehouse has it."""
    answers = counter.play(
        rule("max_shipments: 2, max_sites_per_line: 2"),
        "A 05T10:00 mug:10",
        stock="near mug:6; mid mug:6; far mug:10",
    )
    assert sent(answers) == {"far": 10}


def test_of_as_few_sites_the_rank_chooses(counter: Any) -> None:
    """Near and far have ten, and mid and far eleven; the two that are nearer together send them."""
    answers = counter.play(
        rule("max_shipments: 3, max_sites_per_line: 3"),
        "A 05T10:00 mug:10",
        stock="near mug:4; mid mug:5; far mug:6",
    )
    assert sent(answers) == {"near": 4, "far": 6}
    assert answers.first("runner_up") == "mid+far"


def test_a_line_that_one_of_the_sites_has_is_not_divided(counter: Any) -> None:
    answers = counter.play(
        rule("max_shipments: 2, max_sites_per_line: 2"),
        "A 05T10:00 mug:10,tea:3",
        stock="near mug:6 tea:2; far mug:5 tea:3",
    )
    lines = answers.shipments.set_index("warehouse")[["lines", "units"]].T.to_dict("list")
    assert lines == {"near": [1, 6], "far": [2, 7]}


def test_sites_that_have_most_share_a_line_where_the_nearest_would_be_too_many(counter: Any) -> None:
    """Pot and tea make it three shipments. Of the mug the nearest two sites have nine, but mid and far eleven."""
    answers = counter.play(
        rule("max_shipments: 3, max_sites_per_line: 2"),
        "A 05T10:00 mug:10,pot,tea",
        stock="near mug:4 pot:1; mid mug:5 tea:1; far mug:6",
    )
    assert sent(answers) == {"near": 1, "mid": 1 + 4, "far": 6}


PAIR_AND_SHARED = "max_shipments: 3, max_sites_per_line: 2, keep_together: [[mug, tea]]"


@pytest.mark.parametrize(
    ("stock", "wanted"),
    [
        ("near mug:2 tea:1 pot:6; far mug:9 tea:9 pot:5", {"near": 6, "far": 2 + 2 + 4}),
        ("near mug:1 tea:2 pot:6; mid mug:1 pot:5", {}),
        ("near mug:2 pot:6; mid tea:2 pot:5", {}),
    ],
)
def test_lines_that_travel_together_are_not_shared_beside_one_that_is(
    counter: Any, stock: str, wanted: dict[str, int]
) -> None:
    answers = counter.play(rule(PAIR_AND_SHARED), "A 05T10:00 mug:2,tea:2,pot:10", stock=stock)
    assert sent(answers) == wanted


def test_a_line_that_nobody_has_changes_nothing_for_one_that_is_shared(counter: Any) -> None:
    """As without the mug: near and far are the nearest two that have ten pots."""
    answers = counter.play(
        rule("max_shipments: 3, max_sites_per_line: 3", ", on_partial: {assign: cancel}"),
        "A 05T10:00 mug,pot:10",
        stock="near pot:4; mid pot:5; far pot:6",
    )
    assert sent(answers) == {"near": 4, "far": 6}


def test_parts_of_lines_that_one_site_has_leave_that_one(counter: Any) -> None:
    """Near has as much of the tea, but far has of both what there is: one shipment."""
    answers = counter.play(
        rule("max_shipments: 2", ", on_partial: {assign_units: cancel}"),
        "A 05T10:00 mug:10,tea:5",
        stock="near tea:3; far mug:4 tea:3",
    )
    assert sent(answers) == {"far": 4 + 3}


@pytest.mark.parametrize(("share", "most"), [(1, 4), (2, 4), (3, 4), (4, 4), (2, 2)])
def test_the_fewest_sites_are_found(counter: Any, share: int, most: int) -> None:
    """Forty orders of one or two lines against five sites, each with its own items: brute force over sets of sites."""
    random = np.random.default_rng(20260122)
    held = random.integers(0, 7, (5, 80))
    units = random.integers(4, 16, 80)
    baskets = [range(2 * n, 2 * n + 1 + int(random.integers(0, 2))) for n in range(40)]
    sites = {f"w{site}": f"at: [0, {site + 1}]" for site in range(5)}
    stock = "; ".join(f"w{s} " + " ".join(f"i{i}:{held[s, i]}" for i in range(80)) for s in range(5))
    orders = "\n".join(
        f"o{n} 05T10:00 {','.join(f'i{i}:{units[i]}' for i in basket)}" for n, basket in enumerate(baskets)
    )
    answers = counter.play(
        rule(f"max_shipments: {most}, max_sites_per_line: {share}"),
        orders,
        items=", ".join(f"{{id: i{i}}}" for i in range(80)),
        sites=sites,
        stock=stock,
        drain_days=1,
    )

    def fewest(basket: range) -> int:
        for count in range(1, most + 1):
            for chosen in combinations(range(5), count):
                if all(sum(sorted(held[list(chosen), i])[-share:]) >= units[i] for i in basket):
                    return count
        return 0

    wanted = [fewest(basket) for basket in baskets]
    assert [len(answers.sites(f"o{n}")) for n in range(40)] == wanted
    assert not answers.decisions["capped"].any()


def test_a_parcel_that_is_too_heavy_for_the_service_is_no_part_of_a_plan(stage: Any, counter: Any) -> None:
    """Ten kilograms from near and two from far: no service takes more than 8; mid and far have eight and four."""
    stage.write("rates.csv", "zone,up_to_kg,price\n1,8,3\n")
    answers = counter.play(
        rule("max_shipments: 2, max_sites_per_line: 2"),
        "A 05T10:00 mug:12",
        items="{id: mug, weight_kg: 1}",
        stock="near mug:10; mid mug:8; far mug:4",
        services="{id: parcel, rates: {file: rates.csv}}",
    )
    assert sent(answers) == {"mid": 8, "far": 4}


def test_where_there_are_too_many_ways_the_site_with_most_goes_first(counter: Any) -> None:
    """Of 24 sites each pair has ten of six: 276 ways, more than are compared. Equal ones go by the rank."""
    sites = {f"w{site:02}": f"at: [0, {site + 1}]" for site in range(24)}
    assert MOST_WAYS < 24 * 23 // 2
    stock = "; ".join(f"{site} mug:6" for site in sites)
    rules = rule("max_shipments: 2, max_sites_per_line: 2")
    answers = counter.play(rules, "A 05T10:00 mug:10", sites=sites, stock=stock)
    assert sent(answers) == {"w00": 6, "w01": 4}
    assert answers.decisions["capped"].tolist() == [True]
    stock = stock.replace("w20 mug:6", "w20 mug:7")
    assert sent(counter.play(rules, "A 05T10:00 mug:11", sites=sites, stock=stock)) == {"w20": 7, "w00": 4}


def test_where_there_are_too_many_sets_the_search_is_greedy_too(counter: Any) -> None:
    """Of 36 sites there are 7,140 triples: too many to look at."""
    assert MOST_SETS < 36 * 35 * 34 // 6
    sites = {f"w{site:02}": f"at: [0, {site + 1}]" for site in range(36)}
    stock = "; ".join(f"{site} mug:{2 if site != 'w07' else 3}" for site in sites)
    answers = counter.play(
        rule("max_shipments: 3, max_sites_per_line: 3"), "A 05T10:00 mug:7", sites=sites, stock=stock
    )
    assert sent(answers) == {"w07": 3, "w00": 2, "w01": 2}
    assert answers.first("capped")


# -- with other bounds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("floor", "wanted"),
    [(40, {"near": 6, "far": 4}), (40.01, {"near": 5, "far": 5}), (50, {"near": 5, "far": 5}), (50.01, {})],
)
def test_the_floor_holds_for_parts_of_a_line(counter: Any, floor: float, wanted: dict[str, int]) -> None:
    answers = counter.play(
        rule(f"max_shipments: 2, max_sites_per_line: 2, min_part_value: {floor}"),
        "A 05T10:00 mug:10",
        items="{id: mug, price: 10}",
        stock="near mug:6; far mug:5",
    )
    assert sent(answers) == wanted


def test_a_line_is_shared_so_that_no_part_is_too_small_where_that_can_be(counter: Any) -> None:
    """Near has 12 of 15 at 10 each, which leaves 30 to far: two more make it 50. From 4 at far nothing can be made."""
    rules = rule("max_shipments: 2, max_sites_per_line: 2, min_part_value: 50")
    play: dict[str, Any] = {"orders": "A 05T10:00 mug:15", "items": "{id: mug, price: 10}"}
    assert sent(counter.play(rules, stock="near mug:9; far mug:10", **play)) == {"near": 9, "far": 6}
    assert sent(counter.play(rules, stock="near mug:12; far mug:10", **play)) == {"near": 10, "far": 5}
    assert sent(counter.play(rules, stock="near mug:14; far mug:5", **play)) == {"near": 10, "far": 5}
    assert sent(counter.play(rules, stock="near mug:14; far mug:4", **play)) == {}


def test_a_line_is_shared_above_the_floor_wherever_that_can_be(counter: Any) -> None:
    """Sixty orders against four sites, each with its own item at 10: no part may be worth less than 50."""
    random = np.random.default_rng(20261123)
    held, units = random.integers(0, 16, (4, 60)), random.integers(8, 30, 60)
    answers = counter.play(
        rule("max_shipments: 4, max_sites_per_line: 4, min_part_value: 50", ", otherwise: cancel"),
        "\n".join(f"o{n} 05T10:00 i{n}:{units[n]}" for n in range(60)),
        items=", ".join(f"{{id: i{n}, price: 10}}" for n in range(60)),
        sites={f"w{site}": f"at: [0, {site + 1}]" for site in range(4)},
        stock="; ".join(f"w{s} " + " ".join(f"i{n}:{held[s, n]}" for n in range(60)) for s in range(4)),
    )
    counts = []
    for n in range(60):
        parts = sent(answers, f"o{n}")
        counts.append(len(parts))
        assert all(count <= held[int(site[1:]), n] for site, count in parts.items())
        assert len(parts) < 2 or min(parts.values()) >= 5
        assert not parts or sum(parts.values()) == units[n]
        able = [
            count
            for count in range(1, 5)
            for some in combinations(held[:, n], count)
            if sum(some) >= units[n] and (count == 1 or (min(some) >= 5 and units[n] >= 5 * count))
        ]
        assert len(parts) == min(able, default=0), f"o{n}"
    assert set(counts) == {0, 1, 2, 3}  # the test tells something


def test_lines_that_travel_together_are_not_divided(counter: Any) -> None:
    rules = rule("max_shipments: 3, max_sites_per_line: 2, keep_together: [[mug, tea]]")
    order = "A 05T10:00 mug:10,tea,pot:4"
    assert sent(counter.play(rules, order, stock="near mug:6 tea:1 pot:3; far mug:9 pot:3")) == {}
    whole = counter.play(rules, order, stock="near mug:6 tea:1 pot:3; far mug:10 tea:1 pot:3")
    assert sent(whole) == {"far": 10 + 1 + 1, "near": 3}


# -- what can be shipped of a line ---------------------------------------------------------------------------------


def in_part(rest: str, most: int = 2, more: str = "") -> str:
    return rule(f"max_shipments: {most}{more}", f", on_partial: {{assign_units: {rest}}}")


@pytest.mark.parametrize(
    ("rest", "state", "reason", "parcels"),
    [
        ("cancel", "delivered", "no_stock", [6]),
        ("{cancel: 2}", "delivered", "no_stock", [6]),
        ("{wait: {up_to_hours: 2, then: cancel}}", "delivered", "no_stock", [6]),
        ("{backorder: {give_up_after_hours: 2}}", "delivered", "gave_up", [6, 4]),
        ("wait", "open", None, [6]),
        ("backorder", "open", None, [6, 4]),
        ("next", "open", None, [6]),
    ],
)
def test_units_that_fit_are_shipped_and_an_action_takes_the_rest(
    counter: Any, rest: str, state: str, reason: str | None, parcels: list[int]
) -> None:
    answers = counter.play(in_part(rest), "A 05T10:00 mug:10", stock="near mug:6")
    order = answers.orders["A"]
    assert (order["state"], order["cancel_reason"]) == (state, reason)
    assert answers.shipments.sort_values("shipment")["units"].tolist() == parcels
    assert (order["units_first_attempt"], order["units_shipped"]) == (6, 6)
    assert answers.first("outcome").startswith("partial")


def test_whole_lines_alone_leave_with_assign_and_units_too_with_assign_units(counter: Any) -> None:
    play: dict[str, Any] = {"orders": "A 05T10:00 mug:10,tea", "stock": "near mug:6 tea:1"}
    lines = counter.play(rule("max_shipments: 2", ", on_partial: {assign: cancel}"), **play)
    assert sent(lines) == {"near": 1}
    assert sent(counter.play(in_part("cancel"), **play)) == {"near": 7}


@pytest.mark.parametrize(
    ("most", "mugs", "wanted"),
    [(3, 10, {"near": 6 + 1, "far": 4}), (3, 11, {"near": 1}), (1, 10, {"near": 1})],
)
def test_a_line_that_several_sites_have_between_them_is_a_whole_one(
    counter: Any, most: int, mugs: int, wanted: dict[str, int]
) -> None:
    """Nobody has tea. The pot leaves, and the mugs if two sites have enough of them, and both may send some."""
    rules = rule(f"max_shipments: {most}, max_sites_per_line: 2", ", on_partial: {assign: cancel}")
    answers = counter.play(rules, f"A 05T10:00 mug:{mugs},pot,tea", stock="near mug:6 pot:1; far mug:4")
    assert sent(answers) == wanted
    alone = counter.play(rules, f"A 05T10:00 mug:{mugs},tea", stock="near mug:6; far mug:4")
    assert alone.first("outcome") == ("partial, cancel" if mugs == 10 else "none")
    assert sent(alone) == ({"near": 6, "far": 4} if (most, mugs) == (3, 10) else {})


def test_the_rest_of_a_line_goes_on_to_the_next_rule(counter: Any) -> None:
    """Near has six; the second rule sees that they are gone, and finds four more elsewhere."""
    rules = f"""\
rules:
  - {{sites: [near], {ANY_UNITS}, split: {{max_shipments: 3}}, on_partial: {{assign_units: next}}}}
  - {{name: rest, {ANY_UNITS}, split: {{max_shipments: 3, max_sites_per_line: 2}}}}
"""
    answers = counter.play(rules, "A 05T10:00 mug:10,tea", stock="near mug:6 tea:1; far mug:4")
    assert sent(answers) == {"near": 7, "far": 4}
    assert answers.decisions["removed"].iloc[0].count(";") == 1  # both rules were asked
    short = counter.play(rules, "A 05T10:00 mug:10", stock="near mug:6; far mug:3", drain_days=1)
    assert sent(short) == {"near": 6}
    assert short.orders["A"]["state"] == "open"


def test_the_rest_of_a_line_leaves_when_stock_comes(stage: Any, counter: Any) -> None:
    counter.scenario("A 05T10:00 mug:10", stock="near mug:6")
    text = (stage.folder / "world.yaml").read_text() + "suppliers: [{id: mill, lead_days: 1}]\n"
    text = text.replace(
        "stock: {", "stock: {replenish: [{items: all, warehouses: [near], from: mill, review: {order_up_to: "
        "{units: 6}}}], ",
    )  # fmt: skip
    answers = counter.answers(stage.play(stage.scenario(text), in_part("wait")))
    assert answers.shipments["units"].tolist() == [6, 4]
    assert answers.orders["A"]["state"] == "delivered"
    assert answers.times("A")[0] == "05T10:00:00"


def test_units_leave_as_few_sites_as_a_line_may_have(counter: Any) -> None:
    """Of ten, two sites have nine and three have eleven; one site alone has five."""
    stock = "near mug:4; mid mug:5; far mug:2"
    for share, units in ((1, {"mid": 5}), (2, {"near": 4, "mid": 5})):
        answers = counter.play(
            in_part("cancel", 3, f", max_sites_per_line: {share}"), "A 05T10:00 mug:10", stock=stock
        )
        assert sent(answers) == units
    one = counter.play(in_part("cancel", 1, ", max_sites_per_line: 2"), "A 05T10:00 mug:10", stock=stock)
    assert sent(one) == {"mid": 5}


def test_an_order_that_must_stay_whole_ships_units_only_if_the_rest_is_given_up(counter: Any) -> None:
    segments = "{id: standard}, {id: picky, split: never}"
    play: dict[str, Any] = {
        "orders": "A 05T10:00 mug:10 picky", "stock": "near mug:6", "segments": segments, "drain_days": 1,
    }  # fmt: skip
    assert sent(counter.play(in_part("wait"), **play)) == {}
    assert sent(counter.play(in_part("cancel"), **play)) == {"near": 6}


def test_the_floor_holds_for_what_leaves_and_what_waits_of_a_line(counter: Any) -> None:
    for floor, rest, wanted in (
        (40, "wait", {"near": 6}),
        (40.01, "wait", {}),
        (40.01, "cancel", {"near": 6}),  # what is given up is no part
    ):
        answers = counter.play(
            in_part(rest, more=f", min_part_value: {floor}"),
            "A 05T10:00 mug:10",
            items="{id: mug, price: 10}",
            stock="near mug:6",
            drain_days=1,
        )
        assert sent(answers) == wanted


@pytest.mark.parametrize(("mid", "wanted"), [(4, {"near": 8}), (5, {"near": 8})])
def test_more_stock_elsewhere_does_not_make_fewer_units_leave(
    counter: Any, mid: int, wanted: dict[str, int]
) -> None:
    """Of one shipment near sends eight units; that mid has one line in full used to make it five."""
    rules = f"rules:\n  - {{{ANY_UNITS}, on_partial: {{assign_units: cancel}}, otherwise: cancel}}\n"
    stock = f"near mug:5 tea:3; mid tea:{mid}"
    assert sent(counter.play(rules, "A 05T10:00 mug:5,tea:5", stock=stock)) == wanted


def test_a_penalty_says_who_gives_most_of_a_shared_line(counter: Any) -> None:
    """It had no say, because nobody has the whole line: the alphabet chose mid."""
    for weight in ("1", "{weight: 1, low: 0, high: 1000}"):
        rules = rule(
            "max_shipments: 2, max_sites_per_line: 2", f", rank: {{penalty: {{distance_km: {weight}}}}}"
        )
        assert sent(counter.play(rules, "A 05T10:00 mug:8", stock="near mug:5; mid mug:5")) == {
            "near": 5,
            "mid": 3,
        }


def test_nothing_in_stock_is_no_part_of_an_order(counter: Any) -> None:
    answers = counter.play(
        rule("max_shipments: 2", ", on_partial: {assign_units: wait}, otherwise: cancel"), stock="near mug:0"
    )
    assert answers.first("outcome") == "none, cancel"


def test_a_line_too_heavy_for_one_parcel_leaves_in_two_and_nothing_of_it_waits(counter: Any) -> None:
    """Mid has all six, and a parcel takes four: near's three and three of mid are everything. It used to be an error."""
    counter.stage.write("rates.csv", "zone,up_to_kg,price\n1,4,1\n")
    rules = """\
rules:
  - {filters: [is_up], split: {max_shipments: 2, max_sites_per_line: 2}, on_partial: {assign_units: {cancel: 5}}}
"""
    answers = counter.play(
        rules,
        "A 05T10:00 mug:6",
        items="{id: mug, weight_kg: 1}",
        services="{id: parcel, rates: {file: rates.csv}}",
        stock="near mug:3; mid mug:9",
    )
    assert sorted(answers.sites("A")) == ["mid", "near"]
    assert answers.first("outcome") == "full"


def test_what_leaves_in_part_with_one_shipment_less_may_be_everything(counter: Any) -> None:
    """Of 36 sites there are too many triples, and w00's nine and one more are no two parts of 50; five and five are."""
    sites = {f"w{site:02}": f"at: [0, {site + 1}]" for site in range(36)}
    rules = rule(
        "max_shipments: 3, max_sites_per_line: 3, min_part_value: 50",
        ", rank: {by: [distance_km, fewest_shipments]}, on_partial: {assign_units: wait}",
    )
    stock = "; ".join(f"{site} mug:{ {'w00': 9, 'w01': 5, 'w02': 5}.get(site, 1) }" for site in sites)
    answers = counter.play(
        rules, "A 05T10:00 mug:10", items="{id: mug, price: 10}", sites=sites, stock=stock, drain_days=1
    )
    assert sent(answers) == {"w00": 5, "w01": 5}
    assert (answers.first("outcome"), answers.first("removed")) == ("full", "")
    assert answers.first("runner_up") == "w00+w02"
    assert answers.first("capped")
    assert answers.times("A") == ["05T10:00:00"]
