"""Returns, losses, spoilage, transfers, breakdowns and the rest, all at once, in random small worlds.

Every run checks units, orders and money itself and raises if they do not add up. What is asserted here beside that
is what a reader of the journal may take for granted.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pandas as pd
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.kpis import measure
from sim.journal import Journal

ITEMS = ["milk", "fish", "tin"]
SITES = ["hub", "east", "west"]

times = st.one_of(st.sampled_from([0, 0.5, 2]), st.just({"exponential": {"mean": 1.5}}))
shares = st.sampled_from([0, 0.05, 0.4])
maybe = st.booleans()


def some(draw: Any, **keys: Any) -> dict[str, Any]:
    """Return a draw of some of the keys."""
    return {key: draw(values) for key, values in keys.items() if draw(maybe)}


downtimes = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {
                "begins": st.sampled_from(["2026-03-07T20:00", "2026-03-08T01:30", "2026-03-09T12:00"]),
                "hours": st.sampled_from([3, 30]),
                "factor": st.sampled_from([0, 0.5]),
                "announced_hours": st.sampled_from([0, 12]),
            }
        ),
        st.fixed_dictionaries(
            {
                "every_hours": st.just({"exponential": {"mean": 9}}),
                "hours": st.just({"gamma": {"mean": 2, "cv": 0.7}}),
                "while": st.sampled_from(["up", "working"]),
            }
        ),
    ),
    max_size=2,
)


@st.composite
def sites(draw: Any) -> list[dict[str, Any]]:
    found = []
    for number, id_ in enumerate(SITES):
        found.append(
            {
                "id": id_,
                "at": [40, -100 + 20 * number],
                "timezone": draw(st.sampled_from(["UTC", "America/New_York"])),
                "stations": draw(st.integers(1, 3)),
                "work_minutes": draw(st.sampled_from([0, 9, {"exponential": {"mean": 30}}])),
                "costs": {"per_shipment": 1.11, "storage_per_l_day": 0.01},
                "queue": draw(st.sampled_from(["fifo", "priority", "due"])),
                "issue": draw(st.sampled_from(["fifo", "fefo", "lifo"])),
                "downtime": draw(downtimes),
                **some(
                    draw,
                    hours=st.sampled_from([{"mon-sun": "08:00-18:00"}, {"mon-sat": "20:00-03:00"}]),
                    shifts=st.just([{"days": "mon-sun", "window": "10:00-14:00", "stations": 4}]),
                    queue_limit=st.integers(1, 6),
                    storage_l=st.sampled_from([20, 200]),
                    safety_stock=st.sampled_from([{"units": 2}, {"days_of_demand": 0.2}]),
                    accuracy=st.fixed_dictionaries(
                        {"stock": st.sampled_from([1, 0.9]), "pick": st.sampled_from([1, 0.9])}
                    ),
                    walk_ins=st.just({"units_per_day": 9}),
                ),
            }
        )
    return found


levels = st.sampled_from([{"units": 6}, {"units": 15}, {"days_of_demand": 1}])


@st.composite
def replenishments(draw: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 3))):
        source = draw(st.sampled_from(["farm", "hub"]))
        review = draw(
            st.sampled_from(
                [
                    {"every_days": 1, "order_up_to": {"units": 12}},
                    {"reorder_point": {"units": 5}, "order_units": 7},
                    {"every_days": 0.5, "reorder_point": {"units": 3}, "order_up_to": {"units": 20}},
                    {"order_up_to": {"units": 4}},
                ]
            )
        )
        rule = {"from": source, "review": review, "lead_days": draw(times), "cost_per_kg": 0.07}
        rule["items"] = draw(st.sampled_from(["all", ["milk"], ["tin", "fish"]]))
        rule["warehouses"] = ["east", "west"] if source == "hub" else draw(st.sampled_from(["all", ["hub"]]))
        found.append(rule)
    if draw(maybe):
        found.append({"items": ["tin"], "warehouses": ["hub"], "arrivals": {"every_days": 0.3, "units": 2}})
    return found


@st.composite
def worlds(draw: Any) -> dict[str, Any]:
    world: dict[str, Any] = {
        "timezone": "America/Chicago",
        "start": draw(st.sampled_from(["2026-03-06T00:00", "2026-03-07T17:10"])),
        "warm_up_days": draw(st.sampled_from([0, 0.4])),
        "days": 2,
        "drain_days": draw(st.sampled_from([1, 12])),
        "seed": draw(st.integers(0, 10**6)),
        "items": [
            {
                "id": id_, "weight_kg": 0.7, "volume_l": 2, "price": 7.77, "cost": 3.333,
                "return_share": draw(shares), "handling": ["cold"] if id_ == "fish" else [],
                **({} if id_ == "tin" else {"shelf_life_days": draw(st.sampled_from([0.7, 2, 9]))}),
                **({"min_life_at_delivery_days": 0.2} if id_ == "milk" else {}),
            }
            for id_ in ITEMS
        ],
        "regions": [{"id": "north", "at": [45, -90]}, {"id": "south", "at": [30, -70]}],
        "segments": [
            {"id": "slow", "promise_days": 4, "late_penalty": 1, "priority": 2, **some(draw, split=st.just("never"))},
            {"id": "fast", "promise_days": 0.5, "late_penalty_per_day": 2.5, "impatience_days": 1.5},
        ],
        "demand": {
            "orders_per_day": draw(st.sampled_from([12, 60])),
            "lines_per_order": {1: 1, 2: 1},
            "units_per_line": {1: 2, 3: 1},
        },
        "warehouses": draw(sites()),
        "stock": {
            "opening": draw(st.sampled_from([{"units": 8}, {"units": 30}, {"days_of_demand": 1}])),
            "replenish": draw(replenishments()),
            "transfers": draw(
                st.lists(
                    st.sampled_from(
                        [
                            {"from": "hub", "to": "east", "when": {"older_than_days": 0.5}, "every_days": 0.7, "lead_days": 0.4},
                            {"from": "west", "to": "hub", "when": {"older_than_days": 0}, "every_days": 1, "cost_per_kg": 0.2},
                            {"from": "hub", "to": "west", "when": {"below": {"units": 6}}, "keep": {"units": 2}, "every_days": 0.4},
                        ]
                    ),
                    max_size=2,
                )
            ),
        },
        "suppliers": [
            {
                "id": "farm", "lead_days": draw(times), "minimum_units": draw(st.sampled_from([0, 5])),
                "multiple_units": draw(st.sampled_from([1, 4])), "costs": {"per_order": 3.5},
                "downtime": draw(st.sampled_from([[], [{"begins": "2026-03-08T00:00", "hours": 30}]])),
            }
        ],
        "carriers": [
            {
                "id": "post",
                "services": [
                    {
                        "id": "van", "transit_days": draw(times), "rates": {"base": 3.21, "per_kg": 0.5},
                        "co2e_g_per_tonne_km": 60, "lost_share": draw(shares),
                        **some(
                            draw,
                            pickups=st.just(["12:00", "17:00"]),
                            tiers=st.just([{"parcels_per_month": 10, "discount": 0.1}]),
                            parcels_per_day=st.just(9),
                            disruptions=st.just(
                                [{"begins": "2026-03-08T00:00", "days": 1, "transit_factor": 2.5, "announced_hours": 3}]
                            ),
                        ),
                    }
                ],
            }
        ],
    }  # fmt: skip
    world |= some(
        draw,
        lost=st.sampled_from(
            [{"noticed_after_days": 2, "then": "reship"}, {"noticed_after_days": 1, "then": "refund"}]
        ),
        returns=st.fixed_dictionaries(
            {
                "delay_days": times, "to": st.sampled_from(["origin", "nearest", "hub"]),
                "inspect_minutes": st.sampled_from([0, 5]), "replace_share": shares,
                "outcomes": st.just({"restock": 2, "refurbish": 1, "scrap": 1}),
                "costs": st.just({"label": 1.5, "inspect": 0.333, "refurbish": 0.5}),
            }
        ),
        payments=st.just({"declined_share": 0.1, "fee_share": 0.029, "fee_fixed": 0.3}),
        capture_errors=st.just({"error_share": 0.2, "corrected_after_hours": 2}),
        visibility=st.just({"sync_minutes": 90}),
        protocols=st.just({"cold": {"extra_work_minutes": 1, "packaging_cost": 0.8}}),
    )  # fmt: skip
    return world


tiers = st.sampled_from(
    [
        "rules: [{split: {max_shipments: 2}, on_partial: {assign: backorder}, otherwise: backorder}]\n",
        "rules: [{rank: {by: [site_id]}, split: {max_shipments: 3}}]\n",
        "rules: [{filters: [], otherwise: {wait: {up_to_hours: 6, then: cancel}}}]\n",
        "rules: [{split: {max_shipments: 2}, on_partial: {assign: {care: {hours: 5, cost: 1.25}}}, otherwise: next}, "
        "{sites: [east, west], otherwise: {care: {hours: 9, cost: 0.5}}}, {otherwise: cancel}]\n",
        "rules: [{filters: [is_up, handles_items, {has_stock: all}], rank: {by: [backlog, site_id]}, "
        "otherwise: backorder}]\n",
        """\
