"""Splits: in how few parcels an order can leave, from where, and when a rule may split it at all."""

from __future__ import annotations

from typing import Any

import pytest

NEAREST_LINES = "rules:\n  - {rank: {by: [distance_km, fewest_shipments]}, split: {max_shipments: 3}}\n"
FEWEST = "rules:\n  - {rank: {by: [distance_km]}, split: {max_shipments: 3}}\n"


def split(most: int, more: str = "") -> str:
    return f"rules:\n  - {{split: {{max_shipments: {most}}}{more}}}\n"


# -- how many ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "shipments"), [(1, 0), (2, 0), (3, 3), (4, 3)])
def test_no_more_shipments_than_allowed(counter: Any, most: int, shipments: int) -> None:
    answers = counter.play(split(most), "A 05T10:00 mug,tea,pot", stock="near mug:1; mid tea:1; far pot:1")
    assert len(set(answers.sites("A"))) == shipments


def test_a_segment_that_accepts_no_split_gets_one_parcel_whatever_the_rule_allows(counter: Any) -> None:
    segments = "{id: standard}, {id: picky, split: never}"
    stock = "near mug:9; far mug:9 tea:9"
    orders = "A 05T10:00 mug,tea\nB 05T10:00 mug,tea picky"
    answers = counter.play(NEAREST_LINES, orders, segments=segments, stock=stock)
    assert sorted(answers.sites("A")) == ["far", "near"]
    assert answers.sites("B") == ["far"]
    rules = split(3, ", otherwise: cancel, on_partial: cancel")
    apart = counter.play(rules, orders, segments=segments, stock="near mug:9; far tea:9")
    assert [apart.orders[order]["state"] for order in "AB"] == ["delivered", "cancelled"]


def test_shipments_count_over_all_rules(counter: Any) -> None:
    """The first rule ships the mug, and keeps a parcel for the rest; of two allowed the second rule has one left."""
    rules = """\
rules:
  - {sites: [near], split: {max_shipments: 2}, on_partial: {assign: next}}
  - {split: {max_shipments: MOST}, on_partial: next}
"""
    order, stock = "A 05T10:00 mug,tea,pot", "near mug:1; mid tea:1; far pot:1"
    assert counter.play(rules.replace("MOST", "2"), order, stock=stock).sites("A") == ["near"]
    assert sorted(counter.play(rules.replace("MOST", "3"), order, stock=stock).sites("A")) == [
        "far",
        "mid",
        "near",
    ]


def test_a_rule_that_allows_one_shipment_adds_none_to_that_of_another_rule(counter: Any) -> None:
    rules = """\
rules:
  - {sites: [near], split: {max_shipments: 2}, on_partial: {assign: next}}
  - {sites: [far]}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:1; far tea:1", drain_days=1)
    assert answers.sites("A") == ["near"]
    assert answers.orders["A"]["state"] == "open"


HOURLY = """\
rules:
  - filters: [{below_limit: {n: 1, per: hour}}, {has_stock: any}]
    split: {max_shipments: MOST}
    on_partial: {assign: wait}
    otherwise: wait
attempts: {every_minutes: 60}
"""


@pytest.mark.parametrize(
    ("most", "wanted"),
    [
        (1, []),
        # A parcel is kept for what waits: the mug goes at 10:00, and for two lines at two sites one is not enough.
        (2, ["near"]),
        (3, ["far", "mid", "near"]),
    ],
)
def test_shipments_count_over_all_attempts(counter: Any, most: int, wanted: list[str]) -> None:
    orders = "B 05T10:00 tea\nC 05T10:00 pot\nA 05T10:30 mug,tea,pot"
    answers = counter.play(
        HOURLY.replace("MOST", str(most)), orders, stock="near mug:9; mid tea:9; far pot:9"
    )
    assert sorted(answers.sites("A")) == wanted
    if most == 3:
        assert answers.times("A") == ["05T10:30:00", "05T11:00:00"]  # the limit of an hour starts over
        assert answers.orders["A"]["units_first_attempt"] == 1


def test_a_backordered_part_counts_as_a_shipment(counter: Any) -> None:
    rules = """\
rules:
  - {sites: [near], split: {max_shipments: 2}, on_partial: {assign: {backorder: {give_up_after_hours: 5}}}}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:1; far tea:9")
    assert answers.sites("A") == ["near", "near"]
    assert set(answers.shipments["state"]) == {"delivered", "cancelled"}
    one = counter.play(rules.replace("2", "1", 1), "A 05T10:00 mug,tea", stock="near mug:1; far tea:9")
    assert one.sites("A") == ["near"]
    assert one.shipments["units"].tolist() == [2]  # both lines wait together


