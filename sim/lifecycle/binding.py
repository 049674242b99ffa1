"""Binding: which units of its warehouse's stock a shipment gets."""

from __future__ import annotations

from sim.catalogue import Catalogue
from sim.lifecycle.expectation import Expectations
from sim.order import Shipment
from sim.stock.inventory import Inventory


class Binding:
    """Reserves stock for shipments on their terms: order of issue, life left at delivery, safety stock or not."""

    def __init__(self, catalogue: Catalogue, inventory: Inventory, expectations: Expectations) -> None:
        self._inventory = inventory
        self._expectations = expectations
        self._perishable = catalogue.perishable
        self._least_life_s = catalogue.least_life_s

    def bind(self, shipment: Shipment, item: int, units: int) -> None:
        """Reserve units for a shipment; of what expires, those that will live long enough after delivery."""
        alive_at = self._alive_at(shipment, item) if self._perishable[item] else 0
        shipment.picks += self._inventory.reserve(
            item, shipment.site, units, shipment, alive_at, shipment.terms.issue
        )

    def usable(self, shipment: Shipment, item: int) -> int:
        """Return the free units of an item that will live long enough after the delivery of a shipment."""
        alive_at = self._alive_at(shipment, item) if self._perishable[item] else 0
        safety_stock = shipment.terms.safety_stock
        return self._inventory.free(item, shipment.site, alive_at, safety_stock=safety_stock)

    def _alive_at(self, shipment: Shipment, item: int) -> int:
        """Return until when units of a perishable item should live, for a shipment."""
        least_s = shipment.terms.least_life_s
        if least_s is None:
            least_s = self._least_life_s[item]
        return self._expectations.of_allocated(shipment) + least_s
