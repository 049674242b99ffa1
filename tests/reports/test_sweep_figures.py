"""Pictures of a sweep: responses, swings and heat maps, by what is drawn and what is read out."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from reports import Result, sweep_table
from reports.figures import Picture
from reports.figures.heatmap import heatmap
from reports.figures.response import Curve, response
from reports.figures.style import INK, POLICIES
from reports.figures.tornado import tornado_bars
from reports.gallery import Group
from reports.sweeps.gallery import sweep_gallery
from reports.sweeps.table import rows_of
from tests.reports.test_sweep import Write, grid, swept

COST = "cost_per_order"
NOISE = [0.0, 1.0, -1.0, 0.5]


def point(
    name: str, mean: float | None, difference: float | None, verdict: str = "", of: str = "mine"
) -> Any:
    """Return a row of the table of a sweep; means are known to 0.3, differences to 0.1."""
    reach = None if difference is None else 0.1
    return {
        "policy": name, "of": of, "kpi": COST, "unit": "USD/order", "mean": mean, "half_width": 0.3,
        "difference": difference, "low": difference and difference - 0.1, "high": reach and (difference or 0.0) + 0.1,
        "verdict": verdict,
    }  # fmt: skip


def texts(picture: Picture) -> list[str]:
    """Return what is written in a picture, from left to right by the order of drawing."""
    return [
        "".join(each.itertext()) for each in ET.fromstring(picture.svg).iter() if each.tag.endswith("text")
    ]


def described(picture: Picture) -> str:
    """Return what is read out in a picture's place."""
    (told,) = (each.text for each in ET.fromstring(picture.svg).iter() if each.tag.endswith("desc"))
    assert told is not None
    return told


def curve(values: list[str], policy: str = "mine", place: int = 0) -> Curve:
    """Return a response that rises by one from value to value; the first is unchanged."""
    names = [policy, *(f"{policy}-{value}" for value in values[1:])]
    rows = [point(name, 10.0 + n, float(n), "worse" if n else "", policy) for n, name in enumerate(names)]
    return Curve(policy, place, dict(zip(values, rows, strict=True)))


def drawn(result: Result) -> list[Group]:
    """Return all pictures of a sweep of one policy."""
    return sweep_gallery(result, rows_of(sweep_table(result)), ["mine"])


def test_a_response_names_its_units_values_and_policies() -> None:
    picture = response(
        "r", COST, "warehouses.shop.stations", [curve(["1", "2"]), curve(["1", "2"], "other", 1)]
    )
    written = texts(picture)
    assert {
        "cost (USD/order)",
        "minus unchanged",
        "(USD/order)",
        "warehouses.shop.stations",
        "1",
        "2",
    } <= set(written)
    assert {"mine", "other"} <= set(written)
    assert described(picture) == (
        "mine: 10.00 ± 0.30 at 1, 11.00 ± 0.30 at 2 USD/order; other: 10.00 ± 0.30 at 1, 11.00 ± 0.30 at 2 USD/order"
    )
    for colour in POLICIES[:2]:
        assert colour.variable in picture.svg
    assert POLICIES[2].variable not in picture.svg
    assert "on the same orders" in picture.caption


def test_one_policy_needs_no_name_in_its_own_picture() -> None:
    assert "mine" not in texts(response("r", COST, "limit", [curve(["1", "2"])]))


def test_where_orders_differ_the_caption_does_not_call_them_the_same() -> None:
    picture = response("r", COST, "days", [curve(["1", "2"])], same_orders=False)
    assert "same orders" not in picture.caption


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (["2", "10", "1"], ["1", "2", "10"]),  # numbers stand as numbers
        (["2", "20", "200", "2000"], ["2", "20", "200", "2000"]),  # on a logarithmic scale all have room
        (["0", "1", "1.1", "100"], ["0", "100"]),  # no labels over each other
        (["nearest", "a<b>$1$"], ["nearest", "a<b>$1$"]),
        (["a" * 20 + "b" * 20, "y"], ["a" * 14 + "…" + "b" * 7, "y"]),
    ],
)
def test_values_are_written_below_the_axis_where_they_have_room(
    values: list[str], written: list[str]
) -> None:
    ticks = [text for text in texts(response("r", COST, "key", [curve(values)])) if text in written]
    assert ticks == written
    assert "mathdefault" not in response("r", COST, "key", [curve(values)]).svg


def test_a_key_that_stands_nowhere_has_a_dotted_line_in_place_of_a_point() -> None:
    absent = Curve("mine", 0, {"": point("mine", 10.0, 0.0), "5": point("mine-5", 11.0, 1.0, "worse")})
    picture = response("r", COST, "limit", [absent])
    assert "Dotted: unchanged, where the key stands nowhere." in picture.caption
    assert "in a ring" not in picture.caption
    assert "10.00 ± 0.30 at unchanged, 11.00 ± 0.30 at 5" in described(picture)


