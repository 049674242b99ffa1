"""Shortfalls: a shipment does not get what it was promised, and lines go back to be allocated again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import cast

from sim import randomness
from sim.catalogue import Catalogue
from sim.lifecycle.backorders import Backorders
from sim.lifecycle.binding import Binding
from sim.order import BACKORDERED, Shipment
from sim.stock.disposals import Disposals
from sim.stock.inventory import Inventory
from sim.stock.lots import Lot


class Shortfalls:
    """Finds that units are missing, and what can be done about it at the warehouse.

    Args:
        binding: reserves units for shipments, and tells how many there are for them.
        send_back: gives lines of a shipment back to be allocated again; the last argument says why.

    Attributes:
        any: whether there is a warehouse whose stock on record may not be there.

    """

    def __init__(
        self,
        catalogue: Catalogue,
        inventory: Inventory,
        disposals: Disposals,
        backorders: Backorders,
        binding: Binding,
        send_back: Callable[[Shipment, Sequence[int], str], None],
    ) -> None:
        self._inventory = inventory
        self._disposals = disposals
        self._backorders = backorders
        self._binding = binding
        self._send_back = send_back
        self._accuracy = [site.accuracy.stock for site in catalogue.scenario.warehouses]
        self.any = min(self._accuracy) < 1

    def lose(self, losses: Mapping[Hashable, Sequence[Lot]]) -> None:
        """Replace the units that shipments held of lots that are no more: from other lots, or from other sites.

        A backorder stays with its warehouse and waits there once more, before all who came later. Nobody holds any of
        the units, and whoever waits for others wants them, before the first is helped: that may free units.
        """
        held = [(cast(Shipment, holder), lots) for holder, lots in losses.items()]
        gone = {shipment: self._drop(shipment, lots) for shipment, lots in held}
        waiting = {shipment for shipment in gone if shipment.state == BACKORDERED}
        for shipment in gone:
            if shipment in waiting:
                self._backorders.want_again(shipment, gone[shipment])
        for shipment, items in gone.items():
            if shipment in waiting:
                self._backorders.serve(items, shipment.site)
            else:
                self._replace(shipment, items)

    @staticmethod
    def _drop(shipment: Shipment, lots: Sequence[Lot]) -> dict[int, int]:
        """Take what a shipment held of some lots off its picks, and return how many units of each item that was."""
        units: dict[int, int] = {}
        for item, count, lot in shipment.picks:
            if lot in lots:
                units[item] = units.get(item, 0) + count
        shipment.picks = [pick for pick in shipment.picks if pick[2] not in lots]
        return units

    def _replace(self, shipment: Shipment, items: Mapping[int, int]) -> None:
        short = set()
        for item, units in items.items():
            if self._binding.usable(shipment, item) >= units:
                self._binding.bind(shipment, item, units)
                shipment.rebound += units
            else:
                short.add(item)
        if short:
            self._send_back(shipment, [line for line, item, _ in shipment.lines if item in short], "spoiled")

    def look(self, shipment: Shipment) -> None:
        """Look for the units of a shipment on the shelf: lines that are short go back, what is missing is written off.

        Every unit on record is really there with the warehouse's stock accuracy, whatever was found before.
        """
        accuracy, site = self._accuracy[shipment.site], shipment.site
        if accuracy >= 1:
            return
        key, number, unit = shipment.order.key, shipment.number, 0
        short: dict[int, tuple[int, int]] = {}
        for line, item, units in shipment.lines:
            missing = 0
            for _ in range(units):
                bits = randomness.draw(key, randomness.code(number, randomness.SHORT_PICK, unit & 0xFFFF))
                missing += randomness.unit(bits) >= accuracy
                unit += 1
            if missing and self._inventory.limited[item, site]:
                short[line] = (item, missing)
        if not short:
            return
        items = {item for item, _ in short.values()}
        for pick in shipment.picks:
            if pick[0] in items:
                self._inventory.release(site, pick, shipment)
        shipment.picks = [pick for pick in shipment.picks if pick[0] not in items]
        # What is not there is off the books before the rest is given to whoever waits for it.
        for item, missing in short.values():
            for goods in self._inventory.withdraw(item, site, missing):
                self._disposals.write_off(site, item, goods.units, "shrinkage", goods.units * goods.cost)
        self._send_back(shipment, list(short), "short_pick")
