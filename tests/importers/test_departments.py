"""How a grocer's goods are kept, and what their packages say they weigh."""

from __future__ import annotations

import pytest

from sim.scenario.departments import BY_MEASURE, CATEGORIES, DEPARTMENTS, handling, package_kg, unit_kg

OUNCE, POUND, GALLON = 0.028350, 0.453592, 3.785412


@pytest.mark.parametrize(
    ("size", "kg"),
    [
        ("16 OZ", 16 * OUNCE),
        (".29 OZ", 0.29 * OUNCE),
        ("8 1/2 OZ", 8.5 * OUNCE),
        ("GAL", GALLON),
        ("1/2 GAL", GALLON / 2),
        ("12 PK/12 OZ", 144 * OUNCE),
        ("12 OZ/12 PK", 144 * OUNCE),
        ("6/3.9 OZ", 23.4 * OUNCE),
        ("10.4 OZ/8 CT", 10.4 * OUNCE),
        ("L    16 OZ", 16 * OUNCE),
        ("(600) 4 LB", 4 * POUND),
        ("750 ML", 0.75),
        ("2 L", 2.0),
    ],
)
def test_a_package_size_is_read_as_a_weight(size: str, kg: float) -> None:
    assert package_kg(size) == pytest.approx(kg, rel=1e-6)


@pytest.mark.parametrize(
    "size", ["", "24 CT", "48-54 CT", "974246  PK", "57 SQ FT", "13 GAL", "50 LB", "0 OZ", "1/0 OZ"]
)
def test_a_count_an_area_and_a_misprint_are_not_weights(size: str) -> None:
    assert package_kg(size) is None


def test_loose_fruit_does_not_weigh_what_its_crate_does() -> None:
    assert unit_kg(handling("PRODUCE", "TROPICAL FRUIT"), "40 LB") == 0.6


def test_a_category_counts_where_a_department_mixes_temperatures() -> None:
    assert handling("GROCERY", "SOUP").tag == "ambient"
    assert handling("GROCERY", "FLUID MILK PRODUCTS").tag == "cold"
    assert handling("GROCERY", "FROZEN PIZZA").tag == "frozen"
    assert handling("PHOTO & VIDEO", "FROZEN PIZZA").tag == "ambient"


def test_an_unknown_department_is_general_merchandise() -> None:
    assert handling("PLANETARIUM", "").tag == "ambient"


def test_no_department_is_both_kept_and_dropped() -> None:
    assert not set(DEPARTMENTS) & set(BY_MEASURE)


@pytest.mark.parametrize(
    "kept", [*DEPARTMENTS.values(), *CATEGORIES.values()], ids=[*DEPARTMENTS, *map(str, CATEGORIES)]
)
def test_what_a_customer_asks_for_is_less_than_the_shelf_life(kept: object) -> None:
    assert kept.at_delivery_days < (kept.shelf_life_days or 10_000)  # type: ignore[attr-defined]