def test_what_is_defined_nowhere_has_no_picture_and_says_why() -> None:
    nothing = Curve("mine", 0, {"1": point("mine", None, None), "2": point("mine-2", None, None)})
    assert response("r", COST, "limit", [nothing]) == Picture(
        "r", "Cost over limit", "", "It is defined at no point."
    )
    cells = {("1", "a"): point("mine", None, None)}
    assert heatmap("h", COST, ("a", "b"), (["1"], ["a"]), cells, "").svg == ""


def test_names_of_many_policies_keep_apart() -> None:
    curves = [curve(["1", "2"], f"policy number {place}", place) for place in range(8)]
    picture = response("r", COST, "limit", curves)
    heights = []
    for each in ET.fromstring(picture.svg).iter():
        if each.tag.endswith("text") and "".join(each.itertext()).startswith("policy number"):
            at = re.search(r"translate\([-\d.]+ ([-\d.]+)\)", each.get("transform", ""))
            heights.append(float(at[1]) if at else float(each.get("y", "nan")))
    assert len(heights) == 8
    gaps = [below - above for above, below in zip(sorted(heights), sorted(heights)[1:], strict=False)]
    assert min(gaps) >= 12.0


def swing(key: str, lowest: float, swing: float, reach: float | None = 0.2) -> dict[str, Any]:
    """Return a row of a tornado table, from value "low" to value "high"."""
    return {
        "policy": "mine", "key": key, "short": key, "kpi": COST, "unit": "USD/order", "lowest_at": "low",
        "lowest": lowest, "highest_at": "high", "highest": lowest + swing, "swing": swing,
        "low": None if reach is None else swing - reach, "high": None if reach is None else swing + reach,
    }  # fmt: skip


def test_a_tornado_writes_each_swing_with_its_interval_the_largest_first() -> None:
    picture = tornado_bars(
        "t", "mine", 1, [swing("a", 9.0, 2.0), swing("b", 10.0, 0.5)], 10.0, "the others unchanged"
    )
    bars = [text for text in texts(picture) if text[:2] in ("a:", "b:")]
    assert bars == ["a: 2.00 [1.80, 2.20] USD/order", "b: 0.50 [0.30, 0.70] USD/order"]
    assert "cost (USD/order)" in texts(picture)
    assert POLICIES[1].variable in picture.svg
    assert "the others unchanged" in picture.caption
    assert "Dashed: the unchanged point." in picture.caption


def test_a_tornado_says_what_it_does_not_draw() -> None:
    rows = [swing(f"k{number}", 10.0, 20.0 - number) for number in range(14)] + [swing("still", 10.0, 0.0)]
    picture = tornado_bars("t", "mine", 0, rows, None, "averaged over the others")
    assert "No swing over still." in picture.caption
    assert "Not shown: 2 keys over which it swings less." in picture.caption
    assert "Dashed" not in picture.caption


def test_a_key_without_room_loses_its_beginning_and_no_number() -> None:
    long = swing("warehouses.a_very_long_name.stations_of_the_night_and_day", 9.0, 2.0)
    (bar,) = [
        text
        for text in texts(tornado_bars("t", "mine", 0, [long], None, ""))
        if "USD/order" in text and ":" in text
    ]
    assert len(bar) == 56
    assert bar.startswith("…")
    assert bar.endswith("_of_the_night_and_day: 2.00 [1.80, 2.20] USD/order")


def test_one_replication_draws_swings_without_intervals() -> None:
    picture = tornado_bars("t", "mine", 0, [swing("a", 9.0, 2.0, None)], 10.0, "the others unchanged")
    assert "a: 2.000 USD/order" in texts(picture)
    assert "interval" not in picture.caption


def test_a_heat_map_is_blue_where_it_is_better_and_orange_where_it_is_worse() -> None:
    def cell(difference: float) -> str:
        cells = {
            ("1", "x"): point("mine", 10.0, 0.0),
            ("2", "x"): point("mine-2", 10.0 + difference, difference),
        }
        return heatmap("h", COST, ("a", "b"), (["1", "2"], ["x"]), cells, "").svg

    better, worse, same = cell(-1.0), cell(1.0), cell(0.0)
    blue, orange = POLICIES[0].variable, POLICIES[1].variable
    assert (blue in better, orange in better) == (True, False)
    assert (blue in worse, orange in worse) == (False, True)
    assert (blue in same, orange in same) == (False, False)
    # A margin is better where it is higher.
    cells = {("1", "x"): point("m", 1.0, 0.0, of="m"), ("2", "x"): point("m-2", 2.0, 1.0, of="m")}
    assert blue in heatmap("h", "margin_per_order", ("a", "b"), (["1", "2"], ["x"]), cells, "").svg


