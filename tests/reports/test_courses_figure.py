"""The picture of a warm-up."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from reports.course import Course
from reports.figures.courses import draw_courses, moving_average
from reports.figures.style import POLICIES
from reports.warmups.rhythm import Rhythm
from reports.warmups.warmup import ENOUGH, UNKNOWN, WarmUp


def test_welch_s_window_is_centred_and_shrinks_at_the_beginning() -> None:
    values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    # Welch 1983: Y_1, then the mean of Y_1 to Y_3, then of five values each; none where five would pass the end.
    assert moving_average(values, 5) == pytest.approx([1, 7 / 3, 31 / 5, 62 / 5])


@pytest.mark.parametrize("length", [6, 7])
def test_what_repeats_is_gone_from_the_average(length: int) -> None:
    values = np.tile(np.arange(length, dtype=float), 6)
    assert moving_average(values, length)[length:] == pytest.approx(np.mean(range(length)))


def test_a_series_shorter_than_the_window_is_averaged_as_far_as_it_goes() -> None:
    assert moving_average([1.0, 2.0, 6.0, 9.0], 5).tolist() == [1.0, 3.0]
    assert moving_average([1.0, 2.0], 9).tolist() == []


def drawn(path: Path, policies: int, known: Rhythm, said: WarmUp, warm_up_days: float) -> str:
    """Return the words of a picture."""
    course = Course(2, np.add.outer(np.arange(3.0), np.sin(np.arange(120))))
    names = [f"p{number}" for number in range(policies)]
    found = {name: {"backlog": course, "on_hand": course} for name in names}
    draw_courses(path, found, {name: dict.fromkeys(found[name], said) for name in names}, known, warm_up_days)
    return " ".join(" ".join(ET.fromstring(path.read_text()).itertext()).split())


def test_the_legend_names_what_is_drawn_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "one.svg"
    weekly = Rhythm(168, 144, "a surge of demand", "", is_replenished=True)
    words = drawn(path, 2, weekly, WarmUp(ENOUGH, "", 2.0), 1.0)
    for shown in (
        "p0: shipments in the building",
        "p1: units on hand",
        "mean over replications",
        "moving average over 7 days",
        "cut by MSER-5",
        "warm_up_days: 1",
        "a surge of demand",
    ):
        assert shown in words
    words = drawn(path, 1, Rhythm(1, 240, "", "", is_replenished=True), WarmUp(UNKNOWN, "why"), 0.0)
    for absent in ("p0", "MSER-5", "warm_up_days", "surge"):
        assert absent not in words
    assert "moving average over 1 day" in words


def test_the_legend_has_the_moving_average_in_the_colours_of_the_policies(tmp_path: Path) -> None:
    path = tmp_path / "one.svg"
    for policies in (1, 2, 8):
        drawn(path, policies, Rhythm(24, 240, "", "", is_replenished=True), WarmUp(ENOUGH, "", 2.0), 1.0)
        legend = path.read_text().split('id="legend_1"')[1]
        shown = [colour.light for colour in POLICIES if f"stroke: {colour.light}" in legend]
        assert shown == [colour.light for colour in POLICIES[:policies]]


def test_the_same_courses_give_the_same_bytes(tmp_path: Path) -> None:
    daily = Rhythm(24, 240, "", "", is_replenished=True)
    for suffix in ("svg", "png"):
        for name in ("a", "b"):
            drawn_as = tmp_path / f"{name}.{suffix}"
            course = Course(2, np.sin(np.arange(240.0)).reshape(2, 120))
            draw_courses(
                drawn_as, {"p": {"backlog": course}}, {"p": {"backlog": WarmUp(ENOUGH, "", 1.0)}}, daily, 1.0
            )
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
