"""Units of a line that are moved to where too little would leave, and what leaves where parcels do not take all."""

from __future__ import annotations

from typing import Any

SITES = {"near": "at: [0, 1]", "mid": "at: [0, 2]", "far": "at: [0, 3]", "last": "at: [0, 4]"}


def rule(split: str, more: str = "") -> str:
    return f"rules:\n  - {{filters: [is_up, {{has_stock: units}}], split: {{{split}}}{more}}}\n"


def goods(**prices: int) -> str:
    return ", ".join(f"{{id: {item}, price: {price}, weight_kg: 1}}" for item, price in prices.items())


def sent(answers: Any) -> dict[str, int]:
    """Return the units that left, by warehouse."""
    units: dict[str, int] = answers.shipments.groupby("warehouse")["units"].sum().to_dict()
    return units


def test_no_giver_falls_below_the_floor_itself(counter: Any) -> None:
    """Near and mid have two units each to spare, and far needs three: two of near's and one of mid's."""
    answers = counter.play(
        rule("max_shipments: 3, max_sites_per_line: 3, min_part_value: 10"),
        "A 05T10:00 tea:16",
        items=goods(tea=2),
        stock="near tea:7; mid tea:7; far tea:5",
        sites=SITES,
    )
    assert sent(answers) == {"near": 5, "mid": 6, "far": 5}


def test_what_was_given_away_is_not_given_twice(counter: Any) -> None:
    """Pots are at far alone and cups at last alone, and both need three units more: near can spare four, mid three."""
    answers = counter.play(
        rule("max_shipments: 4, max_sites_per_line: 4, min_part_value: 8"),
        "A 05T10:00 tea:15,pot,cup",
        items=goods(tea=2, pot=2, cup=2),
        stock="near tea:8; mid tea:7; far tea:3 pot:1; last tea:3 cup:1",
        sites=SITES,
    )
    assert sent(answers) == {"near": 4, "mid": 5, "far": 4, "last": 4}


def test_units_are_not_moved_to_one_warehouse_more_than_may_share_the_line(counter: Any) -> None:
    """The only pot is at far, worth too little by itself; near and mid send the tea, and a third may not."""
    play = {"items": goods(tea=1, pot=1), "stock": "near tea:6; mid tea:6; far tea:2 pot:1", "sites": SITES}
    for most, wanted in ((2, {}), (3, {"near": 4, "mid": 4, "far": 3})):
        rules = rule(
            f"max_shipments: 3, max_sites_per_line: {most}, min_part_value: 3",
            ", on_partial: cancel, otherwise: cancel",
        )
        assert sent(counter.play(rules, "A 05T10:00 tea:10,pot", **play)) == wanted


def test_what_costs_nothing_is_moved_nowhere(counter: Any) -> None:
    """A gift is shared beside the tea of which far sends too little; tea alone is moved."""
    answers = counter.play(
        rule("max_shipments: 2, max_sites_per_line: 2, min_part_value: 6"),
        "A 05T10:00 gift:3,tea:9",
        items=goods(gift=0, tea=2),
        stock="near gift:2 tea:8; far gift:2 tea:4",
        sites=SITES,
    )
    assert sent(answers) == {"near": 2 + 6, "far": 1 + 3}


def test_lines_behind_one_that_nobody_has_are_shared_as_if_it_were_not_there(counter: Any) -> None:
    """Near and mid are preferred to far, which has most of the tea."""
    answers = counter.play(
        rule(
            "max_shipments: 2, max_sites_per_line: 2",
            ", rank: {by: [distance_km]}, on_partial: {assign: cancel}",
        ),
        "A 05T10:00 pot,tea:10",
        items=goods(pot=1, tea=1),
        stock="near tea:5; mid tea:5; far tea:9",
        sites=SITES,
    )
    assert sent(answers) == {"near": 5, "mid": 5}


def test_what_parcels_take_leaves_where_they_do_not_take_all(counter: Any) -> None:
    """Far's parcel would be too heavy. Of those that are not, two may share the line."""
    counter.stage.write("rates.csv", "zone,up_to_kg,price\n1,3,1\n")
    for stock, most, wanted in (
        ("near tea:3; far tea:6", 2, {"near": 3}),
        ("near tea:3; mid tea:3; far tea:9; last tea:3", 2, {"near": 3, "mid": 3}),
        ("near tea:3; mid tea:3; far tea:9; last tea:3", 3, {"near": 3, "mid": 3, "last": 3}),
    ):
        answers = counter.play(
            rule(f"max_shipments: 4, max_sites_per_line: {most}", ", on_partial: {assign_units: cancel}"),
            "A 05T10:00 tea:20",
            items=goods(tea=1),
            services="{id: parcel, rates: {file: rates.csv}}",
            stock=stock,
            sites=SITES,
        )
        assert sent(answers) == wanted
