"""`orderlab warmup`, and what a run says of a warm-up that is too short."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

# A load of 0.95 and an empty beginning; the run is as long as the relaxation time of the queue.
BUSY = """\
name: a busy queue
start: 2026-01-05T00:00
days: 3.25
drain_days: 5
seed: 7
items: [{id: thing}]
regions: [{id: here}]
demand: {orders_per_day: 456}
warehouses: [{id: shop, stations: 1, work_minutes: {exponential: {mean: 3}}}]
carriers: [{id: post, services: [{id: parcel}]}]
"""

# Shelves open with 900 units of what is ordered up to 150; 100 leave a day.
FULL = """\
name: full shelves
start: 2026-01-05T00:00
warm_up_days: 0
days: 20
drain_days: 3
items: [{id: tin, volume_l: 1}]
regions: [{id: here}]
demand: {orders_per_day: 100, hourly: [HOURS], weekly: [1, 1, 1, 1, 1.5, 2, 0.2]}
warehouses: [{id: shop, stations: 4, work_minutes: 5, hours: {mon-sun: "06:00-22:00"}}]
stock:
  opening: {units: 900}
  replenish: [{items: all, warehouses: all, from: farm, review: {every_days: 1, order_up_to: {units: 300}}}]
suppliers: [{id: farm, lead_days: 1}]
carriers: [{id: post, services: [{id: parcel}]}]
""".replace("HOURS", ", ".join(["0.2"] * 7 + ["1"] * 17))


PLAY = ("full.yaml", "-n", "3", "--jobs", "1")


def test_a_run_warns_of_a_queue_that_begins_empty(desk: Any) -> None:
    desk.write("busy.yaml", BUSY)
    outcome = desk.orderlab("run", "busy.yaml", "-n", "12", "--out", "result")
    assert outcome.code == 0
    (warning,) = outcome.errors.splitlines()
    assert warning.startswith("warning: nearest: a warm-up of 0 days looks too short")
    assert "shipments in the building" in warning
    summary = json.loads((desk.folder / "result" / "summary.json").read_text())
    assert summary["warm_up"]["nearest"]["backlog"]["verdict"] in ("too short", "unsettled")
    assert f"warning: {summary['warnings'][0]}" == warning
    page = (desk.folder / "result" / "report.html").read_text()
    assert "a warm-up of 0 days looks too short" in page


def test_what_the_command_says_to_write_ends_the_warning(desk: Any) -> None:
    desk.write("full.yaml", FULL)
    found = desk.orderlab("warmup", *PLAY)
    assert found.code == 0, found.errors
    last, picture = found.output.splitlines()[-2:]
    days = re.fullmatch(r"write warm_up_days: (\d+)", last)
    assert days is not None, found.output
    assert 5 <= int(days[1]) <= 11
    assert picture == "picture: warmup-full.svg"
    longer = ("--set", f"warm_up_days={days[1]}")
    assert desk.orderlab("run", *PLAY, *longer).errors == ""


def test_the_picture_is_one_file_of_the_kind_that_is_asked_for(desk: Any, small: str) -> None:
    desk.write("small.yaml", small.replace("days: 1\n", "days: 4\n"))
    command = ("warmup", "small.yaml", "-n", "2", "--set", "demand.orders_per_day=10", "--jobs")
    assert desk.orderlab(*command, "2", "--out", "pictures").code == 0
    svg = desk.folder / "pictures" / "warmup-small.svg"
    words = "".join(ET.fromstring(svg.read_text()).itertext())
    assert "shipments in the building" in words
    assert "days since the start" in words
    assert desk.orderlab(*command, "1", "-p", "nearest", "-p", "cheapest", "--out", "both.png").code == 0
    assert (desk.folder / "both.png").read_bytes().startswith(b"\x89PNG")
    assert desk.names() == {"small.yaml", "pictures", "both.png"}


def test_a_scenario_that_never_settles_is_said_to(desk: Any, small: str) -> None:
    desk.write("small.yaml", f"{small}stock: {{opening: {{units: 90}}}}\n".replace("days: 1\n", "days: 4\n"))
    found = desk.orderlab("warmup", "small.yaml", "-n", "1", "--set", "demand.orders_per_day=10")
    assert "units on hand: stock that is not replenished runs down, and nothing settles" in found.output
    assert "nothing can be said of a warm-up" in found.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--out", "warm.pdf"), "--out: value 'warm.pdf': must end in .svg or .png, or be a folder"),
        (("-p", "neerest"), "did you mean 'nearest'?"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_played(
    desk: Any, small: str, arguments: tuple[str, ...], words: str
) -> None:
    desk.write("small.yaml", small)
    assert words in "\n".join(desk.orderlab("warmup", "small.yaml", *arguments).refuses())
    assert desk.names() == {"small.yaml"}