def test_an_order_whose_backordered_part_gave_up_was_not_split(counter: Any) -> None:
    """It used to count as two shipments, split by `policy`."""
    rules = """\
rules:
  - {split: {max_shipments: 2}, on_partial: {assign: {backorder: {give_up_after_hours: 5}}}}
"""
    answers = counter.play(rules, "A 05T10:00 mug,tea\nB 05T10:00 pot,mug", stock="near mug:9; far pot:9")
    assert (answers.orders["A"]["shipments"], answers.orders["A"]["split_reason"]) == (1, None)
    assert answers.orders["A"]["state"] == "delivered"
    assert (answers.orders["B"]["shipments"], answers.orders["B"]["split_reason"]) == (2, "no_stock")


def test_a_part_that_waits_for_stock_is_split_off_for_want_of_stock(counter: Any) -> None:
    """The reason used to be `policy` when the other part was a backorder."""
    rules = "rules:\n  - {split: {max_shipments: 2}, on_partial: {assign: backorder}}\n"
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock="near mug:9", drain_days=1)
    assert (answers.orders["A"]["state"], answers.orders["A"]["shipments"]) == ("open", 2)
    assert answers.orders["A"]["split_reason"] == "no_stock"


def test_a_split_over_two_attempts_has_the_reason_of_the_first(counter: Any) -> None:
    """Far has both, and is full until eleven: the mug leaves near at once. It used to be split by `policy`."""
    orders = "B 05T10:00 pot\nA 05T10:30 mug,tea"
    answers = counter.play(HOURLY.replace("MOST", "2"), orders, stock="near mug:9; far mug:9 tea:9 pot:9")
    assert answers.sites("A") == ["near", "far"]
    assert answers.orders["A"]["split_reason"] == "capacity"


# -- from where --------------------------------------------------------------------------------------------


def test_fewest_shipments_comes_first_unless_it_is_named_later(counter: Any) -> None:
    order, stock = "A 05T10:00 mug,tea", "near mug:9; far mug:9 tea:9"
    assert counter.play(FEWEST, order, stock=stock).sites("A") == ["far"]
    assert sorted(counter.play(NEAREST_LINES, order, stock=stock).sites("A")) == ["far", "near"]
    named_first = FEWEST.replace("[distance_km]", "[fewest_shipments, distance_km]")
    assert counter.play(named_first, order, stock=stock).sites("A") == ["far"]


def test_nearest_splits_line_by_line_and_joins_what_is_nearest_to_the_same_site(counter: Any) -> None:
    stock = "near mug:9 pot:9; mid tea:9 mug:9; far mug:9 tea:9 pot:9"
    answers = counter.play(NEAREST_LINES, "A 05T10:00 mug,tea:2,pot:4", stock=stock)
    assert answers.shipments.set_index("warehouse")["units"].to_dict() == {"near": 5, "mid": 2}
    assert answers.orders["A"]["split_reason"] == "policy"  # far has it all


def test_the_shipped_nearest_splits_line_by_line(counter: Any) -> None:
    answers = counter.play("nearest", "A 05T10:00 mug,tea", stock="near mug:9; far mug:9 tea:9")
    assert sorted(answers.sites("A")) == ["far", "near"]


@pytest.mark.parametrize(("weight", "wanted"), [(0.1, ["far", "near"]), (10, ["far"])])
def test_in_a_cost_a_named_shipment_has_a_price(counter: Any, weight: float, wanted: list[str]) -> None:
    """Two parcels for 1 + 3 and two shipments, or one for 6: it used to be one whatever the price."""
    services = "{id: parcel, zones_km: [150], rates: {base: [1, 3], per_kg: [0, 1.5]}}"
    cost = f"{{landed_cost: 1, fewest_shipments: {weight}}}"
    rules = f"rules:\n  - {{rank: {{cost: {cost}}}, split: {{max_shipments: 2}}}}\n"
    items = "{id: mug, weight_kg: 2}, {id: tea}"
    answers = counter.play(
        rules, "A 05T10:00 mug,tea", stock="near mug:9; far mug:9 tea:9", services=services, items=items
    )
    assert sorted(answers.sites("A")) == wanted


