"""Journals written by hand: every row starts from plain defaults, and a test states what matters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.kpis import KPIS
from reports.result import Result, write_result
from sim.journal import (
    ACCOUNTS,
    CANCEL_REASONS,
    SHIPMENT_STATES,
    SPLIT_REASONS,
    STATES,
    TABLES,
    Journal,
)
from sim.orderbook.names import numbered
from sim.recorder import Facts, Recorder

DAY, HOUR, MINUTE = 86_400, 3_600, 60
WAREHOUSES, REGIONS = ("newark", "reno"), ("NYC", "LAX")

# One warm-up day, a window of two days, and an end at day 30.
WINDOW, END = (DAY, 3 * DAY), 30 * DAY

DEFAULTS: dict[str, dict[str, Any]] = {
    "orders": {
        "region": "NYC", "segment": "standard", "lines": 1, "units": 1, "placed_at": DAY,
        "promised_at": -1, "state": "delivered", "cancel_reason": None, "picked_up_at": DAY,
        "delivered_at": DAY, "shipments": 1, "split_reason": None, "units_first_attempt": 1,
        "units_shipped": 1, "attempts": 1, "counted": True, "told_at": -1, "ended_at": DAY,
    },
    "shipments": {
        "shipment": 1, "warehouse": "newark", "service": "ground", "region": "NYC", "lines": 1, "units": 1,
        "allocated_at": DAY, "released_at": DAY, "started_at": DAY, "packed_at": DAY, "picked_up_at": DAY,
        "delivered_at": DAY, "state": "delivered", "replaces": -1, "counted": True, "ended_at": DAY,
    },
    "supply": {"purchase": 1, "warehouse": "newark", "source": "farm", "item": "tin"},
    "walk_ins": {"warehouse": "newark", "item": "tin"},
    "returns": {
        "warehouse": "newark", "item": "tin", "reason": "customer", "outcome": None, "remedy": None, "counted": True,
    },
    "disposals": {"warehouse": "newark", "item": "tin", "reason": "spoiled"},
    "warehouse_hours": {"warehouse": "newark", "backlog": 0.0},
    "outages": {"warehouse": "newark", "reason": ""},
    "ledger": {"order": -1, "warehouse": "newark", "account": "storage"},
    "decisions": {"rule": "", "outcome": "", "chosen": "", "runner_up": "", "margin": 0.0, "removed": ""},
    "reconciliation": {"book": "orders", "entry": "placed"},
}  # fmt: skip


class Story:
    """A journal in the making. Times are seconds since the start, amounts cents, distances metres."""

    def __init__(self, folder: Path | None = None, block_rows: int = 10_000) -> None:
        names = {
            "region": REGIONS, "segment": ("standard",), "warehouse": WAREHOUSES, "service": ("ground",),
            "item": ("tin",), "source": ("farm", *WAREHOUSES),
        }  # fmt: skip
        self._places = {
            **names, "state": STATES, "shipment_state": SHIPMENT_STATES, "cancel_reason": CANCEL_REASONS,
            "split_reason": SPLIT_REASONS, "account": ACCOUNTS,
        }  # fmt: skip
        self.ids = numbered
        about = {"title": "Two coasts", "scenario": "two_coasts", "currency": "USD", "timezone": "UTC"}
        facts = Facts(1_767_571_200, WINDOW, END, names, lambda orders: self.ids(orders), about)
        self._recorder = Recorder(facts, folder, block_rows)

    def add(self, table: str, **values: Any) -> Story:
        row = {**DEFAULTS[table], **values}
        assert row.keys() <= TABLES[table].keys(), row.keys() - TABLES[table].keys()
        self._recorder.add(
            table, tuple(self._integer(kind, row.get(column, 0)) for column, kind in TABLES[table].items())
        )
        return self

    def _integer(self, kind: str, value: Any) -> Any:
        if kind in self._places:
            return -1 if value is None else self._places[kind].index(value)
        return value

    def order(self, number: int, **values: Any) -> Story:
        return self.add("orders", order=number, **values)

    def shipment(self, order: int, **values: Any) -> Story:
        return self.add("shipments", order=order, **values)

    def close(self) -> Journal:
        return self._recorder.close()


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture(scope="session")
def new_story() -> type[Story]:
    """For tests that need several journals, or one in a folder."""
    return Story


ABOUT = {"title": "Two coasts", "scenario": "two_coasts", "currency": "USD", "timezone": "UTC"}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Result]:
    """Writes a result into the folder of the test from {policy: {kpi: [a value per replication]}}."""

    def written(values: dict[str, dict[str, list[float]]], **about: str) -> Result:
        tasks = []
        for policy, kpis in values.items():
            for replication in range(max(map(len, kpis.values()))):
                found = {kpi: kpis[kpi][replication] if kpi in kpis else 0.0 for kpi in KPIS}
                tasks.append((policy, replication, found))
        return write_result(tmp_path, tasks, next(iter(values)), {**ABOUT, **about})

    return written