rules:
  - filters: [is_up, {shelf_life_left: 0.4}, ignore_safety_stock, {has_stock: any}]
    rank: {by: [{stock_age_days: weighted}]}
    issue: lifo
    split: {max_shipments: 2}
    on_partial: {assign: backorder}
    otherwise: backorder
""",
        """\
rules:
  - filters: [is_up, {keep_back: {units: 2, for: [fast]}}, {soft: {shelf_life_left: 3}}, {has_stock: all}]
    rank: {cost: {landed_cost: 1, spoilage_credit: 1, stockout_cost: 0.5, sales_velocity: -0.1}}
    issue: fefo
    otherwise: {backorder: 30}
""",
    ]
)
clocks = st.sampled_from(
    [
        "",
        "attempts: {every_minutes: 60, give_up_after_hours: 20}\n",
        "decide: {every_minutes: 45, sort: [priority, value]}\n",
        "decide: {every_minutes: 100, sort: [promised_at]}\nattempts: {every_minutes: 30, at_most: 4}\n",
    ]
)
moves = st.sampled_from(
    [
        "",
        "reallocate: {wait_minutes: 20, cost: 0.35}\n",
        "reallocate: {after: [receipt], at_most: 1}\n",
        "reallocate: {after: [site_down, receipt, timer], every_minutes: 300}\n",
    ]
)
policies = st.one_of(
    st.sampled_from(["nearest", "balanced"]), st.builds("{}{}{}".format, tiers, clocks, moves)
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(worlds(), policies)
def test_nothing_is_lost_whatever_happens(stage: Any, world: dict[str, Any], policy: str) -> None:
    journal = stage.play(stage.scenario(yaml.safe_dump(world)), policy)
    check_orders(journal)
    check_money(journal)
    check_returns(journal)
    check_kpis(journal)
    check_moves(journal)
    check_batches(journal, policy)


def check_orders(journal: Journal) -> None:
    orders, shipments = (journal.table(t).to_pandas() for t in ("orders", "shipments"))
    assert sorted(orders["order"].astype(int)) == list(range(1, len(orders) + 1))
    assert orders.loc[orders["state"] == "delivered", "delivered_at"].notna().all()
    assert (orders.loc[orders["state"] == "cancelled", "units_shipped"] == 0).all()
    kept = (
        shipments[(shipments["state"] != "cancelled") & shipments["replaces"].isna()].groupby("order").size()
    )
    assert orders["shipments"].tolist() == kept.reindex(orders["order"], fill_value=0).tolist()
    # Every shipment that replaces another one replaces one that went before it.
    again = shipments[shipments["replaces"].notna()]
    assert (again["replaces"] < again["shipment"]).all()
    moments = ["allocated_at", "released_at", "started_at", "packed_at", "picked_up_at", "delivered_at"]
    for earlier, later in itertools.pairwise(moments):
        both = shipments[shipments[later].notna()]
        assert (both[earlier] <= both[later]).all(), later


def check_money(journal: Journal) -> None:
    orders, ledger = journal.table("orders").to_pandas(), journal.table("ledger").to_pandas()
    assert ledger["amount_cents"].sum() == 0
    assert (ledger.groupby(ledger["order"].fillna("site"))["amount_cents"].sum() == 0).all()
    of_orders = ledger[ledger["order"].notna()].groupby(ledger["account"].astype(str))["amount_cents"].sum()
    net = -of_orders.get("revenue", 0) - of_orders.get("refund", 0)
    assert round(orders["revenue"].sum() * 100) == net
    assert (orders["revenue"] > -0.005).all()
    assert (orders["revenue"] < orders["value"] + 0.005).all()
    assert round(orders["cost_returns"].sum() * 100) == of_orders.get("returns", 0)


def check_returns(journal: Journal) -> None:
    orders, shipments, returns = (journal.table(t).to_pandas() for t in ("orders", "shipments", "returns"))
    assert (returns["units"] > 0).all()
    for earlier, later in itertools.pairwise(["sent_at", "received_at", "inspected_at"]):
        both = returns[returns[later].notna()]
        assert (both[earlier] <= both[later]).all(), later
    assert returns["outcome"].notna().equals(returns["inspected_at"].notna())
    assert (returns.loc[returns["reason"] == "wrong_item", "outcome"].dropna() != "scrap").all()
    # What comes back was delivered, and customers send nothing back twice.
    back = returns.groupby(["order", "shipment"])["units"].sum()
    brought = shipments[shipments["state"] == "delivered"].set_index(["order", "shipment"])["units"]
    assert (back <= brought.loc[back.index]).all()
    orders = orders.set_index("order")
    assert (orders["returned_units"] <= orders["units"]).all()
    customers = returns[returns["reason"] == "customer"].groupby("order")["units"].sum()
    assert orders["returned_units"].equals(customers.reindex(orders.index, fill_value=0))
    costs = returns.groupby("order")["cost"].sum().reindex(orders.index, fill_value=0)
    assert (costs.round(2) == orders["cost_returns"].round(2)).all()
    refunds = returns[(returns["remedy"] == "refund") & returns["outcome"].notna()]
    assert (orders.loc[refunds["order"], "refunded"] > 0).all()
    scrapped = returns.loc[returns["outcome"] == "scrap", "units"].sum()
    disposals = journal.table("disposals").to_pandas()
    assert disposals.loc[disposals["reason"] == "scrapped", "units"].sum() == scrapped


def check_kpis(journal: Journal) -> None:
    for name, value in measure(journal).items():
        assert not math.isinf(value), name
        if name.endswith("_share"):
            assert math.isnan(value) or 0 <= value <= 1, name
    hours = journal.table("warehouse_hours").to_pandas()
    assert (hours["busy_s"] >= 0).all()
    assert pd.notna(hours["backlog"]).all()


def check_moves(journal: Journal) -> None:
    """What is moved was committed before, and goes where its order has never been."""
    decisions, shipments = (journal.table(t).to_pandas() for t in ("decisions", "shipments"))
    moved = decisions[decisions["outcome"].str.startswith("moved")]
    moves = moved.groupby("order").size()
    reallocations = journal.table("orders").to_pandas().set_index("order")["reallocations"]
    assert (moves <= reallocations.loc[moves.index]).all()
    for row in moved.itertuples():
        earlier = shipments[(shipments["order"] == row.order) & (shipments["allocated_at"] < row.at)]
        assert len(earlier)
        assert not set(row.chosen.split("+")) & set(earlier["warehouse"]), row


def check_batches(journal: Journal, policy: str) -> None:
    """Orders that are gathered are decided at multiples of the time between batches, each once in a batch."""
    found = re.search(r"decide: {every_minutes: (\d+)", policy)
    if found is None:
        return
    decisions = journal.table("decisions").to_pandas()
    decisions = decisions[~decisions["outcome"].str.contains(r"^(?:moved|kept)", regex=True)]
    since_start = decisions["at"] - pd.Timestamp(journal.start).tz_localize(None)
    assert (since_start.dt.total_seconds() % (int(found[1]) * 60) == 0).all()
    assert not decisions.duplicated(["order", "at"]).any()
