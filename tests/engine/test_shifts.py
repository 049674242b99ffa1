"""How many stations work when: shifts grow and shrink, and outages leave a part of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sim.policy import Allocation, Part, Request
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 5
items: [{{id: thing}}]
regions: [{{id: here}}]
segments: [{{id: standard, promise_days: 9}}]
demand: {{replay: orders.csv}}
warehouses: [{{id: shop, work_minutes: 60, {site}}}]
carriers: [{{id: post, services: [{{id: parcel}}]}}]
"""


def play(stage: Any, frame: Any, site: str, placed: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [f"{number},2026-01-05T{at},here,thing,1" for number, at in enumerate(placed)]
    table = "\n".join(["order,placed_at,region,item,units", *rows, ""])
    journal = stage.play(stage.scenario(WORLD.format(site=site), orders=table))
    shipments = frame(journal, "shipments").set_index("order").sort_index()
    return shipments, frame(journal, "warehouse_hours").set_index("hour")


def clock(times: pd.Series) -> list[str]:
    return [at.strftime("%a %H:%M") for at in times]


SHIFT = 'stations: 1, shifts: [{days: mon-fri, window: "10:00-12:00", stations: 3}]'


def test_a_larger_shift_starts_what_waits(stage: Any, frame: Any) -> None:
    shipments, _ = play(stage, frame, SHIFT, ["09:00", "09:10", "09:20", "09:30", "09:40"])
    # One station from nine; at ten it gets free, and two more come.
    assert clock(shipments["started_at"]) == ["Mon 09:00", "Mon 10:00", "Mon 10:00", "Mon 10:00", "Mon 11:00"]


def test_a_smaller_shift_lets_what_is_in_hand_end_and_starts_no_more(stage: Any, frame: Any) -> None:
    shipments, hours = play(stage, frame, SHIFT, ["11:10", "11:20", "11:40", "11:50", "11:55"])
    assert clock(shipments["started_at"]) == ["Mon 11:10", "Mon 11:20", "Mon 11:40", "Mon 12:40", "Mon 13:40"]
    assert clock(shipments["packed_at"])[:3] == ["Mon 12:10", "Mon 12:20", "Mon 12:40"]
    # Stations that take jobs are open; those that end their job are busy no less.
    assert hours.loc["2026-01-05T11:00", ["open_s", "busy_s"]].tolist() == [3 * 3600, (50 + 40 + 20) * 60]
    assert hours.loc["2026-01-05T12:00", ["open_s", "busy_s"]].tolist() == [3600, (10 + 20 + 60) * 60]


def test_shifts_hold_in_local_time_and_only_in_opening_hours(stage: Any, frame: Any) -> None:
    site = (
        'timezone: America/New_York, hours: {mon-sun: "08:00-17:00"}, stations: 2, '
        'shifts: [{window: "06:00-09:00", stations: 4}, {days: [tue], window: "16:00-20:00", stations: 1}]'
    )
    _, hours = play(stage, frame, site, ["23:00"] * 20)
    stations = hours["open_s"] // 3600
    # From 07:00 to 18:00 in New York; Monday has no evening shift.
    assert stations.loc["2026-01-05T12:00":"2026-01-05T22:00"].tolist() == [0, 4, 2, 2, 2, 2, 2, 2, 2, 2, 0]
    assert stations.loc["2026-01-06T12:00":"2026-01-06T21:00"].tolist() == [0, 4, 2, 2, 2, 2, 2, 2, 2, 1]


def test_a_night_shift_begins_on_the_day_before_the_start_and_crosses_midnight(
    stage: Any, frame: Any
) -> None:
    site = 'stations: 1, shifts: [{days: sun, window: "22:00-02:00", stations: 2}]'
    shipments, hours = play(stage, frame, site, ["01:10", "01:20", "01:30"])
    assert clock(shipments["started_at"]) == ["Mon 01:10", "Mon 01:20", "Mon 02:20"]
    assert hours["open_s"].iloc[:4].tolist() == [7200, 7200, 3600, 3600]


def test_a_site_without_stations_until_its_shift_works_in_it_and_says_when(stage: Any, frame: Any) -> None:
    site = 'stations: 0, shifts: [{days: [tue], window: "08:00-10:00", stations: 1}]'
    shipments, _ = play(stage, frame, site, ["12:00", "12:30", "13:00", "13:30"])
    assert clock(shipments["started_at"].dropna()) == ["Tue 08:00", "Tue 09:00"]
    assert shipments["state"].tolist() == ["delivered", "delivered", "queued", "queued"]


class Promises:
    """Notes what arrivals the network expects, and gives everything to the first warehouse."""

    def __init__(self) -> None:
        self.expected: list[int] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        parcel = network.parcel(order, order.open)
        self.expected.append(int(network.offer(0, parcel, order.promised_at, "fastest").arrives_at[0]))
        return Allocation((Part(0, ((0, 1),)),))


HOUR = 3600


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        # Nothing waits while one works; then the work before an order is shared by those that take it, when they do:
        # one hour by one station from 10:30, half an hour by two.
        (SHIFT, [10.5, 10.5, 11 + 1 / 6, 11.5]),
        ("stations: 0", [None] * 4),
        # Eight o'clock of Tuesday, one after the other; the third begins in the next week, though the run is over then.
        ('stations: 0, shifts: [{days: [tue], window: "08:00-10:00", stations: 1}]', [33, 34, 201, 202]),
    ],
)  # fmt: skip
def test_expected_arrivals_go_by_the_shifts_to_come(stage: Any, site: str, expected: list[Any]) -> None:
    placed = ["09:30", "09:30", "09:30", "09:30"]
    rows = [f"{number},2026-01-05T{at},here,thing,1" for number, at in enumerate(placed)]
    policy = Promises()
    stage.play(
        stage.scenario(
            WORLD.format(site=site), orders="\n".join(["order,placed_at,region,item,units", *rows, ""])
        ),
        policy,
    )
    assert [None if at > 365 * 24 * HOUR else at / HOUR for at in policy.expected] == pytest.approx(expected)
