"""The books of a replication: what came, what became of it, and the difference, which is nothing.

Orders: placed = delivered + cancelled + declined + lost + open. Units, of stock that ends: opening + received +
returned = on hand + in work (at a station or on the dock) + shipped + sold over the counter + spoiled + scrapped +
shrinkage + sent to another warehouse. Money, in cents: the accounts of orders and those of sites, which together sum
to nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.inventory import Inventory
from sim.journal import ACCOUNTS, STATES
from sim.ledger import Ledger
from sim.order import BACKORDERED, ENDED, IN_TRANSIT, QUEUED
from sim.recorder import Recorder
from sim.settlement import Settlement

CAME = ("received", "returned")
LEFT = ("shipped", "sold", "spoiled", "scrapped", "shrinkage", "sent")


def reconcile(
    recorder: Recorder,
    settlement: Settlement,
    inventory: Inventory,
    staged: NDArray[np.int64],
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
    catalogue: Catalogue, inventory: Inventory, reserved: NDArray[np.int64], staged: NDArray[np.int64]
) -> None:
    """Check units by item and warehouse: opening = on hand + in work or on the dock + what left.

    Args:
        reserved: units that open shipments are promised and have not taken, item x warehouse.
        staged: units that open shipments have taken and that no carrier has picked up.

    Raises AssertionError with the first cell that is wrong: a bug of the engine.
    """
    left = staged.astype(np.int64)
    for flows in inventory.flows.values():
        left += flows
    wrong = inventory.limited & (inventory.opening != inventory.on_hand + left)
    wrong |= inventory.limited & (inventory.on_hand - inventory.available - inventory.safety != reserved)
    wrong |= inventory.on_hand < 0
    for item, site, lots in inventory.lots:
        wrong[item, site] |= sum(lot.units for lot in lots) != inventory.on_hand[item, site]
    if wrong.any():
        item, site = (int(i) for i in np.argwhere(wrong)[0])
        raise AssertionError(
            f"units not conserved: item {catalogue.item_ids[item]} at {catalogue.site_ids[site]}: opening "
            f"{inventory.opening[item, site]}, on hand {inventory.on_hand[item, site]}, left {left[item, site]}, "
            f"reserved {reserved[item, site]}"
        )


def units_held(settlement: Settlement, inventory: Inventory) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the units that open shipments are promised, and that they took: two arrays item x warehouse."""
    reserved = np.zeros(inventory.on_hand.shape, np.int64)
    staged = np.zeros_like(reserved)
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


def _units(inventory: Inventory, staged: NDArray[np.int64]) -> dict[str, int]:
    def total(units: NDArray[np.integer]) -> int:
        return int(np.where(inventory.limited, units, 0).sum(dtype=np.int64))

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
