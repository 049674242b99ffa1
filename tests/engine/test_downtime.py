"""Downtimes: what they stop, what they leave, and what a policy may know of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import pytest

from sim.clock import HOUR, NEVER
from sim.downtime import KnownOutages, Outage
from sim.errors import PolicyError, ScenarioError
from sim.policy import Allocation, Part, Request, Wait
from sim.view.network import Network

WORLD = """\
start: 2026-01-05T00:00
days: 1
drain_days: 9
items: [{{id: thing}}]
regions: [{{id: here, at: [50, 8]}}]
segments: [{{id: standard, promise_days: 9}}]
demand: {{replay: orders.csv}}
warehouses:
  - {{id: near, at: [50, 8], work_minutes: 60, {site}}}
  - {{id: far, at: [53, 10], work_minutes: 60}}
carriers: [{{id: post, services: [{{id: parcel, transit_days: 1}}]}}]
"""
EVERY_HOUR = [f"{hour:02}:00" for hour in range(24)]


def world(stage: Any, site: str, placed: list[str]) -> Any:
    rows = [f"{number},2026-01-05T{at},here,thing,1" for number, at in enumerate(placed)]
    return stage.scenario(
        WORLD.format(site=site), orders="\n".join(["order,placed_at,region,item,units", *rows, ""])
    )


class Near:
    """Gives everything to the first warehouse, up or down."""

    def allocate(self, order: Request, network: Network) -> Allocation:
        return Allocation((Part(0, ((0, 1),)),))


class NearWhenUp(Near):
    def allocate(self, order: Request, network: Network) -> Allocation:
        return super().allocate(order, network) if network.up[0] else Allocation((), (Wait((0,)),))


def play(
    stage: Any, frame: Any, site: str, placed: list[str], policy: Any = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    journal = stage.play(world(stage, site, placed), policy or Near())
    hours = frame(journal, "warehouse_hours")
    shipments = frame(journal, "shipments").set_index("order").sort_index()
    return shipments, hours[hours["warehouse"] == "near"].set_index("hour")


def clock(times: pd.Series) -> list[str]:
    return [at.strftime("%H:%M") for at in times]


# -- what it stops, and what it leaves --------------------------------------------------------------------


def test_a_partial_downtime_leaves_stations_and_lets_the_work_in_hand_end(stage: Any, frame: Any) -> None:
    site = "stations: 3, downtime: [{begins: 2026-01-05T10:00, hours: 2, factor: 0.5}]"
    shipments, hours = play(stage, frame, site, ["09:10", "09:20", "09:30", "09:40", "09:50", "11:55"])
    # From ten on one station of three: the fourth waits for the third to end.
    assert clock(shipments["started_at"]) == ["09:10", "09:20", "09:30", "10:30", "11:30", "12:00"]
    assert clock(shipments["packed_at"]) == ["10:10", "10:20", "10:30", "11:30", "12:30", "13:00"]
    assert (hours["open_s"].loc["2026-01-05T09:00":"2026-01-05T12:00"] // HOUR).tolist() == [3, 1, 1, 3]
    assert hours["down_s"].sum() == 0


def test_a_factor_that_leaves_no_station_stops_starts_but_not_work(stage: Any, frame: Any) -> None:
    site = "downtime: [{begins: 2026-01-05T10:00, hours: 2, factor: 0.9}]"
    shipments, hours = play(stage, frame, site, ["09:30", "09:40"])
    assert clock(shipments["packed_at"]) == ["10:30", "13:00"]
    assert hours["down_s"].sum() == 0


def test_of_overlapping_downtimes_the_least_factor_holds(stage: Any, frame: Any) -> None:
    site = """stations: 4, downtime: [
      {begins: 2026-01-05T08:00, hours: 6, factor: 0.75},
      {begins: 2026-01-05T09:00, hours: 2, factor: 0.25},
      {begins: 2026-01-05T10:00, hours: 2}]"""
    _, hours = play(stage, frame, site, ["15:00"])
    begin, end = "2026-01-05T07:00", "2026-01-05T14:00"
    assert (hours["open_s"].loc[begin:end] // HOUR).tolist() == [4, 3, 1, 0, 0, 3, 3, 4]
    assert (hours["down_s"].loc[begin:end] // HOUR).tolist() == [0, 0, 0, 1, 1, 0, 0, 0]


def test_work_that_meets_a_downtime_goes_on_before_what_waits(stage: Any, frame: Any) -> None:
    site = "downtime: [{begins: 2026-01-05T10:00, hours: 2}]"
    shipments, hours = play(stage, frame, site, ["09:30", "09:40", "10:30"])
    assert clock(shipments["packed_at"]) == ["12:30", "13:30", "14:30"]
    assert hours.loc["2026-01-05T10:00", ["busy_s", "open_s", "down_s"]].tolist() == [0, 0, 3600]


def test_repairs_while_working_are_added_to_the_work_and_the_site_stays_up(stage: Any, frame: Any) -> None:
    # A failure after every 90 minutes of work, half an hour each. The first hour meets none. The second fails after
    # 30 minutes, which leaves 60 for the third: due in the very second of the next failure, it is complete.
    site = "downtime: [{every_hours: 1.5, hours: 0.5, while: working}]"
    shipments, hours = play(stage, frame, site, ["08:00", "09:00", "12:00", "14:00"])
    assert clock(shipments["packed_at"]) == ["09:00", "10:30", "13:00", "15:30"]
    assert hours["down_s"].sum() == 0
    assert hours["busy_s"].sum() == 5 * HOUR  # a station that is under repair has its job


def test_one_job_may_meet_several_failures(stage: Any, frame: Any) -> None:
    # After 25 minutes of work each: at 25 and 50; the ten minutes that are left are worked off before the third.
    site = "downtime: [{every_hours: 0.4166666666666667, hours: 2, while: working}]"
    shipments, _ = play(stage, frame, site, ["08:00"])
    assert clock(shipments["packed_at"]) == ["13:00"]


def test_a_breakdown_while_working_takes_no_stations_away(stage: Any) -> None:
    site = "downtime: [{every_hours: 5, hours: 1, while: working, factor: 0.5}]"
    with pytest.raises(
        ScenarioError, match=r"factor: value '0\.5': must be absent: a breakdown while working"
    ):
        world(stage, site, ["08:00"])


def test_breakdowns_are_facts_whatever_is_decided(stage: Any, frame: Any) -> None:
    site = "downtime: [{every_hours: {exponential: {mean: 5}}, hours: {gamma: {mean: 1, cv: 1}}}]"
    scenario = world(stage, site, EVERY_HOUR)

    def down(policy: Any, replication: int) -> list[int]:
        hours = frame(stage.play(scenario, policy, replication), "warehouse_hours")
        return hours.loc[hours["warehouse"] == "near", "down_s"].iloc[:24].tolist()

    busy, idle = down(NearWhenUp(), 0), down("rules: [{sites: [far]}]\n", 0)
    assert busy == idle
    assert 0 < sum(busy) < 24 * HOUR
    assert down(NearWhenUp(), 1) != busy


# -- what is known ----------------------------------------------------------------------------------------


class Seen(NamedTuple):
    at: int
    up: bool
    back_at: int
    stations: int
    arrives_at: int


class Watcher:
    """Notes at each order whatever the network tells of the first warehouse, which gets it if it is up and wanted."""

    def __init__(self, uses: bool = False) -> None:
        self.uses = uses
        self.seen: list[Seen] = []

    def allocate(self, order: Request, network: Network) -> Allocation:
        parcel = network.parcel(order, order.open)
        offer = network.offer(order.region, parcel, order.promised_at, "fastest")
        row = network.up[0], network.back_at[0], network.stations[0], offer.arrives_at[0]
        self.seen.append(Seen(network.now, bool(row[0]), int(row[1]), int(row[2]), int(row[3])))
        return Allocation((Part(0 if self.uses and network.up[0] else 1, ((0, 1),)),))


def watch(stage: Any, site: str, placed: list[str] = EVERY_HOUR) -> dict[int, Seen]:
    watcher = Watcher()
    stage.play(world(stage, site, placed), watcher)
    return {row.at // HOUR: row for row in watcher.seen}


@pytest.mark.parametrize(
    ("downtime", "known_from"),
    [
        ("{begins: 2026-01-05T10:00, hours: 3, announced_hours: 0}", 10),
        ("{begins: 2026-01-05T10:00, hours: 3, announced_hours: 4}", 6),
        ("{begins: 2026-01-05T10:00, hours: 3, factor: 0.5, announced_hours: 0}", 10),
        ("{begins: 2026-01-05T10:00, hours: 3, factor: 0.5, announced_hours: 2}", 8),
        ("{every_hours: 10, hours: 3}", 10),
        ("{every_hours: 10, hours: 3, factor: 0.5}", 10),
    ],
)
def test_nothing_is_seen_of_a_downtime_before_it_is_announced(
    stage: Any, downtime: str, known_from: int
) -> None:
    # Once with and once without the downtime. Work of five hours comes every hour, and two stations are not enough.
    site = "work_minutes: 300, stations: 2, shifts: [{window: '16:00-20:00', stations: 4}], downtime: "
    text = WORLD.replace("work_minutes: 60, {site}", "{site}")
    seen = []
    for entries in ("[]", f"[{downtime}]"):
        watcher = Watcher(uses=True)
        rows = [f"{number},2026-01-05T{at},here,thing,1" for number, at in enumerate(EVERY_HOUR)]
        table = "\n".join(["order,placed_at,region,item,units", *rows, ""])
        stage.play(stage.scenario(text.format(site=site + entries), orders=table), watcher)
        seen.append(watcher.seen)
    without, with_downtime = seen
    assert with_downtime[:known_from] == without[:known_from]
    assert with_downtime[known_from] != without[known_from]


def test_from_its_announcement_the_expected_delivery_leaves_a_downtime_out(stage: Any) -> None:
    seen = watch(
        stage, "downtime: [{begins: 2026-01-05T10:00, hours: 3, announced_hours: 2}]", ["08:00", "09:30"]
    )
    assert [row.arrives_at / HOUR - 24 for row in seen.values()] == [9, 13.5]


def test_a_breakdown_is_expected_to_last_as_long_as_repairs_do_on_average_and_at_least_until_now(
    stage: Any,
) -> None:
    # Repairs take one or seven hours: four on average. This one takes seven, from 10:00.
    repair = "{empirical: {values: [7, 1], weights: [1, 1]}}"
    for seed in range(1, 9):
        watcher = Watcher()
        scenario = world(stage, f"downtime: [{{every_hours: 10, hours: {repair}}}]", EVERY_HOUR)
        stage.play(scenario, watcher, seed=seed)
        seen = {row.at // HOUR: row for row in watcher.seen}
        if not seen[16].up:
            break
    assert all(seen[hour].back_at == NEVER for hour in range(10, 17))
    assert all(seen[hour].back_at == 0 for hour in (9, 17))
    expected = [seen[hour].arrives_at / HOUR - 24 for hour in range(9, 18)]
    assert expected == [10, 15, 15, 15, 15, 15, 16, 17, 18]


def test_back_at_is_the_end_of_what_was_announced(stage: Any) -> None:
    site = """downtime: [
      {begins: 2026-01-05T02:00, hours: 3},
      {begins: 2026-01-05T04:00, hours: 4, announced_hours: 1},
      {begins: 2026-01-05T08:00, hours: 1, announced_hours: 0},
      {begins: 2026-01-05T12:00, hours: 1, factor: 0.5}]"""
    seen = watch(stage, site)
    back = {hour: row.back_at / HOUR for hour, row in seen.items() if not row.up}
    # At three the second is announced, which begins before the first ends; at eight it is followed by the third.
    assert back == {2: 5, 3: 8, 4: 8, 5: 8, 6: 8, 7: 8, 8: 9}
    assert all(row.back_at == 0 for row in seen.values() if row.up)


def test_what_ends_a_breakdown_within_a_planned_downtime_is_not_known() -> None:
    planned = Outage(0, 100, 0.0, 0, 100, True, "")
    random = Outage(50, 80, 0.0, 50, 90, False, "")
    notice = KnownOutages([planned, random])
    told = {}
    for at in (10, 50, 80, 100):
        notice.at(at)
        told[at] = notice.is_up(at), notice.back_at(at)
    assert told == {10: (False, 100), 50: (False, NEVER), 80: (False, 100), 100: (True, 100)}


# -- who may be given orders ------------------------------------------------------------------------------

PLANNED = "downtime: [{begins: 2026-01-05T10:00, hours: 6}]"


@pytest.mark.parametrize(
    ("filters", "near"),
    [
        ("is_up", [9, 16]),
        ("{is_up: {within_hours: 4}}", [9, 12, 14, 16]),
        ("{is_up: {within_hours: 3.9}}", [9, 14, 16]),
        ("handles_items", [9, 10, 12, 14, 16]),  # a rule that does not ask may use whatever comes back
    ],
)
def test_a_rule_may_take_a_warehouse_that_is_down_for_hours_at_most(
    stage: Any, frame: Any, filters: str, near: list[int]
) -> None:
    rules = f"rules:\n  - {{filters: [{filters}], rank: {{by: [distance_km]}}}}\n"
    placed = ["09:00", "10:00", "12:00", "14:00", "16:00"]
    shipments, _ = play(stage, frame, PLANNED, placed, rules)
    here = shipments[shipments["warehouse"] == "near"]
    assert [at.hour for at in here["allocated_at"]] == near


def test_a_rule_gives_nothing_to_a_warehouse_that_nobody_knows_to_come_back(stage: Any, frame: Any) -> None:
    rules = "rules:\n  - {filters: [], rank: {by: [distance_km]}}\n"
    journal = stage.play(world(stage, "downtime: [{every_hours: 10, hours: 3}]", ["09:00", "11:00"]), rules)
    decisions = frame(journal, "decisions")
    assert decisions["chosen"].tolist() == ["near", "far"]
    assert decisions["removed"].tolist() == ["", "is_up=1"]


def test_the_engine_takes_no_shipment_for_a_site_that_nobody_knows_to_come_back(stage: Any) -> None:
    with pytest.raises(
        PolicyError, match="warehouse near: the warehouse is in a downtime, whose end nobody knows"
    ):
        stage.play(world(stage, "downtime: [{every_hours: 10, hours: 3}]", ["11:00"]), Near())


def test_orders_that_wait_are_decided_in_the_second_in_which_a_site_is_back(stage: Any, frame: Any) -> None:
    # Those of that second come first: they meet the site open.
    site = "downtime: [{begins: 2026-01-05T10:00, hours: 2}]"
    journal = stage.play(world(stage, site, ["10:30", "11:00", "12:00"]), NearWhenUp())
    decisions = frame(journal, "decisions")
    assert decisions["order"].tolist() == ["0", "1", "2", "0", "1"]
    assert decisions["cause"].tolist() == ["placed", "placed", "placed", "site_up", "site_up"]
    shipments = frame(journal, "shipments").set_index("order").sort_index()
    assert clock(shipments["released_at"]) == ["12:00", "12:00", "12:00"]


def test_an_order_split_because_a_site_is_down_says_so(stage: Any, frame: Any) -> None:
    text = WORLD.format(site=PLANNED).replace("{id: thing}", "{id: thing}, {id: other}")
    text += "stock:\n  opening:\n"
    for items, site, units in (("thing, other", "near", 9), ("thing", "far", 9), ("other", "far", 0)):
        text += f"    - {{items: [{items}], warehouses: [{site}], units: {units}}}\n"
    orders = "order,placed_at,region,item,units\n"
    for at in ("09:00", "11:00"):
        orders += f"{at},2026-01-05T{at}:00,here,thing,1\n{at},2026-01-05T{at}:00,here,other,1\n"
    rules = "rules:\n  - {on_partial: {assign: wait}, split: {max_shipments: 2}}\n"
    found = frame(stage.play(stage.scenario(text, orders=orders), rules), "orders").set_index("order")
    assert found["shipments"].tolist() == [1, 2]
    assert found.loc["11:00", "split_reason"] == "downtime"


def test_the_journal_says_when_a_site_was_down_and_why(stage: Any, frame: Any) -> None:
    site = """downtime: [{begins: 2026-01-05T06:00, hours: 2, reason: stocktaking},
      {begins: 2026-01-05T07:00, hours: 3, factor: 0.5, reason: training}, {begins: 2026-01-30T00:00, hours: 9}]"""
    journal = stage.play(world(stage, site, ["05:00"]), Near())
    assert frame(journal, "outages").to_dict("records") == [
        {
            "warehouse": "near", "begins_at": pd.Timestamp(f"2026-01-05T{begins}"),
            "ends_at": pd.Timestamp(f"2026-01-05T{ends}"), "stations_left": left, "reason": reason,
        }
        for begins, ends, left, reason in (("06:00", "08:00", 0.0, "stocktaking"), ("07:00", "10:00", 0.5, "training"))
    ]  # fmt: skip
