"""Generated assortments."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from pydantic import ValidationError

from sim.scenario.generate import MOST_ITEMS, GenerateItems

TWO_KINDS = {
    "count": 3000,
    "categories": [
        {"id": "feathers", "share": 3, "weight_kg": 0.01, "price": 2},
        {
            "id": "fish",
            "share": 1,
            "handling": ["cold"],
            "shelf_life_days": 8,
            "min_life_at_delivery_days": 2,
        },
    ],
}


def rows(**parameters: object) -> list[dict[str, object]]:
    return GenerateItems.model_validate(parameters).rows()


def column(items: list[dict[str, object]], key: str) -> np.ndarray:
    return np.array([float(str(item[key])) for item in items])


def test_an_item_stays_the_same_when_there_are_more_of_them() -> None:
    assert rows(**{**TWO_KINDS, "count": 500}) == rows(**TWO_KINDS)[:500]


def test_another_seed_is_another_assortment_with_the_same_ids() -> None:
    one, two = rows(count=20, seed=1), rows(count=20, seed=2)
    assert [item["id"] for item in one] == [item["id"] for item in two]
    assert column(one, "weight_kg").tolist() != column(two, "weight_kg").tolist()


def test_a_known_assortment_stays_what_it_is() -> None:
    # Written down when the generator was made: results of shipped scenarios hang on it.
    assert rows(count=2)[1] == {
        "id": "item-00002",
        "weight_kg": 0.787,
        "volume_l": 2.623,
        "price": Decimal("6.14"),
        "cost": Decimal("3.38"),
        "popularity": 574.349,  # 1000 · 2^-0.8
    }


def test_weights_and_prices_have_the_means_that_were_asked_for() -> None:
    items = rows(
        count=20_000,
        weight_kg={"lognormal": {"mean": 2.0, "cv": 0.8}},
        price={"gamma": {"mean": 40.0, "cv": 0.5}},
    )
    # Four standard errors: 0.8 · 2 / √20,000 = 0.011 and 0.5 · 40 / √20,000 = 0.14.
    assert column(items, "weight_kg").mean() == pytest.approx(2.0, abs=0.045)
    assert column(items, "price").mean() == pytest.approx(40.0, abs=0.57)


def test_weights_are_whole_grams_and_prices_whole_cents() -> None:
    for item in rows(count=200, weight_kg=0.0001, price=0.001):
        assert (item["weight_kg"], item["price"]) == (0.001, Decimal("0.01"))
    for item in rows(count=200):
        price, cost = item["price"], item["cost"]
        assert isinstance(price, Decimal)
        assert isinstance(cost, Decimal)
        assert price == round(price, 2)
        assert cost == round(cost, 2)
        assert cost < price
        assert item["weight_kg"] == round(float(str(item["weight_kg"])), 3)


def test_volume_follows_from_weight_and_density() -> None:
    for item in rows(count=50, weight_kg=1.5, kg_per_l=0.5):
        assert item["volume_l"] == 3.0


@pytest.mark.parametrize(("skew", "ratio"), [(0, 1.0), (1, 100.0), (0.5, 10.0)])
def test_popularity_falls_with_the_rank_by_the_skew(skew: float, ratio: float) -> None:
    popularity = column(rows(count=100, popularity_skew=skew), "popularity")
    assert popularity[0] / popularity[99] == pytest.approx(ratio, rel=1e-5)


def test_the_least_popular_of_very_many_is_still_asked_for() -> None:
    assert column(rows(count=MOST_ITEMS, popularity_skew=3), "popularity").min() > 0


def test_categories_are_drawn_by_share_and_bring_their_own_values() -> None:
    items = rows(**TWO_KINDS)
    fish = [item for item in items if item["category"] == "fish"]
    # A quarter of 3,000, four standard deviations √(3,000 · ¼ · ¾) = 23.7 wide.
    assert len(fish) == pytest.approx(750, abs=95)
    for item in fish:
        assert item["handling"] == ["cold"]
        assert (item["shelf_life_days"], item["min_life_at_delivery_days"]) == (8.0, 2.0)
    for item in items:
        if item["category"] == "feathers":
            assert (item["weight_kg"], item["price"]) == (0.01, Decimal("2.00"))
            assert "handling" not in item
            assert "shelf_life_days" not in item


def test_what_a_category_leaves_out_is_as_for_all_items() -> None:
    (item,) = rows(count=1, price=10, cost_share=0.3, return_share=0.1, categories=[{"id": "any"}])
    assert (item["price"], item["cost"], item["return_share"]) == (Decimal("10.00"), Decimal("3.00"), 0.1)


def test_a_category_of_zero_cost_is_not_taken_for_an_absent_one() -> None:
    (item,) = rows(count=1, categories=[{"id": "gifts", "cost_share": 0}])
    assert item["cost"] == 0


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({}, "Field required"),
        ({"count": 0}, "at least 1"),
        ({"count": MOST_ITEMS + 1}, "at most 100,000"),
        ({"count": 2, "categories": [{"id": "a"}, {"id": "a"}]}, "used twice"),
        ({"count": 2, "categories": [{"id": "a", "share": 0}]}, "must not all be 0"),
        (
            {"count": 2, "categories": [{"id": "a", "shelf_life_days": 2, "min_life_at_delivery_days": 2}]},
            "less",
        ),
        ({"count": 2, "cost_share": 1.5}, "at most 1"),
        ({"count": 2, "colour": "red"}, "not permitted"),
    ],
)
def test_parameters_out_of_bounds_are_refused(parameters: dict[str, object], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        GenerateItems.model_validate(parameters)
