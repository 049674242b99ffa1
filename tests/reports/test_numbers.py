"""How numbers are written."""

import pytest

from reports import numbers


@pytest.mark.parametrize(
    ("mean", "half_width", "unit", "expected"),
    [
        (9.8234, 0.0312, "USD/order", "9.823 ± 0.031"),
        (9.8234, 1.24, "USD/order", "9.82 ± 1.24"),  # money keeps its cents
        (9.8234, None, "USD/order", "9.823"),
        (9.8234, 0.0, "USD/order", "9.823 ± 0"),
        (62.04, 0.96, "h", "62.04 ± 0.96"),
        (62.04, 12.0, "h", "62 ± 12"),
        (0.029312, 0.0026, "share", "2.93 ± 0.26"),  # per cent
        (40_129.25, 210.0, "1", "40,129 ± 210"),
        (0.0, 0.0, "share", "0 ± 0"),
        (0.0, None, "share", "0"),
        (12.3456789, 1e-7, "h", "12.346 ± <0.001"),
        (None, None, "h", "–"),
        (-3.5, 0.25, "USD/order", "−3.50 ± 0.25"),
    ],
)
def test_a_mean_shows_the_digits_that_its_interval_supports(mean, half_width, unit, expected):
    assert numbers.estimate(mean, half_width, unit) == expected


def row(difference, low=None, high=None, unit="USD/order"):
    return {"difference": difference, "low": low, "high": high, "unit": unit}


@pytest.mark.parametrize(
    ("cells", "difference", "interval"),
    [
        (row(-0.4142, -0.4512, -0.3772), "−0.414", "[−0.451, −0.377]"),
        (row(1.1, 0.9, 1.3, "h"), "+1.10", "[0.90, 1.30]"),
        (row(0.0104, -0.002, 0.0228, "share"), "+1.0", "[−0.2, 2.3]"),  # percentage points
        (row(0.0, 0.0, 0.0, "share"), "0", "[0, 0]"),
        (row(-0.001, -0.1, 0.098, "h"), "−0.001", "[−0.100, 0.098]"),
        (row(0.25), "+0.2500", "–"),
        (row(None), "–", "–"),
    ],
)
def test_a_difference_has_its_sign_and_the_digits_of_its_interval(cells, difference, interval):
    assert numbers.difference(cells) == difference
    assert numbers.interval(cells) == interval


def test_zero_is_never_negative():
    assert numbers.fixed(-0.001, 2) == "0.00"
    assert numbers.fixed(-1234.5, 1) == "−1,234.5"


def test_units_are_those_that_people_read():
    assert numbers.unit_shown("share") == (100.0, "%")
    assert numbers.unit_of_difference("share") == "pp"
    assert numbers.unit_shown("1") == (1.0, "")
    assert numbers.unit_shown("USD/order") == (1.0, "USD/order")


@pytest.mark.parametrize(
    ("p", "text"), [(0.04999, "0.0500"), (9e-5, "<0.0001"), (1.0, "1.0000"), (None, "–")]
)
def test_probabilities_have_four_decimals(p, text):
    assert numbers.probability(p) == text


@pytest.mark.parametrize(
    ("factor", "text"), [(15.003, "15x"), (0.856, "0.86x"), (0.0, "0x"), (1234.0, "1,234x")]
)
def test_factors_have_two_digits(factor, text):
    assert numbers.times(factor) == text
