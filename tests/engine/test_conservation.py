"""Whatever happens, nothing is lost: random small worlds with scarce stock, played with random rules.

Every run checks units, orders and money itself and raises if they do not add up; what is asserted here beside that is
what a reader of the journal may take for granted.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.kpis import measure
from sim.journal import TABLES, Journal

ITEMS = ["a", "b", "c", "d"]
REGIONS = ["north", "south"]
SITES = ["w0", "w1", "w2", "w3"]
ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]

durations = st.one_of(
    st.sampled_from([0, 0.5, 7]),
    st.just({"exponential": {"mean": 20}}),
    st.just({"gamma": {"mean": 5, "cv": 1.2}}),
    st.just({"uniform": {"low": 0, "high": 30}}),
)
hours = st.sampled_from(
    [
        None,
        {"mon-fri": "08:00-17:00"},
        {"mon-sun": "22:00-04:00"},
        {"mon,wed,fri": "00:00-24:00", "sat": "09:00-10:30"},
    ]
)
money = st.sampled_from([0, 0.005, 1.25, 3.333333, 12])


@st.composite
def warehouses(draw: Any) -> list[dict[str, Any]]:
    sites = []
    for number in range(draw(st.integers(1, 4))):
        site: dict[str, Any] = {
            "id": SITES[number],
            "at": [draw(st.integers(-60, 60)), draw(st.integers(-170, 170))],
            "timezone": draw(st.sampled_from(ZONES)),
            "stations": draw(st.integers(1, 3)),
            "queue": draw(st.sampled_from(["fifo", "priority", "due"])),
            "work_minutes": {"per_shipment": draw(durations), "per_line": draw(durations), "per_unit": draw(durations)},
            "safety_stock": {"units": draw(st.integers(0, 3))},
            "site_rank": draw(st.integers(1, 3)),
            "issue": draw(st.sampled_from(["fifo", "fefo", "lifo"])),
            "order_limit_per_day": draw(st.integers(1, 30)),
            "costs": {
                "per_shipment": draw(money), "per_line": draw(money), "per_unit": draw(money),
                "storage_per_l_day": draw(st.sampled_from([0, 0.013])),
            },
        }  # fmt: skip
        if (open_hours := draw(hours)) is not None:
            site["hours"] = open_hours
        if number and draw(st.booleans()):  # the first takes everything, so that every item may lie somewhere
            site["handling"] = draw(st.sampled_from([["ambient"], ["ambient", "cold"], ["cold"]]))
            site["serves"] = draw(st.sampled_from(["all", ["north"]]))
        sites.append(site)
    return sites


@st.composite
def services(draw: Any) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 2))):
        bounds = draw(st.sampled_from([[], [2_000, 9_000]]))
        service: dict[str, Any] = {
            "id": f"s{number}",
            "zones_km": bounds,
            "transit_days": draw(
                st.one_of(st.sampled_from([0, 1.3]), st.just({"gamma": {"mean": 2, "cv": 0.5}}))
            ),
            "rates": {
                "base": [draw(money) for _ in range(len(bounds) + 1)],
                "per_kg": draw(money),
                "volumetric_l_per_kg": draw(st.sampled_from([0, 5])),
                "round_up_kg": draw(st.sampled_from([0, 0.5])),
            },
        }
        if draw(st.booleans()):
            service["pickups"] = draw(st.sampled_from([["17:00"], ["02:30", "12:00:01"], ["00:00"]]))
        if number and draw(st.booleans()):
            service["carries"] = ["ambient"]
        if draw(st.booleans()):
            service["parcels_per_day"] = draw(st.sampled_from([1, 20]))
            service["lost_share"] = draw(st.sampled_from([0, 0.3, 1]))
            service["tiers"] = [{"parcels_per_month": 5, "discount": draw(st.sampled_from([0.07, 1]))}]
            service["disruptions"] = [{"begins": "2026-03-07T12:00", "days": 1.5, "transit_factor": 1.7}]
        found.append(service)
    return found


@st.composite
def worlds(draw: Any) -> dict[str, Any]:
    sites = draw(warehouses())
    items = [
        {
            "id": id_, "weight_kg": draw(st.sampled_from([0, 0.3, 2.5])), "volume_l": draw(st.sampled_from([0, 1.7])),
            "price": draw(money), "cost": draw(money), "popularity": draw(st.integers(1, 5)),
            "handling": draw(st.sampled_from([[], ["cold"]])),
        }
        for id_ in ITEMS[: draw(st.integers(1, 4))]
    ]  # fmt: skip
    segments = [
        {
            "id": id_, "promise_days": draw(st.sampled_from([None, 0, 1, 3.5])), "priority": draw(st.integers(0, 2)),
            "late_penalty": draw(money), "late_penalty_per_day": draw(money),
            "split": draw(st.sampled_from(["allowed", "allowed", "never"])),
            "impatience_days": draw(st.sampled_from([None, None, 0.2, 1])),
        }
        for id_ in ("x", "y")
    ]  # fmt: skip
    opening = draw(
        st.sampled_from(
            [
                "unlimited",
                {"units": 3},
                {"units": 12},
                {"units": 40},
                {"days_of_demand": 1.5},
                {"days_of_demand": 0.2},
                [{"units": 5}, {"file": "stock.csv"}],
            ]
        )
    )
    extras = {
        "payments": {"declined_share": 0.2, "fee_share": 0.029, "fee_fixed": 0.305},
        "capture_errors": {"error_share": 0.4, "corrected_after_hours": {"exponential": {"mean": 3}}},
        "protocols": {
            "cold": {"extra_work_minutes": 2.5, "packaging_cost": 1.805},
            "odd": {"packaging_cost": 9},
        },
    }
    return {
        **{key: extras[key] for key in extras if draw(st.booleans())},
        "timezone": draw(st.sampled_from(ZONES)),
        "start": draw(st.sampled_from(["2026-01-05T00:00", "2026-03-07T18:30", "2026-10-31T12:00"])),
        "warm_up_days": draw(st.sampled_from([0, 0.3])),
        "days": draw(st.sampled_from([1, 1.7])),
        "drain_days": draw(st.sampled_from([0, 1, 9])),
        "seed": draw(st.integers(0, 10**6)),
        "items": items,
        "regions": [{"id": id_, "at": [lat, 10]} for id_, lat in zip(REGIONS, (50, -30), strict=True)],
        "segments": [{k: v for k, v in segment.items() if v is not None} for segment in segments],
        "demand": {
            "orders_per_day": draw(st.sampled_from([5, 60])),
            "lines_per_order": draw(st.sampled_from([{1: 1}, {1: 1, 2: 2, 4: 1}])),
            "units_per_line": draw(st.sampled_from([{1: 1}, {1: 2, 5: 1}])),
        },
        "warehouses": sites,
        "stock": {"opening": opening},
        "carriers": [{"id": "post", "services": draw(services())}],
    }


@st.composite
def lots(draw: Any) -> str:
    """Return a table of lots: some cells have several, of different ages."""
    expiry = st.sampled_from(["", "2027-05-01"])
    rows = [
        f"w0,{item},{draw(st.integers(0, 9))},2025-{draw(st.integers(1, 12)):02}-01,{draw(expiry)}"
        for item in ITEMS
        for _ in range(draw(st.integers(0, 3)))
    ]
    return "\n".join(["warehouse,item,units,received_at,expires_at", *(rows or ["w0,a,0,,"]), ""])


give_up = st.sampled_from([{}, {"give_up_after_hours": 6}, {"give_up_after_hours": 40}])
actions = st.one_of(
    st.just("next"),
    give_up.map(lambda parameters: {"backorder": parameters}),
    st.sampled_from(
        ["wait", {"wait": {"up_to_hours": 5, "then": "cancel"}}, {"wait": {"up_to_hours": 3, "then": "next"}}]
    ),
    st.sampled_from(["cancel", {"cancel": {"after_hours": 8}}]),
)


@st.composite
def rules(draw: Any) -> dict[str, Any]:
    limit = st.sampled_from(
        [
            {"below_limit": {}}, {"below_limit": {"n": 4, "of": "orders", "per": "hour"}},
            {"below_limit": {"n": 25, "of": "units", "per": "day", "strict": True}},
            {"below_limit": {"n": 30, "of": "lines", "per": "week"}},
        ]
    )  # fmt: skip
    return {
        "filters": [
            "is_up",
            "handles_items",
            {"has_stock": draw(st.sampled_from(["all", "any", "units"]))},
            *draw(st.lists(limit, max_size=2, unique_by=str)),
            *draw(st.lists(st.just({"within": {"km": 9_000}}), max_size=1)),
        ],
        "rank": draw(
            st.sampled_from(
                [
                    {"by": ["distance_km"]},
                    {"by": [{"landed_cost": {"band": 0.5}}, "backlog", "site_id"]},
                    {"cost": {"landed_cost": 1, "backlog": 0.2}},
                    {"by": [{"site_rank": {"descending": True}}]},
                    {"by": ["distance_km", "fewest_shipments"]},
                ]
            )
        ),
        "service": draw(st.sampled_from(["cheapest_in_time", "cheapest", "fastest", ["s0"]])),
        "split": {"max_shipments": draw(st.integers(1, 4))},
        "on_partial": draw(st.one_of(actions, actions.map(lambda action: {"assign": action}))),
        "otherwise": draw(actions),
    }


@st.composite
def rule_sets(draw: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"rules": draw(st.lists(rules(), min_size=1, max_size=2))}
    for rule in found["rules"][:-1]:
        rule["otherwise"] = "next"  # else the next one may never be reached, which is refused
    if draw(st.booleans()):
        found["attempts"] = draw(
            st.sampled_from(
                [
                    {"every_minutes": 90, "at_most": 5}, {"every_minutes": 45, "give_up_after_hours": 7},
                    {"give_up_after_hours": 3, "then": "wait"}, {"every_minutes": 200, "at_most": 3, "then": "wait"},
                ]
            )
        )  # fmt: skip
    return found


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(worlds(), lots(), rule_sets())
def test_nothing_is_lost(stage: Any, world: dict[str, Any], stock: str, rule_set: dict[str, Any]) -> None:
    items = {item["id"] for item in world["items"]}
    header, *rows = stock.splitlines()
    stock = "\n".join([header, *(row for row in rows if row.split(",")[1] in items)]) + "\n"
    scenario = stage.scenario(yaml.safe_dump(world), stock=stock)
    policy = yaml.safe_dump(rule_set)
    journal = stage.play(scenario, policy)
    check_orders(journal, world, rule_set)
    check_shipments(journal)
    check_money(journal)
    check_hours(journal, world)
    check_limits(journal, world, rule_set)
    check_kpis(journal)
    check_stored(journal, stage, scenario, policy)


def tables(journal: Journal, *names: str) -> list[pd.DataFrame]:
    return [journal.table(name).to_pandas() for name in names]


def check_orders(journal: Journal, world: dict[str, Any], rule_set: dict[str, Any]) -> None:
    orders, shipments, decisions = tables(journal, "orders", "shipments", "decisions")
    orders = orders.sort_values("order", ignore_index=True)
    states = orders["state"].value_counts()
    assert len(orders) == sum(states[state] for state in ("delivered", "cancelled", "open"))
    assert orders["order"].is_unique
    assert sorted(orders["order"].astype(int)) == list(range(1, len(orders) + 1))
    assert orders.loc[orders["state"] == "delivered", "delivered_at"].notna().all()
    assert orders.loc[orders["state"] != "delivered", "delivered_at"].isna().all()
    assert (orders["units_shipped"] <= orders["units"]).all()
    assert (orders.loc[orders["state"] == "cancelled", "units_shipped"] == 0).all()
    most = max(rule["split"]["max_shipments"] for rule in rule_set["rules"])
    never = [segment["id"] for segment in world["segments"] if segment["split"] == "never"]
    assert (orders["shipments"] <= most).all()
    assert (orders.loc[orders["segment"].isin(never), "shipments"] <= 1).all()
    # Shipments of an order are numbered from 1, and its units are those of its shipments.
    by_order = shipments.groupby("order")
    assert by_order["shipment"].max().tolist() == by_order.size().tolist()
    kept = shipments[shipments["state"] != "cancelled"].groupby("order").size()
    assert orders["shipments"].tolist() == kept.reindex(orders["order"], fill_value=0).tolist()
    gone = shipments[shipments["picked_up_at"].notna()].groupby("order")["units"].sum()
    assert orders["units_shipped"].tolist() == gone.reindex(orders["order"], fill_value=0).tolist()
    attempts = decisions.groupby("order")["attempt"]
    for asked in (attempts.max(), attempts.size()):
        assert orders["attempts"].tolist() == asked.reindex(orders["order"], fill_value=0).tolist()
    never_asked = orders.loc[orders["attempts"] == 0]
    assert set(never_asked["cancel_reason"].dropna()) <= {"declined", "impatience"}
    delivered = orders[orders["state"] == "delivered"]
    assert (
        delivered["delivered_at"].tolist() == by_order["delivered_at"].max().loc[delivered["order"]].tolist()
    )


def check_shipments(journal: Journal) -> None:
    (shipments,) = tables(journal, "shipments")
    moments = ["allocated_at", "released_at", "started_at", "packed_at", "picked_up_at", "delivered_at"]
    reached = {
        "delivered": 6, "in_transit": 5, "packed": 4, "in_work": 3, "queued": 2, "backordered": 1,
    }  # fmt: skip
    for state, found in shipments.groupby(shipments["state"].astype(str)):
        if state == "cancelled":  # at whatever stage, before a carrier had it
            assert found["picked_up_at"].isna().all()
            continue
        assert found[moments[: reached[str(state)]]].notna().all(axis=None), state
        assert found[moments[reached[str(state)] :]].isna().all(axis=None), state
    for earlier, later in pairwise(moments):
        both = shipments[shipments[later].notna()]
        assert (both[earlier] <= both[later]).all(), later
    assert (shipments["units"] >= shipments["lines"]).all()


def check_money(journal: Journal) -> None:
    orders, shipments, ledger = tables(journal, "orders", "shipments", "ledger")
    assert ledger["amount_cents"].sum() == 0
    assert (ledger.groupby(ledger["order"].fillna("site"))["amount_cents"].sum() == 0).all()
    by_account = ledger[ledger["order"].notna()].groupby(ledger["account"].astype(str))["amount_cents"].sum()
    for column, account, sign in (
        ("cost_freight", "freight", 1),
        ("cost_payment", "payment_fee", 1),
        ("cost_late", "late", 1),
        ("revenue", "revenue", -1),
    ):
        assert round(orders[column].sum() * 100) == sign * by_account.get(account, 0), column
    # What orders cost is what their shipments cost, once these were picked up, or packed.
    gone = shipments[shipments["picked_up_at"].notna()]
    assert round(gone["cost_freight"].sum() * 100) == by_account.get("freight", 0)
    packed = shipments[shipments["packed_at"].notna()]
    handled = by_account.get("handling", 0) + by_account.get("packaging", 0)
    assert round(packed["cost_handling"].sum() * 100) == handled
    assert round(orders["cost_handling"].sum() * 100) == handled
    whole = orders[orders["units_shipped"] == orders["units"]]
    assert (whole["revenue"].round(2) == whole["value"].round(2)).all()


def check_hours(journal: Journal, world: dict[str, Any]) -> None:
    hours, shipments = tables(journal, "warehouse_hours", "shipments")
    stations = {site["id"]: site["stations"] for site in world["warehouses"]}
    assert (hours["backlog"] >= 0).all()
    assert (hours["busy_s"] <= hours["open_s"]).all()
    assert (hours["open_s"] <= hours["warehouse"].astype(str).map(stations) * 3600).all()
    assert (hours[["on_hand", "out_of_stock"]] >= 0).all(axis=None)
    assert (hours["out_of_stock"] <= hours["cells"]).all()
    assert (hours.groupby("hour", observed=True).size() == len(stations)).all()
    # Stock without replenishment only falls, unless goods are put back for customers who left.
    if not any("impatience_days" in segment for segment in world["segments"]):
        assert (hours.groupby("warehouse", observed=True)["on_hand"].diff().dropna() <= 0).all()
    worked = shipments[shipments["packed_at"].notna()]
    if (worked["packed_at"] == worked["started_at"]).all():
        assert hours["busy_s"].sum() == 0


def check_limits(journal: Journal, world: dict[str, Any], rule_set: dict[str, Any]) -> None:
    """No warehouse is given more orders on one of its days than every rule allows."""
    limited = all(
        any("below_limit" in part and part["below_limit"] == {} for part in rule["filters"])
        for rule in rule_set["rules"]
    )
    if not limited:
        return
    (shipments,) = tables(journal, "shipments")
    kept = shipments[shipments["state"] != "cancelled"]
    for site in world["warehouses"]:
        mine = kept[kept["warehouse"] == site["id"]]
        days = mine["allocated_at"].dt.tz_localize("UTC").dt.tz_convert(ZoneInfo(site["timezone"])).dt.date
        assert days.value_counts().max() <= site["order_limit_per_day"] or mine.empty


def check_kpis(journal: Journal) -> None:
    """Every KPI can be told of every journal, and shares are shares."""
    (orders,) = tables(journal, "orders")
    counted = orders[orders["counted"]]
    kpis = measure(journal)
    assert kpis["orders"] == len(counted)
    for name, value in kpis.items():
        if name.endswith("_share"):
            assert math.isnan(value) or 0 <= value <= 1, name
        assert not math.isinf(value), name
    if not len(counted):
        return
    for kpi, columns in (
        ("freight", "freight"),
        ("late", "late"),
        ("payment", "payment"),
        ("handling", "handling"),
    ):
        mean = counted[f"cost_{columns}"].sum() / len(counted)
        assert kpis[f"{kpi}_per_order"] == pytest.approx(mean, abs=1e-9), kpi
    parts = ("freight", "handling", "storage", "spoilage", "late", "returns", "payment", "care")
    assert kpis["cost_per_order"] == pytest.approx(sum(kpis[f"{part}_per_order"] for part in parts), abs=1e-9)
    margin = (counted["revenue"] - counted["cost_goods"]).sum() / len(counted) - kpis["cost_per_order"]
    assert kpis["margin_per_order"] == pytest.approx(margin, abs=1e-9)
    shares = counted["state"].value_counts(normalize=True)
    assert kpis["cancelled_share"] == pytest.approx(shares["cancelled"])
    assert kpis["open_share"] == pytest.approx(shares["open"])
    delivered = counted[counted["state"] == "delivered"]
    if len(delivered):
        hours = (delivered["delivered_at"] - delivered["placed_at"]).dt.total_seconds() / 3600
        assert kpis["lead_time_mean_h"] == pytest.approx(hours.mean())
    assert kpis["fill_share"] == pytest.approx(counted["units_first_attempt"].sum() / counted["units"].sum())


def check_stored(journal: Journal, stage: Any, scenario: Any, policy: str) -> None:
    """The same run, written to disk: every table is equal, and is on disk even if it has no rows."""
    folder = Path(stage.folder / "journal")
    folder.mkdir(exist_ok=True)
    stored = stage.play(scenario, policy, folder=folder)
    for table in TABLES:
        assert stored.table(table).equals(journal.table(table)), table
        assert stored.schema(table).equals(journal.schema(table)), table
    assert stored.about == journal.about
    assert (folder / "returns.parquet").exists()
