"""Pictures: what they promise to every eye and every page."""

import itertools
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from reports.figures import cost_parts, lead_times, tradeoff, whisker
from reports.figures.inline_svg import inline_svg
from reports.figures.labels import shortened
from reports.figures.maps import map_of
from reports.figures.style import (
    COLOURS,
    GAIN,
    INK,
    LOSS,
    MUTED,
    PAPER,
    POLICIES,
    canvas,
    colour_of,
    house_style,
    shape_of,
)
from reports.figures.tradeoff import frontier

DAY, HOUR = 86_400, 3_600
NEAR = {
    "cost_per_order": [9.0, 9.5, 9.2],
    "freight_per_order": [8.0, 8.4, 8.2],
    "handling_per_order": [1.0, 1.1, 1.0],
    "lead_time_mean_h": [60.0, 62.0, 61.0],
}
CHEAP = {**NEAR, "cost_per_order": [8.0, 8.4, 8.2], "lead_time_mean_h": [70.0, 72.0, 71.0]}

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039],
    ],
}  # fmt: skip


def linear(colour):
    values = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    dark, light = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out_from_the_paper(theme):
    paper = getattr(PAPER, theme)
    assert all(contrast(getattr(colour, theme), paper) >= 3.0 for colour in (*POLICIES, GAIN, LOSS))
    assert all(contrast(getattr(colour, theme), paper) >= 4.5 for colour in (INK, MUTED))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("vision", VISIONS)
def test_policies_are_told_apart_with_every_vision(theme, vision):
    seen = [lab(np.array(VISIONS[vision]) @ linear(getattr(colour, theme))) for colour in POLICIES]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 18


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("vision", VISIONS)
def test_gains_and_losses_are_told_apart_with_every_vision(theme, vision):
    gain, loss = (lab(np.array(VISIONS[vision]) @ linear(getattr(colour, theme))) for colour in (GAIN, LOSS))
    assert np.linalg.norm(gain - loss) >= 40


def test_colours_are_distinct_texts_because_they_are_replaced_by_variables():
    assert (
        len({colour.light for colour in COLOURS})
        == len({colour.variable for colour in COLOURS})
        == len(COLOURS)
    )


def test_a_ninth_policy_shares_a_colour_but_not_the_shape():
    assert colour_of(8) == colour_of(0)
    assert shape_of(8) != shape_of(0)


def svg_of(name="picture", text="label"):
    with house_style():
        figure = canvas(2.0)
        axes = figure.add_subplot()
        axes.plot([0, 1], [2, 3], color=POLICIES[0].light, marker="o")
        axes.set_xlabel(text)
        return inline_svg(figure, name, "A title", "A description")


def test_an_svg_is_told_in_words():
    root = ET.fromstring(svg_of())
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    title, description = root.find(f"{space}title"), root.find(f"{space}desc")
    assert (title.text, description.text) == ("A title", "A description")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_an_svg_takes_its_colours_and_type_from_the_page():
    svg = svg_of()
    assert f"var(--policy-1, {POLICIES[0].light})" in svg
    assert "<style" not in svg
    assert "font-family" not in svg
    assert "<metadata" not in svg
    left = re.sub(r"var\([^)]*\)", "", svg)
    assert re.findall(r"#[0-9a-f]{6}\b", left) == []


def test_ids_of_two_pictures_never_meet_and_every_reference_is_answered():
    one, other = svg_of("one"), svg_of("other")
    ids = [re.findall(r'\bid="([^"]+)"', svg) for svg in (one, other)]
    assert not set(ids[0]) & set(ids[1])
    for svg, known in zip((one, other), ids, strict=True):
        assert len(known) == len(set(known))
        assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg)) <= {
            pair for name in known for pair in ((name, ""), ("", name))
        }


def test_pictures_are_the_same_bytes_each_time_whatever_the_users_settings(monkeypatch):
    first = svg_of()
    monkeypatch.setitem(mpl.rcParams, "font.size", 30.0)
    monkeypatch.setitem(mpl.rcParams, "svg.fonttype", "path")
    assert svg_of() == first


def test_names_are_text_and_neither_markup_nor_formulas():
    svg = svg_of(text="<script>alert(1)</script> $x^2$ 仓库")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; $x^2$ 仓库" in svg


