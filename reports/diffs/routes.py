"""What became of every counted order of a journal, as columns that can be laid beside those of another journal.

What is to be compared, and not read, is kept as fingerprints: numbers that are equal where the text and numbers that
they are made of are equal, in whatever journal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reports.kpis.columns import Flags, Integers, flags, positions, seconds, whole
from reports.kpis.orders import COST_COLUMNS, late_orders, own_costs
from sim.journal import SHIPMENT_STATES, STATES, Journal
from sim.randomness import mix_array

Prints = np.ndarray[Any, np.dtype[np.uint64]]

NEVER = -1
"""The lead time of an order that was not delivered."""

_ORDERED = ("placed_at", "region", "segment", "lines", "units", "value")
_ORDERS = ("order", "counted", "promised_at", "delivered_at", "state", *_ORDERED, *COST_COLUMNS)
_SHIPMENTS = ("order", "warehouse", "service", "units", "weight_kg", "allocated_at", "state", "replaces")
_CALLED_OFF = SHIPMENT_STATES.index("cancelled")


class OtherOrdersError(ValueError):
    """Two journals are not of the same orders."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Counted orders, one place each, and what became of them.

    What replaces a line that was lost or sent back, and shipments that were called off, are no part of a route.

    Attributes:
        orders: their ids, in the order in which they were placed.
        ordered: fingerprints of what was ordered, where and when.
        cost: cents of their own.
        lead: seconds to delivery, or `NEVER`.
        late: as the KPI has it.
        units: that were sent.
        warehouses: fingerprints of where from.
        parcels: of that, and of what was in each parcel.
        services: of that, and of the service of each.
        times: of that, and of when each was decided.

    """

    orders: pa.Array
    ordered: Prints
    cost: Integers
    lead: Integers
    late: Flags
    units: Integers
    warehouses: Prints
    parcels: Prints
    services: Prints
    times: Prints


def read_routes(journal: Journal, like: Routes | None = None) -> Routes:
    """Read the routes of a journal, block by block.

    Args:
        journal: of one replication.
        like: routes of another journal of the same orders, whose places are to be taken.

    Raises:
        OtherOrdersError: `like` is of other orders.

    """
    nothing = pa.RecordBatch.from_pylist([], schema=journal.schema("orders"))  # where no order was placed
    rows = [_order_columns(batch, journal) for batch in journal.batches("orders", _ORDERS)]
    rows = rows or [_order_columns(nothing, journal)]
    ids = pa.concat_arrays([row[0] for row in rows])
    placed, *columns = (np.concatenate(column) for column in list(zip(*rows, strict=True))[1:])
    if like is None:
        place = np.argsort(placed, kind="stable")
    else:
        place = _places(like.orders, ids)
        if len(ids) != len(like.orders) or (place < 0).any():
            raise OtherOrdersError
    ordered, cost, lead, late = (column[place] for column in columns)
    if like is not None and not np.array_equal(ordered, like.ordered):
        raise OtherOrdersError
    orders = ids.take(pa.array(place)) if like is None else like.orders
    return Routes(orders, ordered, cost, lead, late, *_sent(journal, orders))


def _order_columns(batch: pa.RecordBatch, journal: Journal) -> tuple[Any, ...]:
    """Return ids, moments of placement, fingerprints, costs, lead times and lateness of counted orders."""
    ours = batch.filter(batch.column("counted"))
    placed = seconds(ours.column("placed_at"))
    delivered: Flags = positions(ours.column("state"), STATES) == STATES.index("delivered")
    lead = np.where(delivered, seconds(ours.column("delivered_at")) - placed, NEVER)
    late = late_orders(ours, journal.about["start"] + journal.about["end"])
    ordered = _mixed(
        placed,
        _text_prints(ours.column("region")),
        _text_prints(ours.column("segment")),
        whole(ours.column("lines")),
        whole(ours.column("units")),
        whole(ours.column("value"), 100),
    )
    return ours.column("order"), placed, ordered, own_costs(ours), lead, late


def _sent(journal: Journal, orders: pa.Array) -> tuple[Integers, Prints, Prints, Prints, Prints]:
    """Return units and fingerprints of what was sent, for each of the orders."""
    number = len(orders)
    units = np.zeros(number, dtype=np.int64)
    parcels, services, times = (np.zeros(number, dtype=np.uint64) for _ in range(3))
    leaves: list[tuple[Integers, Prints]] = []
    for batch in journal.batches("shipments", _SHIPMENTS):
        state = positions(batch.column("state"), SHIPMENT_STATES)
        place = _places(batch.column("order"), orders)
        goes = flags(batch.column("replaces").is_null()) & (state != _CALLED_OFF) & (place >= 0)
        ours, place = batch.filter(pa.array(goes)), place[goes]
        site, sent = _text_prints(ours.column("warehouse")), whole(ours.column("units"))
        np.add.at(units, place, sent)
        leaves.append((place, site))
        # A sum does not depend on the order in which an order's parcels were written.
        parcel = _mixed(site, sent, whole(ours.column("weight_kg"), 1000))
        np.add.at(parcels, place, parcel)
        served = _mixed(parcel, _text_prints(ours.column("service")))
        np.add.at(services, place, served)
        np.add.at(times, place, _mixed(served, seconds(ours.column("allocated_at"))))
    return units, _without_repeats(leaves, number), parcels, services, times


def _without_repeats(leaves: list[tuple[Integers, Prints]], number: int) -> Prints:
    """Return fingerprints of the warehouses of each order, however many parcels leave each."""
    found = np.zeros(number, dtype=np.uint64)
    if leaves:
        place, site = (np.concatenate(column) for column in zip(*leaves, strict=True))
        known, code = np.unique(site, return_inverse=True)
        once = np.unique(place * len(known) + code)
        np.add.at(found, once // max(len(known), 1), mix_array(known[once % max(len(known), 1)]))
    return found


def _places(orders: pa.Array, among: pa.Array) -> Integers:
    """Return the place of each order among others, -1 where it is none of them."""
    found = pc.index_in(orders, value_set=among).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False)).astype(np.int64)


def _text_prints(column: pa.Array) -> Prints:
    """Return a fingerprint of each text of a column; null has one, too."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = [hashlib.blake2b(str(word).encode(), digest_size=8) for word in column.dictionary.to_pylist()]
    prints = np.array([*(int.from_bytes(word.digest(), "little") for word in words), 0], dtype=np.uint64)
    found: Prints = prints[column.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    return found


def _mixed(*columns: Integers | Prints) -> Prints:
    """Return one fingerprint of what stands beside each other."""
    found = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        found = mix_array(found ^ column.astype(np.uint64))
    return found
