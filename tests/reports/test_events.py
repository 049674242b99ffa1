"""The event log: every event of a journal once, sorted as it happened, with what tools for process mining need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from policies import load_policy
from reports.exports import spill
from reports.exports.events import COLUMNS, write_event_log
from sim import Journal, load_scenario, simulate

DAY, HOUR, MINUTE = 86_400, 3_600, 60
START = pd.Timestamp("2026-01-05")


@pytest.fixture
def log(tmp_path: Path) -> Any:
    """Return the function from a journal to its log, as a tool reads it."""

    def written(journal: Journal, policy: str = "nearest") -> pd.DataFrame:
        number = write_event_log(tmp_path / "log.csv", journal, policy)
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["log.csv"]
        found = pd.read_csv(tmp_path / "log.csv", parse_dates=["timestamp"], dtype={"case": str})
        assert len(found) == number
        assert list(found.columns) == list(COLUMNS)
        return found

    return written


def lives(found: pd.DataFrame) -> dict[str, list[str]]:
    return {str(case): list(rows["activity"]) for case, rows in found.groupby("case", sort=False)}


def test_the_life_of_an_order_with_the_times_resources_and_costs_of_its_journal(story: Any, log: Any) -> None:
    story.order(
        6, placed_at=DAY, units=2, value=3_050, ended_at=9 * DAY, cost_late=100, cost_payment=20, cost_care=3
    )
    story.add(
        "decisions",
        order=6,
        at=DAY,
        attempt=1,
        rule="the first",
        chosen="reno",
        cause="placed",
        outcome="full",
    )
    story.shipment(
        6, shipment=1, warehouse="reno", units=2, allocated_at=DAY, released_at=DAY, started_at=DAY + HOUR,
        packed_at=DAY + 2 * HOUR, picked_up_at=DAY + 3 * HOUR, delivered_at=3 * DAY, ended_at=3 * DAY,
        cost_handling=250, cost_freight=799,
    )  # fmt: skip
    story.add(
        "returns", order=6, shipment=1, warehouse="newark", units=1, sent_at=3 * DAY, received_at=8 * DAY,
        inspected_at=9 * DAY, outcome="restock", cost=450,
    )  # fmt: skip
    found = log(story.close())
    columns = ["activity", "timestamp", "resource", "warehouse", "units", "cost", "cause", "outcome"]
    rows = found[columns].astype(object).where(found[columns].notna(), None).values.tolist()
    at = {
        name: START + pd.Timedelta(seconds=s)
        for name, s in {"d1": DAY, "d3": 3 * DAY, "d8": 8 * DAY, "d9": 9 * DAY}.items()
    }
    hours = [at["d1"] + pd.Timedelta(hours=h) for h in range(4)]
    assert rows == [
        ["placed", at["d1"], "customer", None, 2, None, None, None],
        ["decided", at["d1"], "the first", "reno", None, None, "placed", "full"],
        ["released", at["d1"], "reno", "reno", 2, None, None, None],
        ["picking started", hours[1], "reno", "reno", 2, None, None, None],
        ["packed", hours[2], "reno", "reno", 2, 2.5, None, None],
        ["picked up", hours[3], "ground", "reno", 2, 7.99, None, None],
        ["delivered", at["d3"], "ground", "reno", 2, None, None, None],
        ["sent back", at["d3"], "customer", "newark", 1, None, "customer", None],
        ["return received", at["d8"], "newark", "newark", 1, None, "customer", None],
        ["inspected", at["d9"], "newark", "newark", 1, 4.5, "customer", "restock"],
        ["closed", at["d9"], "settlement", None, None, 1.23, None, "delivered"],
    ]  # fmt: skip
    assert found["case"].unique().tolist() == ["7"]
    assert found[["policy", "region", "segment", "counted"]].drop_duplicates().values.tolist() == [
        ["nearest", "NYC", "standard", True]
    ]
    assert found["value"].dropna().tolist() == [30.5]


def test_what_did_not_happen_has_no_event(story: Any, log: Any) -> None:
    story.order(0, state="open", ended_at=-1, delivered_at=-1, picked_up_at=-1)
    story.shipment(
        0, state="backordered", allocated_at=2 * DAY, released_at=-1, started_at=-1, packed_at=-1, picked_up_at=-1,
        delivered_at=-1, ended_at=-1,
    )  # fmt: skip
    assert lives(log(story.close())) == {"1": ["placed", "backordered"]}


@pytest.mark.parametrize(
    ("reason", "who"),
    [("impatience", "customer"), ("declined", "payment"), ("gave_up", "mine"), ("policy", "mine")],
)
def test_who_cancels_is_the_resource(story: Any, log: Any, reason: str, who: str) -> None:
    story.order(0, state="cancelled", cancel_reason=reason, ended_at=2 * DAY)
    found = log(story.close(), "mine")
    last = found.iloc[-1]
    assert (last["activity"], last["resource"], last["cause"]) == ("cancelled", who, reason)


def test_a_decision_that_names_no_rule_is_that_of_its_policy(story: Any, log: Any) -> None:
    story.order(0).add("decisions", order=0, at=DAY, attempt=1, rule="", cause="placed")
    assert log(story.close(), "mine").query("activity == 'decided'")["resource"].tolist() == ["mine"]


def test_what_ends_comes_before_the_decision_that_it_causes(story: Any, log: Any) -> None:
    story.order(0, ended_at=9 * DAY)
    later = {"started_at": -1, "packed_at": -1, "picked_up_at": -1, "delivered_at": -1}
    story.add("decisions", order=0, at=DAY, attempt=1, rule="a", cause="placed")
    story.shipment(0, shipment=1, **later, state="cancelled", ended_at=2 * DAY)
    story.add("decisions", order=0, at=2 * DAY, attempt=2, rule="b", cause="site_down")
    times = {"started_at": 2 * DAY, "packed_at": 3 * DAY, "picked_up_at": 4 * DAY, "delivered_at": -1}
    story.shipment(
        0, shipment=2, allocated_at=2 * DAY, released_at=2 * DAY, **times, state="lost", ended_at=7 * DAY
    )
    story.add("decisions", order=0, at=7 * DAY, attempt=3, rule="b", cause="lost")
    at_once = dict.fromkeys(
        ("allocated_at", "released_at", "started_at", "packed_at", "picked_up_at"), 7 * DAY
    )
    story.shipment(0, shipment=3, **at_once, delivered_at=7 * DAY, ended_at=7 * DAY)
    assert lives(log(story.close()))["1"] == [
        "placed", "decided", "released", "shipment cancelled", "decided again", "released", "picking started",
        "packed", "picked up", "shipment lost", "decided again", "released", "picking started", "packed",
        "picked up", "delivered", "closed",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def journal() -> Journal:
    """A world in which much goes wrong: parcels are lost, goods come back, stock is short, customers leave."""
    changes = ["days=4", "warm_up_days=1", "drain_days=30", "payments={declined_share: 0.1, fee_share: 0.02}",
               "lost={then: reship, noticed_after_days: 3}", "carriers.parcel.services.ground.lost_share=0.2"]  # fmt: skip
    world = load_scenario("returns", changes)
    return simulate(world, load_policy("nearest", world))


def test_every_time_of_the_journal_is_one_event(journal: Journal, log: Any) -> None:
    counts = log(journal)["activity"].value_counts()
    orders, shipments, returns = (journal.frame(name) for name in ("orders", "shipments", "returns"))
    state = shipments["state"].astype(str)
    cancelled = orders["state"] == "cancelled"
    first = journal.frame("decisions")["cause"] == "placed"
    assert counts.to_dict() == {
        activity: number
        for activity, number in {
            "placed": len(orders),
            "decided": int(first.sum()),
            "decided again": int((~first).sum()),
            "backordered": 0,
            "released": shipments["released_at"].count(),
            "picking started": shipments["started_at"].count(),
            "packed": shipments["packed_at"].count(),
            "picked up": shipments["picked_up_at"].count(),
            "delivered": int((state == "delivered").sum()),
            "shipment cancelled": int((state == "cancelled").sum()),
            "shipment lost": int((state == "lost").sum()),
            "sent back": len(returns),
            "return received": returns["received_at"].count(),
            "inspected": returns["inspected_at"].count(),
            "cancelled": int(cancelled.sum()),
            "closed": int(orders["ended_at"].notna().sum() - cancelled.sum()),
        }.items()
        if number
    }
    assert {"shipment lost", "decided again", "inspected", "cancelled"} <= set(counts.index)


def test_events_are_sorted_and_every_life_begins_with_the_order_and_ends_with_its_end(
    journal: Journal, log: Any
) -> None:
    found = log(journal)
    assert found["timestamp"].is_monotonic_increasing
    ended = set(journal.frame("orders").query("ended_at.notna()")["order"])
    for case, life in lives(found).items():
        assert life[0] == "placed"
        assert life.count("placed") == 1
        assert (life[-1] in ("closed", "cancelled")) == (case in ended), (case, life)
        assert len({"closed", "cancelled"} & set(life)) <= 1


def test_each_shipment_goes_through_its_stations_in_turn(journal: Journal, log: Any) -> None:
    turn = ["released", "picking started", "packed", "picked up"]
    found = log(journal).query("activity in @turn or activity in ['delivered', 'shipment lost']")
    for _, rows in found.groupby(["case", "shipment"]):
        assert list(rows["activity"])[:4] == turn[: len(rows)]


def test_the_same_events_in_whatever_stretches_they_are_sorted(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_event_log(tmp_path / "days.csv", journal, "nearest")
    monkeypatch.setattr(spill, "_FILES", 2)
    write_event_log(tmp_path / "halves.csv", journal, "nearest")
    assert (tmp_path / "days.csv").read_bytes() == (tmp_path / "halves.csv").read_bytes()


def test_orders_that_are_no_numbers_keep_their_names(story: Any, log: Any) -> None:
    names = ["007", 'a, "b"', "7"]
    story.ids = lambda orders: pa.array([names[number] for number in orders], pa.utf8())
    for number in range(3):
        story.order(number, region=["NYC", "LAX", "NYC"][number], placed_at=DAY + number, ended_at=-1)
        story.add("decisions", order=number, at=DAY + number, attempt=1, cause="placed")
    found = log(story.close())
    assert found["case"].tolist() == [name for name in names for _ in range(2)]
    assert found["region"].tolist() == ["NYC", "NYC", "LAX", "LAX", "NYC", "NYC"]