def test_the_frontier_holds_what_nothing_beats_in_both():
    points = [(60.0, 9.2), (70.0, 8.0), (65.0, 9.5), (80.0, 8.0), (60.0, 9.0)]
    assert frontier(points) == [(60.0, 9.0), (70.0, 8.0)]


def test_tradeoff_names_every_policy_and_its_units(write):
    picture = tradeoff(write({"near": NEAR, "cheap": CHEAP}).summary)
    for text in (
        ">near<",
        ">cheap<",
        "mean lead time (h)",
        "cost (USD an order)",
        "near: 9.23 ± 0.63 USD an order",
    ):
        assert text in picture.svg
    assert "95 % intervals" in picture.caption


def test_without_deliveries_the_tradeoff_says_so(write):
    picture = tradeoff(write({"near": {"lead_time_mean_h": [float("nan")]}}).summary)
    assert picture.svg == ""
    assert "No order was delivered" in picture.caption


def test_a_policy_that_delivered_nothing_is_not_passed_over(write, new_story):
    picture = tradeoff(
        write({"near": NEAR, "none": {**NEAR, "lead_time_mean_h": [float("nan")] * 3}}).summary
    )
    assert ">none<" not in picture.svg
    assert "No order was delivered with none." in picture.caption
    some, none = (
        new_story().order(1, delivered_at=DAY + HOUR),
        new_story().order(1, state="open", delivered_at=-1),
    )
    picture = lead_times({"near": some.close(), "none": none.close()}, ["near", "none"])
    assert "none: no order was delivered" in picture.svg
    assert ">no order was delivered<" in picture.svg


def test_cost_parts_name_large_ones_and_join_small_ones(write):
    values = {**NEAR, "storage_per_order": [0.01] * 3, "late_per_order": [0.02] * 3}
    picture = cost_parts(write({"near": values, "cheap": CHEAP}).summary)
    assert all(f">{part}<" in picture.svg for part in ("freight", "handling", "other"))
    assert "storage" not in picture.svg
    assert "near: freight 8.20, handling 1.03, other 0.03 USD an order" in picture.svg


def test_a_small_part_of_the_cost_that_is_alone_keeps_its_name(write):
    picture = cost_parts(write({"near": {**NEAR, "late_per_order": [0.02] * 3}}).summary)
    assert ">lateness penalties<" in picture.svg
    assert ">other<" not in picture.svg


def test_a_part_that_the_first_policy_does_not_have_is_named_too(write):
    picture = cost_parts(write({"near": NEAR, "cheap": {**CHEAP, "late_per_order": [0.9, 1.0, 1.1]}}).summary)
    words = re.findall(r">([^<>]+)</text>", picture.svg)
    # Its name stands with the second policy, whose bar is the first to show it.
    assert (
        words.index("near")
        < words.index("freight")
        < words.index("cheap")
        < words.index("lateness penalties")
    )


def test_a_world_without_costs_has_no_picture_of_them(write):
    summary = write({"near": {"lead_time_mean_h": [1.0]}, "far": {"lead_time_mean_h": [2.0]}}).summary
    for picture in (cost_parts(summary), tradeoff(summary)):
        assert picture.svg == ""
        assert "No policy has any cost" in picture.caption


def test_a_policy_alone_trades_nothing(write):
    picture = tradeoff(write({"near": NEAR}).summary)
    assert picture.svg == ""
    assert "One policy alone" in picture.caption


def test_long_names_are_cut_in_the_middle_and_stay_apart():
    assert shortened("nearest", 7) == "nearest"
    assert shortened("cheapest_2026_v1", 10) == "cheape…_v1"
    for letters in range(4, 20):
        assert len(shortened("a" * 20, letters)) == letters


def test_long_names_leave_room_for_the_picture(write):
    names = [f"{'a_policy_of_' * 6}{place}" for place in range(8)]
    for picture in (draw(write(dict.fromkeys(names, NEAR)).summary) for draw in (tradeoff, cost_parts)):
        words = [word for word in re.findall(r">([^<>]+)</text>", picture.svg) if word.startswith("a_pol")]
        assert len(set(words)) == 8
        assert max(map(len, words)) <= 50
        assert all(name in picture.svg for name in names)  # in full where it is read out