def test_among_as_few_shipments_the_rank_decides_and_lines_count(counter: Any) -> None:
    """Both ways take two parcels: (near: 1 line, far: 2) is 7 line-degrees, (mid: 2, far: 1) is 7, too ..."""
    stock = "near mug:9; mid mug:9 tea:9; far tea:9 pot:9"
    order = "A 05T10:00 mug,tea,pot"
    rules = split(2).replace("{split", "{rank: {by: [distance_km, {site_id: {descending: true}}]}, split")
    assert sorted(counter.play(rules, order, stock=stock).sites("A")) in (["far", "near"], ["far", "mid"])
    # ... but with mid a little nearer its way is shorter, because two lines travel it.
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 1.9]", "far": "at: [0, 3]"}
    assert sorted(counter.play(rules, order, stock=stock, sites=sites).sites("A")) == ["far", "mid"]
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2.1]", "far": "at: [0, 3]"}
    assert sorted(counter.play(rules, order, stock=stock, sites=sites).sites("A")) == ["far", "near"]


def test_the_runner_up_of_a_split_is_another_way_to_divide_the_order(counter: Any) -> None:
    """(mid: mug, tea; far: pot) is 2 x 1.9 + 3 = 6.8 line-degrees, (near: mug; far: tea, pot) is 1 + 2 x 3 = 7."""
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 1.9]", "far": "at: [0, 3]"}
    stock = "near mug:9; mid mug:9 tea:9; far tea:9 pot:9"
    answers = counter.play(split(2), "A 05T10:00 mug,tea,pot", stock=stock, sites=sites)
    assert answers.first("chosen") == "mid+far"
    assert answers.first("runner_up") == "near+far"
    assert answers.first("margin") == pytest.approx(0.2 * 111.195, abs=0.002)


def test_the_runner_up_of_one_parcel_may_be_another_warehouse(counter: Any) -> None:
    """Money decides how many parcels there are: near alone costs 1, mid alone 1.25, and two parcels more."""
    sites = {
        "near": "at: [0, 1], costs: {per_shipment: 1}",
        "mid": "at: [0, 2], costs: {per_shipment: 1.25}",
    }
    rules = "rules:\n  - {rank: {cost: {landed_cost: 1, fewest_shipments: 0}}, split: {max_shipments: 2}}\n"
    answers = counter.play(rules, "A 05T10:00 mug,tea", sites=sites)
    assert (answers.first("chosen"), answers.first("runner_up")) == ("near", "mid")
    assert answers.first("margin") == pytest.approx(0.25)


def test_the_runner_up_of_a_split_may_be_the_same_with_one_parcel_from_elsewhere(counter: Any) -> None:
    answers = counter.play(split(2), "A 05T10:00 mug,tea", stock="near mug:9; mid tea:9; far tea:9")
    assert (answers.first("chosen"), answers.first("runner_up")) == ("near+mid", "near+far")
    assert answers.first("margin") == pytest.approx(111.195, abs=0.002)


def test_the_runner_up_of_three_parcels_has_three(counter: Any) -> None:
    sites = {"near": "at: [0, 1]", "next": "at: [0, 1.5]", "mid": "at: [0, 2]", "far": "at: [0, 3]"}
    stock = "near mug:9; next mug:9; mid tea:9; far pot:9"
    answers = counter.play(split(3), "A 05T10:00 mug,tea,pot", stock=stock, sites=sites)
    assert (answers.first("chosen"), answers.first("runner_up")) == ("near+mid+far", "next+mid+far")


def test_two_parcels_from_one_warehouse_are_not_the_next_best(counter: Any) -> None:
    """near has all; that it could send two parcels is no news, mid would be 111.195 km farther for each line."""
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "far": "at: [0, 3]"}
    stock = "near mug:9 tea:9; mid mug:9 tea:9; far mug:9 tea:9"
    rules = "rules: [{rank: {by: [distance_km, fewest_shipments]}, split: {max_shipments: 2}}]\n"
    answers = counter.play(rules, "A 05T10:00 mug,tea", stock=stock, sites=sites)
    assert (answers.first("chosen"), answers.first("runner_up")) == ("near", "mid")
    assert answers.first("margin") == pytest.approx(2 * 111.195, abs=0.002)


# -- the rest ----------------------------------------------------------------------------------------------

REST = """\
rules:
  - {sites: [near], split: {max_shipments: 4}, on_partial: {assign: next}}
  - {split: {max_shipments: 4}}
"""


