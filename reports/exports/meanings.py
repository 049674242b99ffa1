"""What a row of each table of a journal is, and what each of its columns means, in words.

The workbook has them on a sheet, reports/README.md in tables (`make docs`).
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sim.document.manual import cells, rewritten
from sim.journal import TABLES, units_of
from sim.writing import write_file

ROWS = {
    "orders": "an order, when it has ended or the run has",
    "shipments": "a shipment, when it has ended or the run has",
    "decisions": "one answer of the policy",
    "supply": "a lot that was received, is under way or is owed",
    "walk_ins": "a unit asked for over the counter",
    "returns": "a line that came back, and what became of it",
    "disposals": "units that left without a customer",
    "warehouse_hours": "a warehouse in one hour",
    "outages": "a time in which a warehouse had fewer stations, or none",
    "ledger": "an account that moved when an order ended, or at a warehouse",
    "reconciliation": "an entry in the book of orders, units or money of the whole run",
}
"""What a row of each table is."""

_SHARED = {
    "order": "its id in the source, or its number from 1",
    "shipment": "the shipment of that order, from 1",
    "warehouse": "id of the warehouse",
    "region": "where it goes",
    "item": "id of the item",
    "units": "how many",
    "lines": "order lines",
    "at": "when",
    "counted": "whether the order was placed on the counted days",
    "reason": "why",
}

_OWN: dict[str, dict[str, str]] = {
    "orders": {
        "placed_at": "when the customer placed it",
        "segment": "of the customer",
        "units": "units ordered",
        "value": "what the customer pays for all lines",
        "promised_at": "when it must be delivered; empty without a promise",
        "state": "delivered, cancelled, lost, or open when the run ended",
        "cancel_reason": "why lines were cancelled, the last time that any were",
        "picked_up_at": "when the last shipment of what was ordered left",
        "delivered_at": "when the last shipment of what was ordered came; what replaces a return comes later",
        "shipments": "shipments of what was ordered, without cancelled ones and those that replace others",
        "split_reason": "why there is more than one",
        "reallocations": "how often lines were taken back from a warehouse and decided again",
        "attempts": "how often the policy was asked",
        "units_first_attempt": "units that its first answer placed",
        "units_shipped": "units that carriers picked up, what is sent again included",
        "cost_freight": "paid to carriers for its shipments",
        "cost_handling": "picking, packing and packaging",
        "cost_late": "penalties for coming after the promise",
        "cost_returns": "labels, inspection and write-off of what came back",
        "cost_payment": "fees of payments",
        "cost_care": "what customer care cost",
        "cost_goods": "what the goods cost",
        "revenue": "captured payments without refunds",
        "refunded": "given back to the customer; no part of revenue any more",
        "returned_units": "units that the customer sent back",
        "notifications": "messages to the customer",
        "told_at": "when the customer was first told that it will be late",
        "ended_at": "when nothing more could happen to it; empty for one under way at the end of the run",
    },
    "shipments": {
        "service": "of the carrier",
        "units": "units in it",
        "weight_kg": "its weight",
        "distance_km": "from the warehouse to the region; empty where a region has no place",
        "stock_age_d": "mean age of its units when they were picked",
        "allocated_at": "when it was decided",
        "released_at": "when it entered the queue of the warehouse; nights and downtime count as waiting",
        "started_at": "when a station began to pick it",
        "packed_at": "when it was packed",
        "picked_up_at": "when the carrier took it",
        "delivered_at": "when it came to the customer",
        "state": "delivered, cancelled, lost, or how far it was when the run ended",
        "replaces": "the shipment that it replaces with all its lines",
        "rebound": "units that expired while it waited, and were taken from other lots",
        "cost_freight": "paid to the carrier",
        "cost_handling": "picking, packing and packaging",
        "co2e_kg": "emissions of the way",
        "ended_at": "when it was delivered or cancelled, or its loss was known",
    },
    "decisions": {
        "at": "when the policy was asked",
        "attempt": "how often it was asked about this order, this time included; what is re-allocated does not count",
        "rule": "the first rule that placed something, or else the last one that spoke; empty where none is named",
        "outcome": "what it did, in a word or two",
        "chosen": "the warehouses it chose, joined by +",
        "runner_up": "the warehouses that it would have chosen otherwise",
        "margin": "how much better the chosen are, in the unit of the key that decided",
        "removed": "how many warehouses each filter took away",
        "cause": "why it was asked: the order was placed, or what happened since",
        "capped": "whether there were more ways to split than were tried",
    },
    "supply": {
        "purchase": "number of the purchase; empty for what came without one",
        "ordered_at": "when it was ordered",
        "sent_at": "when it left; empty while it is owed",
        "arrived_at": "when it was received; empty while it is under way",
        "warehouse": "that ordered it",
        "source": "the supplier, or the warehouse that sends it",
        "cost_goods": "what the goods cost",
        "cost_order": "what the order itself cost, in the first row of a purchase",
        "cost_freight": "what bringing it cost",
    },
    "walk_ins": {"units": "units sold", "lost_units": "units asked for that were not there"},
    "returns": {
        "shipment": "with which it had come",
        "warehouse": "to which it went back",
        "reason": "customer: not wanted; wrong_item: picked by mistake",
        "sent_at": "when the customer had it, and began to send it back",
        "received_at": "when the warehouse had it",
        "inspected_at": "when it was looked at",
        "outcome": "what became of it, such as restock, refurbish or scrap",
        "remedy": "what the customer got: refund or replacement",
        "cost": "label, inspection, refurbishing and write-off",
    },
    "disposals": {"reason": "spoiled, scrapped, lost or shrinkage", "cost": "what the units had cost"},
    "warehouse_hours": {
        "hour": "when it began",
        "backlog": "shipments and returns in the building, waiting or worked on; a mean over the hour",
        "busy_s": "seconds in which stations worked, added up",
        "open_s": "seconds in which stations were open, added up",
        "down_s": "seconds in which it was down",
        "on_hand": "units on its shelves at the end of the hour",
        "stock_l": "their volume",
        "door_l": "volume that waits at the door because it does not fit",
        "out_of_stock": "items that it keeps and has not one unit of, at the end of the hour",
        "cells": "items that it keeps",
    },
    "outages": {
        "begins_at": "when it began",
        "ends_at": "when it ended; empty when that was after the run",
        "stations_left": "share of its stations that could work",
    },
    "ledger": {
        "at": "when the order ended, when it happened at the warehouse, or the end of its day",
        "order": "whose; empty for a warehouse",
        "warehouse": "whose; empty for an order",
        "account": "what the amount is for",
        "amount_cents": "debits are positive, credits negative; those of one order add up to 0",
    },
    "reconciliation": {
        "book": "orders, units or money",
        "entry": "what was counted; difference is what does not add up, always 0",
        "amount": "orders, units or cents",
    },
}


def meaning(table: str, column: str) -> str:
    """Return what a column of a table of the journal means."""
    return _OWN[table].get(column) or _SHARED[column]


def journal_tables() -> str:
    """Return every table and column as Markdown."""
    blocks = []
    for table, columns in TABLES.items():
        units = units_of(table, "currency")
        rows = "".join(cells(f"`{name}`", units.get(name, ""), meaning(table, name)) for name in columns)
        blocks.append(
            f"### {table}\n\nA row is {ROWS[table]}.\n\n| column | unit | meaning |\n|---|---|---|\n{rows}"
        )
    return "\n".join(blocks)


if __name__ == "__main__":
    path = Path(str(resources.files("reports"))) / "README.md"
    write_file(path, rewritten(path.read_text(encoding="utf-8"), journal_tables()))