def test_a_heat_map_writes_means_and_marks_what_is_sure() -> None:
    cells = {("1", "x"): point("mine", 10.0, 0.0), ("2", "x"): point("mine-2", 12.0, 2.0, "worse")}
    picture = heatmap("h", COST, ("a", "b"), (["1", "2"], ["x"]), cells, "at c 3, where it looks best")
    assert {"10.00", "12.00", "a", "b", "1", "2", "x"} <= set(texts(picture))
    assert picture.svg.count("bold") + picture.svg.count("700") == 1
    assert "deepest at a difference of 2.00 USD/order" in picture.caption
    assert "Means (USD/order), at c 3, where it looks best." in picture.caption
    assert "Framed: the unchanged point." in picture.caption


def test_a_large_heat_map_has_dots_for_numbers_and_its_longer_key_upright() -> None:
    across, down = [str(n) for n in range(15)], [str(n) for n in range(10)]
    cells = {
        (a, b): point(f"mine-{a}-{b}", 10.0 + int(a), float(a), "worse") for a in across for b in down
    }  # fmt: skip
    picture = heatmap("h", COST, ("first", "second"), (across, down), cells, "")
    assert "10.00" not in texts(picture)
    assert "Dotted: the verdict is better or worse" in picture.caption
    box = [float(number) for number in ET.fromstring(picture.svg).get("viewBox", "").split()]
    assert box[3] > box[2]  # fifteen values stand below each other


def test_every_sweep_has_the_pictures_that_fit_it(write: Write) -> None:
    def names(result: Any) -> list[str]:
        return [picture.name for group in drawn(result) for picture in group.pictures]

    one = {"mine": ({"a": "1"}, [10.0, 11.0]), "mine-2": ({"a": "2"}, [12.0, 13.5])}
    assert names(swept(write, {"a": ["2"]}, one)) == ["response-cost-per-order"]  # type: ignore[arg-type]
    still = {"mine": ({"a": "1"}, [10.0, 11.0]), "mine-2": ({"a": "2"}, [10.0, 11.0])}
    assert names(swept(write, {"a": ["2"]}, still)) == []  # type: ignore[arg-type]
    both = ["sweep-1-tornado-cost-per-order", "sweep-1-heatmap-cost-per-order"]
    assert names(grid(write, NOISE)) == both
    alone = {
        "mine": ({"a": "1", "b": "1"}, [10.0, 11.0]),
        "mine-a2": ({"a": "2", "b": "1"}, [10.5, 11.0]),
        "mine-b2": ({"a": "1", "b": "2"}, [12.0, 13.5]),
    }
    three = names(swept(write, {"a": ["2"], "b": ["2"]}, alone, one_at_a_time=True))  # type: ignore[arg-type]
    assert three == [
        "response-cost-per-order-2",
        "response-cost-per-order-1",
        both[0],
    ]  # the larger swing first


def test_of_three_keys_the_two_that_swing_most_are_mapped_through_the_best_point(write: Write) -> None:
    points = _cube()
    ((_, _, (_, picture)),) = drawn(swept(write, {key: ["1", "2"] for key in "abc"}, points))
    assert "at c 2, where it looks best" in picture.caption
    assert {"10.47", "14.47", "12.47", "16.47"} <= set(texts(picture))
    assert not any(
        math.isclose(float(text), 10.97) for text in texts(picture) if re.fullmatch(r"\d+\.\d+", text)
    )
    assert INK.variable in picture.svg


def test_a_map_goes_through_the_grid_also_where_the_unchanged_point_is_better_and_beside_it(
    write: Write,
) -> None:
    usual = {"mine": (dict.fromkeys("abc", "9"), [5.0, 5.5, 5.2])}
    others = {f"{name}-grid": point for name, point in _cube().items()}
    keys = {key: ["1", "2"] for key in "abc"}
    ((_, _, (_, picture)),) = drawn(swept(write, keys, usual | others))  # type: ignore[arg-type]
    assert "at c 2, where it looks best" in picture.caption
    assert {"10.47", "14.47", "12.47", "16.47"} <= set(texts(picture))


def _cube() -> dict[str, tuple[dict[str, str | None], list[float]]]:
    """Return a grid of three keys: a costs most, then b; c saves a little."""
    costs = {
        (a, b, c): 10.0 + 4.0 * (a == "2") + 2.0 * (b == "2") + 0.5 * (c == "1")
        for a in "12" for b in "12" for c in "12"
    }  # fmt: skip
    return {
        "mine" if place == ("1", "1", "1") else f"mine-{''.join(place)}": (
            dict(zip("abc", place, strict=True)),
            [cost, cost + 1.0, cost + 0.4],
        )
        for place, cost in costs.items()
    }