@pytest.mark.parametrize(
    ("order", "services"), [("mug,fish,tea", ["dry", "cool"]), ("ice,mug,tea", ["cool", "dry"])]
)
def test_the_rest_of_an_order_goes_by_a_service_that_may_carry_all_of_it(
    counter: Any, order: str, services: list[str]
) -> None:
    """Near has what comes first; the other two leave far together, cold or not."""
    answers = counter.play(
        REST,
        f"A 05T10:00 {order}",
        items="{id: mug}, {id: fish, handling: [cold]}, {id: ice, handling: [cold]}, {id: tea}",
        stock=f"near {order[:3]}:9; far fish:9 tea:9" + (" mug:9" if order[:3] != "mug" else ""),
        services="{id: dry, carries: [ambient], rates: {base: 1}}, {id: cool, rates: {base: 9}}",
    )
    assert answers.sites("A") == ["near", "far"]
    assert answers.shipments["service"].tolist() == services


@pytest.mark.parametrize(
    ("size", "rate"), [("weight_kg: 1.5", ""), ("volume_l: 7.5", "volumetric_l_per_kg: 5")]
)
@pytest.mark.parametrize(
    ("order", "sites"), [("mug:9,pot:2,pan:2", ["near", "far", "far"]), ("mug:9,pot:3", ["near", "far"])]
)
def test_the_rest_of_an_order_is_as_heavy_and_as_large_as_what_is_left(
    counter: Any, size: str, rate: str, order: str, sites: list[str]
) -> None:
    """A service takes 5 kg, or the 25 litres that count as such: two pots and two pans are too much, three pots are not."""
    counter.stage.write("rates.csv", "zone,up_to_kg,price\n1,5,3\n")
    small = size.partition(":")[0]
    answers = counter.play(
        REST,
        f"A 05T10:00 {order}",
        items=f"{{id: mug, {small}: 0.5}}, {{id: pot, {size}}}, {{id: pan, {size}}}",
        stock="near mug:9; far pot:9 pan:9",
        services=f"{{id: parcel, rates: {{file: rates.csv, {rate}}}}}",
    )
    assert answers.sites("A") == sites


# -- why ---------------------------------------------------------------------------------------------------

POST = "{id: parcel, zones_km: [150, 250], transit_days: [1, 2, 5], rates: {base: [2, 3, 6]}}"


@pytest.mark.parametrize(
    ("rank", "reason"),
    [
        ("{by: [{transit_days: {band: 0.5}}, fewest_shipments]}", "faster"),
        ("{by: [landed_cost, fewest_shipments]}", "cheaper"),
        ("{by: [freight, fewest_shipments]}", "cheaper"),
        ("{cost: {landed_cost: 1, fewest_shipments: 0.5}}", "cheaper"),
        ("{by: [{site_rank: {band: 99}}, landed_cost, fewest_shipments]}", "cheaper"),
        ("{by: [distance_km, fewest_shipments]}", "policy"),
        ("{by: [{freight: {descending: true}}, fewest_shipments]}", "policy"),
    ],
)
def test_where_one_warehouse_could_ship_everything_the_rank_tells_why_it_does_not(
    counter: Any, rank: str, reason: str
) -> None:
    """Near and mid are sooner, and cheaper at 2 + 3, than far at 6."""
    services = POST.replace("[2, 3, 6]", "[6, 6, 6]") if "descending" in rank else POST
    answers = counter.play(
        f"rules:\n  - {{split: {{max_shipments: 3}}, rank: {rank}}}\n",
        "A 05T10:00 mug,tea",
        stock="near mug:9; mid tea:9; far mug:9 tea:9",
        services=services,
        drain_days=9,
    )
    assert sorted(answers.sites("A")) == ["mid", "near"]
    assert answers.orders["A"]["split_reason"] == reason


def test_an_order_that_goes_round_a_busy_warehouse_is_split_for_want_of_capacity(counter: Any) -> None:
    """Far has both, but has had its order of the day: it ranks last, and near and mid send a line each."""
    rules = """\
rules:
  - filters: [is_up, handles_items, {has_stock: any}, {below_limit: {n: 1, effect: last}}]
    split: {max_shipments: 3}
    rank: {by: [distance_km, fewest_shipments]}
"""
    sites = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "far": "at: [0, 0.1]"}
    answers = counter.play(
        rules,
        "B 05T09:00 pot\nA 05T10:00 mug,tea",
        stock="near mug:9; mid tea:9; far mug:9 tea:9 pot:9",
        sites=sites,
    )
    assert sorted(answers.sites("A")) == ["mid", "near"]
    assert answers.orders["A"]["split_reason"] == "capacity"