@pytest.mark.parametrize(("unit", "scale"), [("h", HOUR), ("min", 60)])
def test_lead_times_choose_their_unit(new_story, unit, scale):
    journals = {}
    for policy, factor in (("near", 1), ("cheap", 2)):
        story = new_story()
        for number in range(200):
            story.order(number, placed_at=DAY, delivered_at=DAY + factor * (number % 50) * scale)
        journals[policy] = story.close()
    picture = lead_times(journals, ["near", "cheap"])
    assert f"lead time ({unit})" in picture.svg
    # Of 0 to 49 the middle is 24 and 95 % lie at 47 or below; the other policy takes twice as long.
    assert f"near: half of the orders within 24 {unit}, 95 % within 47 {unit}" in picture.svg
    assert f"cheap: half of the orders within 48 {unit}, 95 % within 94 {unit}" in picture.svg
    for colour in (colour_of(0), colour_of(1)):
        assert colour.variable in picture.svg


def test_lead_times_without_journals_or_deliveries_say_why(new_story):
    assert "--journal" in lead_times({}, ["near"]).caption
    journal = new_story().order(0, state="open", delivered_at=-1).order(1, counted=False).close()
    picture = lead_times({"near": journal}, ["near"])
    assert picture.svg == ""
    assert "No order was delivered" in picture.caption


def test_maps_of_the_us_have_an_outline_and_others_show_degrees():
    us = map_of([(40.7, -74.0), (21.3, -157.8)], [(39.5, -119.8)])
    assert us.outline
    europe = map_of([(48.1, 11.6)], [(50.1, 8.7), (45.5, 9.2)])
    assert not europe.outline
    assert europe.sites.tolist() == [[8.7, 50.1], [9.2, 45.5]]
    assert europe.degrees_ratio == pytest.approx(1 / np.cos(np.radians((48.1 + 50.1 + 45.5) / 3)))


def test_the_projection_of_the_us_keeps_areas_and_its_centre():
    # A square of one degree has (π / 180)² R² (sin north − sin south) / radian; Albers keeps it.
    for lat, lon in ((30.0, -90.0), (45.0, -120.0)):
        corners = map_of(
            [(lat, lon), (lat, lon + 0.01), (lat + 0.01, lon + 0.01), (lat + 0.01, lon)], [(40, -96)]
        )
        x, y = corners.regions.T
        area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        truth = 6371.0**2 * np.radians(0.01) * (np.sin(np.radians(lat + 0.01)) - np.sin(np.radians(lat)))
        assert area == pytest.approx(truth, rel=1e-4)
    assert map_of([(37.5, -96.0)], [(40, -96)]).regions[0].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


def test_a_map_of_a_single_place_has_a_frame():
    left, right, bottom, top = map_of([(48.0, 11.0)], [(48.0, 11.0)]).frame
    assert right > left
    assert top > bottom


def whisker_row(difference, low, high):
    return {"difference": difference, "low": low, "high": high, "unit": "USD/order"}


def test_a_whisker_says_its_difference_and_lies_on_the_right_side_of_zero():
    svg = str(whisker(whisker_row(-0.4, -0.5, -0.3), (-0.5, 0.1), POLICIES[1]))
    assert 'aria-label="difference −0.40 USD/order, 95 % interval [−0.50, −0.30]"' in svg
    zero = float(re.search(r'class="zero" d="M([\d.]+)', svg)[1])
    dot = float(re.search(r'cx="([\d.]+)"', svg)[1])
    low, high = map(float, re.search(r'd="M([\d.]+) [\d.]+H([\d.]+)"', svg).groups())
    assert low < dot < high < zero
    assert "--policy-2" in svg


def test_a_whisker_without_interval_is_a_dot_and_without_difference_nothing():
    assert (
        "H"
        not in str(whisker(whisker_row(0.4, None, None), (0.0, 0.4), POLICIES[0]))
        .split("95 %")[0]
        .split("<g")[1]
    )
    assert str(whisker(whisker_row(None, None, None), (0.0, 0.0), POLICIES[0])) == ""
    assert "circle" in str(whisker(whisker_row(0.0, 0.0, 0.0), (0.0, 0.0), POLICIES[0]))
