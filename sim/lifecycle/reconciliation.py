"""The books of a replication: what came, what became of it, and the difference, which is nothing.

Orders: placed = delivered + cancelled + declined + lost + open. Units, of stock that ends: opening + received +
returned = on hand + in work (at a station or on the dock) + shipped + sold over the counter + spoiled + scrapped +
shrinkage + sent to another warehouse. Money, in cents: the accounts of orders and those of sites, which together sum
to nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Ints
from sim.catalogue import Catalogue
from sim.journal import ACCOUNTS, STATES
from sim.ledger import Ledger
from sim.lifecycle.settlement import Settlement
from sim.order import BACKORDERED, ENDED, IN_TRANSIT, QUEUED
from sim.recorder import Recorder
from sim.stock.inventory import Inventory

CAME = ("received", "returned")
LEFT = ("shipped", "sold", "spoiled", "scrapped", "shrinkage", "sent")

_AT_ONCE = 1 << 16
"""Cells that are checked together: few enough to stay in a processor's cache. Ten million are checked in a fifth of
the time that they take all at once."""


def reconcile(
    recorder: Recorder,
    settlement: Settlement,
    inventory: Inventory,
    staged: NDArray[np.int32],
    ledger: Ledger,
) -> None:
    """Write the books of a run that is over; `staged` are units that were taken and not picked up."""
    books = {
        "orders": _orders(settlement),
        "units": _units(inventory, staged),
        "money": _money(ledger),
    }
    for book, entries in books.items():
        for entry, amount in entries.items():
            recorder.add("reconciliation", (book, entry, amount))


def check_units(
    catalogue: Catalogue, inventory: Inventory, reserved: NDArray[np.int32], staged: NDArray[np.int32]
) -> None:
    """Check units by item and warehouse: opening = on hand + in work or on the dock + what left.

    Args:
        reserved: units that open shipments are promised and have not taken, item x warehouse.
        staged: units that open shipments have taken and that no carrier has picked up.

    Raises AssertionError with the first cell that is wrong: a bug of the engine.
    """
    wrong = np.zeros(inventory.on_hand.shape, bool)
    rows = max(1, _AT_ONCE // len(catalogue.site_ids))
    for begin in range(0, len(wrong), rows):
        some = slice(begin, begin + rows)
        on_hand, limited = inventory.on_hand[some], inventory.limited[some]
        left = _left(inventory, staged, some)
        wrong[some] = limited & (inventory.opening[some] != on_hand + left)
        free = inventory.available[some] + inventory.safety[some]
        wrong[some] |= limited & (on_hand - free != reserved[some])
        wrong[some] |= on_hand < 0
    for item, site, lots in inventory.lots:
        wrong[item, site] |= sum(lot.units for lot in lots) != inventory.on_hand[item, site]
    if wrong.any():
        item, site = (int(i) for i in np.argwhere(wrong)[0])
        raise AssertionError(
            f"units not conserved: item {catalogue.item_ids[item]} at {catalogue.site_ids[site]}: opening "
            f"{inventory.opening[item, site]}, on hand {inventory.on_hand[item, site]}, left "
            f"{_left(inventory, staged, item)[site]}, reserved {reserved[item, site]}"
        )


def _left(inventory: Inventory, staged: NDArray[np.int32], items: slice | int) -> Ints:
    """Return the units of some items that left or are in work, with what came as a negative number."""
    left = staged[items].astype(np.int64)
    for flows in inventory.flows.values():
        left += flows[items]
    return left


def units_held(settlement: Settlement, inventory: Inventory) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the units that open shipments are promised, and that they took: two arrays item x warehouse."""
    reserved, staged = (np.zeros(inventory.on_hand.shape, np.int32) for _ in range(2))
    for order in settlement.open.values():
        for shipment in order.parts:
            if shipment.state in ENDED or shipment.state == IN_TRANSIT:
                continue
            held = reserved if shipment.state in (QUEUED, BACKORDERED) else staged
            for item, units, _ in shipment.picks:
                held[item, shipment.site] += units
    return reserved, staged


def _orders(settlement: Settlement) -> dict[str, int]:
    ended = dict(zip(STATES, settlement.tally, strict=True))
    ended["cancelled"] -= settlement.declined
    ended["declined"] = settlement.declined
    return {"placed": settlement.placed, **ended, "difference": settlement.placed - sum(ended.values())}


def _units(inventory: Inventory, staged: NDArray[np.int32]) -> dict[str, int]:
    def total(units: NDArray[np.integer]) -> int:
        return int(units.sum(dtype=np.int64, where=inventory.limited))

    flows = {flow: total(units) for flow, units in inventory.flows.items()}
    assert flows.keys() <= {*CAME, *LEFT}, f"flows that no book knows: {', '.join(flows)}"
    came = {"opening": total(inventory.opening), **{flow: -flows.get(flow, 0) for flow in CAME}}
    became = {"on_hand": total(inventory.on_hand), "in_work": total(staged)}
    became |= {flow: flows.get(flow, 0) for flow in LEFT}
    return {**came, **became, "difference": sum(came.values()) - sum(became.values())}


def _money(ledger: Ledger) -> dict[str, int]:
    accounts = {
        f"{whose}_{account}": cents
        for whose, totals in (("orders", ledger.of_orders), ("sites", ledger.of_sites))
        for account, cents in zip(ACCOUNTS, totals.tolist(), strict=True)
    }
    return {**accounts, "difference": sum(accounts.values())}
